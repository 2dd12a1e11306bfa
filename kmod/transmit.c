// SPDX-License-Identifier: GPL-2.0
/*
 * Transmit: next hop of the packet, its mapping, the peer, the outer header.
 *
 *	next hop -> mapping -> peer up?  yes: header template, cached route
 *	                 |           no: fallback peer (hold.c)
 *	                 +- none: announced, fallback peer (hold.c)
 */
#include <net/dsfield.h>
#include <net/icmp.h>
#include <net/dst_metadata.h>
#include <net/inet_ecn.h>
#include <net/ip_tunnels.h>
#include <net/ip6_route.h>
#include <net/l3mdev.h>
#include "mgre.h"

/* Devices without a queue inside each other, beyond which it is a loop. */
#define MGRE_RECURSION_LIMIT	4

/* NHRP is network control traffic. */
#define MGRE_NHRP_TOS		(IPTOS_PREC_INTERNETCONTROL)
#define MGRE_NHRP_TTL		64

static u8 mgre_inner_dsfield(const struct sk_buff *skb)
{
	if (likely(skb->protocol == htons(ETH_P_IP)))
		return ip_hdr(skb)->tos;
	if (skb->protocol == htons(ETH_P_IPV6))
		return ipv6_get_dsfield(ipv6_hdr(skb));
	return MGRE_NHRP_TOS;
}

static u8 mgre_inner_ttl(const struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IP))
		return ip_hdr(skb)->ttl;
	if (skb->protocol == htons(ETH_P_IPV6))
		return ipv6_hdr(skb)->hop_limit;
	return MGRE_NHRP_TTL;
}

static void mgre_send_too_big(struct sk_buff *skb, unsigned int mtu)
{
	skb_dst_update_pmtu_no_confirm(skb, mtu);
	if (skb->protocol == htons(ETH_P_IP))
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED,
			      htonl(mtu));
	else
		icmpv6_ndo_send(skb, ICMPV6_PKT_TOOBIG, 0, mtu);
}

/* Whether the sender of a packet that is too big can be told so. */
static bool mgre_may_refuse(const struct sk_buff *skb, unsigned int mtu)
{
	if (skb->protocol == htons(ETH_P_IP))
		return ip_hdr(skb)->frag_off & htons(IP_DF);
	return skb->protocol == htons(ETH_P_IPV6) && mtu >= IPV6_MIN_MTU;
}

/*
 * Returns false for a packet that does not fit and whose sender now knows.
 * One that may be fragmented is, outside.
 */
static bool mgre_fits(const struct mgre_path *path, struct sk_buff *skb,
		      const struct rtable *rt, __be16 *df)
{
	unsigned int mtu = max_t(int, dst_mtu(&rt->dst) - path->header_len,
				 IPV4_MIN_MTU);

	*df = READ_ONCE(path->df);
	if (likely(skb->len <= mtu))
		return true;
	if (skb_is_gso(skb) && skb_gso_validate_network_len(skb, mtu))
		return true;
	if (*df && mgre_may_refuse(skb, mtu)) {
		mgre_send_too_big(skb, mtu);
		return false;
	}
	*df = 0;
	return true;
}

static void mgre_push_header(const struct mgre *mgre, struct sk_buff *skb,
			     const struct mgre_path *path, u8 dsfield, u8 ttl,
			     __be16 df)
{
	struct mgre_header *header;
	u8 tos = path->header.ip.tos;
	__be16 protocol = skb->protocol;

	__skb_push(skb, path->header_len);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, sizeof(header->ip));
	header = (struct mgre_header *)skb->data;
	memcpy(header, &path->header, offsetof(struct mgre_header, key));
	if (path->header_len == sizeof(*header))
		header->key = path->header.key;
	if (mgre->parms.tos == MGRE_TOS_INHERIT ||
	    protocol == htons(MGRE_PROTOCOL_NHRP))
		tos = dsfield;
	header->ip.tos = INET_ECN_encapsulate(tos, dsfield);
	if (!header->ip.ttl)
		header->ip.ttl = ttl;
	header->ip.frag_off = df;
	/* Nobody puts a packet together that may not be taken apart. */
	if (!df)
		__ip_select_ident(mgre->net, &header->ip,
				  skb_shinfo(skb)->gso_segs ?: 1);
	header->gre.protocol = protocol;
}

