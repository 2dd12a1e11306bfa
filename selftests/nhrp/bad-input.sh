#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # topology_nhrpd sets HUB_pid and the like
#
# Whatever is wrong is refused with a reason: options and words of the
# programs, statements of the configuration, and NHRP packets, which a hub
# discards and counts while it goes on serving its spokes.
# timeout: 300

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
require_command gojq python3

here=$(cd "$(dirname "$0")" && pwd)

# expect_refusal STATUS PATTERN COMMAND...: the command ends with this status,
# says why on standard error, and prints nothing else.
expect_refusal()
{
	local wanted=$1 pattern=$2 status err
	shift 2

	"$@" > "$TMPDIR/out" 2> "$TMPDIR/err" < /dev/null
	status=$?
	err=$(< "$TMPDIR/err")
	check_equal $status "$wanted" "status of '$*' ($err)"
	[[ $err =~ $pattern ]]
	check_err $? "'$*' said '$err', without '$pattern'"
	[ ! -s "$TMPDIR/out" ]
	check_err $? "'$*' printed '$(< "$TMPDIR/out")'"
}

test_nhrpctl_words()
{
	expect_refusal 2 "unknown word 'shwo', expected one of: show" \
		nhrpctl shwo dmvpn
	expect_refusal 2 "unknown word 'nhpr', expected one of: nhrp" \
		nhrpctl show ip nhpr
	expect_refusal 2 "'s' is ambiguous: show, shortcut, shutdown" nhrpctl s
	expect_refusal 2 "word is missing behind 'show'" nhrpctl show
	expect_refusal 2 "an address must follow" nhrpctl purge
	expect_refusal 2 "'hub' is not an IPv4 or IPv6 address" \
		nhrpctl purge hub
	expect_refusal 2 "'::1' is not an IPv4 address" \
		nhrpctl clear ip nhrp ::1
	expect_refusal 2 "expected nothing more" nhrpctl reload now
	expect_refusal 2 "unrecognized option '--jason'" nhrpctl --jason cache
	expect_refusal 2 "option requires an argument" nhrpctl -S
	expect_refusal 3 "no nhrpd at /nonexistent" nhrpctl -S /nonexistent nhs
	log_test "nhrpctl names the wrong word and those allowed"
}

test_mgrectl_words()
{
	expect_refusal 2 "pear" mgrectl pear show
	expect_refusal 2 "shwo" mgrectl peer shwo
	expect_refusal 2 "." mgrectl --jason peer show
	expect_refusal 2 "." mgrectl peer add
	expect_refusal 1 "no device \"nosuch0\"" \
		mgrectl map add dev nosuch0 9.0.0.9 nbma 9.1.1.9
	expect_refusal 2 "9.0.0.300" \
		mgrectl map add dev lo 9.0.0.300 nbma 9.1.1.9
	expect_refusal 2 "9.1.1" mgrectl map add dev lo 9.0.0.9 nbma 9.1.1
	expect_refusal 2 "4294967296" \
		mgrectl peer add dev lo nbma 9.1.1.9 if-id 4294967296
	expect_refusal 2 "sideways" \
		mgrectl peer add dev lo nbma 9.1.1.9 state sideways
	log_test "mgrectl names what is wrong"
}

test_nhrpd_options()
{
	echo "interface mgre0" > "$TMPDIR/good.conf"
	echo " network-id 1" >> "$TMPDIR/good.conf"
	nhrpd -t -f "$TMPDIR/good.conf" 2> "$TMPDIR/err"
	check_err $? "a good file is refused: $(cat "$TMPDIR/err")"
	expect_refusal 2 "unrecognized option '--tset'" nhrpd --tset
	expect_refusal 2 "requires an argument" nhrpd -t -f
	expect_refusal 2 "more" nhrpd -t -f "$TMPDIR/good.conf" more
	expect_refusal 1 "/nonexistent.*No such file" nhrpd -t -f /nonexistent
	expect_refusal 1 "/nonexistent.*No such file" nhrpd -f /nonexistent
	expect_refusal 1 "$TMPDIR" nhrpd -t -f "$TMPDIR"
	log_test "nhrpd refuses wrong options and files"
}

# expect_line LINE PATTERN STATEMENT...: a configuration of these lines is
# refused with a message about the LINEth.
expect_line()
{
	local line=$1 pattern=$2
	shift 2

	printf '%s\n' "$@" > "$TMPDIR/bad.conf"
	expect_refusal 1 "bad.conf:$line: $pattern" \
		nhrpd -t -f "$TMPDIR/bad.conf"
}

