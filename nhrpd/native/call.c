// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Handshakes that we begin.
 *
 *	none --call_begin()--> CALLING --response--> FINISHING
 *	FINISHING --confirmed--> none
 *	CALLING, FINISHING --CALL_TIME without an answer--> none
 *
 * Each message is sent after 1, 2, 4 ... seconds again.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon.h"
#include "interface.h"
#include "private.h"
#include "session.h"
#include "timer.h"

#define CALL_TIME 24000		/* ms without an answer */
#define CALL_RETRY_MAX 8000	/* ms between two of the same message */
#define CALL_LATER 30000	/* ms until a renewal is tried again */

/* ---- sending ---- */

void call_send(struct association *association)
{
	struct call *call = association->call;
	uint64_t now = native_now(association->network->native);

	if (!call->keys && association->cookied &&
	    now - association->cookied < MAC_COOKIE_LIFETIME)
		mac_sign2(association->cookie, call->bytes, call->length);
	network_send(association->network, &call->own, &call->peer,
		     call->bytes, call->length);
}

static void call_try(struct association *association)
{
	struct call *call = association->call;

	call->tries++;
	timer_set(association->call_timer,
		  timer_backoff(call->tries, CALL_RETRY_MAX));
	call_send(association);
}

static struct call *call_make(struct association *association)
{
	struct native *native = association->network->native;
	struct call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->slot = slot_add(native);
	if (!call->slot) {
		free(call);
		return NULL;
	}
	call->slot->association = association;
	call->own = network_place(association->network);
	call->begun = native_now(native);
	return call;
}

void call_begin(struct association *association, const struct place *peer)
{
	struct session *session = association->session;
	struct call *call;

	if (association->call)
		return;
	call = call_make(association);
	if (!call) {
		call_soon(association, CALL_LATER);
		return;
	}
	call->peer.address = session->nbma;
	call->peer.port = session->port;
	if (peer)
		call->peer = *peer;
	call->length = handshake_begin(&call->handshake,
				       &association->network->credentials,
				       call->slot->index, &call->own,
				       &call->peer, call->bytes);
	association->call = call;
	call_try(association);
}

void call_soon(struct association *association, uint64_t delay)
{
	if (!association->call)
		timer_set(association->call_timer,
			  randombytes_uniform(delay + 1));
}

void call_again(struct association *association)
{
	call_end(association);
	call_begin(association, NULL);
}

void call_end(struct association *association)
{
	struct call *call = association->call;

	uv_timer_stop(association->call_timer);
	if (!call)
		return;
	association->call = NULL;
	if (call->keys)
		keys_remove(association, call->keys);
	else
		slot_remove(association->network->native, call->slot);
	sodium_memzero(call, sizeof(*call));
	free(call);
}

bool call_precedes(const struct association *association,
		   const struct handshake *theirs)
{
	return association->call &&
	       memcmp(association->call->handshake.call, theirs->call,
		      NOISE_KEY) > 0;
}

/*
 * A node whose nhrpd is away for a while still takes our packets, and we
 * theirs: the keys that we have are kept until the kernel ends them.
 */
static void call_fail(struct association *association)
{
	network_count(association->network, NATIVE_UNANSWERED);
	call_end(association);
	if (association->keys ? alive_is_receiving(association) :
				keys_old_are_receiving(association))
		timer_set(association->call_timer, CALL_LATER);
	else
		association_down(association, "no answer");
}

void call_timer(uv_timer_t *timer)
{
	struct association *association = timer->data;
	struct call *call = association->call;

	if (!call)
		call_begin(association, NULL);
	else if (native_now(association->network->native) - call->begun >=
		 CALL_TIME)
		call_fail(association);
	else
		call_try(association);
}

/* ---- answers ---- */

