#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Protection by strongSwan with certificates: who has one of our authority is
# let in, who has one of another is not.
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
require_command openssl gojq
load_mgre

# start PART: all that runs on a router, which has a certificate.
start()
{
	local name=${1,,}.example.com

	strongswan_start "$1" && topology_tunnel "$1" &&
		strongswan_nhrpd "$1" "authentication certificate" \
			"local id $name" "remote id *.example.com"
}

reach()
{
	ip netns exec "$HUB" ping -q -c 1 -W 1 "${topology_protocol[$1]}"
}

topology_underlay
capture_start "$NET" any "$TMPDIR/wire.pcap" "$capture_protected"
strongswan_authority
for part in HUB SPOKE1; do
	strongswan_certificate $part ${part,,}.example.com && start $part
	check_err $? "$part does not start"
done
slowwait 60 reach SPOKE1 > /dev/null
check_err $? "SPOKE1 does not register"
topology_ctl -j HUB show crypto 2>/dev/null | grep -q spoke1.example.com ||
	topology_ctl HUB show crypto | grep -q spoke1.example.com
check_err $? "not its identity: $(topology_ctl HUB show crypto)"
log_test "a spoke with a certificate registers"

# Of another authority, with the name of ours.
strongswan_authority
strongswan_certificate SPOKE2 spoke2.example.com && start SPOKE2
check_err $? "SPOKE2 does not start"
slowwait 40 until_match "session with .* down" cat "$TMPDIR/SPOKE2.log" \
	> /dev/null
check_err $? "SPOKE2 is not told why: $(cat "$TMPDIR/SPOKE2.log")"
reach SPOKE2 > /dev/null
check_fail $? "SPOKE2 was let in"
grep "session with .* down" "$TMPDIR/SPOKE2.log" | head -n 1 | sed 's/^/# /'
log_test "one with a certificate of another authority does not"

capture_stop
check_only_esp "$TMPDIR/wire.pcap"
log_test "nothing was ever in clear"
