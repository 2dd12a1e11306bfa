#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The MTU follows the underlay, and the path MTU to a peer is discovered and
# told to the senders inside.
#
#	HOST --- LEFT --- MID --- RIGHT      MTU between MID and RIGHT: 1400
#	     eth1    eth0     eth1
#	    10.8.0.0/24  192.0.2.0/24  198.51.100.0/24
#	mgre0 10.9.0.1 (LEFT) and 10.9.0.2 (RIGHT)

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

setup_ns HOST LEFT MID RIGHT
# wire PART DEVICE ADDRESS PART DEVICE ADDRESS
wire()
{
	ip link add "$2" netns "${!1}" type veth peer name "$5" netns "${!4}"
	ip -n "${!1}" address add "$3" dev "$2"
	ip -n "${!4}" address add "$6" dev "$5"
	ip -n "${!1}" link set "$2" up
	ip -n "${!4}" link set "$5" up
}
wire HOST eth0 10.8.0.2/24 LEFT eth1 10.8.0.1/24
wire LEFT eth0 192.0.2.1/24 MID eth0 192.0.2.254/24
wire RIGHT eth0 198.51.100.2/24 MID eth1 198.51.100.254/24
ip -n "$HOST" address add fd08::2/64 dev eth0 nodad
ip -n "$LEFT" address add fd08::1/64 dev eth1 nodad
ip -n "$HOST" route add default via 10.8.0.1
ip -n "$HOST" route add default via fd08::1
ip -n "$LEFT" route add default via 192.0.2.254
ip -n "$RIGHT" route add default via 198.51.100.254
on LEFT sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
on MID sysctl -qw net.ipv4.ip_forward=1
ip -n "$LEFT" link add mgre0 type mgre local 192.0.2.1 key $key dev eth0
ip -n "$RIGHT" link add mgre0 type mgre local 198.51.100.2 key $key
for side in LEFT/1/198.51.100.2/2 RIGHT/2/192.0.2.1/1; do
	IFS=/ read -r part last nbma other <<< "$side"
	ip -n "${!part}" address add 10.9.0."$last"/24 dev mgre0
	ip -n "${!part}" address add fd09::"$last"/64 dev mgre0 nodad
	ip -n "${!part}" link set mgre0 up
	on "$part" mgrectl map add dev mgre0 10.9.0."$other" nbma "$nbma"
	on "$part" mgrectl map add dev mgre0 fd09::"$other" nbma "$nbma"
done
ip -n "$RIGHT" route add 10.8.0.0/24 via 10.9.0.1
ip -n "$RIGHT" route add fd08::/64 via fd09::1

mtu()
{
	on LEFT cat /sys/class/net/mgre0/mtu
}

check_equal "$(mtu)" 1472 "MTU over 1500 with a key"
ip -n "$LEFT" link set eth0 mtu 1450
busywait 3000 until_match '^1422$' mtu > /dev/null
check_err $? "MTU over 1450 is $(mtu), not 1422"
ip -n "$LEFT" link set eth0 mtu 1500
busywait 3000 until_match '^1472$' mtu > /dev/null
check_err $? "MTU over 1500 is $(mtu), not 1472"
ip -n "$LEFT" link set mgre0 mtu 1300
ip -n "$LEFT" link set eth0 mtu 1450
ip -n "$LEFT" link set eth0 mtu 1500
check_equal "$(mtu)" 1300 "MTU set by hand"
ip -n "$LEFT" link set mgre0 mtu 1472
log_test "the MTU follows the underlay until it is set by hand"

check_ping LEFT 10.9.0.2 -M "do" -s 1444
check_ping HOST 10.9.0.2 -M "do" -s 1444
check_entry LEFT '.[0].mtu == 1472' peer dev mgre0
log_test "packets of the whole MTU fit"

ip -n "$MID" link set eth1 mtu 1400
ip -n "$RIGHT" link set eth0 mtu 1400

# told PART SIZE MTU DESTINATION: the sender comes to know the path MTU.
told()
{
	on "$1" ping -M "do" -c 1 -W 1 -s "$2" "$4" 2>&1 |
		grep -qiE "mtu ?[=:] ?$3"
}
busywait 10000 told LEFT 1444 1372 10.9.0.2
check_err $? "the router itself is not told"
check_entry LEFT '.[0].mtu == 1372' peer dev mgre0
busywait 10000 told HOST 1444 1372 10.9.0.2
check_err $? "a host behind it is not told"
check_ping HOST 10.9.0.2 -M "do" -s 1344
log_test "IPv4: the path MTU is learnt and told"

busywait 10000 told LEFT 1424 1372 fd09::2
check_err $? "the router itself is not told"
busywait 10000 told HOST 1424 1372 fd09::2
check_err $? "a host behind it is not told"
check_ping HOST fd09::2 -M "do" -s 1324
log_test "IPv6: the path MTU is told"

check_ping HOST 10.9.0.2 -M dont -s 1444
check_ping HOST 10.9.0.2 -M dont -s 4000
log_test "packets that may be fragmented get through"

on RIGHT iperf3 -s -1 > /dev/null 2>&1 &
busywait 10000 until_match LISTEN on RIGHT ss -ltn 'sport = 5201' > /dev/null
out=$(on HOST timeout 60 iperf3 -c 10.9.0.2 -n 1M 2>&1)
check_err $? "iperf3: $out"
log_test "TCP from a host behind the tunnel does not stall"

# The other way: what RIGHT sends is too big for what lies between.
ip -n "$LEFT" link set eth0 mtu 1400
ip -n "$MID" link set eth0 mtu 1350
busywait 10000 told RIGHT 1344 1322 10.9.0.1
check_err $? "it is not told"
check_entry RIGHT '.[0].mtu == 1322' peer dev mgre0
check_ping RIGHT 10.8.0.2 -M "do" -s 1294
log_test "in both directions"
