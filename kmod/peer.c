// SPDX-License-Identifier: GPL-2.0
/* Peers: the remote NBMA endpoints of a device. */
#include <linux/slab.h>
#include "mgre.h"
#include "trace.h"

static u32 mgre_peer_hash(const void *data, u32 len, u32 seed)
{
	const struct mgre_endpoint *endpoint = data;

	return mgre_address_hash(&endpoint->nbma,
				 seed ^ endpoint->if_id);
}

static int mgre_peer_compare(struct rhashtable_compare_arg *arg,
			     const void *object)
{
	const struct mgre_endpoint *endpoint = arg->key;
	const struct mgre_peer *peer = object;

	return !ipv6_addr_equal(&peer->endpoint.nbma, &endpoint->nbma) ||
	       peer->endpoint.if_id != endpoint->if_id;
}

static const struct rhashtable_params mgre_peer_params = {
	.head_offset		= offsetof(struct mgre_peer, node),
	.key_offset		= offsetof(struct mgre_peer, endpoint),
	.key_len		= sizeof(struct mgre_endpoint),
	.hashfn			= mgre_peer_hash,
	.obj_cmpfn		= mgre_peer_compare,
	.automatic_shrinking	= true,
};

/**
 * mgre_peer_find() - Look a peer up
 * @mgre: Device
 * @endpoint: Where the peer is
 *
 * Context: RCU read side.
 * Return: The peer, valid as long as that context lasts, or NULL.
 */
struct mgre_peer *mgre_peer_find(struct mgre *mgre,
				 const struct mgre_endpoint *endpoint)
{
	return rhashtable_lookup(&mgre->peers, endpoint, mgre_peer_params);
}

/* The first peer that is up carries what is unresolved. */
static void mgre_choose_fallback(struct mgre *mgre)
{
	struct mgre_peer *peer, *chosen = NULL;

	list_for_each_entry(peer, &mgre->fallback_list, fallback) {
		if (READ_ONCE(peer->state) == MGRE_PEER_STATE_UP) {
			chosen = peer;
			break;
		}
	}
	rcu_assign_pointer(mgre->fallback, chosen);
	if (chosen)
		mgre_hold_release_all(mgre, chosen);
}

static int mgre_set_multicast(struct mgre *mgre, struct mgre_peer *peer,
			      bool on)
{
	if (!on) {
		xa_erase(&mgre->multicast, peer->multicast_id);
		peer->multicast_id = 0;
		return 0;
	}
	return xa_alloc(&mgre->multicast, &peer->multicast_id, peer,
			xa_limit_32b, GFP_KERNEL);
}

/**
 * mgre_peer_set_flags() - Give a peer other flags
 * @mgre: Device
 * @peer: Peer
 * @flags: All its flags from now on (enum mgre_peer_flags)
 *
 * Context: process, mgre->lock held.
 * Return: 0 or -ENOMEM, when nothing has changed.
 */
int mgre_peer_set_flags(struct mgre *mgre, struct mgre_peer *peer, u32 flags)
{
	u32 changed = peer->flags ^ flags;
	int err;

	if (changed & MGRE_PEER_FLAGS_MULTICAST) {
		err = mgre_set_multicast(mgre, peer,
					 flags & MGRE_PEER_FLAGS_MULTICAST);
		if (err < 0)
			return err;
	}
	peer->flags = flags;
	if (changed & MGRE_PEER_FLAGS_FALLBACK) {
		if (flags & MGRE_PEER_FLAGS_FALLBACK)
			list_add_tail(&peer->fallback, &mgre->fallback_list);
		else
			list_del_init(&peer->fallback);
		mgre_choose_fallback(mgre);
	}
	return 0;
}

static enum mgre_peer_state mgre_peer_state(const struct mgre *mgre,
					    const struct mgre_peer *peer)
{
	return mgre->parms.protect && !peer->keyed ? MGRE_PEER_STATE_DOWN :
						     peer->wanted;
}

static void mgre_peer_announce(struct mgre *mgre, struct mgre_peer *peer,
			       enum mgre_peer_state state)
{
	if (peer->announced == state)
		return;
	peer->announced = state;
	trace_mgre_peer_state(mgre->dev, peer);
	mgre_event_peer_state(mgre, peer);
}

/*
 * Puts in force what the user wants and the keys allow. The data path may
 * have taken the peer down before, and have let packets wait since.
 */
