// SPDX-License-Identifier: GPL-2.0
/* The way to an NBMA address: header template and cached route. */
#include <linux/slab.h>
#include <net/route.h>
#include <net/xfrm.h>
#include "mgre.h"

/* Headroom beyond this is not asked of the stack. */
#define MGRE_HEADROOM_MAX	512

static u8 mgre_build_header(const struct mgre *mgre,
			    const struct in6_addr *nbma,
			    struct mgre_header *header)
{
	const struct mgre_parms *parms = &mgre->parms;

	header->ip.version = 4;
	header->ip.ihl = sizeof(header->ip) / 4;
	header->ip.tos = parms->tos == MGRE_TOS_INHERIT ? 0 : parms->tos;
	header->ip.ttl = parms->ttl;
	header->ip.protocol = IPPROTO_GRE;
	header->ip.saddr = mgre_address_v4(&mgre->local);
	header->ip.daddr = mgre_address_v4(nbma);
	/* Valid for length 0, as whoever shows the header expects it. */
	header->ip.check = ip_fast_csum(&header->ip, header->ip.ihl);
	header->gre.protocol = htons(ETH_P_IP);
	if (!parms->has_key)
		return offsetof(struct mgre_header, key);
	header->gre.flags = GRE_KEY;
	header->key = htonl(parms->key);
	return sizeof(*header);
}

/**
 * mgre_path_create() - Make the path to an endpoint
 * @mgre: Device; its parameters and local address go into the template
 * @endpoint: Where to
 * @mark: Mark of the outer packets, 0: that of the device
 *
 * Context: process.
 * Return: The path, the caller's until mgre_path_free(), or NULL if there is
 * no memory.
 */
struct mgre_path *mgre_path_create(const struct mgre *mgre,
				   const struct mgre_endpoint *endpoint,
				   u32 mark)
{
	struct mgre_path *path;

	path = kzalloc(sizeof(*path), GFP_KERNEL_ACCOUNT);
	if (!path)
		return NULL;
	path->mark = mark ?: mgre->parms.fwmark;
	path->if_id = endpoint->if_id;
	path->protect = mgre->parms.protect;
	path->header_len = mgre_build_header(mgre, &endpoint->nbma,
					     &path->header);
	return path;
}

/**
 * mgre_path_destroy() - Free a path that nobody sees any more
 * @path: Path
 *
 * Context: any.
 */
void mgre_path_destroy(struct mgre_path *path)
{
	dst_release(rcu_dereference_raw(path->route));
	kfree(path);
}

static void mgre_path_free_rcu(struct rcu_head *rcu)
{
	mgre_path_destroy(container_of(rcu, struct mgre_path, rcu));
}

/**
 * mgre_path_free() - Free a path when its last reader is through
 * @path: Path
 *
 * Context: any.
 */
void mgre_path_free(struct mgre_path *path)
{
	call_rcu(&path->rcu, mgre_path_free_rcu);
}

/**
 * mgre_path_close() - Let a path lead nowhere from now on
 * @path: Path
 *
 * Context: process.
 */
void mgre_path_close(struct mgre_path *path)
{
	WRITE_ONCE(path->closed, true);
	dst_release(unrcu_pointer(xchg(&path->route, NULL)));
}

static void mgre_grow_headroom(struct net_device *dev, unsigned int needed)
{
	needed = min_t(unsigned int, needed, MGRE_HEADROOM_MAX);
	if (needed > READ_ONCE(dev->needed_headroom))
		WRITE_ONCE(dev->needed_headroom, needed);
}

/*
 * The policies of the endpoint's own interface identifier; without one, those
 * that the operator made for GRE between the two addresses, as ip_gre would.
 */
static struct dst_entry *mgre_path_secure(const struct mgre *mgre,
					  const struct mgre_path *path,
					  struct dst_entry *dst,
					  struct flowi4 *fl4)
{
	const struct flowi *fl = flowi4_to_flowi(fl4);

	fl4->flowi4_oif = dst_dev(dst)->ifindex;
	if (!path->protect && !path->if_id)
		return xfrm_lookup_route(mgre->net, dst, fl, NULL, 0);
	dst = xfrm_lookup_with_ifid(mgre->net, dst, fl, NULL, 0, path->if_id);
	if (!path->protect)
		return dst;
	if (IS_ERR(dst))
		return ERR_PTR(-ENOKEY);
	if (mgre_protect_covers(dst->xfrm, fl4->saddr, fl4->daddr))
		return dst;
	dst_release(dst);
	return ERR_PTR(-ENOKEY);
}

