// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Resolution, the asking side.
 *
 *	(none) --miss, Traffic Indication, renewal--> INCOMPLETE
 *	INCOMPLETE --reply with a binding--> (none): cache entry, shortcut
 *	INCOMPLETE --refusal, or RESOLVE_TRIES unanswered--> NEGATIVE
 *	NEGATIVE --RESOLVE_NEGATIVE--> (none)
 *
 * One timer: retries after 1, 2, 4, 8 ... seconds with the same request id,
 * then the life of a refusal. Data goes by the fallback peer meanwhile, so
 * that asking less often costs nothing but the longer way. A renewal that
 * finds no binding any more withdraws what it was to renew; one that fails
 * otherwise lets it expire.
 *
 * The request follows the routed path. Where that ends in a next hop without
 * mapping (Phase 2), a server is asked, another one with each retry.
 */
#include "resolve.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "authority.h"
#include "cache.h"
#include "config.h"
#include "daemon.h"
#include "error_indication.h"
#include "forward.h"
#include "interface.h"
#include "log.h"
#include "nat.h"
#include "nhc.h"
#include "peer.h"
#include "receive.h"
#include "send.h"
#include "session.h"
#include "shortcut.h"
#include "timer.h"

#define RESOLVE_TRIES 6
#define RESOLVE_RETRY_MAX 8000
#define RESOLVE_NEGATIVE 30000

/* Questions and refusals at a time: a scan must not fill memory. */
#define RESOLVE_MAX 4096

const char *resolution_state_name(enum resolution_state state)
{
	return state == RESOLUTION_INCOMPLETE ? "incomplete" : "negative";
}

static void resolve_emit(struct resolution *resolution, enum event_type type,
			 const char *reason)
{
	struct event event = {
		.type = type,
		.interface = resolution->interface,
		.resolution = resolution,
		.reason = reason,
	};

	event_emit(&resolution->interface->daemon->events, &event);
}

struct resolution *resolve_find(const struct interface *interface,
				const struct nhrp_address *destination)
{
	struct resolution *resolution;

	HASH_FIND(hh, interface->resolutions, destination,
		  sizeof(*destination), resolution);
	return resolution;
}

void resolve_forget(struct resolution *resolution)
{
	struct interface *interface = resolution->interface;

	HASH_DELETE(hh, interface->resolutions, resolution);
	HASH_DELETE(hh_id, interface->resolutions_by_id, resolution);
	timer_free(resolution->timer);
	free(resolution);
}

/* ---- requests ---- */

static void resolve_build(const struct resolution *resolution,
			  const struct nhrp_address *own,
			  struct nhrp_packet *packet)
{
	const struct interface *interface = resolution->interface;
	struct nhrp_cie *cie;

	nhrp_packet_init(packet, NHRP_RESOLUTION_REQUEST, &interface->nbma,
			 own, &resolution->destination);
	packet->flags = NHRP_RESOLUTION_ROUTER | NHRP_RESOLUTION_AUTHORITATIVE |
			NHRP_RESOLUTION_SOURCE_STABLE | NHRP_FLAG_NAT;
	packet->request_id = resolution->request_id;
	cie = nhrp_packet_add_cie(packet);
	cie->prefix_length = nhrp_address_bits(own);
	cie->holding_time = interface->config->holdtime;
	cie->mtu = interface->config->mtu;
	nhrp_extension_add(packet, NHRP_EXTENSION_RESPONDER_ADDRESS);
	nhrp_extension_add(packet, NHRP_EXTENSION_FORWARD_TRANSIT);
	nhrp_extension_add(packet, NHRP_EXTENSION_REVERSE_TRANSIT);
	nhrp_extension_add(packet, NHRP_EXTENSION_NAT_ADDRESS);
	nat_tell_own(interface, packet, own);
}

/* Where to send the request; false if the network does not lead there. */
static bool resolve_target(const struct resolution *resolution,
			   struct endpoint *server)
{
	struct interface *interface = resolution->interface;
	const struct nhc *nhc;
	struct forward_path path;

	forward_lookup(interface, &resolution->destination, &path);
	if (path.verdict == FORWARD_PEER && path.interface == interface) {
		*server = path.endpoint;
		return true;
	}
	if (path.verdict != FORWARD_UNRESOLVED)
		return false;
	nhc = nhc_best(interface, resolution->tries,
		       resolution->destination.length);
	if (!nhc)
		return false;
	*server = nhc_endpoint(nhc);
	return true;
}

