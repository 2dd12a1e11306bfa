#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2034 # variables of topology.sh
#
# Two next hop servers: both at a time, one after the other by priority, and
# what happens when one fails.
#
#	HOST1 -- SPOKE1 --+-- HUB  9.0.0.1   9.1.1.10
#	                  |
#	HOST2 -- SPOKE2 --+-- HUB2 9.0.0.254 9.1.1.26
# timeout: 400

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/nhrp/lib.sh
. "$(dirname "$0")/lib.sh"
require_command gojq
load_mgre

topology_nbma[HUB2]=9.1.1.26
topology_gateway[HUB2]=9.1.1.25
topology_protocol[HUB2]=9.0.0.254
topology_lan[HUB2]=10.2.0
topology_host[HUB2]=HOST3

# spoke PART PRIORITY: configuration of a spoke whose second server has this
# priority.
spoke()
{
	cat > "$TMPDIR/$1.conf" <<-CONF
	interface mgre0
	 network-id 1
	 holdtime 30
	 nhs 9.0.0.1 nbma 9.1.1.10 multicast
	 nhs 9.0.0.254 nbma 9.1.1.26 multicast priority $2
	 shortcut
	CONF
}

hub()
{
	printf 'interface mgre0\n network-id 1\n holdtime 30\n redirect\n' \
		> "$TMPDIR/$1.conf"
	topology_nhrpd "$1"
	check_err $? "nhrpd of $1 does not start"
}

test_both()
{
	spoke SPOKE1 0
	spoke SPOKE2 0
	topology_nhrpd SPOKE1
	topology_nhrpd SPOKE2
	expect SPOKE1 "$registered == 2" nhs
	expect SPOKE2 "$registered == 2" nhs
	expect HUB "$(entry 9.0.0.2) | .nbma == \"9.1.1.130\"" cache
	expect HUB2 "$(entry 9.0.0.2) | .nbma == \"9.1.1.130\"" cache
	log_test "servers of equal priority are registered with at a time"
}

# The first server is gone: traffic must find the second by itself.
test_failure()
{
	ip -n "$HUB" link set eth0 down
	expect SPOKE1 'map(select(.protocol == "9.0.0.1")) |
		.[0].state == "registering"' nhs
	expect SPOKE2 'map(select(.protocol == "9.0.0.1")) |
		.[0].state == "registering"' nhs
	slowwait 30 ip netns exec "$HOST1" ping -q -c 1 -W 2 10.0.65.2 \
		> /dev/null
	check_err $? "no traffic by the second server"
	log_test "traffic goes by the server that answers"
	ip -n "$HUB" link set eth0 up
	ip -n "$HUB" route replace default via 9.1.1.9
	expect SPOKE1 "$registered == 2" nhs
	log_test "a server that is back is registered with again"
}

test_priority()
{
	spoke SPOKE1 10
	topology_ctl SPOKE1 reload
	expect SPOKE1 '[.[].state] == ["registered", "standby"]' nhs
	expect HUB2 '[.[] | select(.protocol == "9.0.0.2")] == []' cache
	log_test "only the server of best priority is registered with"
	ip -n "$HUB" link set eth0 down
	expect SPOKE1 'map(select(.protocol == "9.0.0.254")) |
		.[0].state == "registered"' nhs
	ip -n "$HUB" link set eth0 up
	ip -n "$HUB" route replace default via 9.1.1.9
	expect SPOKE1 '[.[].state] == ["registered", "standby"]' nhs
	log_test "the next one has its turn while the best does not answer"
}

topology_underlay
setup_ns HUB2 HOST3
topology_router HUB2
for part in HUB HUB2 SPOKE1 SPOKE2; do
	topology_tunnel $part
done
topology_routes_phase3
for part in SPOKE1 SPOKE2; do
	ip -n "$HUB2" route add "${topology_lan[$part]}.0/24" \
		via "${topology_protocol[$part]}" dev mgre0
done
hub HUB
hub HUB2
test_both
test_failure
test_priority
