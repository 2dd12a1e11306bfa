// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include <linux/mgre.h>

#include "decode.h"
#include "entry.h"
#include "error.h"
#include "netlink.h"
#include "objects.h"
#include "print.h"

#define PEER_SETTINGS	(ENTRY_FLAGS | ENTRY_MARK | ENTRY_PRIORITY | \
			 ENTRY_STATE)

static void change(struct command *c, const struct entry *e, uint8_t command,
		   int flags)
{
	struct nl_msg *msg = netlink_message(command, flags, c->line);

	if (!msg)
		return;
	entry_put_peer(msg, e);
	netlink_queue(msg, c->line);
}

static void set(struct command *c, int flags)
{
	struct entry e;

	if (entry_parse(c, &e, ENTRY_DEV | ENTRY_NBMA,
			ENTRY_ENDPOINT | PEER_SETTINGS))
		change(c, &e, MGRE_CMD_PEER_SET, flags);
}

static void peer_add(struct command *c)
{
	set(c, NLM_F_CREATE | NLM_F_EXCL);
}

static void peer_set(struct command *c)
{
	set(c, 0);
}

static void peer_replace(struct command *c)
{
	set(c, NLM_F_CREATE);
}

static void peer_del(struct command *c)
{
	struct entry e;

	if (entry_parse(c, &e, ENTRY_DEV | ENTRY_NBMA, ENTRY_ENDPOINT))
		change(c, &e, MGRE_CMD_PEER_DEL, 0);
}

static void show_one(uint8_t command, struct nlattr **a, void *arg)
{
	struct json_object *o = json_object_new_object();

	(void)command;
	(void)arg;
	decode_ifindex(o, a[MGRE_A_IFINDEX]);
	decode_peer(o, a[MGRE_A_PEER]);
	print_object(o);
}

static void peer_show(struct command *c)
{
	struct nl_msg *msg;
	struct entry e;
	bool one;

	if (!entry_parse(c, &e, 0, ENTRY_DEV | ENTRY_ENDPOINT))
		return;
	one = e.named & ENTRY_NBMA;
	if (one && !(e.named & ENTRY_DEV)) {
		error_at(c->line, EXIT_USAGE, "\"dev\" is missing");
		return;
	}
	msg = netlink_message(MGRE_CMD_PEER_GET, one ? 0 : NLM_F_DUMP, c->line);
	if (!msg)
		return;
	if (one)
		entry_put_peer(msg, &e);
	else
		entry_put_dev(msg, &e);
	print_begin();
	netlink_ask(msg, c->line, show_one, NULL);
	print_end();
}

/* The peers found by a flush, which can go only when the dump is over. */
struct found {
	struct entry *entries;
	size_t count;
};

static void find_one(uint8_t command, struct nlattr **a, void *arg)
{
	struct nlattr *peer[MGRE_A_PEER_MAX + 1];
	struct found *f = arg;
	struct entry *entries;

	(void)command;
	if (!a[MGRE_A_IFINDEX] || !a[MGRE_A_PEER] ||
	    nla_parse_nested(peer, MGRE_A_PEER_MAX, a[MGRE_A_PEER], NULL) ||
	    !peer[MGRE_A_PEER_ENDPOINT])
		return;
	entries = reallocarray(f->entries, f->count + 1, sizeof(*entries));
	if (!entries)
		return;
	f->entries = entries;
	entries[f->count] = (struct entry){
		.named = ENTRY_DEV,
		.ifindex = nla_get_u32(a[MGRE_A_IFINDEX]),
	};
	entry_get_endpoint(&entries[f->count++], peer[MGRE_A_PEER_ENDPOINT]);
}

static void peer_flush(struct command *c)
{
	struct found f = {};
	struct nl_msg *msg;
	struct entry e;
	size_t i;

	if (!entry_parse(c, &e, ENTRY_DEV, 0))
		return;
	msg = netlink_message(MGRE_CMD_PEER_GET, NLM_F_DUMP, c->line);
	if (!msg)
		return;
	entry_put_dev(msg, &e);
	netlink_ask(msg, c->line, find_one, &f);
	for (i = 0; i < f.count; i++)
		change(c, &f.entries[i], MGRE_CMD_PEER_DEL, 0);
	free(f.entries);
}

void peer_command(struct command *c)
{
	static const struct verb verbs[] = {
		{ "add", peer_add },
		{ "set", peer_set },
		{ "replace", peer_replace },
		{ "del", peer_del },
		{ "show", peer_show },
		{ "flush", peer_flush },
		{}
	};

	command_run(c, verbs, "verb of peer", "show");
}
