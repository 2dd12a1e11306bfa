// SPDX-License-Identifier: GPL-2.0-or-later
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fake_clock.h"

static uint64_t now = 1000000;	/* ms */

/* The dynamic linker lets this win over libc's. */
int clock_gettime(clockid_t clock, struct timespec *time)
{
	if (clock != CLOCK_MONOTONIC && clock != CLOCK_MONOTONIC_COARSE)
		return syscall(SYS_clock_gettime, clock, time);
	time->tv_sec = now / 1000;
	time->tv_nsec = now % 1000 * 1000000;
	return 0;
}

void fake_clock_advance(uv_loop_t *loop, uint64_t ms)
{
	now += ms;
	uv_run(loop, UV_RUN_NOWAIT);
}
