#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Protection by strongSwan when an IKE SA ends: it is made anew from the
# beginning (reauthentication), and the node at its other end is gone, which
# dead-peer detection finds out.
#
#	HOST1 -- SPOKE1 --+-- HUB -- HOST0
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
require_command gojq
strongswan_require
load_mgre

# ike_with PART NBMA: number and name of a router's IKE SA with another.
ike_with()
{
	strongswan_ctl "$1" --list-sas 2>/dev/null | awk -v remote="'$2'" '
		/^nhrpd:/ { number = $2; name = $1 }
		$1 == "remote" && $2 == remote {
			print number, name
			exit
		}' | tr -d '#,' | sed 's/:$//'
}

ike_is_new()
{
	local now

	now=$(ike_with "$1" "$2")
	[ -n "$now" ] && [ "${now% *}" != "${3% *}" ]
}

reaches()
{
	slowwait 60 ip netns exec "$HOST1" ping -q -c 1 -W 1 "$1" > /dev/null
}

test_start()
{
	slowwait 60 topology_registered > /dev/null
	check_err $? "the spokes do not register"
	reaches 10.0.65.2
	expect SPOKE1 'any(.[]; .prefix == "10.0.65.0/24")' shortcut
	expect SPOKE2 'any(.[]; .prefix == "10.0.64.0/24")' shortcut
	log_test "the spokes have keys with the hub and with each other"
}

test_reauthentication()
{
	local nbma old

	# Both SAs are there for a while, as strongswan_settings has it.
	for nbma in 9.1.1.10 9.1.1.134; do
		old=$(ike_with SPOKE1 $nbma)
		traffic_start direct "$HOST1" 10.0.65.2
		traffic_start hub "$HOST1" 10.1.0.2
		strongswan_ctl SPOKE1 --rekey --reauth --ike "${old#* }" \
			> "$TMPDIR/reauth" 2>&1
		slowwait 60 ike_is_new SPOKE1 $nbma "$old" > /dev/null
		check_err $? "no IKE SA with $nbma but $old: $(tail -n 1 \
			"$TMPDIR/reauth")"
		slowwait 60 keyed SPOKE1 > /dev/null
		check_err $? "no keys: $(topology_ctl SPOKE1 show crypto)"
		reaches 10.1.0.2
		check_err $? "no traffic with the hub"
		reaches 10.0.65.2
		check_err $? "no traffic with the other spoke"
		check_equal "$(traffic_stop direct)" 0 \
			"packets lost between spokes"
		check_equal "$(traffic_stop hub)" 0 "packets lost to the hub"
		log_test "an IKE SA with $nbma is made anew under traffic"
	done
}

test_hub_lost()
{
	traffic_start direct "$HOST1" 10.0.65.2
	ip netns exec "$HOST1" ping -q -i 0.2 10.1.0.2 > /dev/null &
	ip -n "$NET" link set hub down
	slowwait 120 knows SPOKE1 'all(.[]; .nbma != "9.1.1.10" or
		.state != "up")' show crypto > /dev/null
	check_err $? "the hub is not found gone: $(topology_ctl SPOKE1 \
		show crypto)"
	ip -n "$NET" link set hub up
	expect SPOKE1 "$registered == 1" nhs
	expect SPOKE2 "$registered == 1" nhs
	reaches 10.1.0.2
	check_err $? "no way through the hub when it is back"
	check_equal "$(traffic_stop direct)" 0 "packets lost between spokes"
	log_test "the hub is found gone, and found again; spokes go on"
}

# shellcheck disable=SC2034 # for strongswan.sh
strongswan_settings="make_before_break = yes"
topology_underlay
capture_start "$NET" any "$TMPDIR/wire.pcap" "$capture_protected"
for part in HUB SPOKE1 SPOKE2; do
	strongswan_start $part && topology_tunnel $part
	check_err $? "$part is not there"
done
topology_routes_phase3
for part in HUB SPOKE1 SPOKE2; do
	strongswan_nhrpd $part
	check_err $? "nhrpd of $part does not start"
done
test_start
test_reauthentication
test_hub_lost
capture_stop
check_only_esp "$TMPDIR/wire.pcap"
log_test "nothing was ever in clear"
