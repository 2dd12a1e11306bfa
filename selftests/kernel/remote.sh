#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# With "remote" the device is a point-to-point tunnel, as a Phase 1 spoke has
# it: everything goes to that address.
#
#	LEFT  eth0 192.0.2.1/24 --- eth0 192.0.2.2/24, 192.0.2.3/24  RIGHT

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

pair_underlay
pair_tunnel LEFT remote 192.0.2.2
pair_tunnel RIGHT
on RIGHT mgrectl map add dev mgre0 10.9.0.1 nbma 192.0.2.1
ip -n "$RIGHT" address add 10.64.0.1/24 dev lo
events LEFT

check_link LEFT '.remote == "192.0.2.2"'
check_ping LEFT 10.9.0.2
check_ping RIGHT 10.9.0.1
ip -n "$LEFT" route add 10.64.0.0/24 dev mgre0
check_ping LEFT 10.64.0.1
log_test "any destination goes to the remote, without a mapping"

capture RIGHT mgre0
on LEFT ping -q -c 1 -W 1 -I mgre0 224.0.0.5 > /dev/null
check_captured RIGHT mgre0 1 'dst host 224.0.0.5'
log_test "multicast too"

check_equal "$(event_count LEFT '.event == "miss"')" 0 "misses announced"
log_test "no misses"

ip -n "$RIGHT" address add 192.0.2.3/24 dev eth0
capture RIGHT eth0 'proto gre'
ip -n "$LEFT" link set mgre0 type mgre remote 192.0.2.3
check_link LEFT '.remote == "192.0.2.3"'
on LEFT ping -q -c 1 -W 1 10.9.0.2 > /dev/null
check_captured RIGHT eth0 1 'dst host 192.0.2.3'
log_test "the remote can be changed"

ip -n "$LEFT" link set mgre0 type mgre remote any
check_no_ping LEFT 10.9.0.2
on LEFT mgrectl map add dev mgre0 10.9.0.2 nbma 192.0.2.2
check_ping LEFT 10.9.0.2
log_test "and taken away: a multipoint tunnel"
