# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Routers with protected tunnels, and their keys by hand. Source it after
# kernel/lib.sh.
#
#	LEFT .1   RIGHT .2   HUB .3   OTHER .4     mgre0 10.9.0.N/24
#	   |         |         |         |
#	---+---------+---------+---------+---      192.0.2.0/24, a bridge
#
# A pair of security associations has the interface identifier of both peers;
# its SPIs are GENERATION * 0x10000 + IF_ID * 16 + the number of its receiver.

declare -A number=([LEFT]=1 [RIGHT]=2 [HUB]=3 [OTHER]=4)
declare -A nbma
for part in "${!number[@]}"; do
	nbma[$part]=192.0.2.${number[$part]}
done

# segment PART...: the routers and what they have in common.
segment()
{
	local part

	setup_ns WIRE "$@"
	ip -n "$WIRE" link add br0 type bridge
	ip -n "$WIRE" link set br0 up
	for part in "$@"; do
		ip link add eth0 netns "${!part}" type veth \
			peer name "${part,,}" netns "$WIRE"
		ip -n "$WIRE" link set "${part,,}" master br0 up
		ip -n "${!part}" address add "${nbma[$part]}/24" dev eth0
		ip -n "${!part}" link set eth0 up
	done
}

# tunnel PART [none]: its device, which is protected unless stated.
tunnel()
{
	local part=$1

	# shellcheck disable=SC2154 # of kernel/lib.sh
	ip -n "${!part}" link add mgre0 type mgre local "${nbma[$part]}" \
		key "$key" protect "${2:-require}" || exit 1
	ip -n "${!part}" address add "10.9.0.${number[$part]}/24" dev mgre0
	ip -n "${!part}" link set mgre0 up
}

# knows PART OTHER_PART IF_ID [PEER_ARGUMENT...]: a peer and its mapping.
knows()
{
	local part=$1 other=$2 if_id=$3
	shift 3

	on "$part" mgrectl -batch - <<-END || exit 1
		peer add dev mgre0 nbma ${nbma[$other]} if-id $if_id $*
		map add dev mgre0 10.9.0.${number[$other]} nbma ${nbma[$other]} if-id $if_id
	END
}

# spi GENERATION IF_ID RECEIVER
spi()
{
	printf '0x%08x' $(($1 * 0x10000 + $2 * 16 + ${number[$3]}))
}

# state PART add|del FROM TO IF_ID GENERATION [ARGUMENT...]: one association.
state()
{
	local part=$1 verb=$2 from=$3 to=$4 if_id=$5 generation=$6 rest=()
	shift 6

	[ "$verb" = del ] || rest=(reqid "$if_id" mode transport
		replay-window 0 aead 'rfc4106(gcm(aes))'
		"0x$(printf '%072x' $((generation * 1000 + if_id)))" 128
		if_id "$if_id" "$@")
	ip -n "${!part}" xfrm state "$verb" src "${nbma[$from]}" \
		dst "${nbma[$to]}" proto esp \
		spi "$(spi "$generation" "$if_id" "$to")" "${rest[@]}"
}

# policy PART add|del TO IF_ID: what PART sends there is to be under ESP.
policy()
{
	local part=$1 verb=$2 to=$3 if_id=$4 rest=()

	[ "$verb" = del ] || rest=(tmpl src "${nbma[$part]}" dst "${nbma[$to]}"
		proto esp reqid "$if_id" mode transport)
	ip -n "${!part}" xfrm policy "$verb" src "${nbma[$part]}/32" \
		dst "${nbma[$to]}/32" proto gre dir out if_id "$if_id" \
		"${rest[@]}"
}

# policies A B IF_ID: of both.
policies()
{
	policy "$1" add "$2" "$3"
	policy "$2" add "$1" "$3"
}

# keys add|del A B IF_ID GENERATION: the associations of both. Those that
# receive are the first to come and the last to go: of two that may send, the
# kernel takes either while they are of one second. What is just being sent by
# one that goes is lost, so that those with a successor stay for a moment.
keys()
{
	local verb=$1 a=$2 b=$3
	shift 3

	if [ "$verb" = add ]; then
		keys_receive add "$a" "$b" "$@"
	else
		sleep 0.2
	fi
	state "$a" "$verb" "$a" "$b" "$@"
	state "$b" "$verb" "$b" "$a" "$@"
	[ "$verb" = add ] || keys_receive del "$a" "$b" "$@"
}

keys_receive()
{
	local verb=$1 a=$2 b=$3
	shift 3

	# What was sent last is still on its way.
	[ "$verb" = add ] || sleep 0.2
	state "$a" "$verb" "$b" "$a" "$@"
	state "$b" "$verb" "$a" "$b" "$@"
}

# peer_is PART OTHER FILTER: the gojq FILTER holds for the peer.
peer_is()
{
	on "$1" mgrectl -j peer show dev mgre0 |
		gojq -e ".[] | select(.nbma == \"${nbma[$2]}\") | $3"
}

# check_peer PART OTHER FILTER: it does, or soon will.
check_peer()
{
	busywait 10000 peer_is "$@" > /dev/null
	check_err $? "$1: $2 is not ($3): $(on "$1" mgrectl -j peer show dev mgre0)"
}

# check_clear PART [FILTER]: it has sent no GRE in clear; capture_sent first.
check_clear()
{
	check_not_captured "$1" eth0 "proto gre${2:+ and $2}"
}

# capture_sent PART: begin to write down what it sends.
capture_sent()
{
	capture "$1" eth0 -Q out 'ip proto 47 or ip proto 50 or udp port 4500'
}
