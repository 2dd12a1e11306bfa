#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The underlay in a VRF: routes and packets of that VRF only.
#
#	LEFT  eth0 192.0.2.1/24 (VRF red) --- eth0 192.0.2.2/24  RIGHT
#	      eth1 192.0.2.1/24           --- eth0 192.0.2.2/24  OTHER

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

pair_underlay
setup_ns OTHER
ip -n "$LEFT" link add red type vrf table 100 2> /dev/null ||
	skip_all "no VRF in this kernel"
ip -n "$LEFT" link set red up
ip -n "$LEFT" link set eth0 master red
ip link add eth1 netns "$LEFT" type veth peer name eth0 netns "$OTHER"
ip -n "$LEFT" address add 192.0.2.1/24 dev eth1
ip -n "$LEFT" link set eth1 up
ip -n "$OTHER" address add 192.0.2.2/24 dev eth0
ip -n "$OTHER" link set eth0 up

pair_tunnel LEFT dev eth0
pair_tunnel RIGHT
pair_entries
ip -n "$OTHER" link add mgre0 type mgre local 192.0.2.2 key $key
ip -n "$OTHER" address add 10.9.0.2/24 dev mgre0
ip -n "$OTHER" link set mgre0 up
on OTHER mgrectl map add dev mgre0 10.9.0.1 nbma 192.0.2.1

capture OTHER eth0 'proto gre'
check_ping LEFT 10.9.0.2
check_not_captured OTHER eth0 'src host 192.0.2.1'
log_test "packets leave by the VRF of dev"

before=$(link_stat "$LEFT" mgre0 rx packets)
check_no_ping OTHER 10.9.0.1
check_captured OTHER eth0 1 'src host 192.0.2.2'
check_equal "$(link_stat "$LEFT" mgre0 rx packets)" "$before" "rx_packets"
log_test "packets that come by another VRF do not get in"

ip -n "$LEFT" link add mgre1 type mgre local 192.0.2.1 dev eth1 key $key
check_err $? "refused"
ip -n "$LEFT" address add 10.7.0.1/24 dev mgre1
ip -n "$LEFT" link set mgre1 up
ip -n "$OTHER" address add 10.7.0.2/24 dev mgre0
on LEFT mgrectl map add dev mgre1 10.7.0.2 nbma 192.0.2.2
on OTHER mgrectl map add dev mgre0 10.7.0.1 nbma 192.0.2.1
check_ping LEFT 10.7.0.2
check_ping LEFT 10.9.0.2
log_test "the same address and key in two VRFs are two tunnels"

# The inner side in a VRF, too.
ip -n "$LEFT" link add blue type vrf table 200
ip -n "$LEFT" link set blue up
ip -n "$LEFT" link set mgre0 master blue
ip -n "$LEFT" route add table 200 unreachable default metric 4278198272
check_ping LEFT 10.9.0.2 -I blue
check_ping RIGHT 10.9.0.1
log_test "the tunnel itself in another VRF"
