#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # variables of topology.sh
#
# Attacks of the provider, who sees and forges all but has no key: GRE in
# clear, ESP and key exchange replayed and forged, floods. Each is refused and
# counted, and harms no traffic.
#
#	HOST0 -- HUB ----+
#	                 |
#	HOST1 -- SPOKE1 -+-- NET attacks
#	                 |
#	HOST2 -- SPOKE2 -+
# timeout: 900

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/protection.sh
. "$(dirname "$0")/../protection.sh"
# shellcheck source=selftests/capture.sh
. "$(dirname "$0")/../capture.sh"
# shellcheck source=selftests/nhrp/lib.sh
. "$(dirname "$0")/../nhrp/lib.sh"
# shellcheck source=selftests/protect/lib.sh
. "$(dirname "$0")/lib.sh"
require_command python3 tcpdump tshark ethtool
protect_load

here=$(cd "$(dirname "$0")" && pwd)
stranger=203.0.113.7

provider()
{
	ip netns exec "$NET" python3 "$here/provider.py" "$@"
}

# mark_hosts: count datagrams to port 9999 at the hosts from here on.
mark_hosts()
{
	local host

	for host in HOST0 HOST1 HOST2; do
		ip netns exec "${!host}" nft -f - <<-'NFT'
		table ip arrived {
			counter marks { }
			chain input {
				type filter hook input priority 0;
				udp dport 9999 counter name marks drop
			}
		}
		NFT
	done
}

# marks HOST: how many came.
marks()
{
	ip netns exec "${!1}" nft -j list counter ip arrived marks |
		gojq '.nftables[] | select(.counter) | .counter.packets'
}

# send_mark: a datagram from HOST1 to HOST0 that is longer than all else.
send_mark()
{
	ip netns exec "$HOST1" python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(bytes(700), ("10.1.0.2", 9999))'
}

# xfrm_stat PART NAME: a counter of a router's IPsec.
xfrm_stat()
{
	ip netns exec "${!1}" cat /proc/net/xfrm_stat |
		awk -v name="$2" '$1 == name { print $2 }'
}

# dropped PART: GRE that came without ESP, or by another's.
dropped()
{
	mgre_stat "${!1}" mgre0 rx_unprotected_dropped
}

# state: what all routers know of each other, and their keys.
state()
{
	local part

	for part in HUB SPOKE1 SPOKE2; do
		associations $part
		topology_ctl $part -j cache |
			gojq -c 'map({protocol, nbma, type, identity})'
		topology_ctl $part -j shortcut |
			gojq -c 'map({prefix, via, nbma, type})'
	done
}

# The attack that follows works where nobody asks for protection.
test_control()
{
	ip netns exec "$HUB" mgrectl peer add dev mgre0 nbma 9.1.1.130
	provider clear data 9.1.1.130 9.1.1.10 $topology_key 1 > /dev/null
	busywait 5000 reached 1 marks HOST0
	check_equal "$(marks HOST0)" 1 "number of injected packets that arrive"
	ip netns exec "$HUB" mgrectl peer del dev mgre0 nbma 9.1.1.130
	log_test "without protection, GRE with the right key is let in"
}

# Keys, a shortcut, and a spoke that leaves and comes back: all captured.
test_start()
{
	local part

	capture_start "$NET" any "$TMPDIR/exchange.pcap" \
		'udp port 2332 and udp[8:4] = 0'
	for part in HUB SPOKE1 SPOKE2; do
		topology_nhrpd $part
		check_err $? "nhrpd of $part does not start"
	done
	expect SPOKE2 "$registered == 1" nhs
	kill_nhrpd SPOKE2 TERM
	topology_nhrpd SPOKE2
	for part in SPOKE1 SPOKE2; do
		expect $part "$registered == 1" nhs
	done
	slowwait 30 ip netns exec "$HOST1" ping -q -c 1 -W 2 10.0.65.2 \
		> /dev/null
	slowwait 30 ip netns exec "$HOST1" ping -q -c 1 -W 2 10.1.0.2 \
		> /dev/null
	traffic_start hub "$HOST1" 10.1.0.2
	traffic_start direct "$HOST1" 10.0.65.2
	expect SPOKE1 'any(.[]; .prefix == "10.0.65.0/24")' shortcut
	expect SPOKE1 'any(.[]; .nbma == "9.1.1.134" and .state == "up")' \
		show crypto
	expect SPOKE2 'length == 2' show crypto
	capture_stop
	check_at_least "$(capture_count "$TMPDIR/exchange.pcap" udp)" 16 \
		"number of messages captured"
	check_unharmed hub direct
	log_test "the network is up"
}

