#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# nhrpd's XFRM client (nhrpd/xfrm*.c) on this kernel: what it installs is what
# ip(8) sees, what the kernel says is what it tells, and no key stays behind.
# timeout: 300
#
#	FAR 192.0.2.1 ---- 192.0.2.2 NEAR
#	    2001:db8::1        2001:db8::2
#
# NEAR has the client, FAR sends ESP by SAs that were made with ip(8).

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
require_command python3
require_module xfrm_user
require_module esp4

driver=$TOP/.build/selftests/nhrp/xfrm_driver
[ -x "$driver" ] || skip_all "$driver is not built"

key=0x$(printf 'a7%.0s' $(seq 36))
gcm='rfc4106(gcm(aes))'
chacha='rfc7539esp(chacha20,poly1305)'
said=0

start()
{
	setup_ns FAR NEAR
	ip link add far netns "$FAR" type veth peer near netns "$NEAR"
	ip -n "$FAR" address add 192.0.2.1/24 dev far
	ip -n "$NEAR" address add 192.0.2.2/24 dev near
	ip -n "$FAR" address add 2001:db8::1/64 dev far nodad
	ip -n "$NEAR" address add 2001:db8::2/64 dev near nodad
	ip -n "$FAR" link set far up
	ip -n "$NEAR" link set near up
	mkfifo "$TMPDIR/commands"
	: > "$TMPDIR/said"
	ip netns exec "$NEAR" "$driver" < "$TMPDIR/commands" \
		> "$TMPDIR/said" 2>&1 &
	exec 7> "$TMPDIR/commands"
	slowwait 30 until_match '^ready$' cat "$TMPDIR/said" > /dev/null
	check_err $? "the client does not start: $(cat "$TMPDIR/said")"
	log_test "start"
}

answers()
{
	[ "$(grep -c '^= ' "$TMPDIR/said")" -ge "$1" ]
}

# tell WORD...: give the client a command and print its answer.
tell()
{
	local before

	before=$(grep -c '^= ' "$TMPDIR/said")
	echo "$*" >&7
	slowwait 30 answers $((before + 1)) > /dev/null || echo "no answer"
	grep '^= ' "$TMPDIR/said" | tail -n 1
}

# ok WORD...: a command that must be obeyed
ok()
{
	check_equal "$(tell "$@")" "= 0" "'$*'"
}

# mute: forget what was heard so far.
mute()
{
	said=$(wc -l < "$TMPDIR/said")
}

# heard PATTERN: what the client said since it was muted has such a line.
heard()
{
	tail -n +$((said + 1)) "$TMPDIR/said" | grep -E -- "$1"
}

expect_heard()
{
	slowwait 30 heard "^$1\$" > /dev/null
	check_err $? "never heard '$1': $(heard .)"
}

# state SPI: what ip(8) knows of an SA, in one line
state()
{
	ip -n "$NEAR" -o -s -d xfrm state show | tr -s '\\\t ' ' ' |
		grep -F "spi $1("
}

# has TEXT WANTED...: all of these are in the text.
has()
{
	local text=$1 wanted
	shift

	for wanted in "$@"; do
		[[ $text == *"$wanted"* ]]
		check_err $? "no '$wanted' in '$text'"
	done
}

test_add()
{
	ok add 192.0.2.1 192.0.2.2 0x1001 7001 0 0 0 256 1000 2000 3600
	has "$(state 0x00001001)" "src 192.0.2.1 dst 192.0.2.2" \
		"proto esp" "reqid 7001(" "mode transport" "if_id 0x1b59" \
		"flag esn" "replay_window 256, bitmap-length 8" \
		"aead $gcm $key (288 bits) 128" \
		"limit: soft 1000(packets), hard 2000(packets)" \
		"expire add: soft 0(sec), hard 3600(sec)" \
		"sel src 0.0.0.0/0 dst 0.0.0.0/0"
	check_equal "$(state 0x00001001 | grep -c encap)" 0 "encapsulated"
	log_test "AES-256-GCM with ESN, limits and if_id"

	ok add 2001:db8::1 2001:db8::2 0x1002 7001 1 2332 40000 64 0 0 0
	has "$(state 0x00001002)" "src 2001:db8::1 dst 2001:db8::2" \
		"aead $chacha $key (288 bits) 128" "if_id 0x1b59" \
		"encap type espinudp sport 2332 dport 40000" \
		"replay_window 64, bitmap-length 2" \
		"limit: soft (INF)(packets), hard (INF)(packets)" \
		"expire add: soft 0(sec), hard 0(sec)" "sel src ::/0 dst ::/0"
	log_test "ChaCha20-Poly1305 over IPv6, in UDP, without limits"
}

