# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Network namespaces and waiting, for the selftests (by lib.sh), the demo and
# the benchmark. What setup_ns made, and what defer was told, is gone when the
# program ends.

set -u

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export IP_LIB_DIR=${IP_LIB_DIR:-$TOP/tools/ip-link-mgre}
export PATH=$TOP/tools/mgrectl:$TOP/tools/nhrpctl:$TOP/nhrpd:$PATH
export LC_ALL=C

_deferred=()
_namespaces=()
# A folder of the program's own, removed at its end.
TMPDIR=$(mktemp -d) || exit 1
export TMPDIR

# defer COMMAND...: run COMMAND when the program ends, the last one first.
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
		ip netns add "$ns" || exit 1
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
		# Waiting keeps the shell from reporting its own as killed.
		# shellcheck disable=SC2086 # a list of numbers
		[ -z "$pids" ] || { kill -9 $pids; wait $pids; } 2>/dev/null
		ip netns del "$ns" 2>/dev/null
	done
}

# cleanup: undo everything; the exit trap of a program.
cleanup()
{
	local i

	for ((i = ${#_deferred[@]} - 1; i >= 0; i--)); do
		eval "${_deferred[i]}" >/dev/null 2>&1
	done
	cleanup_ns "${_namespaces[@]}"
	rm -rf "$TMPDIR"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

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
	insmod "$ko" || { echo "# cannot load $ko"; exit 1; }
}

# busywait MILLISECONDS COMMAND...: repeat COMMAND until it succeeds, print
# what it printed then; 1 if it never did. The more seldom the longer it
# takes: what waits is not to slow down what it waits for.
busywait()
{
	local end=$((${EPOCHREALTIME/./} + $1 * 1000)) pause=100 out
	shift

	until out=$("$@" 2>&1); do
		if ((${EPOCHREALTIME/./} > end)); then
			printf '%s' "$out"
			return 1
		fi
		sleep 0.$pause
		((pause >= 800)) || pause=$((pause * 2))
	done
	printf '%s' "$out"
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