/* iptunnel_handle_offloads(), short of a call where there is nothing to do */
static int mgre_handle_offloads(struct sk_buff *skb)
{
	if (unlikely(skb_is_gso(skb) || skb->ip_summed == CHECKSUM_PARTIAL))
		return iptunnel_handle_offloads(skb, SKB_GSO_GRE);
	skb->ip_summed = CHECKSUM_NONE;
	skb->encapsulation = 0;
	return 0;
}

/* As from mgre_path_route(): a bundle is held. */
static struct rtable *mgre_route(struct mgre *mgre, struct mgre_path *path)
{
	struct dst_entry *dst = rcu_dereference(path->route);

	if (likely(dst && dst_check(dst, 0) &&
		   (!mgre_path_is_bundle(dst) || dst_hold_safe(dst))))
		return container_of(dst, struct rtable, dst);
	return mgre_path_route(mgre, path);
}

/* Give a packet its route, and the reference to a bundle. */
static void mgre_set_route(struct sk_buff *skb, struct rtable *rt)
{
	if (mgre_path_is_bundle(&rt->dst))
		skb_dst_set(skb, &rt->dst);
	else
		skb_dst_set_noref(skb, &rt->dst);
}

static enum mgre_drop_reason mgre_route_drop_reason(long err)
{
	switch (err) {
	case -ELOOP:
		return MGRE_DROP_TX_LOOP;
	case -EADDRNOTAVAIL:
		return MGRE_DROP_TX_NO_LOCAL;
	default:
		return MGRE_DROP_TX_NO_ROUTE;
	}
}

/*
 * Everything between the inner packet and ip_local_out(). An error leaves the
 * route with the caller.
 */
static int mgre_encapsulate(struct mgre *mgre, const struct mgre_path *path,
			    struct sk_buff *skb, struct rtable *rt)
{
	u8 dsfield = mgre_inner_dsfield(skb);
	u8 ttl = mgre_inner_ttl(skb);
	__be16 df;

	if (unlikely(!mgre_fits(path, skb, rt, &df)))
		return -EMSGSIZE;
	if (unlikely(skb_cow_head(skb, LL_RESERVED_SPACE(dst_dev(&rt->dst)) +
				       path->header_len + rt->dst.header_len)))
		return -ENOMEM;
	if (unlikely(mgre_handle_offloads(skb)))
		return -ENOMEM;
	skb_set_inner_protocol(skb, skb->protocol);
	skb_clear_hash_if_not_l4(skb);
	skb_scrub_packet(skb, !net_eq(mgre->net, dev_net(mgre->dev)));
	if (path->mark)
		skb->mark = path->mark;
	mgre_set_route(skb, rt);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	mgre_push_header(mgre, skb, path, dsfield, ttl, df);
	return 0;
}

/**
 * mgre_send_path() - Encapsulate a packet and send it
 * @mgre: Device
 * @path: To there
 * @skb: Packet, given away: IPv4, IPv6 or NHRP, headers pulled
 *
 * Context: bottom halves off, RCU read side.
 * Return: 0; -ENOKEY if there is no way to protect the packet, which stays the
 * caller's; or another negative error, and the packet is counted.
 */
int mgre_send_path(struct mgre *mgre, struct mgre_path *path,
		   struct sk_buff *skb)
{
	unsigned int len = skb->len;
	struct rtable *rt;
	int err;

