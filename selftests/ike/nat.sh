#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two spokes behind one public address, protected by strongSwan: both are known
# to the hub, and reach it and, through it, each other, and go on to do so when
# the NAT gives them other ports.
#
#	HOST1 -- SPOKE1 --+
#	                 NAT -- HUB	the hub sees both at 9.1.1.9
#	HOST2 -- SPOKE2 --+
# timeout: 900

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/capture.sh
. "$(dirname "$0")/../capture.sh"
# shellcheck source=selftests/strongswan.sh
. "$(dirname "$0")/../strongswan.sh"
strongswan_require
require_command nft
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

# ports FIRST LAST: how many SAs of the hub are with such a port, each way.
ports()
{
	ip -n "$HUB" xfrm state | awk -v first="$1" -v last="$2" '
		/encap type espinudp/ {
			n += $5 >= first && $5 <= last
			n += $7 >= first && $7 <= last
		}
		END { print n + 0 }'
}

# all_follow FIRST LAST: 0 if the SAs of both spokes are with such ports.
all_follow()
{
	[ "$(ports "$1" "$2")" -ge 4 ]
}

reaches()
{
	slowwait 60 ip netns exec "$1" ping -q -c 1 -W 1 "$2" > /dev/null
}

topology_underlay
nat 20000 29999
check_err $? "no NAT"
capture_start "$NET" any "$TMPDIR/wire.pcap" "$capture_protected"
for part in HUB SPOKE1 SPOKE2; do
	strongswan_start $part && topology_tunnel $part
	check_err $? "$part is not there"
done
topology_routes_phase3
for part in HUB SPOKE1 SPOKE2; do
	# Each stays with the hub: the NAT lets nobody else in.
	strongswan_nhrpd $part "local id ${part,,}.example.com" &&
		sed -i '/^ shortcut/d' "$TMPDIR/$part.conf" &&
		topology_ctl $part reload > /dev/null
	check_err $? "nhrpd of $part does not start"
done
slowwait 60 topology_registered > /dev/null
check_err $? "the spokes do not register: $(topology_ctl HUB show crypto)"
check_equal "$(topology_ctl HUB show crypto | grep -c '9\.1\.1\.9')" 2 \
	"sessions at the public address"
log_test "two spokes behind one address register"

check_equal "$(lost_pings "$HOST1" -c 50 -i 0.1 10.0.65.2)" 0 "pings lost"
check_equal "$(lost_pings "$HOST2" -c 50 -i 0.1 10.1.0.2)" 0 "pings lost"
check_equal "$(lost_pings "$HOST0" -c 50 -i 0.1 10.0.64.2)" 0 "pings lost"
log_test "they reach the hub and each other"

# What the NAT knew of them is gone when its link was.
all_follow 20000 29999
check_err $? "no ESP in UDP by the NAT: $(ip -n "$HUB" xfrm state | grep encap)"
pings=()
for host in "$HOST1" "$HOST2"; do
	ip netns exec "$host" ping -q -i 0.2 10.1.0.2 > /dev/null &
	pings+=($!)
done
sleep 2
nat 30000 39999
ip -n "$NET" link set hub down
ip -n "$NET" link set hub up
slowwait 60 all_follow 30000 39999
check_err $? "the hub does not follow: $(ip -n "$HUB" xfrm state | grep encap)"
reaches "$HOST1" 10.1.0.2 && reaches "$HOST2" 10.1.0.2 &&
	reaches "$HOST0" 10.0.64.2 && reaches "$HOST1" 10.0.65.2
check_err $? "no traffic: $(topology_ctl HUB show crypto)"
kill "${pings[@]}"
wait "${pings[@]}" 2>/dev/null
check_equal "$(topology_ctl HUB show crypto | grep -c '9\.1\.1\.9')" 2 \
	"sessions at the public address"
check_equal "$(lost_pings "$HOST1" -c 50 -i 0.1 10.0.65.2)" 0 "pings lost"
log_test "other ports of the NAT are followed under traffic"

capture_stop
check_only_esp "$TMPDIR/wire.pcap"
log_test "nothing was ever in clear"
