#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# FRR's nhrpd, on ip_gre, is a spoke of our hub beside a spoke of ours: it
# registers, is redirected, resolves, is resolved and goes direct.
# timeout: 400

. "$(dirname "$0")/lib.sh"
frr_require
load_mgre

ours()
{
	topology_tunnel "$1" && topology_nhrpd "$1"
}

frr_direct()
{
	frr_show SPOKE1 show ip nhrp shortcut |
		grep -q "dynamic *10.0.65.0/24 *9.0.0.3"
}

ours_direct()
{
	ip -n "$SPOKE2" route show proto 203 | grep -q 10.0.64.0/24
}

topology_underlay
capture_start "$NET" any "$TMPDIR/nhrp.pcap"
ours HUB && ours SPOKE2
check_err $? "our nhrpd does not start"
ip -n "$HUB" route add 10.0.64.0/24 via 9.0.0.2 dev mgre0
ip -n "$HUB" route add 10.0.65.0/24 via 9.0.0.3 dev mgre0
ip -n "$SPOKE2" route add 10.0.0.0/8 via 9.0.0.1 dev mgre0
frr_start SPOKE1
check_err $? "FRR does not start"
ip -n "$SPOKE1" route add 10.0.0.0/8 via 9.0.0.1 dev gre1 onlink
log_test "daemons of both kinds run"

slowwait 120 until_match "^9.0.0.2/32" topology_ctl HUB show ip nhrp \
	> "$TMPDIR/cache"
check_err $? "FRR's spoke not in our cache: $(cat "$TMPDIR/cache")"
slowwait 60 until_match "nhs +9.0.0.1 +9.1.1.10" \
	frr_show SPOKE1 show ip nhrp cache > "$TMPDIR/cache"
check_err $? "our hub not in FRR's cache: $(cat "$TMPDIR/cache")"
log_test "FRR's spoke registers with our hub"

slowwait 60 ip netns exec "$HOST1" ping -q -c 1 -W 1 10.0.65.2 > /dev/null
check_err $? "host2 cannot be reached from behind FRR"
log_test "traffic flows"

ip netns exec "$HOST1" ping -q -i 0.5 10.0.65.2 > /dev/null &
defer kill $!
slowwait 120 frr_direct
check_err $? "no shortcut at FRR: $(frr_show SPOKE1 show ip nhrp shortcut)"
log_test "FRR resolves through our hub"

slowwait 120 ours_direct
check_err $? "no shortcut: $(ip -n "$SPOKE2" route show proto 203)"
log_test "FRR answers our spoke's resolution"

before=$(link_stat "$HUB" mgre0 rx packets)
check_equal "$(lost_pings "$HOST1" -c 50 -i 0.05 10.0.65.2)" 0 "pings lost"
check_at_most $(($(link_stat "$HUB" mgre0 rx packets) - before)) 5 \
	"packets at the hub"
log_test "traffic goes direct"

capture_stop
check_equal "$(capture_faults "$TMPDIR/nhrp.pcap")" "" "tshark's complaint"
log_test "tshark has no remark on any NHRP packet"
