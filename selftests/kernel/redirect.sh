#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A hub announces packets that leave by the device they came by: once per
# source and destination in the interval, and forwards them all.
#
# The network is that of ../topology.sh.

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"

topology_underlay
topology_tunnel HUB redirect 8
topology_tunnel SPOKE1
topology_tunnel SPOKE2
topology_routes_phase3
for part in SPOKE1 SPOKE2; do
	on HUB mgrectl map add dev mgre0 "${topology_protocol[$part]}" \
		nbma "${topology_nbma[$part]}"
	on $part mgrectl map add dev mgre0 9.0.0.1 nbma 9.1.1.10
done
events HUB

redirects()
{
	event_count HUB '.event == "redirect"'
}

check_equal "$(lost_pings "$HOST1" -c 10 -i 0.1 10.0.65.2)" 0 "lost"
check_event HUB '.event == "redirect" and .dev == "mgre0" and
	.source == "10.0.64.2" and .destination == "10.0.65.2" and
	(.data | length >= 128 and startswith("45"))'
check_event HUB '.event == "redirect" and .source == "10.0.65.2" and
	.destination == "10.0.64.2"'
check_equal "$(redirects)" 2 "redirects"
log_test "announced once for each way, with the inner packet, and forwarded"

check_equal "$(lost_pings "$HOST1" -c 1 10.1.0.2)" 0 "lost"
check_equal "$(lost_pings "$HOST0" -c 1 10.0.65.2)" 0 "lost"
check_equal "$(redirects)" 2 "redirects"
log_test "traffic of the hub's own LAN is not announced"

check_equal "$(lost_pings "$HOST1" -c 1 -p ff 10.0.65.1)" 0 "lost"
check_event HUB '.event == "redirect" and .destination == "10.0.65.1"'
log_test "another destination is announced by itself"

ip -n "$HUB" link set mgre0 type mgre redirect 1
count=$(redirects)
on HOST1 ping -q -i 0.1 -w 5 10.0.65.2 > /dev/null
more()
{
	[ "$(redirects)" -ge $((count + 4)) ]
}
busywait 5000 more
check_err $? "not announced again"
log_test "announced again after the interval"

ip -n "$HUB" link set mgre0 type mgre redirect off
sleep 1
count=$(redirects)
check_equal "$(lost_pings "$HOST1" -c 5 -i 0.1 10.0.65.2)" 0 "lost"
check_equal "$(redirects)" "$count" "redirects"
log_test "redirect off"

check_equal "$(on HOST1 ping -c 3 10.0.65.2 | grep -ci redirect)" 0 \
	"ICMP redirects"
log_test "no ICMP redirects"
