// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Resolution, the answering side.
 *
 * Every node on the routed path from the requester to the destination does
 * the same: it looks the destination up. If the way leaves the NHRP network
 * here, this node is the egress and answers for the widest prefix of which
 * that is true; if it leads on to another peer, the request is passed on to
 * it, also when the destination is a registered client, for only the client
 * can let the requester in; if it leads nowhere, the request is refused.
 *
 * The egress makes the mapping of the requester before it replies, so that
 * the kernel accepts what the requester sends from then on, and replies by
 * that mapping: a direct way that does not work brings no reply, and traffic
 * stays with the servers.
 */
#include "egress.h"

#include <errno.h>
#include <string.h>

#include "answer.h"
#include "cache.h"
#include "config.h"
#include "daemon.h"
#include "forward.h"
#include "interface.h"
#include "nhc.h"
#include "receive.h"
#include "responder.h"
#include "send.h"

static void egress_refuse(struct received *received, uint8_t code)
{
	struct nhrp_packet reply;

	nhrp_packet_init_reply(&reply, received->packet);
	reply.flags &= ~(NHRP_RESOLUTION_AUTHORITATIVE |
			 NHRP_RESOLUTION_DESTINATION_STABLE);
	nhrp_packet_add_cie(&reply)->code = code;
	send_packet(received->interface, &reply, &received->from);
}

/* Where the requester really is; as resolve_real_nbma() for the other end. */
static struct nhrp_address egress_requester_nbma(struct received *received)
{
	struct nhrp_packet *packet = received->packet;
	const struct nhrp_extension *transit =
		nhrp_extension_find(packet, NHRP_EXTENSION_FORWARD_TRANSIT);
	const struct nhrp_cie *nat =
		nhrp_extension_find_cie(nhrp_extension_find(packet,
						NHRP_EXTENSION_NAT_ADDRESS),
					&packet->source_protocol);

	if (transit && !transit->cie_count)
		return received->from;
	if (nat && nat->nbma.length)
		return nat->nbma;
	return packet->source_nbma;
}

static uint32_t egress_hold(const struct received *received)
{
	const struct nhrp_packet *packet = received->packet;

	if (packet->cie_count && packet->cies[0].holding_time)
		return packet->cies[0].holding_time;
	return received->interface->config->holdtime;
}

/* Let the requester in. Returns a CIE code. */
static uint8_t egress_admit(struct received *received,
			    struct cache_entry **requester)
{
	struct interface *interface = received->interface;
	const struct nhrp_packet *packet = received->packet;
	struct cache_binding binding = {
		.protocol = packet->source_protocol,
		.nbma = egress_requester_nbma(received),
		.claimed = packet->source_nbma,
		.type = CACHE_REQUESTER,
		.prefix_length = nhrp_address_bits(&packet->source_protocol),
		.request_id = packet->request_id,
		.holding_time = egress_hold(received),
	};

	if (interface->remote.length ||
	    nhrp_address_is_any(&binding.protocol) ||
	    nhrp_address_is_multicast(&binding.protocol) ||
	    nhrp_address_is_any(&binding.nbma) ||
	    nhrp_address_is_multicast(&binding.nbma) ||
	    nhrp_address_equal(&binding.nbma, &interface->nbma))
		return NHRP_CODE_PROHIBITED;
	if (!nhrp_address_equal(&binding.nbma, &binding.claimed))
		binding.flags |= CACHE_NAT;
	switch (cache_set(interface, &binding, requester)) {
	case 0:
		return NHRP_CODE_SUCCESS;
	case -EEXIST:
		return NHRP_CODE_PROHIBITED;
	default:
		return NHRP_CODE_INSUFFICIENT_RESOURCES;
	}
}

static void egress_prefix(const struct received *received,
			  const struct forward_path *path,
			  struct nhrp_prefix *prefix)
{
	const struct nhrp_packet *packet = received->packet;
	const struct nhrp_address *destination = &packet->destination_protocol;

	if (packet->flags & NHRP_RESOLUTION_UNIQUE ||
	    path->verdict == FORWARD_LOCAL ||
	    rtnl_widest_prefix(received->interface->daemon->rtnl, destination,
			       &path->route, prefix))
		nhrp_prefix_of(destination, nhrp_address_bits(destination),
			       prefix);
}

static void egress_fill_nat(const struct interface *interface,
			    struct nhrp_packet *reply,
			    const struct nhrp_address *own)
{
	struct nhrp_extension *nat =
		nhrp_extension_find(reply, NHRP_EXTENSION_NAT_ADDRESS);
	const struct nhrp_address *observed = nhc_observed(interface);
	struct nhrp_cie cie;

	if (!nat || !nat->is_cie_list || !observed)
		return;
	nhrp_cie_init(&cie, observed, own, nhrp_address_bits(own));
	nhrp_extension_add_cie(nat, &cie);
}

static void egress_reply(struct received *received,
			 const struct nhrp_prefix *prefix,
			 const struct nhrp_address *own,
			 const struct nhrp_address *nbma)
{
	const struct interface *interface = received->interface;
	struct nhrp_packet reply;
	struct nhrp_cie *cie;

	nhrp_packet_init_reply(&reply, received->packet);
	reply.flags |= NHRP_RESOLUTION_AUTHORITATIVE |
		       NHRP_RESOLUTION_DESTINATION_STABLE;
	cie = nhrp_packet_add_cie(&reply);
	nhrp_cie_init(cie, &interface->nbma, own,
		      reply.flags & NHRP_RESOLUTION_UNIQUE ?
		      NHRP_PREFIX_HOST : prefix->length);
	cie->holding_time = interface->config->holdtime;
	cie->mtu = interface->config->mtu;
	responder_fill(interface, &reply, own);
	egress_fill_nat(interface, &reply, own);
	send_packet(received->interface, &reply, nbma);
}

static void egress_answer(struct received *received,
			  const struct forward_path *path)
{
	const struct nhrp_packet *packet = received->packet;
	struct interface *interface = received->interface;
	const struct nhrp_address *own =
		interface_own_address(interface, &packet->source_protocol);
	struct cache_entry *requester;
	struct nhrp_prefix prefix;
	uint8_t code;

	if (!responder_accepts(received))
		return;
	code = own ? egress_admit(received, &requester) :
		     NHRP_CODE_NO_BINDING;
	if (code) {
		egress_refuse(received, code);
		return;
	}
	egress_prefix(received, path, &prefix);
	if (!answer_remember(interface, &packet->source_protocol, &prefix, own,
			     interface->config->holdtime)) {
		egress_refuse(received, NHRP_CODE_INSUFFICIENT_RESOURCES);
		return;
	}
	egress_reply(received, &prefix, own, &requester->binding.nbma);
}

void egress_request(struct received *received)
{
	struct forward_path path;

	forward_lookup(received->interface,
		       &received->packet->destination_protocol, &path);
	switch (path.verdict) {
	case FORWARD_LOCAL:
	case FORWARD_EGRESS:
		egress_answer(received, &path);
		break;
	case FORWARD_PEER:
		if (nhrp_address_equal(&path.nbma, &received->from))
			egress_refuse(received, NHRP_CODE_NO_BINDING);
		else
			forward_packet(received, &path);
		break;
	case FORWARD_UNRESOLVED:
	case FORWARD_UNREACHABLE:
		egress_refuse(received, NHRP_CODE_NO_BINDING);
		break;
	}
}
