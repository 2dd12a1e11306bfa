#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034,SC2154 # variables of topology.sh
#
# Attacks of those who have keys: a node with a certificate that is not good
# for this network or not any more, a member that lies about others, and a hub
# that lies about members. Each is refused, counted and logged once.
#
#	HOST0 -- HUB ----+
#	                 |
#	HOST1 -- SPOKE1 -+-- NET
#	                 |
#	HOST2 -- SPOKE2 -+
#	                 |
#	HOST3 -- ROGUE --+
# timeout: 900

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/protection.sh
. "$(dirname "$0")/../protection.sh"
# shellcheck source=selftests/nhrp/lib.sh
. "$(dirname "$0")/../nhrp/lib.sh"
# shellcheck source=selftests/protect/lib.sh
. "$(dirname "$0")/lib.sh"
require_command python3
protect_load

here=$(cd "$(dirname "$0")" && pwd)
topology_nbma[ROGUE]=9.1.1.138
topology_gateway[ROGUE]=9.1.1.137
topology_protocol[ROGUE]=9.0.0.4
topology_lan[ROGUE]=10.0.66
topology_host[ROGUE]=HOST3

# member PART NBMA ACTION...: lie in the place of a router's nhrpd, with the
# keys of what was its session with NBMA (remember_keys).
member()
{
	local part=$1 nbma=$2
	shift 2

	ip netns exec "${!part}" python3 "$here/member.py" mgre0 \
		"$nbma,$(cat "$TMPDIR/$part-$nbma.if_id")" "$@"
}

# remember_keys PART NBMA: for member, before its nhrpd is gone.
remember_keys()
{
	slowwait 30 knows "$1" "any(.[]; .nbma == \"$2\" and .state == \"up\")" \
		show crypto > /dev/null
	topology_ctl "$1" -j show crypto |
		gojq "[.[] | select(.nbma == \"$2\")][0].if_id" \
		> "$TMPDIR/$1-$2.if_id"
}

# sent PART TYPE: how many NHRP packets of this type a router has sent.
sent()
{
	topology_ctl "$1" -j traffic | gojq ".[0].sent[\"$2\"]"
}

# clock DAYS: set it forward or back; of this virtual machine, that is.
clock()
{
	date -s "@$(($(date +%s) + $1 * 86400))" > /dev/null
}

# sign NAME ARGUMENT...: a certificate of the network for the rogue; its key
# and all as "identity NAME" has it.
sign()
{
	(cd "$TMPDIR/ca" && nhrpctl ca sign "$1" --address 9.0.0.4/32 \
		--prefix 10.0.66.0/24 --prefix 10.0.69.0/24 "${@:2}") \
		> /dev/null
}

# identity NAME [AUTHORITY]
identity()
{
	local folder=$TMPDIR/${2:-ca}

	echo "identity key $folder/$1.key certificate $folder/$1.crt" \
		"authority $folder/ca.crt"
}

# certify: whatever is needed, made at its time.
certify()
{
	local part

	clock -10
	protection_authority ca
	clock 5
	sign expired --days 1
	clock 5
	for part in HUB SPOKE1 SPOKE2; do
		protection_certify $part ca
	done
	sign rogue
	protection_authority other
	protection_certify ROGUE other
	clock 5
	sign future
	clock -5
	: > "$TMPDIR/revoked"
	topology_proof[HUB]+=" revoked $TMPDIR/revoked"
}

# rogue PROOF: start the rogue's nhrpd with what it proves itself by.
rogue()
{
	topology_proof[ROGUE]=$1
	configure ROGUE
	topology_nhrpd ROGUE
}

test_start()
{
	local part

	for part in HUB SPOKE1 SPOKE2 ROGUE; do
		topology_tunnel $part
	done
	topology_routes_phase3
	ip -n "$ROGUE" route add 10.0.0.0/8 via 9.0.0.1 dev mgre0
	ip -n "$HUB" route add 10.0.66.0/24 via 9.0.0.4 dev mgre0
	for part in 67 68 69; do
		ip -n "$HUB" route add "10.0.$part.0/24" via 9.0.0.4 dev mgre0
		ip -n "$ROGUE" route add blackhole "10.0.$part.0/24"
	done
	for part in HUB SPOKE1 SPOKE2; do
		topology_nhrpd $part
		check_err $? "nhrpd of $part does not start"
	done
	expect SPOKE1 "$registered == 1" nhs
	expect SPOKE2 "$registered == 1" nhs
	slowwait 30 ip netns exec "$HOST1" ping -q -c 1 -W 2 10.1.0.2 \
		> /dev/null
	traffic_start hub "$HOST1" 10.1.0.2
	log_test "the network is up"
}

