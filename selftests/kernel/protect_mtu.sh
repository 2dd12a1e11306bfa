#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The MTU of a protected device leaves room for ESP, the path MTU of a peer is
# that of its bundle, and what is large stays in one piece until it is
# encrypted.
#
# The network is that of ../ipsec.sh.
# timeout: 900

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/ipsec.sh
. "$(dirname "$0")/../ipsec.sh"

require_command iperf3
require_module esp4_offload
segment LEFT RIGHT
tunnel LEFT
tunnel RIGHT
policies LEFT RIGHT 7
keys add LEFT RIGHT 7 1
knows LEFT RIGHT 7
knows RIGHT LEFT 7
check_peer LEFT RIGHT '.state == "up"'
capture_sent LEFT

mtu()
{
	on LEFT cat /sys/class/net/mgre0/mtu
}

check_equal "$(mtu)" 1400 "MTU over 1500"
ip -n "$LEFT" link set mgre0 type mgre protect none
check_equal "$(mtu)" 1472 "MTU without protection"
ip -n "$LEFT" link set mgre0 type mgre protect require
check_equal "$(mtu)" 1400 "MTU over 1500"
check_peer LEFT RIGHT '.state == "up"'
log_test "the MTU follows protection"

check_ping LEFT 10.9.0.2 -M "do" -s 1372
# AES-GCM: SPI and sequence number, IV, trailer, ICV: 8 + 8 + 2 + 16.
out=$(on LEFT mgrectl -j -d peer show dev mgre0 | gojq '.[0].mtu')
check_at_least "$out" 1436 "path MTU"
check_at_most "$out" 1438 "path MTU"
check_not_captured LEFT eth0 'ip[6:2] & 0x3fff != 0'
log_test "a packet of the whole MTU fits, the path MTU is that of the cipher"

ip -n "$LEFT" link set mgre0 mtu 1472
too_big()
{
	on LEFT ping -M "do" -c 1 -W 1 -s "$1" 10.9.0.2 2>&1 |
		grep -qE "mtu ?[=:] ?$2"
}
busywait 10000 too_big 1440 "$out"
check_err $? "the sender is not told"
check_ping LEFT 10.9.0.2 -M "do" -s $((out - 28))
check_ping LEFT 10.9.0.2 -M dont -s 1440
check_ping LEFT 10.9.0.2 -M dont -s 4000
log_test "larger ones are refused with the path MTU, or fragmented"

ip -n "$LEFT" link set eth0 mtu 1400
ip -n "$LEFT" link set mgre0 type mgre ttl 64
busywait 10000 too_big 1372 "13[0-9][0-9]"
check_err $? "the sender is not told"
out=$(on LEFT mgrectl -j -d peer show dev mgre0 | gojq '.[0].mtu')
check_at_least "$out" 1336 "path MTU"
check_at_most "$out" 1338 "path MTU"
ip -n "$LEFT" link set eth0 mtu 1500
log_test "the path MTU follows the underlay"

# Large packets: as one into the device, as ESP segments on the wire.
ip -n "$LEFT" link set mgre0 mtu 1400
# On a slow machine TCP would send too little at a time for GRO to show.
on LEFT sysctl -qw net.ipv4.tcp_min_tso_segs=16
capture LEFT mgre0 'tcp and greater 3000'
capture RIGHT mgre0 'tcp and greater 3000'
on RIGHT iperf3 -s -1 > /dev/null 2>&1 &
busywait 10000 until_match LISTEN on RIGHT ss -ltn 'sport = 5201' > /dev/null
out=$(on LEFT timeout 100 iperf3 -c 10.9.0.2 -n 16M 2>&1)
check_err $? "iperf3: $out"
check_captured LEFT mgre0 10 'tcp and greater 3000'
check_captured LEFT eth0 100 'esp'
check_captured RIGHT mgre0 10 'tcp and greater 3000'
check_clear LEFT
log_test "TCP gets through, and is cut up and put together around ESP"

features=$(on LEFT ethtool -k mgre0 | grep -cE '^tcp-segmentation-offload: on|^generic-(segmentation|receive)-offload: on')
check_equal "$features" 3 "offloads that are on"
log_test "GSO and GRO are on"
