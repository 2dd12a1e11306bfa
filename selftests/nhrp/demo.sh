#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The demo keeps its word, with and without IPsec: nothing lost while the
# spokes find their direct way, the hub left alone afterwards, NHRP that tshark
# has no remark on, and nothing on the wire that should not be there.
# timeout: 900

. "$(dirname "$0")/../lib.sh"
require_command tshark tcpdump traceroute

# try_demo FIGURES [OPTION...]
try_demo()
{
	local figures=$1
	shift

	"$TOP/tools/demo/show" "$@" > "$TMPDIR/demo" 2>&1
	check_err $? "exit status $?"
	check_equal "$(grep -c '^  ok ' "$TMPDIR/demo")" "$figures" \
		"number of figures that are right"
	check_equal "$(grep '^  WRONG' "$TMPDIR/demo")" "" "wrong figures"
	grep -q 'NHRP Traffic Indication' "$TMPDIR/demo"
	check_err $? "no Traffic Indication shown"
	grep -q 'NHRP Resolution Reply, ID=[0-9]*, Code=Success' "$TMPDIR/demo"
	check_err $? "no Resolution Reply shown"
	log_test "the demo${*:+ with $*} succeeds, and its figures are right" ||
		sed 's/^/# /' "$TMPDIR/demo"
}

try_demo 6
try_demo 5 --clear