# check_injected PART SOURCE KIND: four such packets do nothing but count.
check_injected()
{
	local part=$1 source=$2 kind=$3 before

	before=$(dropped "$part")
	provider clear "$kind" "$source" "${topology_nbma[$part]}" \
		$topology_key 4 > /dev/null
	busywait 5000 reached $((before + 4)) dropped "$part"
	check_equal "$(($(dropped "$part") - before))" 4 \
		"number of $kind packets from $source that $part dropped"
}

# clear_lines: how many lines the kernel has logged about GRE in clear.
clear_lines()
{
	dmesg | grep -c "mgre0: GRE from .* dropped"
}

test_clear()
{
	local kind before marks
	local tracing=/sys/kernel/tracing

	mountpoint -q $tracing || mount -t tracefs none $tracing
	echo > $tracing/trace
	echo 1 > $tracing/events/mgre/mgre_drop/enable
	before=$(state)
	marks="$(marks HOST0) $(marks HOST1)"
	for kind in data registration purge; do
		check_injected HUB 9.1.1.130 $kind
	done
	check_injected HUB $stranger data
	for kind in data redirect; do
		check_injected SPOKE1 9.1.1.10 $kind
	done
	check_injected SPOKE1 9.1.1.134 data
	check_injected SPOKE1 $stranger purge
	echo 0 > $tracing/events/mgre/mgre_drop/enable
	grep -q 'dev=mgre0 .*reason=rx_unprotected_dropped' $tracing/trace
	check_err $? "no trace tells the reason"
	check_equal "$(marks HOST0) $(marks HOST1)" "$marks" \
		"number of injected packets that arrive"
	# Once for each of the two devices, and the third may have had reason to.
	check_at_least $(($(clear_lines) - lines)) 2 \
		"number of lines in the kernel's log"
	check_at_most $(($(clear_lines) - lines)) 3 \
		"number of lines in the kernel's log"
	check_equal "$(discarded HUB unprotected) $(discarded SPOKE1 \
		unprotected)" "0 0" "number of packets that nhrpd saw"
	check_equal "$(state)" "$before" "what the routers know"
	check_unharmed hub direct
	log_test "GRE in clear is dropped, whoever it seems to come from"
}

test_esp_replayed()
{
	local before order marks

	marks=$(marks HOST0)
	capture_start "$NET" spoke1 "$TMPDIR/esp.pcap" \
		'ip proto 50 and greater 600'
	send_mark
	busywait 5000 reached $((marks + 1)) marks HOST0
	check_equal "$(marks HOST0)" $((marks + 1)) "number of packets that arrive"
	capture_stop
	before=$(xfrm_stat HUB XfrmInStateSeqError)
	for order in forward reverse shuffled; do
		provider replay "$TMPDIR/esp.pcap" $order > /dev/null
	done
	busywait 5000 reached $((before + 3)) xfrm_stat HUB XfrmInStateSeqError
	check_equal $(($(xfrm_stat HUB XfrmInStateSeqError) - before)) 3 \
		"number of replayed packets that were counted"
	check_equal "$(marks HOST0)" $((marks + 1)) \
		"number of packets that arrive"
	check_unharmed hub direct
	log_test "ESP that is sent again is refused"
}

# hold_mark FILE: send one that the provider keeps for itself.
hold_mark()
{
	ip netns exec "$NET" nft -f - <<-'NFT'
	table ip hold {
		chain forward {
			type filter hook forward priority -10;
			ip saddr 9.1.1.130 ip protocol esp meta length > 600 drop
		}
	}
	NFT
	capture_start "$NET" spoke1 "$1" 'ip proto 50 and greater 600'
	send_mark
	capture_stop
	ip netns exec "$NET" nft delete table ip hold
	check_equal "$(capture_count "$1" esp)" 1 "number of packets held back"
}

