#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Routes change all the time, under traffic that both processors send to the
# same peer: what one of them has just looked up the other replaces. ESP drops
# a packet whose route is gone before it has come so far.
#
# The network is that of ../ipsec.sh, with a firewall where that matters: the
# longer a packet takes there, the more it sees replaced.
# timeout: 900

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/ipsec.sh
. "$(dirname "$0")/../ipsec.sh"

require_command nft taskset
segment LEFT RIGHT
for part in LEFT RIGHT; do
	tunnel $part
done
policies LEFT RIGHT 7
keys add LEFT RIGHT 7 1
knows LEFT RIGHT 7
knows RIGHT LEFT 7
check_peer LEFT RIGHT '.state == "up"'
check_peer RIGHT LEFT '.state == "up"'

# firewall PART: rules between the tunnel and ESP.
firewall()
{
	on "$1" nft -f - <<-END
		table ip long {
			chain output {
				type filter hook output priority 0;
				$(for i in $(seq 1000); do
					echo "ip id $i counter"
				  done)
			}
		}
	END
}

firewall LEFT
firewall RIGHT

# flood CPU: one packet after the other from one processor.
flood()
{
	on LEFT taskset -c "$1" ping -q -f -c 5000 10.9.0.2 > /dev/null
}

# change PART: its routes, until the file "end" is there; how often, in the
# file PART.
change()
{
	local times=0

	{
		while [ ! -e "$TMPDIR/end" ]; do
			echo "route add 198.51.100.0/24 dev eth0"
			echo "route del 198.51.100.0/24 dev eth0"
			times=$((times + 1))
		done
		echo $times > "$TMPDIR/$1"
	} | ip -n "${!1}" -batch -
}

# refused PART: how many packets IPsec has dropped on their way out.
refused()
{
	on "$1" awk "/^XfrmOut/ { sum += \$2 } END { print sum }" \
		/proc/net/xfrm_stat
}

change LEFT &
left=$!
change RIGHT &
right=$!
flood 0 &
first=$!
flood $(($(nproc) - 1))
check_err $? "flood of the last processor"
wait $first
check_err $? "flood of the first processor"
touch "$TMPDIR/end"
wait $left
check_err $? "routes of LEFT do not change"
wait $right
check_err $? "routes of RIGHT do not change"
for part in LEFT RIGHT; do
	check_at_least "$(cat "$TMPDIR/$part")" 100 "changes of routes of $part"
	check_equal "$(refused $part)" 0 "packets that IPsec did not send"
	check_equal "$(link_stat "${!part}" mgre0 tx errors)" 0 "tx_errors"
	check_at_least "$(link_stat "${!part}" mgre0 tx packets)" 9900 "packets"
done
log_test "routes change under traffic: all packets leave"
