#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# On a device that is not protected the operator's IPsec is obeyed, as by
# ip_gre; it may keep packets until there are keys (net.core.xfrm_larval_drop),
# while routes change.
#
# The network is that of ../ipsec.sh; no peer has an if-id.

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/ipsec.sh
. "$(dirname "$0")/../ipsec.sh"

segment LEFT RIGHT
for part in LEFT RIGHT; do
	tunnel $part none
	on $part sysctl -qw net.core.xfrm_larval_drop=0
	capture_sent $part
done
policies LEFT RIGHT 0
knows LEFT RIGHT 0
knows RIGHT LEFT 0

sent()
{
	link_stat "$LEFT" mgre0 tx packets
}

has_sent()
{
	[ "$(sent)" -ge "$1" ]
}

before=$(sent)
lost_pings "$LEFT" -c 10 -i 0.2 -W 30 10.9.0.2 > "$TMPDIR/lost" &
pings=$!
for packet in 2 4 6 8 10; do
	busywait 10000 has_sent $((before + packet)) > /dev/null
	check_err $? "packet $packet has not come to IPsec"
	ip -n "$LEFT" route add 198.51.100.0/24 dev eth0
	ip -n "$LEFT" route del 198.51.100.0/24 dev eth0
done
check_not_captured LEFT eth0 esp
keys add LEFT RIGHT 0 1
wait $pings
check_equal "$(cat "$TMPDIR/lost")" 0 "lost packets"
check_clear LEFT
check_clear RIGHT
log_test "IPsec keeps packets until it has keys, while routes change"
