#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # topology_nhrpd sets HUB_pid and the like
#
# nhrpctl with a running nhrpd: every command, as text in the layout of IOS
# and as JSON; monitors, permissions, and a daemon that is not there.
# timeout: 300

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
require_command gojq setpriv

time='[0-9]{2}:[0-9]{2}:[0-9]{2}'

# expect_status WANTED PATTERN PART WORD...: nhrpctl ends with this status, and
# all that it prints has a line that matches.
expect_status()
{
	local wanted=$1 pattern=$2 part=$3 out status
	shift 3

	out=$(topology_ctl "$part" "$@" 2>&1)
	status=$?
	check_equal $status "$wanted" "status of '$*' ($out)"
	grep -qE -- "$pattern" <<<"$out"
	check_err $? "'$*' printed '$out', without '$pattern'"
}

# expect_json FILTER PART WORD...: nhrpctl -j prints one line of JSON for which
# gojq's filter is true.
expect_json()
{
	local filter=$1 part=$2 out
	shift 2

	out=$(topology_ctl "$part" -j "$@")
	check_err $? "'-j $*' failed"
	check_equal "$(wc -l <<<"$out")" 1 "number of lines of '-j $*'"
	gojq -e "$filter" <<<"$out" >/dev/null
	check_err $? "'-j $*' printed '$out', not $filter"
}

test_no_daemon()
{
	local words

	for words in "" "show dmvpn" "show ip nhrp" cache monitor reload; do
		# shellcheck disable=SC2086 # words
		expect_status 3 "no nhrpd at .*HUB.sock: No such file" \
			HUB $words
	done
	log_test "without a daemon the status is 3"
}

test_empty()
{
	local words

	: > "$TMPDIR/HUB.conf"
	topology_nhrpd HUB
	check_err $? "nhrpd does not start"
	for words in "" "show dmvpn" "show dmvpn detail" "show ip nhrp" \
		"show ip nhrp brief" "show ip nhrp nhs" "show ip nhrp shortcut" \
		"show ip nhrp traffic" "show ipv6 nhrp" "show ipv6 nhrp nhs" \
		cache nhs shortcut traffic; do
		# shellcheck disable=SC2086 # words
		expect_json '. == []' HUB $words
		# shellcheck disable=SC2086
		expect_status 0 "" HUB $words
	done
	log_test "with nothing to show, JSON is an empty array"
	kill -TERM "$HUB_pid"
	wait "$HUB_pid"
	check_err $? "nhrpd's status after SIGTERM"
	[ ! -e "$TMPDIR/HUB.sock" ]
	check_err $? "the socket is still there"
	log_test "nhrpd removes its socket when it ends"
	rm "$TMPDIR/HUB.conf"
}

test_cache_text()
{
	local out

	out=$(topology_ctl HUB show ip nhrp)
	check_equal "$(sed -n 1p <<<"$out")" "9.0.0.2/32 via 9.0.0.2" "line 1"
	grep -qE "^   mgre0 created $time, expire $time$" <<<"$out"
	check_err $? "no times in '$out'"
	grep -qE "^   Type: dynamic, Flags: authoritative unique registered" \
		<<<"$out"
	check_err $? "no type and flags in '$out'"
	grep -qx "   NBMA address: 9.1.1.130" <<<"$out"
	check_err $? "no NBMA address in '$out'"
	check_equal "$(grep -c ' via ' <<<"$out")" 2 "number of entries"
	log_test "show ip nhrp on the hub has the lines of IOS"

	out=$(topology_ctl SPOKE1 show ip nhrp)
	check_equal "$(sed -n 1p <<<"$out")" "9.0.0.1/32 via 9.0.0.1" "line 1"
	grep -qE "^   mgre0 created $time, never expire$" <<<"$out"
	check_err $? "no 'never expire' in '$out'"
	grep -qE "^   Type: static, Flags:" <<<"$out"
	check_err $? "not static: '$out'"
	log_test "the next hop server is static and never expires"

	expect_status 0 \
		"^          9.0.0.2/32 9.0.0.2         9.1.1.130       dynamic  mgre0   <   >$" \
		HUB show ip nhrp brief
	log_test "show ip nhrp brief has a line an entry"
}

test_cache_json()
{
	expect_json 'length == 2 and .[0].interface == "mgre0" and
		.[0].type == "dynamic" and .[0].protocol == "9.0.0.2" and
		.[0].prefix == "9.0.0.2/32" and .[0].nbma == "9.1.1.130" and
		.[0].claimed_nbma == "9.1.1.130" and .[0].up and
		.[0].timeout and .[0].expires > 0 and .[0].expires <= 300 and
		.[0].created >= 0 and (.[0].used | type) == "boolean" and
		.[1].protocol == "9.0.0.3" and
		(.[0].flags | index("registered"))' HUB cache
	expect_json 'length == 2' HUB show ip nhrp
	expect_json '. == []' HUB show ipv6 nhrp
	expect_json 'length == 1 and .[0].type == "nhs" and
		.[0].expires == null and .[0].timeout == false' SPOKE1 cache
	log_test "the cache as JSON"
}

