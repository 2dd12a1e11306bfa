#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# While a next hop has no mapping, or its peer is down, packets go by the
# fallback peer, and not one is lost. Without one they wait for a moment.
#
# The network is that of ../topology.sh: spokes know the hub, the hub knows
# both spokes.
# timeout: 300

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"

topology_underlay
for part in HUB SPOKE1 SPOKE2; do
	topology_tunnel $part
done
for part in SPOKE1 SPOKE2; do
	on HUB mgrectl map add dev mgre0 "${topology_protocol[$part]}" \
		nbma "${topology_nbma[$part]}"
	on $part mgrectl peer add dev mgre0 nbma 9.1.1.10 fallback
	on $part mgrectl map add dev mgre0 9.0.0.1 nbma 9.1.1.10
done

hub_carried()
{
	link_stat "$HUB" mgre0 tx packets
}

# sees PART NBMA: let a router accept what comes from another spoke.
sees()
{
	on "$1" mgrectl peer add dev mgre0 nbma "$2"
}

events SPOKE1
before=$(hub_carried)
check_equal "$(lost_pings "$SPOKE1" -c 50 -i 0.02 9.0.0.3)" 0 "lost"
check_at_least $(($(hub_carried) - before)) 100 "packets carried by the hub"
check_event SPOKE1 '.event == "miss" and .protocol == "9.0.0.3" and
	.dev == "mgre0"'
log_test "unresolved: the hub carries all, and the miss is announced"

start=${EPOCHREALTIME/./}
count=$(event_count SPOKE1 '.event == "miss"')
on SPOKE1 ping -q -i 0.01 -w 5 9.0.0.3 > /dev/null
count=$(($(event_count SPOKE1 '.event == "miss"') - count))
# The kernel's clock ticks 100 times a second or more often.
check_at_most $count $(((${EPOCHREALTIME/./} - start) / 990000 + 1)) \
	"misses announced"
check_at_least $count 2 "misses announced"
log_test "a miss is announced at most once a second"

# The mapping is changed under traffic, back and forth.
sees SPOKE1 9.1.1.134
sees SPOKE2 9.1.1.130
lost_pings "$SPOKE1" -c 500 -i 0.01 9.0.0.3 > "$TMPDIR/lost" &
flood=$!
while kill -0 $flood 2> /dev/null; do
	for part in SPOKE1/9.0.0.3/9.1.1.134 SPOKE2/9.0.0.2/9.1.1.130; do
		IFS=/ read -r spoke address nbma <<< "$part"
		on "$spoke" mgrectl map add dev mgre0 "$address" nbma "$nbma"
		on "$spoke" mgrectl peer set dev mgre0 nbma "$nbma" state down
		on "$spoke" mgrectl peer set dev mgre0 nbma "$nbma" state up
		on "$spoke" mgrectl map del dev mgre0 "$address"
	done
done
check_equal "$(cat "$TMPDIR/lost")" 0 "lost"
log_test "none is lost when mappings and peers come and go"

on SPOKE1 mgrectl map add dev mgre0 9.0.0.3 nbma 9.1.1.134
on SPOKE2 mgrectl map add dev mgre0 9.0.0.2 nbma 9.1.1.130
before=$(hub_carried)
check_equal "$(lost_pings "$SPOKE1" -c 50 -i 0.02 9.0.0.3)" 0 "lost"
check_equal $(($(hub_carried) - before)) 0 "packets carried by the hub"
log_test "resolved: the hub carries none"

on SPOKE1 mgrectl peer set dev mgre0 nbma 9.1.1.134 state down
check_event SPOKE1 '.event == "peer-state" and .nbma == "9.1.1.134" and
	.state == "down"'
