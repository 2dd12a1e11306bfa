// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * No IPsec in the kernel: SAs of key exchanges exist, but nothing is known of
 * them.
 */
#include <errno.h>
#include <stdlib.h>

#include "xfrm.h"

struct xfrm {
	int unused;
};

struct xfrm *xfrm_open(uv_loop_t *loop, const struct xfrm_events *events,
		       void *context)
{
	(void)loop;
	(void)events;
	(void)context;
	return calloc(1, sizeof(struct xfrm));
}

void xfrm_close(struct xfrm *xfrm)
{
	free(xfrm);
}

int xfrm_sa_usage(struct xfrm *xfrm, const struct nhrp_address *destination,
		  uint32_t spi, struct xfrm_usage *usage)
{
	(void)xfrm;
	(void)destination;
	(void)spi;
	(void)usage;
	return -ESRCH;
}
