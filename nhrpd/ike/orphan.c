// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a killed strongSwan left in the kernel.
 *
 * Its SAs carry traffic on until those of the next strongSwan are there, so
 * that a restart loses nothing. Afterwards nobody but their lifetime would end
 * them, and the kernel, to whom a node without SAs is down, would take one that
 * has died for one that has keys. They are deleted when others have settled in
 * their place, or with the session, but only those that we send by: by the
 * others the node may still send.
 *
 * Whether an SA is one of them is known when strongSwan has listed its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <utlist.h>

#include "daemon.h"
#include "ike.h"
#include "interface.h"
#include "log.h"
#include "xfrm.h"

/** struct orphan - an SA by which we send to a node */
struct orphan {
	uint32_t if_id;
	struct nhrp_address destination;
	uint32_t spi;
	struct orphan *prev, *next;
};

void ike_orphan_note(struct ike *ike, uint32_t if_id,
		     const struct nhrp_address *destination, uint32_t spi)
{
	struct orphan *orphan = calloc(1, sizeof(*orphan));

	if (!orphan)
		return;
	orphan->if_id = if_id;
	orphan->destination = *destination;
	orphan->spi = spi;
	DL_APPEND(ike->orphans, orphan);
}

static void free_orphan(struct ike *ike, struct orphan *orphan)
{
	DL_DELETE(ike->orphans, orphan);
	free(orphan);
}

void ike_orphan_found(struct ike *ike, uint32_t spi)
{
	struct orphan *orphan, *next;

	DL_FOREACH_SAFE(ike->orphans, orphan, next)
		if (orphan->spi == spi)
			free_orphan(ike, orphan);
}

static void delete_orphan(struct ike *ike, struct orphan *orphan)
{
	struct interface *interface = ike->interface;
	int error = xfrm_sa_delete(ike->xfrm, &orphan->destination,
				   orphan->spi);

	if (error != -ESRCH)
		log_limited(&interface->daemon->member_limit, 6,
			    "%s: SA 0x%08x, which a strongSwan had left: %s",
			    interface->name, orphan->spi,
			    error ? xfrm_error(ike->xfrm) : "deleted");
	free_orphan(ike, orphan);
}

void ike_orphans_delete(struct ike *ike, uint32_t if_id)
{
	struct orphan *orphan, *next;

	DL_FOREACH_SAFE(ike->orphans, orphan, next)
		if (orphan->if_id == if_id)
			delete_orphan(ike, orphan);
}

void ike_orphans_sweep(struct ike *ike)
{
	struct orphan *orphan, *next;

	if (ike->listing)
		return;
	DL_FOREACH_SAFE(ike->orphans, orphan, next)
		if (!session_find(ike->interface, orphan->if_id))
			delete_orphan(ike, orphan);
}

void ike_orphans_forget(struct ike *ike)
{
	struct orphan *orphan, *next;

	DL_FOREACH_SAFE(ike->orphans, orphan, next)
		free_orphan(ike, orphan);
}
