#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # variables of topology.sh
#
# Whom the native key exchange refuses: a node of another authority, messages
# that were heard before, a certificate that is revoked. Each is counted, and
# logged once with its reason.
#
#	SPOKE1 --+-- HUB
#	         |
#	SPOKE2 --+	of another authority
# timeout: 600

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/capture.sh
. "$(dirname "$0")/../capture.sh"
# shellcheck source=selftests/nhrp/lib.sh
. "$(dirname "$0")/../nhrp/lib.sh"
require_command jq tcpdump python3
load_mgre

# identify PART FOLDER: a certificate by the authority in FOLDER.
identify()
{
	local part=$1 folder=$TMPDIR/$2

	(
		mkdir -p "$folder" && cd "$folder" || exit 1
		[ -e ca.key ] || nhrpctl ca init "$2"
		nhrpctl key generate "$part.key"
		nhrpctl ca sign "$part" \
			--address "${topology_protocol[$part]}/32"
	) > /dev/null
	touch "$folder/revoked"
	configure "$part" "protection native" \
		"identity key $folder/$part.key certificate $folder/$part.crt authority $folder/ca.crt revoked $folder/revoked"
}

# handshakes FILTER: the check fails unless jq's filter becomes true for the
# hub's counters.
handshakes()
{
	expect HUB ".[0].handshakes | $1" traffic
}

spoke1_reaches_hub()
{
	ip netns exec "$SPOKE1" ping -q -c 1 -W 1 9.0.0.1
}

# logged PATTERN: the check fails unless the hub has logged it just once.
logged()
{
	check_equal "$(grep -c "$1" "$TMPDIR/HUB.log")" 1 \
		"number of lines with '$1'"
}

test_stranger()
{
	slowwait 60 spoke1_reaches_hub > /dev/null
	check_err $? "SPOKE1 does not reach the hub"
	handshakes ".stranger >= 2"
	logged "with 9.1.1.134.*another psk or authority"
	knows HUB 'map(select(.nbma == "9.1.1.134")) == []' show crypto \
		> /dev/null
	check_err $? "there is a session with SPOKE2"
	log_test "a node of another authority draws no answer"
}

test_replay()
{
	local before

	sleep 2
	capture_stop
	before=$(ip -n "$HUB" xfrm state | grep 'spi 0x')
	check_at_least "$(ip netns exec "$NET" \
		python3 "$(dirname "$0")/replay.py" "$TMPDIR/keys.pcap")" 4 \
		"number of messages that are sent again"
	# What the hub hears again it answers again; its answer is not new.
	expect SPOKE1 ".[0].handshakes | .forged >= 1" traffic
	sleep 5
	check_equal "$(ip -n "$HUB" xfrm state | grep 'spi 0x')" "$before" \
		"the hub's SAs"
	spoke1_reaches_hub > /dev/null
	check_err $? "SPOKE1 does not reach the hub any more"
	log_test "messages that are heard again change nothing"
}

test_revoked()
{
	nhrpctl -j ca show "$TMPDIR/good/SPOKE1.crt" |
		jq -r .serial > "$TMPDIR/good/revoked"
	kill -HUP "$HUB_pid"
	handshakes ".revoked >= 1"
	spoke1_reaches_hub > /dev/null
	check_fail $? "SPOKE1 still reaches the hub"
	check_equal "$(ip -n "$HUB" xfrm state | grep -c '^src 9.1.1.130 ')" 0 \
		"number of the hub's inbound SAs"
	logged "with 9.1.1.130.*its certificate is revoked"
	log_test "a certificate that is revoked ends its sessions"
}

topology_underlay
identify HUB good
identify SPOKE1 good
identify SPOKE2 other
capture_start "$NET" any "$TMPDIR/keys.pcap" 'udp port 2332'
for part in HUB SPOKE1 SPOKE2; do
	topology_tunnel $part
done
for part in HUB SPOKE1 SPOKE2; do
	topology_nhrpd $part
done
test_stranger
test_replay
test_revoked
[ "$_failed" -eq 0 ] || tail -n 20 "$TMPDIR"/*.log | sed 's/^/# /'
