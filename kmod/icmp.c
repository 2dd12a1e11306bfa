// SPDX-License-Identifier: GPL-2.0
/* ICMP errors about packets that we have sent: path MTU discovery. */
#include <linux/icmp.h>
#include <linux/netfilter_ipv4.h>
#include <net/route.h>
#include "mgre.h"

/* An error quotes the IP header and eight bytes: those of GRE with its key. */
struct mgre_quoted {
	struct iphdr ip;
	struct gre_base_hdr gre;
	__be32 key;
} __packed;

/* Returns where the quoted IP header begins, 0: not "fragmentation needed". */
static unsigned int mgre_find_quoted(struct sk_buff *skb, unsigned int offset)
{
	const struct icmphdr *icmp;
	const struct iphdr *ip;
	unsigned int quoted = offset + sizeof(*icmp);

	if (!pskb_may_pull(skb, quoted + sizeof(struct mgre_quoted)))
		return 0;
	icmp = (struct icmphdr *)(skb->data + offset);
	ip = (struct iphdr *)(skb->data + quoted);
	if (icmp->type != ICMP_DEST_UNREACH ||
	    icmp->code != ICMP_FRAG_NEEDED ||
	    ip->version != 4 || ip->ihl != 5 || ip->protocol != IPPROTO_GRE)
		return 0;
	return quoted;
}

static struct mgre *mgre_quoted_device(struct net *net,
				       const struct sk_buff *skb,
				       const struct mgre_quoted *quoted)
{
	bool has_key = quoted->gre.flags & GRE_KEY;
	struct mgre_endpoint endpoint = {};
	struct mgre *mgre;

	if (quoted->gre.flags & ~GRE_KEY)
		return NULL;
	mgre = mgre_demux(net, skb, quoted->ip.saddr, has_key,
			  has_key ? ntohl(quoted->key) : 0);
	if (!mgre)
		return NULL;
	ipv6_addr_set_v4mapped(quoted->ip.daddr, &endpoint.nbma);
	return mgre_peer_find(mgre, &endpoint) ? mgre : NULL;
}

/**
 * mgre_icmp_error() - Learn the path MTU to a peer from an ICMP error
 * @skb: An ICMP packet for this host; data is its IP header; only read
 * @net: Namespace of the underlay
 *
 * The route learns it. Cached routes notice, and ask again.
 *
 * Context: softirq, RCU read side.
 */
void mgre_icmp_error(struct sk_buff *skb, struct net *net)
{
	unsigned int offset = ip_hdrlen(skb);
	unsigned int quoted = mgre_find_quoted(skb, offset);
	const struct icmphdr *icmp;
	struct mgre *mgre;
	u32 mtu;

	if (!quoted)
		return;
	mgre = mgre_quoted_device(net, skb, (void *)(skb->data + quoted));
	/* Under ESP no GRE was sent that anybody could quote. */
	if (!mgre || mgre->parms.protect ||
	    nf_ip_checksum(skb, NF_INET_LOCAL_IN, offset, IPPROTO_ICMP))
		return;
	icmp = (struct icmphdr *)(skb->data + offset);
	mtu = ntohs(icmp->un.frag.mtu);
	__skb_pull(skb, quoted);
	ipv4_update_pmtu(skb, net, mtu,
			 mgre->parms.link ?: mgre->domain, IPPROTO_GRE);
	__skb_push(skb, quoted);
}
