// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Receiving: find out whose each packet is, parse, authenticate and count it,
 * and hand it to the exchange of its type.
 */
#include "receive.h"

#include <string.h>

#include "config.h"
#include "daemon.h"
#include "egress.h"
#include "error_indication.h"
#include "interface.h"
#include "mgre.h"
#include "nhc.h"
#include "nhs.h"
#include "purge.h"
#include "redirect.h"
#include "resolve.h"
#include "session.h"

static void (*const receive_handlers[TRAFFIC_TYPES])(struct received *) = {
	[NHRP_RESOLUTION_REQUEST] = egress_request,
	[NHRP_RESOLUTION_REPLY] = resolve_reply,
	[NHRP_REGISTRATION_REQUEST] = nhs_registration_request,
	[NHRP_REGISTRATION_REPLY] = nhc_registration_reply,
	[NHRP_PURGE_REQUEST] = purge_request,
	[NHRP_PURGE_REPLY] = purge_reply,
	[NHRP_ERROR_INDICATION] = error_indication_receive,
	[NHRP_TRAFFIC_INDICATION] = redirect_receive,
};

static void receive_emit(const struct received *received,
			 enum event_type type, const char *reason)
{
	const struct nhrp_packet *packet = received->packet;
	struct event_packet summary = {
		.type = packet->type,
		.code = packet->cie_count ? packet->cies[0].code :
					    packet->code,
		.request_id = packet->request_id,
		.nbma = received->from.nbma,
		.source = packet->source_protocol,
		.destination = packet->destination_protocol,
	};
	struct event event = {
		.type = type,
		.interface = received->interface,
		.packet = &summary,
		.reason = reason,
	};

	event_emit(&received->interface->daemon->events, &event);
}

void receive_drop(const struct received *received, enum traffic_drop reason,
		  const char *words)
{
	struct interface *interface = received->interface;
	char text[NHRP_ADDRESS_TEXT];

	interface->traffic.drops[reason]++;
	receive_emit(received, EVENT_PACKET_DROP, words);
	log_once(&interface->daemon->limit, 4, "%s: %s from %s dropped: %s",
		 interface->name, nhrp_type_name(received->packet->type),
		 nhrp_address_format(&received->from.nbma, text), words);
}

static bool receive_parse(struct received *received)
{
	struct nhrp_error error = { 0 };

	if (nhrp_packet_parse(received->bytes, received->length,
			      received->packet, &error))
		return true;
	if (!error.code)
		received->packet->type = 0;
	receive_drop(received, TRAFFIC_DROP_MALFORMED, error.reason);
	if (error.code)
		error_indication_send(received, &error);
	return false;
}

/* Error Indications have no extensions; nothing is believed that they say. */
static bool receive_authenticate(struct received *received)
{
	struct nhrp_error error = {
		.code = NHRP_ERROR_AUTHENTICATION,
		.reason = "authentication missing or wrong",
	};
	const struct config_interface *config = received->interface->config;

	if (received->packet->type == NHRP_ERROR_INDICATION ||
	    nhrp_authentication_check(received->packet,
				      config->authentication))
		return true;
	receive_drop(received, TRAFFIC_DROP_AUTHENTICATION, error.reason);
	error_indication_send(received, &error);
	return false;
}

/*
 * A request or indication in our own name: a loop, or a forgery. Who registers
 * our address by mistake is told so, however.
 */
static bool receive_not_own(struct received *received)
{
	if (nhrp_type_is_reply(received->packet->type) ||
	    received->packet->type == NHRP_REGISTRATION_REQUEST ||
	    !interface_is_own(received->interface,
			      &received->packet->source_protocol))
		return true;
	receive_drop(received, TRAFFIC_DROP_LOOP,
		     "its source is our own address");
	return false;
}

/*
 * Who speaks is known by the session alone: what comes without one, or through
 * the SAs of one that has not proven itself since we started, is not heard.
 */
static bool receive_identify(struct received *received,
			     const struct mgre_packet *packet)
{
	struct interface *interface = received->interface;
	const struct session *session;

	received->from.nbma = packet->endpoint.nbma;
	if (!interface_is_protected(interface))
		return true;
	session = session_find(interface, packet->endpoint.if_id);
	if (!session || session->state != SESSION_UP) {
		receive_drop(received, TRAFFIC_DROP_UNPROTECTED,
			     "it came by no session that is up");
		return false;
	}
	received->from = session_endpoint(session);
	return true;
}

void receive_packet(struct interface *interface,
		    const struct mgre_packet *packet)
{
	struct nhrp_packet parsed;
	struct received received = {
		.interface = interface,
		.packet = &parsed,
		.bytes = packet->data,
		.length = packet->length,
	};

	memset(&parsed, 0, offsetof(struct nhrp_packet, cies));
	if (interface->state != INTERFACE_UP ||
	    !receive_identify(&received, packet) || !receive_parse(&received) ||
	    !receive_authenticate(&received) || !receive_not_own(&received))
		return;
	interface->traffic.rx[parsed.type]++;
	receive_emit(&received, EVENT_PACKET_RX, NULL);
	receive_handlers[parsed.type](&received);
}
