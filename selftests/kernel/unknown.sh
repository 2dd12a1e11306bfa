#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Data from an address that is no peer is dropped, counted and announced.
#
#	LEFT  eth0 192.0.2.1/24 --- eth0 192.0.2.2/24  RIGHT

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

pair_up
check_ping LEFT 10.9.0.2
on RIGHT mgrectl peer del dev mgre0 nbma 192.0.2.1
before=$(mgre_stat "$RIGHT" mgre0 rx_unknown_peer)
received=$(link_stat "$RIGHT" mgre0 rx packets)
check_no_ping LEFT 10.9.0.2
check_counted RIGHT rx_unknown_peer "$before"
check_equal "$(link_stat "$RIGHT" mgre0 rx packets)" "$received" "rx_packets"
check_equal "$(entries RIGHT peer)" 0 "peers made by packets"
log_test "dropped and counted, and no peer comes of it"

# A burst of 10 and 10 a second, however much there is, and nothing is missed.
events RIGHT
start=$SECONDS
on LEFT ping -q -c 500 -i 0.002 -W 1 10.9.0.2 > /dev/null
check_event RIGHT '.event == "unknown-peer" and .dev == "mgre0" and
	.nbma == "192.0.2.1"'
check_at_most "$(event_count RIGHT '.event == "unknown-peer"')" \
	$((10 * (SECONDS - start + 2))) "events"
check_equal "$(event_count RIGHT '.event == "overrun"')" 0 "events missed"
log_test "announced, a few times a second"

on RIGHT mgrectl map add dev mgre0 10.9.0.1 nbma 192.0.2.1
check_ping LEFT 10.9.0.2
log_test "accepted as soon as it is a peer"

on RIGHT mgrectl map flush dev mgre0
ip -n "$RIGHT" link set mgre0 type mgre accept-unknown
capture RIGHT mgre0
on LEFT ping -q -c 1 -W 1 10.9.0.2 > /dev/null
check_captured RIGHT mgre0 1 'icmp[icmptype] == icmp-echo'
log_test "accept-unknown"
ip -n "$RIGHT" link set mgre0 type mgre noaccept-unknown
on RIGHT mgrectl map add dev mgre0 10.9.0.1 nbma 192.0.2.1

ip -n "$LEFT" link add mgre1 type mgre local 192.0.2.1 key 5
ip -n "$LEFT" address add 10.9.0.5/24 dev mgre1
ip -n "$LEFT" link set mgre1 up
on LEFT mgrectl map add dev mgre1 10.9.0.2 nbma 192.0.2.2
before=$(link_stat "$RIGHT" mgre0 rx packets)
check_no_ping LEFT 10.9.0.2 -I mgre1
check_equal "$(link_stat "$RIGHT" mgre0 rx packets)" "$before" "rx_packets"
log_test "packets with another key do not get in"
