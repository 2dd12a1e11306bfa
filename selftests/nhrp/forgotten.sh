#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # variables of topology.sh
#
# A spoke that forgot everything, as by a reboot, while another one goes on
# sending directly to it: what comes from an unknown address is answered with a
# purge, and the traffic finds its way again long before the holding time (300
# s) ends. Then the same of the hub: the spokes register again.
#
#	HOST1 10.0.64.2 -- SPOKE1 --+-- HUB
#	                      :     |
#	HOST2 10.0.65.2 -- SPOKE2 --+
# timeout: 300

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/nhrp/lib.sh
. "$(dirname "$0")/lib.sh"
require_command gojq
load_mgre

# arrives: 0 if an echo request of HOST2 gets to HOST1 and its answer back.
arrives()
{
	ip netns exec "$HOST2" ping -q -c 1 -W 1 10.0.64.2
}

# arrives_at_hub: 0 if an echo request of SPOKE2 is answered by the hub.
arrives_at_hub()
{
	ip netns exec "$SPOKE2" ping -q -c 1 -W 1 9.0.0.1
}

topology_up
check_err $? "the spokes do not register"
ip netns exec "$HOST2" ping -q -c 5 -W 5 10.0.64.2 > /dev/null
expect SPOKE2 'length == 1' shortcut
log_test "a shortcut is there"

kill_nhrpd SPOKE1
ip -n "$SPOKE1" link del mgre0
topology_tunnel SPOKE1
ip -n "$SPOKE1" route add 10.0.0.0/8 via 9.0.0.1 dev mgre0
topology_nhrpd SPOKE1
expect SPOKE1 "$registered == 1" nhs
slowwait 60 arrives > /dev/null
check_err $? "no traffic from SPOKE2: $(topology_ctl SPOKE2 -j shortcut)"
expect SPOKE1 '.[0].sent.purge_request >= 1' traffic
log_test "traffic to a spoke that forgot everything heals"

kill_nhrpd HUB
ip -n "$HUB" link del mgre0
topology_tunnel HUB
topology_nhrpd HUB
slowwait 60 arrives_at_hub > /dev/null
check_err $? "no traffic from SPOKE2: $(topology_ctl HUB -j cache)"
expect SPOKE2 "$registered == 1" nhs
log_test "traffic to a hub that forgot everything heals"
