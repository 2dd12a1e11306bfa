// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Next hop client: what the server replies.
 */
#include <string.h>

#include "authority.h"
#include "daemon.h"
#include "interface.h"
#include "nhc_install.h"
#include "nhc_private.h"
#include "receive.h"
#include "timer.h"

#define NHC_REFUSED_RETRY 30000

static struct nhc *nhc_of_reply(const struct received *received)
{
	struct endpoint server;
	struct nhc *nhc;

	for (nhc = received->interface->nhcs; nhc; nhc = nhc->next) {
		server = nhc_endpoint(nhc);
		if (nhc->tries && nhc->state != NHC_KEYING &&
		    nhc->request_id == received->packet->request_id &&
		    endpoint_equal(&server, &received->from))
			return nhc;
	}
	return NULL;
}

/* Second thoughts of the server about where we are: CIE with our address. */
static void nhc_read_nat(struct nhc *nhc, struct nhrp_packet *packet)
{
	const struct nhrp_cie *cie;

	memset(&nhc->observed, 0, sizeof(nhc->observed));
	nhc->observed_port = 0;
	cie = nhrp_extension_find_cie(nhrp_extension_find(packet,
						NHRP_EXTENSION_NAT_ADDRESS),
				      &packet->source_protocol);
	if (!cie || !cie->nbma.length ||
	    (!cie->port &&
	     nhrp_address_equal(&cie->nbma, &nhc->interface->nbma)))
		return;
	nhc->observed = cie->nbma;
	nhc->observed_port = cie->port;
}

/*
 * The address of a dynamic server is what its reply says, if its certificate
 * covers that. Of another one this was checked when its session came up.
 */
static bool nhc_is_covered(const struct nhc *nhc,
			   const struct received *received)
{
	const struct nhrp_address *server =
		&received->packet->destination_protocol;

	if (nhc->config.protocol.length ||
	    authority_of_host(nhc->interface, &received->from, server) ==
	    AUTHORITY_COVERED)
		return true;
	authority_refuse_host(received, &received->from, server);
	return false;
}

static void nhc_read_responder(struct nhc *nhc, struct nhrp_packet *packet)
{
	const struct nhrp_extension *responder =
		nhrp_extension_find(packet, NHRP_EXTENSION_RESPONDER_ADDRESS);

	if (responder && responder->is_cie_list && responder->cie_count &&
	    responder->cies[0].nbma.length)
		nhc->claimed = responder->cies[0].nbma;
	if (nhc->config.protocol.length ||
	    nhrp_address_equal(&packet->destination_protocol,
			       &packet->source_protocol) ||
	    nhrp_address_is_any(&packet->destination_protocol))
		return;
	if (!nhrp_address_equal(&nhc->protocol, &packet->destination_protocol))
		nhc_uninstall_mapping(nhc);
	nhc->protocol = packet->destination_protocol;
}

static uint64_t nhc_refresh(const struct nhc *nhc)
{
	const struct config_interface *config = nhc->interface->config;
	uint32_t seconds = config->registration_timeout ?
			   config->registration_timeout :
			   config->holdtime / 3;

	return timer_jitter(1000ULL * (seconds ? seconds : 1));
}

static void nhc_accepted(struct nhc *nhc, struct nhrp_packet *packet)
{
	nhc_read_nat(nhc, packet);
	nhc_read_responder(nhc, packet);
	nhc_install(nhc);
	nhc->registered_at = daemon_now(nhc->interface->daemon);
	timer_set(nhc->timer, nhc_refresh(nhc));
	if (nhc->state != NHC_REGISTERED) {
		nhc_set_state(nhc, NHC_REGISTERED);
		nhc_take_turns(nhc->interface);
	}
}

static void nhc_refused(struct nhc *nhc)
{
	nhc->refused++;
	nhc_set_state(nhc, NHC_REFUSED);
	timer_set(nhc->timer, timer_jitter(NHC_REFUSED_RETRY));
	nhc_take_turns(nhc->interface);
}

void nhc_registration_reply(struct received *received)
{
	struct nhrp_packet *packet = received->packet;
	struct nhc *nhc;

	if (!interface_is_own(received->interface, &packet->source_protocol)) {
		receive_drop(received, TRAFFIC_DROP_STATE,
			     "registration reply for another node");
		return;
	}
	nhc = nhc_of_reply(received);
	if (!nhc) {
		receive_drop(received, TRAFFIC_DROP_UNSOLICITED,
			     "no registration waits for it");
		return;
	}
	nhc->received++;
	nhc->tries = 0;
	nhc->unkeyed = false;
	nhc->code = packet->cie_count ? packet->cies[0].code :
					NHRP_CODE_PROHIBITED;
	if (!nhc->code && !nhc_is_covered(nhc, received))
		nhc->code = NHRP_CODE_PROHIBITED;
	if (nhc->code)
		nhc_refused(nhc);
	else
		nhc_accepted(nhc, packet);
}
