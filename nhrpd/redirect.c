// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Redirects: Traffic Indications, both ways.
 *
 * The kernel says that a packet came in by the device and left by it again,
 * at most once an interval for each pair of addresses. The peer that routes
 * to the packet's source is told so, with the head of the packet. If the
 * source is one that this peer brings into the network, it resolves the
 * packet's destination; if it came from yet another peer, the indication is
 * dropped, for only where traffic enters may a shortcut begin (RFC 2332,
 * section 6.4: no domino effect).
 */
#include "redirect.h"

#include "authority.h"
#include "config.h"
#include "daemon.h"
#include "forward.h"
#include "interface.h"
#include "packet/packet.h"
#include "peer.h"
#include "receive.h"
#include "resolve.h"
#include "send.h"

/* Whether traffic between two addresses passes here without need. */
static bool redirect_wanted(struct interface *interface,
			    const struct nhrp_address *source,
			    const struct nhrp_address *destination,
			    struct endpoint *to)
{
	struct forward_path back, on;

	if (!interface->config->redirect)
		return false;
	forward_lookup(interface, source, &back);
	forward_lookup(interface, destination, &on);
	*to = back.endpoint;
	return back.verdict == FORWARD_PEER && on.verdict == FORWARD_PEER &&
	       back.interface == interface &&
	       !endpoint_equal(&back.endpoint, &on.endpoint);
}

void redirect_send(struct interface *interface, const uint8_t *data,
		   size_t length)
{
	struct nhrp_address source, destination;
	const struct nhrp_address *own;
	struct endpoint to;
	struct nhrp_packet packet;

	if (interface->state != INTERFACE_UP ||
	    !nhrp_traffic_addresses(data, length, &source, &destination) ||
	    !redirect_wanted(interface, &source, &destination, &to)) {
		interface->traffic.redirects_suppressed++;
		return;
	}
	own = interface_own_address(interface, &source);
	if (!own)
		return;
	nhrp_packet_init(&packet, NHRP_TRAFFIC_INDICATION, &interface->nbma,
			 own, &source);
	packet.code = NHRP_TRAFFIC_REDIRECT;
	packet.payload = data;
	packet.payload_length = length;
	send_packet(interface, &packet, &to);
}

/* Whether @source is one whose traffic enters the network here. */
static bool redirect_is_ours(struct interface *interface,
			     const struct nhrp_address *source)
{
	struct forward_path path;

	forward_lookup(interface, source, &path);
	return path.verdict == FORWARD_LOCAL || path.verdict == FORWARD_EGRESS;
}

/* Whether traffic to @destination goes by a server now. */
static bool redirect_helps(struct interface *interface,
			   const struct nhrp_address *destination)
{
	struct forward_path path;

	forward_lookup(interface, destination, &path);
	return (path.verdict == FORWARD_PEER ||
		path.verdict == FORWARD_UNRESOLVED) &&
	       path.interface == interface &&
	       path.route.protocol != RTNL_PROTOCOL_DMVPN &&
	       !nhrp_address_equal(&path.next_hop, destination);
}

/* With protection there is no need to believe but those who ought to know. */
static bool redirect_is_from_friend(const struct received *received)
{
	const struct interface *interface = received->interface;

	if (interface_is_protected(interface))
		return authority_is_server(interface, &received->from);
	return peer_find(interface, &received->from);
}

void redirect_receive(struct received *received)
{
	const struct nhrp_packet *packet = received->packet;
	struct interface *interface = received->interface;
	struct nhrp_address source, destination;

	if (!interface->config->shortcut)
		receive_drop(received, TRAFFIC_DROP_STATE,
			     "shortcuts are not configured");
	else if (!redirect_is_from_friend(received))
		receive_drop(received, TRAFFIC_DROP_POLICY,
			     "indication from a stranger");
	else if (authority_of_host(interface, &received->from,
				   &packet->source_protocol) !=
		 AUTHORITY_COVERED)
		authority_refuse_host(received, &received->from,
				      &packet->source_protocol);
	else if (packet->code != NHRP_TRAFFIC_REDIRECT ||
		 !nhrp_traffic_addresses(packet->payload,
					 packet->payload_length, &source,
					 &destination) ||
		 !nhrp_address_equal(&source, &packet->destination_protocol))
		receive_drop(received, TRAFFIC_DROP_MALFORMED,
			     "no redirected packet in it");
	else if (!redirect_is_ours(interface, &source))
		receive_drop(received, TRAFFIC_DROP_POLICY,
			     "its traffic does not enter the network here");
	else if (redirect_helps(interface, &destination))
		resolve_start(interface, &destination, false);
}
