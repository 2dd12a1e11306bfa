#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A hub with nothing configured but its network, and thousands of spokes
# (spokes.c) that send nothing twice.
#
#	SPOKES  10.0.0.0/8 -- under ---- under -- 192.0.2.1  HUB  t0 172.16.0.1
# timeout: 600

. "$(dirname "$0")/../lib.sh"
load_mgre

spokes=$TOP/.build/selftests/scale/spokes

hub()
{
	ip -n "$HUB" link add mgre0 type mgre local 192.0.2.1 key 999
	ip -n "$HUB" address add 172.16.0.1/12 dev mgre0
	ip -n "$HUB" link set mgre0 up
	printf '%s\n' "interface mgre0" " network-id 1" > "$TMPDIR/conf"
	ip netns exec "$HUB" nhrpd -f "$TMPDIR/conf" -S "$TMPDIR/sock" \
		> "$TMPDIR/log" 2>&1 &
	busywait 20000 nhrpctl -S "$TMPDIR/sock" show ip nhrp > /dev/null
}

network()
{
	setup_ns HUB SPOKES
	# shellcheck disable=SC2153 # set by setup_ns
	ip link add under netns "$HUB" type veth peer name under netns "$SPOKES"
	ip -n "$HUB" address add 192.0.2.1/24 dev under
	ip -n "$SPOKES" address add 192.0.2.2/24 dev under
	ip -n "$HUB" link set under up
	ip -n "$SPOKES" link set under up
	ip -n "$HUB" route add 10.0.0.0/8 via 192.0.2.2
	ip -n "$SPOKES" route add local 10.0.0.0/8 dev lo
	ip netns exec "$HUB" ping -q -c 1 -W 5 192.0.2.2 > /dev/null
}

# from NS WORD...: what the load generator says there.
from()
{
	local ns=$1
	shift

	ip netns exec "$ns" "$spokes" "$@"
}

# got TEXT: the first number of "GOT of SENT in N ms".
got()
{
	echo "${1%% *}"
}

network
hub
check_err $? "nhrpd does not start: $(cat "$TMPDIR/log")"
log_test "a hub runs"

# These do nothing from now on until they are asked again.
idle_since=$SECONDS
result=$(from "$SPOKES" register 300)
check_equal "$(got "$result")" 300 "spokes registered"
log_test "300 spokes register: $result"

result=$(from "$SPOKES" resolve 172.20.0.1)
check_equal "${result% in *}" "code 12" "reply for an unknown address"
log_test "an unknown address has no binding, at once: $result"

result=$(from "$SPOKES" purge 300)
check_equal "${result% in *}" "code 0" "reply to the purge"
result=$(from "$SPOKES" resolve 172.17.1.44)
check_equal "${result% in *}" "code 12" "reply for the purged address"
log_test "a purge is answered and honoured: $result"

# Ask nothing of these 299 for two minutes: the time is the test. They answer
# pings, but send nothing by themselves.
ip netns exec "$SPOKES" "$spokes" answer 1 &
answering=$!
while [ $((SECONDS - idle_since)) -lt 120 ]; do
	sleep 1
done
result=$(from "$HUB" probe 299)
check_equal "$(got "$result")" 299 "idle spokes that answer the hub"
log_test "idle spokes are reachable after two minutes: $result"
kill $answering

result=$(from "$SPOKES" register 5000)
check_equal "$(got "$result")" 5000 "spokes registered"
log_test "5,000 spokes register: $result"

result=$(from "$SPOKES" echo 5000)
check_equal "$(got "$result")" 5000 "spokes that the hub answers"
log_test "all 5,000 are reachable with the kernel's defaults: $result"

result=$(from "$SPOKES" register 10000)
check_equal "$(got "$result")" 10000 "registrations answered"
log_test "10,000 registrations at once, none lost: $result"
