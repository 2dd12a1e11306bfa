#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two spokes behind one public address are two peers of the hub, which differ
# by the UDP port of their ESP and by if-id. Keys are made by hand.
#
#	HUB  eth0 192.0.2.1 --- 192.0.2.2  NAT  10.0.0.254 (bridge)
#	                              10.0.0.11 ONE --+-- TWO 10.0.0.12
#	mgre0 10.9.0.1 (HUB), 10.9.0.11 (ONE), 10.9.0.12 (TWO)
#
# NAT gives ONE the UDP port 4511 and TWO 4512.
# timeout: 900

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

require_command python3 nft
setup_ns HUB NAT ONE TWO
ip link add eth0 netns "$HUB" type veth peer name eth0 netns "$NAT"
ip -n "$HUB" address add 192.0.2.1/24 dev eth0
ip -n "$NAT" address add 192.0.2.2/24 dev eth0
ip -n "$NAT" link add br0 type bridge
ip -n "$NAT" address add 10.0.0.254/24 dev br0
ip -n "$NAT" link set br0 up
for spoke in ONE/11 TWO/12; do
	IFS=/ read -r part last <<< "$spoke"
	ip link add eth0 netns "${!part}" type veth \
		peer name "s$last" netns "$NAT"
	ip -n "$NAT" link set "s$last" master br0 up
	ip -n "${!part}" address add 10.0.0."$last"/24 dev eth0
	ip -n "${!part}" link set eth0 up
	ip -n "${!part}" route add default via 10.0.0.254
done
ip -n "$HUB" link set eth0 up
ip -n "$NAT" link set eth0 up
on NAT sysctl -qw net.ipv4.ip_forward=1

# translate OFFSET: NAT maps the spokes to ports from 4500 + OFFSET on.
translate()
{
	on NAT nft -f - <<-END
		table ip nat
		delete table ip nat
		table ip nat {
			chain postrouting {
				type nat hook postrouting priority srcnat;
				ip saddr 10.0.0.11 udp sport 4500 masquerade to :$((4500 + $1 + 11))
				ip saddr 10.0.0.12 udp sport 4500 masquerade to :$((4500 + $1 + 12))
			}
			chain prerouting {
				type nat hook prerouting priority dstnat;
				ip saddr 192.0.2.1 udp dport $((4500 + $1 + 11)) dnat to 10.0.0.11:4500
				ip saddr 192.0.2.1 udp dport $((4500 + $1 + 12)) dnat to 10.0.0.12:4500
			}
		}
	END
	check_err $? "no translation"
}

# state PART FROM TO SPI IF_ID SOURCE_PORT DESTINATION_PORT
state()
{
	ip -n "${!1}" xfrm state add src "$2" dst "$3" proto esp spi "$4" \
		reqid "$5" mode transport if_id "$5" aead 'rfc4106(gcm(aes))' \
		"0x$(printf '%072x' $(($4)))" 128 encap espinudp "$6" "$7" 0.0.0.0
}

# policy PART FROM TO IF_ID
policy()
{
	ip -n "${!1}" xfrm policy add src "$2" dst "$3" proto gre dir out \
		if_id "$4" tmpl src "$2" dst "$3" proto esp reqid "$4" \
		mode transport
}

# keys PART LAST OFFSET: of a spoke and the hub; the if-id is LAST at the hub
# and 1 at the spoke.
keys()
{
	local spoke=10.0.0.$2 port=$((4500 + $3 + $2))

	state HUB 192.0.2.2 192.0.2.1 $((0x1000 + $3 + $2)) "$2" $port 4500
	state "$1" 192.0.2.1 "$spoke" $((0x2000 + $3 + $2)) 1 4500 4500
	state "$1" "$spoke" 192.0.2.1 $((0x1000 + $3 + $2)) 1 4500 4500
	state HUB 192.0.2.1 192.0.2.2 $((0x2000 + $3 + $2)) "$2" 4500 $port
}

# device PART LOCAL LAST
device()
{
	ip -n "${!1}" link add mgre0 type mgre local "$2" key $key \
		protect require || exit 1
	ip -n "${!1}" address add 10.9.0."$3"/24 dev mgre0
	ip -n "${!1}" link set mgre0 up
	ip netns exec "${!1}" "$(dirname "$0")/espinudp.py" 4500 \
		> "$TMPDIR/$1" &
	busywait 20000 grep -q ready "$TMPDIR/$1"
}

peer_is()
{
	on HUB mgrectl -j peer show dev mgre0 nbma 192.0.2.2 if-id "$1" |
		gojq -e ".[0] | $2"
}

