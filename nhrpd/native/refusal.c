// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages that are refused: counted, and logged once in a while for each
 * source, so that a flood fills neither the log nor the memory.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon.h"
#include "interface.h"
#include "private.h"

#define REFUSAL_QUIET 600000	/* ms until the same is logged again */
#define REFUSALS_MAX 1024	/* sources that are remembered */

/* What was logged; compared as bytes. */
struct refusal_key {
	struct nhrp_address source;
	uint8_t zero[7];
	const char *reason;
};

struct refusal {
	struct refusal_key key;
	uint64_t logged;
	UT_hash_handle hh;
};

static const char *const native_counter_names[NATIVE_COUNTERS] = {
	[NATIVE_ESTABLISHED] = "established",
	[NATIVE_UNANSWERED] = "unanswered",
	[NATIVE_COOKIES] = "cookies",
	[NATIVE_LIMITED] = "limited",
	[NATIVE_UNKNOWN] = "unknown",
	[NATIVE_STRANGER] = "stranger",
	[NATIVE_FORGED] = "forged",
	[NATIVE_CERTIFICATE] = "certificate",
	[NATIVE_REVOKED] = "revoked",
	[NATIVE_IDENTITY] = "identity",
};

const char *native_counter(const struct interface *interface,
			   unsigned int which, uint64_t *value)
{
	const struct network *network = interface->exchange;

	if (which >= NATIVE_COUNTERS)
		return NULL;
	*value = network->counters[which];
	if (which == NATIVE_UNKNOWN)
		*value = network->native->unknown;
	return native_counter_names[which];
}

void network_count(struct network *network, enum native_counter counter)
{
	network->counters[counter]++;
}

static void refusal_forget(struct native *native, struct refusal *refusal)
{
	HASH_DEL(native->refusals, refusal);
	free(refusal);
}

/* The first of the table was logged longest ago. */
static void refusal_remember(struct native *native,
			     const struct refusal_key *key, uint64_t now)
{
	struct refusal *refusal;

	if (HASH_COUNT(native->refusals) >= REFUSALS_MAX)
		refusal_forget(native, native->refusals);
	refusal = calloc(1, sizeof(*refusal));
	if (!refusal)
		return;
	refusal->key = *key;
	refusal->logged = now;
	HASH_ADD(hh, native->refusals, key, sizeof(refusal->key), refusal);
}

static bool refusal_is_new(struct native *native,
			   const struct refusal_key *key, uint64_t now)
{
	struct refusal *refusal;

	HASH_FIND(hh, native->refusals, key, sizeof(*key), refusal);
	if (!refusal)
		return true;
	if (now - refusal->logged < REFUSAL_QUIET)
		return false;
	refusal_forget(native, refusal);
	return true;
}

void refuse(struct network *network, enum native_counter counter,
	    const struct place *source, const char *what, const char *reason)
{
	struct native *native = network->native;
	uint64_t now = native_now(native);
	char text[NHRP_ADDRESS_TEXT];
	struct refusal_key key;

	network_count(network, counter);
	memset(&key, 0, sizeof(key));
	key.source = source->address;
	key.reason = reason ? reason : what;
	if (!refusal_is_new(native, &key, now))
		return;
	if (log_limited(&native->daemon->limit, 4,
			"%s: handshake with %s port %u refused: %s%s%s",
			network->interface->name,
			nhrp_address_format(&source->address, text),
			source->port, what, reason ? " " : "",
			reason ? reason : ""))
		refusal_remember(native, &key, now);
}

void refuse_handshake(struct network *network,
		      const struct handshake *handshake,
		      enum handshake_result result,
		      const struct place *source)
{
	static const enum native_counter counters[] = {
		[HANDSHAKE_MALFORMED] = NATIVE_FORGED,
		[HANDSHAKE_FORGED] = NATIVE_FORGED,
		[HANDSHAKE_ANONYMOUS] = NATIVE_CERTIFICATE,
		[HANDSHAKE_CERTIFICATE] = NATIVE_CERTIFICATE,
		[HANDSHAKE_REVOKED] = NATIVE_REVOKED,
		[HANDSHAKE_KEY] = NATIVE_CERTIFICATE,
	};

	refuse(network, counters[result], source,
	       handshake_result_name(result), handshake->reason);
}

void refusals_clear(struct native *native)
{
	struct refusal *refusal, *next;

	HASH_ITER(hh, native->refusals, refusal, next)
		refusal_forget(native, refusal);
}