# Traffic that nothing may harm.
flowing=(hub)

# check_certificate WHAT PROOF COUNTER REASON: the hub refuses the rogue.
check_certificate()
{
	local what=$1 counter=$3 reason=$4 before

	before=$(handshakes HUB "$counter")
	rogue "$2"
	check_reaches $((before + 2)) handshakes HUB "$counter"
	check_logged_once HUB \
		"handshake with 9.1.1.138 port 2332 refused: $reason"
	check_equal "$(topology_ctl HUB -j show crypto |
		gojq 'map(select(.nbma == "9.1.1.138" and .state == "up")) |
		length')" 0 \
		"number of sessions with the rogue"
	knows ROGUE "$registered == 0" nhs > /dev/null
	check_err $? "the rogue is registered"
	kill_nhrpd ROGUE
	check_unharmed "${flowing[@]}"
	log_test "refused: $what"
}

test_certificates()
{
	check_certificate "a certificate of another network" \
		"$(identity rogue other)" stranger \
		"it has another psk or authority"
	check_certificate "a certificate that has expired" \
		"$(identity expired)" certificate "its certificate has expired"
	check_certificate "a certificate that is not valid yet" \
		"$(identity future)" certificate \
		"its certificate is not valid yet"
}

test_wrong_address()
{
	local before

	ip -n "$ROGUE" address del 9.0.0.4/24 dev mgre0
	ip -n "$ROGUE" address add 9.0.0.9/24 dev mgre0
	before=$(discarded HUB authority)
	rogue "$(identity rogue)"
	expect ROGUE 'any(.[]; .state == "refused")' nhs
	check_at_least "$(discarded HUB authority)" $((before + 1)) \
		"number of registrations refused"
	check_logged_once HUB \
		"from 9.1.1.138 dropped: certificate of rogue does not cover 9.0.0.9/32"
	check_equal "$(topology_ctl HUB -j cache | gojq 'map(select(.protocol ==
		"9.0.0.9")) | length')" 0 "number of entries for it"
	kill_nhrpd ROGUE TERM
	ip -n "$ROGUE" address del 9.0.0.9/24 dev mgre0
	ip -n "$ROGUE" address add 9.0.0.4/24 dev mgre0
	ip -n "$ROGUE" route replace 10.0.0.0/8 via 9.0.0.1 dev mgre0
	check_unharmed hub
	log_test "refused: a spoke whose certificate has another address"
}

# SPOKE2 was told that the hub is where the rogue is.
test_wrong_hub()
{
	kill_nhrpd SPOKE2 TERM
	configure SPOKE2 "nhs 9.0.0.1 nbma 9.1.1.138 multicast"
	topology_nhrpd SPOKE2
	slowwait 30 reached 2 handshakes SPOKE2 identity > /dev/null
	check_at_least "$(handshakes SPOKE2 identity)" 2 \
		"number of handshakes refused"
	check_at_least "$(discarded SPOKE2 authority)" 2 "authority counter"
	check_logged_once SPOKE2 \
		"next hop server refused at 9.1.1.138: certificate of rogue does not cover 9.0.0.1/32"
	knows SPOKE2 "$registered == 0" nhs > /dev/null
	check_err $? "SPOKE2 has registered with the rogue"
	kill_nhrpd SPOKE2 TERM
	configure SPOKE2
	topology_nhrpd SPOKE2
	expect SPOKE2 "$registered == 1" nhs
	check_unharmed hub
	log_test "refused: a hub whose certificate has another address"
}

