// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is kept of a node: one association for each session.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "daemon.h"
#include "interface.h"
#include "private.h"
#include "session.h"
#include "timer.h"

static void association_rekey(uv_timer_t *timer)
{
	call_begin(timer->data, NULL);
}

static struct association *association_make(struct session *session)
{
	struct network *network = session->interface->exchange;
	uv_loop_t *loop = network->native->daemon->loop;
	struct association *association = calloc(1, sizeof(*association));

	if (!association)
		return NULL;
	association->network = network;
	association->session = session;
	association->call_timer = timer_new(loop, call_timer, association);
	association->rekey_timer = timer_new(loop, association_rekey,
					     association);
	association->alive_timer = timer_new(loop, alive_timer, association);
	association->old_timer = timer_new(loop, keys_old_timer, association);
	if (association->call_timer && association->rekey_timer &&
	    association->alive_timer && association->old_timer)
		return association;
	association_free(association);
	return NULL;
}

struct association *association_of(struct session *session)
{
	if (!session->exchange)
		session->exchange = association_make(session);
	return session->exchange;
}

/* ---- identity ---- */

static void association_forget(struct association *association)
{
	if (association->known)
		HASH_DEL(association->network->associations, association);
	association->known = false;
}

void association_know(struct association *association,
		      const struct handshake *handshake)
{
	association_forget(association);
	memcpy(association->static_key, handshake->noise.remote_static,
	       NOISE_KEY);
	association->known = true;
	HASH_ADD(hh, association->network->associations, static_key, NOISE_KEY,
		 association);
}

/* A certificate may be renewed, even with another key; the name stays. */
bool association_is(const struct association *association,
		    const struct handshake *handshake)
{
	return !association->known || !association->certificate ||
	       !strcmp(association->certificate->name,
		       handshake->certificate.name);
}

static bool association_ask(struct association *association,
			    const struct certificate *certificate)
{
	char address[NHRP_ADDRESS_TEXT];

	if (certificate)
		return session_admit(association->session, certificate->name,
				     certificate);
	nhrp_address_format(&association->session->nbma, address);
	return session_admit(association->session, address, NULL);
}

bool association_admit(struct association *association,
		       const struct handshake *handshake)
{
	struct certificate *certificate = NULL;

	if (handshake->credentials->certified) {
		certificate = malloc(sizeof(*certificate));
		if (!certificate) {
			association_down(association, "out of memory");
			return false;
		}
		*certificate = handshake->certificate;
	}
	if (!association_ask(association, certificate)) {
		network_count(association->network, NATIVE_IDENTITY);
		association_down(association, "not the node that it should be");
		free(certificate);
		return false;
	}
	/* The session has the new one by now. */
	free(association->certificate);
	association->certificate = certificate;
	return true;
}

/* ---- place ---- */

/* Who has proven to be there is: another that was, is not. */
static void association_make_place(struct association *association,
				   const struct place *place)
{
	struct session *other =
		session_find_address(association->network->interface,
				     &place->address, place->port);

	if (other && other != association->session && other->exchange)
		association_down(other->exchange,
				 "another node is at its address");
}

void association_place(struct association *association)
{
	const struct place *place = &association->keys->peer;
	struct session *session = association->session;

	if (session->port == place->port &&
	    nhrp_address_equal(&session->nbma, &place->address))
		return;
	association_make_place(association, place);
	session_moved(session, &place->address, place->port);
}

/* ---- control messages ---- */

void association_say(struct association *association, enum sealed_kind kind)
{
	struct keys *keys = association->keys;
	uint8_t bytes[MESSAGE_CONTROL_SIZE];

	sealed_write(&keys->sealed, kind,
		     association->network->credentials.network_id,
		     keys->remote_index, bytes);
	network_send(association->network, &keys->own, &keys->peer, bytes,
		     sizeof(bytes));
}

/* ---- end ---- */

static void association_free_old(struct association *association)
{
	struct old_sa *old, *next;

	DL_FOREACH_SAFE(association->old, old, next) {
		DL_DELETE(association->old, old);
		free(old);
	}
}

static void association_free_call(struct association *association)
{
	struct call *call = association->call;

	if (!call)
		return;
	if (call->keys)
		keys_free(association->network, call->keys);
	else
		slot_remove(association->network->native, call->slot);
	sodium_memzero(call, sizeof(*call));
	free(call);
	association->call = NULL;
}

void association_free(struct association *association)
{
	association_forget(association);
	association_free_call(association);
	keys_free(association->network, association->keys);
	association_free_old(association);
	timer_free(association->call_timer);
	timer_free(association->rekey_timer);
	timer_free(association->alive_timer);
	timer_free(association->old_timer);
	free(association->certificate);
	sodium_memzero(association, sizeof(*association));
	free(association);
}

/* Without keys, an nhrpd before us may have left it where they would be. */
static void association_remove_policy(struct association *association)
{
	const struct session *session = association->session;
	const struct keys *keys = association->keys;
	const struct place place = network_place(association->network);

	xfrm_policy_delete(association->network->native->xfrm,
			   keys ? &keys->own.address : &place.address,
			   keys ? &keys->peer.address : &session->nbma,
			   session->if_id);
}

void association_remove(struct association *association)
{
	struct keys *keys = association->keys;

	call_end(association);
	association_remove_policy(association);
	if (keys) {
		association_say(association, SEALED_CLOSE);
		association->keys = NULL;
		keys_remove(association, keys);
	}
	keys_remove_old(association);
	association->session->exchange = NULL;
	association_free(association);
}

void association_down(struct association *association, const char *reason)
{
	struct session *session = association->session;
	struct certificate *certificate = association->certificate;

	/* The session points to it until it is told. */
	association->certificate = NULL;
	association_remove(association);
	session_down(session, reason);
	free(certificate);
}
