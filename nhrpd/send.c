// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sending: authenticate, build, count and hand to the module.
 */
#include "send.h"

#include <errno.h>

#include "config.h"
#include "daemon.h"
#include "interface.h"
#include "mgre.h"

/* More than fits into an attribute together with the rest of the message. */
#define SEND_MAX 3072

static void send_emit(struct interface *interface,
		      const struct nhrp_packet *packet,
		      const struct endpoint *to, enum event_type type,
		      const char *reason)
{
	struct event_packet summary = {
		.type = packet->type,
		.code = packet->cie_count ? packet->cies[0].code :
					    packet->code,
		.request_id = packet->request_id,
		.nbma = to->nbma,
		.source = packet->source_protocol,
		.destination = packet->destination_protocol,
	};
	struct event event = {
		.type = type,
		.interface = interface,
		.packet = &summary,
		.reason = reason,
	};

	event_emit(&interface->daemon->events, &event);
}

static int send_failed(struct interface *interface,
		       const struct nhrp_packet *packet,
		       const struct endpoint *to, const char *reason)
{
	char text[NHRP_ADDRESS_TEXT];

	interface->traffic.drops[TRAFFIC_DROP_SEND]++;
	send_emit(interface, packet, to, EVENT_PACKET_DROP, reason);
	log_limited(&interface->daemon->limit, 4, "%s: %s to %s not sent: %s",
		    interface->name, nhrp_type_name(packet->type),
		    nhrp_address_format(&to->nbma, text), reason);
	return -EMSGSIZE;
}

int send_packet(struct interface *interface, struct nhrp_packet *packet,
		const struct endpoint *to)
{
	const char *secret = interface->config->authentication;
	uint8_t bytes[SEND_MAX];
	struct mgre_packet out = { .endpoint = *to, .data = bytes };
	size_t room = sizeof(bytes);
	int error;

	if (interface->state != INTERFACE_UP)
		return -ENETDOWN;
	if (interface->mtu && interface->mtu < room)
		room = interface->mtu;
	if (!nhrp_authentication_set(packet, secret))
		return send_failed(interface, packet, to,
				   "no room for the authentication");
	out.length = nhrp_packet_build(packet, bytes, room);
	if (!out.length)
		return send_failed(interface, packet, to,
				   "too long, or addresses of mixed families");
	error = mgre_send(interface->daemon->mgre, interface->ifindex, &out);
	if (error)
		return send_failed(interface, packet, to, "out of memory");
	interface->traffic.tx[packet->type]++;
	send_emit(interface, packet, to, EVENT_PACKET_TX, NULL);
	return 0;
}
