#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # variables of topology.sh and machine.sh
#
# strongSwan and nhrpd of the hub as services, as their units have them, under
# a systemd: nothing is lost while one or both of them are restarted, and SAs by
# which the hub has sent do not stay.
#
#	HOST1 10.0.64.2 -- SPOKE1 -- HUB (systemd) -- HOST0 10.1.0.2
# timeout: 900

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/capture.sh
. "$(dirname "$0")/../capture.sh"
# shellcheck source=selftests/strongswan.sh
. "$(dirname "$0")/../strongswan.sh"
# shellcheck source=selftests/machine.sh
. "$(dirname "$0")/../machine.sh"
# shellcheck source=selftests/nhrp/lib.sh
. "$(dirname "$0")/../nhrp/lib.sh"
# shellcheck source=selftests/protect/lib.sh
. "$(dirname "$0")/../protect/lib.sh"
require_command gojq
machine_require
strongswan_require
load_mgre

# machine_prepare: strongSwan as Debian has it, and the rest as ike.rst has it.
machine_prepare()
{
	cp /lib/systemd/system/strongswan.service $units
	cat > /etc/strongswan.d/nhrpd.conf <<-'CONFIG'
	charon-systemd {
		group = _nhrpd
		retransmit_timeout = 2.0
		retransmit_tries = 3
	}
	CONFIG
	cp "$TMPDIR/swanctl.conf" /etc/swanctl/conf.d/dmvpn.conf
	chmod 600 /etc/swanctl/conf.d/dmvpn.conf
	cp "$TMPDIR/HUB.conf" /etc/nhrpd/nhrpd.conf
	systemctl enable strongswan nhrpd
}

# restart UNIT...: 0 if systemd did it and all of them are other processes now.
restart()
{
	local unit pids=()

	for unit in "$@"; do
		pids+=("$(machine_service "$unit" MainPID)")
	done
	machine systemctl restart "$@" || return 1
	for unit in "$@"; do
		machine_follows "$unit" "${pids[0]}" || return 1
		pids=("${pids[@]:1}")
	done
}

test_boot()
{
	machine_boot HUB
	check_err $? "no systemd"
	check_equal "$(machine_service strongswan ActiveState)" active \
		"strongSwan"
	check_equal "$(machine_service nhrpd ActiveState)" active "nhrpd"
	topology_tunnel SPOKE1 &&
		ip -n "$SPOKE1" route add 10.0.0.0/8 via 9.0.0.1 dev mgre0 &&
		strongswan_start SPOKE1 &&
		strongswan_nhrpd SPOKE1
	check_err $? "no SPOKE1"
	expect SPOKE1 "$registered == 1" nhs
	slowwait 60 ip netns exec "$HOST1" ping -q -c 1 -W 1 10.1.0.2 \
		> /dev/null
	check_err $? "no traffic"
	log_test "a spoke makes keys with a machine that has booted" ||
		{ machine journalctl -q -o cat | sed 's/^/# /'; exit 1; }
}

# test_strongswan WORDS
test_strongswan()
{
	local out in

	slowwait 60 settled HUB 9.1.1.130 > /dev/null
	check_err $? "no keys: $(topology_ctl HUB show crypto)"
	out=$(spi_out HUB 9.1.1.130)
	in=$(spi_in HUB 9.1.1.130)
	traffic_start restart "$HOST1" 10.1.0.2 0.02
	restart strongswan
	check_err $? "strongSwan does not come back"
	slowwait 120 replaced HUB 9.1.1.130 "$out" > /dev/null
	check_err $? "no new keys, or the old ones are not gone: $(
		)$(topology_ctl HUB show crypto)"
	slowwait 60 lacks SPOKE1 "$in"
	check_err $? "the spoke still sends by the old keys"
	sleep 2
	check_equal "$(traffic_stop restart)" 0 "packets lost"
	log_test "strongSwan restarted under traffic$1: nothing is lost"
}

test_nhrpd()
{
	local old

	old=$(spi_out HUB 9.1.1.130)
	traffic_start restart "$HOST1" 10.1.0.2 0.02
	restart nhrpd
	check_err $? "nhrpd does not come back"
	slowwait 60 keyed HUB > /dev/null
	check_err $? "no keys: $(topology_ctl HUB show crypto)"
	check_equal "$(traffic_stop restart)" 0 "packets lost"
	check_equal "$(spi_out HUB 9.1.1.130)" "$old" "SPI"
	log_test "nhrpd restarted under traffic: nothing lost, same keys"
}

# Then nhrpd doesn't know what was left: that ends by its lifetime.
test_both()
{
	local old

	old=$(spi_out HUB 9.1.1.130)
	traffic_start restart "$HOST1" 10.1.0.2 0.02
	restart strongswan nhrpd
	check_err $? "they do not come back"
	slowwait 120 spi_changed HUB 9.1.1.130 "$old" > /dev/null
	check_err $? "no new keys: $(topology_ctl HUB show crypto)"
	check_equal "$(traffic_stop restart)" 0 "packets lost"
	log_test "both restarted under traffic: nothing lost"
}

# Calls fail until strongSwan has read its keys, long after it is there.
test_late()
{
	mkdir -p "$machine_root/etc/systemd/system/strongswan.service.d"
	printf '[Service]\nExecStartPost=\nExecStartPost=/bin/sleep 5\n%s\n' \
		'ExecStartPost=/usr/sbin/swanctl --load-all --noprompt' \
		> "$machine_root/etc/systemd/system/strongswan.service.d/late.conf"
	machine systemctl daemon-reload
	test_strongswan " long before it has its keys"
}

# Who does not want our drop-in puts another in its place.
test_farewell()
{
	local unit=/etc/systemd/system/strongswan.service.d

	check_equal "$(machine_service strongswan RestartKillSignal)" 9 \
		"signal at a restart"
	printf '[Service]\nRestartKillSignal=SIGTERM\n' \
		> "$machine_root$unit/nhrpd.conf"
	machine systemctl daemon-reload
	check_equal "$(machine_service strongswan RestartKillSignal)" 15 \
		"signal at a restart"
	log_test "the administrator may have the farewell back"
}

test_stop()
{
	local spi

	spi=$(spi_in HUB 9.1.1.130)
	machine systemctl stop strongswan
	check_equal "$(machine_service strongswan Result)" success "result"
	slowwait 60 lacks SPOKE1 "$spi"
	check_err $? "the spoke is not told"
	machine systemctl start strongswan
	slowwait 60 ip netns exec "$HOST1" ping -q -c 1 -W 1 10.1.0.2 \
		> /dev/null
	check_err $? "no traffic"
	log_test "strongSwan that is stopped says farewell, and comes back"
}

topology_underlay
capture_start "$NET" any "$TMPDIR/wire.pcap" "$capture_protected"
topology_tunnel HUB
{
	topology_config HUB "protection ike dmvpn"
	printf 'ike profile dmvpn\n authentication psk\n'
} > "$TMPDIR/HUB.conf"
strongswan_secret > "$TMPDIR/swanctl.conf"
ip -n "$HUB" route add 10.0.64.0/24 via 9.0.0.2 dev mgre0
test_boot
test_strongswan ""
test_nhrpd
test_both
test_late
test_farewell
test_stop
capture_stop
check_only_esp "$TMPDIR/wire.pcap"
log_test "nothing was ever in clear"
