// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Answers: the memory of whom we told what.
 *
 * When a route changes, the answers that may rest on it become doubtful; after
 * ANSWER_SETTLE, so that a routing protocol may converge, they are compared
 * with the routes, and those that are wrong now are purged.
 */
#include "answer.h"

#include <stdlib.h>
#include <string.h>

#include "daemon.h"
#include "forward.h"
#include "interface.h"
#include "purge.h"
#include "rtnl.h"
#include "timer.h"

#define ANSWER_MAX 65536
#define ANSWER_SETTLE 1000

static void answer_delete(struct interface *interface, struct answer *answer)
{
	HASH_DELETE(hh, interface->answers, answer);
	free(answer);
}

static void answer_purge(struct interface *interface, struct answer *answer)
{
	if (answer->expires > daemon_now(interface->daemon))
		purge_start(interface, &answer->key.asker, NULL,
			    &answer->key.prefix, 0);
	answer_delete(interface, answer);
}

/* The first of a full table is the oldest: whoever asks much loses it. */
static struct answer *answer_add(struct interface *interface,
				 const struct answer_key *key)
{
	struct answer *answer;

	if (HASH_COUNT(interface->answers) >= ANSWER_MAX)
		answer_purge(interface, interface->answers);
	answer = calloc(1, sizeof(*answer));
	if (!answer)
		return NULL;
	answer->key = *key;
	HASH_ADD(hh, interface->answers, key, sizeof(answer->key), answer);
	return answer;
}

bool answer_remember(struct interface *interface,
		     const struct nhrp_address *asker,
		     const struct nhrp_prefix *prefix,
		     const struct nhrp_address *next_hop, uint32_t hold)
{
	struct answer_key key = { .asker = *asker, .prefix = *prefix };
	struct answer *answer;

	HASH_FIND(hh, interface->answers, &key, sizeof(key), answer);
	if (!answer)
		answer = answer_add(interface, &key);
	if (!answer)
		return false;
	answer->next_hop = *next_hop;
	answer->expires = daemon_now(interface->daemon) + hold * 1000ULL;
	answer->doubtful = false;
	return true;
}

unsigned int answer_withdraw(struct interface *interface,
			     const struct nhrp_address *address)
{
	struct answer *answer, *next;
	unsigned int count = 0;

	HASH_ITER(hh, interface->answers, answer, next) {
		if (!nhrp_prefix_contains(&answer->key.prefix, address) &&
		    !nhrp_address_equal(&answer->next_hop, address))
			continue;
		answer_purge(interface, answer);
		count++;
	}
	return count;
}

void answer_withdraw_from(struct interface *interface,
			  const struct nhrp_address *asker)
{
	struct answer *answer, *next;

	HASH_ITER(hh, interface->answers, answer, next)
		if (nhrp_address_equal(&answer->key.asker, asker))
			answer_purge(interface, answer);
}

void answer_withdraw_all(struct interface *interface, uint8_t family)
{
	struct answer *answer, *next;

	HASH_ITER(hh, interface->answers, answer, next)
		if (!family || answer->key.asker.length == family)
			answer_purge(interface, answer);
}

/* Whether the way to all of the prefix still leaves the network here. */
static bool answer_stands(struct interface *interface,
			  const struct answer *answer)
{
	const struct nhrp_prefix *told = &answer->key.prefix;
	struct forward_path path;
	struct nhrp_prefix prefix;

	forward_lookup(interface, &told->address, &path);
	if (path.verdict == FORWARD_EGRESS &&
	    told->length != nhrp_address_bits(&told->address) &&
	    !rtnl_widest_prefix(interface->daemon->rtnl, &told->address,
				&path.route, &prefix) &&
	    prefix.length > told->length)
		return false;
	return path.verdict == FORWARD_LOCAL || path.verdict == FORWARD_EGRESS;
}

static void answer_settled(uv_timer_t *timer)
{
	struct interface *interface = timer->data;
	struct answer *answer, *next;

	HASH_ITER(hh, interface->answers, answer, next) {
		if (!answer->doubtful)
			continue;
		answer->doubtful = false;
		if (!answer_stands(interface, answer))
			answer_purge(interface, answer);
	}
}

static void answer_settle(struct interface *interface)
{
	if (!interface->answer_timer)
		interface->answer_timer = timer_new(interface->daemon->loop,
						    answer_settled, interface);
	if (interface->answer_timer)
		timer_set(interface->answer_timer, ANSWER_SETTLE);
}

void answer_check(struct interface *interface,
		  const struct nhrp_prefix *prefix)
{
	struct answer *answer;
	bool any = false;

	for (answer = interface->answers; answer; answer = answer->hh.next) {
		if (!nhrp_prefix_contains(prefix,
					  &answer->key.prefix.address) &&
		    !nhrp_prefix_contains(&answer->key.prefix,
					  &prefix->address))
			continue;
		answer->doubtful = true;
		any = true;
	}
	if (any)
		answer_settle(interface);
}

void answer_check_all(struct interface *interface)
{
	struct answer *answer;

	for (answer = interface->answers; answer; answer = answer->hh.next)
		answer->doubtful = true;
	if (interface->answers)
		answer_settle(interface);
}

void answer_forget(struct interface *interface)
{
	struct answer *answer, *next;

	HASH_ITER(hh, interface->answers, answer, next)
		answer_delete(interface, answer);
	timer_free(interface->answer_timer);
	interface->answer_timer = NULL;
}
