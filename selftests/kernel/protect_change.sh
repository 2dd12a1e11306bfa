#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Protection is switched on and off, and its device moved and removed, under
# traffic; from the moment that "ip link" returns nothing leaves in clear.
#
# The network is that of ../ipsec.sh. LEFT has no keys at first, so that what
# it sends is in clear or not at all.
# timeout: 900

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/ipsec.sh
. "$(dirname "$0")/../ipsec.sh"

require_command python3
raw=$(dirname "$0")/gre.py
segment LEFT RIGHT

link()
{
	ip -n "$LEFT" link set mgre0 type mgre "$@"
}

for bad in 'protect' 'protect x' 'protect 1' 'noprotect' \
	   'protect none protect none'; do
	# shellcheck disable=SC2086 # words
	check_refused "^mgre: .*\"(no)?protect" ip -n "$LEFT" link add mgre0 \
		type mgre local 192.0.2.1 $bad
done
tunnel LEFT none
tunnel RIGHT
check_link LEFT '.protect == "none"'
link ttl 9
check_link LEFT '.protect == "none" and .ttl == 9'
link protect require
check_link LEFT '.protect == "require" and .ttl == 9'
link ttl 64
check_link LEFT '.protect == "require"'
link protect none
log_test "the option is shown, changed alone, and refused when wrong"

if python3 -c 'import yaml' 2> /dev/null; then
	index=$(on LEFT cat /sys/class/net/mgre0/ifindex)
	endpoint='"endpoint":{"nbma":"192.0.2.2"'
	check_refused 'EINVAL: .*security association' on LEFT "$genl" call \
		peer-set "{\"ifindex\":$index,\"peer\":{$endpoint,\"port\":4500}}}" create
	check_refused 'EINVAL' on LEFT "$genl" call peer-set \
		"{\"ifindex\":$index,\"peer\":{$endpoint},\"wanted\":1}}" create
	check_refused 'EINVAL' on LEFT "$genl" call peer-set \
		"{\"ifindex\":$index,\"peer\":{$endpoint},\"spi\":1}}" create
	check_equal "$(entries LEFT peer)" 0 "peers made"
	log_test "what is only told is refused in a request"
fi

# The mapping is to RIGHT; no policy, no keys.
knows LEFT RIGHT 7
capture_sent LEFT
# With -w it would end at an ICMP error.
ip netns exec "$LEFT" timeout 900 ping -q -i 0.005 10.9.0.2 > /dev/null 2>&1 &
flood=$!

leaves_more()
{
	[ "$(link_stat "$LEFT" mgre0 tx packets)" -gt "$1" ]
}

# check_leaves: what is sent gets out.
check_leaves()
{
	busywait 10000 leaves_more "$(link_stat "$LEFT" mgre0 tx packets)"
	check_err $? "nothing leaves: $(on LEFT mgrectl peer show dev mgre0)"
	kill -0 $flood 2> /dev/null
	check_err $? "nothing is sent any more"
}

# clear_between FROM TO...: packets in clear, but those of a raw socket with
# key 7, in these spans of time.
clear_between()
{
	captured LEFT eth0 'proto gre and not ip[24:4] == 7' -tt |
		awk -v times="$*" '
			BEGIN { last = split(times, at, " ") }
			{ for (i = 1; i < last; i += 2)
				n += $1 > at[i] && $1 < at[i + 1] }
			END { print n + 0 }'
}

times=()
for _ in $(seq 8); do
	link protect none
	check_leaves
	link protect require
	times+=("$(date +%s.%N)")
	sleep 0.3
	times+=("$(date +%s.%N)")
done
check_at_least "$(captured LEFT eth0 'proto gre' | wc -l)" 4 \
	"packets in clear without protection"
check_equal "$(clear_between "${times[@]}")" 0 "cleartext packets"
log_test "require is in force on return, each of eight times"

link protect none
check_leaves
ip -n "$LEFT" link set mgre0 down
link protect require
ip -n "$LEFT" link set mgre0 up
from=$(date +%s.%N)
sleep 1
check_equal "$(clear_between "$from" "$(date +%s.%N)")" 0 "cleartext packets"
log_test "switched on while the device is down"
kill $flood
wait $flood 2> /dev/null

