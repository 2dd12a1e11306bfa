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
 * stays with the servers. With protection the kernel sends directly only when
 * there are keys.
 */
#include "egress.h"

#include <errno.h>
#include <string.h>

#include "answer.h"
#include "authority.h"
#include "cache.h"
#include "config.h"
#include "daemon.h"
#include "forward.h"
#include "interface.h"
#include "nat.h"
#include "nhc.h"
#include "peer.h"
#include "receive.h"
#include "responder.h"
#include "send.h"

/*
 * The requester is admitted for a little longer than our answer holds, whose
 * time begins when it arrives there.
 */
#define EGRESS_GRACE 10

static void egress_refuse(struct received *received, uint8_t code)
{
	const struct interface *interface = received->interface;
	const struct nhrp_address *own =
		interface_own_address(interface,
				      &received->packet->source_protocol);
	struct nhrp_packet reply;

	nhrp_packet_init_reply(&reply, received->packet);
	reply.flags &= ~(NHRP_RESOLUTION_AUTHORITATIVE |
			 NHRP_RESOLUTION_DESTINATION_STABLE);
	nhrp_packet_add_cie(&reply)->code = code;
	if (own)
		responder_fill(interface, &reply, own);
	send_packet(received->interface, &reply, &received->from);
}

/* How long the answer holds: no longer than what the requester offers. */
static uint32_t egress_hold(const struct received *received)
{
	const struct nhrp_packet *packet = received->packet;
	uint32_t own = received->interface->config->holdtime;

	if (packet->cie_count && packet->cies[0].holding_time &&
	    packet->cies[0].holding_time < own)
		return packet->cies[0].holding_time;
	return own;
}

/*
 * Whether a request would take another's name: what is mapped already moves
 * only on the word of a server, or of the node itself.
 */
static bool egress_hijacks(const struct received *received,
			   const struct cache_binding *binding)
{
	const struct interface *interface = received->interface;
	const struct cache_entry *entry = cache_find(interface,
						     &binding->protocol);

	return entry && !authority_is_server(interface, &received->from) &&
	       !authority_same_node(interface, &entry->binding.endpoint,
				    &binding->endpoint) &&
	       !authority_is_certified(interface, &binding->endpoint,
				       &binding->protocol);
}

static bool egress_may_admit(const struct received *received,
			     const struct cache_binding *binding)
{
	const struct interface *interface = received->interface;

	return !interface->remote.length &&
	       !nhrp_address_is_any(&binding->protocol) &&
	       !nhrp_address_is_multicast(&binding->protocol) &&
	       !nhrp_address_is_any(&binding->endpoint.nbma) &&
	       !nhrp_address_is_multicast(&binding->endpoint.nbma) &&
	       !nhrp_address_equal(&binding->endpoint.nbma,
				   &interface->nbma) &&
	       forward_may_map(interface, &binding->protocol) &&
	       !egress_hijacks(received, binding);
}

/* The mapping, and the peer if it is new. Returns a CIE code. */
static uint8_t egress_install(struct interface *interface,
			      const struct cache_binding *binding,
			      struct cache_entry **requester)
{
	switch (cache_admit(interface, binding, requester)) {
	case 0:
		return NHRP_CODE_SUCCESS;
	case -EEXIST:
		return NHRP_CODE_PROHIBITED;
	default:
		return NHRP_CODE_INSUFFICIENT_RESOURCES;
	}
}

/*
 * Let the requester in. RFC 2332 (6.2.2) would have its binding cached only if
 * it says that it is stable, but its data is to come from there in any case.
 * Returns a CIE code.
 */
static uint8_t egress_admit(struct received *received,
			    const struct endpoint *endpoint,
			    struct cache_entry **requester)
{
	const struct nhrp_packet *packet = received->packet;
	struct cache_binding binding = {
		.protocol = packet->source_protocol,
		.endpoint = *endpoint,
		.claimed = packet->source_nbma,
		.type = CACHE_REQUESTER,
		.prefix_length = nhrp_address_bits(&packet->source_protocol),
		.request_id = packet->request_id,
		.holding_time = egress_hold(received) + EGRESS_GRACE,
	};

	if (!egress_may_admit(received, &binding))
		return NHRP_CODE_PROHIBITED;
	if (!nhrp_address_equal(&endpoint->nbma, &binding.claimed))
		binding.flags |= CACHE_NAT;
	return egress_install(received->interface, &binding, requester);
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

static void egress_reply(struct received *received,
			 const struct nhrp_prefix *prefix,
			 const struct nhrp_address *own,
			 const struct endpoint *to)
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
	cie->holding_time = egress_hold(received);
	cie->mtu = interface->config->mtu;
	responder_fill(interface, &reply, own);
	nat_tell_own(interface, &reply, own);
	send_packet(received->interface, &reply, to);
}

