#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # variables of topology.sh
#
# Keys of two spokes with each other: made for traffic one way they serve the
# way back as well; they go when nobody uses them, and come again.
#
#	HOST1 10.0.64.2 -- SPOKE1 --+-- HUB
#	                      :     |
#	HOST2 10.0.65.2 -- SPOKE2 --+
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

# shortcuts PART PREFIX: 0 if a router has a direct way there.
shortcuts()
{
	knows "$1" "any(.[]; .prefix == \"$2\")" shortcut
}

# sas_between: SPIs of the SAs of the two spokes with each other.
sas_between()
{
	local part

	for part in SPOKE1 SPOKE2; do
		ip -n "${!part}" xfrm state list
	done | awk '$1 == "src" { between = ($2 $4) ~ /\.130/ && ($2 $4) ~ /\.134/ }
		$2 == "esp" && between { print $4 }' | sort -u | xargs
}

# between COUNT: 0 if that is how many there are.
between()
{
	[ "$(sas_between | wc -w)" -eq "$1" ]
}

# replies 0|1: whether HOST2 answers to echo requests.
replies()
{
	ip netns exec "$HOST2" sysctl -qw "net.ipv4.icmp_echo_ignore_all=$((!$1))"
}

test_one_way()
{
	replies 0
	traffic_start there "$HOST1" 10.0.65.2
	slowwait 60 shortcuts SPOKE1 10.0.65.0/24 > /dev/null
	check_err $? "no direct way"
	traffic_stop there > /dev/null
	shortcuts SPOKE2 10.0.64.0/24 > /dev/null
	check_fail $? "a direct way back that nothing needs"
	# If both have called each other, the loser's stay for a moment.
	slowwait 60 between 2 > /dev/null
	check_err $? "SAs of the two: $(sas_between)"
	log_test "traffic one way has keys made"
}

test_back()
{
	local before

	before=$(sas_between)
	replies 1
	traffic_start back "$HOST2" 10.0.64.2
	slowwait 60 shortcuts SPOKE2 10.0.64.0/24 > /dev/null
	check_err $? "no direct way"
	check_equal "$(traffic_stop back)" 0 "packets lost"
	check_equal "$(sas_between)" "$before" "SAs"
	log_test "traffic the other way uses the same keys"
}

test_unused()
{
	slowwait 400 between 0
	check_err $? "still there: $(sas_between)"
	expect SPOKE1 'all(.[]; .nbma != "9.1.1.134")' show crypto
	expect SPOKE2 'all(.[]; .nbma != "9.1.1.130")' show crypto
	slowwait 60 keyed SPOKE1 > /dev/null
	check_err $? "no keys with the hub: $(topology_ctl SPOKE1 show crypto)"
	log_test "keys of spokes that nobody uses go; those with the hub stay"
}

test_again()
{
	traffic_start again "$HOST1" 10.0.65.2
	slowwait 60 shortcuts SPOKE1 10.0.65.0/24 > /dev/null
	check_err $? "no direct way"
	check_equal "$(traffic_stop again)" 0 "packets lost"
	check_at_least "$(sas_between | wc -w)" 2 "number of SAs"
	check_nothing_clear
	log_test "they come again when they are needed, and nothing is lost"
}

topology_underlay
protection_watch
protection_psk
for part in HUB SPOKE1 SPOKE2; do
	configure $part "holdtime 20"
done
topology_routers
check_err $? "the spokes are not registered"
test_one_way
test_back
test_unused
test_again
