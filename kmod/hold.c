// SPDX-License-Identifier: GPL-2.0
/*
 * Next hops without a mapping: each is announced at most once a second, and
 * its packets go by the fallback peer. Without such a peer they wait here, a
 * few and for a short time, and are then answered with an ICMP error.
 */
#include <linux/slab.h>
#include <net/icmp.h>
#include "mgre.h"

#define MGRE_HOLD_TIME		(3 * HZ)
#define MGRE_HOLD_ANNOUNCE	HZ
#define MGRE_HOLD_NEXT_HOPS	1024		/* per device */
#define MGRE_HOLD_PACKETS	16		/* per next hop */
#define MGRE_HOLD_BYTES		(4 << 20)	/* per device */

struct mgre_hold_entry {
	struct hlist_node node;			/* mgre_hold_table.buckets */
	struct list_head by_age;
	struct in6_addr next_hop;
	unsigned long created;			/* jiffies */
	unsigned long announced;		/* jiffies */
	struct sk_buff_head packets;
};

static struct hlist_head *mgre_hold_bucket(struct mgre_hold_table *table,
					   const struct in6_addr *next_hop)
{
	return &table->buckets[mgre_address_hash(next_hop, table->seed) %
			       MGRE_HOLD_BUCKETS];
}

static struct mgre_hold_entry *
mgre_hold_find(struct mgre_hold_table *table, const struct in6_addr *next_hop)
{
	struct mgre_hold_entry *entry;

	hlist_for_each_entry(entry, mgre_hold_bucket(table, next_hop), node)
		if (ipv6_addr_equal(&entry->next_hop, next_hop))
			return entry;
	return NULL;
}

/* Takes the packets that wait at an entry out of the account. */
static void mgre_hold_take(struct mgre_hold_table *table,
			   struct mgre_hold_entry *entry,
			   struct sk_buff_head *packets)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&entry->packets))) {
		table->bytes -= skb->truesize;
		__skb_queue_tail(packets, skb);
	}
}

static void mgre_hold_remove(struct mgre_hold_table *table,
			     struct mgre_hold_entry *entry,
			     struct sk_buff_head *packets)
{
	mgre_hold_take(table, entry, packets);
	hlist_del(&entry->node);
	list_del(&entry->by_age);
	table->count--;
	kfree(entry);
}

static struct mgre_hold_entry *
mgre_hold_add(struct mgre_hold_table *table, const struct in6_addr *next_hop,
	      struct sk_buff_head *evicted)
{
	struct mgre_hold_entry *entry;

	if (table->count == MGRE_HOLD_NEXT_HOPS)
		mgre_hold_remove(table,
				 list_first_entry(&table->by_age,
						  struct mgre_hold_entry,
						  by_age), evicted);
	entry = kzalloc(sizeof(*entry), GFP_ATOMIC);
	if (!entry)
		return NULL;
	entry->next_hop = *next_hop;
	entry->created = jiffies;
	entry->announced = jiffies - MGRE_HOLD_ANNOUNCE;
	__skb_queue_head_init(&entry->packets);
	hlist_add_head(&entry->node, mgre_hold_bucket(table, next_hop));
	list_add_tail(&entry->by_age, &table->by_age);
	if (!table->count++)
		schedule_delayed_work(&table->work, MGRE_HOLD_TIME);
	return entry;
}

/* What had to make way says nothing about its next hop: no ICMP error. */
static void mgre_evict(struct mgre *mgre, struct sk_buff_head *packets)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(packets)))
		mgre_drop(mgre, skb, MGRE_DROP_TX_QUEUE_FULL);
}

static void mgre_give_up(struct mgre *mgre, struct sk_buff_head *packets)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(packets))) {
		if (skb->protocol == htons(ETH_P_IP))
			icmp_ndo_send(skb, ICMP_DEST_UNREACH,
				      ICMP_HOST_UNREACH, 0);
		else
			icmpv6_ndo_send(skb, ICMPV6_DEST_UNREACH,
					ICMPV6_ADDR_UNREACH, 0);
		mgre_drop(mgre, skb, MGRE_DROP_TX_UNRESOLVED);
	}
}

static bool mgre_hold_announced(struct mgre_hold_entry *entry)
{
	return time_before(jiffies, entry->announced + MGRE_HOLD_ANNOUNCE);
}

