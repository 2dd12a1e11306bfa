#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # variables of topology.sh
#
# Daemons that die, end, come back and leave: forwarding goes on without them,
# the next one takes over what the last one knew, and only a shutdown removes
# it.
#
#	HOST1 -- SPOKE1 --+-- HUB
#	            :     |
#	HOST2 -- SPOKE2 --+
# timeout: 400

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/nhrp/lib.sh
. "$(dirname "$0")/lib.sh"
require_command gojq nft
load_mgre

# end_all SIGNAL: end all daemons while traffic runs, start them again.
end_all()
{
	local part lost

	ip netns exec "$HOST1" ping -q -c 60 -i 0.2 -W 10 10.0.65.2 \
		> "$TMPDIR/ping" &
	ping=$!
	sleep 1
	for part in HUB SPOKE1 SPOKE2; do
		kill_nhrpd $part "$1"
	done
	sleep 1
	for part in HUB SPOKE1 SPOKE2; do
		topology_nhrpd $part
		check_err $? "nhrpd of $part does not come back"
	done
	wait $ping
	lost=$(awk '/packets transmitted/ { print $1 - $4 }' "$TMPDIR/ping")
	check_equal "$lost" 0 "packets lost"
}

test_ends()
{
	end_all "$1"
	expect SPOKE1 '[.[] | select(.prefix == "10.0.65.0/24")] |
		length == 1 and .[0].via == "9.0.0.3"' shortcut
	expect HUB "$(entry 9.0.0.2) | .created >= 5" cache
	expect SPOKE1 "$registered == 1" nhs
	expect SPOKE2 "$registered == 1" nhs
	check_equal "$(ip -n "$SPOKE1" -o route show proto 203 | wc -l)" 1 \
		"number of routes"
	log_test "daemons ended by SIG$1 under traffic: nothing lost or forgotten"
}

# The device goes away and comes back under a living daemon.
test_device()
{
	ip -n "$SPOKE1" link del mgre0
	expect SPOKE1 '. == []' cache
	topology_tunnel SPOKE1
	ip -n "$SPOKE1" route add 10.0.0.0/8 via 9.0.0.1 dev mgre0
	expect SPOKE1 "$registered == 1" nhs
	ip netns exec "$HOST1" ping -q -c 3 -W 5 10.0.65.2 > /dev/null
	check_err $? "no traffic through the new device"
	log_test "a device may vanish and come back"
}

# What SPOKE1 told before its device went is not remembered: SPOKE2 asks anew.
test_shutdown()
{
	topology_ctl SPOKE2 clear ip nhrp > /dev/null
	ip netns exec "$HOST1" ping -q -i 0.5 10.0.65.2 > /dev/null &
	ping=$!
	expect SPOKE1 'length == 1' shortcut
	expect SPOKE2 'length == 1' shortcut
	kill -INT $ping
	wait $ping
	topology_ctl SPOKE1 shutdown
	check_err $? "nhrpctl shutdown failed"
	wait "$SPOKE1_pid"
	check_err $? "status of nhrpd after a shutdown"
	expect HUB '[.[] | select(.protocol == "9.0.0.2")] == []' cache
	expect SPOKE2 '. == []' shortcut
	check_equal "$(ip -n "$SPOKE1" -o route show proto 203)" "" "routes left"
	check_equal "$(ip netns exec "$SPOKE1" mgrectl -j map show dev mgre0 |
		gojq length)" 0 "number of mappings left"
	check_equal "$(ip netns exec "$SPOKE1" mgrectl -j peer show dev mgre0 |
		gojq length)" 0 "number of peers left"
	log_test "a shutdown leaves nothing behind, here and elsewhere"
}

topology_up
check_err $? "the spokes do not register"
ip netns exec "$HOST1" ping -q -c 5 -W 5 10.0.65.2 > /dev/null
expect SPOKE1 'length == 1' shortcut
test_ends KILL
test_ends TERM
test_device
test_shutdown
