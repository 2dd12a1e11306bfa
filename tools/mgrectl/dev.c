// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/mgre.h>

#include "decode.h"
#include "entry.h"
#include "netlink.h"
#include "objects.h"
#include "print.h"

static void show_one(uint8_t command, struct nlattr **a, void *arg)
{
	struct json_object *o = json_object_new_object();

	(void)command;
	(void)arg;
	decode_ifindex(o, a[MGRE_A_IFINDEX]);
	decode_dev(o, a[MGRE_A_DEV]);
	print_object(o);
}

static void dev_show(struct command *c)
{
	struct nl_msg *msg;
	struct entry e;

	if (!entry_parse(c, &e, 0, ENTRY_DEV))
		return;
	msg = netlink_message(MGRE_CMD_DEV_GET,
			      e.named & ENTRY_DEV ? 0 : NLM_F_DUMP, c->line);
	if (!msg)
		return;
	entry_put_dev(msg, &e);
	print_begin();
	netlink_ask(msg, c->line, show_one, NULL);
	print_end();
}

void dev_command(struct command *c)
{
	static const struct verb verbs[] = {
		{ "show", dev_show },
		{}
	};

	command_run(c, verbs, "verb of dev", "show");
}