static void mgre_peer_settle(struct mgre *mgre, struct mgre_peer *peer)
{
	enum mgre_peer_state state = mgre_peer_state(mgre, peer);
	struct mgre_mapping *mapping;

	if (xchg(&peer->state, state) == state && peer->announced == state)
		return;
	mgre_peer_announce(mgre, peer, state);
	mgre_choose_fallback(mgre);
	if (state == MGRE_PEER_STATE_DOWN)
		return;
	/* Packets to the far end of a point-to-point tunnel wait by its NBMA. */
	if (rcu_access_pointer(mgre->remote) == peer)
		mgre_hold_release(mgre, &peer->endpoint.nbma, peer);
	list_for_each_entry(mapping, &peer->mappings, in_peer)
		mgre_hold_release(mgre, &mapping->protocol, peer);
}

/**
 * mgre_peer_set_state() - Take a peer up or down
 * @mgre: Device
 * @peer: Peer
 * @wanted: What it is from now on, as far as its keys allow
 *
 * A peer that is down gets no data: that goes by the fallback peer.
 *
 * Context: process, mgre->lock held.
 */
void mgre_peer_set_state(struct mgre *mgre, struct mgre_peer *peer,
			 enum mgre_peer_state wanted)
{
	WRITE_ONCE(peer->wanted, wanted);
	if (wanted == MGRE_PEER_STATE_UP)
		mgre_keys_look(mgre, peer);
	else
		mgre_peer_settle(mgre, peer);
}

/**
 * mgre_peer_set_keyed() - There are keys for a peer, or there are none
 * @mgre: Device
 * @peer: Peer
 * @keyed: Which of the two
 *
 * Context: process, mgre->lock held.
 */
void mgre_peer_set_keyed(struct mgre *mgre, struct mgre_peer *peer, bool keyed)
{
	peer->keyed = keyed;
	mgre_peer_settle(mgre, peer);
}

static struct mgre_path *mgre_peer_path(const struct mgre *mgre,
					const struct mgre_peer *peer)
{
	return rcu_dereference_protected(peer->path,
					 lockdep_is_held(&mgre->lock));
}

static int mgre_peer_renew_path(struct mgre *mgre, struct mgre_peer *peer)
{
	struct mgre_path *path;

	path = mgre_path_create(mgre, &peer->endpoint, peer->mark);
	if (!path)
		return -ENOMEM;
	path = rcu_replace_pointer(peer->path, path,
				   lockdep_is_held(&mgre->lock));
	mgre_path_free(path);
	return 0;
}

/**
 * mgre_peer_set_mark() - Give a peer's outer packets another mark
 * @mgre: Device
 * @peer: Peer
 * @mark: Mark, 0: that of the device
 *
 * Context: process, mgre->lock held.
 * Return: 0 or -ENOMEM, when nothing has changed.
 */
int mgre_peer_set_mark(struct mgre *mgre, struct mgre_peer *peer, u32 mark)
{
	u32 old = peer->mark;
	int err;

	peer->mark = mark;
	err = mgre_peer_renew_path(mgre, peer);
	if (err)
		peer->mark = old;
	else
		mgre_keys_look(mgre, peer);
	return err;
}

/**
 * mgre_peers_renew_paths() - Follow changed parameters of the device
 * @mgre: Device
 *
 * Context: process, RTNL held. A peer for which there is no memory sends
 * nothing until the next change.
 */
void mgre_peers_renew_paths(struct mgre *mgre)
{
	struct mgre_peer *peer;

	mutex_lock(&mgre->lock);
	list_for_each_entry(peer, &mgre->peer_list, list) {
		if (mgre_peer_renew_path(mgre, peer)) {
			mgre_path_close(mgre_peer_path(mgre, peer));
			net_warn_ratelimited("%s: no memory for the path to %pI6c\n",
					     mgre->dev->name,
					     &peer->endpoint.nbma);
		}
		cond_resched();
	}
	mutex_unlock(&mgre->lock);
	mgre_keys_look_at_all(mgre);
}

