// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Next hop client: one registration with one next hop server.
 *
 *	WAITING --interface up, own address--> LOOKUP --answer--> KEYING
 *	KEYING --session up--> REGISTERING
 *	REGISTERING --ack--> REGISTERED --refresh unanswered--> REGISTERING
 *	REGISTERING --NAK--> REFUSED --NHC_REFUSED_RETRY--> REGISTERING
 *	any --session lost--> KEYING
 *	any --interface down--> WAITING
 *	any --a server of better priority registered--> STANDBY
 *
 * LOOKUP is passed at once if the NBMA address is configured, and KEYING
 * without protection. One timer does all: the first request after up to
 * NHC_START_JITTER; retries after 1, 2, 4 ... NHC_RETRY_MAX with the same
 * request id; a refresh at a third of the holding time, with a new id. After
 * NHC_FAILED unanswered requests, or a session that could not be made, a
 * server counts as failed: its name is looked up at each try, servers of worse
 * priority get their turn, and its peer is taken down while another server
 * answers.
 *
 * The server's peer and mapping are permanent and in place before the first
 * request, as routes may need them.
 */
#include "nhc.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <utlist.h>

#include "daemon.h"
#include "interface.h"
#include "log.h"
#include "nhc_install.h"
#include "nhc_lookup.h"
#include "nhc_private.h"
#include "purge.h"
#include "request_id.h"
#include "send.h"
#include "session.h"
#include "timer.h"

#define NHC_START_JITTER 300
#define NHC_RETRY_MAX 64000
#define NHC_FAILED 3

static const char *const nhc_state_names[] = {
	[NHC_WAITING] = "waiting",
	[NHC_STANDBY] = "standby",
	[NHC_LOOKUP] = "lookup",
	[NHC_KEYING] = "keying",
	[NHC_REGISTERING] = "registering",
	[NHC_REGISTERED] = "registered",
	[NHC_REFUSED] = "refused",
};

const char *nhc_state_name(enum nhc_state state)
{
	return nhc_state_names[state];
}

static void nhc_log(const struct nhc *nhc)
{
	char protocol[NHRP_ADDRESS_TEXT], nbma[NHRP_ADDRESS_TEXT];

	log_info("%s: next hop server %s (%s) %s%s%s", nhc->interface->name,
		 nhrp_address_format(&nhc->protocol, protocol),
		 nhrp_address_format(&nhc->nbma, nbma),
		 nhc_state_name(nhc->state),
		 nhc->state == NHC_REFUSED ? ": " : "",
		 nhc->state == NHC_REFUSED ? nhrp_cie_code_name(nhc->code) :
					     "");
}

void nhc_set_state(struct nhc *nhc, enum nhc_state state)
{
	struct event event = {
		.type = EVENT_NHC_CHANGE,
		.interface = nhc->interface,
		.nhc = nhc,
	};

	if (nhc->state == state)
		return;
	nhc->state = state;
	nhc->changed = daemon_now(nhc->interface->daemon);
	nhc_log(nhc);
	event_emit(&nhc->interface->daemon->events, &event);
}

/* ---- requests ---- */

static const struct nhrp_address *nhc_own(const struct nhc *nhc)
{
	struct nhrp_address any = {
		.length = nhc->config.family == AF_INET6 ? 16 : 4,
	};

	return interface_own_address(nhc->interface, nhc->protocol.length ?
				     &nhc->protocol : &any);
}

/* The server's own address as it is known here, for its NAT detection. */
static void nhc_add_nat(const struct nhc *nhc, struct nhrp_packet *packet)
{
	struct nhrp_extension *nat =
		nhrp_extension_add(packet, NHRP_EXTENSION_NAT_ADDRESS);
	struct nhrp_address unknown = {
		.length = packet->source_protocol.length,
	};
	const struct nhrp_address *protocol =
		nhc->protocol.length ? &nhc->protocol : &unknown;
	struct nhrp_cie cie;

	nhrp_cie_init(&cie, &nhc->nbma, protocol, nhrp_address_bits(protocol));
	nhrp_extension_add_cie(nat, &cie);
}

