# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2004,SC2034,SC2154 # variables of topology.sh
#
# Keys for the routers of the reference network, and what the provider sees of
# a network that uses them. Source it after topology.sh.

# protection_psk: one key for the whole network.
protection_psk()
{
	local part

	nhrpctl key psk "$TMPDIR/network.psk" > /dev/null
	for part in HUB SPOKE1 SPOKE2; do
		topology_proof[$part]="psk file $TMPDIR/network.psk"
	done
}

# protection_authority NAME: the authority of a network, in $TMPDIR/NAME.
protection_authority()
{
	mkdir "$TMPDIR/$1"
	(cd "$TMPDIR/$1" && nhrpctl ca init "$1") > /dev/null
}

# protection_certify PART AUTHORITY [SIGN_ARGUMENT...]: key and certificate of
# a router, for its address and its LAN unless arguments say otherwise.
protection_certify()
{
	local part=$1 folder=$TMPDIR/$2 name=${1,,}
	shift 2

	[ $# -gt 0 ] || set -- --address "${topology_protocol[$part]}/32" \
		--prefix "${topology_lan[$part]}.0/24"
	(cd "$folder" && nhrpctl ca sign "$name" "$@") > /dev/null
	topology_proof[$part]="identity key $folder/$name.key $(
		)certificate $folder/$name.crt authority $folder/ca.crt"
}

# protection_certificates: an authority, and what it says of each router.
protection_certificates()
{
	local part

	protection_authority ca
	for part in HUB SPOKE1 SPOKE2; do
		protection_certify $part ca
	done
}

# protection_watch: count at the provider's router, from here on, what crosses
# it: key exchange, ESP (also in UDP), GRE in clear, and anything else but the
# ICMP errors of a router whose nhrpd is not there.
protection_watch()
{
	ip netns exec "$NET" nft -f - <<-'NFT'
	table ip watch {
		counter seen_esp { }
		counter seen_exchange { }
		counter seen_gre { }
		counter seen_other { }
		chain forward {
			type filter hook forward priority 0;
			meta l4proto 50 counter name seen_esp accept
			udp sport 2332 @th,64,32 != 0 counter name seen_esp accept
			udp dport 2332 @th,64,32 != 0 counter name seen_esp accept
			udp dport 2332 counter name seen_exchange accept
			udp sport 2332 counter name seen_exchange accept
			meta l4proto 47 counter name seen_gre accept
			icmp type destination-unreachable accept
			counter name seen_other
		}
	}
	NFT
}

# protection_seen NAME: what a counter of protection_watch is at.
protection_seen()
{
	ip netns exec "$NET" nft -j list counter ip watch "seen_$1" |
		gojq '.nftables[] | select(.counter) | .counter.packets'
}
