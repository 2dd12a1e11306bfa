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
strongswan_require
load_mgre

# traffic_start, traffic_stop: from HOST1 to HOST0, through SPOKE1 and HUB.
traffic_start()
{
	ip netns exec "$HOST1" ping -q -i 0.02 10.1.0.2 > "$TMPDIR/ping" &
	ping=$!
	sleep 1
}

traffic_stop()
{
	sleep 2
	kill -INT $ping
	wait $ping
	awk '/packets transmitted/ { print $1 - $4 }' "$TMPDIR/ping"
}

has_keys()
{
	strongswan_ctl "$1" --list-sas 2>/dev/null | grep -q INSTALLED
}

# holds PART: 0 if its strongSwan has both connections, that of the other node
# and that for anybody.
holds()
{
	[ "$(strongswan_ctl "$1" --list-conns 2>/dev/null |
		grep -c '^nhrpd:mgre0')" -eq 2 ]
}

# spi: of the SA by which SPOKE1 sends to the hub, the newest first.
spi()
{
	ip -n "$SPOKE1" xfrm state list src 9.1.1.130 dst 9.1.1.10 |
		grep -o 'spi [^ ]*' | head -n 1
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
traffic_start
for part in HUB SPOKE1; do
	strongswan_ctl $part --load-all --noprompt \
		--file "$(strongswan_folder $part)/swanctl.conf" \
		> "$TMPDIR/load-all" 2>&1
	grep -q '2 unloaded' "$TMPDIR/load-all"
	check_err $? "nothing unloaded: $(cat "$TMPDIR/load-all")"
	slowwait 30 holds $part > /dev/null
	check_err $? "$part does not load them again"
done
check_equal "$(traffic_stop)" 0 "packets lost"
log_test "what swanctl unloads is loaded again"

# The other one sends by the old keys until the new ones are on both sides.
for part in SPOKE1 HUB SPOKE1; do
	traffic_start
	strongswan_stop $part KILL
	sleep 1
	strongswan_start $part
	check_err $? "strongSwan of $part does not come back"
	slowwait 30 has_keys $part > /dev/null
	check_err $? "no keys of $part: $(cat "$TMPDIR/$part.log")"
	sleep 5
	check_equal "$(traffic_stop)" 0 "packets lost"
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
	old=$(spi)
	traffic_start
	pid=${part}_pid
	kill -9 "${!pid}"
	wait "${!pid}" 2>/dev/null
	topology_nhrpd $part
	check_err $? "nhrpd of $part does not come back"
	sleep 5
	check_equal "$(traffic_stop)" 0 "packets lost"
	check_equal "$(spi)" "$old" "keys after a restart of nhrpd alone"
	log_test "nhrpd of $part killed under traffic: nothing lost, same keys"
done

capture_stop
check_only_esp "$TMPDIR/wire.pcap"
log_test "nothing was ever in clear"
