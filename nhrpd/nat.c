// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Network address translation: where a node really is.
 */
#include "nat.h"

#include "authority.h"
#include "interface.h"
#include "nhc.h"
#include "receive.h"
#include "session.h"

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

/* What nobody can be called at is not tried. */
static bool nat_endpoint(struct interface *interface,
			 const struct nhrp_address *nbma, uint16_t port,
			 struct endpoint *endpoint)
{
	if (interface_is_protected(interface) &&
	    (nhrp_address_is_any(nbma) || nhrp_address_is_multicast(nbma) ||
	     nhrp_address_equal(nbma, &interface->nbma)))
		return false;
	return endpoint_of(interface, nbma, port, endpoint);
}

/* What the first server noted, or else what the node claims itself. */
static bool nat_told(const struct received *received,
		     const struct nhrp_address *protocol,
		     const struct nhrp_address *claimed,
		     struct endpoint *endpoint)
{
	const struct nhrp_cie *cie =
		nhrp_extension_find_cie(nat_extension(received->packet),
					protocol);

	if (cie && cie->nbma.length)
		return nat_endpoint(received->interface, &cie->nbma,
				    cie->port, endpoint);
	return nat_endpoint(received->interface, claimed, 0, endpoint);
}

bool nat_source(const struct received *received, struct endpoint *endpoint)
{
	struct nhrp_packet *packet = received->packet;
	const struct nhrp_extension *record = nat_record(packet);

	*endpoint = received->from;
	if (!record || !record->cie_count ||
	    !authority_is_server(received->interface, &received->from))
		return true;
	return nat_told(received, &packet->source_protocol,
			&packet->source_nbma, endpoint);
}

bool nat_responder(const struct received *received,
		   const struct nhrp_cie *cie,
		   const struct nhrp_address *protocol,
		   struct endpoint *endpoint)
{
	*endpoint = received->from;
	if (!authority_is_server(received->interface, &received->from))
		return true;
	return nat_told(received, protocol, &cie->nbma, endpoint);
}

/* Port of a node's key exchange, 0: the usual one. */
static uint16_t nat_port(const struct interface *interface,
			 const struct endpoint *endpoint)
{
	const struct session *session = session_find(interface,
						     endpoint->if_id);

	if (!session || session->port == session_default_port(interface))
		return 0;
	return session->port;
}

static void nat_add(struct nhrp_packet *packet,
		    const struct nhrp_address *nbma, uint16_t port,
		    const struct nhrp_address *protocol)
{
	struct nhrp_extension *nat = nat_extension(packet);
	struct nhrp_cie cie;

	if (!nat || nhrp_extension_find_cie(nat, protocol))
		return;
	nhrp_cie_init(&cie, nbma, protocol, nhrp_address_bits(protocol));
	cie.port = port;
	nhrp_extension_add_cie(nat, &cie);
}

/*
 * A node may have told how others see it. With protection we know better, for
 * its port may have changed since it was told.
 */
static void nat_correct(const struct received *received,
			const struct nhrp_address *protocol)
{
	struct nhrp_extension *nat = nat_extension(received->packet);
	uint16_t i;

	if (!nat || !interface_is_protected(received->interface))
		return;
	for (i = 0; i < nat->cie_count; i++) {
		if (!nhrp_address_equal(&nat->cies[i].protocol, protocol))
			continue;
		nat->cies[i].nbma = received->from.nbma;
		nat->cies[i].port = nat_port(received->interface,
					     &received->from);
	}
}

void nat_note(struct received *received)
{
	struct nhrp_packet *packet = received->packet;
	const struct nhrp_address *claimed = &packet->source_nbma;
	const struct nhrp_address *protocol = &packet->source_protocol;
	const struct nhrp_extension *record = nat_record(packet);
	uint16_t port = nat_port(received->interface, &received->from);

	if (!record || record->cie_count)
		return;
	if (nhrp_type_is_reply(packet->type)) {
		if (!packet->cie_count || !packet->cies[0].protocol.length)
			return;
		claimed = &packet->cies[0].nbma;
		protocol = &packet->cies[0].protocol;
	}
	nat_correct(received, protocol);
	if (port || !nhrp_address_equal(claimed, &received->from.nbma))
		nat_add(packet, &received->from.nbma, port, protocol);
}

void nat_tell_source(const struct interface *interface,
		     struct nhrp_packet *reply, const struct endpoint *source)
{
	uint16_t port = nat_port(interface, source);

	if (port || !nhrp_address_equal(&reply->source_nbma, &source->nbma))
		nat_add(reply, &source->nbma, port, &reply->source_protocol);
}

void nat_tell_own(const struct interface *interface,
		  struct nhrp_packet *packet, const struct nhrp_address *own)
{
	const struct nhc *nhc = nhc_observer(interface);

	if (nhc)
		nat_add(packet, &nhc->observed, nhc->observed_port, own);
}
