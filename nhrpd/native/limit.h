/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many handshakes may begin: a token bucket for each source address, in a
 * table that does not grow without bound.
 */
#ifndef NHRPD_NATIVE_LIMIT_H
#define NHRPD_NATIVE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/address.h"

struct limit_source;

/**
 * struct limit - a table of token buckets
 * @burst: tokens of a full bucket
 * @rate: tokens that come back each second
 * @most: buckets; those that are full again make room for others
 * @sources: hash table by address, in order of their last use
 */
struct limit {
	unsigned int burst;
	unsigned int rate;
	unsigned int most;
	struct limit_source *sources;
};

/**
 * limit_take - take a token of @address
 * @now: ms
 *
 * Return: false if there is none, or no room for another bucket.
 */
bool limit_take(struct limit *limit, const struct nhrp_address *address,
		uint64_t now);

/** limit_clear - forget all sources */
void limit_clear(struct limit *limit);

#endif /* NHRPD_NATIVE_LIMIT_H */