# count_stolen: what the rogue gets for the network behind SPOKE2, from here
# on.
count_stolen()
{
	ip netns exec "$ROGUE" nft -f - <<-'NFT'
	table ip count {
		counter stolen { }
		chain prerouting {
			type filter hook prerouting priority -400;
			iifname "mgre0" ip daddr 10.0.65.0/24 counter name stolen
		}
	}
	NFT
}

stolen()
{
	ip netns exec "$ROGUE" nft -j list counter ip count stolen |
		gojq '.nftables[] | select(.counter) | .counter.packets'
}

# The hub says that SPOKE2 is where the rogue is, who has a certificate; and it
# speaks as if it were SPOKE2.
test_lying_hub()
{
	local before identity

	expect ROGUE "$registered == 1" nhs
	count_stolen
	before=$(discarded SPOKE1 authority)
	remember_keys HUB 9.1.1.130
	kill_nhrpd HUB
	traffic_start behind "$HOST1" 10.0.65.2
	member HUB 9.1.1.130 \
		redirect 9.0.0.3 10.0.64.2 10.0.65.2 hear 1 \
		redirect 9.0.0.1 10.0.64.2 10.0.65.2 \
		answer 9.0.0.1 9.0.0.3 24 9.1.1.138 hear 4 \
		redirect 9.0.0.1 10.0.64.2 10.0.65.2 hear 3 > "$TMPDIR/lies"
	check_equal "$(grep -c "resolution-request .* 10.0.65.2" \
		"$TMPDIR/lies")" 1 "number of requests ($(cat "$TMPDIR/lies"))"
	expect SPOKE1 'any(.[]; .identity == "rogue" and .state == "up")' \
		show crypto
	expect SPOKE1 'any(.[]; .type == "negative" and
		.protocol == "10.0.65.2")' cache
	knows SPOKE1 'all(.[]; .nbma != "9.1.1.138")' cache > /dev/null
	check_err $? "SPOKE1 maps something to the rogue"
	check_equal "$(topology_ctl SPOKE1 -j shortcut)" "[]" \
		"shortcuts of SPOKE1"
	check_at_least "$(discarded SPOKE1 authority)" $((before + 3)) \
		"number of refusals"
	check_logged_once SPOKE1 \
		"from 9.1.1.10 dropped: certificate of hub does not cover 9.0.0.3/32"
	check_logged_once SPOKE1 \
		"mapping withdrawn at 9.1.1.138: certificate of rogue does not cover 9.0.0.3/32"
	check_logged_once SPOKE1 \
		"shortcut withdrawn at 9.1.1.138: certificate of rogue does not cover 10.0.65.0/24"
	check_equal "$(traffic_stop behind)" 0 "packets lost between hosts"
	check_equal "$(stolen)" 0 "number of packets the rogue has got"
	check_unharmed hub
	topology_nhrpd HUB
	expect SPOKE1 "$registered == 1" nhs
	expect ROGUE "$registered == 1" nhs
	log_test "an impostor is refused that a hub has named"
}

# Direct ways between all, and then only the rogue's keys are left.
rogue_takes_its_place()
{
	ip -n "$HOST2" address add 10.0.65.3/24 dev eth0
	traffic_start direct "$HOST1" 10.0.65.3
	# A node that is silent would be given up.
	ip netns exec "$HOST3" ping -q -i 0.5 10.0.64.2 > /dev/null &
	ip netns exec "$HOST3" ping -q -i 0.5 10.1.0.2 > /dev/null &
	expect SPOKE1 'any(.[]; .prefix == "10.0.65.0/24")' shortcut
	expect SPOKE1 'any(.[]; .prefix == "10.0.66.0/24")' shortcut
	expect ROGUE 'any(.[]; .prefix == "10.0.64.0/24")' shortcut
	remember_keys ROGUE 9.1.1.130
	remember_keys ROGUE 9.1.1.10
	kill_nhrpd ROGUE
}

