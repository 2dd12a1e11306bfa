#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A protected device sends nothing in clear and accepts nothing in clear,
# whoever tries.
#
# The network is that of ../ipsec.sh: LEFT, RIGHT and HUB have protected
# devices, OTHER is an attacker.
# timeout: 900

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/ipsec.sh
. "$(dirname "$0")/../ipsec.sh"

require_command python3
raw=$(dirname "$0")/gre.py
segment LEFT RIGHT HUB OTHER
for part in LEFT RIGHT HUB; do
	tunnel $part
	capture_sent $part
done
capture LEFT mgre0
policies LEFT RIGHT 7
policies LEFT HUB 8
knows LEFT RIGHT 7
knows RIGHT LEFT 7
knows HUB LEFT 8

check_link LEFT '.protect == "require"'
check_entry LEFT '.[0].protect == "require"' dev
check_peer LEFT RIGHT '.state == "down" and .wanted == "up" and
	.protected == false and (has("spi") | not)'
check_no_ping LEFT 10.9.0.2
on LEFT ping -c 1 -W 5 10.9.0.2 | grep -q 'Host Unreachable'
check_err $? "no ICMP host unreachable"
check_clear LEFT
log_test "no keys: the peer is down, nothing leaves, the sender is told"

keys add LEFT RIGHT 7 1
check_peer LEFT RIGHT '.state == "up" and .protected and
	(has("wanted") | not) and .spi == "'"$(spi 1 7 RIGHT)"'"'
check_peer RIGHT LEFT '.state == "up" and .protected'
check_ping LEFT 10.9.0.2
check_ping RIGHT 10.9.0.1
check_captured LEFT eth0 2 "esp and ip[20:4] == $(spi 1 7 RIGHT)"
check_captured RIGHT eth0 2 "esp and ip[20:4] == $(spi 1 7 LEFT)"
check_clear LEFT
check_clear RIGHT
log_test "keys: the peer is up, ESP and nothing else in both directions"

on LEFT mgrectl peer set dev mgre0 nbma 192.0.2.2 if-id 7 state down
check_peer LEFT RIGHT '.state == "down" and (has("wanted") | not)'
check_no_ping LEFT 10.9.0.2
on LEFT mgrectl peer set dev mgre0 nbma 192.0.2.2 if-id 7 state up
check_peer LEFT RIGHT '.state == "up"'
check_ping LEFT 10.9.0.2
log_test "a peer with keys is down if that is wanted"

on LEFT mgrectl peer set dev mgre0 nbma 192.0.2.2 if-id 7 multicast
capture RIGHT mgre0 'dst host 224.0.0.5'
before=$(link_stat "$LEFT" mgre0 tx packets)
on LEFT ping -c 2 -i 0.2 -W 1 -I mgre0 224.0.0.5 > /dev/null
check_captured RIGHT mgre0 2 'dst host 224.0.0.5'
check_at_least $(($(link_stat "$LEFT" mgre0 tx packets) - before)) 2 "copies"
check_clear LEFT
log_test "multicast leaves under ESP"

on LEFT mgrectl map add dev mgre0 10.9.0.3 nbma 192.0.2.3 if-id 8
on LEFT mgrectl peer set dev mgre0 nbma 192.0.2.3 if-id 8 multicast fallback
on LEFT ping -c 1 -W 1 -I mgre0 224.0.0.5 > /dev/null
on LEFT ping -c 1 -W 1 10.9.0.77 > /dev/null
check_not_captured LEFT eth0 'dst host 192.0.2.3'
keys add LEFT HUB 8 1
check_peer LEFT HUB '.state == "up"'
on LEFT ping -c 1 -W 1 10.9.0.77 > /dev/null
check_captured LEFT eth0 1 "esp and ip[20:4] == $(spi 1 8 HUB)"
check_clear LEFT
log_test "a fallback or multicast peer without keys gets nothing, with keys ESP"

before=$(mgre_stat "$LEFT" mgre0 tx_unprotected_dropped)
on LEFT "$raw" 192.0.2.1 192.0.2.2 $key > /dev/null
check_equal $? 3 "exit status with data"
on LEFT "$raw" 192.0.2.1 192.0.2.2 $key nhrp > /dev/null
check_equal $? 3 "exit status with NHRP"
check_equal "$(($(mgre_stat "$LEFT" mgre0 tx_unprotected_dropped) - before))" 2 \
	"tx_unprotected_dropped"
check_clear LEFT
on LEFT "$raw" 192.0.2.1 192.0.2.2 5
check_err $? "GRE of another key is refused"
check_captured LEFT eth0 1 'proto gre and ip[24:4] == 5'
log_test "raw sockets: refused with the key of the device, and with no other"

on LEFT nft -f - <<-END
	table ip nat {
		chain postrouting {
			type nat hook postrouting priority srcnat;
			ip daddr 192.0.2.2 ip protocol gre snat to 192.0.2.99
		}
	}
