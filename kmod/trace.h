/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints: a missing mapping, a redirect, a peer's state, a drop. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM mgre

#if !defined(_MGRE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _MGRE_TRACE_H

#include <linux/netdevice.h>
#include <linux/tracepoint.h>
#include "mgre.h"

#define MGRE_TRACE_ENUM(upper, lower)	TRACE_DEFINE_ENUM(MGRE_DROP_##upper);
MGRE_DROP_REASONS(MGRE_TRACE_ENUM)
#undef MGRE_TRACE_ENUM

#define MGRE_TRACE_NAME(upper, lower)	{ MGRE_DROP_##upper, #lower },

TRACE_EVENT(mgre_miss,
	TP_PROTO(const struct net_device *dev,
		 const struct in6_addr *next_hop),
	TP_ARGS(dev, next_hop),
	TP_STRUCT__entry(
		__string(name, dev->name)
		__array(u8, next_hop, 16)
	),
	TP_fast_assign(
		mgre_assign_str(name, dev->name);
		memcpy(__entry->next_hop, next_hop, 16);
	),
	TP_printk("dev=%s next_hop=%pI6c", __get_str(name), __entry->next_hop)
);

TRACE_EVENT(mgre_redirect,
	TP_PROTO(const struct net_device *dev, const struct sk_buff *skb),
	TP_ARGS(dev, skb),
	TP_STRUCT__entry(
		__string(name, dev->name)
		__field(const void *, skb)
		__field(unsigned int, len)
	),
	TP_fast_assign(
		mgre_assign_str(name, dev->name);
		__entry->skb = skb;
		__entry->len = skb->len;
	),
	TP_printk("dev=%s skbaddr=%p len=%u", __get_str(name), __entry->skb,
		  __entry->len)
);

TRACE_EVENT(mgre_peer_state,
	TP_PROTO(const struct net_device *dev, const struct mgre_peer *peer),
	TP_ARGS(dev, peer),
	TP_STRUCT__entry(
		__string(name, dev->name)
		__array(u8, nbma, 16)
		__field(u32, if_id)
		__field(u32, state)
	),
	TP_fast_assign(
		mgre_assign_str(name, dev->name);
		memcpy(__entry->nbma, &peer->endpoint.nbma, 16);
		__entry->if_id = peer->endpoint.if_id;
		__entry->state = peer->state;
	),
	TP_printk("dev=%s nbma=%pI6c if_id=%u state=%s", __get_str(name),
		  __entry->nbma, __entry->if_id,
		  __print_symbolic(__entry->state,
				   { MGRE_PEER_STATE_DOWN, "down" },
				   { MGRE_PEER_STATE_UP, "up" }))
);

TRACE_EVENT(mgre_drop,
	TP_PROTO(const struct net_device *dev, const struct sk_buff *skb,
		 enum mgre_drop_reason reason),
	TP_ARGS(dev, skb, reason),
	TP_STRUCT__entry(
		__string(name, dev->name)
		__field(const void *, skb)
		__field(unsigned int, len)
		__field(int, reason)
	),
	TP_fast_assign(
		mgre_assign_str(name, dev->name);
		__entry->skb = skb;
		__entry->len = skb->len;
		__entry->reason = reason;
	),
	TP_printk("dev=%s skbaddr=%p len=%u reason=%s", __get_str(name),
		  __entry->skb, __entry->len,
		  __print_symbolic(__entry->reason,
				   MGRE_DROP_REASONS(MGRE_TRACE_NAME)
				   { -1, NULL }))
);

#endif /* _MGRE_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