test_register()
{
	local before

	before=$(discarded HUB authority)
	member ROGUE 9.1.1.10 register 9.0.0.2 register 9.0.0.2 \
		register 9.0.0.1 register 9.0.0.1 \
		register 9.0.0.4 10.0.64.0/24 register 9.0.0.4 9.0.0.0/24 \
		register 9.0.0.4 > "$TMPDIR/lies"
	check_equal "$(grep -c 'registration-reply 4 ' "$TMPDIR/lies")" 6 \
		"number of refusals ($(cat "$TMPDIR/lies"))"
	# So they would have been heard.
	check_equal "$(grep -c 'registration-reply 0 9.0.0.4' \
		"$TMPDIR/lies")" 1 "number of registrations of its own"
	check_equal $(($(discarded HUB authority) - before)) 6 \
		"number of registrations counted"
	for claim in 9.0.0.2/32 9.0.0.1/32 10.0.64.0/24 9.0.0.0/24; do
		check_logged_once HUB \
			"from 9.1.1.138 dropped: certificate of rogue does not cover $claim"
	done
	knows HUB "$(entry 9.0.0.2) | .nbma == \"9.1.1.130\"" cache > /dev/null
	check_err $? "SPOKE1 has lost its address"
	check_unharmed hub direct
	log_test "refused: registrations for a spoke, the hub and prefixes"
}

test_purge()
{
	local hub loop spoke

	hub=$(discarded HUB authority)
	loop=$(discarded HUB loop)
	spoke=$(discarded SPOKE1 authority)
	member ROGUE 9.1.1.10 purge 9.0.0.4 9.0.0.1 9.0.0.2/32 \
		purge 9.0.0.4 9.0.0.1 9.0.0.2/32 \
		purge 9.0.0.1 9.0.0.2 10.0.65.0/24 \
		purge 9.0.0.4 9.0.0.2 10.0.65.0/24 hear 1 > /dev/null
	member ROGUE 9.1.1.130 purge 9.0.0.4 9.0.0.2 10.0.65.0/24 \
		purge 9.0.0.1 9.0.0.2 10.0.65.0/24 \
		purge 9.0.0.3 9.0.0.2 9.0.0.3/32 hear 1 > /dev/null
	check_reaches $((spoke + 3)) discarded SPOKE1 authority
	# In the name of the hub it is not even looked at.
	check_reaches $((hub + 3)) discarded HUB authority
	check_equal $(($(discarded HUB loop) - loop)) 1 \
		"number of purges in the name of the hub"
	check_logged_once HUB \
		"Purge Request from 9.1.1.138 dropped: certificate of rogue does not cover 9.0.0.2/32"
	check_logged_once SPOKE1 \
		"Purge Request from 9.1.1.138 dropped: certificate of rogue does not cover 10.0.65.0/24"
	knows HUB "$(entry 9.0.0.2) | .nbma == \"9.1.1.130\"" cache > /dev/null
	check_err $? "the hub has forgotten SPOKE1"
	knows SPOKE1 'any(.[]; .prefix == "10.0.65.0/24")' shortcut > /dev/null
	check_err $? "SPOKE1 has lost its shortcut"
	check_unharmed hub direct
	log_test "refused: purges of what others have said"
}

# forwarded PART TYPE: how many NHRP packets of this type it has passed on.
forwarded()
{
	topology_ctl "$1" -j traffic | gojq ".[0].forwarded[\"$2\"]"
}

