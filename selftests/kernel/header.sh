#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The header template of a peer, byte by byte, and the same bytes on the wire.
#
#	SPOKE  eth0 9.1.1.130/24 --- eth0 9.1.1.10/24, 9.1.1.134/24  OTHER

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

setup_ns SPOKE OTHER
ip link add eth0 netns "$SPOKE" type veth peer name eth0 netns "$OTHER"
ip -n "$SPOKE" address add 9.1.1.130/24 dev eth0
ip -n "$SPOKE" link set eth0 up
ip -n "$OTHER" address add 9.1.1.10/24 dev eth0
ip -n "$OTHER" address add 9.1.1.134/24 dev eth0
ip -n "$OTHER" link set eth0 up
ip -n "$SPOKE" link add mgre0 type mgre local 9.1.1.130 key 999 ttl 255 tos 0
ip -n "$SPOKE" address add 9.0.0.2/24 dev mgre0
ip -n "$SPOKE" link set mgre0 up
on SPOKE mgrectl map add dev mgre0 9.0.0.1 nbma 9.1.1.10
on SPOKE mgrectl map add dev mgre0 9.0.0.3 nbma 9.1.1.134

check_header()
{
	check_entry SPOKE ".[0].header == \"$2\"" peer dev mgre0 nbma "$1"
}

check_header 9.1.1.10 \
	4500000000000000ff2fa741090101820901010a20000800000003e7
check_header 9.1.1.134 \
	4500000000000000ff2fa6c5090101820901018620000800000003e7
log_test "the template is right, its checksum too"

capture OTHER eth0 'proto gre'
on SPOKE ping -c 1 -W 1 -s 56 9.0.0.1 > /dev/null 2>&1
on SPOKE ping -c 1 -W 1 -s 57 9.0.0.3 > /dev/null 2>&1
check_captured OTHER eth0 1 'dst host 9.1.1.10'
check_captured OTHER eth0 1 'dst host 9.1.1.134'
captured OTHER eth0 '' -v | grep -q 'bad cksum'
check_fail $? "a checksum is wrong"
captured OTHER eth0 'dst host 9.1.1.10' -v | head -1 |
	grep -q 'ttl 255, .* flags \[DF\].*length 112'
check_err $? "not TTL 255, DF, 112 bytes: $(captured OTHER eth0 '' -v)"
hex=$(captured OTHER eth0 'dst host 9.1.1.10' -x | cut -d: -f 2- |
	tr -d ' \n')
grep -q '090101820901010a20000800000003e745000054' <<< "$hex"
check_err $? "not the template before the packet: $hex"
log_test "so are the packets"

ip -n "$SPOKE" link set mgre0 type mgre ttl 64
check_entry SPOKE '.[0].header[16:20] == "402f"' peer dev mgre0 nbma 9.1.1.10
ip -n "$SPOKE" link set mgre0 type mgre tos b8
check_entry SPOKE '.[0].header[0:4] == "45b8"' peer dev mgre0 nbma 9.1.1.10
on SPOKE ping -c 1 -W 1 -s 58 9.0.0.1 > /dev/null 2>&1
check_captured OTHER eth0 1 'ip[8] == 64 and ip[1] == 0xb8'
captured OTHER eth0 '' -v | grep -q 'bad cksum'
check_fail $? "a checksum is wrong"
log_test "templates follow the options of the device"

ip -n "$SPOKE" link del mgre0
ip -n "$SPOKE" link add mgre0 type mgre local 9.1.1.130 ttl 255
ip -n "$SPOKE" link set mgre0 up
on SPOKE mgrectl peer add dev mgre0 nbma 9.1.1.10
check_header 9.1.1.10 4500000000000000ff2fa741090101820901010a00000800
log_test "without a key it is four bytes shorter"
