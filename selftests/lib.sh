# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Functions for the selftests: a test sources this file, runs checks and
# reports each of them with log_test; the exit status and the TAP plan come
# from here. The names are those of kselftest's net/lib.sh, so that a test
# can move into a kernel tree.
#
#	. "$(dirname "$0")/../lib.sh"
#	setup_ns HUB SPOKE
#	RET=0
#	ip netns exec "$HUB" ping -c 1 10.0.0.1
#	check_err $? "no answer"
#	log_test "the spoke answers"
#
# Everything made by setup_ns or undone by defer is gone when the test ends.

set -u

ksft_pass=0
ksft_fail=1
ksft_skip=4

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export IP_LIB_DIR=${IP_LIB_DIR:-$TOP/tools/ip-link-mgre}
export PATH=$TOP/tools/mgrectl:$TOP/tools/nhrpctl:$TOP/nhrpd:$PATH
export LC_ALL=C

# The result of the check that is being made, and why it failed.
RET=0
retmsg=

_tests=0
_failed=0
_skipped=0
_deferred=()
_namespaces=()
# A folder of the test's own, removed at its end.
TMPDIR=$(mktemp -d)
export TMPDIR

# defer COMMAND...: run COMMAND when the test ends, the last one first.
defer()
{
	_deferred+=("$(printf '%q ' "$@")")
}

# setup_ns NAME...: make one network namespace for each NAME, with lo up, and
# set the variable NAME to the name it got.
setup_ns()
{
	local variable ns

	for variable in "$@"; do
		ns="${variable,,}-$(printf '%04x%04x' $RANDOM $RANDOM)"
		ip netns add "$ns" || exit $ksft_fail
		_namespaces+=("$ns")
		ip -n "$ns" link set lo up
		printf -v "$variable" '%s' "$ns"
	done
}

# cleanup_ns NAME...: remove namespaces, with the processes that run in them.
cleanup_ns()
{
	local ns pids

	for ns in "$@"; do
		pids=$(ip netns pids "$ns" 2>/dev/null) || continue
		# shellcheck disable=SC2086 # a list of numbers
		[ -z "$pids" ] || kill -9 $pids 2>/dev/null
		ip netns del "$ns" 2>/dev/null
	done
}

# The end of a test, however it comes about.
cleanup()
{
	local status=$? i

	trap - EXIT
	for ((i = ${#_deferred[@]} - 1; i >= 0; i--)); do
		eval "${_deferred[i]}" >/dev/null 2>&1
	done
	cleanup_ns "${_namespaces[@]}"
	rm -rf "$TMPDIR"
	[ $status -eq $ksft_pass ] || exit $status
	echo "1..$_tests"
	[ $_failed -eq 0 ] || exit $ksft_fail
	[ $_tests -gt $_skipped ] || exit $ksft_skip
	exit $ksft_pass
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# check_err STATUS MESSAGE: the check fails if STATUS is not 0.
check_err()
{
	[ "$1" -eq 0 ] || [ $RET -ne 0 ] || { RET=$ksft_fail; retmsg=$2; }
	return 0
}

# check_fail STATUS MESSAGE: the check fails if STATUS is 0.
check_fail()
{
	[ "$1" -ne 0 ] || [ $RET -ne 0 ] || { RET=$ksft_fail; retmsg=$2; }
	return 0
}

# check_equal GOT WANTED WHAT: the check fails if the two texts differ.
check_equal()
{
	[ "$1" = "$2" ]
	check_err $? "$3 is '$1', not '$2'"
}

# check_at_most GOT LIMIT WHAT: the check fails if the number GOT is larger.
check_at_most()
{
	[ "$1" -le "$2" ]
	check_err $? "$3 is $1, more than $2"
}

# check_at_least GOT LIMIT WHAT: the check fails if the number GOT is smaller.
check_at_least()
{
	[ "$1" -ge "$2" ]
	check_err $? "$3 is $1, less than $2"
}

# log_test NAME: report the check and begin the next one. Returns its result.
log_test()
{
	local ret=$RET

	_tests=$((_tests + 1))
	if [ $ret -eq 0 ]; then
		echo "ok $_tests - $1"
	else
		_failed=$((_failed + 1))
		echo "not ok $_tests - $1"
		[ -z "$retmsg" ] || echo "# $retmsg"
	fi
	RET=0
	retmsg=
	return $ret
}

# log_test_skip NAME REASON: report a check that cannot be made here.
log_test_skip()
{
	_tests=$((_tests + 1))
	_skipped=$((_skipped + 1))
	echo "ok $_tests - $1 # SKIP $2"
	RET=0
	retmsg=
}

# skip_all REASON: leave the test if none of it can run here.
skip_all()
{
	echo "1..0 # SKIP $1"
	exit $ksft_skip
}

# require_command NAME...: skip the test if a program is missing.
require_command()
{
	local name

	for name in "$@"; do
		command -v "$name" >/dev/null || skip_all "$name not installed"
	done
}

# require_module NAME: load a module of the kernel; skip the test if this
# kernel has none.
require_module()
{
	[ -d "/sys/module/$1" ] || modprobe -q "$1" ||
		grep -qs "/$1.ko" "/lib/modules/$(uname -r)/modules.builtin" ||
		skip_all "this kernel has no module $1"
}

# load_mgre: load the module under test, from the kernel's module tree if it
# was put there, else from MGRE_KO (kmod/mgre.ko unless set).
load_mgre()
{
	local ko=${MGRE_KO:-$TOP/kmod/mgre.ko} needed

	[ ! -d /sys/module/mgre ] || return 0
	modprobe -q mgre && return 0
	for needed in $(modinfo -F depends "$ko" | tr , ' '); do
		modprobe -q "$needed"
	done
	insmod "$ko" || { echo "# cannot load $ko"; exit $ksft_fail; }
}

# busywait MILLISECONDS COMMAND...: repeat COMMAND until it succeeds, print
# what it printed then; 1 if it never did.
busywait()
{
	local timeout=$1 start out
	shift

	start=$(date +%s%3N)
	while true; do
		if out=$("$@" 2>&1); then
			printf '%s' "$out"
			return 0
		fi
		if (($(date +%s%3N) - start > timeout)); then
			printf '%s' "$out"
			return 1
		fi
		sleep 0.1
	done
}

# slowwait SECONDS COMMAND...: busywait for things that take seconds.
slowwait()
{
	local seconds=$1
	shift

	busywait $((seconds * 1000)) "$@"
}

# until_match PATTERN COMMAND...: 0 if COMMAND's output has a line that
# matches the extended regular expression; for busywait and slowwait.
until_match()
{
	local pattern=$1 out
	shift

	out=$("$@" 2>&1)
	printf '%s\n' "$out"
	grep -qE -- "$pattern" <<<"$out"
}

# link_stat NS DEV rx|tx packets|bytes|dropped|errors: one counter.
link_stat()
{
	ip netns exec "$1" cat "/sys/class/net/$2/statistics/$3_$4"
}

# mgre_stat NS DEV NAME: one of the module's own counters (ethtool -S).
mgre_stat()
{
	ip netns exec "$1" ethtool -S "$2" |
		awk -v name="$3:" '$1 == name { print $2 }'
}

# lost_pings NS PING_ARGUMENT...: the number of echo requests that stayed
# without a reply.
lost_pings()
{
	local ns=$1
	shift

	ip netns exec "$ns" ping -q "$@" |
		awk '/packets transmitted/ { print $1 - $4 }'
}