# Whoever asks is told the way back: the hub is to believe that a server has
# passed the request on, who knows who asks, and SPOKE1 believes the hub.
test_request()
{
	local hub spoke passed

	hub=$(discarded HUB authority)
	spoke=$(discarded SPOKE1 authority)
	passed=$(forwarded HUB resolution_request)
	member ROGUE 9.1.1.10 request 9.0.0.3 10.0.64.2 \
		request 9.0.0.3 10.0.64.2 9.0.0.77 \
		request 9.0.0.3 10.0.64.2 9.0.0.77 hear 2 > "$TMPDIR/lies"
	member ROGUE 9.1.1.130 request 9.0.0.3 10.0.64.2 9.0.0.77 hear 1 \
		>> "$TMPDIR/lies"
	check_equal "$(grep -c 'resolution-reply 4 9.0.0.3' "$TMPDIR/lies")" \
		2 "number of refusals ($(cat "$TMPDIR/lies"))"
	check_equal "$(grep -c 'resolution-reply 0' "$TMPDIR/lies")" 0 \
		"number of answers ($(cat "$TMPDIR/lies"))"
	check_equal $(($(discarded HUB authority) - hub)) 1 \
		"number of requests that the hub has refused"
	check_equal $(($(forwarded HUB resolution_request) - passed)) 2 \
		"number of requests that the hub has passed on"
	check_equal $(($(discarded SPOKE1 authority) - spoke)) 3 \
		"number of requests that SPOKE1 has refused"
	check_logged_once HUB \
		"Resolution Request from 9.1.1.138 dropped: certificate of rogue does not cover 9.0.0.3/32"
	for part in 9.1.1.10 9.1.1.138; do
		check_logged_once SPOKE1 \
			"Resolution Request from $part dropped: certificate of rogue does not cover 9.0.0.3/32"
	done
	knows SPOKE1 "$(entry 9.0.0.3) | .nbma == \"9.1.1.134\"" cache \
		> /dev/null
	check_err $? "SPOKE2 is elsewhere"
	# So they would have been answered.
	member ROGUE 9.1.1.10 request 9.0.0.4 10.0.64.2 9.0.0.77 hear 2 \
		> "$TMPDIR/lies"
	check_equal "$(grep -c 'resolution-reply 0 9.0.0.4' "$TMPDIR/lies")" \
		1 "number of answers to its own ($(cat "$TMPDIR/lies"))"
	check_unharmed hub direct
	log_test "refused: requests in another's name, also as if passed on"
}

test_redirect()
{
	local before requests

	before=$(discarded SPOKE1 policy)
	requests=$(sent SPOKE1 resolution_request)
	member ROGUE 9.1.1.130 redirect 9.0.0.4 10.0.64.2 10.1.0.2 \
		redirect 9.0.0.1 10.0.64.2 10.1.0.2 \
		redirect 9.0.0.1 10.0.64.2 10.1.0.9 hear 2 > /dev/null
	check_reaches $((before + 3)) discarded SPOKE1 policy
	check_logged_once SPOKE1 \
		"from 9.1.1.138 dropped: indication from a stranger"
	check_equal "$(sent SPOKE1 resolution_request)" "$requests" \
		"number of requests"
	check_unharmed hub direct
	log_test "refused: redirects of one that is no server"
}

# resolve HOST: ask for a way to it, which the rogue will answer.
resolve()
{
	ip netns exec "$HOST1" ping -q -c 3 -W 1 "$1" > /dev/null
}

test_reply()
{
	local before

	before=$(discarded SPOKE1 unsolicited)
	member ROGUE 9.1.1.130 guess 9.0.0.4 9.0.0.2 10.1.0.2 9.0.0.4 \
		9.1.1.138 50 hear 1 > /dev/null
	check_reaches $((before + 50)) discarded SPOKE1 unsolicited
	check_logged_once SPOKE1 \
		"Resolution Reply from 9.1.1.138 dropped: no request waits for it"

	before=$(discarded SPOKE1 authority)
	resolve 10.0.67.2 &
	member ROGUE 9.1.1.130 answer 9.0.0.4 9.0.0.3 24 9.1.1.138 \
		> "$TMPDIR/lies"
	wait $!
	grep -q "resolution-request .* 10.0.67.2" "$TMPDIR/lies"
	check_err $? "no request for 10.0.67.2"
	resolve 10.0.68.2 &
	member ROGUE 9.1.1.130 answer 9.0.0.4 9.0.0.4 8 9.1.1.138 \
		>> "$TMPDIR/lies"
	wait $!
	check_reaches $((before + 2)) discarded SPOKE1 authority
	check_logged_once SPOKE1 \
		"Resolution Reply from 9.1.1.138 dropped: certificate of rogue does not cover 9.0.0.3/32"
	check_logged_once SPOKE1 \
		"Resolution Reply from 9.1.1.138 dropped: certificate of rogue does not cover 10.0.0.0/8"
	knows SPOKE1 "$(entry 9.0.0.3) | .nbma == \"9.1.1.134\"" cache \
		> /dev/null
	check_err $? "SPOKE2 is elsewhere"

	# Of what its certificate covers it is believed, if it was asked.
	before=$(discarded SPOKE1 unsolicited)
	resolve 10.0.69.2 &
	member ROGUE 9.1.1.130 answer 9.0.0.4 9.0.0.4 25 9.1.1.138 1000 \
		answer 9.0.0.4 9.0.0.4 24 9.1.1.138 >> "$TMPDIR/lies"
	wait $!
	check_equal $(($(discarded SPOKE1 unsolicited) - before)) 1 \
		"number of replies with the id of another request"
	expect SPOKE1 'any(.[]; .prefix == "10.0.69.0/24")' shortcut
	knows SPOKE1 'all(.[]; (.prefix | IN("10.0.67.0/24", "10.0.68.0/24",
		"10.0.69.0/25", "10.0.0.0/8")) | not)' shortcut > /dev/null
	check_err $? "a shortcut where none may be"
	check_unharmed hub direct
	log_test "refused: replies that nobody waits for, or in another's name"
}

