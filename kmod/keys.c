// SPDX-License-Identifier: GPL-2.0
/*
 * Keys: on a protected device a peer is up only while there are a security
 * association to it and a policy that uses it. This follows them as they come
 * and go.
 *
 * What tells is the route of the peer's path: a bundle, which the stack
 * finds invalid when its association is. The data path takes a peer down by
 * itself when it finds no bundle, and the packet goes another way; what IPsec
 * announces only wakes the work here, which looks again, tells user space and
 * chooses another fallback peer. Rekeying adds the new association before
 * the old one goes, so the work finds the peer as it was.
 */
#include <net/route.h>
#include <net/xfrm.h>
#include "mgre.h"

/* Keys that traffic waits for are looked for so often. */
#define MGRE_KEYS_ASK	HZ

/* Whether there is another association in the place of one that is gone. */
static bool mgre_keys_replaced(struct mgre *mgre, struct xfrm_state *gone)
{
	struct xfrm_state *x;

	x = xfrm_stateonly_find(mgre->net, gone->mark.v, gone->if_id,
				&gone->id.daddr, &gone->props.saddr,
				gone->props.family, gone->props.mode,
				gone->id.proto, gone->props.reqid);
	if (!x)
		return false;
	xfrm_state_put(x);
	return true;
}

/*
 * A look-up makes IPsec ask for keys that it lacks. That is for new peers and
 * for traffic to cause, not for the end of an association.
 */
static bool mgre_keys_find(struct mgre *mgre, struct mgre_path *path, u8 why)
{
	struct dst_entry *dst = rcu_dereference(path->route);
	struct rtable *rt;

	if (!path->protect)
		return false;
	if (dst && dst_check(dst, 0))
		return true;
	if (dst && !(why & MGRE_KEYS_NEW) &&
	    !mgre_keys_replaced(mgre, dst->xfrm))
		return false;
	rt = mgre_path_route(mgre, path);
	if (IS_ERR(rt))
		return false;
	mgre_path_put_route(rt);
	return true;
}

static void mgre_keys_check(struct mgre *mgre, struct mgre_peer *peer, u8 why)
{
	bool keyed = peer->keyed;

	if (mgre->parms.protect && (keyed || why & MGRE_KEYS_NEW)) {
		local_bh_disable();
		rcu_read_lock();
		keyed = mgre_keys_find(mgre, rcu_dereference(peer->path), why);
		rcu_read_unlock();
		local_bh_enable();
	}
	mgre_peer_set_keyed(mgre, peer, keyed);
}

/**
 * mgre_keys_look() - See at once whether there are keys for a peer
 * @mgre: Device
 * @peer: Peer
 *
 * Context: process, mgre->lock held.
 */
void mgre_keys_look(struct mgre *mgre, struct mgre_peer *peer)
{
	mgre_keys_check(mgre, peer, MGRE_KEYS_NEW);
}

/* Takes the next peer, or NULL. */
static struct mgre_peer *mgre_keys_next(struct mgre_keys *keys, u8 *why)
{
	struct mgre_peer *peer;

	spin_lock_bh(&keys->lock);
	peer = list_first_entry_or_null(&keys->peers, struct mgre_peer, woken);
	if (peer) {
		list_del_init(&peer->woken);
		*why = peer->why;
		peer->why = 0;
	}
	spin_unlock_bh(&keys->lock);
	return peer;
}

static u8 mgre_keys_take_all(struct mgre_keys *keys)
{
	u8 why;

	spin_lock_bh(&keys->lock);
	why = keys->all;
	keys->all = 0;
	spin_unlock_bh(&keys->lock);
	return why;
}

static void mgre_keys_work(struct work_struct *work)
{
	struct mgre *mgre = container_of(work, struct mgre, keys.work);
	struct mgre_peer *peer;
	u8 why;

	mutex_lock(&mgre->lock);
	while ((peer = mgre_keys_next(&mgre->keys, &why)))
		mgre_keys_check(mgre, peer, why);
	why = mgre_keys_take_all(&mgre->keys);
	if (why) {
		list_for_each_entry(peer, &mgre->peer_list, list) {
			mgre_keys_check(mgre, peer, why);
			cond_resched();
		}
	}
	mutex_unlock(&mgre->lock);
}

