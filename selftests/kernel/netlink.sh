#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Messages of the generic netlink family that are wrong: each is refused, with
# words that say what is wrong, and changes nothing.
#
#	LEFT  eth0 192.0.2.1/24 --- eth0 192.0.2.2/24  RIGHT
# timeout: 400

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

require_command python3
python3 -c 'import yaml' 2>/dev/null || skip_all "python3-yaml not installed"
pair_underlay
pair_tunnel LEFT
index=$(on LEFT cat /sys/class/net/mgre0/ifindex)
other=$(on LEFT cat /sys/class/net/eth0/ifindex)
nbma='"endpoint":{"nbma":"192.0.2.2"}'

# bad OPERATION ATTRIBUTES [FLAG...]: refused, by name and with words.
bad()
{
	check_refused '^E[A-Z]+: .+' on LEFT "$genl" call "$@"
}

for operation in dev-get dev-bind dev-unbind peer-set peer-del peer-get \
		 map-set map-del map-get map-flush packet; do
	bad $operation '{}'
	bad $operation '{"ifindex":999999}'
	bad $operation "{\"ifindex\":$other}"
	bad $operation '{"ifindex":{"raw":"01"}}'
	bad $operation "{\"ifindex\":$index,\"#99\":{\"raw\":\"01\"}}"
done
log_test "operations without a device of ours or with unknown attributes"

device="\"ifindex\":$index"
bad peer-set "{$device}" create
bad peer-set "{$device,\"peer\":{}}" create
bad peer-set "{$device,\"peer\":{\"endpoint\":{}}}" create
for address in '{"raw":""}' '{"raw":"c00002"}' '{"raw":"c000020201"}' \
	       '"0.0.0.0"' '"224.0.0.1"' '"255.255.255.255"' '"2001:db8::1"'; do
	bad peer-set "{$device,\"peer\":{\"endpoint\":{\"nbma\":$address}}}" \
		create
	bad map-set "{$device,\"map\":{\"protocol\":\"10.9.0.2\",
		\"endpoint\":{\"nbma\":$address}}}" create
	bad packet "{$device,\"packet\":{\"endpoint\":{\"nbma\":$address},
		\"data\":\"0001\"}}"
done
log_test "endpoints that cannot be"

for setting in '"state":7' '"flags":[256,256]' '"flags":[4,4]' \
	       '"state":{"raw":"01"}' '"flags":{"raw":"01"}' \
	       '"mtu":1400' '"mappings":1' '"header":"4500"' \
	       '"tx-packets":1' '"#99":{"raw":"01"}'; do
	bad peer-set "{$device,\"peer\":{$nbma,$setting}}" create
done
log_test "settings of a peer that cannot be"

bad map-set "{$device}" create
bad map-set "{$device,\"map\":{$nbma}}" create
bad map-set "{$device,\"map\":{\"protocol\":\"10.9.0.2\"}}" create
for address in '{"raw":""}' '{"raw":"c00002"}' '"0.0.0.0"' '"224.0.0.5"' \
	       '"255.255.255.255"' '"::"' '"ff02::5"'; do
	bad map-set "{$device,\"map\":{\"protocol\":$address,$nbma}}" create
done
long=$(printf '%0130d' 0)
for setting in "\"cookie\":\"$long\"" '"hold":0' '"created":1' '"expires":1' \
	       '"used":1' '"#99":{"raw":"01"}'; do
	bad map-set "{$device,\"map\":{\"protocol\":\"10.9.0.2\",$nbma,
		$setting}}" create
done
log_test "mappings that cannot be"

check_refused ENOENT on LEFT "$genl" call peer-set "{$device,\"peer\":{$nbma}}"
check_refused ENOENT on LEFT "$genl" call peer-del "{$device,\"peer\":{$nbma}}"
check_refused ENOENT on LEFT "$genl" call peer-get "{$device,\"peer\":{$nbma}}"
map="\"map\":{\"protocol\":\"10.9.0.2\",$nbma}"
key="\"map\":{\"protocol\":\"10.9.0.2\"}"
check_refused ENOENT on LEFT "$genl" call map-set "{$device,$map}"
check_refused ENOENT on LEFT "$genl" call map-del "{$device,$key}"
check_refused ENOENT on LEFT "$genl" call map-get "{$device,$key}"
log_test "entries that are not there"

bad packet "{$device}"
bad packet "{$device,\"packet\":{$nbma}}"
bad packet "{$device,\"packet\":{\"data\":\"0001\"}}"
bad packet "{$device,\"packet\":{$nbma,\"data\":\"\"}}"
log_test "packets without an endpoint or data"

check_equal "$(entries LEFT peer)$(entries LEFT map)" 00 "entries made"
log_test "nothing was changed by what was refused"

# unprivileged COMMAND...: as root of the namespaces but without rights.
unprivileged()
{
	on LEFT setpriv --bounding-set -net_admin --inh-caps -net_admin "$@"
}
if command -v setpriv > /dev/null; then
	check_refused EPERM unprivileged "$genl" call dev-bind "{$device}"
	check_refused EPERM unprivileged "$genl" call peer-set \
		"{$device,\"peer\":{$nbma}}" create
	check_refused EPERM unprivileged "$genl" call packet \
		"{$device,\"packet\":{$nbma,\"data\":\"0001\"}}"
	check_refused 'PermissionError|EPERM|Operation not permitted' \
		unprivileged timeout 20 "$genl" listen
	log_test "writing and listening need CAP_NET_ADMIN"
fi
