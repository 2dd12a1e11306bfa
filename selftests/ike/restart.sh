#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# strongSwan and nhrpd end and come back under traffic: SAs in the kernel carry
# it meanwhile, and keys are renewed by those who came back.
# timeout: 900

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/capture.sh
. "$(dirname "$0")/../capture.sh"
# shellcheck source=selftests/strongswan.sh
. "$(dirname "$0")/../strongswan.sh"
# shellcheck source=selftests/nhrp/lib.sh
. "$(dirname "$0")/../nhrp/lib.sh"
# shellcheck source=selftests/protect/lib.sh
. "$(dirname "$0")/../protect/lib.sh"
require_command gojq
strongswan_require
load_mgre

declare -A peer=([HUB]=SPOKE1 [SPOKE1]=HUB)
declare -A other=([HUB]=9.1.1.130 [SPOKE1]=9.1.1.10)

# sas: SPIs of all SAs of SPOKE1.
sas()
{
	ip -n "$SPOKE1" xfrm state list | grep -o 'spi 0x[0-9a-f]*' | sort
}

# holds PART: 0 if its strongSwan has both connections, that of the other node
# and that for anybody.
holds()
{
	[ "$(strongswan_ctl "$1" --list-conns 2>/dev/null |
		grep -c '^nhrpd:mgre0')" -eq 2 ]
}

topology_underlay
capture_start "$NET" any "$TMPDIR/wire.pcap" "$capture_protected"
for part in HUB SPOKE1; do
	strongswan_start $part && topology_tunnel $part
	check_err $? "$part is not there"
done
ip -n "$SPOKE1" route add 10.0.0.0/8 via 9.0.0.1 dev mgre0
ip -n "$HUB" route add 10.0.64.0/24 via 9.0.0.2 dev mgre0
for part in HUB SPOKE1; do
	strongswan_nhrpd $part
	check_err $? "nhrpd of $part does not start"
done
slowwait 60 ip netns exec "$HOST1" ping -q -c 1 -W 1 10.1.0.2 > /dev/null
check_err $? "no traffic"
log_test "traffic flows"

# Debian's unit of strongSwan does this when it has started.
traffic_start load "$HOST1" 10.1.0.2 0.02
for part in HUB SPOKE1; do
	strongswan_ctl $part --load-all --noprompt \
		--file "$(strongswan_folder $part)/swanctl.conf" \
		> "$TMPDIR/load-all" 2>&1
	grep -q '2 unloaded' "$TMPDIR/load-all"
	check_err $? "nothing unloaded: $(cat "$TMPDIR/load-all")"
	slowwait 30 holds $part > /dev/null
	check_err $? "$part does not load them again"
done
check_equal "$(traffic_stop load)" 0 "packets lost"
log_test "what swanctl unloads is loaded again"

# The other one sends by the old keys until the new ones are on both sides.
for part in SPOKE1 HUB SPOKE1; do
	slowwait 60 settled $part "${other[$part]}" > /dev/null
	check_err $? "no keys of $part: $(topology_ctl $part show crypto)"
	out=$(spi_out $part "${other[$part]}")
	in=$(spi_in $part "${other[$part]}")
	traffic_start kill "$HOST1" 10.1.0.2 0.02
	strongswan_stop $part KILL
	strongswan_start $part
	check_err $? "strongSwan of $part does not come back"
	slowwait 60 replaced $part "${other[$part]}" "$out" > /dev/null
	check_err $? "no new keys of $part, or the old ones are not gone: $(
		)$(cat "$TMPDIR/$part.log")"
	slowwait 60 lacks "${peer[$part]}" "$in"
	check_err $? "${peer[$part]} still sends by the old keys"
	sleep 2
	check_equal "$(traffic_stop kill)" 0 "packets lost"
	log_test "strongSwan of $part killed under traffic: nothing lost"
done

for part in SPOKE1 HUB; do
	strongswan_stop $part TERM
	strongswan_start $part
	check_err $? "strongSwan of $part does not come back"
	slowwait 60 ip netns exec "$HOST1" ping -q -c 1 -W 1 10.1.0.2 \
		> /dev/null
	check_err $? "no traffic: $(cat "$TMPDIR/$part.log")"
done
log_test "traffic comes back after strongSwan was stopped and started"

sleep 3
for part in SPOKE1 HUB; do
	old=$(sas)
	traffic_start nhrpd "$HOST1" 10.1.0.2 0.02
	pid=${part}_pid
	kill -9 "${!pid}"
	wait "${!pid}" 2>/dev/null
	topology_nhrpd $part
	check_err $? "nhrpd of $part does not come back"
	slowwait 60 keyed $part > /dev/null
	check_err $? "no keys: $(topology_ctl $part show crypto)"
	check_equal "$(traffic_stop nhrpd)" 0 "packets lost"
	check_equal "$(comm -13 <(echo "$old") <(sas))" "" \
		"new keys after a restart of nhrpd alone"
	log_test "nhrpd of $part killed under traffic: nothing lost, same keys"
done

capture_stop
check_only_esp "$TMPDIR/wire.pcap"
log_test "nothing was ever in clear"