static void nhc_build(const struct nhc *nhc, const struct nhrp_address *own,
		      struct nhrp_packet *packet)
{
	const struct config_interface *config = nhc->interface->config;
	struct nhrp_cie *cie;

	nhrp_packet_init(packet, NHRP_REGISTRATION_REQUEST,
			 &nhc->interface->nbma, own,
			 nhc->protocol.length ? &nhc->protocol : own);
	packet->flags = NHRP_FLAG_NAT;
	packet->request_id = nhc->request_id;
	cie = nhrp_packet_add_cie(packet);
	cie->prefix_length = nhrp_address_bits(own);
	if (config->registration_unique) {
		packet->flags |= NHRP_REGISTRATION_UNIQUE;
		cie->prefix_length = NHRP_PREFIX_HOST;
	}
	cie->holding_time = config->holdtime;
	cie->mtu = config->mtu;
	nhrp_extension_add(packet, NHRP_EXTENSION_RESPONDER_ADDRESS);
	nhrp_extension_add(packet, NHRP_EXTENSION_FORWARD_TRANSIT);
	nhrp_extension_add(packet, NHRP_EXTENSION_REVERSE_TRANSIT);
	nhc_add_nat(nhc, packet);
}

struct endpoint nhc_endpoint(const struct nhc *nhc)
{
	struct endpoint endpoint = { .nbma = nhc->nbma };

	return nhc->session ? session_endpoint(nhc->session) : endpoint;
}

static void nhc_send(struct nhc *nhc)
{
	const struct nhrp_address *own = nhc_own(nhc);
	struct endpoint server = nhc_endpoint(nhc);
	struct nhrp_packet packet;

	if (!own || !nhc->interface->nbma.length) {
		nhc_set_state(nhc, NHC_WAITING);
		return;
	}
	if (!nhc->tries)
		nhc->request_id = request_id_next(nhc->interface->daemon);
	nhc->tries++;
	nhc->sent++;
	nhc_build(nhc, own, &packet);
	send_packet(nhc->interface, &packet, &server);
	timer_set(nhc->timer, timer_backoff(nhc->tries, NHC_RETRY_MAX));
}

/* ---- which servers have their turn ---- */

static bool nhc_failed(const struct nhc *nhc)
{
	return nhc->state == NHC_REFUSED || nhc->state == NHC_LOOKUP ||
	       nhc->unkeyed || nhc->tries > NHC_FAILED;
}

static bool nhc_has_turn(const struct nhc *nhc)
{
	const struct nhc *other;

	for (other = nhc->interface->nhcs; other; other = other->next)
		if (other->config.priority < nhc->config.priority &&
		    !nhc_failed(other))
			return false;
	return true;
}

/* Take part in the session with the server. */
static bool nhc_secure(struct nhc *nhc)
{
	struct session *session;

	if (nhc->session)
		return true;
	session = session_get(nhc->interface, &nhc->nbma, 0);
	if (!session)
		return false;
	nhc->session = session;
	session_hold(session);
	return true;
}

static void nhc_begin(struct nhc *nhc)
{
	nhc->tries = 0;
	nhc_set_state(nhc, NHC_REGISTERING);
	timer_set(nhc->timer, randombytes_uniform(NHC_START_JITTER));
}

static void nhc_start(struct nhc *nhc)
{
	nhc->tries = 0;
	nhc->unkeyed = false;
	if (!nhc_own(nhc)) {
		nhc_set_state(nhc, NHC_WAITING);
		return;
	}
	if (!nhc->nbma.length) {
		nhc_set_state(nhc, NHC_LOOKUP);
		nhc_lookup_start(nhc);
		return;
	}
	if (interface_is_protected(nhc->interface) && !nhc_secure(nhc)) {
		nhc_set_state(nhc, NHC_KEYING);
		timer_set(nhc->timer, NHC_RETRY_MAX);
		return;
	}
	nhc_install(nhc);
	if (nhc->session && nhc->session->state != SESSION_UP) {
		uv_timer_stop(nhc->timer);
		nhc_set_state(nhc, NHC_KEYING);
	} else {
		nhc_begin(nhc);
	}
}

