/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers: the memory of whom we told what, so that it can be taken back by a
 * purge when it is not true any more (RFC 2332, sections 6.2.1 and 5.2.5).
 */
#ifndef NHRPD_ANSWER_H
#define NHRPD_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "hash.h"
#include "packet/address.h"

struct interface;

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
 * @doubtful: a route that it rests on has changed
 */
struct answer {
	struct answer_key key;
	struct nhrp_address next_hop;
	uint64_t expires;
	bool doubtful;
	UT_hash_handle hh;
};

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

/**
 * answer_withdraw - purge what was told about an address
 *
 * That is each answer whose prefix holds @address or that named it as the next
 * hop. Return: how many were told to forget.
 */
unsigned int answer_withdraw(struct interface *interface,
			     const struct nhrp_address *address);

/** answer_withdraw_from - purge what was told to @asker */
void answer_withdraw_from(struct interface *interface,
			  const struct nhrp_address *asker);

/**
 * answer_withdraw_all - purge whatever was told
 * @family: length of the protocol addresses meant, 0: of any
 */
void answer_withdraw_all(struct interface *interface, uint8_t family);

/**
 * answer_check - the route to @prefix changed: purge what is not true any more
 *
 * An answer stands as long as this node is still where the way to its prefix
 * leaves the network.
 */
void answer_check(struct interface *interface,
		  const struct nhrp_prefix *prefix);

/** answer_check_all - as answer_check(), when any route may have changed */
void answer_check_all(struct interface *interface);

/** answer_forget - drop all, at the end of an interface */
void answer_forget(struct interface *interface);

#endif /* NHRPD_ANSWER_H */