/*
 * Whether the requester has to be told by the server that passed its request
 * on: it has no keys for us so far, or asks again, as if it had none any more.
 * A way that does not work gets no data: there are no keys on it.
 */
static bool egress_must_relay(const struct received *received,
			      const struct endpoint *endpoint)
{
	const struct nhrp_packet *packet = received->packet;
	const struct interface *interface = received->interface;
	const struct cache_entry *entry = cache_find(interface,
						     &packet->source_protocol);

	if (!interface_is_protected(interface))
		return false;
	return authority_of_host(interface, endpoint,
				 &packet->source_protocol) ==
	       AUTHORITY_UNPROVEN ||
	       (entry && entry->binding.request_id == packet->request_id);
}

static void egress_answer(struct received *received,
			  const struct forward_path *path,
			  const struct endpoint *endpoint)
{
	const struct nhrp_packet *packet = received->packet;
	struct interface *interface = received->interface;
	const struct nhrp_address *own =
		interface_own_address(interface, &packet->source_protocol);
	bool relay = egress_must_relay(received, endpoint);
	struct cache_entry *requester;
	struct nhrp_prefix prefix;
	uint8_t code;

	code = own ? egress_admit(received, endpoint, &requester) :
		     NHRP_CODE_NO_BINDING;
	if (code) {
		egress_refuse(received, code);
		return;
	}
	egress_prefix(received, path, &prefix);
	if (!answer_remember(interface, &packet->source_protocol, &prefix, own,
			     egress_hold(received))) {
		egress_refuse(received, NHRP_CODE_INSUFFICIENT_RESOURCES);
		return;
	}
	egress_reply(received, &prefix, own, relay ? &received->from :
		     &requester->binding.endpoint);
}

/*
 * Who asks: where it is, and whether it may have the address that it asks
 * with. To say where it is calls it, which opens a NAT in front of us.
 */
static void egress_identify(struct received *received,
			    const struct forward_path *path)
{
	const struct nhrp_address *source = &received->packet->source_protocol;
	const struct interface *interface = received->interface;
	struct endpoint endpoint;

	if (!nat_source(received, &endpoint)) {
		egress_refuse(received, NHRP_CODE_PROHIBITED);
	} else if (authority_of_host(interface, &endpoint, source) ==
		   AUTHORITY_REFUSED) {
		authority_refuse_host(received, &endpoint, source);
		egress_refuse(received, NHRP_CODE_PROHIBITED);
	} else if (authority_usurps(interface, source, &endpoint)) {
		/* It asks again, and has proven itself until then. */
		receive_drop(received, TRAFFIC_DROP_AUTHORITY,
			     "its source is mapped elsewhere, and not proven");
	} else {
		egress_answer(received, path, &endpoint);
	}
}

/* Whether a request comes from its source itself, in another's name. */
static bool egress_is_false(struct received *received)
{
	const struct nhrp_packet *packet = received->packet;
	const struct nhrp_extension *record =
		nhrp_extension_find(received->packet,
				    NHRP_EXTENSION_FORWARD_TRANSIT);

	return (!record || !record->cie_count) &&
	       authority_of_host(received->interface, &received->from,
				 &packet->source_protocol) !=
	       AUTHORITY_COVERED;
}

/* No mapping of the next hop: a server of ours may know, and we do not. */
static void egress_ask_further(struct received *received,
			       struct forward_path *path)
{
	const struct nhrp_packet *packet = received->packet;
	const struct nhc *nhc =
		nhc_best(path->interface, 0,
			 packet->destination_protocol.length);

	if (nhc)
		path->endpoint = nhc_endpoint(nhc);
	if (!nhc || endpoint_equal(&path->endpoint, &received->from)) {
		if (responder_accepts(received))
			egress_refuse(received, NHRP_CODE_NO_BINDING);
		return;
	}
	forward_packet(received, path);
}

void egress_request(struct received *received)
{
	struct forward_path path;

	forward_lookup(received->interface,
		       &received->packet->destination_protocol, &path);
	if (egress_is_false(received)) {
		authority_refuse_host(received, &received->from,
				      &received->packet->source_protocol);
		egress_refuse(received, NHRP_CODE_PROHIBITED);
	} else if (path.verdict == FORWARD_PEER &&
		   !endpoint_equal(&path.endpoint, &received->from)) {
		forward_packet(received, &path);
	} else if (path.verdict == FORWARD_UNRESOLVED) {
		egress_ask_further(received, &path);
	} else if (responder_accepts(received)) {
		if (path.verdict == FORWARD_LOCAL ||
		    path.verdict == FORWARD_EGRESS)
			egress_identify(received, &path);
		else
			egress_refuse(received, NHRP_CODE_NO_BINDING);
	}
}
