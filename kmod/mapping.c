// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings: protocol address to peer, and their ageing.
 *
 * An expired mapping is removed and announced whether or not anybody listens.
 * One that carries traffic is announced once as it nears its end, so that its
 * owner can renew it in time.
 */
#include <linux/jiffies.h>
#include <linux/slab.h>
#include "mgre.h"

/* A mapping nears its end in the last of this many parts of its time. */
#define MGRE_REFRESH_PARTS	4

static u32 mgre_mapping_hash(const void *data, u32 len, u32 seed)
{
	return mgre_address_hash(data, seed);
}

static int mgre_mapping_compare(struct rhashtable_compare_arg *arg,
				const void *object)
{
	const struct mgre_mapping *mapping = object;

	return !ipv6_addr_equal(&mapping->protocol, arg->key);
}

static const struct rhashtable_params mgre_mapping_params = {
	.head_offset		= offsetof(struct mgre_mapping, node),
	.key_offset		= offsetof(struct mgre_mapping, protocol),
	.key_len		= sizeof(struct in6_addr),
	.hashfn			= mgre_mapping_hash,
	.obj_cmpfn		= mgre_mapping_compare,
	.automatic_shrinking	= true,
};

/**
 * mgre_mapping_find() - Look a mapping up
 * @mgre: Device
 * @protocol: Protocol address
 *
 * Context: RCU read side.
 * Return: The mapping, valid as long as that context lasts, or NULL.
 */
struct mgre_mapping *mgre_mapping_find(struct mgre *mgre,
				       const struct in6_addr *protocol)
{
	return rhashtable_lookup(&mgre->mappings, protocol,
				 mgre_mapping_params);
}

static struct mgre_peer *mgre_mapping_peer(const struct mgre *mgre,
					   const struct mgre_mapping *mapping)
{
	return rcu_dereference_protected(mapping->peer,
					 lockdep_is_held(&mgre->lock));
}

static void mgre_mapping_join(struct mgre *mgre, struct mgre_mapping *mapping,
			      struct mgre_peer *peer)
{
	rcu_assign_pointer(mapping->peer, peer);
	list_add_tail(&mapping->in_peer, &peer->mappings);
	peer->mapping_count++;
	mgre_cache_changed();
	if (peer->state == MGRE_PEER_STATE_UP)
		mgre_hold_release(mgre, &mapping->protocol, peer);
}

/* The mapping leads elsewhere from now on, or is out of everybody's sight. */
static void mgre_mapping_leave(struct mgre_mapping *mapping,
			       struct mgre_peer *peer)
{
	list_del(&mapping->in_peer);
	peer->mapping_count--;
	mgre_cache_changed();
}

/**
 * mgre_mapping_create() - Add a mapping that never expires
 * @mgre: Device
 * @protocol: Protocol address; it has no mapping yet
 * @peer: Where it leads
 * @extack: Where a refusal is explained
 *
 * Packets that wait for the address are sent.
 *
 * Context: process, mgre->lock held.
 * Return: The mapping or an ERR_PTR(): -ENOSPC without room for another.
 */
struct mgre_mapping *mgre_mapping_create(struct mgre *mgre,
					 const struct in6_addr *protocol,
					 struct mgre_peer *peer,
					 struct netlink_ext_ack *extack)
{
	struct mgre_mapping *mapping;
	int err;

	if (mgre->mapping_count >= mgre->parms.max_entries) {
		NL_SET_ERR_MSG(extack, "the device has max-entries mappings");
		return ERR_PTR(-ENOSPC);
	}
	mapping = kzalloc(sizeof(*mapping), GFP_KERNEL_ACCOUNT);
	if (!mapping)
		return ERR_PTR(-ENOMEM);
	mapping->protocol = *protocol;
	mapping->created = get_jiffies_64();
	RCU_INIT_POINTER(mapping->peer, peer);
	err = rhashtable_insert_fast(&mgre->mappings, &mapping->node,
				     mgre_mapping_params);
	if (err) {
		kfree(mapping);
		return ERR_PTR(err);
	}
	mapping->id = ++mgre->last_id;
	list_add_tail(&mapping->list, &mgre->mapping_list);
	mgre->mapping_count++;
	mgre_mapping_join(mgre, mapping, peer);
	return mapping;
}

/**
 * mgre_mapping_move() - Let a mapping lead to another peer
 * @mgre: Device
 * @mapping: Mapping
 * @peer: Where it leads from now on
 *
 * The peer left behind goes if it is transient and this was its last mapping.
 *
 * Context: process, mgre->lock held.
 */
void mgre_mapping_move(struct mgre *mgre, struct mgre_mapping *mapping,
		       struct mgre_peer *peer)
{
	struct mgre_peer *old = mgre_mapping_peer(mgre, mapping);

