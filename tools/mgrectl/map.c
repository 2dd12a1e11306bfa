// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/mgre.h>

#include "decode.h"
#include "entry.h"
#include "error.h"
#include "netlink.h"
#include "objects.h"
#include "print.h"

static void change(struct command *c, const struct entry *e, uint8_t command,
		   int flags)
{
	struct nl_msg *msg = netlink_message(command, flags, c->line);

	if (!msg)
		return;
	if (e->named & ~ENTRY_DEV)
		entry_put_map(msg, e);
	else
		entry_put_dev(msg, e);
	netlink_queue(msg, c->line);
}

static void set(struct command *c, int flags)
{
	struct entry e;

	if (entry_parse(c, &e, ENTRY_DEV | ENTRY_PROTOCOL | ENTRY_NBMA,
			ENTRY_ENDPOINT | ENTRY_HOLD | ENTRY_COOKIE))
		change(c, &e, MGRE_CMD_MAP_SET, flags);
}

static void map_add(struct command *c)
{
	set(c, NLM_F_CREATE | NLM_F_EXCL);
}

static void map_set(struct command *c)
{
	set(c, 0);
}

static void map_replace(struct command *c)
{
	set(c, NLM_F_CREATE);
}

static void map_del(struct command *c)
{
	struct entry e;

	if (entry_parse(c, &e, ENTRY_DEV | ENTRY_PROTOCOL, 0))
		change(c, &e, MGRE_CMD_MAP_DEL, 0);
}

static void map_flush(struct command *c)
{
	struct entry e;

	if (entry_parse(c, &e, ENTRY_DEV, ENTRY_ENDPOINT))
		change(c, &e, MGRE_CMD_MAP_FLUSH, 0);
}

/* One answer, if it leads to the peer that was asked for. */
static void show_one(uint8_t command, struct nlattr **a, void *arg)
{
	struct nlattr *map[MGRE_A_MAP_MAX + 1];
	struct json_object *o;

	(void)command;
	if (!a[MGRE_A_MAP] ||
	    nla_parse_nested(map, MGRE_A_MAP_MAX, a[MGRE_A_MAP], NULL) ||
	    !entry_matches(arg, map[MGRE_A_MAP_ENDPOINT]))
		return;
	o = json_object_new_object();
	decode_ifindex(o, a[MGRE_A_IFINDEX]);
	decode_map(o, a[MGRE_A_MAP]);
	print_object(o);
}

static void map_show(struct command *c)
{
	struct nl_msg *msg;
	struct entry e;
	bool one;

	if (!entry_parse(c, &e, 0, ENTRY_DEV | ENTRY_PROTOCOL | ENTRY_ENDPOINT))
		return;
	one = e.named & ENTRY_PROTOCOL;
	if (one && !(e.named & ENTRY_DEV)) {
		error_at(c->line, EXIT_USAGE, "\"dev\" is missing");
		return;
	}
	msg = netlink_message(MGRE_CMD_MAP_GET, one ? 0 : NLM_F_DUMP, c->line);
	if (!msg)
		return;
	if (one) {
		struct entry key = e;

		key.named &= ENTRY_DEV | ENTRY_PROTOCOL;
		entry_put_map(msg, &key);
	} else {
		entry_put_dev(msg, &e);
	}
	print_begin();
	netlink_ask(msg, c->line, show_one, &e);
	print_end();
}

void map_command(struct command *c)
{
	static const struct verb verbs[] = {
		{ "add", map_add },
		{ "set", map_set },
		{ "replace", map_replace },
		{ "del", map_del },
		{ "show", map_show },
		{ "flush", map_flush },
		{}
	};

	command_run(c, verbs, "verb of map", "show");
}
