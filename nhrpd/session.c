// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions: security relations with remote nodes.
 *
 * One timer does all: without users it ends the session, unless packets went
 * through it since it was last looked at (the other side may need it longer
 * than we do); with users it starts a session that is idle, after 1, 2, 4 ...
 * SESSION_RETRY_MAX.
 *
 * Whoever is told of a change, and the key exchange when it is asked to start,
 * may give the session up; it is held meanwhile.
 */
#include "session.h"

#include <stdio.h>

#include "authority.h"
#include "config.h"
#include "daemon.h"
#include "identity/certificate.h"
#include "interface.h"
#include "log.h"
#include "nhc.h"
#include "peer.h"
#include "session_private.h"
#include "timer.h"

#define SESSION_RETRY_MAX 64000

static const char *const session_state_names[] = {
	[SESSION_IDLE] = "idle",
	[SESSION_STARTING] = "starting",
	[SESSION_UP] = "up",
};

const char *session_state_name(enum session_state state)
{
	return session_state_names[state];
}

/* ---- who hears of it ---- */

static void session_emit(struct session *session, enum event_type type,
			 const char *reason)
{
	struct event event = {
		.type = type,
		.interface = session->interface,
		.session = session,
		.reason = reason,
	};

	event_emit(&session->interface->daemon->events, &event);
}

/* What strangers provoke must not hide what becomes of members. */
static void session_log(struct session *session, bool member,
			const char *what, const char *reason)
{
	struct interface *interface = session->interface;
	struct daemon *daemon = interface->daemon;
	char text[NHRP_ADDRESS_TEXT];

	log_limited(member ? &daemon->member_limit : &daemon->limit, 6,
		    "%s: session with %s (%s port %u) %s%s%s",
		    interface->name, session->name[0] ? session->name : "?",
		    nhrp_address_format(&session->nbma, text), session->port,
		    what, reason ? ": " : "", reason ? reason : "");
}

/* ---- states ---- */

static void session_schedule(struct session *session)
{
	if (!session->users)
		timer_set(session->timer, SESSION_IDLE_TIME);
	else if (session->state == SESSION_IDLE)
		timer_set(session->timer, timer_backoff(session->failures + 1,
							SESSION_RETRY_MAX));
	else
		uv_timer_stop(session->timer);
}

static void session_set_state(struct session *session,
			      enum session_state state, const char *reason)
{
	static const enum event_type types[] = {
		[SESSION_IDLE] = EVENT_SESSION_DOWN,
		[SESSION_STARTING] = EVENT_SESSION_START,
		[SESSION_UP] = EVENT_SESSION_UP,
	};
	bool member = state == SESSION_UP || session->state == SESSION_UP;

	session->state = state;
	session->changed = daemon_now(session->interface->daemon);
	if (state == SESSION_UP)
		session->failures = 0;
	else
		session->certificate = NULL;
	if (state != SESSION_STARTING)
		session_log(session, member,
			    state == SESSION_UP ? "up" : "down", reason);
	session_emit(session, types[state], reason);
	peer_session_changed(session);
	nhc_session_changed(session);
}

/* Without an open key exchange it waits for sessions_open(). */
static void session_start(struct session *session)
{
	struct interface *interface = session->interface;

	if (session->state != SESSION_IDLE || !interface->exchange ||
	    interface->state != INTERFACE_UP)
		return;
	uv_timer_stop(session->timer);
	session->users++;
	session_set_state(session, SESSION_STARTING, NULL);
	interface->exchange_ops->start(session);
	session->users--;
}

/* It has no keys any more: begin anew, or end. */
static void session_lost(struct session *session, unsigned int failures,
			 const char *reason)
{
	session->failures = failures;
	session->users++;
	session_set_state(session, SESSION_IDLE, reason);
	session->users--;
	if (session->users)
		session_schedule(session);
	else
		session_free(session);
}

static void session_stop(struct session *session, const char *reason)
{
	struct interface *interface = session->interface;

	if (interface->exchange && session->state != SESSION_IDLE)
		interface->exchange_ops->stop(session, reason);
}

/* Whether packets went through it since it was last asked. */
static bool session_is_used(struct session *session)
{
	struct interface *interface = session->interface;
	struct session_info info = { 0 };
	uint64_t before = session->packets;

	if (!interface->exchange || session->state != SESSION_UP)
		return false;
	interface->exchange_ops->info(session, &info);
	session->packets = info.packets_in + info.packets_out;
	return session->packets != before;
}

static void session_expired(uv_timer_t *timer)
{
	struct session *session = timer->data;

	if (session->users) {
		session_start(session);
		return;
	}
	if (session_is_used(session)) {
		session_schedule(session);
		return;
	}
	session_stop(session, "not used");
	session_lost(session, 0, "not used");
}

/* ---- for NHRP ---- */

/* IKE has ports of its own, which say nothing of whom we mean. */
static struct session *session_find_any(const struct interface *interface,
					const struct nhrp_address *nbma)
{
	struct session *session;

	if (interface->config->protection.kind != CONFIG_PROTECTION_IKE)
		return NULL;
	for (session = interface->sessions; session;
	     session = session->hh.next)
		if (nhrp_address_equal(&session->nbma, nbma))
			break;
	return session;
}

