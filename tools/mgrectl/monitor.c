// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/mgre.h>

#include "decode.h"
#include "entry.h"
#include "netlink.h"
#include "objects.h"
#include "print.h"

static const char *const events[MGRE_CMD_MAX + 1] = {
	[MGRE_CMD_MISS] = "miss",
	[MGRE_CMD_REDIRECT] = "redirect",
	[MGRE_CMD_MAP_EXPIRED] = "map-expired",
	[MGRE_CMD_MAP_REFRESH] = "map-refresh",
	[MGRE_CMD_PEER_STATE] = "peer-state",
	[MGRE_CMD_DEV_CHANGE] = "dev-change",
	[MGRE_CMD_OVERRUN] = "overrun",
	[MGRE_CMD_UNKNOWN_PEER] = "unknown-peer",
};

/* One event, if it is of the device that was named or of none. */
static void show_one(uint8_t command, struct nlattr **a, void *arg)
{
	const struct entry *e = arg;
	struct json_object *o;

	if (command > MGRE_CMD_MAX || !events[command])
		return;
	if (e->ifindex && a[MGRE_A_IFINDEX] &&
	    e->ifindex != nla_get_u32(a[MGRE_A_IFINDEX]))
		return;
	o = json_object_new_object();
	json_object_object_add(o, "event",
			       json_object_new_string(events[command]));
	decode_ifindex(o, a[MGRE_A_IFINDEX]);
	decode_dev(o, a[MGRE_A_DEV]);
	decode_peer(o, a[MGRE_A_PEER]);
	decode_map(o, a[MGRE_A_MAP]);
	decode_packet(o, a[MGRE_A_PACKET]);
	decode_lost(o, a[MGRE_A_LOST]);
	print_line(o);
}

void monitor_command(struct command *c)
{
	struct entry e;

	if (entry_parse(c, &e, 0, ENTRY_DEV))
		netlink_listen(c->line, show_one, &e);
}
