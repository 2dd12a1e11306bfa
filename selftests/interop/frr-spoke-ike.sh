#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# FRR's nhrpd, on ip_gre, with a strongSwan that an operator has configured by
# hand, is a spoke of our hub with "protection ike", beside a spoke of ours: it
# registers, resolves and goes direct, all in ESP.
# timeout: 900

# shellcheck source=selftests/interop/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/strongswan.sh
. "$(dirname "$0")/../strongswan.sh"
frr_require
strongswan_require
load_mgre

# operator_config: keys with whomever SPOKE1 sends GRE to, when it does. Both
# may call each other at once; but for the reqid strongSwan would then drop what
# comes by the SA of the other's call.
operator_config()
{
	cat <<-CONFIG
	connections {
		dmvpn {
			version = 2
			local_addrs = 9.1.1.130
			remote_addrs = %any
			local {
				auth = psk
			}
			remote {
				auth = psk
			}
			children {
				gre {
					mode = transport
					local_ts = 9.1.1.130/32[gre]
					remote_ts = 0.0.0.0/0[gre]
					start_action = trap
					reqid = 1
				}
			}
		}
	}
	secrets {
		ike-all {
			secret = "a key that all routers share"
		}
	}
	CONFIG
}

operator_start()
{
	local folder
	folder=$(strongswan_folder SPOKE1)

	strongswan_start SPOKE1 || return 1
	operator_config > "$folder/swanctl.conf"
	strongswan_ctl SPOKE1 --load-all --file "$folder/swanctl.conf" \
		> "$folder/load" 2>&1 || { cat "$folder/load"; return 1; }
}

ours()
{
	strongswan_start "$1" && topology_tunnel "$1" && strongswan_nhrpd "$1"
}

ours_direct()
{
	ip -n "$SPOKE2" route show proto 203 | grep -q 10.0.64.0/24
}

frr_direct()
{
	frr_show SPOKE1 show ip nhrp shortcut |
		grep -q "dynamic *10.0.65.0/24 *9.0.0.3"
}

topology_underlay
capture_start "$NET" any "$TMPDIR/wire.pcap" "$capture_protected"
ours HUB && ours SPOKE2
check_err $? "our routers do not start"
ip -n "$HUB" route add 10.0.64.0/24 via 9.0.0.2 dev mgre0
ip -n "$HUB" route add 10.0.65.0/24 via 9.0.0.3 dev mgre0
ip -n "$SPOKE2" route add 10.0.0.0/8 via 9.0.0.1 dev mgre0
operator_start && frr_start SPOKE1
check_err $? "FRR and its strongSwan do not start"
ip -n "$SPOKE1" route add 10.0.0.0/8 via 9.0.0.1 dev gre1 onlink
log_test "daemons of both kinds run"

slowwait 120 until_match "^9.0.0.2/32" topology_ctl HUB show ip nhrp \
	> "$TMPDIR/cache"
check_err $? "FRR's spoke not in our cache: $(cat "$TMPDIR/cache")"
log_test "FRR's spoke registers with our hub through strongSwan's keys"

slowwait 60 ip netns exec "$HOST1" ping -q -c 1 -W 1 10.0.65.2 > /dev/null
check_err $? "host2 cannot be reached from behind FRR"
log_test "traffic flows"

ip netns exec "$HOST1" ping -q -i 0.5 10.0.65.2 > /dev/null &
defer kill $!
slowwait 120 frr_direct
check_err $? "no shortcut at FRR: $(frr_show SPOKE1 show ip nhrp shortcut)"
slowwait 120 ours_direct
check_err $? "no shortcut: $(ip -n "$SPOKE2" route show proto 203)"
log_test "both spokes resolve"

# Keys are made when FRR's first packet to the other spoke is there, and ours
# uses them a second later.
ours_sends_directly()
{
	ip netns exec "$SPOKE2" mgrectl -j peer show dev mgre0 |
		gojq -e 'any(.[]; .nbma == "9.1.1.130" and .state == "up")'
}
slowwait 30 ip netns exec "$HOST1" ping -q -c 3 -i 0.2 -W 1 10.0.65.2 \
	> /dev/null
slowwait 30 ours_sends_directly > /dev/null
check_err $? "SPOKE2 does not send to FRR"
before=$(link_stat "$HUB" mgre0 rx packets)
check_equal "$(lost_pings "$HOST1" -c 50 -i 0.1 10.0.65.2)" 0 "pings lost"
check_at_most $(($(link_stat "$HUB" mgre0 rx packets) - before)) 5 \
	"packets at the hub"
log_test "traffic goes direct"

capture_stop
check_only_esp "$TMPDIR/wire.pcap"
log_test "nothing was ever in clear"
