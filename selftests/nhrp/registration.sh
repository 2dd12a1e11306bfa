#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # variables of topology.sh
#
# Registration: clients that the server was not told of, by each form of
# destination, refreshed, expired, retried with one request id, and refused
# without the password.
#
#	SPOKE1 9.0.0.2 --+
#	                 +-- HUB 9.0.0.1
#	SPOKE2 9.0.0.3 --+
# timeout: 400

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/nhrp/lib.sh
. "$(dirname "$0")/lib.sh"
require_command gojq tshark
# shellcheck source=selftests/capture.sh
. "$(dirname "$0")/../capture.sh"
load_mgre

# start PART STATEMENT...: a router's nhrpd with more statements.
start()
{
	configure "$@"
	topology_nhrpd "$1"
	check_err $? "nhrpd of $1 does not start"
}

test_registers()
{
	start HUB "holdtime 6"
	start SPOKE1 "holdtime 6"
	start SPOKE2 "holdtime 6"
	expect SPOKE1 "$registered == 1" nhs
	expect SPOKE2 "$registered == 1" nhs
	expect HUB "$(entry 9.0.0.2) | .nbma == \"9.1.1.130\" and
		(.flags | index(\"registered\")) and
		(.flags | index(\"unique\"))" cache
	expect HUB "$(entry 9.0.0.3) | .nbma == \"9.1.1.134\"" cache
	ip netns exec "$HUB" ping -q -c 1 -W 5 9.0.0.3 > /dev/null
	check_err $? "the hub can't reach a registered spoke"
	log_test "clients register that the server was not told of"
}

test_refresh()
{
	expect HUB '.[0].received.registration_request >= 8' traffic
	expect HUB "$(entry 9.0.0.2) | .created >= 6" cache
	log_test "a refreshed registration outlives its holding time"
}

test_expiry()
{
	kill_nhrpd SPOKE2
	expect HUB "[.[] | select(.protocol == \"9.0.0.3\")] == []" cache
	mgrectl map show dev mgre0 > /dev/null 2>&1
	log_test "a client that falls silent is forgotten"
}

test_dynamic()
{
	cat > "$TMPDIR/SPOKE2.conf" <<-'CONF'
	interface mgre0
	 network-id 1
	 holdtime 6
	 nhs dynamic nbma 9.1.1.10 multicast
	CONF
	topology_nhrpd SPOKE2
	expect SPOKE2 '.[0].state == "registered" and
		.[0].protocol == "9.0.0.1"' nhs
	expect HUB "$(entry 9.0.0.3) | .nbma == \"9.1.1.134\"" cache
	log_test "a client learns the protocol address of its server"
	kill_nhrpd SPOKE2
}

# One request id while nobody answers, another after a restart.
test_request_id()
{
	local ids

	kill_nhrpd HUB
	kill_nhrpd SPOKE1
	capture_start "$NET" any "$TMPDIR/retry.pcap"
	start SPOKE1
	expect SPOKE1 '.[0].requests_sent >= 4' nhs
	kill_nhrpd SPOKE1
	start SPOKE1
	expect SPOKE1 '.[0].requests_sent >= 2' nhs
	capture_stop
	ids=$(tshark -r "$TMPDIR/retry.pcap" -Y nhrp.hdr.op.type==3 \
		-T fields -e nhrp.reqid 2>/dev/null | uniq | wc -l)
	check_equal "$ids" 2 "number of request ids"
	check_equal "$(capture_faults "$TMPDIR/retry.pcap")" "" \
		"what tshark complains about"
	kill_nhrpd SPOKE1
	log_test "a retry has the same request id, a restart a new one"
}

test_authentication()
{
	start HUB "authentication right"
	start SPOKE1 "authentication right"
	start SPOKE2 "authentication wrong"
	expect SPOKE1 "$registered == 1" nhs
	expect HUB '.[0].discarded.authentication >= 2' traffic
	knows SPOKE2 "$registered == 0" nhs > /dev/null
	check_err $? "registered with a wrong password"
	knows HUB "[.[] | select(.protocol == \"9.0.0.3\")] == []" cache \
		> /dev/null
	check_err $? "in the cache with a wrong password"
	log_test "without the password nobody registers"
}

topology_underlay
for part in HUB SPOKE1 SPOKE2; do
	topology_tunnel $part
done
test_registers
test_refresh
test_expiry
test_dynamic
test_request_id
test_authentication
