#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The demo keeps its word: nothing lost while the spokes find their direct
# way, the hub left alone afterwards, and NHRP that tshark has no remark on.
# timeout: 300

. "$(dirname "$0")/../lib.sh"
require_command tshark tcpdump traceroute

"$TOP/tools/demo/show" > "$TMPDIR/demo" 2>&1
check_err $? "exit status $?"
log_test "the demo succeeds"

check_equal "$(grep -c '^  ok ' "$TMPDIR/demo")" 5 "figures that are right"
check_equal "$(grep '^  WRONG' "$TMPDIR/demo")" "" "wrong figures"
log_test "its figures are right" || sed 's/^/# /' "$TMPDIR/demo"

grep -q 'NHRP Traffic Indication' "$TMPDIR/demo"
check_err $? "no Traffic Indication shown"
grep -q 'NHRP Resolution Reply, ID=[0-9]*, Code=Success' "$TMPDIR/demo"
check_err $? "no Resolution Reply shown"
log_test "it shows the exchange" || sed 's/^/# /' "$TMPDIR/demo"
