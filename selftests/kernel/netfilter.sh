#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The operator's rules decide about the tunnel's packets, outside and inside,
# and connection tracking knows them.
#
#	LEFT  eth0 192.0.2.1/24 --- eth0 192.0.2.2/24  RIGHT

# shellcheck source=selftests/kernel/lib.sh
. "$(dirname "$0")/lib.sh"

require_command nft
pair_up
on RIGHT nft -f - <<-END || skip_all "no nf_tables"
	table ip t {
		chain input {
			type filter hook input priority 0;
		}
		chain output {
			type filter hook output priority 0;
		}
		chain prerouting {
			type filter hook prerouting priority -300;
		}
	}
END

# rule CHAIN RULE...: from now on this is the chain's only rule.
rule()
{
	local chain=$1
	shift

	on RIGHT nft flush chain ip t "$chain"
	[ $# -eq 0 ] || on RIGHT nft add rule ip t "$chain" "$@"
}

rule input ip protocol gre drop
before=$(link_stat "$RIGHT" mgre0 rx packets)
check_no_ping LEFT 10.9.0.2
check_equal "$(link_stat "$RIGHT" mgre0 rx packets)" "$before" "rx_packets"
rule input ip saddr 192.0.2.1 ip protocol gre counter accept
check_ping LEFT 10.9.0.2
on RIGHT nft list chain ip t input | grep -q 'packets [1-9]'
check_err $? "the rule does not see outer packets"
rule input
log_test "INPUT decides about outer packets"

rule input iifname mgre0 drop
check_no_ping LEFT 10.9.0.2
rule input
check_ping LEFT 10.9.0.2
log_test "INPUT decides about inner packets"

rule output ip protocol gre drop
check_no_ping LEFT 10.9.0.2
rule output
check_ping LEFT 10.9.0.2
log_test "OUTPUT decides about outer packets"

rule input ip protocol gre ct state new,established counter accept
check_ping LEFT 10.9.0.2
on RIGHT nft list chain ip t input | grep -q 'packets [1-9]'
check_err $? "the rule does not match"
log_test "with connection tracking"

# A flow that is only received has to be confirmed like any other.
table=/proc/net/nf_conntrack
if on RIGHT test -r $table; then
	rule output ip protocol gre drop
	on LEFT ping -q -c 5 -i 0.1 -W 1 10.9.0.2 > /dev/null
	check_equal "$(on RIGHT grep -c ' gre .*src=192.0.2.1' $table)" 1 \
		"outer connections known"
	check_at_least "$(on RIGHT grep -c 'icmp .*src=10.9.0.1' $table)" 1 \
		"inner connections known"
	rule output
	log_test "outer connections are confirmed"
else
	log_test_skip "outer connections are confirmed" "no $table"
fi

rule input ip protocol gre ct state established accept
on RIGHT nft add rule ip t input ip protocol gre drop
on RIGHT ping -q -c 1 -W 1 10.9.0.1 > /dev/null
check_ping RIGHT 10.9.0.1
check_ping LEFT 10.9.0.2
rule input
log_test "a stateful firewall lets answers in"

rule prerouting ip protocol gre notrack
check_ping LEFT 10.9.0.2
log_test "and untracked"

on RIGHT nft add chain ip t reroute \
	'{ type route hook output priority -150; }'
on RIGHT nft add rule ip t reroute ip protocol gre meta mark set 0x1
check_ping LEFT 10.9.0.2
log_test "packets that are routed again by a rule get through"
