// SPDX-License-Identifier: GPL-2.0
/*
 * Receive: GRE packets for our devices, taken out of the stack behind the
 * last LOCAL_IN hook.
 *
 * GRE version 0 has one owner in the stack, and it may be ip_gre, which
 * answers what it does not know with an ICMP error. A hook takes just what is
 * ours and leaves it the rest. It runs after the operator's own INPUT rules;
 * conntrack's confirmation and the IPsec policy check, which would come after
 * it, are made here.
 */
#include <linux/netfilter_ipv4.h>
#include <net/inet_ecn.h>
#include <net/ip_tunnels.h>
#include <net/xfrm.h>
#include "mgre.h"

static bool mgre_checksum_good(struct sk_buff *skb, unsigned int offset)
{
	bool good;

	/* The outer IP header that is left out adds up to 0. */
	__skb_pull(skb, offset);
	good = !skb_checksum_simple_validate(skb);
	__skb_push(skb, offset);
	return good;
}

/* What the stack would do between LOCAL_IN and the protocol's handler. */
static bool mgre_admit(struct mgre *mgre, struct sk_buff *skb)
{
	if (mgre_conntrack_confirm(skb) != NF_ACCEPT) {
		mgre_drop_count(mgre, skb, MGRE_DROP_RX_CONNTRACK);
		return false;
	}
	if (!xfrm4_policy_check(NULL, XFRM_POLICY_IN, skb)) {
		mgre_drop_count(mgre, skb, MGRE_DROP_RX_POLICY);
		return false;
	}
	nf_reset_ct(skb);
	skb_clear_delivery_time(skb);
	return true;
}

/* An inner packet back to where its outer one came from would go round. */
static bool mgre_is_loop(const struct sk_buff *skb, __be32 outer_saddr)
{
	return skb->protocol == htons(ETH_P_IP) &&
	       ip_hdr(skb)->daddr == outer_saddr;
}

static int mgre_decapsulate(struct mgre *mgre, struct sk_buff *skb,
			    const struct mgre_gre_info *info)
{
	bool xnet = !net_eq(mgre->net, dev_net(mgre->dev));

	__skb_pull(skb, ip_hdrlen(skb));
	skb_reset_transport_header(skb);
	if (__iptunnel_pull_header(skb, info->len, info->protocol, false,
				   xnet))
		return -ENOMEM;
	skb_reset_network_header(skb);
	skb_reset_mac_header(skb);
	return 0;
}

static void mgre_receive_data(struct mgre *mgre, struct mgre_peer *peer,
			      struct sk_buff *skb, __be32 outer_saddr,
			      u8 outer_tos)
{
	const struct iphdr outer = { .tos = outer_tos };
	unsigned int len = skb->len;

	if (unlikely(!pskb_inet_may_pull(skb))) {
		mgre_drop(mgre, skb, MGRE_DROP_RX_MALFORMED);
		return;
	}
	if (unlikely(mgre_is_loop(skb, outer_saddr))) {
		mgre_drop(mgre, skb, MGRE_DROP_RX_LOOP);
		return;
	}
	if (unlikely(IP_ECN_decapsulate(&outer, skb) > 1)) {
		mgre_drop(mgre, skb, MGRE_DROP_RX_ECN);
		return;
	}
	skb->dev = mgre->dev;
	dev_sw_netstats_rx_add(mgre->dev, len);
	if (likely(peer))
		mgre_peer_count_rx(peer, len);
	gro_cells_receive(&mgre->gro_cells, skb);
}

/* The operator's own IPsec may have an interface identifier as well. */
static struct mgre_peer *mgre_source_peer(struct mgre *mgre, __be32 saddr,
					  const struct mgre_sa *sa)
{
	struct mgre_endpoint endpoint = { .if_id = sa->if_id };
	struct mgre_peer *peer;

	ipv6_addr_set_v4mapped(saddr, &endpoint.nbma);
	peer = mgre_peer_find(mgre, &endpoint);
	if (likely(peer || !sa->if_id) || mgre->parms.protect)
		return peer;
	endpoint.if_id = 0;
	return mgre_peer_find(mgre, &endpoint);
}

static void mgre_receive_unknown(struct mgre *mgre, struct sk_buff *skb,
				 __be32 saddr, const struct mgre_sa *sa)
{
	struct mgre_endpoint endpoint = { .if_id = sa->if_id };

	ipv6_addr_set_v4mapped(saddr, &endpoint.nbma);
	mgre_event_unknown_peer(mgre, &endpoint);
	mgre_drop(mgre, skb, mgre->parms.protect ? MGRE_DROP_RX_UNPROTECTED :
						   MGRE_DROP_RX_UNKNOWN_PEER);
}

