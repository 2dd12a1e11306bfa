#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # variables of topology.sh
#
# What the provider sees of a protected network, whatever happens to it: key
# exchange and ESP, never GRE; and what the hosts see of it: nothing. Keys are
# renewed all the time.
#
#	HOST0 -- HUB ----+
#	                 |
#	HOST1 -- SPOKE1 -+-- NET watches
#	                 |
#	HOST2 -- SPOKE2 -+
# timeout: 900

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/protection.sh
. "$(dirname "$0")/../protection.sh"
# shellcheck source=selftests/nhrp/lib.sh
. "$(dirname "$0")/../nhrp/lib.sh"
# shellcheck source=selftests/protect/lib.sh
. "$(dirname "$0")/lib.sh"
protect_load

direct='any(.[]; .prefix == "10.0.65.0/24" and .via == "9.0.0.3")'

# Traffic is there before any router has a key.
test_start()
{
	local part

	for part in HUB SPOKE1 SPOKE2; do
		configure $part "rekey 6" "holdtime 60"
		topology_tunnel $part
		check_err $? "no device at $part"
	done
	topology_routes_phase3
	ip netns exec "$HOST1" ping -q -i 0.2 10.1.0.2 > /dev/null &
	early=$!
	for part in HUB SPOKE1 SPOKE2; do
		topology_nhrpd $part
		check_err $? "nhrpd of $part does not start"
	done
	expect HUB '[.[] | select(.flags | index("registered"))] |
		length == 2' cache
	slowwait 30 ip netns exec "$HOST1" ping -q -c 1 -W 2 10.1.0.2 \
		> /dev/null
	check_err $? "no way through the hub"
	kill -INT $early
	wait $early
	check_nothing_clear
	log_test "nothing leaves in clear before there are keys"
}

test_resolution()
{
	traffic_start direct "$HOST1" 10.0.65.2
	expect SPOKE1 "$direct" shortcut
	expect SPOKE1 'any(.[]; .nbma == "9.1.1.134" and .state == "up")' \
		show crypto
	check_equal "$(traffic_stop direct)" 0 \
		"packets lost while spokes find each other"
	check_nothing_clear
	log_test "spokes find each other without a loss"
}

test_rekey()
{
	local round old

	traffic_start direct "$HOST1" 10.0.65.2
	traffic_start hub "$HOST1" 10.1.0.2
	for round in 1 2 3; do
		old=$(spi_out SPOKE1 9.1.1.134)
		slowwait 60 spi_changed SPOKE1 9.1.1.134 "$old"
		check_err $? "keys with SPOKE2 were not renewed, round $round"
		old=$(spi_out SPOKE1 9.1.1.10)
		slowwait 60 spi_changed SPOKE1 9.1.1.10 "$old"
		check_err $? "keys with HUB were not renewed, round $round"
	done
	check_equal "$(traffic_stop direct)" 0 "packets lost between spokes"
	check_equal "$(traffic_stop hub)" 0 "packets lost to the hub"
	check_at_most "$(ip -n "$SPOKE1" xfrm state count |
		grep -o '[0-9]*$')" 8 "number of SAs for two peers"
	check_nothing_clear
	log_test "keys are renewed under traffic without a loss"
}

# test_flush PART: of all keys of a router.
test_flush()
{
	traffic_start direct "$HOST1" 10.0.65.2
	traffic_start hub "$HOST1" 10.1.0.2
	ip -n "${!1}" xfrm state flush
	slowwait 60 keyed "$1" > /dev/null
	check_err $? "no new keys: $(topology_ctl "$1" show crypto)"
	slowwait 60 ip netns exec "$HOST1" ping -q -c 3 -i 0.2 -W 2 10.0.65.2 \
		> /dev/null
	check_err $? "no traffic after the keys were lost"
	check_at_most "$(traffic_stop direct)" 2 \
		"packets lost between spokes that were not under way"
	check_at_most "$(traffic_stop hub)" 2 \
		"packets lost to the hub that were not under way"
	check_nothing_clear
	log_test "a flush of all keys of $1 heals, and nothing leaves in clear"
}

test_killed()
{
	local part

	expect SPOKE1 "$direct" shortcut
	slowwait 60 keyed SPOKE1 > /dev/null
	traffic_start direct "$HOST1" 10.0.65.2
	traffic_start hub "$HOST1" 10.1.0.2
	for part in HUB SPOKE1 SPOKE2; do
		kill_nhrpd $part
	done
	sleep 1
	for part in HUB SPOKE1 SPOKE2; do
		topology_nhrpd $part
		check_err $? "nhrpd of $part does not come back"
	done
	for part in HUB SPOKE1 SPOKE2; do
		slowwait 60 keyed $part > /dev/null
		check_err $? "$part: $(topology_ctl $part show crypto)"
	done
	expect SPOKE1 "$registered == 1" nhs
	check_equal "$(traffic_stop direct)" 0 "packets lost between spokes"
	check_equal "$(traffic_stop hub)" 0 "packets lost to the hub"
	check_nothing_clear
	log_test "all daemons killed under traffic: nothing lost, all new keys"
}

test_hub_lost()
{
	expect SPOKE1 "$direct" shortcut
	traffic_start direct "$HOST1" 10.0.65.2
	ip netns exec "$HOST1" ping -q -i 0.2 10.1.0.2 > /dev/null &
	ip -n "$NET" link set hub down
	expect SPOKE1 "$registered == 0" nhs
	ip -n "$NET" link set hub up
	expect SPOKE1 "$registered == 1" nhs
	expect SPOKE2 "$registered == 1" nhs
	slowwait 60 ip netns exec "$HOST1" ping -q -c 3 -i 0.2 -W 2 10.1.0.2 \
		> /dev/null
	check_err $? "no way through the hub when it is back"
	check_equal "$(traffic_stop direct)" 0 "packets lost between spokes"
	check_nothing_clear
	log_test "a hub that was away is found again, and nothing leaves in clear"
}

topology_underlay
protection_certificates
protection_watch
test_start
test_resolution
test_rekey
test_flush SPOKE1
test_flush HUB
test_killed
test_hub_lost