static struct mgre_peer *mgre_peer_alloc(struct mgre *mgre,
					 const struct mgre_endpoint *endpoint)
{
	struct mgre_peer *peer;
	struct mgre_path *path;

	peer = kzalloc(sizeof(*peer), GFP_KERNEL_ACCOUNT);
	if (!peer)
		return NULL;
	peer->stats = __netdev_alloc_pcpu_stats(struct mgre_peer_stats,
						GFP_KERNEL_ACCOUNT);
	if (!peer->stats)
		goto err_peer;
	path = mgre_path_create(mgre, endpoint, 0);
	if (!path)
		goto err_stats;
	peer->endpoint = *endpoint;
	peer->wanted = MGRE_PEER_STATE_UP;
	peer->state = mgre_peer_state(mgre, peer);
	peer->announced = peer->state;
	peer->asked = jiffies;
	INIT_LIST_HEAD(&peer->woken);
	INIT_LIST_HEAD(&peer->fallback);
	INIT_LIST_HEAD(&peer->mappings);
	RCU_INIT_POINTER(peer->path, path);
	return peer;

err_stats:
	free_percpu(peer->stats);
err_peer:
	kfree(peer);
	return NULL;
}

static void mgre_peer_free_rcu(struct rcu_head *rcu)
{
	struct mgre_peer *peer = container_of(rcu, struct mgre_peer, rcu);

	/* Nobody sees the peer any more, so nobody can be using its path. */
	mgre_path_destroy(rcu_dereference_raw(peer->path));
	free_percpu(peer->stats);
	kfree(peer);
}

/**
 * mgre_peer_create() - Add a peer, up as far as its keys allow
 * @mgre: Device
 * @endpoint: Where it is; no peer is there yet
 * @flags: enum mgre_peer_flags
 * @extack: Where a refusal is explained
 *
 * Context: process, mgre->lock held.
 * Return: The peer or an ERR_PTR(): -ENOSPC without room for another.
 */
struct mgre_peer *mgre_peer_create(struct mgre *mgre,
				   const struct mgre_endpoint *endpoint,
				   u32 flags, struct netlink_ext_ack *extack)
{
	struct mgre_peer *peer;
	int err;

	if (mgre->peer_count >= mgre->parms.max_entries) {
		NL_SET_ERR_MSG(extack, "the device has max-entries peers");
		return ERR_PTR(-ENOSPC);
	}
	peer = mgre_peer_alloc(mgre, endpoint);
	if (!peer)
		return ERR_PTR(-ENOMEM);
	err = rhashtable_insert_fast(&mgre->peers, &peer->node,
				     mgre_peer_params);
	if (err) {
		mgre_peer_free_rcu(&peer->rcu);
		return ERR_PTR(err);
	}
	peer->id = ++mgre->last_id;
	list_add_tail(&peer->list, &mgre->peer_list);
	mgre->peer_count++;
	mgre_cache_changed();
	err = mgre_peer_set_flags(mgre, peer, flags);
	if (err) {
		mgre_peer_delete(mgre, peer);
		return ERR_PTR(err);
	}
	mgre_keys_look(mgre, peer);
	return peer;
}

/**
 * mgre_peer_delete() - Remove a peer and the mappings that lead to it
 * @mgre: Device
 * @peer: Peer, gone on return
 *
 * Context: process, mgre->lock held.
 */
void mgre_peer_delete(struct mgre *mgre, struct mgre_peer *peer)
{
	struct mgre_mapping *mapping, *next;

	mgre_keys_forget(mgre, peer);
	/* Not transient, or the last mapping would take the peer with it. */
	mgre_peer_set_flags(mgre, peer, 0);
	list_for_each_entry_safe(mapping, next, &peer->mappings, in_peer)
		mgre_mapping_delete(mgre, mapping);
	if (rcu_access_pointer(mgre->remote) == peer)
		RCU_INIT_POINTER(mgre->remote, NULL);
	rhashtable_remove_fast(&mgre->peers, &peer->node, mgre_peer_params);
	list_del(&peer->list);
	mgre->peer_count--;
	mgre_cache_changed();
	call_rcu(&peer->rcu, mgre_peer_free_rcu);
}

/**
 * mgre_peer_is_disposable() - Whether a peer goes with its last mapping
 * @mgre: Device
 * @peer: Peer
 *
 * The remote of a point-to-point device stays whatever its flags say.
 *
 * Context: process, mgre->lock held.
 */
