// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#include "control.h"
#include "daemon.h"
#include "event.h"
#include "interface.h"
#include "packet/packet.h"
#include "peer.h"
#include "show.h"

/* Bytes that may wait for one client: several hundred events. */
#define QUEUE_MAX (128 * 1024)

/**
 * struct monitor - a client's subscription
 * @subscriber: on the daemon's event bus; must be first
 * @client: who reads
 * @lost: events that found no room since the queue was last empty
 */
struct monitor {
	struct event_subscriber subscriber;
	struct control_client *client;
	uint64_t lost;
};

/* "2026-11-24T16:50:56.123Z" */
static struct json_object *time_now(void)
{
	struct timeval now;
	struct tm utc;
	char text[40];
	size_t length;

	gettimeofday(&now, NULL);
	gmtime_r(&now.tv_sec, &utc);
	length = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text + length, sizeof(text) - length, ".%03dZ",
		 (int)(now.tv_usec / 1000));
	return json_object_new_string(text);
}

/* Move the members of @from that @object does not have, and free @from. */
static void merge(struct json_object *object, struct json_object *from)
{
	json_object_object_foreach(from, name, value) {
		if (!json_object_object_get_ex(object, name, NULL))
			json_object_object_add(object, name,
					       json_object_get(value));
	}
	json_object_put(from);
}

static void add_peer(struct json_object *object, const struct peer *peer)
{
	struct json_object *flags = json_object_new_array();

	if (peer->flags & PEER_MULTICAST)
		json_object_array_add(flags,
				      json_object_new_string("multicast"));
	if (peer->flags & PEER_FALLBACK)
		json_object_array_add(flags,
				      json_object_new_string("fallback"));
	json_object_object_add(object, "nbma", show_address(&peer->endpoint.nbma));
	json_object_object_add(object, "up",
			       json_object_new_boolean(peer->up));
	json_object_object_add(object, "flags", flags);
}

static void add_packet(struct json_object *object,
		       const struct event_packet *packet)
{
	json_object_object_add(object, "packet", json_object_new_string(
				       nhrp_type_name(packet->type)));
	json_object_object_add(object, "nbma", show_address(&packet->nbma));
	json_object_object_add(object, "source",
			       show_address(&packet->source));
	json_object_object_add(object, "destination",
			       show_address(&packet->destination));
	json_object_object_add(object, "request_id",
			       json_object_new_int64(packet->request_id));
	json_object_object_add(object, "code",
			       json_object_new_int(packet->code));
}

struct json_object *monitor_event(const struct event *event)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "time", time_now());
	json_object_object_add(object, "event", json_object_new_string(
				       event_type_name(event->type)));
	if (event->interface)
		json_object_object_add(object, "interface",
				       json_object_new_string(
					       event->interface->name));
	if (event->reason)
		json_object_object_add(object, "reason",
				       json_object_new_string(event->reason));
	if (event->peer)
		add_peer(object, event->peer);
	if (event->cache)
		merge(object, show_cache_entry(event->cache));
	if (event->nhc)
		merge(object, show_nhc(event->nhc));
	if (event->resolution)
		merge(object, show_resolution(event->resolution));
	if (event->shortcut)
		merge(object, show_shortcut_entry(event->shortcut));
	if (event->session)
		merge(object, show_session(event->session));
	if (event->packet)
		add_packet(object, event->packet);
	return object;
}

static void tell(struct event_subscriber *subscriber,
		 const struct event *event)
{
	struct monitor *monitor = (struct monitor *)subscriber;

	if (monitor->lost || control_queued(monitor->client) > QUEUE_MAX)
		monitor->lost++;
	else
		control_send(monitor->client, monitor_event(event));
}

struct monitor *monitor_start(struct control_client *client)
{
	struct monitor *monitor = calloc(1, sizeof(*monitor));

	if (!monitor)
		return NULL;
	monitor->subscriber.notify = tell;
	monitor->client = client;
	event_subscribe(&control_daemon(client)->events,
			&monitor->subscriber);
	return monitor;
}

void monitor_stop(struct monitor *monitor)
{
	if (!monitor)
		return;
	event_unsubscribe(&control_daemon(monitor->client)->events,
			  &monitor->subscriber);
	free(monitor);
}

void monitor_drained(struct monitor *monitor)
{
	struct json_object *object;

	if (!monitor->lost)
		return;
	object = json_object_new_object();
	json_object_object_add(object, "time", time_now());
	json_object_object_add(object, "event",
			       json_object_new_string("lost"));
	json_object_object_add(object, "count",
			       json_object_new_int64(monitor->lost));
	monitor->lost = 0;
	control_send(monitor->client, object);
}
