# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the tests of nhrpd have in common: waiting for what it knows, and for
# packets that go one way or the other. Source it after ../topology.sh.

# configure PART [STATEMENT...]: write a router's configuration: that of the
# reference network, with these statements in place of those that it has.
configure()
{
	local part=$1 config statement
	shift

	config=$(topology_config "$part")
	for statement in "$@"; do
		config=$(grep -v "^ ${statement%% *} " <<<"$config")
	done
	{
		echo "$config"
		[ $# -eq 0 ] || printf ' %s\n' "$@"
	} > "$TMPDIR/$part.conf"
}

# knows PART FILTER WORD...: 0 if gojq's filter is true for what "nhrpctl -j
# WORD..." says.
knows()
{
	local part=$1 filter=$2
	shift 2

	topology_ctl "$part" -j "$@" | gojq -e "$filter"
}

# expect PART FILTER WORD...: the check fails unless this becomes true.
expect()
{
	slowwait 60 knows "$@" > /dev/null ||
		check_err 1 "$1: '${*:3}' never said $2: $(topology_ctl "$1" \
			-j "${@:3}" 2>&1)"
}

# gojq's filter for how many servers have accepted us
# shellcheck disable=SC2034 # for the tests that source this file
registered='map(select(.state == "registered")) | length'

# entry PROTOCOL: gojq's filter for the cache entry of an address.
entry()
{
	echo "[.[] | select(.protocol == \"$1\" and .nbma != null)] | first"
}

# count_gre_start: count GRE packets at the provider's router from here on, by
# where they come from and go to.
count_gre_start()
{
	ip netns exec "$NET" nft -f - <<-'NFT'
	table ip count {
		counter spoke1_hub { }
		counter spoke2_hub { }
		counter spoke1_spoke2 { }
		counter spoke2_spoke1 { }
		chain forward {
			type filter hook forward priority 0;
			meta l4proto != 47 accept
			ip saddr 9.1.1.130 ip daddr 9.1.1.10 counter name spoke1_hub
			ip saddr 9.1.1.134 ip daddr 9.1.1.10 counter name spoke2_hub
			ip saddr 9.1.1.130 ip daddr 9.1.1.134 counter name spoke1_spoke2
			ip saddr 9.1.1.134 ip daddr 9.1.1.130 counter name spoke2_spoke1
		}
	}
	NFT
}

# count_gre NAME: what a counter of count_gre_start is at.
count_gre()
{
	ip netns exec "$NET" nft -j list counter ip count "$1" |
		gojq '.nftables[] | select(.counter) | .counter.packets'
}

# kill_nhrpd PART [SIGNAL]: end a router's nhrpd and wait for its end.
kill_nhrpd()
{
	local pid=$1_pid

	kill "-${2:-KILL}" "${!pid}"
	wait "${!pid}" 2>/dev/null
}
