// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Purges, both ways (RFC 2332, sections 5.2.5 and 5.2.6).
 *
 * One of ours is sent again after 1, 2, 4 ... seconds with the same request
 * id until it is acknowledged, PURGE_TRIES times in all; but one to an unknown
 * sender of data just once, for more data would bring the next. One of others
 * is honoured for what its sender told us or registered with us, as far as its
 * certificate covers that, and for anything learnt if a server of ours sends
 * it; it is acknowledged always. A server's entry stays: we register again.
 */
#include "purge.h"

#include <stdlib.h>

#include "answer.h"
#include "authority.h"
#include "cache.h"
#include "daemon.h"
#include "forward.h"
#include "interface.h"
#include "nhc.h"
#include "peer.h"
#include "receive.h"
#include "request_id.h"
#include "resolve.h"
#include "responder.h"
#include "send.h"
#include "shortcut.h"
#include "timer.h"

#define PURGE_TRIES 5
#define PURGE_RETRY_MAX 16000

/* Purges in flight; beyond that the holding time has to do. */
#define PURGE_MAX 16384

/* ---- ours ---- */

static void purge_free(struct purge *purge)
{
	struct interface *interface = purge->interface;

	HASH_DELETE(hh, interface->purges, purge);
	timer_free(purge->timer);
	free(purge);
}

static bool purge_target(const struct purge *purge, struct endpoint *to)
{
	struct forward_path path;

	*to = purge->server;
	if (to->nbma.length)
		return true;
	forward_lookup(purge->interface, &purge->destination, &path);
	*to = path.endpoint;
	return path.verdict == FORWARD_PEER &&
	       path.interface == purge->interface;
}

static void purge_emit(struct interface *interface,
		       const struct nhrp_address *own,
		       const struct nhrp_address *destination,
		       const struct endpoint *to,
		       const struct nhrp_prefix *prefix, uint32_t request_id,
		       uint16_t flags)
{
	struct nhrp_packet packet;
	struct nhrp_cie *cie;

	nhrp_packet_init(&packet, NHRP_PURGE_REQUEST, &interface->nbma, own,
			 destination);
	packet.request_id = request_id;
	packet.flags = flags;
	cie = nhrp_packet_add_cie(&packet);
	cie->protocol = prefix->address;
	cie->prefix_length = prefix->length;
	nhrp_extension_add(&packet, NHRP_EXTENSION_FORWARD_TRANSIT);
	nhrp_extension_add(&packet, NHRP_EXTENSION_REVERSE_TRANSIT);
	send_packet(interface, &packet, to);
}

static void purge_send(struct purge *purge)
{
	struct interface *interface = purge->interface;
	const struct nhrp_address *own =
		interface_own_address(interface, &purge->destination);
	struct endpoint to;

	purge->tries++;
	timer_set(purge->timer, timer_backoff(purge->tries, PURGE_RETRY_MAX));
	if (!own || !purge_target(purge, &to))
		return;
	purge_emit(interface, own, &purge->destination, &to, &purge->prefix,
		   purge->request_id, 0);
}

static void purge_expired(uv_timer_t *timer)
{
	struct purge *purge = timer->data;

	if (purge->tries >= PURGE_TRIES)
		purge_free(purge);
	else
		purge_send(purge);
}

void purge_start(struct interface *interface,
		 const struct nhrp_address *destination,
		 const struct endpoint *server,
		 const struct nhrp_prefix *prefix, uint32_t request_id)
{
	struct purge *purge;

	HASH_FIND(hh, interface->purges, &request_id, sizeof(request_id),
		  purge);
	if (purge || HASH_COUNT(interface->purges) >= PURGE_MAX)
		return;
	purge = calloc(1, sizeof(*purge));
	if (!purge)
		return;
	purge->timer = timer_new(interface->daemon->loop, purge_expired,
				 purge);
	if (!purge->timer) {
		free(purge);
		return;
	}
	purge->interface = interface;
	purge->request_id = request_id ? request_id :
					 request_id_next(interface->daemon);
	purge->destination = *destination;
	if (server)
		purge->server = *server;
	purge->prefix = *prefix;
	HASH_ADD(hh, interface->purges, request_id, sizeof(purge->request_id),
		 purge);
	purge_send(purge);
}

