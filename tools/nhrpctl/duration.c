// SPDX-License-Identifier: GPL-2.0-or-later
#include "duration.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	MINUTE = 60,
	HOUR = 60 * MINUTE,
	DAY = 24 * HOUR,
	WEEK = 7 * DAY,
	YEAR = 365 * DAY,
};

struct duration duration(int64_t seconds)
{
	struct duration d;

	if (seconds < 0)
		seconds = 0;
	if (seconds < DAY)
		snprintf(d.text, sizeof(d.text), "%02d:%02d:%02d",
			 (int)(seconds / HOUR), (int)(seconds % HOUR / MINUTE),
			 (int)(seconds % MINUTE));
	else if (seconds < WEEK)
		snprintf(d.text, sizeof(d.text), "%dd%02dh",
			 (int)(seconds / DAY), (int)(seconds % DAY / HOUR));
	else if (seconds < YEAR)
		snprintf(d.text, sizeof(d.text), "%dw%dd",
			 (int)(seconds / WEEK), (int)(seconds % WEEK / DAY));
	else
		snprintf(d.text, sizeof(d.text), "%" PRId64 "y%dw",
			 seconds / YEAR, (int)(seconds % YEAR / WEEK));
	return d;
}