static void nhc_stand_by(struct nhc *nhc)
{
	if (nhc->state == NHC_REGISTERED)
		nhc_deregister(nhc);
	nhc_lookup_cancel(nhc);
	uv_timer_stop(nhc->timer);
	nhc_uninstall(nhc);
	nhc_set_state(nhc, NHC_STANDBY);
}

void nhc_take_turns(struct interface *interface)
{
	struct nhc *nhc;

	for (nhc = interface->nhcs; nhc; nhc = nhc->next) {
		if (nhc->state == NHC_WAITING)
			continue;
		if (!nhc_has_turn(nhc)) {
			if (nhc->state != NHC_STANDBY)
				nhc_stand_by(nhc);
		} else if (nhc->state == NHC_STANDBY) {
			nhc_start(nhc);
		}
	}
	nhc_install_fallback(interface);
}

static void nhc_expired(uv_timer_t *timer)
{
	struct nhc *nhc = timer->data;

	if (nhc->state == NHC_LOOKUP) {
		nhc_lookup_start(nhc);
		return;
	}
	if (nhc->state == NHC_KEYING) {
		if (!nhc->session)
			nhc_start(nhc);
		return;
	}
	if (nhc->state == NHC_REFUSED)
		nhc_set_state(nhc, NHC_REGISTERING);
	nhc_send(nhc);
	if (nhc->tries <= NHC_FAILED)
		return;
	if (nhc->state == NHC_REGISTERED)
		nhc_set_state(nhc, NHC_REGISTERING);
	if (nhc->config.nbma_name[0])
		nhc_lookup_start(nhc);
	nhc_take_turns(nhc->interface);
}

void nhc_looked_up(struct nhc *nhc, const struct nhrp_address *nbma)
{
	if (nhc->state == NHC_REGISTERED)
		return;	/* it has replied meanwhile */
	if (!nbma) {
		if (nhc->state == NHC_LOOKUP)
			timer_set(nhc->timer, timer_backoff(nhc->lookups,
							    NHC_RETRY_MAX));
		nhc_take_turns(nhc->interface);
		return;
	}
	if (nhrp_address_equal(nbma, &nhc->nbma))
		return;
	nhc_uninstall(nhc);
	nhc->nbma = *nbma;
	if (nhc->interface->state == INTERFACE_UP)
		nhc_start(nhc);
}

/* ---- coming and going ---- */

static void nhc_down(struct nhc *nhc)
{
	nhc_lookup_cancel(nhc);
	uv_timer_stop(nhc->timer);
	nhc->tries = 0;
	nhc_set_state(nhc, NHC_WAITING);
}

static void nhc_enter(struct nhc *nhc)
{
	if (nhc->interface->state != INTERFACE_UP || !nhc_own(nhc))
		nhc_down(nhc);
	else if (!nhc_has_turn(nhc))
		nhc_stand_by(nhc);
	else
		nhc_start(nhc);
}

struct nhc *nhc_add(struct interface *interface,
		    const struct config_nhs *config)
{
	struct nhc *nhc = calloc(1, sizeof(*nhc));

	if (!nhc)
		return NULL;
	nhc->timer = timer_new(interface->daemon->loop, nhc_expired, nhc);
	if (!nhc->timer) {
		free(nhc);
		return NULL;
	}
	nhc->config = *config;
	nhc->interface = interface;
	nhc->protocol = config->protocol;
	nhc->nbma = config->nbma;
	nhc->changed = daemon_now(interface->daemon);
	DL_APPEND(interface->nhcs, nhc);
	nhc_enter(nhc);
	return nhc;
}

void nhc_free(struct nhc *nhc)
{
	nhc_lookup_cancel(nhc);
	nhc_release_session(nhc);
	timer_free(nhc->timer);
	DL_DELETE(nhc->interface->nhcs, nhc);
	free(nhc);
}

void nhc_remove(struct nhc *nhc)
{
	struct interface *interface = nhc->interface;

	nhc_deregister(nhc);
	nhc_uninstall(nhc);
	nhc_free(nhc);
	if (interface->nhcs)
		nhc_take_turns(interface);
}

