# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the tests of protection have in common: traffic that must not be lost,
# keys, and checks of what the provider saw. Source it after ../protection.sh
# and ../nhrp/lib.sh.

# protect_load: the module, and what ESP needs of this kernel.
protect_load()
{
	require_command gojq nft
	require_module esp4
	require_module xfrm_user
	load_mgre
}

# check_nothing_clear: the check fails if GRE was seen, or if nothing was.
check_nothing_clear()
{
	check_equal "$(protection_seen gre)" 0 "number of GRE packets in clear"
	check_equal "$(protection_seen other)" 0 "number of other packets"
	check_at_least "$(protection_seen esp)" 1 "number of ESP packets"
}

# traffic_start NAME NS ADDRESS [INTERVAL]: an echo request each 0.2 s, unless
# an interval is given, until traffic_stop; the process id is in the variable
# NAME_ping.
traffic_start()
{
	ip netns exec "$2" ping -q -i "${4:-0.2}" "$3" \
		> "$TMPDIR/$1.ping" 2>> "$TMPDIR/$1.progress" &
	printf -v "$1_ping" '%s' $!
}

# traffic_missing NAME: how many replies have not come so far.
traffic_missing()
{
	local pid=$1_ping

	: > "$TMPDIR/$1.progress"
	kill -QUIT "${!pid}"
	busywait 5000 grep -q packets "$TMPDIR/$1.progress" > /dev/null
	tr '\r' '\n' < "$TMPDIR/$1.progress" |
		awk -F '[/ ]' '/packets/ { missing = $2 - $1 }
			END { print missing }'
}

# traffic_stop NAME: end it, print how many replies never came. One that is
# only under way is there the next time one looks.
traffic_stop()
{
	local pid=$1_ping attempt missing least=

	for attempt in $(seq 10); do
		missing=$(traffic_missing "$1")
		[ -n "$least" ] && [ "$least" -le "$missing" ] ||
			least=$missing
		[ "$least" -ne 0 ] || break
		[ "$attempt" -eq 10 ] || sleep 0.3
	done
	kill -INT "${!pid}"
	wait "${!pid}"
	echo "$least"
}

# keyed PART: 0 if it has keys with every node that it knows.
keyed()
{
	knows "$1" 'length > 0 and all(.[]; .state == "up")' show crypto
}

# spi_out, spi_in PART ADDRESS: SPI with which a router sends to an NBMA
# address, or receives from there, as ip-xfrm has it; null: none.
spi_out()
{
	topology_ctl "$1" -j show crypto |
		gojq -r "[.[] | select(.nbma == \"$2\")][0].spi_out"
}

spi_in()
{
	topology_ctl "$1" -j show crypto |
		gojq -r "[.[] | select(.nbma == \"$2\")][0].spi_in"
}

# spi_changed PART ADDRESS OLD: 0 if it sends by another by now.
spi_changed()
{
	local spi

	spi=$(spi_out "$1" "$2")
	[[ $spi == 0x* ]] && [ "$spi" != "$3" ]
}

# lacks PART SPI: 0 if the kernel of a router has no such SA.
lacks()
{
	[[ $2 == 0x* ]] && ! ip -n "${!1}" xfrm state list | grep -q "spi $2 "
}

# replaced PART ADDRESS OLD: 0 if a router sends to an NBMA address by another
# SA by now, and its kernel has the old one no more.
replaced()
{
	spi_changed "$@" && lacks "$1" "$3"
}

# settled PART ADDRESS: 0 if the keys with that are not of those that both
# routers may be making at once.
settled()
{
	knows "$1" "any(.[]; .nbma == \"$2\" and .age > 11)" show crypto
}

# handshakes PART COUNTER: how many messages of the key exchange a router has
# counted so.
handshakes()
{
	topology_ctl "$1" -j traffic | gojq ".[0].handshakes[\"$2\"]"
}

# discarded PART REASON: how many NHRP packets a router has discarded so.
discarded()
{
	topology_ctl "$1" -j traffic | gojq ".[0].discarded[\"$2\"]"
}

# reached LIMIT COMMAND...: 0 if the number that COMMAND prints is not smaller.
reached()
{
	local limit=$1
	shift

	[ "$("$@")" -ge "$limit" ]
}

# check_reaches LIMIT COMMAND...: the check fails unless it does so.
check_reaches()
{
	slowwait 60 reached "$@" > /dev/null
	check_err $? "'${*:2}' is $("${@:2}"), less than $1"
}

# logged PART PATTERN: how many lines of a router's log match.
logged()
{
	grep -cE -- "$2" "$TMPDIR/$1.log"
}

# check_logged_once PART PATTERN: the check fails unless a router's log has
# just one line that matches, which may come late where there were many others.
check_logged_once()
{
	slowwait 60 reached 1 logged "$@" > /dev/null
	check_equal "$(logged "$@")" 1 "number of lines of $1 on '$2'"
}

# nothing_missing NAME: 0 if all replies have come so far.
nothing_missing()
{
	[ "$(traffic_missing "$1")" -eq 0 ]
}

# check_unharmed NAME...: the check fails if traffic has lost anything.
check_unharmed()
{
	local name

	for name in "$@"; do
		busywait 5000 nothing_missing "$name" > /dev/null
		check_err $? "$(traffic_missing "$name") packets of '$name' lost"
	done
}

# associations PART: a router's sessions, as far as nothing but new keys
# should change them.
associations()
{
	topology_ctl "$1" -j show crypto | gojq -c 'map({identity, nbma, port,
		state, if_id, spi_in, spi_out})'
}

# flood_end PID: end the program that a function in the background has started.
flood_end()
{
	pkill -P "$1"
	wait "$1" 2> /dev/null
}