END
check_err $? "nft has no source NAT"
before=$(mgre_stat "$LEFT" mgre0 tx_unprotected_dropped)
ip -n "$LEFT" address add 192.0.2.99/32 dev lo
on LEFT ping -c 1 -W 1 10.9.0.2 > /dev/null
check_counted LEFT tx_unprotected_dropped "$before"
check_clear LEFT 'not ip[24:4] == 5'
on LEFT nft delete table ip nat
ip -n "$LEFT" address del 192.0.2.99/32 dev lo
check_ping LEFT 10.9.0.2
log_test "source NAT cannot bring a packet out in clear"

# From here on OTHER attacks, in the name of RIGHT as well.
on OTHER sysctl -qw net.ipv4.conf.all.arp_ignore=1 \
	net.ipv4.conf.all.arp_announce=2
# shellcheck disable=SC2153 # set by segment
ip -n "$OTHER" address add 192.0.2.2/32 dev lo

# attack SOURCE [GRE_ARGUMENT...]: what OTHER sends is dropped and counted.
attack()
{
	local before delivered source=$1
	shift

	before=$(mgre_stat "$LEFT" mgre0 rx_unprotected_dropped)
	delivered=$(link_stat "$LEFT" mgre0 rx packets)
	on OTHER "$raw" "$source" 192.0.2.1 $key "$@"
	check_err $? "not sent"
	busywait 3000 counted_more "$before"
	check_counted LEFT rx_unprotected_dropped "$before"
	check_equal "$(link_stat "$LEFT" mgre0 rx packets)" "$delivered" \
		"packets received by LEFT"
}

counted_more()
{
	[ "$(mgre_stat "$LEFT" mgre0 rx_unprotected_dropped)" -gt "$1" ]
}

# Where no key exchange is, IPsec knows of nothing to protect.
on LEFT mgrectl peer add dev mgre0 nbma 192.0.2.4
check_peer LEFT OTHER '.state == "down" and .wanted == "up"'
log_test "a peer for which there is no policy is down"

attack 192.0.2.2
attack 192.0.2.4
attack 192.0.2.2 nhrp
attack 192.0.2.4 nhrp
ip -n "$LEFT" link set mgre0 type mgre accept-unknown
attack 192.0.2.2
attack 192.0.2.4
log_test "cleartext with the right key is refused, data and NHRP, from anybody"

# SAs of OTHER's own, of which it makes the best.
esp()
{
	local part=$1 source=$2 spi=$3
	shift 3

	ip -n "${!part}" xfrm state add src "$source" dst 192.0.2.1 proto esp \
		spi "$spi" reqid 1 mode transport aead 'rfc4106(gcm(aes))' \
		"0x$(printf '%072x' 5)" 128 "$@"
}
for source in 192.0.2.2 192.0.2.4; do
	ip -n "$OTHER" xfrm policy add src $source dst 192.0.2.1 proto gre \
		dir out tmpl src $source dst 192.0.2.1 proto esp reqid 1 \
		mode transport
done
esp OTHER 192.0.2.4 0x4004
esp LEFT 192.0.2.4 0x4004 if_id 9
attack 192.0.2.4
on LEFT mgrectl peer del dev mgre0 nbma 192.0.2.4
attack 192.0.2.4
log_test "data under an SA of no peer is refused"

before=$(mgre_stat "$LEFT" mgre0 rx_nhrp_no_owner)
on OTHER "$raw" 192.0.2.4 192.0.2.1 $key nhrp
sleep 1
check_counted LEFT rx_nhrp_no_owner "$before"
log_test "NHRP under an SA of no peer is for the daemon"

esp OTHER 192.0.2.2 0x4002
esp LEFT 192.0.2.4 0x4002 if_id 7
attack 192.0.2.2
attack 192.0.2.2 nhrp
ip -n "$LEFT" xfrm state del src 192.0.2.4 dst 192.0.2.1 proto esp spi 0x4002
log_test "a spoofed outer source is refused, even under an SA with the right if-id"

esp LEFT 192.0.2.2 0x4002 if_id 8
attack 192.0.2.2
ip -n "$LEFT" xfrm state del src 192.0.2.2 dst 192.0.2.1 proto esp spi 0x4002
log_test "the SA of another if-id is refused"

# The control: what has just been refused is delivered to the right peer.
esp LEFT 192.0.2.2 0x4002 if_id 7
before=$(link_stat "$LEFT" mgre0 rx packets)
on OTHER "$raw" 192.0.2.2 192.0.2.1 $key
sleep 1
check_at_least $(($(link_stat "$LEFT" mgre0 rx packets) - before)) 1 \
	"packets received"
ip -n "$LEFT" xfrm state del src 192.0.2.2 dst 192.0.2.1 proto esp spi 0x4002
log_test "under the SA of the peer it is accepted"

check_ping LEFT 10.9.0.2
check_ping HUB 10.9.0.1
for part in LEFT RIGHT HUB; do
	check_clear $part 'not ip[24:4] == 5'
done
log_test "nothing was sent in clear by anybody all the time"