static struct dst_entry *mgre_path_lookup(const struct mgre *mgre,
					  const struct mgre_path *path)
{
	struct flowi4 fl4 = {
		.flowi4_oif = mgre->parms.link ?: mgre->domain,
		.flowi4_mark = path->mark,
		.flowi4_proto = IPPROTO_GRE,
		.saddr = path->header.ip.saddr,
		.daddr = path->header.ip.daddr,
		.fl4_gre_key = path->header.key,
	};
	struct dst_entry *dst;
	struct rtable *rt;

	rt = __ip_route_output_key(mgre->net, &fl4);
	if (IS_ERR(rt))
		return ERR_CAST(rt);
	if (dst_dev(&rt->dst) == mgre->dev) {
		ip_rt_put(rt);
		return ERR_PTR(-ELOOP);
	}
	dst = mgre_path_secure(mgre, path, &rt->dst, &fl4);
	/* What IPsec gives out while it has no security association. */
	if (!IS_ERR(dst) && dst->obsolete == DST_OBSOLETE_DEAD) {
		dst_release(dst);
		return ERR_PTR(-ENETUNREACH);
	}
	return dst;
}

/**
 * mgre_path_route() - Look up the route of a path and cache it
 * @mgre: Device
 * @path: Path
 *
 * On a protected device the route is a bundle, which leads through ESP. On
 * any other, IPsec policies are obeyed where there are some.
 *
 * A packet needs no reference to its route: the path has one, and RCU keeps
 * what the path lets go. But IPsec takes one, and drops the packet if there is
 * none left to take; so a bundle comes with one for the packet.
 *
 * Context: softirq, or process with bottom halves off; RCU read side.
 * Return: The route, valid as long as the RCU read side lasts, to be given to
 * a packet or to mgre_path_put_route(); or an ERR_PTR(): -ENOKEY without the
 * bundle that there must be, -ELOOP if the route leads back into @mgre,
 * -EADDRNOTAVAIL while @mgre has no local address.
 */
struct rtable *mgre_path_route(const struct mgre *mgre, struct mgre_path *path)
{
	struct dst_entry *dst;
	struct rtable *rt;

	if (!path->header.ip.saddr || READ_ONCE(path->closed))
		return ERR_PTR(-EADDRNOTAVAIL);
	dst = mgre_path_lookup(mgre, path);
	if (IS_ERR(dst))
		return ERR_CAST(dst);
	rt = container_of(dst, struct rtable, dst);
	WRITE_ONCE(path->df, mgre->parms.pmtudisc && !ip_mtu_locked(dst) ?
			     htons(IP_DF) : 0);
	if (mgre_path_is_bundle(dst))
		dst_hold(dst);
	dst_release(unrcu_pointer(xchg(&path->route, RCU_INITIALIZER(dst))));
	mgre_grow_headroom(mgre->dev, LL_RESERVED_SPACE(dst_dev(dst)) +
				      path->header_len + dst->header_len);
	return rt;
}

/**
 * mgre_path_put_route() - Do without a route
 * @rt: From mgre_path_route()
 *
 * Context: any.
 */
void mgre_path_put_route(struct rtable *rt)
{
	if (mgre_path_is_bundle(&rt->dst))
		dst_release(&rt->dst);
}

/**
 * mgre_path_mtu() - The largest packet that fits through, inside GRE
 * @path: Path
 *
 * Context: RCU read side.
 * Return: Its length, 0: not known yet.
 */
u32 mgre_path_mtu(const struct mgre_path *path)
{
	const struct dst_entry *dst = rcu_dereference(path->route);

	return dst ? dst_mtu(dst) - path->header_len : 0;
}

/*
 * A route that something has made invalid is looked up by the next packet. On
 * a protected device it will lead through the same SA while that lives.
 */
static bool mgre_path_uses(const struct mgre_path *path, struct dst_entry *dst)
{
	return path->protect ? dst->xfrm->km.state == XFRM_STATE_VALID :
			       !!dst_check(dst, 0);
}

/**
 * mgre_path_sa() - The security association that packets leave through
 * @path: Path
 * @sa: Filled; its spi is 0 if there is none
 *
 * Context: RCU read side.
 */
void mgre_path_sa(const struct mgre_path *path, struct mgre_sa *sa)
{
	struct dst_entry *dst = rcu_dereference(path->route);
	const struct iphdr *ip = &path->header.ip;
	const struct xfrm_state *x = dst ? dst->xfrm : NULL;

	memset(sa, 0, sizeof(*sa));
	if (mgre_protect_covers(x, ip->saddr, ip->daddr) &&
	    mgre_path_uses(path, dst))
		mgre_protect_tell(x, x->encap ? x->encap->encap_dport : 0, sa);
}
