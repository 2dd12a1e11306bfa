// SPDX-License-Identifier: GPL-2.0
/*
 * Protection: what leaves a device with "protect require", and what it
 * accepts, is under ESP between the very two addresses of its outer header.
 *
 * Inwards, the stack does not compare the addresses of an association in
 * transport mode with those of the packet it protects; that is done here.
 * Outwards, the route of a path is a bundle (path.c). But a packet can be
 * given another route on its way out, for instance by a rule that marks it,
 * and GRE can be sent by others in the name of a device. So a last hook looks
 * at what leaves.
 */
#include <linux/netfilter_ipv4.h>
#include <net/xfrm.h>
#include "mgre.h"

/**
 * mgre_protect_covers() - Whether an SA protects the packets between two nodes
 * @x: Security association or NULL
 * @saddr: Outer source
 * @daddr: Outer destination
 *
 * Tunnel mode would do so only as far as its own end.
 *
 * Context: any.
 */
bool mgre_protect_covers(const struct xfrm_state *x, __be32 saddr,
			 __be32 daddr)
{
	return x && x->id.proto == IPPROTO_ESP &&
	       x->props.mode == XFRM_MODE_TRANSPORT &&
	       x->props.family == AF_INET &&
	       x->props.saddr.a4 == saddr && x->id.daddr.a4 == daddr;
}

/**
 * mgre_protect_tell() - What user space is told of an SA
 * @x: Security association
 * @port: UDP port of the peer, 0: none
 * @sa: Filled
 *
 * Context: any.
 */
void mgre_protect_tell(const struct xfrm_state *x, __be16 port,
		       struct mgre_sa *sa)
{
	sa->if_id = x->if_id;
	sa->spi = ntohl(x->id.spi);
	sa->reqid = x->props.reqid;
	sa->port = ntohs(port);
}

/**
 * mgre_protect_received() - Whether a packet came under ESP, and by which SA
 * @skb: Packet, as it is at LOCAL_IN
 * @sa: Filled if it did
 *
 * Context: softirq.
 */
bool mgre_protect_received(const struct sk_buff *skb, struct mgre_sa *sa)
{
	const struct sec_path *path = skb_sec_path(skb);
	const struct xfrm_state *x;

	if (!path || !path->len)
		return false;
	x = path->xvec[path->len - 1];
	if (!mgre_protect_covers(x, ip_hdr(skb)->saddr, ip_hdr(skb)->daddr))
		return false;
	mgre_protect_tell(x, x->encap ? x->encap->encap_sport : 0, sa);
	return true;
}

/* The source that a packet had before the operator's NAT. */
static __be32 mgre_first_source(const struct sk_buff *skb)
{
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	if (!ct)
		return ip_hdr(skb)->saddr;
	return ct->tuplehash[CTINFO2DIR(ctinfo)].tuple.src.u3.ip;
}

/* The protected device in whose name a packet leaves. */
static struct mgre *mgre_sender(struct net *net, struct sk_buff *skb)
{
	struct mgre_gre_info info;

	if (!mgre_gre_parse(skb, ip_hdrlen(skb), &info))
		return NULL;
	return mgre_demux_protected(net, mgre_first_source(skb), info.has_key,
				    info.key);
}

static unsigned int mgre_post_routing(void *priv, struct sk_buff *skb,
				      const struct nf_hook_state *state)
{
	const struct dst_entry *dst = skb_dst(skb);
	const struct iphdr *ip = ip_hdr(skb);
	struct mgre *mgre;

	if (ip->protocol != IPPROTO_GRE ||
	    mgre_protect_covers(dst ? dst->xfrm : NULL, ip->saddr, ip->daddr))
		return NF_ACCEPT;
	mgre = mgre_sender(state->net, skb);
	if (likely(!mgre))
		return NF_ACCEPT;
	mgre_drop_count(mgre, skb, MGRE_DROP_TX_UNPROTECTED);
	return NF_DROP;
}

static const struct nf_hook_ops mgre_protect_hooks[] = {
	{
		.hook		= mgre_post_routing,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_POST_ROUTING,
		/* After whatever may give a packet another route. */
		.priority	= NF_IP_PRI_LAST - 1,
	},
};

/**
 * mgre_protect_start() - Look at what leaves a namespace, for one more device
 * @net: Namespace of the underlay
 *
 * Context: process, RTNL held.
 * Return: 0 or a negative error.
 */
int mgre_protect_start(struct net *net)
{
	struct mgre_net *mn = mgre_net(net);
	int err;

	if (!mn->protected) {
		err = nf_register_net_hooks(net, mgre_protect_hooks,
					    ARRAY_SIZE(mgre_protect_hooks));
		if (err)
			return err;
	}
	WRITE_ONCE(mn->protected, mn->protected + 1);
	return 0;
}

/**
 * mgre_protect_stop() - Undo mgre_protect_start()
 * @net: Namespace of the underlay
 *
 * Context: process, RTNL held.
 */
void mgre_protect_stop(struct net *net)
{
	struct mgre_net *mn = mgre_net(net);

	WRITE_ONCE(mn->protected, mn->protected - 1);
	if (!mn->protected)
		nf_unregister_net_hooks(net, mgre_protect_hooks,
					ARRAY_SIZE(mgre_protect_hooks));
}