static bool resolve_send(struct resolution *resolution)
{
	struct interface *interface = resolution->interface;
	const struct nhrp_address *own =
		interface_own_address(interface, &resolution->destination);
	struct nhrp_packet packet;
	struct endpoint server;

	if (!own || !resolve_target(resolution, &server))
		return false;
	resolve_build(resolution, own, &packet);
	send_packet(interface, &packet, &server);
	resolution->tries++;
	timer_set(resolution->timer,
		  timer_backoff(resolution->tries, RESOLVE_RETRY_MAX));
	return true;
}

/* ---- refusals ---- */

/* FRR and opennhrp say 11 for "no binding". */
static bool resolve_is_gone(uint8_t code)
{
	return code == NHRP_CODE_NO_BINDING || code == 11;
}

static void resolve_fail(struct resolution *resolution, uint8_t code,
			 const char *reason)
{
	struct interface *interface = resolution->interface;
	struct cache_entry *entry;

	resolution->code = code;
	resolve_emit(resolution, EVENT_RESOLUTION_FAIL, reason);
	if (resolution->renewal && resolve_is_gone(code)) {
		shortcut_withdraw(interface, &resolution->destination, reason);
		entry = cache_find(interface, &resolution->destination);
		if (entry && entry->binding.type <= CACHE_RESOLVED)
			cache_delete(entry, reason);
	}
	if (resolution->renewal && !resolve_is_gone(code)) {
		resolve_forget(resolution);
		return;
	}
	resolution->state = RESOLUTION_NEGATIVE;
	resolution->expires = daemon_now(interface->daemon) + RESOLVE_NEGATIVE;
	timer_set(resolution->timer, RESOLVE_NEGATIVE);
}

static void resolve_expired(uv_timer_t *timer)
{
	struct resolution *resolution = timer->data;

	if (resolution->state == RESOLUTION_NEGATIVE)
		resolve_forget(resolution);
	else if (resolution->tries >= RESOLVE_TRIES)
		resolve_fail(resolution, 0, "no answer");
	else if (!resolve_send(resolution))
		resolve_fail(resolution, 0, "no way to ask");
}

/* At random: whoever guesses it could answer in another's place. */
static uint32_t resolve_request_id(const struct interface *interface)
{
	struct resolution *other;
	uint32_t id;

	do {
		id = randombytes_random();
		HASH_FIND(hh_id, interface->resolutions_by_id, &id, sizeof(id),
			  other);
	} while (!id || other);
	return id;
}

static struct resolution *
resolve_new(struct interface *interface,
	    const struct nhrp_address *destination, bool renewal)
{
	struct resolution *resolution = calloc(1, sizeof(*resolution));

	if (!resolution)
		return NULL;
	resolution->timer = timer_new(interface->daemon->loop, resolve_expired,
				      resolution);
	if (!resolution->timer) {
		free(resolution);
		return NULL;
	}
	resolution->destination = *destination;
	resolution->interface = interface;
	resolution->renewal = renewal;
	resolution->request_id = resolve_request_id(interface);
	resolution->created = daemon_now(interface->daemon);
	resolution->expires = resolution->created +
			      RESOLVE_TRIES * RESOLVE_RETRY_MAX;
	HASH_ADD(hh, interface->resolutions, destination,
		 sizeof(resolution->destination), resolution);
	HASH_ADD(hh_id, interface->resolutions_by_id, request_id,
		 sizeof(resolution->request_id), resolution);
	return resolution;
}

void resolve_refuse(struct interface *interface,
		    const struct nhrp_address *destination)
{
	struct resolution *resolution = resolve_find(interface, destination);

	if (!resolution && HASH_COUNT(interface->resolutions) < RESOLVE_MAX)
		resolution = resolve_new(interface, destination, false);
	if (!resolution)
		return;
	resolution->renewal = false;
	resolve_fail(resolution, NHRP_CODE_PROHIBITED,
		     "not covered by a certificate");
}