	if (unlikely(dev_recursion_level() > MGRE_RECURSION_LIMIT)) {
		mgre_drop(mgre, skb, MGRE_DROP_TX_RECURSION);
		return -ELOOP;
	}
	if (unlikely(READ_ONCE(mgre->changing))) {
		mgre_drop(mgre, skb, MGRE_DROP_TX_NO_LOCAL);
		return -EADDRNOTAVAIL;
	}
	rt = mgre_route(mgre, path);
	if (IS_ERR(rt)) {
		err = PTR_ERR(rt);
		if (err != -ENOKEY)
			mgre_drop(mgre, skb, mgre_route_drop_reason(err));
		return err;
	}
	err = mgre_encapsulate(mgre, path, skb, rt);
	if (unlikely(err)) {
		mgre_path_put_route(rt);
		mgre_drop(mgre, skb, err == -EMSGSIZE ? MGRE_DROP_TX_TOO_BIG :
							MGRE_DROP_TX_NO_MEMORY);
		return err;
	}
	err = ip_local_out(mgre->net, NULL, skb);
	if (unlikely(net_xmit_eval(err))) {
		DEV_STATS_INC(mgre->dev, tx_errors);
		/* The packet is gone, which -ENOKEY, WireGuard's for one
		 * without a peer, would deny.
		 */
		return err < 0 && err != -ENOKEY ? err : -ENOBUFS;
	}
	dev_sw_netstats_tx_add(mgre->dev, 1, len);
	return 0;
}

/**
 * mgre_send() - Send a packet to a peer
 * @mgre: Device
 * @peer: Peer
 * @skb: Packet, given away
 *
 * Context: bottom halves off, RCU read side.
 * Return: false if there are no keys for the peer, which is down now; the
 * packet stays the caller's.
 */
bool mgre_send(struct mgre *mgre, struct mgre_peer *peer, struct sk_buff *skb)
{
	u32 priority = READ_ONCE(peer->priority);
	unsigned int len = skb->len;
	int err;

	if (priority)
		skb->priority = priority;
	err = mgre_send_path(mgre, rcu_dereference(peer->path), skb);
	if (likely(!err)) {
		mgre_peer_count_tx(peer, len);
		return true;
	}
	if (err != -ENOKEY)
		return true;
	mgre_keys_lost(mgre, peer);
	return false;
}

/**
 * mgre_send_or_drop() - Send a packet to a peer that it can only go to
 * @mgre: Device
 * @peer: Peer
 * @skb: Packet, given away
 *
 * Context: bottom halves off, RCU read side.
 */
void mgre_send_or_drop(struct mgre *mgre, struct mgre_peer *peer,
		       struct sk_buff *skb)
{
	if (!mgre_send(mgre, peer, skb))
		mgre_drop(mgre, skb, MGRE_DROP_TX_UNPROTECTED);
}

/* The route a packet was given, if it is one through this device. */
static const struct dst_entry *mgre_inner_dst(const struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);

	return dst && skb_valid_dst(skb) && dst_dev(dst) == skb->dev ?
	       dst : NULL;
}

static bool mgre_next_hop_v4(const struct sk_buff *skb,
			     struct in6_addr *next_hop)
{
	const struct dst_entry *dst = mgre_inner_dst(skb);
	__be32 daddr = ip_hdr(skb)->daddr;
	const struct rtable *rt;

	if (ipv4_is_multicast(daddr) || ipv4_is_lbcast(daddr))
		return false;
	if (!dst || dst->ops->family != AF_INET) {
		ipv6_addr_set_v4mapped(daddr, next_hop);
		return true;
	}
	rt = container_of(dst, struct rtable, dst);
	if (rt->rt_type == RTN_BROADCAST)
		return false;
	if (rt->rt_gw_family == AF_INET6)
		*next_hop = rt->rt_gw6;
	else
		ipv6_addr_set_v4mapped(rt_nexthop(rt, daddr), next_hop);
	return true;
}

