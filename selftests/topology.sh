# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The reference network of the tests and of the demo, in network namespaces:
# a hub and two spokes on one underlay, with a host in the LAN behind each.
# Source it after lib.sh or netns.sh.
#
#	HOST0 10.1.0.2                      LAN of the hub    10.1.0.0/24
#	  |
#	HUB    9.0.0.1   eth0 9.1.1.10   --+
#	                                   |  NET: the provider's router,
#	SPOKE1 9.0.0.2   eth0 9.1.1.130  --+  9.1.1.9, .129 and .133, and
#	  |                                |  nothing that knows of 9.0.0.0/24
#	HOST1 10.0.64.2                    |
#	SPOKE2 9.0.0.3   eth0 9.1.1.134  --+
#	  |
#	HOST2 10.0.65.2
#
# Each router has eth0 (underlay), lan (its LAN) and mgre0 (the tunnel).
# Variables NET HUB SPOKE1 SPOKE2 HOST0 HOST1 HOST2 name the namespaces.

# A router's names and addresses by its part in the network.
declare -A topology_nbma=(
	[HUB]=9.1.1.10 [SPOKE1]=9.1.1.130 [SPOKE2]=9.1.1.134
)
declare -A topology_gateway=(
	[HUB]=9.1.1.9 [SPOKE1]=9.1.1.129 [SPOKE2]=9.1.1.133
)
declare -A topology_protocol=(
	[HUB]=9.0.0.1 [SPOKE1]=9.0.0.2 [SPOKE2]=9.0.0.3
)
declare -A topology_lan=(
	[HUB]=10.1.0 [SPOKE1]=10.0.64 [SPOKE2]=10.0.65
)
declare -A topology_host=(
	[HUB]=HOST0 [SPOKE1]=HOST1 [SPOKE2]=HOST2
)
# shellcheck disable=SC2034 # for the files that source this one
topology_key=999

# topology_router PART: the underlay link of a router, its LAN and the host
# in it.
topology_router()
{
	local ns=${!1} host=${!topology_host[$1]} part=${1,,} lan

	lan=${topology_lan[$1]}
	ip -n "$ns" -batch - <<-END
		link add eth0 type veth peer name $part netns $NET
		link add lan type veth peer name eth0 netns $host
		address add ${topology_nbma[$1]}/30 dev eth0
		address add $lan.1/24 dev lan
		link set eth0 up
		link set lan up
		route add default via ${topology_gateway[$1]}
	END
	ip -n "$NET" -batch - <<-END
		address add ${topology_gateway[$1]}/30 dev $part
		link set $part up
	END
	ip -n "$host" -batch - <<-END
		address add $lan.2/24 dev eth0
		link set eth0 up
		route add default via $lan.1
	END
	ip netns exec "$ns" sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
}

# topology_underlay: everything but the tunnels.
topology_underlay()
{
	local part

	setup_ns NET HUB SPOKE1 SPOKE2 HOST0 HOST1 HOST2
	ip netns exec "$NET" sysctl -qw net.ipv4.ip_forward=1
	for part in HUB SPOKE1 SPOKE2; do
		topology_router $part
	done
}

# topology_tunnel PART [LINK_ARGUMENT...]: the mgre device of a router, with
# its address and up.
topology_tunnel()
{
	local part=$1
	shift

	ip -n "${!part}" link add mgre0 type mgre \
		local "${topology_nbma[$part]}" key $topology_key "$@" ||
		return 1
	ip -n "${!part}" address add "${topology_protocol[$part]}/24" dev mgre0
	ip -n "${!part}" link set mgre0 up
}

# topology_routes_phase3: the hub routes each LAN to its spoke, and a spoke
# everything inside to the hub.
topology_routes_phase3()
{
	local part

	for part in SPOKE1 SPOKE2; do
		ip -n "$HUB" route add "${topology_lan[$part]}.0/24" \
			via "${topology_protocol[$part]}" dev mgre0
		ip -n "${!part}" route add 10.0.0.0/8 \
			via "${topology_protocol[HUB]}" dev mgre0
	done
}

# topology_routes_phase2: every router knows the router behind which a LAN
# lies.
topology_routes_phase2()
{
	local part other

	for part in HUB SPOKE1 SPOKE2; do
		for other in HUB SPOKE1 SPOKE2; do
			[ $part != $other ] || continue
			ip -n "${!part}" route add \
				"${topology_lan[$other]}.0/24" \
				via "${topology_protocol[$other]}" dev mgre0
		done
	done
}

# How a router proves who it is, for its configuration; without it the network
# is not protected. protection.sh makes what this names.
declare -A topology_proof

# topology_config PART [STATEMENT...]: the configuration of a router's nhrpd
# on standard output; further statements are added to it.
topology_config()
{
	local part=$1 statement
	shift

	echo "interface mgre0"
	echo " network-id 1"
	echo " holdtime 300"
	if [ "$part" = HUB ]; then
		echo " redirect"
	else
		echo " nhs ${topology_protocol[HUB]}" \
			"nbma ${topology_nbma[HUB]} multicast"
		echo " shortcut"
	fi
	[ -z "${topology_proof[$part]:-}" ] ||
		printf ' protection native\n %s\n' "${topology_proof[$part]}"
	for statement in "$@"; do
		echo " $statement"
	done
}

# topology_nhrpd PART: start a router's nhrpd on $TMPDIR/PART.conf (made by
# topology_config unless it is there), wait until it answers. Its socket is
# $TMPDIR/PART.sock, its log $TMPDIR/PART.log, its process id in the variable
# PART_pid.
topology_nhrpd()
{
	local part=$1

	[ -e "$TMPDIR/$part.conf" ] ||
		topology_config "$part" > "$TMPDIR/$part.conf"
	ip netns exec "${!part}" "${NHRPD:-nhrpd}" -f "$TMPDIR/$part.conf" \
		-S "$TMPDIR/$part.sock" >> "$TMPDIR/$part.log" 2>&1 &
	printf -v "${part}_pid" '%s' $!
	busywait 20000 nhrpctl -S "$TMPDIR/$part.sock" show ip nhrp >/dev/null ||
		{ echo "# nhrpd of $part does not answer"
		  sed 's/^/# /' "$TMPDIR/$part.log"; return 1; }
}

# topology_ctl PART WORD...: nhrpctl with a router's nhrpd.
topology_ctl()
{
	local part=$1
	shift

	nhrpctl -S "$TMPDIR/$part.sock" "$@"
}

# topology_routers: tunnels, routes and daemons of Phase 3 on the underlay,
# and both spokes registered.
topology_routers()
{
	local part

	for part in HUB SPOKE1 SPOKE2; do
		topology_tunnel $part || return 1
	done
	topology_routes_phase3
	for part in HUB SPOKE1 SPOKE2; do
		topology_nhrpd $part || return 1
	done
	slowwait 60 topology_registered > /dev/null
}

# topology_up: the whole network in Phase 3.
topology_up()
{
	topology_underlay
	topology_routers
}

# topology_registered: 0 if the hub can reach both spokes through the tunnel.
topology_registered()
{
	ip netns exec "$HUB" ping -q -c 1 -W 1 "${topology_protocol[SPOKE1]}" &&
	ip netns exec "$HUB" ping -q -c 1 -W 1 "${topology_protocol[SPOKE2]}"
}
