#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # variables of topology.sh
#
# The native key exchange with all ESP in UDP, on a port of the network's own:
# nothing else is on the wire, large packets fit, and a spoke whose address
# changes goes on from its new one.
#
#	HOST1 10.0.64.2 -- SPOKE1 --+-- HUB
#	                      :     |
#	HOST2 10.0.65.2 -- SPOKE2 --+

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/capture.sh
. "$(dirname "$0")/../capture.sh"
# shellcheck source=selftests/nhrp/lib.sh
. "$(dirname "$0")/../nhrp/lib.sh"
# shellcheck source=selftests/protect/lib.sh
. "$(dirname "$0")/lib.sh"
protect_load

# through NS ADDRESS SIZE: 0 if a packet of this size gets there and back, and
# is not fragmented on its way.
through()
{
	ip netns exec "$1" ping -q -c 3 -i 0.2 -W 2 -M 'do' -s $(($3 - 28)) \
		"$2" > /dev/null
}

test_register()
{
	topology_routers
	check_err $? "the spokes are not registered"
	slowwait 30 ip netns exec "$HOST1" ping -q -c 1 -W 1 10.0.65.2 \
		> /dev/null
	expect SPOKE1 'any(.[]; .prefix == "10.0.65.0/24")' shortcut
	expect SPOKE1 'length == 2 and all(.[]; .state == "up" and .udp)' \
		show crypto
	log_test "keys are made by the network's own port"
}

# association PART SPI NBMA: what its kernel tells of an SA that leads there.
association()
{
	ip -n "${!1}" -s xfrm state get dst "$3" proto esp spi "$2"
}

# bytes_agree: 0 if nhrpd has counted what the kernel has, and that is some.
bytes_agree()
{
	local out in

	out=$(association SPOKE1 "$(spi_out SPOKE1 9.1.1.134)" 9.1.1.134 |
		sed -n 's/^[[:space:]]*\([1-9][0-9]*\)(bytes).*/\1/p')
	in=$(association SPOKE1 "$(spi_in SPOKE1 9.1.1.134)" 9.1.1.130 |
		sed -n 's/^[[:space:]]*\([1-9][0-9]*\)(bytes).*/\1/p')
	knows SPOKE1 "any(.[]; .nbma == \"9.1.1.134\" and
		.bytes_out == $out and .bytes_in == $in)" show crypto
}

test_association()
{
	local cipher=chacha20-poly1305 aead="rfc7539esp(chacha20,poly1305)"
	local state word key

	if grep -qw aes /proc/cpuinfo; then
		cipher=aes-256-gcm
		aead="rfc4106(gcm(aes))"
	fi
	state=$(association SPOKE1 "$(spi_out SPOKE1 9.1.1.134)" 9.1.1.134)
	for word in "flag esn" "aead $aead" "replay_window 128" "hard 1800(sec)" \
		"soft 2147483648(packets), hard 4294967296(packets)" \
		"sport 4400 dport 4400"; do
		[[ $state == *"$word"* ]]
		check_err $? "an SA without '$word'"
	done
	knows SPOKE1 "any(.[]; .nbma == \"9.1.1.134\" and .rekey > 0 and
		.rekey <= 900 and .algorithm == \"$cipher\")" show crypto \
		> /dev/null
	check_err $? "not so: $(topology_ctl SPOKE1 show crypto)"
	ip netns exec "$HOST1" ping -q -c 3 -i 0.2 10.0.65.2 > /dev/null
	busywait 20000 bytes_agree > /dev/null
	check_err $? "other bytes than: $(topology_ctl SPOKE1 show crypto)"
	log_test "SAs are as configured, and shown as they are"

	key=$(sed -n 's/.*aead .* 0x\([0-9a-f]*\) .*/\1/p' <<< "$state")
	[ ${#key} -eq 72 ]
	check_err $? "no key in the kernel: it has ${#key} digits"
	for word in "" -j; do
		topology_ctl SPOKE1 $word show crypto | grep -qi "${key:0:16}"
		check_fail $? "a key is shown"
	done
	log_test "keys are not shown"
}

test_large()
{
	local mtu

	mtu=$(ip -n "$SPOKE1" -j link show mgre0 | gojq '.[0].mtu')
	check_at_least "$mtu" 1300 "MTU of mgre0"
	check_at_most "$mtu" 1430 "MTU of mgre0"
	through "$HOST1" 10.1.0.2 "$mtu"
	check_err $? "no packet of $mtu bytes to the hub"
	through "$HOST1" 10.0.65.2 "$mtu"
	check_err $? "no packet of $mtu bytes to the other spoke"
	through "$HOST1" 10.1.0.2 $((mtu + 1))
	check_fail $? "a packet that is larger than mgre0 allows"
	log_test "packets as large as the device goes through in one piece"
}

# Its line has another address from now on; mgre0 follows that of eth0.
test_roaming()
{
	ip -n "$SPOKE1" link set mgre0 type mgre local any dev eth0
	ip -n "$NET" address add 9.1.9.1/30 dev spoke1
	ip -n "$SPOKE1" address add 9.1.9.2/30 dev eth0
	ip -n "$SPOKE1" address del 9.1.1.130/30 dev eth0
	ip -n "$SPOKE1" route replace default via 9.1.9.1
	expect HUB "$(entry 9.0.0.2) | .nbma == \"9.1.9.2\"" cache
	slowwait 60 ip netns exec "$HOST1" ping -q -c 1 -W 1 10.1.0.2 \
		> /dev/null
	check_err $? "no traffic with the hub from the new address"
	slowwait 60 ip netns exec "$HOST1" ping -q -c 1 -W 1 10.0.65.2 \
		> /dev/null
	check_err $? "no traffic with the other spoke from the new address"
	expect SPOKE2 'any(.[]; .nbma == "9.1.9.2" and .state == "up")' \
		show crypto
	log_test "a spoke whose address changes goes on from the new one"
}

test_wire()
{
	capture_stop
	check_equal "$(capture_count "$TMPDIR/wire.pcap" "gre || esp")" 0 \
		"number of packets of GRE or bare ESP"
	check_equal "$(capture_count "$TMPDIR/wire.pcap" \
		"ip.flags.mf == 1 || ip.frag_offset > 0")" 0 \
		"number of fragments"
	check_equal "$(capture_count "$TMPDIR/wire.pcap" \
		"udp && !icmp && udp.dstport != 4400")" 0 \
		"number of packets by another port"
	check_at_least "$(capture_count "$TMPDIR/wire.pcap" \
		"udp.dstport == 4400")" 30 "number of packets by the port"
	log_test "nothing but UDP of that port is on the wire"
}

topology_underlay
nhrpctl key psk "$TMPDIR/network.psk" > /dev/null
for part in HUB SPOKE1 SPOKE2; do
	configure $part "protection native" "psk file $TMPDIR/network.psk" \
		"encapsulation udp" "udp port 4400" "replay-window 128" \
		"rekey 600"
done
capture_start "$NET" any "$TMPDIR/wire.pcap" \
	'ip proto 47 or ip proto 50 or udp'
test_register
test_association
test_large
test_roaming
test_wire
