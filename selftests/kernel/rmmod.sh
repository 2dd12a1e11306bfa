#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The module is removed while packets of every kind are on their way.
#
#	LEFT  eth0 192.0.2.1/24 --- eth0 192.0.2.2/24  RIGHT
# timeout: 300

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

pair_underlay

unload()
{
	busywait 30000 rmmod mgre
}

for round in $(seq 3); do
	load_mgre
	pair_tunnel LEFT redirect 1
	pair_tunnel RIGHT
	pair_entries
	on LEFT mgrectl peer set dev mgre0 nbma 192.0.2.2 multicast
	for i in $(seq 100); do
		echo "map add dev mgre0 10.9.1.$i nbma 192.0.2.2 hold 1"
	done | on LEFT mgrectl -batch -
	on LEFT mgrectl monitor > /dev/null 2>&1 &
	on RIGHT iperf3 -s -1 > /dev/null 2>&1 &
	on LEFT timeout 60 ping -q -i 0.002 10.9.0.2 > /dev/null 2>&1 &
	on RIGHT timeout 60 ping -q -i 0.002 fd09::1 > /dev/null 2>&1 &
	on LEFT timeout 60 ping -q -i 0.002 10.9.0.99 > /dev/null 2>&1 &
	on LEFT timeout 60 ping -q -i 0.002 -I mgre0 224.0.0.5 > /dev/null 2>&1 &
	busywait 5000 until_match LISTEN \
		on RIGHT ss -ltn 'sport = 5201' > /dev/null
	on LEFT iperf3 -c 10.9.0.2 -t 60 > /dev/null 2>&1 &
	sleep 2
	if [ "$round" = 1 ]; then
		check_at_least "$(link_stat "$LEFT" mgre0 tx packets)" 100 \
			"packets under way"
	fi
	unload > /dev/null
	check_err $? "round $round: the module cannot be removed"
	for part in LEFT RIGHT; do
		# shellcheck disable=SC2046 # numbers
		kill -9 $(ip netns pids "${!part}") 2> /dev/null
	done
	wait 2> /dev/null
done
log_test "removed three times under traffic"

load_mgre
pair_up
check_ping LEFT 10.9.0.2
log_test "and usable again"
