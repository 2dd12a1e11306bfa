#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Packets of both families go through the tunnel, by next hops of both
# families, and are counted.
#
#	LEFT  eth0 192.0.2.1/24 --- eth0 192.0.2.2/24  RIGHT
#	      mgre0 10.9.0.1                mgre0 10.9.0.2, 10.64.0.1, fd64::1

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

pair_up
ip -n "$RIGHT" address add 10.64.0.1/24 dev lo
ip -n "$RIGHT" address add fd64::1/64 dev lo nodad

check_ping LEFT 10.9.0.2
check_ping RIGHT 10.9.0.1
check_ping LEFT fd09::2
check_ping LEFT 10.9.0.2 -s 1400
check_ping LEFT 10.9.0.2 -s 0
log_test "IPv4 and IPv6 on the tunnel's own prefix"

ip -n "$LEFT" route add 10.64.0.0/24 via 10.9.0.2
ip -n "$LEFT" route add fd64::/64 via fd09::2
check_ping LEFT 10.64.0.1
check_ping LEFT fd64::1
check_equal "$(entries LEFT map)" 2 "mappings"
log_test "by a route's next hop"

ip -n "$LEFT" route change 10.64.0.0/24 via inet6 fd09::2 dev mgre0
check_ping LEFT 10.64.0.1
log_test "IPv4 by an IPv6 next hop"

before=$(on LEFT mgrectl -j -d peer show dev mgre0 nbma 192.0.2.2 | gojq '.[0]')
check_equal "$(on LEFT ping -q -i 0.01 -c 50 10.9.0.2 |
	grep -o '[0-9]* received')" "50 received" "answers"
check_entry LEFT ".[0].tx.packets - $(gojq .tx.packets <<< "$before") == 50 and
	.[0].rx.packets - $(gojq .rx.packets <<< "$before") == 50" \
	peer dev mgre0 nbma 192.0.2.2
check_entry LEFT ".[0].tx.bytes - $(gojq .tx.bytes <<< "$before") >= 50 * 84" \
	peer dev mgre0 nbma 192.0.2.2
check_at_least "$(link_stat "$LEFT" mgre0 tx packets)" 50 "tx_packets"
check_at_least "$(link_stat "$LEFT" mgre0 rx packets)" 50 "rx_packets"
check_equal "$(link_stat "$LEFT" mgre0 tx errors)" 0 "tx_errors"
check_equal "$(link_stat "$LEFT" mgre0 rx errors)" 0 "rx_errors"
log_test "packets are counted for the peer and for the device"

on RIGHT ip neigh show dev mgre0 | grep -v NOARP | grep -q .
check_fail $? "neighbours: $(on RIGHT ip neigh show dev mgre0)"
for i in $(seq 300); do
	echo "map add dev mgre0 10.9.0.$((i % 250 + 3)) nbma 192.0.2.2"
done | on LEFT mgrectl -batch - 2> /dev/null
# shellcheck disable=SC2016 # for the shell there
on LEFT bash -c 'for i in $(seq 3 250); do
	echo > /dev/udp/10.9.0.$i/9; done' 2> /dev/null
check_at_most "$(on LEFT ip neigh show dev mgre0 nud all | wc -l)" 20 \
	"neighbour entries"
log_test "the neighbour table does not grow with the next hops"

on RIGHT iperf3 -s -1 -B 10.9.0.2 > /dev/null 2>&1 &
busywait 10000 until_match LISTEN on RIGHT ss -ltn 'sport = 5201' > /dev/null
out=$(on LEFT iperf3 -c 10.9.0.2 -n 2M 2>&1)
check_err $? "iperf3: $out"
log_test "TCP"