static void mgre_keys_wake(struct mgre *mgre, struct mgre_peer *peer, u8 why)
{
	struct mgre_keys *keys = &mgre->keys;

	spin_lock_bh(&keys->lock);
	if (!peer->dead) {
		peer->why |= why;
		if (list_empty(&peer->woken))
			list_add_tail(&peer->woken, &keys->peers);
		schedule_work(&keys->work);
	}
	spin_unlock_bh(&keys->lock);
}

static void mgre_keys_wake_all(struct mgre *mgre, u8 why)
{
	struct mgre_keys *keys = &mgre->keys;

	spin_lock_bh(&keys->lock);
	keys->all |= why;
	schedule_work(&keys->work);
	spin_unlock_bh(&keys->lock);
}

/**
 * mgre_keys_lost() - A packet found that there are no keys for its peer
 * @mgre: Device
 * @peer: Peer, down from here on
 *
 * Context: softirq, RCU read side.
 */
void mgre_keys_lost(struct mgre *mgre, struct mgre_peer *peer)
{
	/* In this order: the work may know better, and has the last word. */
	WRITE_ONCE(peer->state, MGRE_PEER_STATE_DOWN);
	mgre_keys_wake(mgre, peer, MGRE_KEYS_GONE);
}

/**
 * mgre_keys_ask() - Look for the keys that a packet would need
 * @mgre: Device
 * @peer: Peer that is down
 *
 * Context: softirq, RCU read side.
 */
void mgre_keys_ask(struct mgre *mgre, struct mgre_peer *peer)
{
	unsigned long asked = READ_ONCE(peer->asked);

	if (!mgre->parms.protect ||
	    READ_ONCE(peer->wanted) != MGRE_PEER_STATE_UP ||
	    time_before(jiffies, asked + MGRE_KEYS_ASK) ||
	    cmpxchg(&peer->asked, asked, jiffies) != asked)
		return;
	mgre_keys_wake(mgre, peer, MGRE_KEYS_NEW);
}

/**
 * mgre_keys_look_at_all() - Look for the keys of all peers, a little later
 * @mgre: Device whose parameters or addresses have changed
 *
 * Context: any.
 */
void mgre_keys_look_at_all(struct mgre *mgre)
{
	mgre_keys_wake_all(mgre, MGRE_KEYS_NEW);
}

/**
 * mgre_keys_forget() - Leave a peer alone from now on
 * @mgre: Device
 * @peer: Peer that is being deleted
 *
 * Context: process, mgre->lock held.
 */
void mgre_keys_forget(struct mgre *mgre, struct mgre_peer *peer)
{
	spin_lock_bh(&mgre->keys.lock);
	peer->dead = true;
	list_del_init(&peer->woken);
	spin_unlock_bh(&mgre->keys.lock);
}

/* Wakes a peer of a device, or all if there is no endpoint. */
static void mgre_keys_event(struct mgre *mgre,
			    const struct mgre_endpoint *endpoint, u8 why)
{
	struct mgre_peer *peer;

	if (!mgre->parms.protect)
		return;
	if (!endpoint) {
		mgre_keys_wake_all(mgre, why);
		return;
	}
	peer = mgre_peer_find(mgre, endpoint);
	if (peer)
		mgre_keys_wake(mgre, peer, why);
}

static void mgre_keys_event_in(struct net *net,
			       const struct mgre_endpoint *endpoint, u8 why)
{
	struct mgre_net *mn = mgre_net(net);
	struct mgre *mgre;
	int i;

	if (!READ_ONCE(mn->protected))
		return;
	rcu_read_lock();
	for (i = 0; i < ARRAY_SIZE(mn->devices); i++)
		hlist_for_each_entry_rcu(mgre, &mn->devices[i], demux)
			mgre_keys_event(mgre, endpoint, why);
	rcu_read_unlock();
}

static void mgre_keys_event_to(struct net *net, __be32 daddr, u32 if_id,
			       u8 why)
{
	struct mgre_endpoint endpoint = { .if_id = if_id };

	ipv6_addr_set_v4mapped(daddr, &endpoint.nbma);
	mgre_keys_event_in(net, &endpoint, why);
}

