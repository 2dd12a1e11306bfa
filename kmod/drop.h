/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a packet was dropped: one list, for the counters of "ethtool -S" and
 * the tracepoint.
 */
#ifndef _MGRE_DROP_H
#define _MGRE_DROP_H

#include <linux/skbuff.h>
#include <linux/types.h>

struct ethtool_ops;
struct mgre;

#define MGRE_DROP_REASONS(reason)					\
	reason(TX_MALFORMED, tx_malformed)				\
	reason(TX_NO_LOCAL, tx_no_local_address)			\
	reason(TX_UNRESOLVED, tx_unresolved)				\
	reason(TX_QUEUE_FULL, tx_queue_full)				\
	reason(TX_NO_ROUTE, tx_no_route)				\
	reason(TX_LOOP, tx_loop)					\
	reason(TX_RECURSION, tx_recursion)				\
	reason(TX_TOO_BIG, tx_too_big)					\
	reason(TX_NO_MULTICAST, tx_no_multicast_peer)			\
	reason(TX_NO_MEMORY, tx_no_memory)				\
	reason(TX_UNPROTECTED, tx_unprotected_dropped)			\
	reason(RX_UNKNOWN_PEER, rx_unknown_peer)			\
	reason(RX_UNPROTECTED, rx_unprotected_dropped)			\
	reason(RX_POLICY, rx_policy)					\
	reason(RX_CONNTRACK, rx_conntrack)				\
	reason(RX_CHECKSUM, rx_checksum)				\
	reason(RX_MALFORMED, rx_malformed)				\
	reason(RX_LOOP, rx_loop)					\
	reason(RX_ECN, rx_ecn)						\
	reason(RX_NO_OWNER, rx_nhrp_no_owner)				\
	reason(RX_OWNER_FULL, rx_nhrp_owner_full)

#define MGRE_DROP_ENUM(upper, lower)	MGRE_DROP_##upper,
enum mgre_drop_reason {
	MGRE_DROP_REASONS(MGRE_DROP_ENUM)
	MGRE_DROP_COUNT
};

#define MGRE_DROP_FIRST_RX	MGRE_DROP_RX_UNKNOWN_PEER

struct mgre_drop_stats {
	unsigned long count[MGRE_DROP_COUNT];
};

void mgre_drop_count(struct mgre *mgre, const struct sk_buff *skb,
		     enum mgre_drop_reason reason);
void mgre_drop(struct mgre *mgre, struct sk_buff *skb,
	       enum mgre_drop_reason reason);

extern const struct ethtool_ops mgre_ethtool_ops;

#endif /* _MGRE_DROP_H */
