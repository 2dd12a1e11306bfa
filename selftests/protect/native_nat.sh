#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # variables of topology.sh
#
# Both spokes behind one NAT address: two sessions of the hub, told apart by
# their UDP ports. They reach the hub and each other, and go on to do so when
# the NAT gives them other ports.
#
#	SPOKE1 --+
#	         +-- NAT 9.1.1.9 -- HUB
#	SPOKE2 --+
# timeout: 900

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/capture.sh
. "$(dirname "$0")/../capture.sh"
# shellcheck source=selftests/nhrp/lib.sh
. "$(dirname "$0")/../nhrp/lib.sh"
require_command gojq nft tcpdump tshark
require_module nft_masq
load_mgre

# nat FIRST LAST: the ports that the provider's router gives.
nat()
{
	ip netns exec "$NET" nft -f - <<-NFT
	table ip nat
	delete table ip nat
	table ip nat {
		chain postrouting {
			type nat hook postrouting priority 100;
			oifname "hub" meta l4proto udp masquerade to :$1-$2
		}
	}
	NFT
}

# ports FIRST LAST: how many SAs of the hub come from such a port.
ports()
{
	ip -n "$HUB" xfrm state | awk -v first="$1" -v last="$2" '
		/encap type espinudp/ && $5 >= first && $5 <= last { n++ }
		END { print n + 0 }'
}

both_from()
{
	[ "$(ports "$1" "$2")" -ge 2 ]
}

reach()
{
	slowwait "$1" ip netns exec "$HOST1" ping -q -c 1 -W 1 10.1.0.2 \
		> /dev/null
	check_err $? "SPOKE1 does not reach the hub"
	slowwait "$1" ip netns exec "$HOST2" ping -q -c 1 -W 1 10.1.0.2 \
		> /dev/null
	check_err $? "SPOKE2 does not reach the hub"
	slowwait "$1" ip netns exec "$HOST1" ping -q -c 1 -W 1 10.0.65.2 \
		> /dev/null
	check_err $? "the spokes do not reach each other"
}

test_register()
{
	topology_routers
	check_err $? "the spokes are not registered"
	check_equal "$(ip -n "$HUB" xfrm state | grep -c '^src 9.1.1.9 ')" 2 \
		"number of the hub's inbound SAs"
	both_from 20000 29999
	check_err $? "no ESP in UDP from the ports of the NAT"
	log_test "two spokes behind one address have a session each"

	reach 20
	log_test "they reach the hub and each other"
}

# What the NAT knew of them is gone when its link was.
test_rebinding()
{
	local ping

	ip netns exec "$HOST1" ping -q -i 0.2 10.1.0.2 > "$TMPDIR/ping1" &
	ping=$!
	ip netns exec "$HOST2" ping -q -i 0.2 10.1.0.2 > "$TMPDIR/ping2" &
	ping+=" $!"
	sleep 2
	nat 30000 39999
	ip -n "$NET" link set hub down
	ip -n "$NET" link set hub up
	slowwait 30 both_from 30000 39999
	check_err $? "the hub does not follow: $(ip -n "$HUB" xfrm state |
		grep encap)"
	reach 20
	# shellcheck disable=SC2086 # a list of numbers
	kill -INT $ping
	# shellcheck disable=SC2086
	wait $ping 2>/dev/null
	log_test "other ports of the NAT are followed under traffic"
}

# Nobody sends anything but what keeps the mapping.
test_idle()
{
	nat 40000 49999
	ip -n "$NET" link set hub down
	ip -n "$NET" link set hub up
	slowwait 60 both_from 40000 49999
	check_err $? "the hub does not follow: $(ip -n "$HUB" xfrm state |
		grep encap)"
	reach 20
	log_test "other ports of the NAT are followed without traffic"
}

# spis: of all SAs of the hub.
spis()
{
	ip -n "$HUB" xfrm state | grep -o 'spi 0x[0-9a-f]*' | sort
}

# policies NUMBER: 0 if the hub has so many.
policies()
{
	[ "$(ip -n "$HUB" xfrm policy | grep -c 'dir out')" -eq "$1" ]
}

test_policies()
{
	local before ping

	before=$(spis)
	ip netns exec "$HOST1" ping -q -i 0.2 10.1.0.2 > "$TMPDIR/ping1" &
	ping=$!
	ip -n "$HUB" xfrm policy flush
	busywait 5000 policies 2
	check_err $? "no new policies: $(ip -n "$HUB" xfrm policy)"
	reach 20
	kill -INT $ping
	wait $ping 2> /dev/null
	check_equal "$(spis)" "$before" "SPIs of the hub"
	log_test "policies that somebody flushes are set again, with the same keys"
}

test_wire()
{
	capture_stop
	check_equal "$(capture_count "$TMPDIR/wire.pcap" "gre && !esp")" 0 \
		"number of GRE packets on the wire"
	check_at_least "$(capture_count "$TMPDIR/wire.pcap" "udp && !icmp")" \
		100 "number of packets in UDP"
	log_test "no GRE is on the wire"
}

topology_underlay
nat 20000 29999
nhrpctl key psk "$TMPDIR/network.psk" > /dev/null
for part in HUB SPOKE1 SPOKE2; do
	configure $part "protection native" "psk file $TMPDIR/network.psk"
done
capture_start "$NET" any "$TMPDIR/wire.pcap" 'ip proto 47 or udp'
test_register
test_rebinding
test_idle
test_policies
test_wire
[ "$_failed" -eq 0 ] || {
	tail -n 20 "$TMPDIR"/*.log
	ip -n "$HUB" xfrm state | grep -vE 'aead|0000'
} | sed 's/^/# /'
