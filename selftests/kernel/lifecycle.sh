#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Devices come and go, move between network namespaces, and namespaces die in
# any order, with packets on their way.
#
#	LEFT  eth0 192.0.2.1/24 --- eth0 192.0.2.2/24  RIGHT
#	OUTER and INNER: a device's underlay and its other side
# timeout: 300

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

pair_up
check_ping LEFT 10.9.0.2
ip -n "$LEFT" link set mgre0 down
check_no_ping RIGHT 10.9.0.1
ip -n "$LEFT" link set mgre0 up
check_ping LEFT 10.9.0.2
check_entry LEFT 'length == 1' peer dev mgre0
log_test "down and up again keep the entries"

ip -n "$LEFT" link set mgre0 down
ip -n "$LEFT" link set mgre0 name tunnel
ip -n "$LEFT" link set tunnel up
check_ping LEFT 10.9.0.2
check_entry LEFT '.[0].dev == "tunnel"' peer
ip -n "$LEFT" link set tunnel down
ip -n "$LEFT" link set tunnel name mgre0
ip -n "$LEFT" link set mgre0 up
log_test "a device may be renamed"

ip -n "$LEFT" link del mgre0
check_entry LEFT 'length == 0' peer
check_refused 'no device' on LEFT mgrectl peer show dev mgre0
pair_tunnel LEFT
on LEFT mgrectl map add dev mgre0 10.9.0.2 nbma 192.0.2.2
check_ping LEFT 10.9.0.2
log_test "deleted and made anew"

# The inner side of LEFT goes to INNER; the underlay stays where it was.
setup_ns INNER
ip -n "$LEFT" link set mgre0 netns "$INNER"
check_err $? "it cannot be moved"
ip -n "$INNER" address add 10.9.0.1/24 dev mgre0
ip -n "$INNER" link set mgre0 up
check_entry INNER 'length == 1' peer dev mgre0
check_ping INNER 10.9.0.2
check_entry LEFT 'length == 0' dev
log_test "moved to another namespace, the underlay remains"

on INNER mgrectl map add dev mgre0 10.9.0.77 nbma 192.0.2.77
check_err $? "refused"
check_entry INNER 'length == 2' map dev mgre0
log_test "its entries are managed where it is now"

# A dying namespace goes later, and answers until then.
gone()
{
	! on RIGHT ping -c 1 -W 1 10.9.0.1 > /dev/null 2>&1
}

ip netns del "$INNER"
slowwait 60 gone
check_err $? "10.9.0.1 still answers RIGHT"
pair_tunnel LEFT
on LEFT mgrectl map add dev mgre0 10.9.0.2 nbma 192.0.2.2
check_ping LEFT 10.9.0.2
log_test "the inner namespace dies first"

setup_ns INNER OUTER
ip link add eth1 netns "$OUTER" type veth peer name eth1 netns "$RIGHT"
ip -n "$OUTER" address add 198.51.100.1/24 dev eth1
ip -n "$OUTER" link set eth1 up
ip -n "$OUTER" link add mgre1 type mgre local 198.51.100.1 key 7
ip -n "$OUTER" link set mgre1 netns "$INNER"
on INNER mgrectl map add dev mgre1 10.8.0.2 nbma 198.51.100.2
ip -n "$INNER" address add 10.8.0.1/24 dev mgre1
ip -n "$INNER" link set mgre1 up
on INNER ping -q -i 0.01 -c 1000 10.8.0.2 > /dev/null 2>&1 &
ip netns del "$OUTER"
# The device has no underlay any more.
slowwait 60 until_match '^$' ip -n "$INNER" link show type mgre > /dev/null
check_err $? "the device outlives its underlay's namespace"
ip netns del "$INNER"
log_test "the underlay's namespace dies first"

for i in $(seq 8); do
	setup_ns ONE
	ip -n "$ONE" link add eth0 type dummy
	ip -n "$ONE" link set eth0 up
	ip -n "$ONE" address add 192.0.2.1/24 dev eth0
	ip -n "$ONE" link add mgre0 type mgre dev eth0 key $((i % 2))
	ip -n "$ONE" address add 10.9.0.1/24 dev mgre0
	ip -n "$ONE" link set mgre0 up
	on ONE mgrectl map add dev mgre0 10.9.0.2 nbma 192.0.2.2 hold 1
	on ONE ping -q -c 1 -W 1 10.9.0.3 > /dev/null 2>&1 &
	[ $((i % 3)) -ne 0 ] || ip -n "$ONE" link del eth0
	ip netns del "$ONE"
done
log_test "eight namespaces made and removed with devices in use"

ip -n "$LEFT" link add mgre0 type mgre 2>/dev/null
check_fail $? "two devices of one name"
for i in $(seq 20); do
	ip -n "$LEFT" link add "m$i" type mgre local 192.0.2.1 key "$((i + 5000))"
	check_err $? "device $i refused"
	ip -n "$LEFT" link set "m$i" up
done
check_entry LEFT 'length == 21' dev
for i in $(seq 20); do
	ip -n "$LEFT" link del "m$i"
done
check_ping LEFT 10.9.0.2
log_test "twenty devices in a namespace"
