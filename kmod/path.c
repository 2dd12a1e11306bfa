// SPDX-License-Identifier: GPL-2.0
/* The way to an NBMA address: header template and cached route. */
#include <linux/slab.h>
#include <net/route.h>
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
 * mgre_path_create() - Make the path to an NBMA address
 * @mgre: Device; its parameters and local address go into the template
 * @nbma: Where to
 * @mark: Mark of the outer packets, 0: that of the device
 *
 * Context: process.
 * Return: The path, the caller's until mgre_path_free(), or NULL if there is
 * no memory.
 */
struct mgre_path *mgre_path_create(const struct mgre *mgre,
				   const struct in6_addr *nbma, u32 mark)
{
	struct mgre_path *path;

	path = kzalloc(sizeof(*path), GFP_KERNEL_ACCOUNT);
	if (!path)
		return NULL;
	path->mark = mark ?: mgre->parms.fwmark;
	path->header_len = mgre_build_header(mgre, nbma, &path->header);
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

static void mgre_grow_headroom(struct net_device *dev, unsigned int needed)
{
	needed = min_t(unsigned int, needed, MGRE_HEADROOM_MAX);
	if (needed > READ_ONCE(dev->needed_headroom))
		WRITE_ONCE(dev->needed_headroom, needed);
}

/**
 * mgre_path_route() - Look up the route of a path and cache it
 * @mgre: Device
 * @path: Path
 *
 * An IPsec policy for GRE between the two addresses is obeyed: the route is
 * then a bundle, or an error while there is no security association.
 *
 * Context: softirq, or process with bottom halves off; RCU read side.
 * Return: The route, valid as long as the RCU read side lasts, or an
 * ERR_PTR(): -ELOOP if the route leads back into @mgre, -EADDRNOTAVAIL
 * while @mgre has no local address.
 */
struct rtable *mgre_path_route(const struct mgre *mgre, struct mgre_path *path)
{
	struct flowi4 fl4 = {
		.flowi4_oif = mgre->parms.link ?: mgre->domain,
		.flowi4_mark = path->mark,
		.flowi4_proto = IPPROTO_GRE,
		.saddr = path->header.ip.saddr,
		.daddr = path->header.ip.daddr,
		.fl4_gre_key = path->header.key,
	};
	struct rtable *rt;

	if (!fl4.saddr)
		return ERR_PTR(-EADDRNOTAVAIL);
	rt = ip_route_output_key(mgre->net, &fl4);
	if (IS_ERR(rt))
		return rt;
	/* What IPsec gives out while it has no security association. */
	if (rt->dst.obsolete == DST_OBSOLETE_DEAD) {
		ip_rt_put(rt);
		return ERR_PTR(-ENETUNREACH);
	}
	if (dst_dev(&rt->dst) == mgre->dev) {
		ip_rt_put(rt);
		return ERR_PTR(-ELOOP);
	}
	WRITE_ONCE(path->mtu, dst_mtu(&rt->dst) - path->header_len);
	WRITE_ONCE(path->df, mgre->parms.pmtudisc &&
			     !ip_mtu_locked(&rt->dst) ? htons(IP_DF) : 0);
	dst_release(unrcu_pointer(xchg(&path->route,
				       RCU_INITIALIZER(&rt->dst))));
	mgre_grow_headroom(mgre->dev, LL_RESERVED_SPACE(dst_dev(&rt->dst)) +
				      path->header_len + rt->dst.header_len);
	return rt;
}
