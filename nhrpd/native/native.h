/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The native key exchange, beyond what session.h asks of every one.
 */
#ifndef NHRPD_NATIVE_NATIVE_H
#define NHRPD_NATIVE_NATIVE_H

#include <stddef.h>
#include <stdint.h>

struct daemon;

/* What happened to messages; in the order of native_counter_name(). */
enum native_counter {
	NATIVE_ESTABLISHED,	/* handshakes that ended in keys */
	NATIVE_UNANSWERED,	/* handshakes of ours that nobody answered */
	NATIVE_COOKIES,		/* answered by a cookie only */
	NATIVE_LIMITED,		/* too many of one source, or in all */
	NATIVE_UNKNOWN,		/* no such network, session or message */
	NATIVE_STRANGER,	/* mac1 made with another psk or authority */
	NATIVE_FORGED,		/* not genuine, or replayed */
	NATIVE_CERTIFICATE,	/* certificate missing or not valid */
	NATIVE_REVOKED,
	NATIVE_IDENTITY,	/* not the node that it should be */
	NATIVE_COUNTERS,
};

/** native_counter_name - "established", "unanswered" and so on */
const char *native_counter_name(enum native_counter counter);

/** native_counter - of all interfaces since the first came up */
uint64_t native_counter(const struct daemon *daemon,
			enum native_counter counter);

#endif /* NHRPD_NATIVE_NATIVE_H */
