#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # variables of topology.sh
#
# nhrpd of the hub as a service: installed as "make install" does, and started
# by a systemd with processes, mounts and a network of its own. It may do all
# that it needs, refuses a bad configuration and says so, and loses nothing
# while it is restarted, or killed, though ESP comes in UDP.
#
#	HOST1 10.0.64.2 -- SPOKE1 -- HUB (systemd) -- HOST0 10.1.0.2
# timeout: 600

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=selftests/topology.sh
. "$(dirname "$0")/../topology.sh"
# shellcheck source=selftests/protection.sh
. "$(dirname "$0")/../protection.sh"
# shellcheck source=selftests/machine.sh
. "$(dirname "$0")/../machine.sh"
# shellcheck source=selftests/nhrp/lib.sh
. "$(dirname "$0")/../nhrp/lib.sh"
# shellcheck source=selftests/protect/lib.sh
. "$(dirname "$0")/lib.sh"
require_command setpriv ss
machine_require
protect_load

# CAP_NET_ADMIN and CAP_NET_RAW
kept=0000000000003000

# ---- the machine ----

# machine_prepare: the configuration as nhrpd.8 has it. Of strongSwan there is
# no more than its place among others. What nhrpd is forbidden to do ends it.
machine_prepare()
{
	cp "$TMPDIR/HUB.conf" /etc/nhrpd/nhrpd.conf
	install -m 600 -o _nhrpd "$TMPDIR/network.psk" /etc/nhrpd
	sed -e '/^Exec/d' -e 's|^Type=.*|Type=oneshot\nExecStart=/bin/true|' \
		-e '/Service/aRemainAfterExit=yes' \
		/lib/systemd/system/strongswan.service \
		> $units/strongswan.service
	mkdir $units/nhrpd.service.d
	printf '[Service]\nSystemCallErrorNumber=kill\n' \
		> $units/nhrpd.service.d/strict.conf
	systemctl enable strongswan nhrpd
}

# ---- the service ----

# service PROPERTY: what systemd knows of it.
service()
{
	machine_service nhrpd "$1"
}

# status FIELD: what the kernel knows of its process.
status()
{
	# shellcheck disable=SC2016 # awk's variables
	machine awk -v field="$1:" '$1 == field { print $2 }' \
		"/proc/$(service MainPID)/status"
}

# journal [ARGUMENT...]: what it has logged.
journal()
{
	machine journalctl -q -o cat -u nhrpd "$@"
}

# receivers: which sockets take ESP in UDP.
receivers()
{
	machine ss -Huane sport = :2332 2>/dev/null | grep -o 'ino:[0-9]*'
}

reach()
{
	ip netns exec "$HOST1" ping -q -c 1 -W 1 10.1.0.2
}

test_boot()
{
	machine_boot HUB
	check_err $? "no systemd"
	config=$machine_root/etc/nhrpd/nhrpd.conf
	check_equal "$(service ActiveState)" active "nhrpd"
	check_equal "$(machine journalctl -q -o cat -g 'ordering cycle')" "" \
		"what systemd does not start"
	log_test "a machine that boots starts it, and strongSwan as well" ||
		{ machine journalctl -q -o cat | sed 's/^/# /'; exit 1; }
}

test_privileges()
{
	local field user

	user=$(machine id -u _nhrpd)
	check_equal "$(status Uid)" "$user" "uid"
	for field in CapEff CapPrm CapBnd; do
		check_equal "$(status $field)" $kept $field
	done
	check_equal "$(status Seccomp)" 2 "Seccomp"
	log_test "it runs as _nhrpd, with two capabilities"

	topology_ctl HUB show ip nhrp > /dev/null
	check_err $? "root is not answered"
	machine setpriv --reuid nobody --regid _nhrpd --clear-groups \
		nhrpctl show ip nhrp > /dev/null
	check_err $? "the group is not answered"
	machine setpriv --reuid nobody --regid nogroup --clear-groups \
		nhrpctl show ip nhrp > /dev/null 2>&1
	check_fail $? "anybody is answered"
	log_test "root and its group may ask it"
}

test_traffic()
{
	protection_watch
	topology_nhrpd SPOKE1
	expect SPOKE1 "$registered == 1" nhs
	slowwait 60 reach > /dev/null
	check_err $? "no traffic"
	check_nothing_clear
	check_equal "$(receivers | wc -l)" 1 "number of sockets"
	check_equal "$(service NFileDescriptorStore)" 1 "number of those kept"
	log_test "a spoke makes keys with it and registers"
}

