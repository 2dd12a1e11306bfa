#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two spokes behind one public address, protected by strongSwan: both are known
# to the hub, and reach it and, through it, each other.
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
load_mgre

topology_underlay
ip netns exec "$NET" nft -f - <<'RULES'
table ip nat {
	chain postrouting {
		type nat hook postrouting priority 100
		oifname "hub" ip saddr { 9.1.1.130, 9.1.1.134 } snat to 9.1.1.9
	}
}
RULES
check_err $? "no NAT"
capture_start "$NET" any "$TMPDIR/clear.pcap" "ip proto 47"
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

capture_stop
check_equal "$(capture_count "$TMPDIR/clear.pcap" gre)" 0 \
	"packets in clear"
log_test "nothing was ever in clear"