check_peer()
{
	busywait 10000 peer_is "$@" > /dev/null
	check_err $? "peer $1 is not ($2): $(on HUB mgrectl -j peer show)"
}

translate 0
device HUB 192.0.2.1 1
capture HUB eth0
for spoke in ONE/11 TWO/12; do
	IFS=/ read -r part last <<< "$spoke"
	device "$part" 10.0.0."$last" "$last"
	policy "$part" 10.0.0."$last" 192.0.2.1 1
	policy HUB 192.0.2.1 192.0.2.2 "$last"
	keys "$part" "$last" 0
	on "$part" mgrectl map add dev mgre0 10.9.0.1 nbma 192.0.2.1 if-id 1
	on HUB mgrectl map add dev mgre0 10.9.0."$last" nbma 192.0.2.2 \
		if-id "$last"
done
check_equal "$(entries HUB peer)" 2 "peers of the hub"
check_peer 11 '.state == "up" and .port == 4511 and .protected'
check_peer 12 '.state == "up" and .port == 4512 and .protected'
log_test "two peers of one address, with the ports of their SAs"

check_ping ONE 10.9.0.1
check_ping TWO 10.9.0.1
check_ping HUB 10.9.0.11
check_ping HUB 10.9.0.12
check_captured HUB eth0 2 'udp src port 4511'
check_captured HUB eth0 2 'udp src port 4512'
check_captured HUB eth0 2 'udp dst port 4511'
check_captured HUB eth0 2 'udp dst port 4512'
check_not_captured HUB eth0 'proto gre'
log_test "both directions of both, and nothing but UDP"

count()
{
	on HUB mgrectl -d -j peer show dev mgre0 nbma 192.0.2.2 if-id "$1" |
		gojq '.[0].rx.packets'
}
before=$(count 11) other=$(count 12)
on ONE ping -q -c 10 -i 0.05 10.9.0.1 > /dev/null
check_equal $(($(count 11) - before)) 10 "packets from the one"
check_equal "$(count 12)" "$other" "packets from the other"
log_test "what one sends is counted for it alone"

if python3 -c 'import yaml' 2> /dev/null; then
	on HUB "$genl" own mgre0 > "$TMPDIR/owner" &
	busywait 20000 until_match bound cat "$TMPDIR/owner" > /dev/null
	index=$(on TWO cat /sys/class/net/mgre0/ifindex)
	on TWO "$genl" call packet "{\"ifindex\":$index,\"packet\":{
		\"endpoint\":{\"nbma\":\"192.0.2.1\",\"if-id\":1},
		\"data\":\"0001080000000000000001000000000000000004000400\"}}"
	check_err $? "refused"
	busywait 20000 until_match '"packet"' cat "$TMPDIR/owner" > /dev/null
	tail -n +2 "$TMPDIR/owner" | gojq -e ".packet | .endpoint ==
		{\"nbma\":\"192.0.2.2\",\"if-id\":12,\"port\":4512} and
		.reqid == 12 and .spi == $((0x1000 + 12))" > /dev/null
	check_err $? "not the origin: $(cat "$TMPDIR/owner")"
	check_refused 'ENOKEY: .*security association' on TWO "$genl" call \
		packet "{\"ifindex\":$index,\"packet\":{
		\"endpoint\":{\"nbma\":\"192.0.2.1\",\"if-id\":2},
		\"data\":\"0001080000000000000001000000000000000004000400\"}}"
	log_test "NHRP: the daemon is told which of the two; refused without keys"
fi

# The mapping changes, and the daemon gives the hub new associations for it.
ip netns exec "$ONE" ping -q -i 0.02 10.9.0.1 > /dev/null &
traffic=$!
sleep 1
translate 100
# The router forgets what it has masqueraded when its line goes down.
ip -n "$NAT" link set eth0 down
ip -n "$NAT" link set eth0 up
keys ONE 11 100
keys TWO 12 100
check_equal "$(lost_pings "$ONE" -c 50 -i 0.02 10.9.0.1)" 0 \
	"packets lost with the new keys"
kill -INT $traffic
wait $traffic
check_peer 11 '.state == "up" and .port == 4611'
check_ping HUB 10.9.0.11
check_ping HUB 10.9.0.12
for port in 4611 4612; do
	check_captured HUB eth0 1 "udp dst port $port"
	check_captured HUB eth0 1 "udp src port $port"
done
check_not_captured HUB eth0 'proto gre'
log_test "other ports with new keys: the peers stay what they are"