test_nhs()
{
	expect_status 0 \
		"^9.0.0.1  RE NBMA Address: 9.1.1.10 priority = 0 cluster = 0$" \
		SPOKE1 show ip nhrp nhs
	expect_status 0 "  req-sent [1-9].*  repl-recv [1-9].* \($time ago\)$" \
		SPOKE1 show ip nhrp nhs detail
	expect_json 'length == 1 and .[0].protocol == "9.0.0.1" and
		.[0].nbma == "9.1.1.10" and .[0].state == "registered" and
		.[0].requests_sent >= 1 and .[0].replies_received >= 1 and
		.[0].code == 0 and .[0].interface == "mgre0"' SPOKE1 nhs
	expect_json '. == []' HUB nhs
	log_test "show ip nhrp nhs"
}

test_dmvpn()
{
	expect_status 0 "^Type:Hub, NHRP Peers:2,$" HUB show dmvpn
	expect_status 0 \
		"^     1 9.1.1.130               9.0.0.2    UP $time     D$" \
		HUB show dmvpn
	expect_status 0 "^Type:Spoke, NHRP Peers:1,$" SPOKE1
	expect_status 0 \
		"^     1 9.1.1.10                9.0.0.1    UP $time     S$" \
		SPOKE1
	expect_status 0 "^Interface mgre0 is up/up, Addr. is 9.0.0.2, VRF \"\"$" \
		SPOKE1 show dmvpn detail
	expect_status 0 "^IPv4 NHS: 9.0.0.1  RE " SPOKE1 show dmvpn detail
	expect_json 'length == 1 and .[0].type == "hub" and .[0].up and
		.[0].nbma_peers == 2 and (.[0].peers | length) == 2 and
		.[0].source == "9.1.1.10" and .[0].address == "9.0.0.1" and
		.[0].peers[0].state == "UP"' HUB show dmvpn
	expect_json '.[0].type == "spoke" and (.[0].nhs | length) == 1' SPOKE1
	log_test "show dmvpn, also without a command"
}

test_shortcut()
{
	ip netns exec "$HOST1" ping -q -c 2 -W 5 10.0.65.2 >/dev/null
	slowwait 30 until_match '10.0.65.0/24' topology_ctl SPOKE1 shortcut \
		>/dev/null
	check_err $? "no shortcut"
	expect_status 0 "^10.0.65.0/24 via 9.0.0.3$" \
		SPOKE1 show ip nhrp shortcut
	expect_status 0 "^   Type: dynamic, Flags: router .*rib$" \
		SPOKE1 show ip nhrp shortcut
	expect_json '[.[] | select(.prefix == "10.0.65.0/24")] |
		length == 1 and .[0].via == "9.0.0.3" and
		.[0].nbma == "9.1.1.134" and .[0].expires > 0' SPOKE1 shortcut
	expect_json '[.[] | select(.prefix == "10.0.65.0/24")] |
		length == 1' SPOKE1 show ip nhrp
	expect_json '.[0].peers | map(select(.prefix == "10.0.65.0/24")) |
		length == 1 and .[0].attributes == ["D","T1"] and
		.[0].entries == 2' SPOKE1 show dmvpn
	log_test "a shortcut in all tables"
}

test_traffic()
{
	expect_status 0 "^   Sent: Total [1-9]" HUB show ip nhrp traffic
	expect_status 0 "^         [1-9][0-9]* Registration Reply  " \
		HUB show ip nhrp traffic
	expect_json '.[0].interface == "mgre0" and
		.[0].received.registration_request >= 2 and
		.[0].sent.registration_reply >= 2 and
		.[0].sent.traffic_indication >= 1 and
		(.[0].discarded | add) == 0 and .[0].lost == 0' HUB traffic
	log_test "packets are counted by type"
}

# Let SPOKE1 learn its way to SPOKE2 and forget it; 0 if both monitors told.
monitors_told()
{
	ip netns exec "$HOST1" ping -q -c 2 -W 1 10.0.65.2 >/dev/null
	topology_ctl SPOKE1 clear ip nhrp
	grep -q '"packet":"Resolution Reply"' "$TMPDIR/json" &&
	grep -q '"cache-delete"' "$TMPDIR/json" &&
	grep -q ' cache-delete interface mgre0 ' "$TMPDIR/text"
}

