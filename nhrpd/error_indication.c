// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Error Indications (RFC 2332, section 5.2.7).
 *
 * At most ERROR_BURST at once and ERROR_BURST a second, so that nobody can
 * make us flood a spoofed address.
 */
#include "error_indication.h"

#include "daemon.h"
#include "forward.h"
#include "interface.h"
#include "receive.h"
#include "send.h"

#define ERROR_BURST 100

/* What an Error Indication needs besides the offending packet. */
#define ERROR_OVERHEAD 128

static bool error_budget_take(struct daemon *daemon)
{
	struct error_budget *budget = &daemon->errors;
	uint64_t now = daemon_now(daemon);

	if (now - budget->since >= 1000) {
		budget->since = now;
		budget->tokens = ERROR_BURST;
	}
	if (!budget->tokens)
		return false;
	budget->tokens--;
	return true;
}

void error_indication_send(const struct received *received,
			   const struct nhrp_error *error)
{
	struct interface *interface = received->interface;
	const struct nhrp_address *own =
		interface_own_address(interface,
				      &received->packet->source_protocol);
	struct nhrp_address none = { 0 };
	struct nhrp_packet packet;
	size_t length = received->length;

	if (interface->mtu < NHRP_FIXED_SIZE + ERROR_OVERHEAD)
		return;
	if (length > interface->mtu - ERROR_OVERHEAD)
		length = interface->mtu - ERROR_OVERHEAD;
	if (!nhrp_packet_init_error(&packet, received->packet,
				    &interface->nbma, own ? own : &none,
				    error, received->bytes, length))
		return;
	if (error_budget_take(interface->daemon))
		send_packet(interface, &packet, &received->from);
}

void error_indication_receive(struct received *received)
{
	struct interface *interface = received->interface;
	struct nhrp_packet *packet = received->packet;
	char nbma[NHRP_ADDRESS_TEXT], reporter[NHRP_ADDRESS_TEXT];
	struct forward_path path;

	if (interface_is_own(interface, &packet->source_protocol)) {
		receive_drop(received, TRAFFIC_DROP_LOOP,
			     "own Error Indication came back");
		return;
	}
	forward_lookup(interface, &packet->destination_protocol, &path);
	if (path.verdict == FORWARD_PEER) {
		forward_packet(received, &path);
		return;
	}
	log_limited(&interface->daemon->limit, 4,
		    "%s: %s (%s) reports an error: %s", interface->name,
		    nhrp_address_format(&packet->source_protocol, reporter),
		    nhrp_address_format(&received->from.nbma, nbma),
		    nhrp_error_code_name(packet->code));
}