# With keys: nothing is lost on the way from none to require and back, for a
# peer with an if-id is sent to by its policies either way.
policies LEFT RIGHT 7
keys add LEFT RIGHT 7 1
knows RIGHT LEFT 7
check_peer LEFT RIGHT '.state == "up"'
check_ping LEFT 10.9.0.2
lost_pings "$LEFT" -c 300 -i 0.02 10.9.0.2 > "$TMPDIR/lost" &
traffic=$!
from=$(date +%s.%N)
while kill -0 $traffic 2> /dev/null; do
	link protect none
	link protect require
done
wait $traffic
check_equal "$(cat "$TMPDIR/lost")" 0 "lost"
check_equal "$(clear_between "$from" "$(date +%s.%N)")" 0 "cleartext packets"
log_test "with keys nothing is lost, and nothing in clear, in either state"

# refused KEY: a raw socket of LEFT cannot send with this key.
refused()
{
	on LEFT "$raw" 192.0.2.1 192.0.2.2 "$1" > /dev/null
	[ $? -eq 3 ]
}

# The inner side moves, the underlay stays.
setup_ns INNER
ip -n "$LEFT" link set mgre0 netns "$INNER"
ip -n "$INNER" address add 10.9.0.1/24 dev mgre0
ip -n "$INNER" link set mgre0 up
on INNER mgrectl map replace dev mgre0 10.9.0.2 nbma 192.0.2.2 if-id 7
from=$(date +%s.%N)
check_peer INNER RIGHT '.state == "up"'
check_ping INNER 10.9.0.2
refused $key
check_err $? "a raw socket is not refused"
state LEFT del LEFT RIGHT 7 1
check_peer INNER RIGHT '.state == "down" and .wanted == "up"'
check_no_ping INNER 10.9.0.2
state LEFT add LEFT RIGHT 7 1
check_peer INNER RIGHT '.state == "up"'
check_ping INNER 10.9.0.2
check_equal "$(clear_between "$from" "$(date +%s.%N)")" 0 "cleartext packets"
log_test "the device moves: protected in the underlay it has left"

# Two protected devices, one goes.
ip -n "$LEFT" link add mgre1 type mgre local 192.0.2.1 key 7 protect require
ip -n "$LEFT" link set mgre1 up
ip -n "$LEFT" link del mgre1
refused 7
check_fail $? "the key of a removed device is still refused"
refused $key
check_err $? "the other device is no longer protected"
log_test "one protected device goes, the other stays protected"

ip netns exec "$INNER" timeout 30 ping -q -i 0.01 10.9.0.2 > /dev/null 2>&1 &
flood=$!
sleep 1
from=$(date +%s.%N)
ip netns del "$INNER"
sleep 2
kill $flood 2> /dev/null
wait $flood 2> /dev/null
check_equal "$(clear_between "$from" "$(date +%s.%N)")" 0 "cleartext packets"
busywait 20000 eval '! refused 999'
check_err $? "the hook has stayed"
log_test "its namespace is deleted under traffic, and no hook stays behind"

tunnel LEFT
knows LEFT RIGHT 7
check_peer LEFT RIGHT '.state == "up"'
check_ping LEFT 10.9.0.2
ip netns exec "$LEFT" timeout 30 ping -q -i 0.01 10.9.0.2 > /dev/null 2>&1 &
flood=$!
sleep 1
from=$(date +%s.%N)
rmmod mgre
check_err $? "the module cannot be removed"
check_equal "$(clear_between "$from" "$(date +%s.%N)")" 0 "cleartext packets"
kill $flood
wait $flood 2> /dev/null
load_mgre
tunnel LEFT
check_link LEFT '.protect == "require"'
log_test "the module is removed under traffic"

# The underlay's namespace goes, with SAs and policies in it.
knows LEFT RIGHT 7
check_peer LEFT RIGHT '.state == "up"'
ip netns exec "$LEFT" timeout 30 ping -q -i 0.01 10.9.0.2 > /dev/null 2>&1 &
sleep 1
ip netns pids "$LEFT" | xargs -r kill -9
ip netns del "$LEFT"
sleep 1
log_test "the underlay's namespace is deleted"
