// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events: how one part of the daemon tells whoever listens what happened.
 */
#include "event.h"

#include <utlist.h>

static const char *const event_type_names[EVENT_TYPES] = {
	[EVENT_INTERFACE_UP] = "interface-up",
	[EVENT_INTERFACE_DOWN] = "interface-down",
	[EVENT_PEER_ADD] = "peer-add",
	[EVENT_PEER_CHANGE] = "peer-change",
	[EVENT_PEER_DELETE] = "peer-delete",
	[EVENT_CACHE_ADD] = "cache-add",
	[EVENT_CACHE_CHANGE] = "cache-change",
	[EVENT_CACHE_REFRESH] = "cache-refresh",
	[EVENT_CACHE_DELETE] = "cache-delete",
	[EVENT_NHC_CHANGE] = "nhs-change",
	[EVENT_RESOLUTION_START] = "resolution-start",
	[EVENT_RESOLUTION_DONE] = "resolution-done",
	[EVENT_RESOLUTION_FAIL] = "resolution-fail",
	[EVENT_SHORTCUT_ADD] = "shortcut-add",
	[EVENT_SHORTCUT_DELETE] = "shortcut-delete",
	[EVENT_SESSION_START] = "session-start",
	[EVENT_SESSION_UP] = "session-up",
	[EVENT_SESSION_REKEY] = "session-rekey",
	[EVENT_SESSION_MOVED] = "session-moved",
	[EVENT_SESSION_DOWN] = "session-down",
	[EVENT_PACKET_RX] = "packet-rx",
	[EVENT_PACKET_TX] = "packet-tx",
	[EVENT_PACKET_DROP] = "packet-drop",
};

void event_subscribe(struct event_bus *bus,
		     struct event_subscriber *subscriber)
{
	DL_APPEND(bus->subscribers, subscriber);
}

void event_unsubscribe(struct event_bus *bus,
		       struct event_subscriber *subscriber)
{
	DL_DELETE(bus->subscribers, subscriber);
}

void event_emit(struct event_bus *bus, const struct event *event)
{
	struct event_subscriber *subscriber, *next;

	DL_FOREACH_SAFE(bus->subscribers, subscriber, next)
		subscriber->notify(subscriber, event);
}

const char *event_type_name(enum event_type type)
{
	return event_type_names[type];
}
