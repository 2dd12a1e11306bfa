#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Multicast and broadcast go to each peer that is flagged for it, once, and
# never back to where they came from.
#
#	HUB eth0 192.0.2.1/24 ---+--- eth0 192.0.2.2/24 A
#	    br0                  +--- eth0 192.0.2.3/24 B
#	                         +--- eth0 192.0.2.4/24 C, not flagged

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

setup_ns NET HUB A B C
ip -n "$NET" link add br0 type bridge
ip -n "$NET" link set br0 up
last=1
for part in HUB A B C; do
	ip link add eth0 netns "${!part}" type veth peer name $part netns "$NET"
	ip -n "$NET" link set $part master br0 up
	ip -n "${!part}" address add 192.0.2.$last/24 dev eth0
	ip -n "${!part}" link set eth0 up
	ip -n "${!part}" link add mgre0 type mgre local 192.0.2.$last key $key
	ip -n "${!part}" address add 10.9.0.$last/24 brd + dev mgre0
	ip -n "${!part}" address add fd09::"$last"/64 dev mgre0 nodad
	ip -n "${!part}" link set mgre0 up
	[ $part = HUB ] || on $part mgrectl peer add dev mgre0 nbma 192.0.2.1
	capture $part mgre0
	last=$((last + 1))
done
on HUB mgrectl -batch - <<-END
	peer add dev mgre0 nbma 192.0.2.2 multicast
	peer add dev mgre0 nbma 192.0.2.3 multicast
	peer add dev mgre0 nbma 192.0.2.4
	map add dev mgre0 10.9.0.2 nbma 192.0.2.2
	map add dev mgre0 10.9.0.3 nbma 192.0.2.3
END

# seen PART FILTER NUMBER
seen()
{
	check_captured "$1" mgre0 "$3" "$2"
	check_equal "$(captured "$1" mgre0 "$2" | wc -l)" "$3" \
		"packets of '$2' seen by $1"
}

on HUB ping -q -c 5 -i 0.05 -W 1 -I mgre0 224.0.0.5 > /dev/null
seen A 'dst host 224.0.0.5' 5
seen B 'dst host 224.0.0.5' 5
check_not_captured C mgre0 'dst host 224.0.0.5'
log_test "each flagged peer gets each packet once, others none"

on HUB ping -q -b -c 3 -i 0.05 -W 1 10.9.0.255 > /dev/null 2>&1
seen A 'dst host 10.9.0.255' 3
seen B 'dst host 10.9.0.255' 3
on HUB ping -q -c 3 -i 0.05 -W 1 ff02::5%mgre0 > /dev/null
seen A 'ip6 and dst host ff02::5' 3
seen B 'ip6 and dst host ff02::5' 3
log_test "broadcast and IPv6 multicast too"

before=$(mgre_stat "$C" mgre0 tx_no_multicast_peer)
on C ping -q -c 1 -W 1 -I mgre0 224.0.0.9 > /dev/null
check_counted C tx_no_multicast_peer "$before"
log_test "without a flagged peer it is dropped and counted"

on HUB mgrectl peer set dev mgre0 nbma 192.0.2.3 state down
on HUB ping -q -c 2 -i 0.05 -W 1 -I mgre0 224.0.0.6 > /dev/null
seen A 'dst host 224.0.0.6' 2
check_not_captured B mgre0 'dst host 224.0.0.6'
on HUB mgrectl peer set dev mgre0 nbma 192.0.2.3 state up nomulticast
on HUB ping -q -c 2 -i 0.05 -W 1 -I mgre0 224.0.0.7 > /dev/null
seen A 'dst host 224.0.0.7' 2
check_not_captured B mgre0 'dst host 224.0.0.7'
on HUB mgrectl peer set dev mgre0 nbma 192.0.2.3 multicast
log_test "not to a peer that is down or no longer flagged"

# A multicast packet that comes in by the tunnel and leaves by it again, as a
# multicast router of the hub would send it: tc does the same here.
on A mgrectl peer set dev mgre0 nbma 192.0.2.1 multicast
on HUB tc qdisc add dev mgre0 clsact
if on HUB tc filter add dev mgre0 ingress protocol ip flower \
	dst_ip 239.1.1.1 action mirred egress redirect dev mgre0 &&
   on HUB tc filter add dev mgre0 ingress protocol ipv6 flower \
	dst_ip ff02::99 action mirred egress redirect dev mgre0; then
	on A ping -q -c 3 -i 0.05 -W 1 -t 5 -I mgre0 239.1.1.1 > /dev/null
	seen B 'dst host 239.1.1.1' 3
	# A's own capture has what A sent, and nothing that came back.
	check_equal "$(captured A mgre0 'dst host 239.1.1.1' | wc -l)" 3 \
		"packets seen by the sender"
	log_test "never back to where it came from"
	# The next hop towards its source tells whom it came from.
	ip -n "$A" address add fd66::2/128 dev lo
	ip -n "$HUB" route add fd66::2 via fd09::2 dev mgre0
	on HUB mgrectl map add dev mgre0 fd09::2 nbma 192.0.2.2
	on A ping -q -c 3 -i 0.05 -W 1 -t 5 -I fd66::2 ff02::99%mgre0 \
		> /dev/null
	seen B 'dst host ff02::99' 3
	check_equal "$(captured A mgre0 'dst host ff02::99' | wc -l)" 3 \
		"packets seen by the sender"
	log_test "nor to the router that its source is behind"
else
	log_test_skip "never back to where it came from" "tc cannot redirect"
fi

for i in $(seq 300); do
	echo "peer add dev mgre0 nbma 192.0.3.$((i % 254 + 1)) multicast"
done | on HUB mgrectl -batch - 2> /dev/null
on HUB ping -q -c 20 -i 0.05 -W 1 -I mgre0 224.0.0.8 > /dev/null
seen A 'dst host 224.0.0.8' 20
seen B 'dst host 224.0.0.8' 20
log_test "paced among 256 peers, and none is missed"

on A ping -q -c 500 -i 0.002 -W 1 -I mgre0 224.0.0.10 > /dev/null &
for i in $(seq 20); do
	on HUB mgrectl peer flush dev mgre0
	on HUB mgrectl peer add dev mgre0 nbma 192.0.2.2 multicast
	on HUB ping -q -c 3 -i 0.002 -W 1 -I mgre0 224.0.0.11 > /dev/null
done
wait -n
ip -n "$HUB" link del mgre0
check_err $? "cannot be deleted"
log_test "peers and the device may go while packets are replicated"
