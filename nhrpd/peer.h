/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Peers: remote NBMA endpoints of an interface that mappings lead to. Each
 * mirrors a peer of the kernel.
 */
#ifndef NHRPD_PEER_H
#define NHRPD_PEER_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "endpoint.h"
#include "hash.h"

struct interface;
struct mgre_peer;
struct session;

enum peer_flags {
	PEER_MULTICAST = 1,	/* gets a copy of each multicast */
	PEER_FALLBACK = 2,	/* carries what is unresolved */
};

/**
 * struct peer - a remote NBMA endpoint
 * @endpoint: where it is as seen from here (after NAT); the key
 * @interface: where it belongs
 * @session: that protects it, held; NULL without protection
 * @wanted: whether the kernel may send through it
 * @up: whether it does: it is wanted, and has keys if it needs them
 * @flags: enum peer_flags
 * @kept: stays without a mapping: made by an NHS or a static setting
 * @mappings: cache entries that lead to it
 * @settling: runs while it is being admitted, else NULL
 * @changed: when @up last changed, ms of daemon_now()
 */
struct peer {
	struct endpoint endpoint;
	struct interface *interface;
	struct session *session;
	bool wanted;
	bool up;
	bool kept;
	unsigned int flags;
	unsigned int mappings;
	uv_timer_t *settling;
	uint64_t changed;
	UT_hash_handle hh;
};

/** peer_find - by endpoint, or NULL */
struct peer *peer_find(const struct interface *interface,
		       const struct endpoint *endpoint);

/**
 * peer_keep - make a peer that stays, or change its flags
 * @flags: enum peer_flags, all of them
 *
 * Installed in the kernel too. Return: the peer, or NULL after the kernel's
 * refusal was logged.
 */
struct peer *peer_keep(struct interface *interface,
		       const struct endpoint *endpoint, unsigned int flags);

/** peer_add_flags - set flags of a peer that a mapping leads to */
void peer_add_flags(struct peer *peer, unsigned int flags);

/**
 * peer_adopt - note what the kernel knows of a peer
 * @known: its endpoint, @wanted and @up count
 * @flags: enum peer_flags
 * @kept: it stays there without a mapping
 *
 * One that is not kept must have a cache entry already.
 */
void peer_adopt(struct interface *interface, const struct mgre_peer *known,
		unsigned int flags, bool kept);

/** peer_forget - drop all that are left, at the end of an interface */
void peer_forget(struct interface *interface);

/**
 * peer_unkeep - a peer goes with its last mapping, also if peer_keep() made it
 * @flags: what it has from now on
 */
void peer_unkeep(struct peer *peer, unsigned int flags);

/**
 * peer_release - a peer made by peer_keep() is not needed any more
 *
 * It goes, in the kernel too, with all mappings that lead to it.
 */
void peer_release(struct peer *peer, const char *reason);

/** peer_set_state - let the kernel send through it, or not */
void peer_set_state(struct peer *peer, bool up);

/**
 * peer_admit - let data in from a stranger, and send none there for now
 *
 * In the kernel only; a mapping must follow, and then peer_admitted(), or else
 * peer_admit_undo(). Return: 0 or -errno.
 */
int peer_admit(struct interface *interface, const struct endpoint *endpoint);

/** peer_admit_undo - there was no mapping after all */
void peer_admit_undo(struct interface *interface,
		     const struct endpoint *endpoint);

/** peer_admitted - the reply is on its way; send data there in a moment */
void peer_admitted(struct peer *peer);

/**
 * peer_settle - it knows us: if it was being admitted, that is done
 *
 * Or will be, as soon as it surely has the keys that we have.
 */
void peer_settle(struct peer *peer);

/** peer_hold - one more cache entry leads to @endpoint; makes the peer */
struct peer *peer_hold(struct interface *interface,
		       const struct endpoint *endpoint);

/** peer_drop - one less; frees the peer with the last one, unless kept */
void peer_drop(struct peer *peer);

/** peer_state_changed - the kernel says that the peer is up or down */
void peer_state_changed(struct interface *interface,
			const struct endpoint *endpoint, bool up);

/** peer_session_changed - its session has keys now, or none any more */
void peer_session_changed(struct session *session);

/**
 * peer_session_moved - its session is at another NBMA address
 * @old: where it was; the SAs of that address are still there
 */
void peer_session_moved(struct session *session, const struct endpoint *old);

#endif /* NHRPD_PEER_H */
