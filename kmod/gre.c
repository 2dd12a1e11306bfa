// SPDX-License-Identifier: GPL-2.0
/* The GRE header, RFC 2784 and 2890. */
#include "mgre.h"

/**
 * mgre_gre_parse() - Read the GRE header of a packet
 * @skb: Packet, data is its IP header
 * @offset: Of the GRE header
 * @info: Filled
 *
 * Context: any; pointers into the packet become invalid.
 * Return: false for what is not ours to judge: another version, source
 * routes, a protocol that no device of ours carries.
 */
bool mgre_gre_parse(struct sk_buff *skb, unsigned int offset,
		    struct mgre_gre_info *info)
{
	const struct gre_base_hdr *gre;
	unsigned int key_offset;

	if (!pskb_may_pull(skb, offset + sizeof(*gre)))
		return false;
	gre = (struct gre_base_hdr *)(skb->data + offset);
	if (gre->flags & (GRE_VERSION | GRE_ROUTING | GRE_STRICT | GRE_REC))
		return false;
	info->protocol = gre->protocol;
	if (info->protocol != htons(ETH_P_IP) &&
	    info->protocol != htons(ETH_P_IPV6) &&
	    info->protocol != htons(MGRE_PROTOCOL_NHRP))
		return false;
	info->has_checksum = gre->flags & GRE_CSUM;
	info->has_key = gre->flags & GRE_KEY;
	key_offset = sizeof(*gre) + (info->has_checksum ? 4 : 0);
	info->len = key_offset + (info->has_key ? 4 : 0) +
		    (gre->flags & GRE_SEQ ? 4 : 0);
	if (!pskb_may_pull(skb, offset + info->len))
		return false;
	info->key = info->has_key ?
		    get_unaligned_be32(skb->data + offset + key_offset) : 0;
	return true;
}
