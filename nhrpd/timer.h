/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One-shot timers, and delays that do not fall together.
 */
#ifndef NHRPD_TIMER_H
#define NHRPD_TIMER_H

#include <stdint.h>
#include <uv.h>

/**
 * timer_new - a timer at rest; NULL if there is no memory
 * @expired: called when it ends; timer->data is @context
 */
uv_timer_t *timer_new(uv_loop_t *loop, uv_timer_cb expired, void *context);

/** timer_set - let it end after @delay ms, instead of whenever it would */
void timer_set(uv_timer_t *timer, uint64_t delay);

/** timer_free - stop it and give it back; NULL is allowed */
void timer_free(uv_timer_t *timer);

/** timer_backoff - 1, 2, 4 ... seconds up to @limit, in ms, for try 1, 2, 3 */
uint64_t timer_backoff(unsigned int tries, uint64_t limit);

/** timer_jitter - @delay less up to a tenth of it, at random */
uint64_t timer_jitter(uint64_t delay);

#endif /* NHRPD_TIMER_H */
