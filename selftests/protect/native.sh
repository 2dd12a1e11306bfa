#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # variables of topology.sh
#
# The native key exchange on the reference network: with a pre-shared key and
# with certificates, the spokes register and find their direct way, keys are
# renewed under traffic, and nothing but ESP is on the wire.
#
#	HOST1 10.0.64.2 -- SPOKE1 --+-- HUB
#	                      :     |
#	HOST2 10.0.65.2 -- SPOKE2 --+
# timeout: 900

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/capture.sh
. "$(dirname "$0")/../capture.sh"
# shellcheck source=selftests/nhrp/lib.sh
. "$(dirname "$0")/../nhrp/lib.sh"
require_command gojq tcpdump tshark
load_mgre

# What may be between routers, and what must not.
wire='ip proto 47 or ip proto 50 or udp port 2332'

declare -A names=([HUB]=hub [SPOKE1]=spoke-1 [SPOKE2]=spoke-2)

# use_psk: one secret for all.
use_psk()
{
	local part

	nhrpctl key psk "$TMPDIR/network.psk" > /dev/null
	for part in HUB SPOKE1 SPOKE2; do
		configure $part "protection native" \
			"psk file $TMPDIR/network.psk" "rekey $1"
	done
}

# use_certificates: an authority, and what each router is.
use_certificates()
{
	local part name

	cd "$TMPDIR" || return 1
	nhrpctl ca init example.net > /dev/null
	for part in HUB SPOKE1 SPOKE2; do
		name=${names[$part]}
		nhrpctl key generate "$name.key" > /dev/null
		nhrpctl ca sign "$name" \
			--address "${topology_protocol[$part]}/32" \
			--prefix "${topology_lan[$part]}.0/24" > /dev/null
		configure $part "protection native" "rekey $1" \
			"identity key $TMPDIR/$name.key certificate $TMPDIR/$name.crt authority $TMPDIR/ca.crt"
	done
	cd - > /dev/null || return 1
}

# start: the whole network with the configuration there is, captured.
start()
{
	topology_underlay
	capture_start "$NET" any "$TMPDIR/wire.pcap" "$wire"
	topology_routers
}

stop()
{
	local part

	for part in HUB SPOKE1 SPOKE2; do
		kill_nhrpd $part TERM
	done
	capture_stop
}

# sas PART: SPIs of the SAs by which a router sends; those by which it receives
# linger when they are not used any more.
sas()
{
	ip -n "${!1}" xfrm state list src "${topology_nbma[$1]}" |
		grep -o 'spi 0x[0-9a-f]*' | sort
}

check_direct()
{
	local ping

	ip netns exec "$HOST1" ping -q -i 0.2 10.0.65.2 > "$TMPDIR/ping" &
	ping=$!
	expect SPOKE1 'map(select(.prefix == "10.0.65.0/24")) | length == 1' \
		shortcut
	sleep 2
	kill -INT $ping
	wait $ping
	check_err $? "no traffic from spoke to spoke"
	grep -q " 0% packet loss" "$TMPDIR/ping"
	check_err $? "packets lost: $(grep loss "$TMPDIR/ping")"
	ip -n "$SPOKE1" xfrm state | grep -q "dst ${topology_nbma[SPOKE2]}"
	check_err $? "the spokes have no SA with each other"
	log_test "$1: the spokes find their direct way, and lose nothing"
}

check_rekey()
{
	local before

	before=$(sas SPOKE1)
	ip netns exec "$HOST1" ping -q -i 0.05 -c 400 10.0.65.2 \
		> "$TMPDIR/ping"
	check_err $? "no traffic from spoke to spoke"
	grep -q " 0% packet loss" "$TMPDIR/ping"
	check_err $? "packets lost: $(grep loss "$TMPDIR/ping")"
	check_equal "$(comm -12 <(echo "$before") <(sas SPOKE1))" "" \
		"SPIs that are still in use"
	log_test "$1: keys are renewed, and nothing is lost"
}

# The new nhrpd has other keys; the old ones carry data until then.
check_restart()
{
	local ping

	ip netns exec "$HOST1" ping -q -i 0.2 10.0.65.2 > "$TMPDIR/ping" &
	ping=$!
	sleep 2
	kill_nhrpd SPOKE1
	kill_nhrpd HUB
	sleep 3
	topology_nhrpd SPOKE1
	topology_nhrpd HUB
	sleep 20
	kill -INT $ping
	wait $ping
	grep -q " 0% packet loss" "$TMPDIR/ping"
	check_err $? "packets lost: $(grep loss "$TMPDIR/ping")"
	log_test "$1: an nhrpd that is killed loses nothing"
}

# Keys that somebody deletes come back by themselves.
check_flush()
{
	ip -n "$SPOKE1" xfrm state flush
	slowwait 20 ip netns exec "$HOST1" ping -q -c 1 -W 1 10.0.65.2 \
		> /dev/null
	check_err $? "no traffic from spoke to spoke"
	slowwait 20 ip netns exec "$HOST1" ping -q -c 1 -W 1 10.1.0.2 \
		> /dev/null
	check_err $? "no traffic with the hub"
	log_test "$1: flushed keys are made anew"
}

check_wire()
{
	check_equal "$(capture_count "$TMPDIR/wire.pcap" gre)" 0 \
		"number of GRE packets on the wire"
	check_at_least "$(capture_count "$TMPDIR/wire.pcap" esp)" 100 \
		"number of ESP packets on the wire"
	log_test "$1: nothing but ESP and the key exchange is on the wire"
}

# The warning of a psk that stands alone is none of the complaints.
check_logs()
{
	local part check=check_fail

	[ "$1" != psk ] || check=check_err
	for part in HUB SPOKE1 SPOKE2; do
		grep -q "protected by a psk alone" "$TMPDIR/$part.log"
		$check $? "whether $part says that no identity is proven"
	done
	! grep -hE "refused|error" "$TMPDIR"/*.log > "$TMPDIR/complaints"
	check_err $? "$(head -3 "$TMPDIR/complaints")"
	log_test "$1: nobody complains"
}

try()
{
	start
	check_err $? "the spokes are not registered"
	log_test "$1: keys first, then the spokes register"
	check_direct "$1"
	check_rekey "$1"
	check_restart "$1"
	check_flush "$1"
	stop
	check_wire "$1"
	check_logs "$1"
	cleanup_ns "${_namespaces[@]}"
	_namespaces=()
	rm -f "$TMPDIR"/*.log "$TMPDIR"/*.conf
}

use_psk 10
try "psk"

use_certificates 10
try "certificates"