	if (old == peer)
		return;
	mgre_mapping_leave(mapping, old);
	mgre_mapping_join(mgre, mapping, peer);
	mgre_peer_drop_unused(mgre, old);
}

/**
 * mgre_mapping_delete() - Remove a mapping
 * @mgre: Device
 * @mapping: Mapping, gone on return; its peer too, if that is transient and
 *	has no other
 *
 * Context: process, mgre->lock held.
 */
void mgre_mapping_delete(struct mgre *mgre, struct mgre_mapping *mapping)
{
	struct mgre_peer *peer = mgre_mapping_peer(mgre, mapping);

	rhashtable_remove_fast(&mgre->mappings, &mapping->node,
			       mgre_mapping_params);
	list_del(&mapping->list);
	mgre->mapping_count--;
	mgre_mapping_leave(mapping, peer);
	kfree_rcu(mapping, rcu);
	mgre_peer_drop_unused(mgre, peer);
}

static u64 mgre_mapping_refresh_time(const struct mgre_mapping *mapping)
{
	return mapping->expires -
	       div_u64((u64)mapping->hold * HZ, MGRE_REFRESH_PARTS);
}

/* Once a second does for any number of mappings. */
static void mgre_age_at(struct mgre *mgre, u64 when, u64 now)
{
	if (when >= mgre->next_ageing)
		return;
	mgre->next_ageing = when;
	when = when > now ? when - now : 0;
	mod_delayed_work(system_percpu_wq, &mgre->ageing,
			 clamp_t(u64, when, HZ, MAX_JIFFY_OFFSET));
}

/**
 * mgre_mapping_set_hold() - Start a mapping's holding time anew
 * @mgre: Device
 * @mapping: Mapping
 * @seconds: Holding time, 0: for ever
 *
 * Context: process, mgre->lock held.
 */
void mgre_mapping_set_hold(struct mgre *mgre, struct mgre_mapping *mapping,
			   u32 seconds)
{
	u64 now = get_jiffies_64();

	mapping->hold = seconds;
	mapping->refresh_announced = false;
	mapping->expires = seconds ? now + (u64)seconds * HZ : 0;
	if (!seconds)
		return;
	mgre_age_at(mgre, mgre_mapping_refresh_time(mapping), now);
}

/* Traffic counts if it is no older than one part of the time. */
static bool mgre_mapping_in_use(const struct mgre_mapping *mapping, u64 now)
{
	unsigned long used = READ_ONCE(mapping->used);
	u64 part = div_u64((u64)mapping->hold * HZ, MGRE_REFRESH_PARTS);

	return used && (u64)((unsigned long)now - used) <= part;
}

/* Returns when to look at the mapping again, 0: never, or it is gone. */
static u64 mgre_mapping_age(struct mgre *mgre, struct mgre_mapping *mapping,
			    u64 now)
{
	if (!mapping->expires)
		return 0;
	if (now >= mapping->expires) {
		mgre_event_mapping(mgre, mapping, MGRE_CMD_MAP_EXPIRED);
		mgre_mapping_delete(mgre, mapping);
		return 0;
	}
	if (mapping->refresh_announced)
		return mapping->expires;
	if (now < mgre_mapping_refresh_time(mapping))
		return mgre_mapping_refresh_time(mapping);
	if (!mgre_mapping_in_use(mapping, now))
		return now + HZ;
	mapping->refresh_announced = true;
	mgre_event_mapping(mgre, mapping, MGRE_CMD_MAP_REFRESH);
	return mapping->expires;
}

static void mgre_age_mappings(struct work_struct *work)
{
	struct mgre *mgre = container_of(to_delayed_work(work), struct mgre,
					 ageing);
	struct mgre_mapping *mapping, *following;
	u64 now = get_jiffies_64();

	mutex_lock(&mgre->lock);
	mgre->next_ageing = U64_MAX;
	list_for_each_entry_safe(mapping, following, &mgre->mapping_list,
				 list) {
		u64 again = mgre_mapping_age(mgre, mapping, now);

		if (again)
			mgre_age_at(mgre, again, now);
	}
	mutex_unlock(&mgre->lock);
}

/**
 * mgre_mappings_init() - Prepare the mappings of a new device
 * @mgre: Device
 *
 * Return: 0 or -ENOMEM.
 */
int mgre_mappings_init(struct mgre *mgre)
{
	INIT_LIST_HEAD(&mgre->mapping_list);
	INIT_DELAYED_WORK(&mgre->ageing, mgre_age_mappings);
	mgre->next_ageing = U64_MAX;
	return rhashtable_init(&mgre->mappings, &mgre_mapping_params);
}

/**
 * mgre_mappings_exit() - Release what mgre_mappings_init() took
 * @mgre: Device, without mappings
 */
void mgre_mappings_exit(struct mgre *mgre)
{
	cancel_delayed_work_sync(&mgre->ageing);
	rhashtable_destroy(&mgre->mappings);
}
