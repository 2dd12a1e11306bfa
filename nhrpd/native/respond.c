// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Handshakes that others begin. Until a finish has proven who the other is,
 * nothing but memory for RESPOND_TIME is spent on it: whatever there is with
 * the same node stays as it is.
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

#define RESPOND_TIME 25000	/* ms that an initiator has for its finish */
#define RESPOND_MOST 4096	/* handshakes under way on an interface */
#define RESPOND_UNPROVEN 100	/* initiations a second without cookies */

/* ---- load ---- */

static bool respond_is_loaded(struct native *native)
{
	uint64_t now = native_now(native);

	if (now - native->second >= 1000) {
		native->second = now;
		native->begun = 0;
	}
	return ++native->begun > RESPOND_UNPROVEN;
}

static void respond_cookie(struct network *network,
			   const struct datagram *datagram,
			   const struct message *message)
{
	struct native *native = network->native;
	uint8_t bytes[MESSAGE_COOKIE_SIZE];

	mac_write_cookie(&network->credentials.mac, &native->secret,
			 native_now(native), &datagram->source, message,
			 bytes);
	network_send(network, &datagram->destination, &datagram->source,
		     bytes, sizeof(bytes));
	network_count(network, NATIVE_COOKIES);
}

/*
 * A source that anybody may have written has a budget of its own, so that
 * forged initiations do not eat up that of the node which they name.
 */
static bool respond_may(struct network *network,
			const struct datagram *datagram,
			const struct message *message)
{
	struct native *native = network->native;
	uint64_t now = native_now(native);
	const struct nhrp_address *source = &datagram->source.address;
	bool loaded = respond_is_loaded(native);

	if (limit_take(&native->unproven, source, now) && !loaded)
		return true;
	if (!mac_check2(&native->secret, now, &datagram->source,
			datagram->bytes, datagram->length)) {
		respond_cookie(network, datagram, message);
		return false;
	}
	if (limit_take(&native->proven, source, now))
		return true;
	network_count(network, NATIVE_LIMITED);
	return false;
}

/* ---- initiation ---- */

void response_free(struct response *response)
{
	HASH_DEL(response->network->responses, response);
	slot_remove(response->network->native, response->slot);
	handshake_wipe(&response->handshake);
	free(response);
}

/* Forgets what is too old; the first of the table is the oldest. */
void respond_timer(uv_timer_t *timer)
{
	struct network *network = timer->data;
	uint64_t now = native_now(network->native);

	while (network->responses &&
	       now - network->responses->begun >= RESPOND_TIME)
		response_free(network->responses);
	if (network->responses)
		timer_set(timer, network->responses->begun + RESPOND_TIME -
				 now);
}

static struct response *response_make(struct network *network,
				      const struct datagram *datagram)
{
	struct response *response;

	/* The oldest has had its time; the newest may be a node of ours. */
	if (HASH_COUNT(network->responses) >= RESPOND_MOST)
		response_free(network->responses);
	response = calloc(1, sizeof(*response));
	if (!response)
		return NULL;
	response->slot = slot_add(network->native);
	if (!response->slot) {
		free(response);
		return NULL;
	}
	response->slot->response = response;
	response->network = network;
	response->own = datagram->destination;
	response->peer = datagram->source;
	response->begun = native_now(network->native);
	return response;
}

static void respond_send(const struct response *response)
{
	network_send(response->network, &response->own, &response->peer,
		     response->bytes, response->length);
}

static void respond_begin(struct network *network,
			  const struct datagram *datagram,
			  const struct message *message)
{
	struct response *response = response_make(network, datagram);
	enum handshake_result result;

	if (!response) {
		network_count(network, NATIVE_LIMITED);
		return;
	}
	result = handshake_respond(&response->handshake, &network->credentials,
				   response->slot->index, message,
				   &response->own, &response->peer,
				   response->bytes, &response->length);
	HASH_ADD(hh, network->responses, handshake.call, NOISE_KEY, response);
	if (result != HANDSHAKE_OK) {
		refuse_handshake(network, &response->handshake, result,
				 &datagram->source);
		response_free(response);
		return;
	}
	if (!uv_is_active((uv_handle_t *)network->timer))
		timer_set(network->timer, RESPOND_TIME);
	respond_send(response);
}

/*
 * Both called each other at once: ours goes on. It goes on at once, as their
 * call has just opened the way through a NAT in front of them.
 */
static bool respond_collides(struct network *network,
			     const struct datagram *datagram,
			     const struct message *message)
{
	struct session *session =
		session_find_address(network->interface,
				     &datagram->source.address,
				     datagram->source.port);
	struct association *association = session ? session->exchange : NULL;

	if (!association || !association->call ||
	    memcmp(association->call->handshake.call, message->body,
		   NOISE_KEY) <= 0)
		return false;
	call_send(association);
	return true;
}

void respond_initiation(struct network *network,
			const struct datagram *datagram,
			const struct message *message)
{
	struct response *response;

	if (message->length < NOISE_KEY ||
	    !mac_check1(&network->credentials.mac, datagram->bytes,
			datagram->length)) {
		refuse(network, NATIVE_STRANGER, &datagram->source,
		       "it has another psk or authority", NULL);
		return;
	}
	if (!respond_may(network, datagram, message) ||
	    respond_collides(network, datagram, message))
		return;
	HASH_FIND(hh, network->responses, message->body, NOISE_KEY, response);
	if (!response)
		respond_begin(network, datagram, message);
	else if (place_equal(&response->peer, &datagram->source))
		respond_send(response);
}