test_esp_forged()
{
	local marks before errors

	marks=$(marks HOST0)
	hold_mark "$TMPDIR/held.pcap"
	errors=$(xfrm_stat HUB XfrmInStateProtoError)
	provider replay "$TMPDIR/held.pcap" forward flip=30 > /dev/null
	busywait 5000 reached $((errors + 1)) \
		xfrm_stat HUB XfrmInStateProtoError
	check_equal $(($(xfrm_stat HUB XfrmInStateProtoError) - errors)) 1 \
		"number of forged packets that were counted"
	check_equal "$(marks HOST0)" "$marks" "number of packets that arrive"
	# It was good but for the bit.
	provider replay "$TMPDIR/held.pcap" > /dev/null
	busywait 5000 reached $((marks + 1)) marks HOST0
	check_equal "$(marks HOST0)" $((marks + 1)) "number of packets that arrive"

	hold_mark "$TMPDIR/held.pcap"
	before=$(dropped HUB)
	provider replay "$TMPDIR/held.pcap" forward source=9.1.1.134 > /dev/null
	busywait 5000 reached $((before + 1)) dropped HUB
	check_equal $(($(dropped HUB) - before)) 1 \
		"number of packets dropped as another's"
	check_equal "$(marks HOST0)" $((marks + 1)) \
		"number of packets that arrive"
	check_unharmed hub direct
	log_test "ESP that was altered, or has another source, is refused"
}

test_exchange_replayed()
{
	local before order unknown forged established

	before=$(state)
	unknown=$(handshakes HUB unknown)
	forged=$(handshakes SPOKE1 forged)
	established=$(handshakes HUB established)
	for order in forward reverse shuffled; do
		provider replay "$TMPDIR/exchange.pcap" $order > /dev/null
	done
	check_reaches $((unknown + 1)) handshakes HUB unknown
	check_reaches $((forged + 3)) handshakes SPOKE1 forged
	check_logged_once SPOKE1 \
		"message from 9.1.1.10 not heard: forged, or seen before"
	sleep 2
	check_equal "$(handshakes HUB established)" "$established" \
		"number of handshakes that ended in keys"
	check_equal "$(state)" "$before" "what the routers know"
	check_unharmed hub direct
	log_test "a key exchange that is sent again changes nothing"
}

test_exchange_forged()
{
	local before unknown stranger

	before=$(state)
	unknown=$(handshakes HUB unknown)
	stranger=$(handshakes HUB stranger)
	provider truncate "$TMPDIR/exchange.pcap" > /dev/null
	check_reaches $((unknown + 10)) handshakes HUB unknown
	check_reaches $((stranger + 1)) handshakes HUB stranger
	# Of these only the MAC tells that they are not genuine.
	stranger=$(handshakes HUB stranger)
	provider alter "$TMPDIR/exchange.pcap" > /dev/null
	check_reaches $((stranger + 10)) handshakes HUB stranger
	check_logged_once HUB \
		'handshake with 9.1.1.130 port 2332 refused: it has another psk'
	check_equal "$(state)" "$before" "what the routers know"
	check_unharmed hub direct
	log_test "messages that are truncated or altered are refused"
}

# check_flood NAME SOURCE: a spoke comes back while initiations rain.
check_flood()
{
	local authority flood cookies requests

	authority=$(nhrpctl -j ca show "$TMPDIR/ca/ca.crt" | gojq -r .key)
	cookies=$(handshakes HUB cookies)
	requests=$(topology_ctl HUB -j traffic |
		gojq '.[0].received.registration_request')
	provider flood "$authority" 9.1.1.10 300 "$2" > /dev/null &
	flood=$!
	check_reaches $((cookies + 1000)) handshakes HUB cookies
	kill_nhrpd SPOKE1
	topology_nhrpd SPOKE1
	expect SPOKE1 "$registered == 1" nhs
	timeout 2 nhrpctl -S "$TMPDIR/HUB.sock" show ip nhrp > /dev/null
	check_err $? "nhrpd of HUB does not answer in time"
	check_at_least "$(topology_ctl HUB -j traffic |
		gojq '.[0].received.registration_request')" $((requests + 1)) \
		"number of registrations"
	kill -0 $flood
	check_err $? "the flood ended before"
	flood_end $flood
	check_at_most "$(grep -c refused "$TMPDIR/HUB.log")" 40 \
		"number of lines in the log"
	check_unharmed hub direct
	log_test "a spoke comes back under a flood of initiations from $1"
}

lines=$(clear_lines)
topology_underlay
for part in HUB SPOKE1 SPOKE2; do
	topology_tunnel $part
done
topology_routes_phase3
mark_hosts
test_control
protection_certificates
test_start
test_clear
test_esp_replayed
test_esp_forged
test_exchange_replayed
test_exchange_forged
check_flood "many addresses" many
check_flood "its own address" 9.1.1.130
