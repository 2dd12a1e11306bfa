// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One-shot timers, and delays that do not fall together.
 */
#include "timer.h"

#include <sodium.h>
#include <stdlib.h>

uv_timer_t *timer_new(uv_loop_t *loop, uv_timer_cb expired, void *context)
{
	uv_timer_t *timer = malloc(sizeof(*timer));

	if (!timer)
		return NULL;
	uv_timer_init(loop, timer);
	timer->data = context;
	timer->timer_cb = expired;
	return timer;
}

void timer_set(uv_timer_t *timer, uint64_t delay)
{
	uv_timer_start(timer, timer->timer_cb, delay, 0);
}

static void timer_closed(uv_handle_t *handle)
{
	free(handle);
}

void timer_free(uv_timer_t *timer)
{
	if (timer)
		uv_close((uv_handle_t *)timer, timer_closed);
}

uint64_t timer_backoff(unsigned int tries, uint64_t limit)
{
	uint64_t delay = 1000;

	while (--tries && delay < limit)
		delay *= 2;
	return timer_jitter(delay < limit ? delay : limit);
}

uint64_t timer_jitter(uint64_t delay)
{
	uint32_t most = delay / 10;

	return delay - randombytes_uniform(most + 1);
}
