#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Messages of the generic netlink family that are wrong: each is refused, with
# words that say what is wrong, and changes nothing.
#
#	LEFT  eth0 192.0.2.1/24 --- eth0 192.0.2.2/24  RIGHT

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

require_command python3
python3 -c 'import yaml' 2>/dev/null || skip_all "python3-yaml not installed"
pair_underlay
pair_tunnel LEFT
device="\"ifindex\":$(on LEFT cat /sys/class/net/mgre0/ifindex)"
other="\"ifindex\":$(on LEFT cat /sys/class/net/eth0/ifindex)"
nbma='"endpoint":{"nbma":"192.0.2.2"}'
data=$(printf '%040d' 1)

# check_bad PATTERN: each line of standard input is a request that is refused
# so, in words.
check_bad()
{
	local out

	out=$(on LEFT "$genl" try 2>&1)
	check_err $? "$out"
	out=$(grep -vE "^$1: .+  <- " <<< "$out")
	check_equal "$out" "" "what was not refused with '$1' and words"
}

for operation in dev-get dev-bind dev-unbind peer-set peer-del peer-get \
		 map-set map-del map-get map-flush packet; do
	echo "$operation {}"
	echo "$operation {\"ifindex\":0}"
	echo "$operation {\"ifindex\":999999}"
	echo "$operation {$other}"
	echo "$operation {\"ifindex\":{\"raw\":\"01\"}}"
	echo "$operation {$device,\"#99\":{\"raw\":\"01\"}}"
done | check_bad 'E[A-Z]+'
log_test "operations without a device of ours or with unknown attributes"

{
	echo "peer-set {$device} create"
	echo "peer-set {$device,\"peer\":{}} create"
	echo "peer-set {$device,\"peer\":{\"endpoint\":{}}} create"
	for address in '{"raw":""}' '{"raw":"c00002"}' '{"raw":"c000020201"}' \
		       '"0.0.0.0"' '"224.0.0.1"' '"255.255.255.255"' \
		       '"2001:db8::1"'; do
		end="\"endpoint\":{\"nbma\":$address}"
		echo "peer-set {$device,\"peer\":{$end}} create"
		echo "map-set {$device,\"map\":{\"protocol\":\"10.9.0.2\",$end}}" \
			create
		echo "packet {$device,\"packet\":{$end,\"data\":\"$data\"}}"
	done
} | check_bad 'E[A-Z]+'
log_test "endpoints that cannot be"

for setting in '"state":7' '"flags":[256,256]' '"state":{"raw":""}' \
	       '"state":{"raw":"01"}' '"flags":{"raw":"01"}' \
	       '"mtu":1400' '"mappings":1' '"header":"4500"' \
	       '"tx-packets":1' '"#99":{"raw":"01"}'; do
	echo "peer-set {$device,\"peer\":{$nbma,$setting}} create"
done | check_bad 'E[A-Z]+'
log_test "settings of a peer that cannot be"

{
	echo "map-set {$device} create"
	echo "map-set {$device,\"map\":{$nbma}} create"
	echo "map-set {$device,\"map\":{\"protocol\":\"10.9.0.2\"}} create"
	for address in '{"raw":""}' '{"raw":"c00002"}' '"0.0.0.0"' \
		       '"224.0.0.5"' '"255.255.255.255"' '"::"' \
		       '"ff02::5"'; do
		echo "map-set {$device,\"map\":{\"protocol\":$address,$nbma}}" \
			create
	done
	for setting in "\"cookie\":\"$(printf '%0130d' 0)\"" '"hold":0' \
		       '"created":1' '"expires":1' '"used":1' \
		       '"#99":{"raw":"01"}'; do
		echo "map-set {$device,\"map\":{\"protocol\":\"10.9.0.2\"," \
			"$nbma,$setting}} create"
	done
} | check_bad 'E[A-Z]+'
log_test "mappings that cannot be"

check_bad ENOENT <<-END
	peer-set {$device,"peer":{$nbma}}
	peer-del {$device,"peer":{$nbma}}
	peer-get {$device,"peer":{$nbma}}
	map-set {$device,"map":{"protocol":"10.9.0.2",$nbma}}
	map-del {$device,"map":{"protocol":"10.9.0.2"}}
	map-get {$device,"map":{"protocol":"10.9.0.2"}}
END
log_test "entries that are not there"

check_bad 'E[A-Z]+' <<-END
	packet {$device}
	packet {$device,"packet":{$nbma}}
	packet {$device,"packet":{"data":"$data"}}
	packet {$device,"packet":{$nbma,"data":""}}
	packet {$device,"packet":{$nbma,"data":"${data:2}"}}
END
log_test "packets without an endpoint, or shorter than NHRP's header"

check_equal "$(entries LEFT peer)$(entries LEFT map)" 00 "entries made"
log_test "nothing was changed by what was refused"

# unprivileged COMMAND...: as root of the namespaces but without rights.
unprivileged()
{
	on LEFT setpriv --bounding-set -net_admin --inh-caps -net_admin "$@"
}

out=$(unprivileged "$genl" try <<-END
	dev-bind {$device}
	peer-set {$device,"peer":{$nbma}} create
	map-set {$device,"map":{"protocol":"10.9.0.2",$nbma}} create
	packet {$device,"packet":{$nbma,"data":"$data"}}
END
)
check_equal "$(grep -c '^EPERM: ' <<< "$out")" 4 "requests refused"
check_refused 'PermissionError|EPERM|Operation not permitted' \
	unprivileged timeout 20 "$genl" listen
log_test "writing and listening need CAP_NET_ADMIN"
