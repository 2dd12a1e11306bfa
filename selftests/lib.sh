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
# Namespaces, waiting and cleaning up are in netns.sh.

. "$(dirname "${BASH_SOURCE[0]}")/netns.sh"

ksft_pass=0
ksft_fail=1
ksft_skip=4

# The result of the check that is being made, and why it failed.
RET=0
retmsg=

_tests=0
_failed=0
_skipped=0

# The end of a test, however it comes about. One that made no check failed.
conclude()
{
	local status=$?

	trap - EXIT
	cleanup
	[ $status -eq $ksft_pass ] || exit $status
	echo "1..$_tests"
	[ $_failed -eq 0 ] && [ $_tests -gt 0 ] || exit $ksft_fail
	[ $_tests -gt $_skipped ] || exit $ksft_skip
	exit $ksft_pass
}
trap conclude EXIT

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
