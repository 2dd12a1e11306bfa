#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# NHRP packets go out and come in through generic netlink, for the one socket
# that owns the device.
#
#	LEFT  eth0 192.0.2.1/24 --- eth0 192.0.2.2/24  RIGHT
# timeout: 300

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

require_command python3
python3 -c 'import yaml' 2>/dev/null || skip_all "python3-yaml not installed"
pair_underlay
pair_tunnel LEFT
pair_tunnel RIGHT
data=0001080000000000000001000000000000000004000400
index=$(on RIGHT cat /sys/class/net/mgre0/ifindex)
packet="{\"ifindex\":$index,\"packet\":{\"endpoint\":{\"nbma\":\"192.0.2.1\"},
	\"data\":\"$data\"}}"

capture LEFT eth0 'proto gre'
capture LEFT mgre0
before=$(mgre_stat "$LEFT" mgre0 rx_nhrp_no_owner)
on RIGHT "$genl" call packet "$packet"
check_err $? "refused"
check_captured LEFT eth0 1 'ip[1] == 0xc0 and ip[20:4] == 0x20002001'
captured LEFT eth0 '' -x | tr -d ' \n' | grep -q "000003e7.*"
check_err $? "no key"
check_counted LEFT rx_nhrp_no_owner "$before"
check_captured LEFT mgre0 1 ''
log_test "sent without a peer; dropped and counted without an owner"

events LEFT
on LEFT "$genl" own mgre0 > "$TMPDIR/owner" &
busywait 20000 until_match bound cat "$TMPDIR/owner" > /dev/null
check_err $? "cannot be bound"
check_entry LEFT '.[0] | has("owner")' dev
check_event LEFT '.event == "dev-change" and has("owner")'
check_refused '^EBUSY: ' on LEFT "$genl" own mgre0
log_test "one owner"

on RIGHT "$genl" call packet "$packet"
busywait 20000 until_match '"packet"' cat "$TMPDIR/owner" > /dev/null
check_err $? "nothing came"
ingress=$(on LEFT cat /sys/class/net/eth0/ifindex)
tail -n +2 "$TMPDIR/owner" | gojq -e "select(.packet.endpoint.nbma ==
	\"192.0.2.2\" and .packet.local == \"192.0.2.1\" and
	.packet.ingress == $ingress and .packet.data == \"$data\")" > /dev/null
check_err $? "not the packet that was sent: $(cat "$TMPDIR/owner")"
check_entry LEFT 'length == 0' peer
log_test "received with its origin, and nothing is made of it"

on RIGHT ip address add 10.9.0.99/24 dev mgre0
on LEFT mgrectl map add dev mgre0 10.9.0.2 nbma 192.0.2.2
on RIGHT mgrectl map add dev mgre0 10.9.0.1 nbma 192.0.2.1
pid=$(on LEFT pgrep -f 'genl.py own mgre0')
kill -9 "$pid"
check_event LEFT '.event == "dev-change" and (has("owner") | not)'
check_entry LEFT '.[0] | has("owner") | not' dev
check_ping LEFT 10.9.0.2
on LEFT "$genl" own mgre0 > "$TMPDIR/owner2" &
busywait 20000 until_match bound cat "$TMPDIR/owner2" > /dev/null
check_err $? "cannot be bound again"
log_test "the owner dies: announced, forwarding goes on, another may come"

# Far more than a socket's buffer holds, while nobody reads it.
pid=$(on LEFT pgrep -f 'genl.py own mgre0')
kill -STOP "$pid"
on RIGHT python3 - "$packet" <<-END
	import json, sys
	sys.path.insert(0, "$(dirname "$genl")")
	import genl
	family = genl.Family()
	values = json.loads(sys.argv[1])
	values["packet"]["data"] += "00" * 1000
	data = family.spec.encode("mgre", values)
	for _ in range(2000):
	    family.send(family.spec.commands["packet"], data, 0)
	    for _ in family.answers():
	        pass
END
check_err $? "sending failed"
check_at_least "$(mgre_stat "$LEFT" mgre0 rx_nhrp_owner_full)" 1 \
	"rx_nhrp_owner_full"
check_ping LEFT 10.9.0.2
kill -CONT "$pid"
log_test "an owner that does not read is not waited for"
