#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # variables of topology.sh
#
# Phase 2: every spoke has routes whose next hop is the other spoke, and
# resolves that next hop when it first sends to it.
#
#	HOST1 -- SPOKE1 --+-- HUB
#	            :     |
#	HOST2 -- SPOKE2 --+
# timeout: 300

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/nhrp/lib.sh
. "$(dirname "$0")/lib.sh"
require_command gojq nft
load_mgre

topology_underlay
topology_routes_phase2_up()
{
	local part

	for part in HUB SPOKE1 SPOKE2; do
		topology_tunnel $part
		topology_config $part | grep -vE "redirect|shortcut" \
			> "$TMPDIR/$part.conf"
		topology_nhrpd $part
		check_err $? "nhrpd of $part does not start"
	done
	topology_routes_phase2
}

topology_routes_phase2_up
count_gre_start
expect SPOKE1 "$registered == 1" nhs
expect SPOKE2 "$registered == 1" nhs
log_test "the spokes register"

lost=$(lost_pings "$HOST1" -c 50 -i 0.2 -W 10 10.0.65.2)
check_equal "$lost" 0 "first packets lost"
expect SPOKE1 "$(entry 9.0.0.3) | .nbma == \"9.1.1.134\"" cache
expect SPOKE2 "$(entry 9.0.0.2) | .nbma == \"9.1.1.130\"" cache
log_test "nothing is lost while the next hop is resolved"

before=$(count_gre spoke1_hub)
lost=$(lost_pings "$HOST1" -c 50 -i 0.1 -W 10 10.0.65.2)
check_equal "$lost" 0 "packets lost"
check_at_most $(($(count_gre spoke1_hub) - before)) 5 "packets by the hub"
check_at_least "$(count_gre spoke1_spoke2)" 50 "packets straight there"
check_at_least "$(count_gre spoke2_spoke1)" 50 "packets straight back"
log_test "traffic goes straight from spoke to spoke"
