// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SAs and policies of an association. Nothing is lost when they change: an
 * inbound SA is there before the other may use it, and stays as long as what
 * was sent by it may be under way.
 */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "config.h"
#include "daemon.h"
#include "interface.h"
#include "private.h"
#include "session.h"
#include "timer.h"

/*
 * ESN has no end of its own within reach; GCM has proofs for 2^64 blocks. A
 * new key after 2^31 packets of any size is far from there.
 */
#define KEYS_SOFT_PACKETS (UINT64_C(1) << 31)
#define KEYS_HARD_PACKETS (UINT64_C(1) << 32)
#define KEYS_HARD_TIMES 3	/* of the time to rekey */

/*
 * How long an outbound SA stays that has a successor, ms: the kernel drops
 * what it is just sending by an SA that is deleted. Of two it uses the one that
 * was added in a later second.
 */
#define KEYS_LINGER_OUT 1000

static struct xfrm *keys_xfrm(const struct association *association)
{
	return association->network->native->xfrm;
}

struct keys *keys_make(const struct handshake *handshake,
		       const struct place *own, const struct place *peer)
{
	struct keys *keys = calloc(1, sizeof(*keys));

	if (!keys)
		return NULL;
	keys->own = *own;
	keys->peer = *peer;
	keys->initiator = handshake->initiator;
	keys->chacha = handshake->chacha;
	keys->udp = handshake->udp;
	keys->behind_nat = handshake->behind_nat;
	keys->spi_in = handshake->spi_in;
	keys->spi_out = handshake->spi_out;
	keys->remote_index = handshake->remote_index;
	return keys;
}

void keys_free(struct network *network, struct keys *keys)
{
	if (!keys)
		return;
	slot_remove(network->native, keys->slot);
	sodium_memzero(keys, sizeof(*keys));
	free(keys);
}

/* ---- adding ---- */

static int keys_add(struct association *association, const struct keys *keys,
		    const struct place *from, const struct place *to,
		    uint32_t spi, const uint8_t key[XFRM_KEY_SIZE])
{
	const struct interface *interface = association->network->interface;
	const struct config_protection *config = &interface->config->protection;
	struct xfrm_sa sa = {
		.source = from->address,
		.destination = to->address,
		.spi = spi,
		.if_id = association->session->if_id,
		.algorithm = keys->chacha ? XFRM_CHACHA20_POLY1305 :
					    XFRM_AES_256_GCM,
		.source_port = keys->udp ? from->port : 0,
		.destination_port = keys->udp ? to->port : 0,
		.replay_window = config->replay_window,
		.soft_packets = KEYS_SOFT_PACKETS,
		.hard_packets = KEYS_HARD_PACKETS,
		.hard_seconds = config->rekey * KEYS_HARD_TIMES,
	};
	int error;

	memcpy(sa.key, key, sizeof(sa.key));
	error = xfrm_sa_add(keys_xfrm(association), &sa);
	sodium_memzero(&sa, sizeof(sa));
	if (!error)
		return 0;
	log_error("%s: security association %08x: %s", interface->name, spi,
		  xfrm_error(keys_xfrm(association)));
	return -1;
}

int keys_add_in(struct association *association, struct keys *keys,
		const uint8_t key[XFRM_KEY_SIZE])
{
	int error = keys_add(association, keys, &keys->peer, &keys->own,
			     keys->spi_in, key);

	keys->has_in = !error;
	return error;
}

int keys_add_out(struct association *association, struct keys *keys,
		 const uint8_t key[XFRM_KEY_SIZE])
{
	int error = keys_add(association, keys, &keys->own, &keys->peer,
			     keys->spi_out, key);

	keys->has_out = !error;
	return error;
}

/* ---- removing ---- */

static void keys_remove_out(struct association *association, struct keys *keys)
{
	if (keys->has_out)
		xfrm_sa_delete(keys_xfrm(association), &keys->peer.address,
			       keys->spi_out);
	keys->has_out = false;
}