void resolve_start(struct interface *interface,
		   const struct nhrp_address *destination, bool renewal)
{
	struct resolution *resolution = resolve_find(interface, destination);

	if (resolution || interface->state != INTERFACE_UP ||
	    interface->remote.length ||
	    nhrp_address_is_any(destination) ||
	    nhrp_address_is_multicast(destination) ||
	    interface_is_broadcast(interface, destination))
		return;
	if (HASH_COUNT(interface->resolutions) >= RESOLVE_MAX) {
		log_limited(&interface->daemon->limit, 4,
			    "%s: %u resolutions at a time, no more are begun",
			    interface->name, RESOLVE_MAX);
		return;
	}
	resolution = resolve_new(interface, destination, renewal);
	if (!resolution)
		return;
	if (resolve_send(resolution))
		resolve_emit(resolution, EVENT_RESOLUTION_START, NULL);
	else
		resolve_forget(resolution);
}

/* ---- replies ---- */

/* A server or static mapping that is itself the egress stays as it is. */
static bool resolve_place(struct received *received,
			  struct cache_binding *binding)
{
	const struct cache_entry *entry = cache_find(received->interface,
						     &binding->protocol);

	if (entry && entry->binding.type > CACHE_REGISTERED) {
		binding->endpoint = entry->binding.endpoint;
		return true;
	}
	return nat_responder(received, &received->packet->cies[0],
			     &binding->protocol, &binding->endpoint);
}

static bool resolve_binding(struct received *received,
			    const struct resolution *resolution,
			    struct cache_binding *binding)
{
	const struct nhrp_cie *cie = &received->packet->cies[0];
	const struct interface *interface = received->interface;
	const struct nhrp_address *nbma = &binding->endpoint.nbma;

	memset(binding, 0, sizeof(*binding));
	binding->type = CACHE_RESOLVED;
	binding->protocol = cie->protocol.length ? cie->protocol :
						   resolution->destination;
	binding->claimed = cie->nbma;
	binding->prefix_length = nhrp_address_bits(&binding->protocol);
	binding->mtu = nhrp_cie_mtu(cie);
	binding->request_id = resolution->request_id;
	binding->holding_time = cie->holding_time;
	if (nhrp_address_is_any(&binding->protocol) ||
	    nhrp_address_is_multicast(&binding->protocol) ||
	    interface_is_own(interface, &binding->protocol) ||
	    !cie->holding_time || !resolve_place(received, binding))
		return false;
	if (!nhrp_address_equal(nbma, &binding->claimed))
		binding->flags |= CACHE_NAT;
	return !nhrp_address_is_any(nbma) &&
	       !nhrp_address_is_multicast(nbma) &&
	       !nhrp_address_equal(nbma, &interface->nbma);
}

/* A prefix is believed as far as our own route into the network reaches. */
static void resolve_clamp(const struct nhrp_address *destination,
			  uint8_t announced, const struct rtnl_route *route,
			  struct nhrp_prefix *prefix)
{
	uint8_t length = announced;

	if (length < route->prefix.length)
		length = route->prefix.length;
	nhrp_prefix_of(destination, length, prefix);
}

/* The prefix to have a shortcut through @next_hop; false if none is needed. */
static bool resolve_prefix(const struct resolution *resolution,
			   const struct nhrp_cie *cie,
			   const struct nhrp_address *next_hop,
			   struct nhrp_prefix *prefix)
{
	const struct nhrp_address *destination = &resolution->destination;
	struct interface *interface = resolution->interface;
	struct nhrp_cie covered = { .prefix_length = cie->prefix_length };
	bool is_next_hop = nhrp_address_equal(destination, next_hop);
	struct nhrp_prefix announced;
	struct rtnl_route route;

	if (rtnl_lookup(interface->daemon->rtnl, destination, &route) ||
	    route.type != RTNL_ROUTE_UNICAST ||
	    route.ifindex != interface->ifindex)
		return false;
	if (is_next_hop) {
		if (!route.gateway.length &&
		    route.protocol != RTNL_PROTOCOL_DMVPN)
			return false;
		covered.prefix_length = NHRP_PREFIX_HOST;
	}
	nhrp_cie_prefix(&covered, destination, &announced);
	resolve_clamp(destination, announced.length, &route, prefix);
	return true;
}

/*
 * Whether a binding, and the shortcut if @prefix is not NULL, may stand as far
 * as is known: a relayed reply is but a hint, until the node itself has proven
 * who it is.
 */