static void mgre_keys_state_event(struct xfrm_state *x, u8 why)
{
	/* What has no SPI yet is a request for an association. */
	if (x->props.family == AF_INET && x->id.spi)
		mgre_keys_event_to(xs_net(x), x->id.daddr.a4, x->if_id, why);
}

static int mgre_keys_notify(struct xfrm_state *x, const struct km_event *c)
{
	switch (c->event) {
	case XFRM_MSG_NEWSA:
	case XFRM_MSG_UPDSA:
		mgre_keys_state_event(x, MGRE_KEYS_NEW);
		break;
	case XFRM_MSG_EXPIRE:
		if (!c->data.hard)
			break;
		fallthrough;
	case XFRM_MSG_DELSA:
		mgre_keys_state_event(x, MGRE_KEYS_GONE);
		break;
	case XFRM_MSG_FLUSHSA:
		mgre_keys_event_in(c->net, NULL, MGRE_KEYS_GONE);
	}
	return 0;
}

/*
 * A key exchange makes a policy for each peer. A wider one of the operator's,
 * which may have nothing to do with us, is noticed by the packets it is for.
 */
static void mgre_keys_policy_event(const struct xfrm_policy *policy, int dir,
				   u8 why)
{
	const struct xfrm_selector *selector = &policy->selector;

	if (dir == XFRM_POLICY_OUT && policy->family == AF_INET &&
	    selector->prefixlen_d == 32)
		mgre_keys_event_to(xp_net(policy), selector->daddr.a4,
				   policy->if_id, why);
}

static int mgre_keys_notify_policy(struct xfrm_policy *policy, int dir,
				   const struct km_event *c)
{
	switch (c->event) {
	case XFRM_MSG_NEWPOLICY:
	case XFRM_MSG_UPDPOLICY:
		mgre_keys_policy_event(policy, dir, MGRE_KEYS_NEW);
		break;
	case XFRM_MSG_POLEXPIRE:
		if (!c->data.hard)
			break;
		fallthrough;
	case XFRM_MSG_DELPOLICY:
		mgre_keys_policy_event(policy, dir, MGRE_KEYS_GONE);
		break;
	case XFRM_MSG_FLUSHPOLICY:
		mgre_keys_event_in(c->net, NULL, MGRE_KEYS_GONE);
	}
	return 0;
}

/*
 * The stack calls these two of every key manager. This one has no keys, and
 * leaves it to the others what a request is answered.
 */
static int mgre_keys_acquire(struct xfrm_state *x, struct xfrm_tmpl *tmpl,
			     struct xfrm_policy *policy)
{
	return -EOPNOTSUPP;
}

static struct xfrm_policy *mgre_keys_compile(struct sock *sk, int option,
					     u8 *data, int len, int *dir)
{
	return NULL;
}

static struct xfrm_mgr mgre_keys_manager = {
	.notify		= mgre_keys_notify,
	.notify_policy	= mgre_keys_notify_policy,
	.acquire	= mgre_keys_acquire,
	.compile_policy	= mgre_keys_compile,
};

/**
 * mgre_keys_init() - Prepare a new device
 * @mgre: Device
 */
void mgre_keys_init(struct mgre *mgre)
{
	struct mgre_keys *keys = &mgre->keys;

	spin_lock_init(&keys->lock);
	INIT_LIST_HEAD(&keys->peers);
	INIT_WORK(&keys->work, mgre_keys_work);
}

/**
 * mgre_keys_exit() - Cease to look for keys
 * @mgre: Device, no longer running
 *
 * Context: process, mgre->lock not held.
 */
void mgre_keys_exit(struct mgre *mgre)
{
	cancel_work_sync(&mgre->keys.work);
}

/** mgre_keys_register() - Begin to hear of associations and policies */
void mgre_keys_register(void)
{
	xfrm_register_km(&mgre_keys_manager);
}

/** mgre_keys_unregister() - Cease to */
void mgre_keys_unregister(void)
{
	xfrm_unregister_km(&mgre_keys_manager);
}