/* To our own address: nobody knows that of the sender. */
void purge_own(struct interface *interface, const struct endpoint *sender)
{
	const struct nhrp_address *own;
	struct nhrp_prefix prefix;
	unsigned int i;

	for (i = 0; i < interface->address_count; i++) {
		own = &interface->addresses[i].address;
		nhrp_prefix_of(own, nhrp_address_bits(own), &prefix);
		purge_emit(interface, own, own, sender, &prefix,
			   request_id_next(interface->daemon),
			   NHRP_PURGE_NO_REPLY);
	}
}

void purge_forget(struct interface *interface)
{
	while (interface->purges)
		purge_free(interface->purges);
}

void purge_reply(struct received *received)
{
	struct interface *interface = received->interface;
	struct nhrp_packet *packet = received->packet;
	struct forward_path path;
	struct purge *purge;

	if (!interface_is_own(interface, &packet->source_protocol)) {
		forward_lookup(interface, &packet->source_protocol, &path);
		if (path.verdict == FORWARD_PEER)
			forward_packet(received, &path);
		else
			forward_unreachable(received);
		return;
	}
	HASH_FIND(hh, interface->purges, &packet->request_id,
		  sizeof(packet->request_id), purge);
	if (purge && nhrp_address_equal(&purge->destination,
					&packet->destination_protocol))
		purge_free(purge);
	else
		receive_drop(received, TRAFFIC_DROP_UNSOLICITED,
			     "no purge waits for it");
}

/* ---- of others ---- */

static bool purge_from_server(const struct received *received)
{
	return authority_is_server(received->interface, &received->from);
}

/* Whether the sender of a purge may have this entry removed. */
static bool purge_allowed(const struct received *received,
			  const struct cache_entry *entry)
{
	const struct interface *interface = received->interface;
	const struct cache_binding *binding = &entry->binding;

	if (binding->type > CACHE_REGISTERED)
		return false;
	if (authority_same_node(interface, &binding->endpoint,
				&received->from) &&
	    authority_of_host(interface, &received->from,
			      &binding->protocol) == AUTHORITY_COVERED)
		return true;
	return binding->type <= CACHE_RESOLVED && purge_from_server(received);
}

/* A server that purges itself says it by purge_own(): it has forgotten us. */
static bool purge_of_server(const struct received *received,
			    const struct cache_entry *entry)
{
	return entry->binding.type == CACHE_NHS &&
	       endpoint_equal(&entry->binding.endpoint, &received->from);
}

static void purge_entry(struct received *received, struct cache_entry *entry)
{
	struct interface *interface = received->interface;
	struct nhrp_address protocol = entry->binding.protocol;

	if (purge_of_server(received, entry)) {
		nhc_forgotten(interface, &received->from);
		return;
	}
	if (!purge_allowed(received, entry)) {
		receive_drop(received, TRAFFIC_DROP_POLICY,
			     "the binding to be purged is another's");
		return;
	}
	cache_delete(entry, "purged");
	answer_withdraw(interface, &protocol);
}

static void purge_prefix(struct received *received,
			 const struct nhrp_prefix *prefix)
{
	struct interface *interface = received->interface;
	struct cache_entry *entry, *next;

	shortcut_purge(interface, prefix, purge_from_server(received) ?
		       NULL : &received->from);
	if (prefix->length == nhrp_address_bits(&prefix->address)) {
		entry = cache_find(interface, &prefix->address);
		if (entry)
			purge_entry(received, entry);
		return;
	}
	HASH_ITER(hh, interface->cache, entry, next)
		if (nhrp_prefix_contains(prefix, &entry->binding.protocol) &&
		    purge_allowed(received, entry))
			purge_entry(received, entry);
}