static bool resolve_is_covered(struct received *received,
			       const struct cache_binding *binding,
			       const struct nhrp_prefix *prefix)
{
	const struct interface *interface = received->interface;
	struct nhrp_prefix host;

	nhrp_prefix_host(&binding->protocol, &host);
	if (authority_of(interface, &binding->endpoint, &host) ==
	    AUTHORITY_REFUSED)
		prefix = &host;
	else if (!prefix || authority_of(interface, &binding->endpoint,
					 prefix) != AUTHORITY_REFUSED)
		return true;
	authority_refuse(received, &binding->endpoint, prefix);
	return false;
}

static int resolve_install(struct interface *interface,
			   const struct cache_binding *binding,
			   struct cache_entry **entry)
{
	*entry = cache_find(interface, &binding->protocol);
	if (*entry && (*entry)->binding.type > CACHE_REGISTERED)
		return 0;
	if (interface->exchange_ops && interface->exchange_ops->unconfirmed)
		return cache_admit(interface, binding, entry);
	return cache_set(interface, binding, entry);
}

static void resolve_accept(struct received *received,
			   struct resolution *resolution,
			   const struct cache_binding *binding)
{
	const struct nhrp_cie *cie = &received->packet->cies[0];
	struct interface *interface = received->interface;
	struct nhrp_prefix prefix;
	struct cache_entry *entry;
	bool shortcut = resolve_prefix(resolution, cie, &binding->protocol,
				       &prefix);

	if (!resolve_is_covered(received, binding, shortcut ? &prefix : NULL)) {
		resolve_fail(resolution, NHRP_CODE_PROHIBITED,
			     "not covered by a certificate");
		return;
	}
	if (resolve_install(interface, binding, &entry)) {
		resolve_fail(resolution, NHRP_CODE_INSUFFICIENT_RESOURCES,
			     "the mapping was refused");
		return;
	}
	peer_settle(entry->peer);
	if (shortcut)
		shortcut_set(interface, &prefix, entry,
			     &resolution->destination, cie->holding_time);
	resolve_emit(resolution, EVENT_RESOLUTION_DONE, NULL);
	resolve_forget(resolution);
}

static void resolve_succeed(struct received *received,
			    struct resolution *resolution)
{
	struct cache_binding binding;

	if (!resolve_binding(received, resolution, &binding)) {
		receive_drop(received, TRAFFIC_DROP_POLICY,
			     "its binding is not one to be used");
		resolve_fail(resolution, NHRP_CODE_PROHIBITED,
			     "unusable answer");
	} else if (authority_usurps(received->interface, &binding.protocol,
				    &binding.endpoint)) {
		/* Asked again, and proven until then. */
		receive_drop(received, TRAFFIC_DROP_AUTHORITY,
			     "it is mapped elsewhere, and this is not proven");
	} else {
		resolve_accept(received, resolution, &binding);
	}
}

static struct resolution *resolve_of_reply(const struct received *received)
{
	const struct interface *interface = received->interface;
	const struct nhrp_packet *packet = received->packet;
	struct resolution *resolution;

	HASH_FIND(hh_id, interface->resolutions_by_id, &packet->request_id,
		  sizeof(packet->request_id), resolution);
	if (!resolution || resolution->state != RESOLUTION_INCOMPLETE ||
	    !nhrp_address_equal(&resolution->destination,
				&packet->destination_protocol))
		return NULL;
	return resolution;
}

static void resolve_unsolicited(struct received *received)
{
	struct nhrp_error error = {
		.code = NHRP_ERROR_INVALID_REPLY,
		.reason = "no request waits for it",
	};

	receive_drop(received, TRAFFIC_DROP_UNSOLICITED, error.reason);
	error_indication_send(received, &error);
}

void resolve_reply(struct received *received)
{
	struct nhrp_packet *packet = received->packet;
	struct interface *interface = received->interface;
	struct resolution *resolution;
	struct forward_path path;

	if (!interface_is_own(interface, &packet->source_protocol)) {
		forward_lookup(interface, &packet->source_protocol, &path);
		if (path.verdict == FORWARD_PEER)
			forward_packet(received, &path);
		else
			forward_unreachable(received);
		return;
	}
	resolution = resolve_of_reply(received);
	if (!resolution)
		resolve_unsolicited(received);
	else if (!packet->cie_count)
		resolve_fail(resolution, NHRP_CODE_NO_BINDING, "empty answer");
	else if (packet->cies[0].code)
		resolve_fail(resolution, packet->cies[0].code,
			     nhrp_cie_code_name(packet->cies[0].code));
	else
		resolve_succeed(received, resolution);
}
