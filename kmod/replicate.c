// SPDX-License-Identifier: GPL-2.0
/*
 * Multicast and broadcast: a copy for each peer that is flagged for it, in
 * batches, so that a device with 10,000 peers makes no burst of 10,000.
 */
#include <linux/slab.h>
#include <net/ip6_route.h>
#include <net/route.h>
#include "mgre.h"

#define MGRE_REPLICATE_BATCH	64
#define MGRE_REPLICATE_QUEUE	128

/* How far the copies of a waiting packet have got. */
struct mgre_replicate_cb {
	unsigned long next;
	u32 origin;				/* multicast_id, 0: none */
};

static struct mgre_replicate_cb *mgre_replicate_cb(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct mgre_replicate_cb) > sizeof(skb->cb));
	return (struct mgre_replicate_cb *)skb->cb;
}

static bool mgre_source_next_hop_v4(struct mgre *mgre, __be32 source,
				    struct in6_addr *next_hop)
{
	struct flowi4 fl4 = {
		.flowi4_oif = mgre->dev->ifindex,
		.daddr = source,
	};
	struct rtable *rt = ip_route_output_key(dev_net(mgre->dev), &fl4);

	if (IS_ERR(rt))
		return false;
	if (rt->rt_gw_family == AF_INET6)
		*next_hop = rt->rt_gw6;
	else
		ipv6_addr_set_v4mapped(rt_nexthop(rt, source), next_hop);
	ip_rt_put(rt);
	return true;
}

static bool mgre_source_next_hop_v6(struct mgre *mgre,
				    const struct in6_addr *source,
				    struct in6_addr *next_hop)
{
	struct flowi6 fl6 = {
		.flowi6_oif = mgre->dev->ifindex,
		.daddr = *source,
	};
	struct dst_entry *dst;
	bool found;

	if (!IS_ENABLED(CONFIG_IPV6))
		return false;
	dst = ip6_route_output(dev_net(mgre->dev), NULL, &fl6);
	found = !dst->error;
	if (found)
		*next_hop = *rt6_nexthop(dst_rt6_info(dst), &fl6.daddr);
	dst_release(dst);
	return found;
}

static bool mgre_source_next_hop(struct mgre *mgre, const struct sk_buff *skb,
				 struct in6_addr *next_hop)
{
	return skb->protocol == htons(ETH_P_IP) ?
	       mgre_source_next_hop_v4(mgre, ip_hdr(skb)->saddr, next_hop) :
	       mgre_source_next_hop_v6(mgre, &ipv6_hdr(skb)->saddr, next_hop);
}

/* The peer that a forwarded packet came from has it already. */
static u32 mgre_replicate_origin(struct mgre *mgre, const struct sk_buff *skb)
{
	struct mgre_mapping *mapping;
	struct in6_addr next_hop;

	if (!mgre_came_from_here(mgre, skb) ||
	    !mgre_source_next_hop(mgre, skb, &next_hop))
		return 0;
	mapping = mgre_mapping_find(mgre, &next_hop);
	return mapping ? rcu_dereference(mapping->peer)->multicast_id : 0;
}

static void mgre_send_copy(struct mgre *mgre, struct mgre_peer *peer,
			   struct sk_buff *skb)
{
	struct sk_buff *copy = skb_clone(skb, GFP_ATOMIC);

	if (copy)
		mgre_send_or_drop(mgre, peer, copy);
	else
		mgre_drop_count(mgre, skb, MGRE_DROP_TX_NO_MEMORY);
}

static void mgre_replicate_later(struct mgre *mgre, struct sk_buff *skb,
				 unsigned long next, u32 origin)
{
	if (skb_queue_len_lockless(&mgre->replicate_queue) >=
	    MGRE_REPLICATE_QUEUE) {
		mgre_drop(mgre, skb, MGRE_DROP_TX_QUEUE_FULL);
		return;
	}
	skb_dst_force(skb);
	mgre_replicate_cb(skb)->next = next;
	mgre_replicate_cb(skb)->origin = origin;
	skb_queue_tail(&mgre->replicate_queue, skb);
	schedule_delayed_work(&mgre->replicate_work, 1);
}

/* Sends one batch of copies, from the peer with the id @start on. */
static void mgre_replicate_batch(struct mgre *mgre, struct sk_buff *skb,
				 unsigned long start, u32 origin)
{
	struct mgre_peer *peer, *last = NULL;
	unsigned int copies = 0;
	unsigned long id;

	xa_for_each_start(&mgre->multicast, id, peer, start) {
		if (id == origin)
			continue;
		if (READ_ONCE(peer->state) != MGRE_PEER_STATE_UP) {
			mgre_keys_ask(mgre, peer);
			continue;
		}
		if (last)
			mgre_send_copy(mgre, last, skb);
		last = peer;
		if (++copies > MGRE_REPLICATE_BATCH) {
			mgre_replicate_later(mgre, skb, id, origin);
			return;
		}
	}
	if (last)
		mgre_send_or_drop(mgre, last, skb);
	else if (start || origin)
		consume_skb(skb);
	else
		mgre_drop(mgre, skb, MGRE_DROP_TX_NO_MULTICAST);
}

/**
 * mgre_replicate() - Send a packet to every multicast peer but its source
 * @mgre: Device
 * @skb: Packet, given away
 *
 * Context: softirq, RCU read side.
 */
void mgre_replicate(struct mgre *mgre, struct sk_buff *skb)
{
	mgre_replicate_batch(mgre, skb, 0, mgre_replicate_origin(mgre, skb));
}

static void mgre_replicate_more(struct work_struct *work)
{
	struct mgre *mgre = container_of(to_delayed_work(work), struct mgre,
					 replicate_work);
	struct sk_buff_head packets;
	struct sk_buff *skb;

	__skb_queue_head_init(&packets);
	spin_lock_bh(&mgre->replicate_queue.lock);
	skb_queue_splice_init(&mgre->replicate_queue, &packets);
	spin_unlock_bh(&mgre->replicate_queue.lock);
	while ((skb = __skb_dequeue(&packets))) {
		local_bh_disable();
		rcu_read_lock();
		mgre_replicate_batch(mgre, skb, mgre_replicate_cb(skb)->next,
				     mgre_replicate_cb(skb)->origin);
		rcu_read_unlock();
		local_bh_enable();
		cond_resched();
	}
}

/**
 * mgre_replicate_init() - Prepare the replication of a new device
 * @mgre: Device
 */
void mgre_replicate_init(struct mgre *mgre)
{
	skb_queue_head_init(&mgre->replicate_queue);
	INIT_DELAYED_WORK(&mgre->replicate_work, mgre_replicate_more);
}

/**
 * mgre_replicate_exit() - Drop what still waits
 * @mgre: Device, no longer running
 *
 * Context: process.
 */
void mgre_replicate_exit(struct mgre *mgre)
{
	cancel_delayed_work_sync(&mgre->replicate_work);
	skb_queue_purge(&mgre->replicate_queue);
}
