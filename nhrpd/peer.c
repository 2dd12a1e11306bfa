// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Peers: remote NBMA endpoints of an interface that mappings lead to.
 *
 * A peer exists while a cache entry leads to it (`mappings`) or something
 * wants it to stay (`kept`). The kernel makes and removes the former by itself
 * together with the mappings.
 *
 * One that asked us for a resolution is admitted in two steps: data is let in
 * from it at once, and sent to it as soon as it must know us in turn: when it
 * answers a resolution of ours, or PEER_SETTLE after the reply. Until then it
 * is down, and the kernel sends by the fallback peer. Where a key exchange has
 * the one that answers send by new keys before the other has them, that is
 * PEER_SETTLE after there were keys, for both.
 */
#include "peer.h"

#include <stdlib.h>

#include "cache.h"
#include "daemon.h"
#include "interface.h"
#include "log.h"
#include "mgre.h"
#include "session.h"
#include "timer.h"

/* More than a reply takes to reach its requester. */
#define PEER_SETTLE 1000

static void peer_emit(struct peer *peer, enum event_type type,
		      const char *reason)
{
	struct event event = {
		.type = type,
		.interface = peer->interface,
		.peer = peer,
		.reason = reason,
	};

	event_emit(&peer->interface->daemon->events, &event);
}

struct peer *peer_find(const struct interface *interface,
		       const struct endpoint *endpoint)
{
	struct peer *peer;

	HASH_FIND(hh, interface->peers, endpoint, sizeof(*endpoint), peer);
	return peer;
}

/* The kernel finds out by itself; this is what it will find. */
static bool peer_may_be_up(const struct peer *peer)
{
	return peer->wanted &&
	       (!peer->session || peer->session->state == SESSION_UP);
}

static struct peer *peer_get(struct interface *interface,
			     const struct endpoint *endpoint)
{
	struct peer *peer = peer_find(interface, endpoint);

	if (peer)
		return peer;
	peer = calloc(1, sizeof(*peer));
	if (!peer)
		return NULL;
	peer->endpoint = *endpoint;
	peer->interface = interface;
	peer->wanted = true;
	peer->session = session_find(interface, endpoint->if_id);
	if (peer->session)
		session_hold(peer->session);
	peer->up = peer_may_be_up(peer);
	peer->changed = daemon_now(interface->daemon);
	HASH_ADD(hh, interface->peers, endpoint, sizeof(peer->endpoint), peer);
	peer_emit(peer, EVENT_PEER_ADD, NULL);
	return peer;
}

static void peer_free(struct peer *peer, const char *reason)
{
	struct interface *interface = peer->interface;

	peer_emit(peer, EVENT_PEER_DELETE, reason);
	HASH_DELETE(hh, interface->peers, peer);
	timer_free(peer->settling);
	if (peer->session)
		session_release(peer->session);
	free(peer);
}

static uint32_t peer_kernel_flags(unsigned int flags)
{
	uint32_t result = 0;

	if (flags & PEER_MULTICAST)
		result |= MGRE_PEER_FLAGS_MULTICAST;
	if (flags & PEER_FALLBACK)
		result |= MGRE_PEER_FLAGS_FALLBACK;
	return result;
}

static int peer_change(struct interface *interface,
		       const struct endpoint *endpoint,
		       const struct mgre_peer_change *change)
{
	char text[NHRP_ADDRESS_TEXT];
	int error;

	error = mgre_peer_set(interface->daemon->mgre, interface->ifindex,
			      endpoint, change);
	if (error && error != -ENOSPC)
		log_warning("%s: peer %s: %s", interface->name,
			    nhrp_address_format(&endpoint->nbma, text),
			    mgre_error(interface->daemon->mgre));
	return error;
}

static void peer_note_flags(struct peer *peer, unsigned int flags)
{
	if (peer->flags == flags)
		return;
	peer->flags = flags;
	peer_emit(peer, EVENT_PEER_CHANGE, NULL);
}

struct peer *peer_keep(struct interface *interface,
		       const struct endpoint *endpoint, unsigned int flags)
{
	struct mgre_peer_change change = {
		.create = true,
		.flags = peer_kernel_flags(flags),
		.selector = MGRE_PEER_FLAGS_MULTICAST |
			    MGRE_PEER_FLAGS_FALLBACK |
			    MGRE_PEER_FLAGS_TRANSIENT,
	};
	struct peer *peer;

	if (peer_change(interface, endpoint, &change))
		return NULL;
	peer = peer_get(interface, endpoint);
	if (!peer)
		return NULL;
	peer->kept = true;
	peer_note_flags(peer, flags);
	return peer;
}

void peer_add_flags(struct peer *peer, unsigned int flags)
{
	struct mgre_peer_change change = {
		.flags = peer_kernel_flags(flags),
		.selector = peer_kernel_flags(flags),
	};

	flags |= peer->flags;
	if (flags == peer->flags ||
	    peer_change(peer->interface, &peer->endpoint, &change))
		return;
	peer_note_flags(peer, flags);
}

static void peer_set_up(struct peer *peer, bool up)
{
	if (peer->up == up)
		return;
	peer->up = up;
	peer->changed = daemon_now(peer->interface->daemon);
	peer_emit(peer, EVENT_PEER_CHANGE, up ? "up" : "down");
}

void peer_set_state(struct peer *peer, bool up)
{
	struct mgre_peer_change change = { .has_state = true, .up = up };

	if (peer->wanted == up ||
	    peer_change(peer->interface, &peer->endpoint, &change))
		return;
	peer->wanted = up;
	peer_set_up(peer, peer_may_be_up(peer));
}

