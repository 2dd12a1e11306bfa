# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What was seen on the wire: NHRP packets captured by tcpdump and judged by
# tshark. Source it after lib.sh or netns.sh.

# NHRP over IPv4: GRE whose protocol type is 0x2001.
capture_nhrp='ip proto 47 and ip[22:2] = 0x2001'

# What leaves a router with protection, or must not: ESP, and GRE in clear.
# shellcheck disable=SC2034 # for the tests that source this file
capture_protected='ip proto 47 or ip proto 50 or udp port 4500'

# capture_start NS DEV FILE [FILTER]: begin to capture, NHRP unless a filter
# is given. DEV "any" sees a packet once, as it comes in. The process id is in
# capture_pid.
capture_start()
{
	local ns=$1 dev=$2 file=$3 filter=${4:-$capture_nhrp}

	ip netns exec "$ns" tcpdump -i "$dev" -Q in -U -w "$file" "$filter" \
		2> "$file.log" &
	capture_pid=$!
	defer kill "$capture_pid"
	busywait 20000 grep -q "listening on" "$file.log" > /dev/null
}

# capture_stop: end the capture that was begun last, with all it saw.
capture_stop()
{
	# The last packets may still be in the kernel's buffer.
	sleep 1
	kill -INT "$capture_pid"
	wait "$capture_pid" 2>/dev/null
}

# capture_inner NEW FILE...: NHRP packets that were captured by device "any"
# where they leave or enter the tunnel, in order of time but without it. They
# have no outer headers there; an IP header makes them known to tshark.
capture_inner()
{
	local new=$1 link_header=20
	shift

	mergecap -w "$new.all" "$@"
	editcap -F pcap -C 0:$link_header -T user0 "$new.all" "$new.bare"
	tshark -r "$new.bare" -x 2>/dev/null |
		text2pcap -q -i 54 - "$new" 2>/dev/null
}

# capture_list FILE [FROM TO]: a line for each NHRP packet, with two fields of
# tshark that say between whom: the outer addresses unless given.
capture_list()
{
	tshark -r "$1" -Y nhrp -T fields -E occurrence=f \
		-e frame.time_relative -e "${2:-ip.src}" -e "${3:-ip.dst}" \
		-e _ws.col.Info 2>/dev/null
}

# capture_count FILE FILTER: how many packets match a display filter.
capture_count()
{
	tshark -r "$1" -Y "$2" -T fields -e frame.number 2>/dev/null | wc -l
}

# check_only_esp FILE: the check fails if GRE in clear was captured, or if
# nothing was protected.
check_only_esp()
{
	check_equal "$(capture_count "$1" 'gre && !esp')" 0 "packets in clear"
	check_at_least "$(capture_count "$1" esp)" 1 "packets of ESP"
}

# capture_faults FILE: NHRP packets that tshark finds malformed, has any
# remark on, or whose checksum is wrong; nothing if all are well.
capture_faults()
{
	tshark -r "$1" -Y "nhrp && (_ws.malformed || _ws.expert ||
		nhrp.hdr.chksum.status != 1)" 2>/dev/null
}
