// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Request ids: seeded from the wall clock.
 */
#include "request_id.h"

#include <time.h>

#include "daemon.h"

void request_id_start(struct daemon *daemon)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	daemon->next_request_id =
		(uint32_t)now.tv_sec * 64 + now.tv_nsec / (1000000000 / 64);
}

uint32_t request_id_next(struct daemon *daemon)
{
	uint32_t id = daemon->next_request_id++;

	return id ? id : daemon->next_request_id++;
}
