/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A peer or a mapping as the words of a command name it. */
#ifndef MGRECTL_ENTRY_H
#define MGRECTL_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include <netlink/msg.h>

#include <linux/mgre.h>

#include "command.h"

struct address {
	uint8_t length;		/* 4 or 16, 0: none */
	uint8_t bytes[16];	/* network byte order */
};

/* What has been named. */
enum entry_field {
	ENTRY_DEV = 1 << 0,
	ENTRY_PROTOCOL = 1 << 1,
	ENTRY_NBMA = 1 << 2,
	ENTRY_IF_ID = 1 << 3,
	ENTRY_FLAGS = 1 << 4,
	ENTRY_MARK = 1 << 5,
	ENTRY_PRIORITY = 1 << 6,
	ENTRY_STATE = 1 << 7,
	ENTRY_HOLD = 1 << 8,
	ENTRY_COOKIE = 1 << 9,

	ENTRY_ENDPOINT = ENTRY_NBMA | ENTRY_IF_ID,
};

struct entry {
	unsigned int named;	/* enum entry_field */
	unsigned int ifindex;
	struct address protocol;
	struct address nbma;
	uint32_t if_id;
	uint32_t flags;		/* enum mgre_peer_flags to set ... */
	uint32_t flags_named;	/* ... of these */
	uint32_t mark;
	uint32_t priority;
	uint32_t state;		/* enum mgre_peer_state */
	uint32_t hold;		/* seconds, 0: for ever */
	uint8_t cookie[MGRE_COOKIE_MAX];
	uint8_t cookie_length;
};

/*
 * Read all words left in the command; required and allowed are enum
 * entry_field. False: a word is wrong, and the reason has been printed.
 */
bool entry_parse(struct command *c, struct entry *e, unsigned int required,
		 unsigned int allowed);

/* Append what is named as MGRE_A_IFINDEX and the nest of a peer or mapping. */
void entry_put_dev(struct nl_msg *msg, const struct entry *e);
void entry_put_peer(struct nl_msg *msg, const struct entry *e);
void entry_put_map(struct nl_msg *msg, const struct entry *e);

/* An answer is of the endpoint that is named, as far as it is. */
bool entry_matches(const struct entry *e, struct nlattr *endpoint);

/* The endpoint of an answer. */
void entry_get_endpoint(struct entry *e, struct nlattr *endpoint);

#endif /* MGRECTL_ENTRY_H */
