#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# TTL and traffic class of the outer header, and ECN through the tunnel
# (RFC 6040).
#
#	LEFT  eth0 192.0.2.1/24 --- eth0 192.0.2.2/24  RIGHT

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

require_command nft
pair_up
capture RIGHT eth0 'proto gre and src host 192.0.2.1'

# outer FILTER PING_ARGUMENT...: a packet that is sent so has such an outer
# header.
size=100
outer()
{
	local filter=$1
	shift

	size=$((size + 1))
	on LEFT ping -q -c 1 -W 1 -s $size "$@" > /dev/null 2>&1
	case $* in
	*fd09*)
		check_captured RIGHT eth0 1 "$filter and ip[2:2] == $((size + 76))" ;;
	*)
		check_captured RIGHT eth0 1 "$filter and ip[2:2] == $((size + 56))" ;;
	esac
}

outer 'ip[8] == 64' -t 33 10.9.0.2
outer 'ip[1] == 0' -Q 0xb8 10.9.0.2
ip -n "$LEFT" link set mgre0 type mgre ttl 17
outer 'ip[8] == 17' -t 33 10.9.0.2
ip -n "$LEFT" link set mgre0 type mgre ttl inherit
outer 'ip[8] == 33' -t 33 10.9.0.2
outer 'ip[8] == 34' -t 34 fd09::2
ip -n "$LEFT" link set mgre0 type mgre ttl 64
log_test "ttl: 64 by default, fixed, inherited"

ip -n "$LEFT" link set mgre0 type mgre tos inherit
outer 'ip[1] == 0xb8' -Q 0xb8 10.9.0.2
outer 'ip[1] == 0x48' -Q 0x48 fd09::2
ip -n "$LEFT" link set mgre0 type mgre tos 40
outer 'ip[1] == 0x40' -Q 0xb8 10.9.0.2
outer 'ip[1] == 0x40' -Q 0x48 fd09::2
log_test "tos: inherited, fixed"

outer 'ip[1] == 0x42' -Q 0x02 10.9.0.2
outer 'ip[1] == 0x41' -Q 0x01 10.9.0.2
outer 'ip[1] == 0x42' -Q 0x02 fd09::2
ip -n "$LEFT" link set mgre0 type mgre tos inherit
outer 'ip[1] == 0xba' -Q 0xba 10.9.0.2
outer 'ip[1] == 0' -Q 0 10.9.0.2
outer 'ip[1] & 3 != 0' -Q 0x03 10.9.0.2
log_test "ECN bits are carried to the outer header"

# Congestion on the way: RIGHT marks what comes in before the tunnel sees it.
on RIGHT nft -f - <<-END || skip_all "nft cannot set ECN"
	table ip t {
		chain prerouting {
			type filter hook prerouting priority -300;
			ip protocol gre ip ecn set ce
		}
	}
END
capture RIGHT mgre0
on LEFT ping -q -c 1 -W 1 -Q 0x02 -s 300 10.9.0.2 > /dev/null
check_captured RIGHT mgre0 1 'ip[1] & 3 == 3 and ip[2:2] == 328'
on LEFT ping -q -c 1 -W 1 -Q 0x02 -s 300 fd09::2 > /dev/null
check_captured RIGHT mgre0 1 'ip6 and ip6[1] & 0x30 == 0x30'
log_test "congestion on the way reaches the inner header"

before=$(mgre_stat "$RIGHT" mgre0 rx_ecn)
on LEFT ping -q -c 1 -W 1 -Q 0 -s 301 10.9.0.2 > /dev/null
check_counted RIGHT rx_ecn "$before"
check_not_captured RIGHT mgre0 'ip[2:2] == 329'
log_test "or the packet is dropped if its sender does not know ECN"
