#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A device without "local" follows the address of "dev", as a spoke with a
# dynamic address needs it.
#
#	LEFT  eth0 192.0.2.1/24, then .11 --- eth0 192.0.2.2/24  RIGHT

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

pair_underlay
pair_tunnel RIGHT
ip -n "$LEFT" link add mgre0 type mgre dev eth0 key $key
ip -n "$LEFT" address add 10.9.0.1/24 dev mgre0
ip -n "$LEFT" link set mgre0 up
pair_entries
events LEFT
check_ping LEFT 10.9.0.2
check_link LEFT '.local == "any" and .dev == "eth0"'
check_entry LEFT '.[0].local == "192.0.2.1" and .[0].link == "eth0"' dev
log_test "the address of dev is used"

capture RIGHT eth0 'proto gre'
ip -n "$LEFT" address del 192.0.2.1/24 dev eth0
check_entry LEFT '.[0] | has("local") | not' dev
check_event LEFT '.event == "dev-change" and (has("local") | not)'
ip -n "$LEFT" link show mgre0 | grep -q NO-CARRIER
check_err $? "the device has a carrier without an address"
check_no_ping LEFT 10.9.0.2
log_test "no address: no carrier, and nothing is sent"

ip -n "$LEFT" address add 192.0.2.11/24 dev eth0
check_entry LEFT '.[0].local == "192.0.2.11"' dev
check_event LEFT '.event == "dev-change" and .local == "192.0.2.11"'
on RIGHT mgrectl map replace dev mgre0 10.9.0.1 nbma 192.0.2.11
check_ping LEFT 10.9.0.2
check_captured RIGHT eth0 1 'src host 192.0.2.11'
check_entry LEFT '.[0].header | ascii_downcase | test("c000020bc0000202")' \
	peer dev mgre0
log_test "another address is used at once, and headers with it"

on LEFT sysctl -qw net.ipv4.conf.eth0.promote_secondaries=1
ip -n "$LEFT" address add 192.0.2.12/24 dev eth0
check_entry LEFT '.[0].local == "192.0.2.11"' dev
ip -n "$LEFT" address del 192.0.2.11/24 dev eth0
busywait 5000 until_match 'local 192.0.2.12' on LEFT mgrectl dev > /dev/null
check_err $? "the second address is not used"
log_test "a second address matters only when the first goes"

ip -n "$LEFT" link set mgre0 type mgre local 192.0.2.12
check_link LEFT '.local == "192.0.2.12"'
ip -n "$LEFT" address add 192.0.2.13/24 dev eth0
check_entry LEFT '.[0].local == "192.0.2.12"' dev
ip -n "$LEFT" link set mgre0 type mgre local any
check_link LEFT '.local == "any"'
log_test "local can be fixed and set free again"

ip -n "$LEFT" link del eth0
check_entry LEFT '.[0] | has("local") | not' dev
ip -n "$LEFT" link show mgre0 > /dev/null
check_err $? "the device went with its underlay"
log_test "the underlay's device goes"