test_config()
{
	local statement

	expect_line 1 ".*\"intreface\", did you mean \"interface\"" \
		"intreface mgre0"
	expect_line 1 "." "holdtime 300"
	expect_line 1 "." "interface"
	expect_line 1 ".*name_that_is_too_long" "interface name_that_is_too_long"
	expect_line 3 ".*\"holdtme\", did you mean \"holdtime\"" \
		"interface mgre0" " network-id 1" " holdtme 300"
	expect_line 1 "interface mgre0 has no \"network-id" "interface mgre0"
	expect_line 1 ".*nhs 9.0.0.1 needs \"nbma" \
		"interface mgre0" " network-id 1" " nhs 9.0.0.1"
	for statement in "network-id" "network-id 0" "network-id 4294967296" \
		"network-id one" "network-id 2 3" "holdtime 0" \
		"holdtime 65536" "holdtime -1" "authentication" \
		"authentication 123456789" "nhs" "nhs hub nbma 9.1.1.10" \
		"nhs 9.0.0.1 nbma" "nhs 9.0.0.1 nbma 9.1.1.300" \
		"nhs 9.0.0.1 nmba 9.1.1.10" "nhs 9.0.0.1 nbma a_b!" \
		"nhs 9.0.0.1 nbma 9.1.1.10 mulitcast" \
		"nhs 9.0.0.1 nbma 9.1.1.10 priority 256" "map 9.0.0.2" \
		"map 9.0.0.2/24 9.1.1.130" "map multicast" "redirect 0" \
		"redirect now" "shortcut please" "registration" \
		"registration no-uniq" "mtu 10" "ip nhrp" \
		"ip nhrp netwrok-id 1" "protection ike" $'no\001text' \
		"shortcut 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20"
	do
		expect_line 2 "." "interface mgre0" " $statement" \
			" network-id 1"
	done
	expect_line 1 "." "$(printf 'x%.0s' {1..5000})"
	log_test "nhrpd -t names file, line and word"
}

# traffic FILTER: what gojq's filter makes of the hub's counters.
traffic()
{
	topology_ctl HUB -j traffic | gojq ".[0] | $1"
}

# 0 if the hub has discarded so many packets for REASON.
discarded()
{
	[ "$(traffic ".discarded[\"$1\"]")" -ge "$2" ]
}

# send_bad KIND: the packets of a kind to the hub; prints how many.
send_bad()
{
	ip netns exec "$SPOKE1" python3 "$here/bad_packets.py" \
		"$1" 9.1.1.10 "$topology_key"
}

# expect_discarded KIND REASON: the hub discards all packets of a kind of
# bad_packets.py for this reason, and none for another.
expect_discarded()
{
	local kind=$1 reason=$2 before all sent

	before=$(traffic ".discarded[\"$reason\"]")
	all=$(traffic '.discarded | add')
	sent=$(send_bad "$kind")
	check_at_least "${sent:-0}" 1 "number of packets sent"
	slowwait 30 discarded "$reason" $((before + sent))
	check_equal "$(traffic ".discarded[\"$reason\"]")" $((before + sent)) \
		"number of packets discarded as $reason"
	check_equal "$(traffic '.discarded | add')" $((all + sent)) \
		"number of packets discarded in all"
}

# What the hub knows, without what changes by itself.
known()
{
	topology_ctl HUB -j cache |
		gojq 'map({protocol, nbma, claimed_nbma, type})'
}

check_alive()
{
	kill -0 "$HUB_pid"
	check_err $? "the hub's nhrpd is gone"
	check_equal "$(known)" "$1" "what the hub knows"
	check_equal "$(traffic .lost)" 0 "number of upcalls lost"
}

test_packets()
{
	local before kind reason

	before=$(known)
	while read -r kind reason; do
		expect_discarded "$kind" "$reason"
		check_alive "$before"
		log_test "a hub discards and counts packets: $kind"
	done <<-END
		malformed malformed
		unknown_extension extension
		loop loop
		hop_count hop-count
		unsolicited unsolicited
	END
}

test_hijack()
{
	local before count

	before=$(known)
	check_equal "$(gojq length <<<"$before")" 2 "number of clients"
	count=$(traffic ".discarded.unsolicited")
	send_bad hijack >/dev/null
	# What is counted of these comes after what those before it did.
	count=$((count + $(send_bad unsolicited)))
	slowwait 30 discarded unsolicited $count
	check_err $? "packets got lost"
	check_alive "$before"
	log_test "nobody takes the address of another, or purges it"
}

test_authentication()
{
	local before

	before=$(known)
	topology_config HUB "authentication secret" > "$TMPDIR/HUB.conf"
	topology_ctl HUB reload
	check_err $? "reload failed"
	expect_discarded authentication authentication
	check_alive "$before"
	log_test "a hub discards packets without the secret"
}

test_nhrpctl_words
test_mgrectl_words
test_nhrpd_options
test_config
load_mgre
topology_up || echo "# the spokes do not register"
test_packets
test_hijack
# The spokes would be refused, too, if they spoke.
for part in SPOKE1 SPOKE2; do
	topology_ctl $part shutdown
done
slowwait 60 until_match '^\[\]$' known >/dev/null ||
	echo "# the hub does not forget the spokes"
test_authentication
