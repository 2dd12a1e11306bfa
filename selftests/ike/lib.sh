# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of topology.sh
#
# What must hold however strongSwan's routers prove who they are. Source it
# after ../strongswan.sh, ../nhrp/lib.sh and ../protect/lib.sh.

# both_direct: 0 if both spokes have installed their way to the other's LAN, so
# that nothing is carried by the hub any more.
both_direct()
{
	ip -n "$SPOKE1" route show proto 203 | grep -q 10.0.65.0/24 &&
	ip -n "$SPOKE2" route show proto 203 | grep -q 10.0.64.0/24
}

test_direct()
{
	traffic_start direct "$HOST1" 10.0.65.2
	slowwait 60 both_direct
	check_err $? "no shortcut: $(ip -n "$SPOKE1" route show proto 203)"
	check_equal "$(traffic_stop direct)" 0 "packets lost"
	spi_changed SPOKE1 9.1.1.134 none
	check_err $? "no keys between the spokes: $(topology_ctl SPOKE1 \
		show crypto)"
	log_test "spokes make keys with each other while the hub carries traffic"
}

test_rekey()
{
	local before old round

	# Some of what was on its way by the hub may still come.
	sleep 1
	before=$(link_stat "$HUB" mgre0 rx packets)
	traffic_start direct "$HOST1" 10.0.65.2 0.1
	for round in 1 2 3; do
		old=$(spi_out SPOKE1 9.1.1.134)
		slowwait 60 spi_changed SPOKE1 9.1.1.134 "$old"
		check_err $? "the keys were not renewed, round $round"
	done
	sleep 2
	check_equal "$(traffic_stop direct)" 0 "packets lost"
	check_at_most $(($(link_stat "$HUB" mgre0 rx packets) - before)) 10 \
		"packets at the hub"
	log_test "keys are renewed under direct traffic, nothing is lost"
}

# test_flush PART ADDRESS: of all keys of a router, also of those by which it
# sends to an NBMA address. What others send meanwhile it cannot read, nor the
# first answers to what had to wait.
test_flush()
{
	local old

	old=$(spi_out "$1" "$2")
	traffic_start direct "$HOST1" 10.0.65.2
	traffic_start hub "$HOST1" 10.1.0.2
	ip -n "${!1}" xfrm state flush
	slowwait 60 spi_changed "$1" "$2" "$old"
	check_err $? "no new keys: $(topology_ctl "$1" show crypto)"
	slowwait 60 keyed "$1" > /dev/null
	check_err $? "not all keys: $(topology_ctl "$1" show crypto)"
	sleep 2
	check_at_most "$(traffic_stop direct)" 10 \
		"packets lost between spokes, five each second"
	check_at_most "$(traffic_stop hub)" 10 \
		"packets lost to the hub, five each second"
	log_test "keys of $1 that somebody flushed are made anew"
}
