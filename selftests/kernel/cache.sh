#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Peers and mappings: made, changed, moved, removed, counted and bounded.
#
#	ROUTER  eth0 192.0.2.1/24 (dummy), mgre0
# timeout: 300

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

setup_ns ROUTER
ip -n "$ROUTER" link add eth0 type dummy
ip -n "$ROUTER" address add 192.0.2.1/24 dev eth0
ip -n "$ROUTER" link set eth0 up
ip -n "$ROUTER" link add mgre0 type mgre local 192.0.2.1 key $key
ip -n "$ROUTER" link set mgre0 up

ctl()
{
	on ROUTER mgrectl "$@"
}

check_peer()
{
	check_entry ROUTER "$2" peer dev mgre0 nbma "$1"
}

check_map()
{
	check_entry ROUTER "$2" map dev mgre0 "$1"
}

ctl peer add dev mgre0 nbma 192.0.2.2
check_err $? "add is refused"
check_peer 192.0.2.2 '.[0].state == "up" and .[0].transient == false and
	.[0].multicast == false and .[0].fallback == false and
	.[0].mappings == 0'
check_refused 'File exists' ctl peer add dev mgre0 nbma 192.0.2.2
ctl peer set dev mgre0 nbma 192.0.2.2 multicast fallback mark 5 priority 7
check_peer 192.0.2.2 '.[0].multicast and .[0].fallback and .[0].mark == 5 and
	.[0].priority == 7 and .[0].state == "up"'
ctl peer set dev mgre0 nbma 192.0.2.2 nofallback state down
check_peer 192.0.2.2 '.[0].multicast and (.[0].fallback | not) and
	.[0].mark == 5 and .[0].priority == 7 and .[0].state == "down"'
check_refused 'No such' ctl peer set dev mgre0 nbma 192.0.2.3 multicast
ctl peer replace dev mgre0 nbma 192.0.2.3
check_err $? "replace does not make a peer"
ctl peer replace dev mgre0 nbma 192.0.2.3 multicast
check_peer 192.0.2.3 '.[0].multicast'
log_test "peers: add, set, replace, and what is not named stays"

ctl peer del dev mgre0 nbma 192.0.2.3
check_err $? "del is refused"
check_refused 'No such' ctl peer del dev mgre0 nbma 192.0.2.3
ctl peer flush dev mgre0
check_equal "$(entries ROUTER peer)" 0 "peers after flush"
log_test "peers: del and flush"

ctl map add dev mgre0 10.9.0.2 nbma 192.0.2.2 hold 100 cookie 0badc0de
check_err $? "add is refused"
check_map 10.9.0.2 '.[0].nbma == "192.0.2.2" and .[0].hold == 100 and
	.[0].expires <= 100 and .[0].expires > 50 and
	.[0].cookie == "0badc0de" and (.[0] | has("used") | not)'
check_peer 192.0.2.2 '.[0].transient and .[0].mappings == 1'
check_refused 'File exists' ctl map add dev mgre0 10.9.0.2 nbma 192.0.2.2
check_refused 'No such' ctl map set dev mgre0 10.9.0.3 nbma 192.0.2.2
log_test "a mapping makes its peer"

ctl map add dev mgre0 10.9.0.3 nbma 192.0.2.2
ctl map add dev mgre0 fd09::2 nbma 192.0.2.2
check_map 10.9.0.3 '.[0] | (has("hold") or has("expires")) | not'
check_map fd09::2 '.[0].protocol == "fd09::2"'
check_peer 192.0.2.2 '.[0].mappings == 3'
ctl map set dev mgre0 10.9.0.3 nbma 192.0.2.9
check_map 10.9.0.3 '.[0].nbma == "192.0.2.9"'
check_peer 192.0.2.2 '.[0].mappings == 2'
check_peer 192.0.2.9 '.[0].mappings == 1'
log_test "mappings of both families share a peer; one moves to another"

ctl map set dev mgre0 10.9.0.3 nbma 192.0.2.2
check_refused 'No such' ctl peer show dev mgre0 nbma 192.0.2.9
ctl map del dev mgre0 10.9.0.2
ctl map del dev mgre0 10.9.0.3
ctl map del dev mgre0 fd09::2
check_equal "$(entries ROUTER peer)" 0 "peers"
ctl map add dev mgre0 10.9.0.2 nbma 192.0.2.2
ctl peer set dev mgre0 nbma 192.0.2.2 multicast
check_peer 192.0.2.2 '.[0].transient'
ctl peer set dev mgre0 nbma 192.0.2.2 notransient
check_peer 192.0.2.2 '.[0].transient | not'
ctl map del dev mgre0 10.9.0.2
check_peer 192.0.2.2 '.[0].mappings == 0'
log_test "a transient peer goes with its last mapping, another stays"

for last in 2 3 4; do
	ctl map add dev mgre0 10.9.0.$last nbma 192.0.2.2
	ctl map add dev mgre0 10.9.1.$last nbma 192.0.2.3
done
ctl peer del dev mgre0 nbma 192.0.2.2
check_equal "$(entries ROUTER map)" 3 "mappings left"
ctl map add dev mgre0 10.9.0.2 nbma 192.0.2.2
ctl map flush dev mgre0 nbma 192.0.2.3
check_equal "$(entries ROUTER map)" 1 "mappings left"
ctl map flush dev mgre0
check_equal "$(entries ROUTER map)$(entries ROUTER peer)" 00 "entries left"
log_test "a peer takes its mappings along; map flush of a peer and of all"

