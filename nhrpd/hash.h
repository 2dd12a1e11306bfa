/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hash tables: uthash with a keyed hash.
 *
 * Every table is indexed by addresses that strangers choose, so the hash
 * function is SipHash with a random key. Include this, never <uthash.h>.
 */
#ifndef NHRPD_HASH_H
#define NHRPD_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "log.h"

/** hash_start - choose the key; call once, before the first table is made */
void hash_start(void);

/** hash_keyed - SipHash-2-4 of @length bytes at @key, under the chosen key */
unsigned int hash_keyed(const void *key, size_t length);

#define HASH_FUNCTION(key, length, value) \
	((value) = hash_keyed((key), (length)))
/* The kernel goes on with what it has; a new nhrpd takes that over. */
#define uthash_fatal(reason) \
	do { \
		log_error("a table: %s", (reason)); \
		exit(EXIT_FAILURE); \
	} while (0)
#include <uthash.h>

#endif /* NHRPD_HASH_H */
