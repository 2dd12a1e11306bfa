#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # variables of topology.sh
#
# What was told is taken back: when a LAN goes away, when the operator says
# so, and only by whom it belongs to.
#
#	HOST1 10.0.64.2 -- SPOKE1 --+-- HUB
#	                      :     |
#	HOST2 10.0.65.2 -- SPOKE2 --+
# timeout: 300

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/nhrp/lib.sh
. "$(dirname "$0")/lib.sh"
require_command gojq
load_mgre

# A redirect of the hub may be due only in some seconds, a refusal may still
# be remembered: traffic goes on until there is a shortcut.
make_shortcut()
{
	local ping

	ip netns exec "$HOST1" ping -q -i 0.5 10.0.65.2 > "$TMPDIR/ping" &
	ping=$!
	expect SPOKE1 'map(select(.prefix == "10.0.65.0/24")) | length == 1' \
		shortcut
	kill -INT $ping
	wait $ping
	check_err $? "no traffic from spoke to spoke"
}

# At SPOKE2 the LAN moves behind the hub: it is not the egress any more.
test_route()
{
	make_shortcut
	ip -n "$SPOKE2" link set lan down
	ip -n "$SPOKE2" route add 10.0.65.0/24 via 9.0.0.1 dev mgre0
	expect SPOKE1 'map(select(.prefix == "10.0.65.0/24")) == []' shortcut
	check_equal "$(ip -n "$SPOKE1" -o route show 10.0.65.0/24)" "" "routes"
	expect SPOKE2 '.[0].received.purge_reply >= 1' traffic
	ip -n "$SPOKE2" route del 10.0.65.0/24 via 9.0.0.1 dev mgre0
	ip -n "$SPOKE2" link set lan up
	log_test "a LAN that goes away is purged, and the purge acknowledged"
}

test_operator()
{
	make_shortcut
	topology_ctl SPOKE2 purge 10.0.65.2
	check_err $? "nhrpctl purge failed"
	expect SPOKE1 'map(select(.prefix == "10.0.65.0/24")) == []' shortcut
	log_test "nhrpctl purge takes back what was told"

	make_shortcut
	topology_ctl SPOKE1 clear ip nhrp
	check_err $? "nhrpctl clear ip nhrp failed"
	knows SPOKE1 '. == []' shortcut > /dev/null
	check_err $? "a shortcut is left"
	expect SPOKE1 "$(entry 9.0.0.1) | .type == \"nhs\"" cache
	make_shortcut
	log_test "clear ip nhrp forgets what was learnt, and it is learnt again"
}

# SPOKE1 purges the hub's mapping of SPOKE2: only its owner may.
test_stranger()
{
	topology_ctl SPOKE2 shutdown
	wait "$SPOKE2_pid"
	expect HUB '[.[] | select(.protocol == "9.0.0.3")] == []' cache
	knows HUB "$(entry 9.0.0.2) | .nbma == \"9.1.1.130\"" cache > /dev/null
	check_err $? "the other client is gone, too"
	log_test "a client takes back its own registration, and no other"
}

topology_up
check_err $? "the spokes do not register"
test_route
test_operator
test_stranger