test_reload()
{
	local pid

	pid=$(service MainPID)
	echo " nonsense" >> "$config"
	machine systemctl reload nhrpd 2> /dev/null
	check_fail $? "a bad configuration is accepted"
	journal | grep -q 'nhrpd.conf:[0-9]*: unknown word "nonsense"'
	check_err $? "nothing says why: $(journal)"
	sed -i 's/ nonsense/ holdtime 200/; /holdtime 300/d' "$config"
	machine systemctl reload nhrpd
	check_err $? "a good configuration is refused"
	journal | grep -q 'configuration read again'
	check_err $? "not read again: $(journal)"
	check_equal "$(service MainPID)" "$pid" "process"
	log_test "it reads its configuration again, but not a bad one"
}

test_restart()
{
	local pid socket

	pid=$(service MainPID)
	socket=$(receivers)
	traffic_start restart "$HOST1" 10.1.0.2
	machine systemctl restart nhrpd && topology_ctl HUB show ip nhrp \
		> /dev/null
	check_err $? "not ready"
	machine_follows nhrpd "$pid"
	check_err $? "the same process"
	expect HUB "$(entry 9.0.0.2) != null" cache
	slowwait 30 keyed HUB > /dev/null
	check_err $? "no new keys"
	check_equal "$(traffic_stop restart)" 0 "packets lost"
	check_equal "$(receivers)" "$socket" "socket"
	log_test "restarted under traffic it loses nothing"
}

test_kill()
{
	local pid socket

	socket=$(receivers)
	traffic_start kill "$HOST1" 10.1.0.2
	for _ in $(seq 6); do
		pid=$(service MainPID)
		machine systemctl kill -s KILL nhrpd
		slowwait 30 machine_follows nhrpd "$pid" > /dev/null
		check_err $? "it does not come back: $(service Result)"
	done
	expect HUB "$(entry 9.0.0.2) != null" cache
	slowwait 30 keyed HUB > /dev/null
	check_err $? "no new keys"
	check_equal "$(traffic_stop kill)" 0 "packets lost"
	check_equal "$(receivers)" "$socket" "socket"
	log_test "killed under traffic it comes back and loses nothing"
}

test_stop()
{
	machine systemctl stop nhrpd
	check_equal "$(service Result)" success "result"
	check_equal "$(receivers)" "" "sockets left"
	log_test "stopped it leaves no socket"
}

# With a bad configuration it is started again and again.
test_start()
{
	echo " nonsense" >> "$config"
	machine systemctl start nhrpd 2> /dev/null
	check_fail $? "it starts"
	journal -p err | grep -q 'nhrpd.conf:[0-9]*: unknown word "nonsense"'
	check_err $? "nothing says why: $(journal)"
	sed -i '/nonsense/d' "$config"
	slowwait 60 reach > /dev/null
	check_err $? "no traffic"
	check_equal "$(service ActiveState)" active "nhrpd"
	log_test "it starts when its configuration is mended"
}

test_shutdown()
{
	topology_ctl HUB shutdown
	check_err $? "nhrpctl shutdown failed"
	slowwait 30 until_match inactive service ActiveState > /dev/null
	check_err $? "it is $(service ActiveState)"
	check_equal "$(service Result)" success "result"
	log_test "a shutdown is its end"
}

test_log()
{
	! journal | grep -iE 'permitted|denied' > "$TMPDIR/complaints"
	check_err $? "$(head -3 "$TMPDIR/complaints")"
	check_nothing_clear
	log_test "nothing that it wants is forbidden"
}

topology_underlay
protection_psk
for part in HUB SPOKE1; do
	topology_tunnel $part
	topology_config $part "encapsulation udp" > "$TMPDIR/$part.conf"
done
sed -i 's|file .*/|file |' "$TMPDIR/HUB.conf"
ip -n "$HUB" route add 10.0.64.0/24 via 9.0.0.2 dev mgre0
ip -n "$SPOKE1" route add 10.0.0.0/8 via 9.0.0.1 dev mgre0
test_boot
test_privileges
test_traffic
test_reload
test_restart
test_kill
test_stop
test_start
test_shutdown
test_log
[ "$_failed" -eq 0 ] || journal | sed 's/^/# /'
