#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The options of "ip link ... type mgre": shown as they were given, changed
# one by one, and refused with a reason.
#
#	ROUTER  eth0 192.0.2.1/24 (dummy), and mgre devices on it

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

setup_ns ROUTER
ip -n "$ROUTER" link add eth0 type dummy
ip -n "$ROUTER" address add 192.0.2.1/24 dev eth0
ip -n "$ROUTER" link set eth0 up

link()
{
	ip -n "$ROUTER" link "$@"
}

link add mgre0 type mgre local 192.0.2.1
check_err $? "refused"
check_link ROUTER '.ttl == 64 and .tos == "0" and .pmtudisc == true and
	.redirect == "off" and .accept_unknown == false and .max_entries > 0 and
	(has("key") | not)'
link del mgre0
log_test "a device without further options has the documented defaults"

link add mgre0 type mgre local 192.0.2.1 dev eth0 key 999 ttl 64 tos 40 \
	nopmtudisc fwmark 0x10 redirect 8 max-entries 1000 accept-unknown
check_err $? "refused"
check_link ROUTER '.local == "192.0.2.1" and .dev == "eth0" and .key == 999 and
	.ttl == 64 and .tos == "0x40" and .pmtudisc == false and
	.fwmark == "0x10" and .redirect == 8 and .max_entries == 1000 and
	.accept_unknown == true'
log_test "all options are shown as they were given"

options=$(ip -n "$ROUTER" -d link show mgre0 |
	sed -n 's/^ *mgre \(.*accept-unknown\).*/\1/p')
link del mgre0
# shellcheck disable=SC2086 # words
link add mgre0 type mgre $options
check_err $? "what was shown is refused: $options"
check_link ROUTER '.local == "192.0.2.1" and .dev == "eth0" and .key == 999 and
	.ttl == 64 and .tos == "0x40" and .pmtudisc == false and
	.fwmark == "0x10" and .redirect == 8 and .max_entries == 1000 and
	.accept_unknown == true'
log_test "what is shown can be given"

# change FILTER OPTION...: the option is changed and no other.
change()
{
	local filter=$1
	shift

	link set mgre0 type mgre "$@"
	check_err $? "refused: $*"
	check_link ROUTER "($filter) and .key == 999 and
		.local == \"192.0.2.1\" and .dev == \"eth0\""
}
change '.ttl == 9' ttl 9
change '.ttl == "inherit"' ttl inherit
change '.tos == "inherit"' tos inherit
change '.fwmark == "0x7"' fwmark 7
change '.redirect == "off"' redirect off
change '.max_entries == 2000' max-entries 2000
change '.pmtudisc' pmtudisc
change '.accept_unknown | not' noaccept-unknown
check_link ROUTER '.ttl == "inherit" and .tos == "inherit" and
	.fwmark == "0x7" and .redirect == "off" and .max_entries == 2000'
log_test "each option is changed alone"
link del mgre0

for quad in 0 1 4294967295 0.0.3.231 255.255.255.255; do
	link add mgre0 type mgre local 192.0.2.1 key $quad
	check_err $? "key $quad is refused"
	link del mgre0
done
log_test "keys are numbers or dotted quads"

for bad in 'ttl 0' 'ttl 256' 'ttl' 'ttl x' 'tos 3' 'tos 100' 'tos zz' \
	   'local' 'local x' 'local 192.0.2' 'dev' 'dev nothere' 'key x' \
	   'key 4294967296' 'key -1' 'key 1 key 2' 'fwmark x' 'remote x' \
	   'redirect 0' 'redirect never' 'max-entries 0' 'max-entries x' \
	   'nottl' 'noredirect' 'pmtudisc nopmtudisc' 'garbage'; do
	# shellcheck disable=SC2086 # words
	check_refused "^mgre: .*\"(no)?${bad%% *}" \
		link add mgre1 type mgre $bad
done
check_equal "$(link show type mgre)" "" "what was made"
log_test "the plug-in refuses each wrong word and names it"

# The kernel's own words come after "Error: "; without any it would be
# "RTNETLINK answers: ".
for bad in 'local 224.0.0.1' 'local 255.255.255.255' 'remote 224.0.0.1' \
	   'remote 255.255.255.255' 'local 2001:db8::1' \
	   'remote 2001:db8::1'; do
	# shellcheck disable=SC2086 # words
	check_refused '^Error: ' link add mgre1 type mgre $bad
done
for bad in '' 'local any' 'key 3' 'remote 192.0.2.9' 'dev none'; do
	# shellcheck disable=SC2086 # words
	check_refused '^Error: ' link add mgre1 type mgre $bad
done
log_test "the kernel refuses impossible addresses with a reason"

while read -r bad; do
	refusal=$(on ROUTER "$(dirname "$0")/link.py" mgre1 <<<"$bad")
	[[ $refusal =~ ^E[A-Z]+:\ . ]]
	check_err $? "'$bad': '$refusal'"
done <<-'END'
	local c00002
	local e0000001
	link 00
	link ffffffff
	key 01
	tos 02
	tos 03
	tos 41
	pmtudisc 02
	fwmark 01
	remote c0000202ff
	redirect 81510100
	max_entries 00000000
	accept_unknown 02
	protect 02
END
check_equal "$(on ROUTER "$(dirname "$0")/link.py" mgre1 <<<'tos 40')" \
	accepted "what becomes of a good one"
link del mgre1
log_test "the kernel refuses each wrong attribute with a reason"

link add mgre0 type mgre local 192.0.2.1 key 1
check_refused '^Error: ' link add mgre1 type mgre local 192.0.2.1 key 1
link add mgre2 type mgre local 192.0.2.1 key 2
check_refused '^Error: ' link set mgre0 type mgre key 2
check_refused '^Error: ' link set mgre0 type mgre local 224.0.0.1
check_refused '^Error: ' link set mgre0 type mgre remote 2001:db8::1
check_link ROUTER '.key == 1 and .local == "192.0.2.1"'
log_test "a change that cannot be is refused and changes nothing"

# The plug-in has no words for these.
check_refused '.' link set mgre0 address 02:00:00:00:00:01
check_refused '.' link set mgre0 mtu 10
check_refused '.' link set mgre0 mtu 70000
log_test "impossible MTUs and hardware addresses are refused"

link help mgre 2>&1 | grep -q 'max-entries'
check_err $? "no help"
log_test "ip link help mgre"
