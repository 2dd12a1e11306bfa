# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# For the tests of the module alone: two routers on one underlay, which know
# each other by entries made with mgrectl.
#
#	LEFT   mgre0 10.9.0.1  fd09::1      RIGHT  mgre0 10.9.0.2  fd09::2
#	  eth0 192.0.2.1/24 ------------------- eth0 192.0.2.2/24

# shellcheck source=selftests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# shellcheck disable=SC2034 # for the tests
genl=$(dirname "${BASH_SOURCE[0]}")/genl.py
# shellcheck disable=SC2034 # for the tests
key=999

require_command mgrectl gojq
load_mgre

# on PART COMMAND...: run COMMAND in the namespace that the variable PART
# names.
on()
{
	local ns=${!1}
	shift

	ip netns exec "$ns" "$@"
}

# pair_underlay: the two namespaces and the link between them.
pair_underlay()
{
	setup_ns LEFT RIGHT
	ip link add eth0 netns "$LEFT" type veth peer name eth0 netns "$RIGHT"
	ip -n "$LEFT" address add 192.0.2.1/24 dev eth0
	ip -n "$RIGHT" address add 192.0.2.2/24 dev eth0
	ip -n "$LEFT" link set eth0 up
	ip -n "$RIGHT" link set eth0 up
}

# pair_tunnel PART [LINK_ARGUMENT...]: the device of one side.
pair_tunnel()
{
	local part=$1 last
	shift

	[ "$part" = LEFT ] && last=1 || last=2
	ip -n "${!part}" link add mgre0 type mgre local 192.0.2.$last \
		key $key "$@" || exit 1
	ip -n "${!part}" address add 10.9.0.$last/24 dev mgre0
	ip -n "${!part}" address add fd09::$last/64 dev mgre0 nodad
	ip -n "${!part}" link set mgre0 up
}

# pair_entries: each side knows the other.
pair_entries()
{
	on LEFT mgrectl -batch - <<-END || exit 1
		peer add dev mgre0 nbma 192.0.2.2
		map add dev mgre0 10.9.0.2 nbma 192.0.2.2
		map add dev mgre0 fd09::2 nbma 192.0.2.2
	END
	on RIGHT mgrectl -batch - <<-END || exit 1
		peer add dev mgre0 nbma 192.0.2.1
		map add dev mgre0 10.9.0.1 nbma 192.0.2.1
		map add dev mgre0 fd09::1 nbma 192.0.2.1
	END
}

# pair_up: all of the above.
pair_up()
{
	pair_underlay
	pair_tunnel LEFT
	pair_tunnel RIGHT
	pair_entries
}

# check_ping PART ADDRESS [PING_ARGUMENT...]: a packet gets there and back.
check_ping()
{
	local part=$1 address=$2 out
	shift 2

	out=$(on "$part" ping -c 1 -W 5 "$@" "$address" 2>&1)
	check_err $? "no answer from $address to $part: ${out//$'\n'/ }"
}

# check_no_ping PART ADDRESS [PING_ARGUMENT...]: it does not.
check_no_ping()
{
	local part=$1 address=$2
	shift 2

	on "$part" ping -c 1 -W 1 "$@" "$address" > /dev/null 2>&1
	check_fail $? "$address answers $part"
}

# check_refused PATTERN COMMAND...: COMMAND fails, and what it prints matches
# the extended regular expression.
check_refused()
{
	local pattern=$1 out
	shift

	out=$("$@" 2>&1)
	check_fail $? "accepted: $*"
	grep -qE -- "$pattern" <<< "$out"
	check_err $? "'$*' says '${out//$'\n'/ }', not '$pattern'"
}

# check_link PART FILTER [DEVICE]: the gojq FILTER holds for the options of a
# device.
check_link()
{
	local out

	out=$(ip -n "${!1}" -j -d link show "${3:-mgre0}" |
		gojq -c '.[0].linkinfo.info_data')
	gojq -e "$2" <<< "$out" > /dev/null
	check_err $? "not ($2) but $out"
}

# check_entry PART FILTER peer|map|dev SHOW_ARGUMENT...: the gojq FILTER holds
# for the list that mgrectl shows.
check_entry()
{
	local part=$1 filter=$2 object=$3 out
	shift 3

	out=$(on "$part" mgrectl -j -d "$object" show "$@" 2>&1)
	gojq -e "$filter" <<< "$out" > /dev/null 2>&1
	check_err $? "not ($filter) but $out"
}

# entries PART peer|map: how many there are on mgre0.
entries()
{
	on "$1" mgrectl "$2" show dev mgre0 | wc -l
}

# check_counted PART NAME BEFORE: a counter of the module has grown.
check_counted()
{
	local now

	now=$(mgre_stat "${!1}" mgre0 "$2")
	check_at_least "${now:-0}" $(($3 + 1)) "counter $2"
}

# capture PART DEVICE [FILTER]: begin to write the packets of a device down.
capture()
{
	local part=$1 device=$2 file
	shift 2

	file=$TMPDIR/$part.$device
	# The namespace's processes are ended with it.
	ip netns exec "${!part}" tcpdump -i "$device" -n -U --immediate-mode \
		-w "$file.pcap" "$@" 2> "$file.log" &
	busywait 20000 until_match 'listening on' cat "$file.log" > /dev/null
}

# captured PART DEVICE [FILTER] [TCPDUMP_ARGUMENT...]: what was written down.
captured()
{
	local file=$TMPDIR/$1.$2.pcap filter=${3:-}
	shift $(($# < 3 ? $# : 3))

	tcpdump -n -r "$file" "$@" "$filter" 2> /dev/null
}

has_captured()
{
	[ "$(captured "$1" "$2" "$4" | wc -l)" -ge "$3" ]
}

# check_captured PART DEVICE NUMBER FILTER: so many packets were seen at least.
check_captured()
{
	busywait 10000 has_captured "$@"
	check_err $? "$1 saw no $3 packets of '$4' on $2"
}

# check_not_captured PART DEVICE FILTER: none was seen.
check_not_captured()
{
	check_equal "$(captured "$1" "$2" "$3" | wc -l)" 0 \
		"packets of '$3' seen by $1 on $2"
}

joined()
{
	# shellcheck disable=SC2016 # awk's own
	on "$1" awk '$2 == 16 && $4 != "00000000" { found = 1 }
		     END { exit !found }' /proc/net/netlink
}

# events PART: begin to write the events down.
events()
{
	ip netns exec "${!1}" mgrectl -j -d monitor > "$TMPDIR/$1.events" &
	busywait 10000 joined "$1"
}

# event_count PART FILTER: how many events the gojq FILTER holds for.
event_count()
{
	gojq -c "select($2)" "$TMPDIR/$1.events" | wc -l
}

has_event()
{
	[ "$(event_count "$1" "$2")" -gt 0 ]
}

# check_event PART FILTER [SECONDS]: such an event comes.
check_event()
{
	slowwait "${3:-20}" has_event "$1" "$2"
	check_err $? "no event of $1 is ($2)"
}
