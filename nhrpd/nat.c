// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Network address translation: where a node really is.
 */
#include "nat.h"

#include "interface.h"
#include "nhc.h"
#include "peer.h"
#include "receive.h"

static struct nhrp_extension *nat_extension(struct nhrp_packet *packet)
{
	struct nhrp_extension *nat =
		nhrp_extension_find(packet, NHRP_EXTENSION_NAT_ADDRESS);

	return nat && nat->is_cie_list ? nat : NULL;
}

static const struct nhrp_extension *nat_record(struct nhrp_packet *packet)
{
	return nhrp_extension_find(packet, nhrp_type_is_reply(packet->type) ?
				   NHRP_EXTENSION_REVERSE_TRANSIT :
				   NHRP_EXTENSION_FORWARD_TRANSIT);
}

/* Only a server of ours is believed to pass on what others said. */
static bool nat_from_server(const struct received *received)
{
	const struct peer *peer = peer_find(received->interface,
					    &received->from);

	return peer && peer->kept;
}

/* What the first server noted, or else what the node claims itself. */
static struct nhrp_address nat_told(struct nhrp_packet *packet,
				    const struct nhrp_address *protocol,
				    const struct nhrp_address *claimed)
{
	const struct nhrp_cie *cie =
		nhrp_extension_find_cie(nat_extension(packet), protocol);

	return cie && cie->nbma.length ? cie->nbma : *claimed;
}

struct nhrp_address nat_source(const struct received *received)
{
	struct nhrp_packet *packet = received->packet;
	const struct nhrp_extension *record = nat_record(packet);

	if (!nat_from_server(received) || !record || !record->cie_count)
		return received->from;
	return nat_told(packet, &packet->source_protocol,
			&packet->source_nbma);
}

struct nhrp_address nat_responder(const struct received *received,
				  const struct nhrp_cie *cie,
				  const struct nhrp_address *protocol)
{
	if (!nat_from_server(received))
		return received->from;
	return nat_told(received->packet, protocol, &cie->nbma);
}

static void nat_add(struct nhrp_packet *packet,
		    const struct nhrp_address *nbma,
		    const struct nhrp_address *protocol)
{
	struct nhrp_extension *nat = nat_extension(packet);
	struct nhrp_cie cie;

	if (!nat || nhrp_extension_find_cie(nat, protocol))
		return;
	nhrp_cie_init(&cie, nbma, protocol, nhrp_address_bits(protocol));
	nhrp_extension_add_cie(nat, &cie);
}

void nat_note(struct received *received)
{
	struct nhrp_packet *packet = received->packet;
	const struct nhrp_address *claimed = &packet->source_nbma;
	const struct nhrp_address *protocol = &packet->source_protocol;
	const struct nhrp_extension *record = nat_record(packet);

	if (!record || record->cie_count)
		return;
	if (nhrp_type_is_reply(packet->type)) {
		if (!packet->cie_count || !packet->cies[0].protocol.length)
			return;
		claimed = &packet->cies[0].nbma;
		protocol = &packet->cies[0].protocol;
	}
	if (!nhrp_address_equal(claimed, &received->from))
		nat_add(packet, &received->from, protocol);
}

void nat_tell_source(const struct received *received,
		     struct nhrp_packet *reply)
{
	if (!nhrp_address_equal(&reply->source_nbma, &received->from))
		nat_add(reply, &received->from, &reply->source_protocol);
}

void nat_tell_own(const struct interface *interface,
		  struct nhrp_packet *packet, const struct nhrp_address *own)
{
	const struct nhrp_address *observed = nhc_observed(interface);

	if (observed)
		nat_add(packet, observed, own);
}
