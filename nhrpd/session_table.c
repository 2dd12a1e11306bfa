// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions: the tables of an interface.
 */
#include <sodium.h>
#include <stdlib.h>

#include "config.h"
#include "daemon.h"
#include "interface.h"
#include "log.h"
#include "session_private.h"
#include "timer.h"

/* Sessions of an interface: who proves itself must not fill memory. */
#define SESSION_MAX 65536

#define SESSION_PORT_IKE 500

struct session *session_find(const struct interface *interface, uint32_t if_id)
{
	struct session *session;

	HASH_FIND(hh, interface->sessions, &if_id, sizeof(if_id), session);
	return session;
}

uint16_t session_default_port(const struct interface *interface)
{
	const struct config_protection *protection =
		&interface->config->protection;

	return protection->kind == CONFIG_PROTECTION_IKE ?
	       SESSION_PORT_IKE : protection->udp_port;
}

struct session *session_find_address(const struct interface *interface,
				     const struct nhrp_address *nbma,
				     uint16_t port)
{
	struct session_address key = {
		.nbma = *nbma,
		.port = port ? port : session_default_port(interface),
	};
	struct session *session;

	HASH_FIND(hh_address, interface->sessions_by_address, &key,
		  sizeof(key), session);
	return session;
}

void session_add_address(struct session *session)
{
	struct interface *interface = session->interface;

	session->address.nbma = session->nbma;
	session->address.port = session->port;
	HASH_ADD(hh_address, interface->sessions_by_address, address,
		 sizeof(session->address), session);
}

bool session_is_taken(const struct daemon *daemon, uint32_t if_id)
{
	const struct interface *interface;

	for (interface = daemon->interfaces; interface;
	     interface = interface->hh.next)
		if (session_find(interface, if_id))
			return true;
	return false;
}

static uint32_t session_choose_if_id(const struct daemon *daemon)
{
	uint32_t if_id;

	do
		if_id = randombytes_random();
	while (!if_id || session_is_taken(daemon, if_id));
	return if_id;
}

struct session *session_new(struct interface *interface,
			    const struct nhrp_address *nbma, uint16_t port,
			    uint32_t if_id, uv_timer_cb expired)
{
	struct session *session;

	if (HASH_COUNT(interface->sessions) >= SESSION_MAX) {
		log_limited(&interface->daemon->limit, 4,
			    "%s: %u sessions, no more are begun",
			    interface->name, SESSION_MAX);
		return NULL;
	}
	session = calloc(1, sizeof(*session));
	if (!session)
		return NULL;
	session->timer = timer_new(interface->daemon->loop, expired, session);
	if (!session->timer) {
		free(session);
		return NULL;
	}
	session->interface = interface;
	session->if_id = if_id ? if_id :
				 session_choose_if_id(interface->daemon);
	session->nbma = *nbma;
	session->port = port ? port : session_default_port(interface);
	session->changed = daemon_now(interface->daemon);
	HASH_ADD(hh, interface->sessions, if_id, sizeof(session->if_id),
		 session);
	session_add_address(session);
	return session;
}

void session_free(struct session *session)
{
	struct interface *interface = session->interface;

	HASH_DELETE(hh, interface->sessions, session);
	HASH_DELETE(hh_address, interface->sessions_by_address, session);
	timer_free(session->timer);
	free(session);
}