void call_cookie(struct association *association,
		 const struct message *message)
{
	struct network *network = association->network;
	struct call *call = association->call;

	/* One for each try: the node may refuse what it has asked for. */
	if (!call || call->keys || call->slot->index != message->receiver ||
	    call->cookie_try == call->tries)
		return;
	if (!mac_read_cookie(&network->credentials.mac, message,
			     call->bytes + call->length - 2 * MESSAGE_MAC,
			     association->cookie)) {
		network_count(network, NATIVE_FORGED);
		return;
	}
	call->cookie_try = call->tries;
	association->cookied = native_now(network->native);
	call_send(association);
}

/* Whom we called by one address may have been known by another. */
static void call_drop_double(struct association *association)
{
	struct association *other;

	HASH_FIND(hh, association->network->associations,
		  association->call->handshake.noise.remote_static, NOISE_KEY,
		  other);
	if (other && other != association)
		association_down(other, "the node is at another address");
}

static int call_install(struct association *association)
{
	struct call *call = association->call;
	struct handshake_keys secrets;
	int error;

	call->keys = keys_make(&call->handshake, &call->own, &call->peer);
	if (!call->keys)
		return -1;
	call->keys->slot = call->slot;
	handshake_keys(&call->handshake, &secrets);
	call->keys->sealed = secrets.sealed;
	memcpy(call->out, secrets.out, sizeof(call->out));
	error = keys_add_in(association, call->keys, secrets.in);
	sodium_memzero(&secrets, sizeof(secrets));
	return error;
}

/* Return: whether the other is who it should be; else nothing has changed. */
static bool call_take(struct association *association,
		      const struct datagram *datagram,
		      const struct message *message, uint8_t *bytes,
		      size_t *length)
{
	struct network *network = association->network;
	struct call *call = association->call;
	struct handshake before = call->handshake;
	enum handshake_result result;
	bool taken = false;

	result = handshake_finish(&call->handshake, message, &call->own,
				  &datagram->source, time(NULL), bytes,
				  length);
	if (result != HANDSHAKE_OK) {
		refuse_handshake(network, &call->handshake, result,
				 &datagram->source);
	} else if (!association_is(association, &call->handshake)) {
		refuse(network, NATIVE_IDENTITY, &datagram->source,
		       "another node answers", NULL);
		call->handshake = before;
	} else {
		taken = true;
	}
	handshake_wipe(&before);
	return taken;
}

/*
 * With a psk alone only this tells the answer of a stranger from that of the
 * node, until the handshake ends.
 */
static bool call_is_answer(struct association *association,
			   const struct datagram *datagram)
{
	struct network *network = association->network;

	if (mac_check1(&network->credentials.mac, datagram->bytes,
		       datagram->length))
		return true;
	network_count(network, NATIVE_FORGED);
	return false;
}

void call_response(struct association *association,
		   const struct datagram *datagram,
		   const struct message *message)
{
	struct call *call = association->call;
	uint8_t bytes[MESSAGE_MAX];
	size_t length;

	if (!call || call->keys || call->slot->index != message->receiver ||
	    !nhrp_address_equal(&call->peer.address,
				&datagram->source.address) ||
	    !call_is_answer(association, datagram) ||
	    !call_take(association, datagram, message, bytes, &length))
		return;
	call->peer = datagram->source;
	memcpy(call->bytes, bytes, length);
	call->length = length;
	if (!association_admit(association, &call->handshake))
		return;
	if (call_install(association)) {
		association_down(association, "no security associations");
		return;
	}
	call->begun = native_now(association->network->native);
	call->tries = 0;
	call_try(association);
}

void call_confirmed(struct association *association)
{
	struct call *call = association->call;
	struct keys *keys = call->keys;

	if (keys_add_out(association, keys, call->out)) {
		association_down(association, "no security associations");
		return;
	}
	call_drop_double(association);
	association_know(association, &call->handshake);
	call->keys = NULL;
	call->slot = NULL;
	call_end(association);
	if (keys_use(association, keys))
		association_down(association, "no policy");
	else
		session_up(association->session);
}