void keys_remove(struct association *association, struct keys *keys)
{
	if (!keys)
		return;
	keys_remove_out(association, keys);
	if (keys->has_in)
		xfrm_sa_delete(keys_xfrm(association), &keys->own.address,
			       keys->spi_in);
	keys_free(association->network, keys);
}

static int keys_set_policy(const struct association *association,
			   const struct nhrp_address *source,
			   const struct nhrp_address *destination)
{
	struct xfrm *xfrm = keys_xfrm(association);

	if (!xfrm_policy_set(xfrm, source, destination,
			     association->session->if_id))
		return 0;
	log_error("%s: policy: %s", association->network->interface->name,
		  xfrm_error(xfrm));
	return -1;
}

void keys_set_policies(const struct association *association)
{
	const struct keys *keys = association->keys;
	const struct old_sa *old;

	if (keys) {
		keys_set_policy(association, &keys->own.address,
				&keys->peer.address);
		return;
	}
	DL_FOREACH(association->old, old)
		if (old->outbound)
			keys_set_policy(association, &old->id.source,
					&old->id.destination);
}

/* The policy of an SA that is not of the present addresses goes with it. */
static void keys_remove_policy(struct association *association,
			       const struct nhrp_address *source,
			       const struct nhrp_address *destination)
{
	const struct keys *keys = association->keys;

	if (keys && nhrp_address_equal(source, &keys->own.address) &&
	    nhrp_address_equal(destination, &keys->peer.address))
		return;
	xfrm_policy_delete(keys_xfrm(association), source, destination,
			   association->session->if_id);
}

static void keys_remove_old_one(struct association *association,
				struct old_sa *old)
{
	xfrm_sa_delete(keys_xfrm(association), &old->id.destination,
		       old->id.spi);
	if (old->outbound)
		keys_remove_policy(association, &old->id.source,
				   &old->id.destination);
	DL_DELETE(association->old, old);
	free(old);
}

void keys_remove_old(struct association *association)
{
	struct old_sa *old, *next;

	DL_FOREACH_SAFE(association->old, old, next)
		keys_remove_old_one(association, old);
}

bool keys_old_are_receiving(struct association *association)
{
	struct xfrm_usage usage;
	uint64_t packets = 0;
	struct old_sa *old;
	bool received;

	DL_FOREACH(association->old, old)
		if (!old->outbound &&
		    !xfrm_sa_usage(keys_xfrm(association),
				   &old->id.destination, old->id.spi, &usage))
			packets += usage.packets;
	received = packets != association->packets_in;
	association->packets_in = packets;
	return received;
}

/* Removes what is due, and comes again for the next. */
static void keys_remove_due(struct association *association)
{
	uint64_t now = native_now(association->network->native);
	uint64_t next_time = UINT64_MAX;
	struct old_sa *old, *next;

	DL_FOREACH_SAFE(association->old, old, next) {
		if (old->when <= now)
			keys_remove_old_one(association, old);
		else if (old->when < next_time)
			next_time = old->when;
	}
	if (next_time != UINT64_MAX)
		timer_set(association->old_timer, next_time - now);
}

void keys_old_timer(uv_timer_t *timer)
{
	keys_remove_due(timer->data);
}

/* Return: false without memory; an SA ends by itself, its policy does not. */
static bool keys_linger(struct association *association,
			const struct xfrm_sa_id *id, bool outbound,
			uint64_t when)
{
	struct old_sa *old = calloc(1, sizeof(*old));

	if (!old)
		return false;
	old->id = *id;
	old->outbound = outbound;
	old->when = when;
	DL_APPEND(association->old, old);
	return true;
}

void keys_let_linger(struct association *association, struct keys *keys,
		     uint64_t linger)
{
	const struct xfrm_sa_id in = {
		.source = keys->peer.address,
		.destination = keys->own.address,
		.spi = keys->spi_in,
		.if_id = association->session->if_id,
	};

	if (keys->has_in)
		keys_linger(association, &in, false,
			    native_now(association->network->native) + linger);
	keys->has_in = false;
}

