#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # variables of topology.sh
#
# A new configuration comes into force by its differences: what is in both
# files is not touched, and a file with an error changes nothing.
#
#	HOST1 -- SPOKE1 --+-- HUB
#	HOST2 -- SPOKE2 --+
# timeout: 300

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/nhrp/lib.sh
. "$(dirname "$0")/lib.sh"
require_command gojq
load_mgre

# reload PART STATEMENT...: read a configuration with more statements.
reload()
{
	configure "$@"
	topology_ctl "$1" reload
}

# expect_no_peer PART NBMA: the kernel has forgotten it before long.
expect_no_peer()
{
	peer_is_gone()
	{
		ip netns exec "${!1}" mgrectl -j peer show dev mgre0 |
			gojq -e "all(.nbma != \"$2\")" > /dev/null
	}
	slowwait 30 peer_is_gone "$@"
	check_err $? "$1 still has the peer $2"
}

test_maps()
{
	reload SPOKE1 "map 9.0.0.9 9.1.1.99"
	check_err $? "the reload is refused"
	expect SPOKE1 "$(entry 9.0.0.9) | .nbma == \"9.1.1.99\" and
		.type == \"static\"" cache
	reload SPOKE1 "map 9.0.0.9 9.1.1.98"
	expect SPOKE1 "$(entry 9.0.0.9) | .nbma == \"9.1.1.98\"" cache
	expect_no_peer SPOKE1 9.1.1.99
	reload SPOKE1
	expect SPOKE1 '[.[] | select(.protocol == "9.0.0.9")] == []' cache
	expect_no_peer SPOKE1 9.1.1.98
	log_test "static mappings come and go"
}

test_untouched()
{
	local lost ping

	ip netns exec "$HOST1" ping -q -c 40 -i 0.2 -W 10 10.0.65.2 \
		> "$TMPDIR/ping" &
	ping=$!
	sleep 1
	reload SPOKE1 "holdtime 200"
	kill -HUP "$HUB_pid"
	expect HUB "$(entry 9.0.0.2) | .holding_time == 200" cache
	expect SPOKE1 '.[0].state == "registered"' nhs
	wait $ping
	lost=$(awk '/packets transmitted/ { print $1 - $4 }' "$TMPDIR/ping")
	check_equal "$lost" 0 "packets lost"
	knows HUB "$(entry 9.0.0.3) | .created > 2" cache > /dev/null
	check_err $? "a registration was made anew"
	log_test "a reload drops no peer and loses no packet"
}

test_broken()
{
	local out

	echo "interface mgre0
	 holdtme 300" > "$TMPDIR/SPOKE1.conf"
	out=$(topology_ctl SPOKE1 reload 2>&1)
	check_equal $? 1 "status of nhrpctl"
	grep -q "SPOKE1.conf:2: .*holdtme" <<<"$out"
	check_err $? "the error is not named: '$out'"
	knows SPOKE1 "$registered == 1" nhs > /dev/null
	check_err $? "the registration is gone"
	log_test "a file with an error is refused and changes nothing"
}

test_interface()
{
	: > "$TMPDIR/SPOKE2.conf"
	topology_ctl SPOKE2 reload
	expect HUB '[.[] | select(.protocol == "9.0.0.3")] == []' cache
	check_equal "$(ip netns exec "$SPOKE2" mgrectl -j map show dev mgre0 |
		gojq length)" 0 "number of mappings"
	reload SPOKE2
	expect SPOKE2 "$registered == 1" nhs
	expect HUB "$(entry 9.0.0.3) | .nbma == \"9.1.1.134\"" cache
	log_test "an interface leaves the configuration and comes back"
}

topology_up
check_err $? "the spokes do not register"
ip netns exec "$HOST1" ping -q -c 5 -W 5 10.0.65.2 > /dev/null
test_maps
test_untouched
test_broken
test_interface
