/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Resolution, the asking side: from a destination to a mapping and, where the
 * destination is behind the other spoke, a shortcut.
 */
#ifndef NHRPD_RESOLVE_H
#define NHRPD_RESOLVE_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "hash.h"
#include "packet/address.h"

struct interface;
struct received;

enum resolution_state {
	RESOLUTION_INCOMPLETE,	/* asked, no answer yet */
	RESOLUTION_NEGATIVE,	/* refused or unanswered: do not ask again */
};

/**
 * struct resolution - a question, or a refusal remembered
 * @destination: what was asked for; the key
 * @interface: where it belongs
 * @state: see resolve.c
 * @renewal: the mapping is still there; it is asked for before it expires
 * @request_id: of the request, the same in each retransmission
 * @tries: requests sent
 * @code: CIE code of a refusal, 0 if nobody answered
 * @created: when asked first, ms of daemon_now()
 * @expires: when it is given up or forgotten, ms of daemon_now()
 * @timer: next retransmission or the end
 */
struct resolution {
	struct nhrp_address destination;
	struct interface *interface;
	enum resolution_state state;
	bool renewal;
	uint32_t request_id;
	unsigned int tries;
	uint8_t code;
	uint64_t created;
	uint64_t expires;
	uv_timer_t *timer;
	UT_hash_handle hh;
	UT_hash_handle hh_id;
};

/** resolution_state_name - "incomplete" or "negative" */
const char *resolution_state_name(enum resolution_state state);

/** resolve_find - question about a destination, or NULL */
struct resolution *resolve_find(const struct interface *interface,
				const struct nhrp_address *destination);

/**
 * resolve_start - ask for a destination, unless asked already or refused
 * @renewal: the answer is to replace what is there, before it expires
 */
void resolve_start(struct interface *interface,
		   const struct nhrp_address *destination, bool renewal);

/** resolve_forget - drop a question or refusal */
void resolve_forget(struct resolution *resolution);

/** resolve_refuse - remember that an answer was not to be believed */
void resolve_refuse(struct interface *interface,
		    const struct nhrp_address *destination);

/** resolve_reply - handle a Resolution Reply (RFC 2332, section 5.2.2) */
void resolve_reply(struct received *received);

#endif /* NHRPD_RESOLVE_H */