static void keys_let_linger_out(struct association *association,
				struct keys *keys)
{
	const struct xfrm_sa_id out = {
		.source = keys->own.address,
		.destination = keys->peer.address,
		.spi = keys->spi_out,
		.if_id = association->session->if_id,
	};

	if (!keys->has_out ||
	    !keys_linger(association, &out, true,
			 native_now(association->network->native) +
			 KEYS_LINGER_OUT))
		keys_remove_policy(association, &out.source, &out.destination);
	keys->has_out = false;
}

static void keys_replace(struct association *association, struct keys *old,
			 uint64_t linger)
{
	keys_let_linger_out(association, old);
	keys_let_linger(association, old, linger);
	keys_free(association->network, old);
}

/* ---- changing over ---- */

/* Those of an nhrpd before us stayed until now. */
static void keys_replace_found(struct association *association,
			       uint64_t linger)
{
	uint64_t now = native_now(association->network->native), limit;
	struct old_sa *old;

	DL_FOREACH(association->old, old) {
		limit = old->outbound ? now + KEYS_LINGER_OUT : now + linger;
		if (old->when > limit)
			old->when = limit;
	}
}

/* The initiator first, a bit later the other if nothing has happened. */
static void keys_plan_rekey(struct association *association)
{
	const struct interface *interface = association->network->interface;
	uint64_t delay = interface->config->protection.rekey * UINT64_C(1000);

	if (!association->keys->initiator)
		delay += delay / 5;
	delay = timer_jitter(delay);
	association->rekey = native_now(association->network->native) + delay;
	timer_set(association->rekey_timer, delay);
}

int keys_use(struct association *association, struct keys *keys)
{
	uint64_t linger = keys->initiator ? KEYS_LINGER :
					    KEYS_LINGER_UNCONFIRMED;
	struct keys *old = association->keys;

	if (keys_set_policy(association, &keys->own.address,
			    &keys->peer.address)) {
		keys_remove(association, keys);
		return -1;
	}
	keys->established = native_now(association->network->native);
	association->keys = keys;
	network_count(association->network, NATIVE_ESTABLISHED);
	association_place(association);
	if (old)
		keys_replace(association, old, linger);
	keys_replace_found(association, linger);
	keys_remove_due(association);
	keys_plan_rekey(association);
	alive_start(association);
	return 0;
}

/* ---- after a restart ---- */

static void keys_found(const struct xfrm_sa_id *id, void *context)
{
	struct native *native = context;
	size_t room = native->found_room ? 2 * native->found_room : 64;
	struct xfrm_sa_id *found;

	if (native->found_count == native->found_room) {
		found = realloc(native->found, room * sizeof(*found));
		if (!found)
			return;
		native->found = found;
		native->found_room = room;
	}
	native->found[native->found_count++] = *id;
}

static int keys_compare_found(const void *a, const void *b)
{
	const struct xfrm_sa_id *one = a, *other = b;

	return (one->if_id > other->if_id) - (one->if_id < other->if_id);
}

static void keys_read_found(struct native *native)
{
	native->found_count = 0;
	xfrm_sa_dump(native->xfrm, keys_found, native);
	if (native->found_count)
		qsort(native->found, native->found_count,
		      sizeof(*native->found), keys_compare_found);
	native->found_valid = true;
}

/* Return: the first of @if_id, or where it would be. */
static size_t keys_find_first(const struct native *native, uint32_t if_id)
{
	size_t low = 0, high = native->found_count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (native->found[middle].if_id < if_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void keys_find_old(struct association *association)
{
	struct native *native = association->network->native;
	const struct place own = network_place(association->network);
	const struct session *session = association->session;
	const struct xfrm_sa_id *id;
	size_t i;

	if (!native->found_valid)
		keys_read_found(native);
	for (i = keys_find_first(native, session->if_id);
	     i < native->found_count; i++) {
		id = &native->found[i];
		if (id->if_id != session->if_id)
			break;
		keys_linger(association, id,
			    !nhrp_address_equal(&id->destination,
						&own.address), UINT64_MAX);
	}
}
