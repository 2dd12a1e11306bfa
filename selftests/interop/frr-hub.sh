#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# FRR's nhrpd, on ip_gre, is the hub of our spokes: they register, are
# redirected, resolve through it and go direct.
# timeout: 400

. "$(dirname "$0")/lib.sh"
frr_require
load_mgre

# The hub routes what lies behind a spoke there.
hub_routes()
{
	local part

	for part in SPOKE1 SPOKE2; do
		ip -n "$HUB" route add "${topology_lan[$part]}.0/24" \
			via "${topology_protocol[$part]}" dev gre1 onlink
	done
}

spoke()
{
	topology_tunnel "$1" || return 1
	ip -n "${!1}" route add 10.0.0.0/8 \
		via "${topology_protocol[HUB]}" dev mgre0
	topology_config "$1" "registration no-unique" > "$TMPDIR/$1.conf"
	topology_nhrpd "$1"
}

# Both ways are installed, so that nothing is carried by the hub any more.
both_direct()
{
	ip -n "$SPOKE1" route show proto 203 | grep -q 10.0.65.0/24 &&
	ip -n "$SPOKE2" route show proto 203 | grep -q 10.0.64.0/24
}

topology_underlay
capture_start "$NET" any "$TMPDIR/nhrp.pcap"
frr_start HUB
check_err $? "FRR does not start"
hub_routes
spoke SPOKE1 && spoke SPOKE2
check_err $? "our nhrpd does not start"
log_test "daemons of both kinds run"

slowwait 90 until_match "dynamic +9.0.0.2 +9.1.1.130" \
	frr_show HUB show ip nhrp cache > "$TMPDIR/cache"
check_err $? "SPOKE1 not in FRR's cache: $(cat "$TMPDIR/cache")"
slowwait 90 until_match "dynamic +9.0.0.3 +9.1.1.134" \
	frr_show HUB show ip nhrp cache > "$TMPDIR/cache"
check_err $? "SPOKE2 not in FRR's cache: $(cat "$TMPDIR/cache")"
log_test "our spokes register with FRR"

slowwait 60 ip netns exec "$HOST1" ping -q -c 1 -W 1 10.0.65.2 > /dev/null
check_err $? "host2 cannot be reached through FRR"
log_test "traffic flows"

# FRR redirects once for a pair of addresses, so keep some traffic going.
ip netns exec "$HOST1" ping -q -i 0.5 10.0.65.2 > /dev/null &
defer kill $!
slowwait 90 both_direct
check_err $? "no shortcut: $(ip -n "$SPOKE1" route show proto 203)"
log_test "our spokes resolve through FRR and install shortcuts"

before=$(link_stat "$HUB" gre1 rx packets)
check_equal "$(lost_pings "$HOST1" -c 50 -i 0.05 10.0.65.2)" 0 "pings lost"
check_at_most $(($(link_stat "$HUB" gre1 rx packets) - before)) 5 \
	"packets at the hub"
log_test "traffic goes direct"

capture_stop
check_at_least "$(capture_count "$TMPDIR/nhrp.pcap" nhrp)" 6 "NHRP packets"
check_equal "$(capture_faults "$TMPDIR/nhrp.pcap")" "" "tshark's complaint"
log_test "tshark has no remark on any NHRP packet"