test_refusals()
{
	check_equal "$(tell add 192.0.2.1 192.0.2.2 0x1001 9 0 0 0 64 0 0 0)" \
		"= -17 there is a security association with this SPI" "again"
	check_equal "$(tell delete 192.0.2.2 0x9999)" \
		"= -3 no such security association" "delete"
	check_equal "$(tell usage 192.0.2.2 0x9999)" \
		"= -3 no such security association" "usage"
	check_equal "$(tell nopolicy 192.0.2.2 192.0.2.1 7)" \
		"= -2 no such policy" "no policy"
	check_equal "$(tell ports 2001:db8::2 0x1002 7 1 2)" \
		"= -3 this security association is not ours" "ports, if_id"
	check_equal "$(tell ports 192.0.2.2 0x1001 7001 1 2)" \
		"= -22 ESP with and without UDP are two SAs" "ports, plain"
	log_test "what the kernel refuses is told in words"

	check_equal "$(tell add 192.0.2.1 192.0.2.2 1 7 0 0 0 65 0 0 0)" \
		"= -22 the replay window is no multiple of 32 up to 4096" \
		"window"
	check_equal "$(tell add 192.0.2.1 2001:db8::1 1 7 0 0 0 64 0 0 0)" \
		"= -22 the addresses are of different families" "families"
	check_equal "$(tell add 192.0.2.1 192.0.2.2 1 0 0 0 0 64 0 0 0)" \
		"= -22 neither SPI nor if_id may be 0" "no if_id"
	check_equal "$(tell add 192.0.2.1 192.0.2.2 1 7 9 0 0 64 0 0 0)" \
		"= -22 unknown algorithm" "algorithm"
	check_equal "$(tell policy 192.0.2.2 192.0.2.1 0)" \
		"= -22 a policy needs an if_id and two addresses of one family" \
		"policy without if_id"
	log_test "what makes no sense is not sent"
}

test_dump()
{
	ip -n "$NEAR" xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp \
		spi 0x1003 mode transport aead "$gcm" "$key" 128
	ip -n "$NEAR" xfrm state add src 192.0.2.1 dst 192.0.2.2 proto ah \
		spi 0x1004 mode transport if_id 5 auth 'hmac(sha256)' 0x01
	mute
	ok dump
	check_equal "$(heard '^dumped' | sort)" \
"dumped 192.0.2.1 192.0.2.2 0x1001 7001
dumped 2001:db8::1 2001:db8::2 0x1002 7001" "dump"
	log_test "a dump has our SAs and no others"
}

test_delete()
{
	mute
	ip -n "$NEAR" xfrm state del src 192.0.2.1 dst 192.0.2.2 proto esp \
		spi 0x1003
	ok delete 192.0.2.2 0x1001
	expect_heard "deleted 192.0.2.1 192.0.2.2 0x1001 7001"
	check_equal "$(heard 0x1003 | wc -l)" 0 "told of another's SA"
	ip -n "$NEAR" xfrm state flush proto ah
	ip -n "$NEAR" xfrm state flush
	expect_heard flushed
	check_equal "$(heard flushed | wc -l)" 1 "flushes told"
	log_test "deleted and flushed SAs are told"
}

test_policy()
{
	local all

	ok policy 192.0.2.2 192.0.2.1 7002
	ok policy 192.0.2.2 192.0.2.1 7002
	ok policy 192.0.2.2 192.0.2.1 7003
	ok policy 2001:db8::2 2001:db8::1 7002
	all=$(ip -n "$NEAR" -d xfrm policy show | tr -s '\t\n ' ' ')
	has "$all" "src 192.0.2.2/32 dst 192.0.2.1/32 proto gre" "dir out" \
		"if_id 0x1b5a" "if_id 0x1b5b" \
		"tmpl src 192.0.2.2 dst 192.0.2.1 proto esp" \
		"reqid 7002 mode transport" \
		"reqid 7003 mode transport" \
		"src 2001:db8::2/128 dst 2001:db8::1/128 proto gre" \
		"tmpl src 2001:db8::2 dst 2001:db8::1 proto esp"
	check_equal "$(grep -o 'dir out' <<<"$all" | wc -l)" 3 policies
	log_test "policies for GRE, one for each if_id"

	mute
	ok nopolicy 192.0.2.2 192.0.2.1 7003
	expect_heard "unpoliced 7003"
	ok nopolicy 2001:db8::2 2001:db8::1 7002
	all=$(ip -n "$NEAR" -d xfrm policy show | tr -s '\t\n ' ' ')
	check_equal "$(grep -o 'if_id [^ ]*' <<<"$all")" "if_id 0x1b5a" "left"
	log_test "policies are removed by if_id"

	ok policy 192.0.2.2 192.0.2.1 7003
	mute
	ip -n "$NEAR" xfrm policy flush
	expect_heard "unpoliced 0"
	ok policy 192.0.2.2 192.0.2.1 7002
	log_test "flushed policies are told"
}

