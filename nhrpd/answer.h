/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Resolution, the answering side: Resolution Requests that end here, and the
 * memory of whom we told what, so that it can be taken back by a purge
 * (RFC 2332, sections 5.2.1, 5.2.2 and 6.2.1).
 */
#ifndef NHRPD_ANSWER_H
#define NHRPD_ANSWER_H

#include <stdint.h>

#include "hash.h"
#include "packet/address.h"

struct cache_entry;
struct interface;
struct received;

/**
 * struct answer_key - who was told about what
 * @asker: protocol address of the requester
 * @prefix: what the answer covered
 */
struct answer_key {
	struct nhrp_address asker;
	struct nhrp_prefix prefix;
};

/**
 * struct answer - an answer that somebody may still act on
 * @key: who and what
 * @next_hop: protocol address that the answer named
 * @expires: when its holding time ends, ms of daemon_now()
 */
struct answer {
	struct answer_key key;
	struct nhrp_address next_hop;
	uint64_t expires;
	UT_hash_handle hh;
};

/**
 * answer_request - answer a Resolution Request as egress, refuse it, or pass
 * it on along the routed path
 */
void answer_request(struct received *received);

/**
 * answer_remember - somebody was told about a prefix for so long
 * @hold: seconds
 *
 * Return: false if there is no room to remember it; then it must not be told.
 */
bool answer_remember(struct interface *interface,
		     const struct nhrp_address *asker,
		     const struct nhrp_prefix *prefix,
		     const struct nhrp_address *next_hop, uint32_t hold);

/** answer_withdraw - purge what was told about a next hop that is gone */
void answer_withdraw(struct interface *interface,
		     const struct nhrp_address *next_hop);

/** answer_forget - drop all, at the end of an interface */
void answer_forget(struct interface *interface);

#endif /* NHRPD_ANSWER_H */