static void mgre_receive_inner(struct mgre *mgre, struct sk_buff *skb,
			       const struct mgre_gre_info *info,
			       const struct mgre_sa *sa)
{
	__be32 saddr = ip_hdr(skb)->saddr;
	u8 tos = ip_hdr(skb)->tos;
	struct mgre_peer *peer;

	peer = mgre_source_peer(mgre, saddr, sa);
	if (unlikely(!peer && (mgre->parms.protect ||
			       !mgre->parms.accept_unknown))) {
		mgre_receive_unknown(mgre, skb, saddr, sa);
		return;
	}
	if (unlikely(mgre_decapsulate(mgre, skb, info))) {
		mgre_drop(mgre, skb, MGRE_DROP_RX_MALFORMED);
		return;
	}
	mgre_receive_data(mgre, peer, skb, saddr, tos);
}

/* From anybody: how else would a client introduce itself? */
static void mgre_receive_nhrp(struct mgre *mgre, struct sk_buff *skb,
			      const struct mgre_gre_info *info,
			      const struct mgre_sa *sa)
{
	struct mgre_origin origin = { .ingress = inet_iif(skb), .sa = *sa };

	ipv6_addr_set_v4mapped(ip_hdr(skb)->saddr, &origin.nbma);
	ipv6_addr_set_v4mapped(ip_hdr(skb)->daddr, &origin.local);
	if (mgre_decapsulate(mgre, skb, info))
		mgre_drop(mgre, skb, MGRE_DROP_RX_MALFORMED);
	else
		mgre_nhrp_receive(mgre, skb, &origin);
}

static unsigned int mgre_receive_gre(struct sk_buff *skb, struct net *net)
{
	unsigned int offset = ip_hdrlen(skb);
	struct mgre_gre_info info;
	struct mgre_sa sa = {};
	struct mgre *mgre;

	if (!mgre_gre_parse(skb, offset, &info))
		return NF_ACCEPT;
	mgre = mgre_demux(net, skb, ip_hdr(skb)->daddr, info.has_key,
			  info.key);
	if (!mgre)
		return NF_ACCEPT;
	if (unlikely(info.has_checksum && !mgre_checksum_good(skb, offset))) {
		mgre_drop(mgre, skb, MGRE_DROP_RX_CHECKSUM);
		return NF_STOLEN;
	}
	if (unlikely(mgre->parms.protect || secpath_exists(skb)) &&
	    !mgre_protect_received(skb, &sa) && mgre->parms.protect) {
		mgre_drop(mgre, skb, MGRE_DROP_RX_UNPROTECTED);
		return NF_STOLEN;
	}
	if (unlikely(!mgre_admit(mgre, skb)))
		kfree_skb(skb);
	else if (likely(info.protocol != htons(MGRE_PROTOCOL_NHRP)))
		mgre_receive_inner(mgre, skb, &info, &sa);
	else
		mgre_receive_nhrp(mgre, skb, &info, &sa);
	return NF_STOLEN;
}

static unsigned int mgre_local_in(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	if (ip_hdr(skb)->protocol == IPPROTO_GRE)
		return mgre_receive_gre(skb, state->net);
	if (ip_hdr(skb)->protocol == IPPROTO_ICMP)
		mgre_icmp_error(skb, state->net);
	return NF_ACCEPT;
}

static const struct nf_hook_ops mgre_hooks[] = {
	{
		.hook		= mgre_local_in,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_LOCAL_IN,
		/* After all others but conntrack's confirmation, whose place
		 * among equals would depend on who was loaded first.
		 */
		.priority	= NF_IP_PRI_LAST - 1,
	},
};

/**
 * mgre_receive_start() - Begin to receive in a namespace
 * @net: Namespace of the underlay, in which the first device goes up
 *
 * Context: process, RTNL held.
 * Return: 0 or a negative error.
 */
int mgre_receive_start(struct net *net)
{
	return nf_register_net_hooks(net, mgre_hooks, ARRAY_SIZE(mgre_hooks));
}

/**
 * mgre_receive_stop() - Cease to receive in a namespace
 * @net: Namespace of the underlay, in which the last device goes down
 *
 * Context: process, RTNL held.
 */
void mgre_receive_stop(struct net *net)
{
	nf_unregister_net_hooks(net, mgre_hooks, ARRAY_SIZE(mgre_hooks));
}
