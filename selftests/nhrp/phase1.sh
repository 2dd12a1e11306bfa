#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # variables of topology.sh
#
# Phase 1: spokes with a point-to-point tunnel to the hub, which learns them
# by registration. All traffic between spokes goes by the hub.
#
#	HOST1 -- SPOKE1 ---- HUB ---- SPOKE2 -- HOST2
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
topology_tunnel HUB
topology_tunnel SPOKE1 remote 9.1.1.10
topology_tunnel SPOKE2 remote 9.1.1.10
topology_routes_phase3
count_gre_start
topology_config HUB | grep -v redirect > "$TMPDIR/HUB.conf"
for part in HUB SPOKE1 SPOKE2; do
	topology_nhrpd $part
	check_err $? "nhrpd of $part does not start"
done
expect SPOKE1 "$registered == 1" nhs
expect SPOKE2 "$registered == 1" nhs
log_test "spokes with a point-to-point tunnel register"

lost=$(lost_pings "$HOST1" -c 20 -i 0.2 -W 5 10.0.65.2)
check_equal "$lost" 0 "packets lost"
check_at_least "$(count_gre spoke1_hub)" 20 "packets by the hub"
check_equal "$(count_gre spoke1_spoke2)" 0 "packets past the hub"
knows SPOKE1 '. == []' shortcut > /dev/null
check_err $? "there is a shortcut"
log_test "traffic between spokes goes by the hub"
