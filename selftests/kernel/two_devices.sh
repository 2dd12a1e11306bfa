#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two devices on one local address, told apart by their keys (dual cloud).
#
#	LEFT  eth0 192.0.2.1/24 --- eth0 192.0.2.2/24  RIGHT
#	      mgre0 key 999                 mgre0 key 999
#	      mgre1 key 1000                mgre1 key 1000

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

pair_up
for side in LEFT/1/2 RIGHT/2/1; do
	IFS=/ read -r part last other <<< "$side"
	ip -n "${!part}" link add mgre1 type mgre local 192.0.2."$last" key 1000
	check_err $? "refused"
	ip -n "${!part}" address add 10.10.0."$last"/24 dev mgre1
	ip -n "${!part}" link set mgre1 up
	on "$part" mgrectl map add dev mgre1 10.10.0."$other" nbma 192.0.2."$other"
done
check_ping LEFT 10.9.0.2
check_ping LEFT 10.10.0.2
log_test "both carry traffic between the same two addresses"

before=$(link_stat "$RIGHT" mgre0 rx packets)
check_equal "$(lost_pings "$LEFT" -c 10 -i 0.05 10.10.0.2)" 0 "lost"
check_equal "$(link_stat "$RIGHT" mgre0 rx packets)" "$before" \
	"packets in the other tunnel"
log_test "each gets its own packets"

on LEFT mgrectl map add dev mgre1 10.9.0.2 nbma 192.0.2.77
check_err $? "refused"
check_ping LEFT 10.9.0.2
on LEFT mgrectl map flush dev mgre1
check_ping LEFT 10.9.0.2
log_test "their caches are apart"

check_refused '^Error: ' ip -n "$LEFT" link add mgre2 type mgre \
	local 192.0.2.1 key 1000
check_refused '^Error: ' ip -n "$LEFT" link add mgre2 type mgre \
	dev eth0 key 1000
log_test "the same address and key again are refused"

ip -n "$LEFT" link del mgre1
check_ping LEFT 10.9.0.2
log_test "one goes, the other stays"