test_monitor()
{
	topology_ctl SPOKE1 -j monitor > "$TMPDIR/json" 2> /dev/null &
	topology_ctl SPOKE1 monitor > "$TMPDIR/text" 2> /dev/null &
	slowwait 90 monitors_told
	check_err $? "no cache-delete in $(tail -n 3 "$TMPDIR/text")"
	gojq -se 'all(.[]; (.event | type) == "string" and
		(.time | test("^20..-..-..T..:..:..\\....Z$"))) and
		any(.[]; .event == "cache-delete" and .protocol == "9.0.0.3" and
		.nbma == "9.1.1.134" and .interface == "mgre0") and
		any(.[]; .event == "packet-rx" and .packet ==
		"Resolution Reply" and .code == 0)' "$TMPDIR/json" >/dev/null
	check_err $? "events are not as documented: $(tail -n 3 "$TMPDIR/json")"
	log_test "monitors print a line an event"
}

test_clear()
{
	expect_json '.cleared == 0' HUB clear ip nhrp 9.0.0.99
	expect_json 'length == 1 and .[0].protocol == "9.0.0.3"' HUB cache
	expect_status 0 "^$" HUB clear ip nhrp 9.0.0.3
	expect_json '. == []' HUB cache
	expect_json '.cleared == 0' HUB clear ip nhrp
	expect_json '.cleared == 0' SPOKE2 clear ip nhrp 9.0.0.1
	expect_json 'any(.[]; .type == "nhs")' SPOKE2 cache
	log_test "clear forgets what was learnt and nothing else"

	expect_status 0 "^$" SPOKE2 purge 10.0.65.2
	expect_json '.told == 0' SPOKE2 purge 10.0.65.2
	log_test "purge"
}

test_reload()
{
	expect_status 0 "^$" HUB reload
	echo " holdtme 5" >> "$TMPDIR/HUB.conf"
	expect_status 1 "HUB.conf:[0-9]+: .*holdtme" HUB reload
	expect_status 0 "^Type:" HUB show dmvpn
	log_test "reload tells what is wrong with the file and where"
}

# Run as somebody who may connect, but is neither root nor nhrpd's user.
stranger()
{
	local status out

	out=$(setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$(command -v nhrpctl)" -S "$TMPDIR/HUB.sock" "$@" 2>&1)
	status=$?
	printf '%s\n' "$out"
	return $status
}

test_permission()
{
	local words out

	chmod 755 "$TMPDIR"
	check_equal "$(stat -c %a "$TMPDIR/HUB.sock")" 660 "mode of the socket"
	out=$(stranger show dmvpn)
	check_equal $? 3 "status without permission to connect"
	grep -q "Permission denied" <<<"$out"
	check_err $? "printed '$out'"
	chmod 666 "$TMPDIR/HUB.sock"
	for words in "show dmvpn" cache traffic "-j nhs"; do
		# shellcheck disable=SC2086 # words
		stranger $words >/dev/null
		check_err $? "'$words' refused"
	done
	for words in "clear ip nhrp" "purge 9.0.0.2" reload shutdown; do
		# shellcheck disable=SC2086 # words
		out=$(stranger $words)
		check_equal $? 1 "status of '$words'"
		grep -q "permission denied: only root" <<<"$out"
		check_err $? "'$words' printed '$out'"
	done
	chmod 660 "$TMPDIR/HUB.sock"
	log_test "who is not root may look, if the socket's mode allows it"
}

test_shutdown()
{
	expect_status 0 "^$" SPOKE1 shutdown
	slowwait 30 topology_gone SPOKE1
	check_err $? "nhrpd is still there"
	wait "$SPOKE1_pid"
	check_err $? "nhrpd's status after shutdown"
	expect_status 3 "no nhrpd at " SPOKE1
	check_equal "$(ip netns exec "$SPOKE1" mgrectl peer show dev mgre0)" \
		"" "list of peers left over"
	check_equal "$(ip -n "$SPOKE1" route show proto 203)" "" \
		"list of routes left over"
	slowwait 30 topology_forgotten
	check_err $? "the hub still has it"
	log_test "shutdown deregisters and removes what nhrpd made"
}

# 0 if a router's nhrpd has ended.
topology_gone()
{
	local pid=$1_pid

	! kill -0 "${!pid}" 2>/dev/null
}

# 0 if the hub has no entry of SPOKE1.
topology_forgotten()
{
	topology_ctl HUB -j cache |
		gojq -e 'all(.[]; .protocol != "9.0.0.2")' >/dev/null
}

load_mgre
topology_underlay
test_no_daemon
test_empty
for part in HUB SPOKE1 SPOKE2; do
	topology_tunnel $part
done
topology_routes_phase3
for part in HUB SPOKE1 SPOKE2; do
	topology_nhrpd $part
done
slowwait 60 topology_registered >/dev/null ||
	echo "# the spokes do not register"
test_cache_text
test_cache_json
test_nhs
test_dmvpn
test_shortcut
test_traffic
test_monitor
test_reload
test_permission
test_shutdown
test_clear