ctl peer add dev mgre0 nbma 192.0.2.2 if-id 1
ctl peer add dev mgre0 nbma 192.0.2.2 if-id 2
ctl peer add dev mgre0 nbma 192.0.2.2
check_equal "$(entries ROUTER peer)" 3 "peers"
ctl map add dev mgre0 10.9.0.2 nbma 192.0.2.2 if-id 2
check_entry ROUTER 'length == 1 and .[0].if_id == 2 and .[0].mappings == 1' \
	peer dev mgre0 nbma 192.0.2.2 if-id 2
check_entry ROUTER '.[0].mappings == 0' peer dev mgre0 nbma 192.0.2.2
check_refused 'port' ctl peer add dev mgre0 nbma 192.0.2.2 port 4500
ctl map flush dev mgre0
log_test "endpoints of one address differ by if-id"
ctl peer flush dev mgre0

cookie=$(printf '%0128d' 7)
ctl map add dev mgre0 10.9.0.2 nbma 192.0.2.2 cookie "$cookie"
check_map 10.9.0.2 ".[0].cookie == \"$cookie\""
ctl map set dev mgre0 10.9.0.2 nbma 192.0.2.2 cookie 01
check_map 10.9.0.2 '.[0].cookie == "01"'
check_refused 'cookie' ctl map set dev mgre0 10.9.0.2 nbma 192.0.2.2 \
	cookie "${cookie}00"
ctl map flush dev mgre0
log_test "64 bytes of cookie are kept, 65 are refused"

ip -n "$ROUTER" link set mgre0 type mgre max-entries 10
for i in $(seq 10); do
	echo "map add dev mgre0 10.9.0.$i nbma 192.0.2.2"
done | ctl -batch -
check_equal "$(entries ROUTER map)" 10 "mappings"
check_refused 'No space.*:' ctl map add dev mgre0 10.9.0.11 nbma 192.0.2.2
ctl map set dev mgre0 10.9.0.10 nbma 192.0.2.3
check_err $? "a mapping cannot be changed when the cache is full"
ctl map del dev mgre0 10.9.0.1
ctl map add dev mgre0 10.9.0.11 nbma 192.0.2.2
check_err $? "refused although there is room"
ctl map flush dev mgre0
for i in $(seq 10); do
	echo "peer add dev mgre0 nbma 192.0.2.$((i + 10))"
done | ctl -batch -
check_refused 'No space.*:' ctl peer add dev mgre0 nbma 192.0.2.99
check_refused 'No space.*:' ctl map add dev mgre0 10.9.0.1 nbma 192.0.2.99
check_equal "$(entries ROUTER map)" 0 "mappings"
ctl peer flush dev mgre0
ip -n "$ROUTER" link set mgre0 type mgre max-entries 131072
log_test "max-entries bounds mappings and peers"

for i in $(seq 0 19999); do
	echo "map add dev mgre0 10.$((i >> 16)).$((i >> 8 & 255)).$((i & 255))" \
		"nbma 192.0.$((3 + (i >> 8 & 127))).$((i & 255)) hold 3600"
done > "$TMPDIR/batch"
sed -i '1s/.*/map add dev mgre0 10.255.0.1 nbma 192.0.2.2/' "$TMPDIR/batch"
ctl -batch "$TMPDIR/batch"
check_err $? "the batch failed"
check_equal "$(entries ROUTER map)" 20000 "mappings"
check_entry ROUTER '.[0].mappings == 20000' dev
log_test "20,000 mappings by one batch, and all of them listed"

printf '%s\n' 'map add dev mgre0 10.255.0.2 nbma 192.0.2.2' '# comment' '' \
	'map add dev mgre0 10.255.0.1 nbma 192.0.2.2' 'nonsense' \
	'map add dev mgre0 10.255.0.3 nbma 192.0.2.2 # comment' \
	> "$TMPDIR/bad"
out=$(ctl -batch "$TMPDIR/bad" 2>&1)
check_equal $? 2 "exit status"
grep -q "bad:4: File exists" <<< "$out"
check_err $? "line 4 is not named: $out"
grep -q "bad:5: .*nonsense" <<< "$out"
check_err $? "line 5 is not named: $out"
check_equal "$(wc -l <<< "$out")" 2 "lines of complaint"
check_entry ROUTER 'length == 1' map dev mgre0 10.255.0.3
log_test "a batch names the lines that fail and goes on"

ctl map flush dev mgre0
check_entry ROUTER '.[0].mappings == 0 and .[0].peers == 0' dev
log_test "20,000 mappings flushed"

# The list is read while entries come and go.
(for i in $(seq 10); do
	head -n 2000 "$TMPDIR/batch" | ctl -batch -
	ctl map flush dev mgre0
done) 2> /dev/null &
churn=$!
while kill -0 $churn 2> /dev/null; do
	ctl map show > /dev/null 2>&1
	ctl peer show > /dev/null 2>&1
	ctl dev show > /dev/null 2>&1
done
wait $churn
check_equal "$(entries ROUTER map)" 0 "mappings"
log_test "listed while it changes"
