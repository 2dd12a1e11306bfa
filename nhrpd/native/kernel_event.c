// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel says of SAs and policies.
 */
#include <sodium.h>

#include "daemon.h"
#include "interface.h"
#include "private.h"
#include "session.h"
#include "timer.h"

#define KERNEL_SPREAD 2000	/* ms within which all nodes are called */

static struct association *kernel_find(const struct native *native,
				       uint32_t if_id)
{
	struct interface *interface, *next;
	struct session *session;

	HASH_ITER(hh, native->daemon->interfaces, interface, next) {
		if (!network_of(interface))
			continue;
		session = session_find(interface, if_id);
		if (session)
			return session->exchange;
	}
	return NULL;
}

static bool kernel_is_in(const struct keys *keys, const struct xfrm_sa_id *id)
{
	return keys && keys->spi_in == id->spi &&
	       nhrp_address_equal(&keys->own.address, &id->destination);
}

static bool kernel_is_out(const struct keys *keys, const struct xfrm_sa_id *id)
{
	return keys && keys->spi_out == id->spi &&
	       nhrp_address_equal(&keys->peer.address, &id->destination);
}

/* Whoever did it: not we, who would have forgotten the SA before. */
static void kernel_deleted(void *context, const struct xfrm_sa_id *id)
{
	struct association *association = kernel_find(context, id->if_id);
	struct call *call = association ? association->call : NULL;
	struct keys *keys = association ? association->keys : NULL;

	if (!association)
		return;
	if (call && kernel_is_in(call->keys, id)) {
		call->keys->has_in = false;
		call_again(association);
	}
	if (kernel_is_in(keys, id))
		keys->has_in = false;
	else if (kernel_is_out(keys, id))
		keys->has_out = false;
	else
		return;
	call_begin(association, NULL);
}

static void kernel_expired(void *context, const struct xfrm_sa_id *id,
			   bool hard)
{
	struct association *association = kernel_find(context, id->if_id);

	if (hard)
		kernel_deleted(context, id);
	else if (association && (kernel_is_in(association->keys, id) ||
				 kernel_is_out(association->keys, id)))
		call_begin(association, NULL);
}

static void kernel_flush(struct association *association)
{
	if (association->call && association->call->keys) {
		association->call->keys->has_in = false;
		call_end(association);
	}
	if (association->keys) {
		association->keys->has_in = false;
		association->keys->has_out = false;
	}
}

static void kernel_each(struct native *native,
			void (*visit)(struct association *association,
				      uint64_t spread))
{
	struct interface *interface, *next_interface;
	struct session *session, *next;
	uint64_t spread;

	HASH_ITER(hh, native->daemon->interfaces, interface, next_interface) {
		if (!network_of(interface))
			continue;
		/* A few are called at once, many one after the other. */
		spread = HASH_COUNT(interface->sessions);
		if (spread > KERNEL_SPREAD)
			spread = KERNEL_SPREAD;
		HASH_ITER(hh, interface->sessions, session, next)
			if (session->exchange)
				visit(session->exchange, spread);
	}
}

static void kernel_flush_one(struct association *association, uint64_t spread)
{
	kernel_flush(association);
	call_soon(association, spread);
}

static void kernel_flushed(void *context)
{
	kernel_each(context, kernel_flush_one);
}

static void kernel_unpoliced_one(struct association *association,
				 uint64_t spread)
{
	(void)spread;
	keys_set_policies(association);
}

/* What we deleted ourselves is not set again: it should not be there. */
static void kernel_unpoliced(void *context, uint32_t if_id)
{
	struct association *association = kernel_find(context, if_id);

	if (!if_id)
		kernel_each(context, kernel_unpoliced_one);
	else if (association)
		keys_set_policies(association);
}

static void kernel_doubt(struct association *association, uint64_t spread)
{
	keys_set_policies(association);
	if (association->keys)
		timer_set(association->alive_timer,
			  randombytes_uniform(spread + 1));
}

static void kernel_lost(void *context)
{
	kernel_each(context, kernel_doubt);
}

void kernel_peer_moved(struct association *association,
		       const struct place *peer)
{
	struct native *native = association->network->native;
	struct session *session = association->session;
	struct keys *keys = association->keys;
	struct xfrm_sa_id id = {
		.source = peer->address,
		.destination = keys->own.address,
		.spi = keys->spi_in,
		.if_id = session->if_id,
	};

	/* SAs cannot change their addresses. */
	if (!nhrp_address_equal(&peer->address, &keys->peer.address)) {
		call_begin(association, peer);
		return;
	}
	if (keys->udp) {
		xfrm_sa_set_ports(native->xfrm, &id, peer->port,
				  keys->own.port);
		id.source = keys->own.address;
		id.destination = peer->address;
		id.spi = keys->spi_out;
		xfrm_sa_set_ports(native->xfrm, &id, keys->own.port,
				  peer->port);
	}
	keys->peer.port = peer->port;
	association_place(association);
}

static void kernel_moved(void *context, const struct xfrm_sa_id *id,
			 const struct nhrp_address *source, uint16_t port)
{
	struct association *association = kernel_find(context, id->if_id);
	const struct place peer = { .address = *source, .port = port };

	if (association && kernel_is_in(association->keys, id) &&
	    !place_equal(&association->keys->peer, &peer))
		kernel_peer_moved(association, &peer);
}

static void kernel_acquire(void *context, uint32_t if_id)
{
	struct association *association = kernel_find(context, if_id);

	if (association)
		call_begin(association, NULL);
}

const struct xfrm_events kernel_events = {
	.expired = kernel_expired,
	.deleted = kernel_deleted,
	.flushed = kernel_flushed,
	.moved = kernel_moved,
	.acquire = kernel_acquire,
	.unpoliced = kernel_unpoliced,
	.lost = kernel_lost,
};