static bool mgre_hold_announce(struct mgre_hold_entry *entry)
{
	if (mgre_hold_announced(entry))
		return false;
	entry->announced = jiffies;
	return true;
}

/* The oldest packet of a next hop makes way for a newer one. */
static bool mgre_hold_queue(struct mgre_hold_table *table,
			    struct mgre_hold_entry *entry,
			    struct sk_buff *skb, struct sk_buff_head *evicted)
{
	struct sk_buff *oldest;

	if (skb_queue_len(&entry->packets) == MGRE_HOLD_PACKETS) {
		oldest = __skb_dequeue(&entry->packets);
		table->bytes -= oldest->truesize;
		__skb_queue_tail(evicted, oldest);
	}
	/* The time runs from when the first packet begins to wait. */
	if (skb_queue_empty(&entry->packets)) {
		entry->created = jiffies;
		list_move_tail(&entry->by_age, &table->by_age);
	}
	if (table->bytes + skb->truesize > MGRE_HOLD_BYTES)
		return false;
	/* The route must outlast the softirq: an ICMP error may need it. */
	if (skb_dst(skb) && !skb_dst_force(skb))
		return false;
	table->bytes += skb->truesize;
	__skb_queue_tail(&entry->packets, skb);
	return true;
}

static struct mgre_peer *mgre_hold_if_up(struct mgre_peer *peer)
{
	return peer && READ_ONCE(peer->state) == MGRE_PEER_STATE_UP ? peer :
								      NULL;
}

/*
 * Where a packet can go after all. Who opens a way publishes it and then takes
 * the table's lock to release what waits; so whoever finds none under that
 * lock may let a packet wait.
 */
static struct mgre_peer *mgre_hold_way_out(struct mgre *mgre,
					   const struct in6_addr *next_hop)
{
	struct mgre_peer *peer = rcu_dereference(mgre->remote);
	struct mgre_mapping *mapping;

	if (!peer) {
		mapping = mgre_mapping_find(mgre, next_hop);
		peer = mapping ? rcu_dereference(mapping->peer) : NULL;
	}
	return mgre_hold_if_up(peer) ?:
	       mgre_hold_if_up(rcu_dereference(mgre->fallback));
}

/**
 * mgre_hold() - Send a packet by the fallback peer, or let it wait
 * @mgre: Device
 * @skb: Packet, given away
 * @next_hop: Its next hop, which has no mapping to a peer that is up
 *
 * Context: softirq, RCU read side.
 */
void mgre_hold(struct mgre *mgre, struct sk_buff *skb,
	       const struct in6_addr *next_hop)
{
	struct mgre_peer *peer = rcu_dereference(mgre->fallback);
	struct mgre_hold_table *table = &mgre->hold;
	struct mgre_hold_entry *entry;
	struct sk_buff_head evicted;
	bool queued = false;

	if (mgre_hold_if_up(peer) && mgre_send(mgre, peer, skb))
		return;
	__skb_queue_head_init(&evicted);
	spin_lock_bh(&table->lock);
	peer = mgre_hold_way_out(mgre, next_hop);
	if (!peer) {
		entry = mgre_hold_find(table, next_hop) ?:
			mgre_hold_add(table, next_hop, &evicted);
		queued = entry && mgre_hold_queue(table, entry, skb, &evicted);
	}
	spin_unlock_bh(&table->lock);
	if (peer)
		mgre_send_or_drop(mgre, peer, skb);
	else if (!queued)
		mgre_drop(mgre, skb, MGRE_DROP_TX_QUEUE_FULL);
	mgre_evict(mgre, &evicted);
}

/**
 * mgre_unresolved() - Announce that a mapping is missed, keep the packet going
 * @mgre: Device
 * @skb: Packet, given away
 * @next_hop: Its next hop
 *
 * Context: softirq, RCU read side.
 */
void mgre_unresolved(struct mgre *mgre, struct sk_buff *skb,
		     const struct in6_addr *next_hop)
{
	struct mgre_hold_table *table = &mgre->hold;
	struct mgre_hold_entry *entry;
	struct sk_buff_head evicted;
	bool announce;

	__skb_queue_head_init(&evicted);
	spin_lock_bh(&table->lock);
	entry = mgre_hold_find(table, next_hop) ?:
		mgre_hold_add(table, next_hop, &evicted);
	announce = entry && mgre_hold_announce(entry);
	spin_unlock_bh(&table->lock);
	mgre_evict(mgre, &evicted);
	if (announce)
		mgre_event_miss(mgre, next_hop);
	mgre_hold(mgre, skb, next_hop);
}

