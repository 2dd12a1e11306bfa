#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ip_gre and mgre side by side: loaded in either order, with tunnels of the
# same addresses and other keys, in use at once.
#
#	LEFT  eth0 192.0.2.1/24 --- eth0 192.0.2.2/24  RIGHT
#	      mgre0 10.9.0.0/24, key 999
#	      gre1  10.8.0.0/24, key 5        gre2 10.7.0.0/24, no key
# timeout: 300

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

require_module ip_gre
pair_underlay

# gre_up: ip_gre's tunnels between the two.
gre_up()
{
	local side part last other

	for side in LEFT/1/2 RIGHT/2/1; do
		IFS=/ read -r part last other <<< "$side"
		ip -n "${!part}" link add gre1 type gre local 192.0.2."$last" \
			remote 192.0.2."$other" key 5 ttl 64 || return 1
		ip -n "${!part}" link add gre2 type gre local 192.0.2."$last" \
			remote 192.0.2."$other" ttl 64 || return 1
		ip -n "${!part}" address add 10.8.0."$last"/24 dev gre1
		ip -n "${!part}" address add 10.7.0."$last"/24 dev gre2
		ip -n "${!part}" link set gre1 up
		ip -n "${!part}" link set gre2 up
	done
}

gre_down()
{
	local device

	for device in gre1 gre2; do
		ip -n "$LEFT" link del $device
		ip -n "$RIGHT" link del $device
	done
}

mgre_up()
{
	pair_tunnel LEFT
	pair_tunnel RIGHT
	pair_entries
}

check_all()
{
	check_ping LEFT 10.9.0.2
	check_ping LEFT 10.8.0.2
	check_ping LEFT 10.7.0.2
	check_ping RIGHT fd09::1
}

gre_up
check_err $? "no tunnels of ip_gre"
mgre_up
check_all
log_test "tunnels of ip_gre first, ours after"

capture LEFT eth0 'icmp[icmptype] == icmp-unreach'
on LEFT ping -q -i 0.02 -c 100 10.8.0.2 > "$TMPDIR/gre" &
check_equal "$(lost_pings "$LEFT" -i 0.02 -c 100 10.9.0.2)" 0 "lost by mgre"
wait $!
grep -q ' 0% packet loss' "$TMPDIR/gre"
check_err $? "lost by ip_gre: $(cat "$TMPDIR/gre")"
check_not_captured LEFT eth0 'icmp[icmptype] == icmp-unreach'
log_test "both at once, nothing is lost and nobody complains by ICMP"

gre_down
check_ping LEFT 10.9.0.2
gre_up
check_all
log_test "ours first, tunnels of ip_gre after"

ip -n "$LEFT" link del mgre0
ip -n "$RIGHT" link del mgre0
check_ping LEFT 10.8.0.2
check_ping LEFT 10.7.0.2
mgre_up
check_all
log_test "ours go and come, those of ip_gre stay"

# An unkeyed mgre device beside an unkeyed tunnel of ip_gre: ours has the
# local address for itself, ip_gre keeps its keys.
ip -n "$LEFT" link del gre2
ip -n "$RIGHT" link del gre2
ip -n "$LEFT" link del mgre0
ip -n "$RIGHT" link del mgre0
for side in LEFT/1/2 RIGHT/2/1; do
	IFS=/ read -r part last other <<< "$side"
	ip -n "${!part}" link add mgre0 type mgre local 192.0.2."$last"
	ip -n "${!part}" address add 10.9.0."$last"/24 dev mgre0
	ip -n "${!part}" link set mgre0 up
	on "$part" mgrectl map add dev mgre0 10.9.0."$other" nbma 192.0.2."$other"
done
check_ping LEFT 10.9.0.2
check_ping LEFT 10.8.0.2
log_test "ours without a key beside one of ip_gre with a key"
ip -n "$LEFT" link del mgre0
ip -n "$RIGHT" link del mgre0
ip -n "$LEFT" link del gre1
ip -n "$RIGHT" link del gre1

if rmmod ip_gre 2> /dev/null; then
	mgre_up
	check_ping LEFT 10.9.0.2
	modprobe ip_gre
	check_err $? "ip_gre cannot be loaded"
	check_ping LEFT 10.9.0.2
	gre_up
	check_ping LEFT 10.8.0.2
	gre_down
	rmmod ip_gre
	check_ping LEFT 10.9.0.2
	log_test "ip_gre loaded after ours and removed under it"

	ip -n "$LEFT" link del mgre0
	ip -n "$RIGHT" link del mgre0
	rmmod mgre && modprobe ip_gre && load_mgre
	check_err $? "modules in the other order"
	mgre_up
	gre_up
	check_ping LEFT 10.9.0.2
	check_ping LEFT 10.8.0.2
	log_test "ip_gre loaded before ours"
else
	log_test_skip "ip_gre loaded after ours" "it cannot be unloaded"
	log_test_skip "ip_gre loaded before ours" "it cannot be unloaded"
fi
