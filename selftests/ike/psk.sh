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
# shellcheck source=selftests/nhrp/lib.sh
. "$(dirname "$0")/../nhrp/lib.sh"
# shellcheck source=selftests/protect/lib.sh
. "$(dirname "$0")/../protect/lib.sh"
# shellcheck source=selftests/ike/lib.sh
. "$(dirname "$0")/lib.sh"
require_command gojq
strongswan_require
load_mgre

topology_underlay
capture_start "$NET" any "$TMPDIR/wire.pcap" "$capture_protected"
for part in HUB SPOKE1 SPOKE2; do
	strongswan_start $part && topology_tunnel $part
	check_err $? "$part is not there"
done
topology_routes_phase3
ip netns exec "$HOST1" ping -q -i 0.2 10.1.0.2 > /dev/null &
early=$!
for part in HUB SPOKE1 SPOKE2; do
	strongswan_nhrpd $part "rekey 10"
	check_err $? "nhrpd of $part does not start"
done
slowwait 60 topology_registered > /dev/null
check_err $? "the spokes do not register"
slowwait 60 ip netns exec "$HOST1" ping -q -c 1 -W 1 10.1.0.2 > /dev/null
check_err $? "no traffic with the hub"
kill -INT $early
wait $early
log_test "under traffic spokes make keys, and register through them"

test_direct
test_rekey

ip netns exec "$HOST1" ping -q -c 100 -i 0.1 10.0.65.2 > "$TMPDIR/ping" &
ping=$!
for part in HUB SPOKE1 SPOKE2; do
	strongswan_ctl $part --list-sas 2>/dev/null |
	sed -n 's/^\(nhrpd:[^ ]*\): #.*/\1/p' | sort -u |
	while read -r name; do
		strongswan_ctl $part --rekey --ike "$name" >/dev/null 2>&1
	done
done
wait $ping
check_equal "$(awk '/packets transmitted/ { print $1 - $4 }' \
	"$TMPDIR/ping")" 0 "packets lost"
log_test "IKE SAs are renewed under traffic, nothing is lost"

test_flush SPOKE1 9.1.1.134
test_flush HUB 9.1.1.130

old=$(spi_out SPOKE1 9.1.1.134)
ip -n "$SPOKE1" xfrm policy flush
slowwait 20 spi_changed SPOKE1 9.1.1.134 "$old"
check_err $? "no new keys after a flush of the policies"
slowwait 20 ip netns exec "$HOST1" ping -q -c 1 -W 1 10.0.65.2 > /dev/null
check_err $? "no traffic after a flush of the policies"
log_test "policies that somebody flushed come back with new SAs"

capture_stop
check_only_esp "$TMPDIR/wire.pcap"
log_test "nothing was ever in clear"
