#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What nhrpd may do once it runs: started by root, by root for another user,
# and by systemd as an ordinary user with two capabilities. Each time it makes
# a peer in the kernel, answers nhrpctl, and reads its configuration again.
# timeout: 300

# shellcheck source=selftests/lib.sh
. "$(dirname "$0")/../lib.sh"
require_command gojq setpriv

# CAP_NET_ADMIN and CAP_NET_RAW
kept=0000000000003000
none=0000000000000000
user=nobody

# status FIELD: of the nhrpd that runs
status()
{
	awk -v field="$1:" '$1 == field { print $2 }' "/proc/$pid/status"
}

answers()
{
	nhrpctl -S "$folder/sock" show dmvpn
}

peers()
{
	ip netns exec "$NODE" mgrectl -j peer show dev mgre0 |
		gojq -e 'length == 1'
}

# start COMMAND...: have COMMAND run nhrpd, in a folder of the one who runs it.
start()
{
	folder=$(mktemp -d)
	chmod 755 "$TMPDIR" "$folder"
	printf 'interface mgre0\n network-id 1\n nhs 9.0.0.1 nbma 9.1.1.10\n' \
		> "$folder/conf"
	chmod 600 "$folder/conf"
	[ "$owner" = root ] || chown -R "$owner" "$folder"
	ip netns exec "$NODE" "$@" -f "$folder/conf" -S "$folder/sock" \
		2> "$TMPDIR/log" &
	pid=$!
	slowwait 60 answers > /dev/null
	check_err $? "no answer: $(cat "$TMPDIR/log")"
}

stop()
{
	kill "$pid"
	wait "$pid"
	check_err $? "its end"
}

# limits BOUND: what the kernel knows about the process
limits()
{
	check_equal "$(status CapEff)" $kept CapEff
	check_equal "$(status CapPrm)" $kept CapPrm
	check_equal "$(status CapInh)" $none CapInh
	check_equal "$(status CapAmb)" $none CapAmb
	check_equal "$(status CapBnd)" "$1" CapBnd
	check_equal "$(status NoNewPrivs)" 1 NoNewPrivs
	check_equal "$(status Uid)" "$(id -u "$owner")" uid
	# What leaves no core dump has files of root in /proc.
	check_equal "$(stat -c %U "/proc/$pid/environ")" root "owner in /proc"
	grep -L "CapEff:.$kept" "/proc/$pid/task/"*/status > "$TMPDIR/threads"
	check_equal "$(cat "$TMPDIR/threads")" "" "threads with more"
}

# works: the kernel obeys it, and its configuration can be read again.
works()
{
	slowwait 60 peers > /dev/null
	check_err $? "no peer: $(cat "$TMPDIR/log")"
	kill -HUP "$pid"
	slowwait 30 until_match 'configuration read again' \
		cat "$TMPDIR/log" > /dev/null
	check_err $? "not reloaded: $(cat "$TMPDIR/log")"
}

test_root()
{
	owner=root
	start nhrpd
	limits $kept
	log_test "started by root it keeps two capabilities"
	works
	stop
	log_test "and its files can be read, and its peers be made"
}

test_user()
{
	owner=$user
	start nhrpd -u $user
	limits $kept
	check_equal "$(awk '$1 == "Groups:" { print NF - 1 }' \
		"/proc/$pid/status")" "$(id -G $user | wc -w)" "groups"
	works
	stop
	log_test "started by root for another user"

	ip netns exec "$NODE" nhrpd -u no-such-user -f "$folder/conf" \
		-S "$folder/sock" 2> "$TMPDIR/log"
	check_equal $? 1 "exit status"
	grep -q "dropping privileges: no user 'no-such-user'" "$TMPDIR/log"
	check_err $? "said '$(cat "$TMPDIR/log")'"
	log_test "not started for a user who does not exist"
}

# What systemd does for User= and AmbientCapabilities=.
test_ambient()
{
	owner=$user
	start setpriv --reuid $user --regid "$(id -g $user)" --clear-groups \
		--bounding-set -all,+net_admin,+net_raw \
		--inh-caps -all,+net_admin,+net_raw \
		--ambient-caps -all,+net_admin,+net_raw nhrpd
	limits $kept
	works
	stop
	log_test "started as an ordinary user with two capabilities"
}

# What only others may read is refused at once, and not at a reload.
test_unreadable()
{
	owner=$user
	printf 'interface mgre0\n' > "$folder/conf"
	chown $user "$folder/conf"
	chmod 600 "$folder/conf"
	ip netns exec "$NODE" nhrpd -f "$folder/conf" -S "$folder/sock" \
		2> "$TMPDIR/log"
	check_equal $? 1 "exit status"
	grep -q 'Permission denied' "$TMPDIR/log"
	check_err $? "said '$(cat "$TMPDIR/log")'"
	log_test "root without capabilities reads what is root's"
}

test_autoload()
{
	local name="the module is loaded for it"

	rmmod mgre 2>/dev/null
	if [ -d /sys/module/mgre ] || ! modinfo mgre > /dev/null 2>&1; then
		log_test_skip "$name" "it is not where modprobe finds it"
		return
	fi
	owner=root
	start nhrpd
	[ -d /sys/module/mgre ]
	check_err $? "not loaded: $(cat "$TMPDIR/log")"
	stop
	log_test "$name"
}

setup_ns NODE
test_autoload
load_mgre
ip -n "$NODE" link add underlay type dummy
ip -n "$NODE" address add 9.1.1.130/24 dev underlay
ip -n "$NODE" link set underlay up
ip -n "$NODE" link add mgre0 type mgre local 9.1.1.130 key 999
ip -n "$NODE" address add 9.0.0.2/24 dev mgre0
ip -n "$NODE" link set mgre0 up
test_root
test_user
test_ambient
test_unreadable
