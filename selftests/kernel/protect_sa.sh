#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Security associations come and go under traffic: a peer goes down with the
# last one and up with the next, its packets go by the fallback peer meanwhile,
# and rekeying is not noticed at all.
#
# The network is that of ../ipsec.sh. LEFT and RIGHT know each other directly,
# and HUB, which forwards between them.
# timeout: 900

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/ipsec.sh
. "$(dirname "$0")/../ipsec.sh"

require_module ip_gre
segment LEFT RIGHT HUB
for part in LEFT RIGHT HUB; do
	tunnel $part
	capture_sent $part
done
on HUB sysctl -qw net.ipv4.ip_forward=1
direct=7 to_left=8 to_right=9
policies LEFT RIGHT $direct
policies HUB LEFT $to_left
policies HUB RIGHT $to_right
keys add LEFT RIGHT $direct 1
keys add HUB LEFT $to_left 1
keys add HUB RIGHT $to_right 1
knows LEFT RIGHT $direct
knows RIGHT LEFT $direct
knows LEFT HUB $to_left fallback
knows RIGHT HUB $to_right fallback
knows HUB LEFT $to_left
knows HUB RIGHT $to_right
check_peer LEFT RIGHT '.state == "up"'
check_peer RIGHT LEFT '.state == "up"'
events LEFT

# traffic COUNT: begin to count lost packets, ten in a second.
traffic()
{
	lost_pings "$LEFT" -c "$1" -i 0.02 10.9.0.2 > "$TMPDIR/lost" &
	traffic=$!
}

# check_lost NUMBER: so many of them were lost, no more.
check_lost()
{
	wait $traffic
	check_at_most "$(cat "$TMPDIR/lost")" "$1" "lost packets"
}

hub_carried()
{
	link_stat "$HUB" mgre0 tx packets
}

before=$(hub_carried)
traffic 400
generation=1
while kill -0 $traffic 2> /dev/null; do
	keys add LEFT RIGHT $direct $((generation + 1))
	keys del LEFT RIGHT $direct $generation
	generation=$((generation + 1))
done
check_lost 0
check_at_least $generation 3 "generations of keys"
check_equal $(($(hub_carried) - before)) 0 "packets carried by the hub"
check_peer LEFT RIGHT ".spi == \"$(spi $generation $direct RIGHT)\""
check_equal "$(event_count LEFT '.event == "peer-state"')" 0 "events"
log_test "rekeying loses nothing, and the peer is not touched"

# What is used of two that may be.
sleep 1.1
keys add LEFT RIGHT $direct $((generation + 1))
on LEFT ping -q -c 1 -W 5 10.9.0.2 > /dev/null
check_err $? "no answer"
check_peer LEFT RIGHT ".spi == \"$(spi $((generation + 1)) $direct RIGHT)\""
keys del LEFT RIGHT $direct $generation
generation=$((generation + 1))
log_test "the newer one is used as soon as it is there"

# Without traffic as well.
keys add LEFT RIGHT $direct $((generation + 1))
keys del LEFT RIGHT $direct $generation
generation=$((generation + 1))
check_peer LEFT RIGHT "(.spi == \"$(spi $generation $direct RIGHT)\") and
	.state == \"up\""
check_equal "$(event_count LEFT '.event == "peer-state"')" 0 "events"
log_test "rekeying an idle peer does not touch it either"

before=$(hub_carried)
traffic 200
sleep 1
state LEFT del LEFT RIGHT $direct $generation
check_event LEFT '.event == "peer-state" and .nbma == "192.0.2.2" and
	.state == "down" and .wanted == "up" and .if_id == 7'
check_peer LEFT RIGHT '.state == "down" and (.protected | not)'
check_lost 0
check_at_least $(($(hub_carried) - before)) 20 "packets carried by the hub"
log_test "its last SA is deleted: down at once, the hub carries all"

before=$(hub_carried)
state LEFT add LEFT RIGHT $direct $generation
check_event LEFT '.event == "peer-state" and .nbma == "192.0.2.2" and
	.state == "up"'
check_equal "$(lost_pings "$LEFT" -c 20 -i 0.02 10.9.0.2)" 0 "lost"
check_equal $(($(hub_carried) - before)) 0 "packets carried by the hub"
log_test "a new SA: up again, and the direct way"

# left_keys: those of LEFT anew, after it has lost all.
left_keys()
{
	ip -n "$LEFT" xfrm state flush
	state LEFT add RIGHT LEFT $direct $generation
	state LEFT add LEFT RIGHT $direct $generation
	state LEFT add HUB LEFT $to_left 1
	state LEFT add LEFT HUB $to_left 1
	check_peer LEFT RIGHT '.state == "up"'
	check_peer LEFT HUB '.state == "up"'
}

