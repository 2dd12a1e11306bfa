#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A firewall rule that marks outer packets makes the stack look their route up
# anew, which knows nothing of a peer's if-id: they would leave in clear.
#
# The network is that of ../ipsec.sh.

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/ipsec.sh
. "$(dirname "$0")/../ipsec.sh"

require_command nft
segment LEFT RIGHT
tunnel LEFT none
tunnel RIGHT none
policies LEFT RIGHT 7
keys add LEFT RIGHT 7 1
knows LEFT RIGHT 7
knows RIGHT LEFT 7

remark()
{
	on LEFT nft -f - <<-END
		table ip leak {
			chain output {
				type route hook output priority mangle;
				ip protocol gre meta mark set 1
			}
		}
	END
	check_err $? "nft has no route hook"
}

capture_sent LEFT
check_ping LEFT 10.9.0.2
check_peer LEFT RIGHT '.protected and .state == "up"'
check_captured LEFT eth0 1 'esp'
check_clear LEFT
log_test "not protected, but with policies and keys: ESP"

remark
on LEFT ping -c 3 -i 0.2 -W 1 10.9.0.2 > /dev/null
check_captured LEFT eth0 3 'proto gre'
log_test "marked by a rule, what is not protected leaks in clear"
on LEFT nft delete table ip leak
check_ping LEFT 10.9.0.2

ip -n "$LEFT" link set mgre0 type mgre protect require
ip -n "$RIGHT" link set mgre0 type mgre protect require
cleared=$(captured LEFT eth0 'proto gre' | wc -l)
check_peer LEFT RIGHT '.protected and .state == "up"'
check_ping LEFT 10.9.0.2
remark
before=$(mgre_stat "$LEFT" mgre0 tx_unprotected_dropped)
on LEFT ping -c 20 -i 0.05 -W 1 10.9.0.2 > /dev/null
check_fail $? "marked packets are answered"
check_at_least $(($(mgre_stat "$LEFT" mgre0 tx_unprotected_dropped) - before)) \
	20 "tx_unprotected_dropped"
check_equal "$(captured LEFT eth0 'proto gre' | wc -l)" "$cleared" \
	"cleartext packets"
log_test "protected, the same packets are dropped and counted"

on LEFT nft delete table ip leak
check_ping LEFT 10.9.0.2
check_equal "$(captured LEFT eth0 'proto gre' | wc -l)" "$cleared" \
	"cleartext packets"
log_test "without the rule they leave under ESP again"

# A policy for what is marked, without an if-id, leads to an SA as well.
remark
policy LEFT add RIGHT 0
state LEFT add LEFT RIGHT 0 5
state RIGHT add LEFT RIGHT 0 5
before=$(mgre_stat "$RIGHT" mgre0 rx_unprotected_dropped)
on LEFT ping -c 1 -W 1 10.9.0.2 > /dev/null
check_captured LEFT eth0 1 "esp and ip[20:4] == $(spi 5 0 RIGHT)"
check_counted RIGHT rx_unprotected_dropped "$before"
log_test "marked and under an SA of no peer: it may leave, and is not accepted"
