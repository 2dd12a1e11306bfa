#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # variables of topology.sh
#
# Who has an address keeps it: SPOKE2 tries to register that of SPOKE1, of the
# hub, and of a static mapping.
#
#	SPOKE1 9.0.0.2 --+
#	                 +-- HUB 9.0.0.1, map 9.0.0.9
#	SPOKE2 9.0.0.2 --+
# timeout: 300

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/nhrp/lib.sh
. "$(dirname "$0")/lib.sh"
require_command gojq
load_mgre

# claim ADDRESS CODE: SPOKE2 registers with this address and gets this code.
claim()
{
	ip -n "$SPOKE2" address flush dev mgre0
	ip -n "$SPOKE2" address add "$1/24" dev mgre0
	expect SPOKE2 ".[0].code == $2 and .[0].state ==
		\"$([ "$2" = 0 ] && echo registered || echo refused)\"" nhs
}

test_unique()
{
	claim 9.0.0.2 14
	knows HUB "$(entry 9.0.0.2) | .nbma == \"9.1.1.130\"" cache > /dev/null
	check_err $? "the address has moved"
	ip netns exec "$HUB" ping -q -c 1 -W 5 9.0.0.2 > /dev/null
	check_err $? "the first client is not reached any more"
	log_test "a unique address stays with the client that has it"
}

test_same_client()
{
	kill_nhrpd SPOKE1
	topology_nhrpd SPOKE1
	expect SPOKE1 '.[0].state == "registered" and .[0].code == 0' nhs
	log_test "the same client may register again"
}

test_own_and_static()
{
	claim 9.0.0.1 4
	claim 9.0.0.9 4
	knows HUB "$(entry 9.0.0.9) | .nbma == \"9.1.1.99\"" cache > /dev/null
	check_err $? "the static mapping has moved"
	log_test "nobody registers the hub's own or a static address"
}

test_not_unique()
{
	configure SPOKE1 "registration no-unique"
	topology_ctl SPOKE1 shutdown
	wait "$SPOKE1_pid"
	expect HUB '[.[] | select(.protocol == "9.0.0.2")] == []' cache
	topology_nhrpd SPOKE1
	expect SPOKE1 "$registered == 1" nhs
	claim 9.0.0.2 0
	expect HUB "$(entry 9.0.0.2) | .nbma == \"9.1.1.134\"" cache
	log_test "an address that is not unique may move"
}

topology_underlay
for part in HUB SPOKE1 SPOKE2; do
	topology_tunnel $part
done
configure HUB "map 9.0.0.9 9.1.1.99"
topology_nhrpd HUB
topology_nhrpd SPOKE1
expect SPOKE1 "$registered == 1" nhs
ip -n "$SPOKE2" address flush dev mgre0
topology_nhrpd SPOKE2
test_unique
test_same_client
test_own_and_static
test_not_unique