# A GRE packet looks for a route by the if_id of the policy that is left.
test_acquire()
{
	require_module xfrm_interface
	ip -n "$NEAR" link add ipsec0 type xfrm dev near if_id 7002
	ip -n "$NEAR" link set ipsec0 up
	ip -n "$NEAR" route add 192.0.2.1 dev ipsec0 src 192.0.2.2
	mute
	ip netns exec "$NEAR" python3 -c 'import socket
socket.socket(socket.AF_INET, socket.SOCK_RAW, 47).sendto(bytes(8),
                                                          ("192.0.2.1", 0))'
	expect_heard "acquire 7002"
	ip -n "$NEAR" link del ipsec0
	ok dump
	check_equal "$(heard dumped | wc -l)" 0 "dumped what has no SPI"
	ok nopolicy 192.0.2.2 192.0.2.1 7002
	log_test "a packet that finds no SA asks for one"
}

# far_sends SPI [ENCAP_WORD...]: FAR sends what goes to NEAR through an SA.
far_sends()
{
	local spi=$1
	shift

	ip -n "$FAR" xfrm state flush
	ip -n "$FAR" xfrm policy flush
	ip -n "$FAR" xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp \
		spi "$spi" mode transport replay-window 64 flag esn \
		aead "$gcm" "$key" 128 "$@"
	ip -n "$FAR" xfrm policy add src 192.0.2.1/32 dst 192.0.2.2/32 \
		proto icmp dir out tmpl proto esp mode transport
}

ping_near()
{
	ip netns exec "$FAR" ping -q -c "$1" -i 0.2 -W 5 192.0.2.2 > /dev/null
}

test_expire()
{
	ok add 192.0.2.1 192.0.2.2 0x2001 7004 0 0 0 64 3 6 0
	far_sends 0x2001
	mute
	ping_near 4
	check_err $? "no replies"
	expect_heard "soft 192.0.2.1 192.0.2.2 0x2001 7004"
	ok usage 192.0.2.2 0x2001
	expect_heard "usage [0-9]+ bytes 4 packets"
	check_equal "$(heard '^hard' | wc -l)" 0 "gone before its time"
	ping_near 4
	expect_heard "hard 192.0.2.1 192.0.2.2 0x2001 7004"
	check_equal "$(tell usage 192.0.2.2 0x2001)" \
		"= -3 no such security association" "after its end"
	log_test "limits in packets: soft, then hard"

	ok add 192.0.2.1 192.0.2.2 0x2002 7004 0 0 0 64 0 0 2
	mute
	expect_heard "hard 192.0.2.1 192.0.2.2 0x2002 7004"
	log_test "limit in seconds"
}

# A socket that takes ESP in UDP
encap_socket()
{
	exec ip netns exec "$NEAR" python3 -c 'import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("192.0.2.2", 2332))
s.setsockopt(socket.IPPROTO_UDP, 100, 2)
print("bound", flush=True)
time.sleep(1000)'
}

test_moved()
{
	local before after

	encap_socket > "$TMPDIR/encap" &
	slowwait 30 until_match bound cat "$TMPDIR/encap" > /dev/null
	ok add 192.0.2.1 192.0.2.2 0x3001 7005 0 2332 2332 64 100 200 900
	far_sends 0x3001 encap espinudp 2332 2332 0.0.0.0
	mute
	ping_near 2
	check_err $? "no replies"
	check_equal "$(heard moved | wc -l)" 0 "moved without moving"
	far_sends 0x3001 replay-oseq 50 encap espinudp 40001 2332 0.0.0.0
	ping_near 3
	check_err $? "no replies"
	expect_heard "moved 0x3001 to 192.0.2.1 port 40001"
	log_test "another port is noticed"

	before=$(state 0x00003001)
	ok ports 192.0.2.2 0x3001 7005 40001 2332
	after=$(state 0x00003001)
	has "$after" "encap type espinudp sport 40001 dport 2332"
	check_equal "${after/sport 40001/sport 2332}" "$before" \
		"the rest of the SA"
	mute
	ping_near 5
	check_err $? "no replies"
	check_equal "$(heard moved | wc -l)" 0 "still moved"
	log_test "a change of ports leaves key, counters and limits alone"
}

test_wiped()
{
	mute
	ok dump
	ok leftover
	expect_heard "leftover 0"
	log_test "no key stays in the client's memory"
}

start
test_add
test_refusals
test_dump
test_delete
test_policy
test_acquire
test_expire
test_moved
test_wiped