static void mgre_send_held(struct mgre *mgre, struct mgre_peer *peer,
			   struct sk_buff_head *packets)
{
	struct sk_buff *skb;

	local_bh_disable();
	rcu_read_lock();
	while ((skb = __skb_dequeue(packets)))
		mgre_send_or_drop(mgre, peer, skb);
	rcu_read_unlock();
	local_bh_enable();
}

/**
 * mgre_hold_release() - Send what has waited for a next hop
 * @mgre: Device
 * @next_hop: Next hop, now mapped
 * @peer: To this peer
 *
 * Context: process, mgre->lock held.
 */
void mgre_hold_release(struct mgre *mgre, const struct in6_addr *next_hop,
		       struct mgre_peer *peer)
{
	struct mgre_hold_table *table = &mgre->hold;
	struct mgre_hold_entry *entry;
	struct sk_buff_head packets;

	__skb_queue_head_init(&packets);
	spin_lock_bh(&table->lock);
	entry = mgre_hold_find(table, next_hop);
	if (entry)
		mgre_hold_remove(table, entry, &packets);
	spin_unlock_bh(&table->lock);
	mgre_send_held(mgre, peer, &packets);
}

/**
 * mgre_hold_release_all() - Send all that waits
 * @mgre: Device
 * @peer: By this fallback peer
 *
 * Context: process, mgre->lock held.
 */
void mgre_hold_release_all(struct mgre *mgre, struct mgre_peer *peer)
{
	struct mgre_hold_table *table = &mgre->hold;
	struct mgre_hold_entry *entry;
	struct sk_buff_head packets;

	__skb_queue_head_init(&packets);
	spin_lock_bh(&table->lock);
	list_for_each_entry(entry, &table->by_age, by_age)
		mgre_hold_take(table, entry, &packets);
	spin_unlock_bh(&table->lock);
	mgre_send_held(mgre, peer, &packets);
}

static void mgre_hold_expire(struct work_struct *work)
{
	struct mgre_hold_table *table = container_of(to_delayed_work(work),
						     struct mgre_hold_table,
						     work);
	struct mgre *mgre = container_of(table, struct mgre, hold);
	struct mgre_hold_entry *entry;
	struct sk_buff_head packets;

	__skb_queue_head_init(&packets);
	spin_lock_bh(&table->lock);
	while (!list_empty(&table->by_age)) {
		entry = list_first_entry(&table->by_age,
					 struct mgre_hold_entry, by_age);
		if (time_before(jiffies, entry->created + MGRE_HOLD_TIME)) {
			schedule_delayed_work(&table->work, entry->created +
						MGRE_HOLD_TIME - jiffies);
			break;
		}
		if (!mgre_hold_announced(entry)) {
			mgre_hold_remove(table, entry, &packets);
			continue;
		}
		/* It stays, lest the next packet be announced at once. */
		mgre_hold_take(table, entry, &packets);
		entry->created = jiffies;
		list_move_tail(&entry->by_age, &table->by_age);
	}
	spin_unlock_bh(&table->lock);
	local_bh_disable();
	mgre_give_up(mgre, &packets);
	local_bh_enable();
}

/**
 * mgre_hold_init() - Prepare the waiting room of a new device
 * @mgre: Device
 */
void mgre_hold_init(struct mgre *mgre)
{
	struct mgre_hold_table *table = &mgre->hold;

	spin_lock_init(&table->lock);
	table->seed = get_random_u32();
	INIT_LIST_HEAD(&table->by_age);
	INIT_DELAYED_WORK(&table->work, mgre_hold_expire);
}

/**
 * mgre_hold_exit() - Drop all that waits
 * @mgre: Device, no longer running
 *
 * Context: process.
 */
void mgre_hold_exit(struct mgre *mgre)
{
	struct mgre_hold_table *table = &mgre->hold;
	struct mgre_hold_entry *entry, *next;
	struct sk_buff_head packets;

	cancel_delayed_work_sync(&table->work);
	__skb_queue_head_init(&packets);
	spin_lock_bh(&table->lock);
	list_for_each_entry_safe(entry, next, &table->by_age, by_age)
		mgre_hold_remove(table, entry, &packets);
	spin_unlock_bh(&table->lock);
	__skb_queue_purge(&packets);
}