int peer_admit(struct interface *interface, const struct endpoint *endpoint)
{
	struct mgre_peer_change change = {
		.create = true,
		.flags = MGRE_PEER_FLAGS_TRANSIENT,
		.selector = MGRE_PEER_FLAGS_TRANSIENT,
		.has_state = true,
	};

	return peer_change(interface, endpoint, &change);
}

void peer_admit_undo(struct interface *interface,
		     const struct endpoint *endpoint)
{

	mgre_peer_delete(interface->daemon->mgre, interface->ifindex,
			 endpoint);
}

static void peer_settled(uv_timer_t *timer)
{
	peer_settle(timer->data);
}

void peer_admitted(struct peer *peer)
{
	peer->settling = timer_new(peer->interface->daemon->loop, peer_settled,
				   peer);
	peer->wanted = false;
	peer->up = false;
	if (peer->settling)
		timer_set(peer->settling, PEER_SETTLE);
	else
		peer_set_state(peer, true);
}

/* How long the node needs to have our keys as well, ms: 0 if it has had it. */
static uint64_t peer_keys_due(const struct peer *peer)
{
	const struct exchange_ops *ops = peer->interface->exchange_ops;
	const struct session *session = peer->session;
	uint64_t age;

	if (!session || !ops || !ops->unconfirmed)
		return 0;
	if (session->state != SESSION_UP)
		return PEER_SETTLE;
	age = daemon_now(peer->interface->daemon) - session->changed;
	return age < PEER_SETTLE ? PEER_SETTLE - age : 0;
}

void peer_settle(struct peer *peer)
{
	uint64_t due;

	if (!peer->settling)
		return;
	due = peer_keys_due(peer);
	if (due) {
		timer_set(peer->settling, due);
		return;
	}
	timer_free(peer->settling);
	peer->settling = NULL;
	peer_set_state(peer, true);
}

void peer_unkeep(struct peer *peer, unsigned int flags)
{
	struct mgre_peer_change change = {
		.flags = peer_kernel_flags(flags) | MGRE_PEER_FLAGS_TRANSIENT,
		.selector = MGRE_PEER_FLAGS_MULTICAST |
			    MGRE_PEER_FLAGS_FALLBACK |
			    MGRE_PEER_FLAGS_TRANSIENT,
	};

	if (peer_change(peer->interface, &peer->endpoint, &change))
		return;
	peer->kept = false;
	peer_note_flags(peer, flags);
	if (!peer->settling)
		peer_set_state(peer, true);
}

void peer_release(struct peer *peer, const char *reason)
{
	struct interface *interface = peer->interface;
	struct cache_entry *entry, *next;

	mgre_peer_delete(interface->daemon->mgre, interface->ifindex,
			 &peer->endpoint);
	peer->mappings++;	/* lives until all entries are gone */
	HASH_ITER(hh, interface->cache, entry, next)
		if (entry->peer == peer)
			cache_forget(entry, reason);
	peer_free(peer, reason);
}

struct peer *peer_hold(struct interface *interface,
		       const struct endpoint *endpoint)
{
	struct peer *peer = peer_get(interface, endpoint);

	if (peer)
		peer->mappings++;
	return peer;
}

void peer_drop(struct peer *peer)
{
	if (!--peer->mappings && !peer->kept)
		peer_free(peer, "no mapping left");
}

void peer_adopt(struct interface *interface, const struct mgre_peer *known,
		unsigned int flags, bool kept)
{
	struct peer *peer = kept ? peer_get(interface, &known->endpoint) :
				   peer_find(interface, &known->endpoint);

	if (!peer)
		return;
	peer->kept = kept;
	peer->flags = flags;
	peer->wanted = known->wanted;
	peer_set_up(peer, known->up);
	if (!kept && !peer->settling)
		peer_set_state(peer, true);
}

void peer_forget(struct interface *interface)
{
	struct peer *peer, *next;

	HASH_ITER(hh, interface->peers, peer, next)
		peer_free(peer, "interface gone");
}

void peer_state_changed(struct interface *interface,
			const struct endpoint *endpoint, bool up)
{
	struct peer *peer = peer_find(interface, endpoint);

	if (peer)
		peer_set_up(peer, up);
}

/* ---- its session ---- */

void peer_session_changed(struct session *session)
{
	struct endpoint endpoint = session_endpoint(session);
	struct peer *peer = peer_find(session->interface, &endpoint);

	if (peer)
		peer_set_up(peer, peer_may_be_up(peer));
}

/* As in the kernel at its old place. */
static int peer_make_again(struct peer *peer, const struct endpoint *endpoint)
{
	struct mgre_peer_change change = {
		.create = true,
		.flags = peer_kernel_flags(peer->flags),
		.selector = MGRE_PEER_FLAGS_MULTICAST |
			    MGRE_PEER_FLAGS_FALLBACK |
			    MGRE_PEER_FLAGS_TRANSIENT,
		.has_state = true,
		.up = peer->wanted,
	};

	if (!peer->kept)
		change.flags |= MGRE_PEER_FLAGS_TRANSIENT;
	return peer_change(peer->interface, endpoint, &change);
}

void peer_session_moved(struct session *session, const struct endpoint *old)
{
	struct interface *interface = session->interface;
	struct endpoint endpoint = session_endpoint(session);
	struct peer *peer = peer_find(interface, old);
	struct cache_entry *entry, *next;

	if (!peer || peer_make_again(peer, &endpoint))
		return;
	HASH_DELETE(hh, interface->peers, peer);
	peer->endpoint = endpoint;
	HASH_ADD(hh, interface->peers, endpoint, sizeof(peer->endpoint), peer);
	HASH_ITER(hh, interface->cache, entry, next)
		if (entry->peer == peer)
			cache_follow(entry);
	mgre_peer_delete(interface->daemon->mgre, interface->ifindex, old);
	peer_emit(peer, EVENT_PEER_CHANGE, "moved");
}
