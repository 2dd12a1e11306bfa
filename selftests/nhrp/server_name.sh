#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2034 # variables of topology.sh
#
# A next hop server by its name: found, found again where it has moved to, and
# not waited for while no resolver answers.
#
#	HOST1 -- SPOKE1 --+-- HUB  9.0.0.1 9.1.1.10
#	                  |
#	                  +-- HUB2 9.0.0.1 9.1.1.26, its successor

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
topology_protocol[HUB2]=9.0.0.1
topology_lan[HUB2]=10.2.0
topology_host[HUB2]=HOST3

# name_leads_to NBMA: what SPOKE1 finds the name to be, "" for nothing.
name_leads_to()
{
	echo "${1:+$1 hub.test}" > "$TMPDIR/hosts"
}

# nhrpd_spoke1: with our files where the resolver looks for its own; "ip netns
# exec" gives it mounts of its own.
nhrpd_spoke1()
{
	cat > "$TMPDIR/nhrpd" <<-SCRIPT
	#!/bin/sh -e
	mount --bind "$TMPDIR/hosts" /etc/hosts
	mount --bind "$TMPDIR/resolv.conf" /etc/resolv.conf
	exec nhrpd "\$@"
	SCRIPT
	chmod +x "$TMPDIR/nhrpd"
	NHRPD=$TMPDIR/nhrpd topology_nhrpd SPOKE1
}

test_found()
{
	name_leads_to 9.1.1.10
	: > "$TMPDIR/resolv.conf"
	nhrpd_spoke1
	expect SPOKE1 '.[0].state == "registered" and
		.[0].nbma == "9.1.1.10"' nhs
	log_test "a server is registered with that is known by name"
}

test_moved()
{
	kill_nhrpd HUB TERM
	ip -n "$HUB" link del mgre0
	topology_tunnel HUB2
	topology_nhrpd HUB2
	name_leads_to 9.1.1.26
	expect SPOKE1 '.[0].state == "registered" and
		.[0].nbma == "9.1.1.26"' nhs
	log_test "a server is found again by its name"
	kill_nhrpd SPOKE1 TERM
}

test_no_resolver()
{
	name_leads_to ""
	printf 'nameserver 9.1.1.26\noptions timeout:30 attempts:5\n' \
		> "$TMPDIR/resolv.conf"
	ip netns exec "$HUB2" nft -f - <<-'NFT'
	table ip silent {
		chain input {
			type filter hook input priority 0;
			udp dport 53 counter drop
		}
	}
	NFT
	nhrpd_spoke1
	slowwait 30 asked > /dev/null
	check_err $? "no resolver is asked"
	expect SPOKE1 '.[0].state == "lookup"' nhs
	kill "$SPOKE1_pid"
	slowwait 60 ended "$SPOKE1_pid"
	check_err $? "nhrpd waits for the resolver"
	log_test "no resolver keeps nhrpd from its end"
}

asked()
{
	ip netns exec "$HUB2" nft list chain ip silent input |
		grep -q "packets [1-9]"
}

ended()
{
	! kill -0 "$1" 2>/dev/null
}

topology_underlay
setup_ns HUB2 HOST3
topology_router HUB2
topology_tunnel HUB
topology_tunnel SPOKE1
topology_nhrpd HUB
configure SPOKE1 "holdtime 30" "nhs 9.0.0.1 nbma hub.test multicast"
test_found
test_moved
test_no_resolver
