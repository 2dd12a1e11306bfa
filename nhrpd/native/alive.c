// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nodes that fall silent, and NAT mappings that would.
 *
 * As long as packets come in, nothing is asked; one look at a counter of the
 * kernel each ALIVE_INTERVAL shows it. If none came although some were sent,
 * the node is probed, and given up after ALIVE_PROBES without an answer.
 */
#include "daemon.h"
#include "interface.h"
#include "private.h"
#include "session.h"
#include "timer.h"

#include <errno.h>

#define ALIVE_INTERVAL 10000	/* ms between two looks */
#define ALIVE_RETRY 3000	/* ms for the answer to a probe */
#define ALIVE_PROBES 3
#define ALIVE_KEEP 20000	/* ms between two keepalives */
#define ALIVE_RECENT 15000	/* ms that what was heard counts */

void alive_start(struct association *association)
{
	association->packets_in = 0;
	association->packets_out = 0;
	association->kept = native_now(association->network->native);
	alive_heard(association);
	timer_set(association->alive_timer, timer_jitter(ALIVE_INTERVAL));
}

void alive_heard(struct association *association)
{
	association->heard = native_now(association->network->native);
	association->probes = 0;
}

/* Return: 0 or -errno: -ESRCH if the SA is gone. */
static int alive_look(struct association *association, bool *heard)
{
	struct keys *keys = association->keys;
	struct xfrm_usage usage;
	int error;

	*heard = false;
	error = xfrm_sa_usage(association->network->native->xfrm,
			      &keys->own.address, keys->spi_in, &usage);
	if (error)
		return error;
	*heard = usage.packets != association->packets_in;
	association->packets_in = usage.packets;
	if (*heard)
		alive_heard(association);
	return 0;
}

bool alive_is_receiving(struct association *association)
{
	uint64_t now = native_now(association->network->native);
	bool heard;

	if (alive_look(association, &heard))
		return false;
	return now - association->heard < ALIVE_RECENT;
}

static bool alive_has_sent(struct association *association)
{
	struct keys *keys = association->keys;
	struct xfrm_usage usage;
	bool sent;

	if (xfrm_sa_usage(association->network->native->xfrm,
			  &keys->peer.address, keys->spi_out, &usage))
		return false;
	sent = usage.packets != association->packets_out;
	association->packets_out = usage.packets;
	return sent;
}

/* Sealed, so that the other follows it where the NAT has a new port for us. */
static void alive_keep(struct association *association)
{
	uint64_t now = native_now(association->network->native);

	/* The timer of this may be early by its jitter. */
	if (!association->keys->behind_nat ||
	    now - association->kept < ALIVE_KEEP * 8 / 10)
		return;
	association->kept = now;
	association_say(association, SEALED_ALIVE);
}

void alive_timer(uv_timer_t *timer)
{
	struct association *association = timer->data;
	bool heard;

	if (alive_look(association, &heard) == -ESRCH) {
		association->keys->has_in = false;
		call_begin(association, NULL);
	} else if (!heard) {
		if (association->probes >= ALIVE_PROBES) {
			association_down(association, "silent");
			return;
		}
		if (association->probes || alive_has_sent(association)) {
			association->probes++;
			association_say(association, SEALED_PROBE);
		}
	}
	alive_keep(association);
	timer_set(timer, association->probes ? ALIVE_RETRY :
			 timer_jitter(ALIVE_INTERVAL));
}
