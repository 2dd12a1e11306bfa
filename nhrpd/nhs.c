// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Next hop server: registers clients (RFC 2332, sections 5.2.3 and 5.2.4).
 *
 * A request is for us if its destination is our own address (IOS), that of
 * its source (RFC 2332 and FRR's "nhs dynamic"), or the broadcast address of
 * the tunnel network (opennhrp); others follow the routed path. Each CIE is
 * judged by itself and answered with its own code. A binding leads to the
 * address that the request came from: what it claims beside that is NAT, and
 * kept for show and for telling others. On a protected interface a client gets
 * what its certificate covers, and nothing else.
 */
#include "nhs.h"

#include <errno.h>

#include "authority.h"
#include "cache.h"
#include "config.h"
#include "forward.h"
#include "interface.h"
#include "nat.h"
#include "peer.h"
#include "receive.h"
#include "responder.h"
#include "send.h"

/* Protocol addresses that one NBMA address may register. */
#define NHS_QUOTA 256

static bool nhs_is_for_us(const struct received *received)
{
	const struct interface *interface = received->interface;
	const struct nhrp_packet *packet = received->packet;
	const struct nhrp_address *destination = &packet->destination_protocol;

	return !destination->length ||
	       nhrp_address_equal(destination, &packet->source_protocol) ||
	       interface_is_own(interface, destination) ||
	       interface_is_broadcast(interface, destination);
}

/* Whether a client may have this address at all. */
static bool nhs_allowed(const struct received *received,
			const struct nhrp_prefix *prefix,
			const struct endpoint *client)
{
	const struct interface *interface = received->interface;
	const struct nhrp_address *protocol = &prefix->address;

	return prefix->length == nhrp_address_bits(protocol) &&
	       !nhrp_address_is_any(protocol) &&
	       !nhrp_address_is_multicast(protocol) &&
	       !interface_is_broadcast(interface, protocol) &&
	       forward_may_map(interface, protocol) &&
	       !nhrp_address_equal(&client->nbma, &interface->nbma);
}

/* Whether another client or a setting has this address already. */
static uint8_t nhs_conflict(const struct received *received,
			    const struct nhrp_address *protocol,
			    const struct endpoint *client)
{
	const struct interface *interface = received->interface;
	const struct cache_entry *entry = cache_find(interface, protocol);

	if (!entry)
		return NHRP_CODE_SUCCESS;
	if (entry->binding.type > CACHE_REGISTERED)
		return endpoint_equal(&entry->binding.endpoint, client) ?
		       NHRP_CODE_SUCCESS : NHRP_CODE_PROHIBITED;
	if (entry->binding.flags & CACHE_UNIQUE &&
	    !authority_same_node(interface, &entry->binding.endpoint, client))
		return NHRP_CODE_ALREADY_REGISTERED;
	return NHRP_CODE_SUCCESS;
}

static bool nhs_quota_used(const struct received *received,
			   const struct nhrp_address *protocol,
			   const struct endpoint *client)
{
	const struct peer *peer = peer_find(received->interface, client);

	return peer && peer->mappings >= NHS_QUOTA &&
	       !cache_find(received->interface, protocol);
}

static uint8_t nhs_install(struct received *received,
			   struct cache_binding *binding)
{
	struct interface *interface = received->interface;
	struct cache_entry *entry;

	switch (cache_set(interface, binding, &entry)) {
	case 0:
		if (interface->config->multicast_dynamic)
			peer_add_flags(entry->peer, PEER_MULTICAST);
		return NHRP_CODE_SUCCESS;
	case -EEXIST:
		return NHRP_CODE_PROHIBITED;
	default:
		return NHRP_CODE_INSUFFICIENT_RESOURCES;
	}
}

static uint8_t nhs_register(struct received *received,
			    const struct endpoint *client,
			    const struct nhrp_cie *cie)
{
	const struct nhrp_packet *packet = received->packet;
	struct interface *interface = received->interface;
	struct cache_binding binding = {
		.endpoint = *client,
		.claimed = cie->nbma.length ? cie->nbma : packet->source_nbma,
		.type = CACHE_REGISTERED,
		.mtu = nhrp_cie_mtu(cie),
		.request_id = packet->request_id,
		.holding_time = cie->holding_time ? cie->holding_time :
						    interface->config->holdtime,
	};
	struct nhrp_prefix prefix;
	uint8_t code;

	nhrp_cie_prefix(cie, &packet->source_protocol, &prefix);
	if (authority_of(interface, client, &prefix) != AUTHORITY_COVERED) {
		authority_refuse(received, client, &prefix);
		return NHRP_CODE_PROHIBITED;
	}
	if (!nhs_allowed(received, &prefix, client)) {
		receive_drop(received, TRAFFIC_DROP_POLICY,
			     "it registers what no client may have");
		return NHRP_CODE_PROHIBITED;
	}
	code = nhs_conflict(received, &prefix.address, client);
	if (code) {
		receive_drop(received, TRAFFIC_DROP_POLICY,
			     "it registers what another node has");
		return code;
	}
	if (nhs_quota_used(received, &prefix.address, client))
		return NHRP_CODE_INSUFFICIENT_RESOURCES;
	binding.protocol = prefix.address;
	binding.prefix_length = prefix.length;
	if (packet->flags & NHRP_REGISTRATION_UNIQUE)
		binding.flags |= CACHE_UNIQUE;
	if (!nhrp_address_equal(&binding.claimed, &client->nbma))
		binding.flags |= CACHE_NAT;
	return nhs_install(received, &binding);
}

/* A refused entry must not be cached by whoever reads the reply. */
static void nhs_set_code(struct nhrp_cie *cie, uint8_t code)
{
	cie->code = code;
	if (code)
		cie->holding_time = 0;
}

/* A unique registration is of one address only (RFC 2332, section 5.2.3). */
static bool nhs_only_one(const struct received *received, uint16_t index)
{
	return !index ||
	       !(received->packet->flags & NHRP_REGISTRATION_UNIQUE);
}

static void nhs_reply(struct received *received,
		      const struct nhrp_address *own,
		      const struct endpoint *client)
{
	struct interface *interface = received->interface;
	struct nhrp_packet reply;
	uint16_t i;

	nhrp_packet_init_reply(&reply, received->packet);
	reply.destination_protocol = *own;
	if (!reply.cie_count)
		nhrp_packet_add_cie(&reply)->code = NHRP_CODE_PROHIBITED;
	for (i = 0; i < received->packet->cie_count; i++)
		nhs_set_code(&reply.cies[i], nhs_only_one(received, i) ?
			     nhs_register(received, client, &reply.cies[i]) :
			     NHRP_CODE_PROHIBITED);
	responder_fill(interface, &reply, own);
	nat_tell_source(interface, &reply, client);
	send_packet(interface, &reply, client);
}

void nhs_registration_request(struct received *received)
{
	struct interface *interface = received->interface;
	const struct nhrp_address *own =
		interface_own_address(interface,
				      &received->packet->source_protocol);
	struct forward_path path;
	struct endpoint client;

	if (!nhs_is_for_us(received)) {
		forward_lookup(interface,
			       &received->packet->destination_protocol, &path);
		if (path.verdict == FORWARD_PEER)
			forward_packet(received, &path);
		else
			forward_unreachable(received);
		return;
	}
	if (!responder_accepts(received))
		return;
	if (!own) {
		receive_drop(received, TRAFFIC_DROP_STATE,
			     "no own address of its family");
		return;
	}
	if (nat_source(received, &client))
		nhs_reply(received, own, &client);
	else
		receive_drop(received, TRAFFIC_DROP_POLICY,
			     "no way to where its source should be");
}