static void purge_honour(struct received *received)
{
	struct nhrp_packet *packet = received->packet;
	const struct nhrp_address *own =
		interface_own_address(received->interface,
				      &packet->source_protocol);
	struct nhrp_packet reply;
	struct nhrp_prefix prefix;
	uint16_t i;

	if (!responder_accepts(received))
		return;
	for (i = 0; i < packet->cie_count; i++) {
		nhrp_cie_prefix(&packet->cies[i], &packet->source_protocol,
				&prefix);
		purge_prefix(received, &prefix);
	}
	if (packet->flags & NHRP_PURGE_NO_REPLY)
		return;
	nhrp_packet_init_reply(&reply, packet);
	if (own)
		responder_fill(received->interface, &reply, own);
	send_packet(received->interface, &reply, &received->from);
}

/*
 * Whether the sender may say so, also of what is passed on: whoever gets it
 * believes us, who are a server of his.
 */
static bool purge_is_covered(const struct received *received)
{
	const struct nhrp_packet *packet = received->packet;
	struct nhrp_prefix prefix;
	uint16_t i;

	if (purge_from_server(received))
		return true;
	for (i = 0; i < packet->cie_count; i++) {
		nhrp_cie_prefix(&packet->cies[i], &packet->source_protocol,
				&prefix);
		if (authority_of(received->interface, &received->from,
				 &prefix) == AUTHORITY_COVERED)
			continue;
		authority_refuse(received, &received->from, &prefix);
		return false;
	}
	return true;
}

void purge_request(struct received *received)
{
	const struct nhrp_packet *packet = received->packet;
	struct forward_path path;

	if (!purge_is_covered(received))
		return;
	forward_lookup(received->interface, &packet->destination_protocol,
		       &path);
	if (path.verdict == FORWARD_LOCAL ||
	    nhrp_address_equal(&packet->destination_protocol,
			       &packet->source_protocol))
		purge_honour(received);
	else if (path.verdict == FORWARD_PEER &&
		 !endpoint_equal(&path.endpoint, &received->from))
		forward_packet(received, &path);
	else
		forward_unreachable(received);
}

/* ---- by hand ---- */

static bool purge_matches(const struct nhrp_address *candidate,
			  const struct nhrp_address *protocol, uint8_t family)
{
	if (protocol)
		return nhrp_address_equal(candidate, protocol);
	return !family || candidate->length == family;
}

unsigned int purge_local(struct interface *interface,
			 const struct nhrp_address *protocol, uint8_t family)
{
	struct resolution *resolution, *next_resolution;
	struct shortcut *shortcut, *next_shortcut;
	struct cache_entry *entry, *next_entry;
	unsigned int count = 0;

	/* Who sends to us directly must not go on once we forget it. */
	if (protocol)
		answer_withdraw_from(interface, protocol);
	else
		answer_withdraw_all(interface, family);
	HASH_ITER(hh, interface->shortcuts, shortcut, next_shortcut)
		if (protocol ? nhrp_prefix_contains(&shortcut->prefix,
						    protocol) :
		    purge_matches(&shortcut->prefix.address, NULL, family)) {
			shortcut_delete(shortcut, "cleared");
			count++;
		}
	HASH_ITER(hh, interface->resolutions, resolution, next_resolution)
		if (purge_matches(&resolution->destination, protocol,
				  family)) {
			resolve_forget(resolution);
			count++;
		}
	HASH_ITER(hh, interface->cache, entry, next_entry)
		if (entry->binding.type <= CACHE_REGISTERED &&
		    purge_matches(&entry->binding.protocol, protocol,
				  family)) {
			cache_delete(entry, "cleared");
			count++;
		}
	return count;
}

unsigned int purge_address(struct interface *interface,
			   const struct nhrp_address *address)
{
	unsigned int told = answer_withdraw(interface, address);

	purge_local(interface, address, 0);
	return told;
}