struct session *session_get(struct interface *interface,
			    const struct nhrp_address *nbma, uint16_t port)
{
	struct session *session = session_find_address(interface, nbma, port);

	if (!session && !port)
		session = session_find_any(interface, nbma);
	if (!session)
		session = session_new(interface, nbma, port, 0, session_expired);
	if (!session)
		return NULL;
	if (!session->failures)
		session_start(session);
	if (!session->users)
		session_schedule(session);
	return session;
}

void session_hold(struct session *session)
{
	if (session->users++)
		return;
	if (session->failures)
		session_schedule(session);
	else
		session_start(session);
	if (session->state != SESSION_IDLE)
		uv_timer_stop(session->timer);
}

void session_release(struct session *session)
{
	if (!--session->users)
		session_schedule(session);
}

bool session_covers(const struct session *session,
		    const struct nhrp_prefix *prefix)
{
	return session->state == SESSION_UP &&
	       (!session->certificate ||
		certificate_covers(session->certificate, prefix));
}

struct endpoint session_endpoint(const struct session *session)
{
	struct endpoint endpoint = {
		.nbma = session->nbma,
		.if_id = session->if_id,
	};

	return endpoint;
}

static void session_tell_adopted(struct session *session)
{
	session->adopted = false;
	session->users++;
	session->interface->exchange_ops->adopt(session);
	session->users--;
}

struct session *session_adopt(struct interface *interface,
			      const struct endpoint *endpoint, uint16_t port)
{
	struct session *session = session_find(interface, endpoint->if_id);

	if (session)
		return session;
	if (session_is_taken(interface->daemon, endpoint->if_id))
		return NULL;
	session = session_new(interface, &endpoint->nbma, port,
			      endpoint->if_id, session_expired);
	if (!session)
		return NULL;
	session->state = SESSION_STARTING;
	session->adopted = true;
	if (interface->exchange)
		session_tell_adopted(session);
	session_schedule(session);
	return session;
}

/* ---- the interface ---- */

int sessions_open(struct interface *interface)
{
	if (!interface->exchange && interface->exchange_ops)
		interface->exchange = interface->exchange_ops->open(interface);
	return interface->exchange ? 0 : -1;
}

/* What waited for the key exchange, or for the interface. */
static void session_wake(struct session *session)
{
	if (session->adopted)
		session_tell_adopted(session);
	else if (session->users)
		session_start(session);
}

void sessions_wake(struct interface *interface)
{
	struct session *session, *next;

	if (!interface->exchange)
		return;
	HASH_ITER(hh, interface->sessions, session, next)
		session_wake(session);
}

void sessions_moved(struct interface *interface)
{
	if (interface->exchange)
		interface->exchange_ops->moved(interface);
}

void sessions_reload(struct interface *interface)
{
	if (interface->exchange && interface->exchange_ops->reload)
		interface->exchange_ops->reload(interface);
}

unsigned int sessions_clear(struct interface *interface,
			    const struct nhrp_address *nbma)
{
	struct session *session, *next;
	unsigned int count = 0;

	HASH_ITER(hh, interface->sessions, session, next) {
		if (nbma && !nhrp_address_equal(&session->nbma, nbma))
			continue;
		session_stop(session, "cleared");
		session_lost(session, 0, "cleared");
		count++;
	}
	return count;
}

void sessions_stop(struct interface *interface, const char *reason)
{
	struct session *session, *next;

	HASH_ITER(hh, interface->sessions, session, next) {
		session_stop(session, reason);
		if (session->state != SESSION_IDLE)
			session_set_state(session, SESSION_IDLE, reason);
		if (!session->users)
			session_free(session);
	}
}

void sessions_close(struct interface *interface)
{
	if (interface->exchange)
		interface->exchange_ops->close(interface);
	interface->exchange = NULL;
	while (interface->sessions)
		session_free(interface->sessions);
}

/* ---- for the key exchange ---- */

struct session *session_add(struct interface *interface,
			    const struct nhrp_address *nbma, uint16_t port,
			    uint32_t if_id)
{
	struct session *session;

	if (if_id && session_is_taken(interface->daemon, if_id))
		return NULL;
	session = session_new(interface, nbma, port, if_id, session_expired);
	if (!session)
		return NULL;
	session_set_state(session, SESSION_STARTING, NULL);
	session_schedule(session);
	return session;
}

bool session_admit(struct session *session, const char *name,
		   const struct certificate *certificate)
{
	snprintf(session->name, sizeof(session->name), "%s", name);
	session->certificate = certificate;
	return authority_admit(session);
}

void session_up(struct session *session)
{
	if (session->state == SESSION_UP) {
		session_emit(session, EVENT_SESSION_REKEY, NULL);
		return;
	}
	session_set_state(session, SESSION_UP, NULL);
	session_schedule(session);
}

void session_down(struct session *session, const char *reason)
{
	session_lost(session, session->state == SESSION_STARTING ?
		     session->failures + 1 : 0, reason);
}

void session_moved(struct session *session, const struct nhrp_address *nbma,
		   uint16_t port)
{
	struct endpoint old = session_endpoint(session);

	HASH_DELETE(hh_address, session->interface->sessions_by_address,
		    session);
	session->nbma = *nbma;
	session->port = port;
	session_add_address(session);
	if (!nhrp_address_equal(&old.nbma, nbma))
		peer_session_moved(session, &old);
	session_emit(session, EVENT_SESSION_MOVED, NULL);
}