before=$(hub_carried)
check_equal "$(lost_pings "$SPOKE1" -c 20 -i 0.02 9.0.0.3)" 0 "lost"
check_equal $(($(hub_carried) - before)) 20 "packets carried by the hub"
on SPOKE1 mgrectl peer set dev mgre0 nbma 9.1.1.134 state up
check_event SPOKE1 '.event == "peer-state" and .nbma == "9.1.1.134" and
	.state == "up"'
before=$(hub_carried)
check_equal "$(lost_pings "$SPOKE1" -c 20 -i 0.02 9.0.0.3)" 0 "lost"
check_equal $(($(hub_carried) - before)) 0 "packets carried by the hub"
log_test "the peer is down: the hub carries all, until it is up"

# From here on without a fallback peer.
on SPOKE1 mgrectl peer set dev mgre0 nbma 9.1.1.10 nofallback
on SPOKE1 mgrectl map del dev mgre0 9.0.0.3
count=$(event_count SPOKE1 '.event == "miss"')
on SPOKE1 ping -c 1 -W 20 9.0.0.3 > "$TMPDIR/ping" &
ping=$!
another_miss()
{
	[ "$(event_count SPOKE1 '.event == "miss"')" -gt "$count" ]
}
busywait 2000 another_miss
on SPOKE1 mgrectl map add dev mgre0 9.0.0.3 nbma 9.1.1.134
wait $ping
check_err $? "it was lost: $(cat "$TMPDIR/ping")"
log_test "no fallback: a packet waits until its mapping comes"

on SPOKE1 mgrectl map del dev mgre0 9.0.0.3
before=$(mgre_stat "$SPOKE1" mgre0 tx_unresolved)
on SPOKE1 ping -c 1 -W 20 9.0.0.3 | grep -q 'Host Unreachable'
check_err $? "no ICMP host unreachable"
check_counted SPOKE1 tx_unresolved "$before"
log_test "no mapping comes: the sender is told"

# errors_of_steady_traffic: how many ICMP errors ping gets in twelve seconds, in
# which its next hop has just been announced whenever packets have waited enough.
errors_of_steady_traffic()
{
	on SPOKE1 ping -q -c 40 -i 0.3 9.0.0.3 |
		sed -n 's/.* +\([0-9]*\) errors.*/\1/p'
}
errors=$(errors_of_steady_traffic)
check_at_least "${errors:-0}" 20 "number of errors for 40 packets"
log_test "and goes on being told, however lately its next hop was announced"

dropped()
{
	echo $(($(mgre_stat "$SPOKE1" mgre0 tx_queue_full) +
		$(mgre_stat "$SPOKE1" mgre0 tx_unresolved)))
}
before=$(dropped)
capture SPOKE2 eth0 'proto gre'
# What waits is given up after three seconds, which may be short here.
for _ in $(seq 5); do
	# shellcheck disable=SC2016 # for the shell there
	on SPOKE1 bash -c 'for i in $(seq 60); do
		echo > /dev/udp/9.0.0.3/9; done' 2> /dev/null
	on SPOKE1 mgrectl map add dev mgre0 9.0.0.3 nbma 9.1.1.134
	busywait 2000 has_captured SPOKE2 eth0 16 'src host 9.1.1.130' && break
	on SPOKE1 mgrectl map del dev mgre0 9.0.0.3
done
check_captured SPOKE2 eth0 16 'src host 9.1.1.130'
check_at_least "$(dropped)" $((before + 40)) "packets beyond the queue"
on SPOKE1 mgrectl map replace dev mgre0 9.0.0.3 nbma 9.1.1.134
log_test "the queue is bounded, and what it holds is delivered"

on SPOKE1 mgrectl map del dev mgre0 9.0.0.3
on SPOKE1 ping -c 1 -W 20 9.0.0.3 > "$TMPDIR/ping" &
ping=$!
sleep 0.5
on SPOKE1 mgrectl peer set dev mgre0 nbma 9.1.1.10 fallback
wait $ping
check_err $? "it was lost: $(cat "$TMPDIR/ping")"
log_test "what waits is carried by a fallback peer when there is one"
