#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# With nopmtudisc outer packets may be fragmented on the way, and fragments
# are put together before the tunnel takes them.
#
#	LEFT  eth0 192.0.2.1/24 --- eth0 MID eth1 --- eth0 RIGHT
#	                            198.51.100.2/24, MTU 1000

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

setup_ns LEFT MID RIGHT
ip link add eth0 netns "$LEFT" type veth peer name eth0 netns "$MID"
ip link add eth0 netns "$RIGHT" type veth peer name eth1 netns "$MID"
ip -n "$LEFT" address add 192.0.2.1/24 dev eth0
ip -n "$MID" address add 192.0.2.254/24 dev eth0
ip -n "$MID" address add 198.51.100.254/24 dev eth1
ip -n "$RIGHT" address add 198.51.100.2/24 dev eth0
ip -n "$MID" link set eth0 up
ip -n "$MID" link set eth1 mtu 1000 up
ip -n "$LEFT" link set eth0 up
ip -n "$RIGHT" link set eth0 mtu 1000 up
ip -n "$LEFT" route add default via 192.0.2.254
ip -n "$RIGHT" route add default via 198.51.100.254
on MID sysctl -qw net.ipv4.ip_forward=1
ip -n "$LEFT" link add mgre0 type mgre local 192.0.2.1 key $key nopmtudisc
ip -n "$RIGHT" link add mgre0 type mgre local 198.51.100.2 key $key nopmtudisc
for side in LEFT/1/198.51.100.2/2 RIGHT/2/192.0.2.1/1; do
	IFS=/ read -r part last nbma other <<< "$side"
	ip -n "${!part}" address add 10.9.0."$last"/24 dev mgre0
	ip -n "${!part}" link set mgre0 mtu 1472 up
	on "$part" mgrectl map add dev mgre0 10.9.0."$other" nbma "$nbma"
done

capture RIGHT eth0 'ip[6:2] & 0x3fff != 0'
capture LEFT eth0 'proto gre and src host 192.0.2.1'
check_ping LEFT 10.9.0.2 -M dont -s 1400
check_captured RIGHT eth0 2 'src host 192.0.2.1'
check_not_captured LEFT eth0 'ip[6] & 0x40 != 0'
log_test "fragments made on the way are put together"

check_ping RIGHT 10.9.0.1 -M dont -s 1400
check_ping LEFT 10.9.0.2 -M dont -s 5000
check_equal "$(lost_pings "$LEFT" -M dont -c 20 -i 0.05 -s 1400 10.9.0.2)" 0 \
	"lost"
log_test "fragments of our own too, and none is lost"