test_flood()
{
	local flood before lines

	before=$(discarded HUB authority)
	lines=$(logged HUB dropped)
	member ROGUE 9.1.1.10 flood 9.0.0.4 300 > /dev/null &
	flood=$!
	check_reaches $((before + 1000)) discarded HUB authority
	kill_nhrpd SPOKE1
	topology_nhrpd SPOKE1
	expect SPOKE1 "$registered == 1" nhs
	timeout 2 nhrpctl -S "$TMPDIR/HUB.sock" show ip nhrp > /dev/null
	check_err $? "nhrpd of HUB does not answer in time"
	kill -0 $flood
	check_err $? "the flood ended before"
	flood_end $flood
	# Every other of them is about another address.
	check_at_most $(($(logged HUB dropped) - lines)) 200 \
		"number of lines in the log"
	check_unharmed hub direct
	log_test "a spoke comes back under a flood of a member's registrations"
}

test_revoked()
{
	local before

	topology_nhrpd ROGUE
	expect ROGUE "$registered == 1" nhs
	slowwait 20 ip netns exec "$HOST3" ping -q -c 1 -W 1 10.1.0.2 \
		> /dev/null
	check_err $? "no traffic of the rogue before"
	before=$(handshakes HUB revoked)
	nhrpctl -j ca show "$TMPDIR/ca/rogue.crt" | gojq -r .serial \
		> "$TMPDIR/revoked"
	topology_ctl HUB reload
	check_err $? "reload failed"
	check_logged_once HUB \
		"session with rogue .9.1.1.138 port 2332. down: certificate revoked"
	check_reaches $((before + 2)) handshakes HUB revoked
	check_logged_once HUB \
		"handshake with 9.1.1.138 port 2332 refused: its certificate is revoked"
	check_equal "$(topology_ctl HUB -j show crypto |
		gojq 'map(select(.nbma == "9.1.1.138" and .state == "up")) |
		length')" 0 "number of sessions with the rogue"
	ip netns exec "$HOST3" ping -q -c 2 -W 1 10.1.0.2 > /dev/null
	check_fail $? "there still is traffic of the rogue"
	check_equal "$(ip -n "$HUB" xfrm state | grep -c 9.1.1.138)" 0 \
		"number of SAs with the rogue"
	check_unharmed hub direct
	log_test "a revoked certificate ends its session, and is refused"
}

# A network with a psk: who has another is a stranger.
test_psk()
{
	local part

	for part in ROGUE SPOKE1 SPOKE2 HUB; do
		kill_nhrpd $part TERM
	done
	traffic_stop hub > /dev/null
	traffic_stop direct > /dev/null
	flowing=()
	rm -f "$TMPDIR"/*.log
	protection_psk
	nhrpctl key psk "$TMPDIR/rogue.psk" > /dev/null
	for part in HUB SPOKE1; do
		configure $part
		topology_nhrpd $part
	done
	expect SPOKE1 "$registered == 1" nhs
	check_certificate "another psk" "psk file $TMPDIR/rogue.psk" stranger \
		"it has another psk or authority"
}

topology_underlay
setup_ns ROGUE HOST3
topology_router ROGUE
certify
test_start
test_certificates
test_wrong_address
rogue "$(identity rogue)"
test_wrong_hub
test_lying_hub
rogue_takes_its_place
test_register
test_purge
test_request
test_redirect
test_reply
test_flood
test_revoked
test_psk