/* ---- finish ---- */

/* Whom NHRP knows at the place where it is, if it may be the same node. */
static struct association *respond_find_place(struct response *response)
{
	struct session *session =
		session_find_address(response->network->interface,
				     &response->peer.address,
				     response->peer.port);
	struct association *association;

	if (!session)
		return NULL;
	association = association_of(session);
	if (!association || association_is(association, &response->handshake))
		return association;
	association_down(association, "another node is at its address");
	return NULL;
}

static struct association *respond_find_key(struct response *response)
{
	struct association *association;

	HASH_FIND(hh, response->network->associations,
		  response->handshake.noise.remote_static, NOISE_KEY,
		  association);
	return association;
}

static struct association *respond_add(struct response *response)
{
	struct session *session = session_add(response->network->interface,
					      &response->peer.address,
					      response->peer.port, 0);
	struct association *association;

	if (!session)
		return NULL;
	association = association_of(session);
	if (!association)
		session_down(session, "out of memory");
	return association;
}

/*
 * A node is found by where it is, else by its key: it has moved. That it is
 * new is the last thing to think.
 */
static struct association *respond_find(struct response *response)
{
	struct association *association = respond_find_place(response);
	struct association *by_key = respond_find_key(response);

	if (association && by_key && by_key != association)
		association_down(by_key, "the node is at another address");
	if (association)
		return association;
	return by_key ? by_key : respond_add(response);
}

/*
 * Our own call goes on if it is the one to be kept; and a handshake that was
 * begun before the present keys were made has lost against theirs.
 */
static bool respond_is_outrun(const struct association *association,
			      const struct response *response)
{
	if (association->keys &&
	    response->begun < association->keys->established)
		return true;
	return call_precedes(association, &response->handshake);
}

static int respond_install(struct association *association, struct keys *keys,
			   const struct handshake *handshake)
{
	struct handshake_keys secrets;
	int error;

	handshake_keys(handshake, &secrets);
	keys->sealed = secrets.sealed;
	error = keys_add_in(association, keys, secrets.in) ||
		keys_add_out(association, keys, secrets.out);
	sodium_memzero(&secrets, sizeof(secrets));
	return error;
}

/* The index goes from the response, which ends, to the keys. */
static struct keys *respond_make_keys(struct association *association,
				      struct response *response,
				      const struct message *message)
{
	struct keys *keys = keys_make(&response->handshake, &response->own,
				      &response->peer);

	if (!keys)
		return NULL;
	crypto_generichash(keys->finish, sizeof(keys->finish), message->body,
			   message->length, NULL, 0);
	keys->slot = response->slot;
	keys->slot->response = NULL;
	keys->slot->association = association;
	response->slot = NULL;
	return keys;
}

static void respond_confirm(struct association *association)
{
	struct keys *keys = association->keys;

	network_send(association->network, &keys->own, &keys->peer,
		     keys->confirm, sizeof(keys->confirm));
}

static void respond_accept(struct association *association,
			   struct response *response,
			   const struct message *message)
{
	struct keys *keys = respond_make_keys(association, response, message);

	if (!keys || respond_install(association, keys,
				     &response->handshake)) {
		keys_remove(association, keys);
		association_down(association, "no security associations");
		return;
	}
	/* The other may have begun to send by what our own call made. */
	if (association->call && association->call->keys)
		keys_let_linger(association, association->call->keys,
				KEYS_LINGER);
	call_end(association);
	association_know(association, &response->handshake);
	sealed_write(&keys->sealed, SEALED_CONFIRM,
		     association->network->credentials.network_id,
		     keys->remote_index, keys->confirm);
	if (keys_use(association, keys)) {
		association_down(association, "no policy");
		return;
	}
	respond_confirm(association);
	session_up(association->session);
}

void respond_finish(struct response *response, const struct datagram *datagram,
		    const struct message *message)
{
	struct network *network = response->network;
	struct association *association;
	enum handshake_result result;

	if (!place_equal(&response->peer, &datagram->source))
		return;
	result = handshake_conclude(&response->handshake, message,
				    &response->own, time(NULL));
	if (result != HANDSHAKE_OK) {
		refuse_handshake(network, &response->handshake, result,
				 &datagram->source);
		return;
	}
	association = respond_find(response);
	if (association && !respond_is_outrun(association, response) &&
	    association_admit(association, &response->handshake))
		respond_accept(association, response, message);
	response_free(response);
}

void respond_again(struct association *association,
		   const struct message *message)
{
	const struct keys *keys = association->keys;
	uint8_t hash[NOISE_HASH];

	if (!keys || keys->initiator || keys->remote_index != message->sender)
		return;
	crypto_generichash(hash, sizeof(hash), message->body, message->length,
			   NULL, 0);
	if (!sodium_memcmp(hash, keys->finish, sizeof(hash)))
		respond_confirm(association);
}
