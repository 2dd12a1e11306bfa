#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # variables of topology.sh
#
# Addresses that nobody has: refused at once, remembered, and asked for again
# when somebody has them.
#
#	HOST1 -- SPOKE1 9.0.0.2 --+-- HUB 9.0.0.1
#	         SPOKE2 9.0.0.3 --+
# timeout: 300

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/nhrp/lib.sh
. "$(dirname "$0")/lib.sh"
require_command gojq
load_mgre

sent='.[0].sent.resolution_request'

test_refused()
{
	ip netns exec "$SPOKE1" ping -q -c 3 -W 1 9.0.0.77 > /dev/null
	check_fail $? "somebody answers for 9.0.0.77"
	expect SPOKE1 '[.[] | select(.protocol == "9.0.0.77")] |
		length == 1 and .[0].type == "negative" and
		.[0].code == 12 and .[0].requests_sent == 1' cache
	log_test "an unknown address is refused with \"no binding\" at once"
}

test_remembered()
{
	local before

	before=$(topology_ctl SPOKE1 -j traffic | gojq "$sent")
	ip netns exec "$SPOKE1" ping -q -c 5 -i 0.5 -W 1 9.0.0.77 > /dev/null
	check_equal "$(topology_ctl SPOKE1 -j traffic | gojq "$sent")" \
		"$before" "number of requests"
	log_test "a refusal is remembered"
}

test_cleared()
{
	topology_ctl SPOKE1 clear ip nhrp 9.0.0.77
	knows SPOKE1 '[.[] | select(.protocol == "9.0.0.77")] == []' cache \
		> /dev/null
	check_err $? "the refusal is still there"
	ip -n "$SPOKE2" address flush dev mgre0
	ip -n "$SPOKE2" address add 9.0.0.77/24 dev mgre0
	expect HUB "$(entry 9.0.0.77) | .nbma == \"9.1.1.134\"" cache
	ip netns exec "$SPOKE1" ping -q -c 3 -W 5 9.0.0.77 > /dev/null
	check_err $? "9.0.0.77 does not answer"
	expect SPOKE1 "$(entry 9.0.0.77) | .nbma == \"9.1.1.134\"" cache
	log_test "a forgotten refusal is asked for again"
}

topology_up
check_err $? "the spokes do not register"
test_refused
test_remembered
test_cleared
