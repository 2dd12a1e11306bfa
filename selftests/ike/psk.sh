#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Protection by strongSwan with a pre-shared key: spokes register, go direct,
# keys are renewed under traffic, and the underlay sees nothing but ESP.
#
#	HOST1 -- SPOKE1 --+-- HUB
#	            :     |
#	HOST2 -- SPOKE2 --+
# timeout: 900

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/capture.sh
. "$(dirname "$0")/../capture.sh"
# shellcheck source=selftests/strongswan.sh
. "$(dirname "$0")/../strongswan.sh"
# shellcheck source=selftests/protect/lib.sh
. "$(dirname "$0")/../protect/lib.sh"
strongswan_require
load_mgre

# Both ways are installed, so that nothing is carried by the hub any more.
both_direct()
{
	ip -n "$SPOKE1" route show proto 203 | grep -q 10.0.65.0/24 &&
	ip -n "$SPOKE2" route show proto 203 | grep -q 10.0.64.0/24
}

# ike PART: the IKE SAs of a router.
ike()
{
	strongswan_ctl "$1" --list-sas 2>/dev/null
}

# spi: of the SA by which SPOKE1 sends to SPOKE2.
spi()
{
	ip -n "$SPOKE1" xfrm state list src 9.1.1.130 dst 9.1.1.134 |
		grep -o 'spi [^ ]*'
}

spi_is_new()
{
	[ "$(spi)" != "$old" ]
}

topology_underlay
capture_start "$NET" any "$TMPDIR/wire.pcap" "$capture_protected"
for part in HUB SPOKE1 SPOKE2; do
	strongswan_start $part && topology_tunnel $part
	check_err $? "$part is not there"
done
topology_routes_phase3
for part in HUB SPOKE1 SPOKE2; do
	strongswan_nhrpd $part "rekey 10"
	check_err $? "nhrpd of $part does not start"
done
slowwait 60 topology_registered > /dev/null
check_err $? "the spokes do not register"
log_test "spokes register through their keys"

traffic_start direct "$HOST1" 10.0.65.2
slowwait 60 both_direct
check_err $? "no shortcut: $(ip -n "$SPOKE1" route show proto 203)"
check_equal "$(traffic_stop direct)" 0 "packets lost"
ike SPOKE1 | grep -q "remote '9.1.1.134'"
check_err $? "no keys between the spokes: $(ike SPOKE1)"
log_test "spokes make keys with each other while the hub carries traffic"

# Some of what was on its way by the hub may still come.
sleep 1
before=$(link_stat "$HUB" mgre0 rx packets)
old=$(spi)
check_equal "$(lost_pings "$HOST1" -c 300 -i 0.1 10.0.65.2)" 0 "pings lost"
check_at_most $(($(link_stat "$HUB" mgre0 rx packets) - before)) 10 \
	"packets at the hub"
spi_is_new
check_err $? "the keys were not renewed"
log_test "keys are renewed under direct traffic, nothing is lost"

ip netns exec "$HOST1" ping -q -c 100 -i 0.1 10.0.65.2 > "$TMPDIR/ping" &
ping=$!
for part in HUB SPOKE1 SPOKE2; do
	ike $part | sed -n 's/^\(nhrpd:[^ ]*\): #.*/\1/p' | sort -u |
	while read -r name; do
		strongswan_ctl $part --rekey --ike "$name" >/dev/null 2>&1
	done
done
wait $ping
check_equal "$(awk '/packets transmitted/ { print $1 - $4 }' \
	"$TMPDIR/ping")" 0 "packets lost"
log_test "IKE SAs are renewed under traffic, nothing is lost"

old=$(spi)
ip -n "$SPOKE1" xfrm state flush
slowwait 20 spi_is_new > /dev/null
check_err $? "no keys after a flush"
slowwait 20 ip netns exec "$HOST1" ping -q -c 1 -W 1 10.0.65.2 > /dev/null
check_err $? "no traffic after a flush"
check_equal "$(lost_pings "$HOST1" -c 20 -i 0.1 10.0.65.2)" 0 "pings lost"
log_test "SAs that somebody flushed are made anew"

old=$(spi)
ip -n "$SPOKE1" xfrm policy flush
slowwait 20 spi_is_new > /dev/null
check_err $? "no new keys after a flush of the policies"
slowwait 20 ip netns exec "$HOST1" ping -q -c 1 -W 1 10.0.65.2 > /dev/null
check_err $? "no traffic after a flush of the policies"
log_test "policies that somebody flushed come back with new SAs"

capture_stop
check_only_esp "$TMPDIR/wire.pcap"
log_test "nothing was ever in clear"
