#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Protection by strongSwan with certificates: whoever has one of our authority
# is let in, and has all that a key which all share gives; who has one of
# another authority is not.
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
strongswan_require
require_command openssl gojq
load_mgre

# start PART: strongSwan and nhrpd of a router, with a certificate of the
# authority that there is now.
start()
{
	local name=${1,,}.example.com

	strongswan_certificate "$1" "$name" && strongswan_start "$1" &&
		strongswan_nhrpd "$1" "authentication certificate" \
			"local id $name" "remote id *.example.com" "rekey 10"
}

topology_underlay
capture_start "$NET" any "$TMPDIR/wire.pcap" "$capture_protected"
strongswan_authority
for part in HUB SPOKE1 SPOKE2; do
	topology_tunnel $part
done
topology_routes_phase3
for part in HUB SPOKE1 SPOKE2; do
	start $part
	check_err $? "$part does not start"
done
slowwait 60 topology_registered > /dev/null
check_err $? "the spokes do not register"
expect HUB 'any(.[]; .identity == "spoke1.example.com")' show crypto
log_test "spokes with certificates register, and are known by name"
test_direct
test_rekey

# Of another authority, with the name of ours.
kill_nhrpd SPOKE2 TERM
strongswan_stop SPOKE2 TERM
rm "$TMPDIR/SPOKE2.log"
strongswan_authority
start SPOKE2
check_err $? "SPOKE2 does not start"
slowwait 60 until_match "session with .* down" cat "$TMPDIR/SPOKE2.log" \
	> /dev/null
check_err $? "SPOKE2 is not told why: $(cat "$TMPDIR/SPOKE2.log")"
ip netns exec "$HUB" ping -q -c 3 -W 1 9.0.0.3 > /dev/null
check_fail $? "SPOKE2 was let in"
ip netns exec "$HUB" ping -q -c 3 -W 1 9.0.0.2 > /dev/null
check_err $? "SPOKE1 is shut out as well"
grep "session with .* down" "$TMPDIR/SPOKE2.log" | head -n 1 | sed 's/^/# /'
log_test "one with a certificate of another authority does not"

capture_stop
check_only_esp "$TMPDIR/wire.pcap"
log_test "nothing was ever in clear"