# Its policy goes and comes without traffic.
policy LEFT del RIGHT $direct
check_peer LEFT RIGHT '.state == "down"'
policy LEFT add RIGHT $direct
check_peer LEFT RIGHT '.state == "up"'
ip -n "$LEFT" xfrm policy flush
check_peer LEFT RIGHT '.state == "down"'
check_peer LEFT HUB '.state == "down"'
policy LEFT add RIGHT $direct
policy LEFT add HUB $to_left
check_peer LEFT RIGHT '.state == "up"'
check_peer LEFT HUB '.state == "up"'
log_test "the end of its policy takes it down, a new one brings it up"

# Nobody asks for keys in vain; traffic does, and not for each packet.
on LEFT stdbuf -oL ip xfrm monitor acquire > "$TMPDIR/acquire" &
sleep 1
state LEFT del LEFT RIGHT $direct $generation
check_peer LEFT RIGHT '.state == "down"'
sleep 2
check_equal "$(grep -c acquire "$TMPDIR/acquire")" 0 "requests without traffic"
on LEFT ping -q -c 100 -i 0.02 10.9.0.2 > /dev/null
busywait 5000 grep -q acquire "$TMPDIR/acquire"
check_at_least "$(grep -c acquire "$TMPDIR/acquire")" 1 "requests by traffic"
check_at_most "$(grep -c acquire "$TMPDIR/acquire")" 5 "requests by traffic"
left_keys
log_test "traffic asks for keys, the end of an SA does not"

state LEFT del LEFT RIGHT $direct $generation
generation=$((generation + 1))
state RIGHT add LEFT RIGHT $direct $generation
state LEFT add LEFT RIGHT $direct $generation limit time-hard 4
check_peer LEFT RIGHT '.state == "up"'
check_peer LEFT RIGHT '.state == "down"'
log_test "an SA expires by time: down without any traffic"

generation=$((generation + 1))
state RIGHT add LEFT RIGHT $direct $generation
state LEFT add LEFT RIGHT $direct $generation limit packet-hard 20
check_peer LEFT RIGHT '.state == "up"'
before=$(hub_carried)
traffic 100
check_lost 2
check_peer LEFT RIGHT '.state == "down"'
check_at_least $(($(hub_carried) - before)) 70 "packets carried by the hub"
log_test "an SA expires by packets: the hub carries the rest"

generation=$((generation + 1))
keys add LEFT RIGHT $direct $generation
check_peer LEFT RIGHT '.state == "up"'
traffic 300
sleep 1
ip -n "$LEFT" xfrm state flush
check_peer LEFT RIGHT '.state == "down" and .wanted == "up"'
check_peer LEFT HUB '.state == "down" and .wanted == "up"'
sleep 1
left_keys
wait $traffic
check_at_least $((300 - $(cat "$TMPDIR/lost"))) 100 "answers"
check_ping LEFT 10.9.0.2
log_test "all SAs are flushed: nothing in clear, and up again on new keys"

# Other users of IPsec and of GRE between the same two addresses.
for side in LEFT/RIGHT RIGHT/LEFT; do
	IFS=/ read -r part other <<< "$side"
	ip -n "${!part}" link add gre1 type gre local "${nbma[$part]}" \
		remote "${nbma[$other]}" key 5 ttl 64
	ip -n "${!part}" address add "10.8.0.${number[$part]}/24" dev gre1
	ip -n "${!part}" link set gre1 up
	ip -n "${!part}" xfrm policy add src "${nbma[$part]}" \
		dst "${nbma[$other]}" proto icmp dir out \
		tmpl src "${nbma[$part]}" dst "${nbma[$other]}" proto esp \
		reqid 0 mode transport
done
keys add LEFT RIGHT 0 1
check_ping LEFT 192.0.2.2
check_ping LEFT 10.8.0.2
check_ping LEFT 10.9.0.2
for direction in LEFT/RIGHT RIGHT/LEFT; do
	check_captured "${direction%/*}" eth0 1 \
		"esp and ip[20:4] == $(spi 1 0 "${direction#*/}")"
	check_captured "${direction%/*}" eth0 1 'proto gre and ip[24:4] == 5'
done
state LEFT del LEFT RIGHT $direct $generation
check_peer LEFT RIGHT '.state == "down"'
check_ping LEFT 10.8.0.2
check_ping LEFT 192.0.2.2
check_ping LEFT 10.9.0.2
log_test "ip_gre and other SAs between the same addresses are left alone"

for part in LEFT RIGHT HUB; do
	check_clear $part 'not ip[24:4] == 5'
done
log_test "nothing was sent in clear all the time"
