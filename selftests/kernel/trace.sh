#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Tracepoints for a miss, a redirect, a peer's state and a drop, and a counter
# for each reason of a drop.
#
#	LEFT  eth0 192.0.2.1/24 --- eth0 192.0.2.2/24  RIGHT

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

tracing=/sys/kernel/tracing
mountpoint -q $tracing || mount -t tracefs none $tracing 2> /dev/null
[ -d $tracing/events/mgre ] || skip_all "no tracefs"

pair_up
ip -n "$RIGHT" link set mgre0 type mgre redirect 1
on RIGHT sysctl -qw net.ipv4.ip_forward=1
echo > $tracing/trace
echo 1 > $tracing/events/mgre/enable
defer sh -c "echo 0 > $tracing/events/mgre/enable"

traced()
{
	grep -qE "$1" $tracing/trace
}

# check_traced PATTERN: such a line comes.
check_traced()
{
	busywait 5000 traced "$1"
	check_err $? "no trace of '$1'"
}

on LEFT ping -q -c 1 -W 1 10.9.0.77 > /dev/null 2>&1
check_traced 'mgre_miss: .*dev=mgre0 .*10\.9\.0\.77'
log_test "mgre_miss"

on LEFT mgrectl peer set dev mgre0 nbma 192.0.2.2 state down
on LEFT mgrectl peer set dev mgre0 nbma 192.0.2.2 state up
check_traced 'mgre_peer_state: .*192\.0\.2\.2.*state=down'
check_traced 'mgre_peer_state: .*192\.0\.2\.2.*state=up'
log_test "mgre_peer_state"

# RIGHT sends back what is for somebody else behind LEFT.
on LEFT mgrectl map add dev mgre0 10.9.0.3 nbma 192.0.2.2
on RIGHT mgrectl map add dev mgre0 10.9.0.3 nbma 192.0.2.3
on LEFT ping -q -c 1 -W 1 10.9.0.3 > /dev/null 2>&1
check_traced 'mgre_redirect: .*dev=mgre0'
log_test "mgre_redirect"

on RIGHT mgrectl peer del dev mgre0 nbma 192.0.2.1
on LEFT ping -q -c 1 -W 1 10.9.0.2 > /dev/null 2>&1
check_traced 'mgre_drop: .*dev=mgre0 .*reason=rx_unknown_peer'
log_test "mgre_drop"

for name in tx_unresolved tx_queue_full tx_no_route tx_too_big tx_loop \
	    tx_no_local_address tx_no_multicast_peer \
	    tx_unprotected_dropped rx_unknown_peer rx_unprotected_dropped \
	    rx_policy rx_ecn rx_malformed rx_nhrp_no_owner; do
	[ -n "$(mgre_stat "$LEFT" mgre0 $name)" ]
	check_err $? "no counter $name"
done
log_test "ethtool -S names the reasons"

before=$(mgre_stat "$LEFT" mgre0 tx_no_route)
on LEFT mgrectl map add dev mgre0 10.9.0.4 nbma 203.0.113.1
on LEFT ping -q -c 1 -W 1 10.9.0.4 > /dev/null 2>&1
check_counted LEFT tx_no_route "$before"
check_at_least "$(link_stat "$LEFT" mgre0 tx dropped)" 1 "tx_dropped"
log_test "no route to a peer is counted"
