// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How many handshakes may begin.
 */
#include "limit.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"

/* Tokens are counted in thousandths, so that a millisecond brings @rate. */
struct limit_source {
	struct nhrp_address address;
	uint64_t tokens;
	uint64_t since;
	UT_hash_handle hh;
};

static void limit_refill(const struct limit *limit, struct limit_source *source,
			 uint64_t now)
{
	uint64_t full = limit->burst * UINT64_C(1000);

	source->tokens += (now - source->since) * limit->rate;
	if (source->tokens > full)
		source->tokens = full;
	source->since = now;
}

static void limit_forget(struct limit *limit, struct limit_source *source)
{
	HASH_DEL(limit->sources, source);
	free(source);
}

/* The first of the table was used longest ago. */
static bool limit_make_room(struct limit *limit, uint64_t now)
{
	struct limit_source *oldest = limit->sources;
	uint64_t full = limit->burst * UINT64_C(1000);

	if (HASH_COUNT(limit->sources) < limit->most)
		return true;
	if (oldest->tokens + (now - oldest->since) * limit->rate < full)
		return false;
	limit_forget(limit, oldest);
	return true;
}

static struct limit_source *limit_add(struct limit *limit,
				      const struct nhrp_address *address,
				      uint64_t now)
{
	struct limit_source *source;

	if (!limit_make_room(limit, now))
		return NULL;
	source = calloc(1, sizeof(*source));
	if (!source)
		return NULL;
	source->address = *address;
	source->tokens = limit->burst * UINT64_C(1000);
	source->since = now;
	return source;
}

bool limit_take(struct limit *limit, const struct nhrp_address *address,
		uint64_t now)
{
	struct limit_source *source;

	HASH_FIND(hh, limit->sources, address, sizeof(*address), source);
	if (source)
		HASH_DEL(limit->sources, source);
	else
		source = limit_add(limit, address, now);
	if (!source)
		return false;
	HASH_ADD(hh, limit->sources, address, sizeof(source->address), source);
	limit_refill(limit, source, now);
	if (source->tokens < 1000)
		return false;
	source->tokens -= 1000;
	return true;
}

void limit_clear(struct limit *limit)
{
	struct limit_source *source, *next;

	HASH_ITER(hh, limit->sources, source, next)
		limit_forget(limit, source);
}
