#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Large packets of TCP go through the tunnel whole (GSO), and small ones are
# put together again (GRO).
#
#	LEFT  eth0 192.0.2.1/24 --- eth0 192.0.2.2/24  RIGHT

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

require_command iperf3 ethtool
pair_up
# TCP that finds itself slow, as on a kernel that checks itself, sends less at
# a time.
on LEFT sysctl -qw net.ipv4.tcp_min_tso_segs=16

# transfer ADDRESS: a few megabytes from LEFT to RIGHT.
transfer()
{
	local out

	on RIGHT iperf3 -s -1 > /dev/null 2>&1 &
	busywait 10000 until_match LISTEN \
		on RIGHT ss -ltn 'sport = 5201' > /dev/null
	out=$(on LEFT iperf3 -c "$1" -n 4M 2>&1)
	check_err $? "iperf3: $out"
	wait $!
}

for address in 10.9.0.2 fd09::2; do
	capture LEFT eth0 'proto gre and greater 3000'
	capture LEFT mgre0 'greater 3000'
	transfer $address
	check_captured LEFT mgre0 10 'tcp or ip6'
	check_captured LEFT eth0 10 'proto gre'
	log_test "GSO of $address: large packets leave the tunnel whole"
done

on LEFT ethtool -K eth0 tx off tso off gso off > /dev/null 2>&1
on RIGHT ethtool -K eth0 gro off > /dev/null 2>&1
capture RIGHT eth0 'proto gre'
capture RIGHT mgre0 'greater 3000'
transfer 10.9.0.2
check_captured RIGHT eth0 100 'proto gre and less 1600'
check_not_captured RIGHT eth0 'proto gre and greater 3000'
check_captured RIGHT mgre0 10 'tcp'
log_test "GRO: small packets are put together behind the tunnel"

captured RIGHT eth0 'proto gre' -v | grep -q 'bad cksum'
check_fail $? "outer checksums are wrong"
# RIGHT's own are still to be filled in where its capture sees them.
captured RIGHT eth0 'proto gre and src host 192.0.2.1' -v |
	grep -q 'cksum.*incorrect'
check_fail $? "inner checksums are wrong"
log_test "all checksums on the wire are right"

ip -n "$LEFT" link set mgre0 gso_max_segs 1 2> /dev/null
on LEFT ethtool -K mgre0 tso off gso off tx off sg off > /dev/null 2>&1
transfer 10.9.0.2
on RIGHT ethtool -K mgre0 gro off > /dev/null 2>&1
transfer 10.9.0.2
log_test "with all offloads off"
