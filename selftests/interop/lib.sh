# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# FRR's nhrpd in place of ours on a router of the reference topology. It works
# on an ip_gre device (gre1), with zebra, host addresses on the tunnel, and a
# firewall rule that shows it what to redirect.

. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../topology.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../capture.sh"

frr_programs=/usr/lib/frr

# frr_require: skip the test unless FRR and ip_gre are there.
frr_require()
{
	[ -x $frr_programs/nhrpd ] || skip_all "FRR is not installed"
	require_command vtysh nft gojq
	require_module ip_gre
}

# frr_config PART: the configuration of FRR's nhrpd on standard output.
frr_config()
{
	[ "$1" != HUB ] || echo "nhrp nflog-group 1"
	echo "interface gre1"
	echo " ip nhrp network-id 1"
	echo " ip nhrp holdtime 300"
	echo " ip nhrp registration no-unique"
	if [ "$1" = HUB ]; then
		echo " ip nhrp redirect"
	else
		echo " ip nhrp shortcut"
		echo " ip nhrp nhs ${topology_protocol[HUB]}" \
			"nbma ${topology_nbma[HUB]}"
	fi
}

# frr_tunnel PART: gre1 with the key and the address that mgre0 would have.
frr_tunnel()
{
	local ns=${!1}

	ip -n "$ns" link add gre1 type gre key $topology_key ttl 64 \
		local "${topology_nbma[$1]}"
	ip -n "$ns" address add "${topology_protocol[$1]}/32" dev gre1
	ip -n "$ns" link set gre1 mtu 1400 up
}

# frr_daemon PART NAME: start one of FRR's daemons on $TMPDIR/frr-PART/NAME.conf.
frr_daemon()
{
	local folder=$TMPDIR/frr-$1

	ip netns exec "${!1}" $frr_programs/"$2" \
		-z "$folder/zserv.sock" --vty_socket "$folder" \
		-i "$folder/$2.pid" -f "$folder/$2.conf" \
		--log "file:$folder/$2.log" > "$folder/$2.out" 2>&1 &
	busywait 30000 test -S "$folder/$2.vty" > /dev/null
}

# frr_start PART: zebra and nhrpd on a router.
frr_start()
{
	local folder=$TMPDIR/frr-$1

	# Its daemons give up root and write their own sockets and logs.
	chmod 755 "$TMPDIR"
	mkdir -p "$folder" /var/run/frr
	chown frr:frr "$folder" /var/run/frr
	frr_tunnel "$1"
	if [ "$1" = HUB ]; then
		ip netns exec "$HUB" nft -f - <<'RULES'
		table ip frr {
			chain forward {
				type filter hook forward priority 0
				iif gre1 oif gre1 log group 1 snaplen 128
			}
		}
RULES
	fi
	echo "! nothing" > "$folder/zebra.conf"
	frr_config "$1" > "$folder/nhrpd.conf"
	if ! frr_daemon "$1" zebra || ! frr_daemon "$1" nhrpd; then
		echo "# FRR does not start"
		sed 's/^/# /' "$folder"/*.out
		return 1
	fi
}

# frr_show PART WORD...: the answer of FRR's nhrpd to a command.
frr_show()
{
	local part=$1
	shift

	ip netns exec "${!part}" vtysh --vty_socket "$TMPDIR/frr-$part" \
		-d nhrpd -c "$*"
}
