// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hash tables: the key of the keyed hash.
 */
#include "hash.h"

#include <sodium.h>
#include <string.h>

static unsigned char hash_key[crypto_shorthash_KEYBYTES];

void hash_start(void)
{
	randombytes_buf(hash_key, sizeof(hash_key));
}

unsigned int hash_keyed(const void *key, size_t length)
{
	unsigned char digest[crypto_shorthash_BYTES];
	unsigned int value;

	crypto_shorthash(digest, key, length, hash_key);
	memcpy(&value, digest, sizeof(value));
	return value;
}