bool mgre_peer_is_disposable(const struct mgre *mgre,
			     const struct mgre_peer *peer)
{
	return (peer->flags & MGRE_PEER_FLAGS_TRANSIENT) &&
	       peer != rcu_access_pointer(mgre->remote);
}

/**
 * mgre_peer_drop_unused() - Remove a transient peer without mappings
 * @mgre: Device
 * @peer: Peer
 *
 * Context: process, mgre->lock held.
 */
void mgre_peer_drop_unused(struct mgre *mgre, struct mgre_peer *peer)
{
	if (!peer->mapping_count && mgre_peer_is_disposable(mgre, peer))
		mgre_peer_delete(mgre, peer);
}

/**
 * mgre_peers_set_remote() - Make the device point-to-point or multipoint
 * @mgre: Device
 * @remote: The one peer, any: multipoint
 * @extack: Where a refusal is explained
 *
 * Context: process, RTNL held.
 * Return: 0 or a negative error, when the old remote is still in use.
 */
int mgre_peers_set_remote(struct mgre *mgre, const struct in6_addr *remote,
			  struct netlink_ext_ack *extack)
{
	struct mgre_endpoint endpoint = { .nbma = *remote };
	struct mgre_peer *old, *peer = NULL;
	int err = 0;

	mutex_lock(&mgre->lock);
	old = rcu_dereference_protected(mgre->remote,
					lockdep_is_held(&mgre->lock));
	if (old && ipv6_addr_equal(&old->endpoint.nbma, remote))
		goto unlock;
	if (!ipv6_addr_any(remote)) {
		rcu_read_lock();
		peer = mgre_peer_find(mgre, &endpoint);
		rcu_read_unlock();
		if (!peer)
			peer = mgre_peer_create(mgre, &endpoint, 0, extack);
		if (IS_ERR(peer)) {
			err = PTR_ERR(peer);
			goto unlock;
		}
	}
	rcu_assign_pointer(mgre->remote, peer);
	if (old)
		mgre_peer_delete(mgre, old);
unlock:
	mutex_unlock(&mgre->lock);
	return err;
}

/**
 * mgre_peers_flush() - Remove every peer and mapping
 * @mgre: Device
 *
 * Context: process.
 */
void mgre_peers_flush(struct mgre *mgre)
{
	struct mgre_peer *peer, *next;

	mutex_lock(&mgre->lock);
	list_for_each_entry_safe(peer, next, &mgre->peer_list, list)
		mgre_peer_delete(mgre, peer);
	mutex_unlock(&mgre->lock);
}

/**
 * mgre_peer_count_tx() - Count a packet sent to a peer
 * @peer: Peer
 * @bytes: Its length inside GRE
 *
 * Context: bottom halves off.
 */
void mgre_peer_count_tx(const struct mgre_peer *peer, unsigned int bytes)
{
	struct mgre_peer_stats *stats = this_cpu_ptr(peer->stats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_inc(&stats->tx_packets);
	u64_stats_add(&stats->tx_bytes, bytes);
	u64_stats_update_end(&stats->syncp);
}

/**
 * mgre_peer_count_rx() - Count a packet received from a peer
 * @peer: Peer
 * @bytes: Its length inside GRE
 *
 * Context: bottom halves off.
 */
void mgre_peer_count_rx(const struct mgre_peer *peer, unsigned int bytes)
{
	struct mgre_peer_stats *stats = this_cpu_ptr(peer->stats);

	u64_stats_update_begin(&stats->syncp);
	u64_stats_inc(&stats->rx_packets);
	u64_stats_add(&stats->rx_bytes, bytes);
	u64_stats_update_end(&stats->syncp);
}

/**
 * mgre_peers_init() - Prepare the peers of a new device
 * @mgre: Device
 *
 * Return: 0 or -ENOMEM.
 */
int mgre_peers_init(struct mgre *mgre)
{
	INIT_LIST_HEAD(&mgre->peer_list);
	INIT_LIST_HEAD(&mgre->fallback_list);
	xa_init_flags(&mgre->multicast, XA_FLAGS_ALLOC1);
	return rhashtable_init(&mgre->peers, &mgre_peer_params);
}

/**
 * mgre_peers_exit() - Release what mgre_peers_init() took
 * @mgre: Device, without peers
 */
void mgre_peers_exit(struct mgre *mgre)
{
	rhashtable_destroy(&mgre->peers);
	xa_destroy(&mgre->multicast);
}
