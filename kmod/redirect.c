// SPDX-License-Identifier: GPL-2.0
/*
 * Redirects: a hub announces packets that leave by the device they came in
 * by, each pair of source and destination at most once in an interval, so
 * that its daemon can tell the source of a shorter way.
 */
#include <linux/jhash.h>
#include <linux/random.h>
#include <linux/slab.h>
#include "mgre.h"
#include "trace.h"

#define MGRE_REDIRECT_SLOTS	1024
#define MGRE_REDIRECT_WAYS	4		/* slots a pair may be in */

/* A slot: hash of the pair in the upper, jiffies in the lower half; 0: free */
struct mgre_redirects {
	u32 interval;				/* jiffies */
	u32 seed;
	struct rcu_head rcu;
	atomic64_t slots[MGRE_REDIRECT_SLOTS];
};

static u32 mgre_redirect_hash(const struct sk_buff *skb, u32 seed)
{
	if (skb->protocol == htons(ETH_P_IP))
		return jhash_2words((__force u32)ip_hdr(skb)->saddr,
				    (__force u32)ip_hdr(skb)->daddr, seed);
	return jhash2((const u32 *)&ipv6_hdr(skb)->saddr, 8, seed);
}

/*
 * Takes the slot of a pair. A pair without a slot waits until one is due:
 * late beats twice.
 */
static bool mgre_redirect_due(struct mgre_redirects *redirects, u32 hash)
{
	u32 now = (u32)jiffies | 1;
	atomic64_t *slot, *free = NULL;
	u64 seen, free_seen = 0;
	int i;

	for (i = 0; i < MGRE_REDIRECT_WAYS; i++) {
		slot = &redirects->slots[(hash + i) % MGRE_REDIRECT_SLOTS];
		seen = atomic64_read(slot);
		if (seen && now - (u32)seen < redirects->interval) {
			if (seen >> 32 == hash)
				return false;
			continue;
		}
		if (!free || (seen && seen >> 32 == hash)) {
			free = slot;
			free_seen = seen;
		}
	}
	return free && atomic64_cmpxchg(free, free_seen,
					(u64)hash << 32 | now) == free_seen;
}

/**
 * mgre_redirect() - Announce a packet that turns round in this device
 * @mgre: Device
 * @skb: Packet, only read
 *
 * Context: softirq, RCU read side.
 */
void mgre_redirect(struct mgre *mgre, const struct sk_buff *skb)
{
	struct mgre_redirects *redirects = rcu_dereference(mgre->redirects);

	if (!redirects ||
	    !mgre_redirect_due(redirects,
			       mgre_redirect_hash(skb, redirects->seed)))
		return;
	trace_mgre_redirect(mgre->dev, skb);
	mgre_event_redirect(mgre, skb);
}

/**
 * mgre_redirects_create() - Make the memory of redirects
 * @seconds: Least time between two of one pair
 *
 * Context: process.
 * Return: The memory, for mgre_redirects_replace() or kvfree(), or NULL.
 */
struct mgre_redirects *mgre_redirects_create(u32 seconds)
{
	struct mgre_redirects *redirects;

	redirects = kvzalloc(sizeof(*redirects), GFP_KERNEL);
	if (!redirects)
		return NULL;
	redirects->interval = seconds * HZ;
	redirects->seed = get_random_u32();
	return redirects;
}

/**
 * mgre_redirects_replace() - Switch redirects on or off
 * @mgre: Device
 * @redirects: Memory, given away, NULL: off
 *
 * Context: process, RTNL held.
 */
void mgre_redirects_replace(struct mgre *mgre,
			    struct mgre_redirects *redirects)
{
	redirects = rcu_replace_pointer(mgre->redirects, redirects,
					lockdep_rtnl_is_held());
	if (redirects)
		kvfree_rcu(redirects, rcu);
}