static bool mgre_next_hop_v6(const struct sk_buff *skb,
			     struct in6_addr *next_hop)
{
	const struct dst_entry *dst = mgre_inner_dst(skb);
	struct in6_addr *daddr = &ipv6_hdr(skb)->daddr;

	if (ipv6_addr_is_multicast(daddr))
		return false;
	if (dst && dst->ops->family == AF_INET6)
		daddr = (struct in6_addr *)
			rt6_nexthop(dst_rt6_info(dst), daddr);
	*next_hop = *daddr;
	return true;
}

/* Returns false for a packet to many. */
static bool mgre_next_hop(const struct sk_buff *skb, struct in6_addr *next_hop)
{
	return skb->protocol == htons(ETH_P_IP) ?
	       mgre_next_hop_v4(skb, next_hop) :
	       mgre_next_hop_v6(skb, next_hop);
}

/**
 * mgre_came_from_here() - Whether a packet turns round in the device
 * @mgre: Device
 * @skb: Packet on its way out
 *
 * Context: softirq, RCU read side.
 */
bool mgre_came_from_here(const struct mgre *mgre, const struct sk_buff *skb)
{
	int master;

	if (!skb->skb_iif)
		return false;
	if (skb->skb_iif == mgre->dev->ifindex)
		return true;
	/* Inside a VRF, its device stands for all of its members. */
	master = l3mdev_master_ifindex_rcu(mgre->dev);
	return master && skb->skb_iif == master;
}

static void mgre_send_or_hold(struct mgre *mgre, struct mgre_peer *peer,
			      struct sk_buff *skb,
			      const struct in6_addr *next_hop)
{
	if (likely(READ_ONCE(peer->state) == MGRE_PEER_STATE_UP)) {
		if (likely(mgre_send(mgre, peer, skb)))
			return;
	} else {
		mgre_keys_ask(mgre, peer);
	}
	mgre_hold(mgre, skb, next_hop);
}

static void mgre_transmit_unicast(struct mgre *mgre, struct sk_buff *skb,
				  const struct in6_addr *next_hop)
{
	struct mgre_mapping *mapping = mgre_mapping_find(mgre, next_hop);
	unsigned long now = jiffies;

	if (unlikely(!mapping)) {
		mgre_unresolved(mgre, skb, next_hop);
		return;
	}
	if (READ_ONCE(mapping->used) != now)
		WRITE_ONCE(mapping->used, now);
	if (rcu_access_pointer(mgre->redirects) && mgre_came_from_here(mgre, skb))
		mgre_redirect(mgre, skb);
	mgre_send_or_hold(mgre, rcu_dereference(mapping->peer), skb, next_hop);
}

/**
 * mgre_transmit() - The device's ndo_start_xmit
 * @skb: Packet, given away
 * @dev: Device
 *
 * Context: bottom halves off.
 * Return: NETDEV_TX_OK, always: there is no queue to hold the stack back.
 */
netdev_tx_t mgre_transmit(struct sk_buff *skb, struct net_device *dev)
{
	struct mgre *mgre = netdev_priv(dev);
	struct in6_addr next_hop;
	struct mgre_peer *remote;

	if (unlikely((skb->protocol != htons(ETH_P_IP) &&
		      skb->protocol != htons(ETH_P_IPV6)) ||
		     !pskb_inet_may_pull(skb))) {
		mgre_drop(mgre, skb, MGRE_DROP_TX_MALFORMED);
		return NETDEV_TX_OK;
	}
	rcu_read_lock();
	remote = rcu_dereference(mgre->remote);
	if (remote)
		mgre_send_or_hold(mgre, remote, skb, &remote->endpoint.nbma);
	else if (mgre_next_hop(skb, &next_hop))
		mgre_transmit_unicast(mgre, skb, &next_hop);
	else
		mgre_replicate(mgre, skb);
	rcu_read_unlock();
	return NETDEV_TX_OK;
}
