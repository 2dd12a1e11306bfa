# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of topology.sh
#
# A router of the reference network as a machine with systemd: processes,
# mounts and network of its own, and nhrpd installed as "make install" does.
# Source it after topology.sh. What else the machine shall have is the test's
# function machine_prepare, which runs there, before systemd does.

prefix=/usr/local
units=/etc/systemd/system

# machine_require: skip the test unless there can be such a machine.
machine_require()
{
	require_command journalctl nsenter systemctl systemd-sysusers unshare
	[ ! -d /run/systemd/system ] || skip_all "a systemd runs this machine"
}

# machine_memory: whatever is written there is in memory.
machine_memory()
{
	local folder

	mount -t tmpfs memory /mnt
	for folder in etc tmp usr/local var; do
		mkdir -p "/mnt/$folder/files" "/mnt/$folder/work"
		mount -t overlay memory "/$folder" -o "lowerdir=/$folder,$(
			)upperdir=/mnt/$folder/files,workdir=/mnt/$folder/work"
	done
}

# machine_install: what "make install" does.
machine_install()
{
	install -D -t $prefix/sbin "$TOP/nhrpd/nhrpd" \
		"$TOP/tools/nhrpctl/nhrpctl"
	install -D -m 644 "$TOP/tools/packaging/nhrpd.sysusers" \
		$prefix/lib/sysusers.d/nhrpd.conf
	install -d /etc/nhrpd $prefix/lib/systemd/system
	sed "s|@PREFIX@|$prefix|" "$TOP/tools/packaging/nhrpd.service" \
		> $prefix/lib/systemd/system/nhrpd.service
	install -D -m 644 "$TOP/tools/packaging/strongswan-restart.conf" \
		$prefix/lib/systemd/system/strongswan.service.d/nhrpd.conf
	systemd-sysusers $prefix/lib/sysusers.d/nhrpd.conf
}

# machine_units: of Debian's only a few. By systemd's defaults nothing would be
# restarted more than five times.
machine_units()
{
	mount -t tmpfs units $units
	cp /lib/systemd/system/{sysinit,basic,multi-user,shutdown}.target \
		/lib/systemd/system/network{,-online}.target \
		/lib/systemd/system/systemd-journald.{service,socket} $units
	mkdir $units/{sysinit,multi-user}.target.wants
	ln -s $units/systemd-journald.service $units/sysinit.target.wants
	ln -s $units/network{,-online}.target $units/multi-user.target.wants
	mkdir -p /etc/systemd/system.conf.d
	printf '[Manager]\nDefaultStartLimitIntervalSec=1h\n' \
		> /etc/systemd/system.conf.d/limit.conf
}

# machine_init: become the first process of the machine. What makes units of
# other files is to be in /run, where nothing is.
machine_init()
{
	export SYSTEMD_UNIT_PATH=$units:$prefix/lib/systemd/system
	export SYSTEMD_GENERATOR_PATH=/run

	machine_memory
	machine_install
	machine_units
	machine_prepare
	mount -t tmpfs run /run
	container=selftest exec /lib/systemd/systemd --system \
		--unit=multi-user.target --log-target=journal-or-kmsg \
		--show-status=no
}

# machine COMMAND...: run it there.
machine()
{
	nsenter -t "$machine_pid" --mount --pid --net "$@"
}

machine_runs()
{
	machine_pid=$(pgrep -P "$machine_parent") &&
	machine systemctl is-active multi-user.target
}

# machine_boot PART: start it in the place of a router; its files are in the
# folder $machine_root.
machine_boot()
{
	export TOP prefix units
	ip netns exec "${!1}" unshare --mount --pid --fork --kill-child \
		--mount-proc --uts bash -ec "$(declare -f machine_memory \
		machine_install machine_units machine_prepare machine_init)
		machine_init" < /dev/null > "$TMPDIR/boot" 2>&1 &
	machine_parent=$!
	slowwait 180 machine_runs > /dev/null ||
		{ sed 's/^/# /' "$TMPDIR/boot"; return 1; }
	machine_pid=$(pgrep -P "$machine_parent")
	machine_root=/proc/$machine_pid/root
	ln -s "$machine_root/run/nhrpd/nhrpd.sock" "$TMPDIR/$1.sock"
}

# machine_service UNIT PROPERTY: what systemd knows of a unit.
machine_service()
{
	machine systemctl show --value -p "$2" "$1"
}

# machine_follows UNIT PID: 0 if another process than that is ready.
machine_follows()
{
	[ "$(machine_service "$1" ActiveState)" = active ] &&
	[ "$(machine_service "$1" MainPID)" -ne "$2" ]
}
