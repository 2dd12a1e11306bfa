// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Forwarding: where a protocol address is from here, and passing packets on.
 */
#include "forward.h"

#include <string.h>

#include "cache.h"
#include "config.h"
#include "daemon.h"
#include "error_indication.h"
#include "interface.h"
#include "nat.h"
#include "receive.h"
#include "send.h"

/*
 * The device that a route leaves by, if it is of @interface's network. What
 * the nodes of an unprotected device say is not passed on to others as if it
 * were known who they are.
 */
static struct interface *forward_network(struct interface *interface,
					 unsigned int ifindex)
{
	struct interface *other = interface_find_index(interface->daemon,
						       ifindex);

	if (!other || other->state != INTERFACE_UP ||
	    other->config->network_id != interface->config->network_id ||
	    interface_is_protected(other) != interface_is_protected(interface))
		return NULL;
	return other;
}

static void forward_resolve(struct forward_path *path)
{
	struct cache_entry *entry = cache_find(path->interface,
					       &path->next_hop);

	if (entry) {
		path->verdict = FORWARD_PEER;
		path->endpoint = entry->binding.endpoint;
	} else if (path->interface->remote.length) {
		path->verdict = FORWARD_PEER;
		path->endpoint.nbma = path->interface->remote;
	} else {
		path->verdict = FORWARD_UNRESOLVED;
	}
}

/* A node of the network is where its mapping says, routed or not. */
static bool forward_mapped(struct interface *interface,
			   const struct nhrp_address *destination,
			   struct forward_path *path)
{
	struct cache_entry *entry = cache_find(interface, destination);

	if (!entry)
		return false;
	path->verdict = FORWARD_PEER;
	path->interface = interface;
	path->next_hop = *destination;
	path->endpoint = entry->binding.endpoint;
	return true;
}

void forward_lookup(struct interface *interface,
		    const struct nhrp_address *destination,
		    struct forward_path *path)
{
	memset(path, 0, sizeof(*path));
	path->verdict = FORWARD_UNREACHABLE;
	if (nhrp_address_is_any(destination) ||
	    nhrp_address_is_multicast(destination))
		return;
	if (interface_is_own(interface, destination)) {
		path->verdict = FORWARD_LOCAL;
		nhrp_prefix_of(destination, nhrp_address_bits(destination),
			       &path->route.prefix);
		return;
	}
	if (forward_mapped(interface, destination, path))
		return;
	if (rtnl_lookup(interface->daemon->rtnl, destination, &path->route) ||
	    path->route.type == RTNL_ROUTE_NONE)
		return;
	if (path->route.type == RTNL_ROUTE_LOCAL) {
		path->verdict = FORWARD_LOCAL;
		return;
	}
	path->interface = forward_network(interface, path->route.ifindex);
	if (!path->interface) {
		path->verdict = FORWARD_EGRESS;
		return;
	}
	path->next_hop = path->route.gateway.length ? path->route.gateway :
						      *destination;
	forward_resolve(path);
}

/* Of what is mapped this was asked before. */
bool forward_may_map(const struct interface *interface,
		     const struct nhrp_address *protocol)
{
	struct rtnl_route route;

	return !interface_is_own(interface, protocol) &&
	       (cache_find(interface, protocol) ||
		rtnl_lookup(interface->daemon->rtnl, protocol, &route) ||
		route.type != RTNL_ROUTE_LOCAL);
}

static void forward_refuse(struct received *received,
			   enum traffic_drop reason, uint16_t code,
			   const char *words)
{
	struct nhrp_error error = { .code = code, .reason = words };

	receive_drop(received, reason, words);
	error_indication_send(received, &error);
}

void forward_unreachable(struct received *received)
{
	forward_refuse(received, TRAFFIC_DROP_UNREACHABLE,
		       NHRP_ERROR_UNREACHABLE, "no way to its destination");
}

/*
 * Add this node to the transit record; false if it is in there already, or if
 * a reply of its own came back.
 */
static bool forward_record(struct received *received)
{
	struct interface *interface = received->interface;
	struct nhrp_packet *packet = received->packet;
	bool reply = nhrp_type_is_reply(packet->type);
	struct nhrp_extension *transit =
		nhrp_extension_find(packet, reply ?
				    NHRP_EXTENSION_REVERSE_TRANSIT :
				    NHRP_EXTENSION_FORWARD_TRANSIT);
	const struct nhrp_extension *responder =
		nhrp_extension_find(packet, NHRP_EXTENSION_RESPONDER_ADDRESS);
	const struct nhrp_address *own =
		interface_own_address(interface, &packet->source_protocol);
	struct nhrp_cie cie;

	if (!transit || !own)
		return true;
	if (nhrp_extension_find_cie(transit, own) ||
	    (reply && nhrp_extension_find_cie(responder, own)))
		return false;
	nat_note(received);
	nhrp_cie_init(&cie, &interface->nbma, own, nhrp_address_bits(own));
	cie.holding_time = interface->config->holdtime;
	return nhrp_extension_add_cie(transit, &cie);
}

void forward_packet(struct received *received, const struct forward_path *path)
{
	struct nhrp_packet *packet = received->packet;

	if (!packet->hop_count) {
		forward_refuse(received, TRAFFIC_DROP_HOP_COUNT,
			       NHRP_ERROR_HOP_COUNT, "hop count exceeded");
		return;
	}
	packet->hop_count--;
	if (!nhrp_extension_unrecognized(packet) &&
	    !forward_record(received)) {
		forward_refuse(received, TRAFFIC_DROP_LOOP,
			       NHRP_ERROR_LOOP_DETECTED,
			       "was here before, or passed too many servers");
		return;
	}
	if (!send_packet(path->interface, packet, &path->endpoint))
		path->interface->traffic.forwarded[packet->type]++;
}
