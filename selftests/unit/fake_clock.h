/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A monotonic clock that stands still until it is told to go on, in place of
 * the one that libuv reads. A program that uses it has timers without waiting.
 */
#ifndef SELFTESTS_UNIT_FAKE_CLOCK_H
#define SELFTESTS_UNIT_FAKE_CLOCK_H

#include <stdint.h>
#include <uv.h>

/** fake_clock_advance - let @ms pass and the timers run that expire in it */
void fake_clock_advance(uv_loop_t *loop, uint64_t ms);

#endif /* SELFTESTS_UNIT_FAKE_CLOCK_H */