void nhc_deregister(struct nhc *nhc)
{
	const struct nhrp_address *own = nhc_own(nhc);
	struct endpoint server = nhc_endpoint(nhc);
	struct nhrp_prefix prefix;

	if (!nhc->registered_at || !own || !nhc->protocol.length ||
	    (nhc->session && nhc->session->state != SESSION_UP))
		return;
	nhrp_prefix_host(own, &prefix);
	purge_start(nhc->interface, &nhc->protocol, &server, &prefix,
		    nhc->request_id);
	nhc->registered_at = 0;
}

void nhc_device_gone(struct interface *interface)
{
	struct nhc *nhc;

	for (nhc = interface->nhcs; nhc; nhc = nhc->next) {
		nhc->installed = false;
		nhc_release_session(nhc);
	}
}

void nhc_interface_changed(struct interface *interface)
{
	struct nhc *nhc;

	for (nhc = interface->nhcs; nhc; nhc = nhc->next)
		nhc_enter(nhc);
}

void nhc_settings_changed(struct interface *interface, bool again)
{
	struct nhc *nhc;

	nhc_take_turns(interface);
	for (nhc = interface->nhcs; nhc && again; nhc = nhc->next) {
		if (nhc->state != NHC_REGISTERED &&
		    nhc->state != NHC_REGISTERING && nhc->state != NHC_REFUSED)
			continue;
		nhc->tries = 0;
		timer_set(nhc->timer, 0);
	}
}

void nhc_forgotten(struct interface *interface, const struct endpoint *server)
{
	struct endpoint endpoint;
	struct nhc *nhc;

	for (nhc = interface->nhcs; nhc; nhc = nhc->next) {
		endpoint = nhc_endpoint(nhc);
		if (nhc->state == NHC_REGISTERED && !nhc->tries &&
		    endpoint_equal(&endpoint, server) &&
		    uv_timer_get_due_in(nhc->timer) > NHC_START_JITTER)
			timer_set(nhc->timer,
				  randombytes_uniform(NHC_START_JITTER));
	}
}

struct nhc *nhc_best(const struct interface *interface, unsigned int rotate,
		     uint8_t family)
{
	struct nhc *nhc;
	unsigned int count = 0;

	DL_FOREACH(interface->nhcs, nhc)
		count += nhc->state == NHC_REGISTERED &&
			 nhc->protocol.length == family;
	if (!count)
		return NULL;
	rotate %= count;
	DL_FOREACH(interface->nhcs, nhc)
		if (nhc->state == NHC_REGISTERED &&
		    nhc->protocol.length == family && !rotate--)
			return nhc;
	return NULL;
}

const struct nhc *nhc_observer(const struct interface *interface)
{
	const struct nhc *nhc;

	for (nhc = interface->nhcs; nhc; nhc = nhc->next)
		if (nhc->state == NHC_REGISTERED && nhc->observed.length)
			return nhc;
	return NULL;
}

/* ---- the session with the server ---- */

static void nhc_session_lost(struct nhc *nhc)
{
	switch (nhc->state) {
	case NHC_KEYING:
		nhc->unkeyed = true;
		if (nhc->config.nbma_name[0])
			nhc_lookup_start(nhc);
		break;
	case NHC_REGISTERING:
	case NHC_REGISTERED:
	case NHC_REFUSED:
		nhc->tries = 0;
		uv_timer_stop(nhc->timer);
		nhc_set_state(nhc, NHC_KEYING);
		break;
	default:
		break;
	}
}

void nhc_session_changed(const struct session *session)
{
	struct interface *interface = session->interface;
	bool any = false;
	struct nhc *nhc;

	for (nhc = interface->nhcs; nhc; nhc = nhc->next) {
		if (nhc->session != session)
			continue;
		any = true;
		if (session->state == SESSION_IDLE)
			nhc_session_lost(nhc);
		else if (session->state == SESSION_UP &&
			 nhc->state == NHC_KEYING)
			nhc_begin(nhc);
	}
	if (any && interface->state == INTERFACE_UP)
		nhc_take_turns(interface);
}
