#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # variables of topology.sh
#
# Phase 3: the spokes know only the hub; it redirects them, and they make
# shortcuts that live as long as their traffic.
#
#	HOST1 10.0.64.2 -- SPOKE1 --+-- HUB
#	                      :     |
#	HOST2 10.0.65.2 -- SPOKE2 --+
# timeout: 400

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/nhrp/lib.sh
. "$(dirname "$0")/lib.sh"
require_command gojq nft tshark
# shellcheck source=selftests/capture.sh
. "$(dirname "$0")/../capture.sh"
load_mgre

test_forms()
{
	local lost

	capture_start "$NET" any "$TMPDIR/nhrp.pcap"
	lost=$(lost_pings "$HOST1" -c 100 -i 0.1 -W 10 10.0.65.2)
	check_equal "$lost" 0 "packets lost while the shortcut forms"
	expect SPOKE1 '[.[] | select(.prefix == "10.0.65.0/24" and
		.via == "9.0.0.3" and .nbma == "9.1.1.134")] | length == 1' \
		shortcut
	expect SPOKE2 '[.[] | select(.prefix == "10.0.64.0/24" and
		.via == "9.0.0.2")] | length == 1' shortcut
	check_equal "$(ip -n "$SPOKE1" -o route show proto 203 | wc -l)" 1 \
		"number of routes proto dmvpn"
	capture_stop
	check_equal "$(capture_faults "$TMPDIR/nhrp.pcap")" "" \
		"what tshark complains about"
	check_at_least "$(capture_count "$TMPDIR/nhrp.pcap" \
		nhrp.hdr.op.type==8)" 1 "number of Traffic Indications"
	log_test "a shortcut forms and nothing is lost"
}

test_direct()
{
	local before lost

	before=$(count_gre spoke1_hub)
	lost=$(lost_pings "$HOST1" -c 50 -i 0.1 -W 10 10.0.65.2)
	check_equal "$lost" 0 "packets lost"
	check_at_most $(($(count_gre spoke1_hub) - before)) 5 \
		"packets by the hub"
	log_test "traffic goes straight from spoke to spoke"
}

# The holding time is 12 s; the shortcut must be renewed several times.
test_renewed()
{
	local before lost

	before=$(count_gre spoke1_hub)
	lost=$(lost_pings "$HOST1" -c 120 -i 0.25 -W 10 10.0.65.2)
	check_equal "$lost" 0 "packets lost"
	knows SPOKE1 '.[0].created > 24' shortcut > /dev/null
	check_err $? "the shortcut was made again: $(topology_ctl SPOKE1 -j \
		shortcut)"
	check_at_most $(($(count_gre spoke1_hub) - before)) 25 \
		"packets by the hub"
	log_test "a shortcut in use is renewed before it expires"
}

test_unused()
{
	expect SPOKE1 '. == []' shortcut
	expect SPOKE2 '. == []' shortcut
	check_equal "$(ip -n "$SPOKE1" -o route show proto 203)" "" "routes left"
	expect SPOKE1 "[.[] | select(.protocol == \"9.0.0.3\")] == []" cache
	log_test "a shortcut that is not used goes"
}

# 10.0.65.128/25 is not behind SPOKE2 but behind the hub.
test_hole()
{
	ip -n "$SPOKE2" route add 10.0.65.128/25 via 9.0.0.1 dev mgre0
	ip netns exec "$HOST1" ping -q -c 3 -W 5 10.0.65.2 > /dev/null
	expect SPOKE1 '[.[].prefix] == ["10.0.65.0/25"]' shortcut
	log_test "a prefix is announced without what lies elsewhere"
}

topology_underlay
for part in HUB SPOKE1 SPOKE2; do
	configure $part "holdtime 12"
done
topology_routers
check_err $? "the spokes do not register"
count_gre_start
test_forms
test_direct
test_renewed
test_unused
test_hole
