#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Mappings expire in the kernel, and those in use are announced before.
#
#	LEFT  eth0 192.0.2.1/24 --- eth0 192.0.2.2/24  RIGHT

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

pair_up
events LEFT

on LEFT mgrectl map add dev mgre0 10.9.0.50 nbma 192.0.2.50 hold 2 cookie c0
check_event LEFT '.event == "map-expired" and .protocol == "10.9.0.50" and
	.nbma == "192.0.2.50" and .cookie == "c0" and .dev == "mgre0"'
check_refused 'No such' on LEFT mgrectl map show dev mgre0 10.9.0.50
check_refused 'No such' on LEFT mgrectl peer show dev mgre0 nbma 192.0.2.50
check_equal "$(event_count LEFT '.event == "map-expired"')" 1 "events"
check_equal "$(event_count LEFT '.event == "map-refresh"')" 0 \
	"refresh events of an unused mapping"
log_test "an unused mapping expires, its peer with it, and is announced once"

on LEFT mgrectl map set dev mgre0 10.9.0.2 nbma 192.0.2.2 hold 20
on LEFT ping -q -i 0.2 -w 60 10.9.0.2 > /dev/null &
check_event LEFT '.event == "map-refresh" and .protocol == "10.9.0.2" and
	.nbma == "192.0.2.2" and .expires > 0 and has("used")' 40
check_event LEFT '.event == "map-expired" and .protocol == "10.9.0.2"' 40
check_equal "$(event_count LEFT '.event == "map-refresh"')" 1 "refresh events"
log_test "a used mapping is announced once before it expires"

on LEFT mgrectl map add dev mgre0 10.9.0.2 nbma 192.0.2.2 hold 15
for i in $(seq 8); do
	sleep 2
	on LEFT mgrectl map set dev mgre0 10.9.0.2 nbma 192.0.2.2 hold 15
done
check_entry LEFT '.[0].created > 15' map dev mgre0 10.9.0.2
log_test "set restarts the holding time"

on LEFT mgrectl map set dev mgre0 10.9.0.2 nbma 192.0.2.2
check_entry LEFT '.[0] | has("expires") | not' map dev mgre0 10.9.0.2
log_test "a mapping without a holding time stays"

for i in $(seq 200); do
	echo "map add dev mgre0 10.9.1.$i nbma 192.0.2.$((i % 50 + 100))" \
		"hold $((i % 3 + 1))"
done | on LEFT mgrectl -batch -
expired()
{
	[ "$(event_count LEFT '.event == "map-expired" and
		(.protocol | startswith("10.9.1."))')" -eq 200 ]
}
slowwait 20 expired
check_err $? "not all of 200 were announced"
check_equal "$(entries LEFT map)" 2 "mappings left"
check_ping LEFT 10.9.0.2
log_test "200 mappings expire and are announced, others stay"
