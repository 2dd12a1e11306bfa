/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Monitors: clients of the control socket that get a line for each event.
 *
 * A client that does not read loses events, never the daemon's memory: what
 * does not fit into its queue is counted, and told as
 * {"event":"lost","count":N} as soon as the queue is empty.
 */
#ifndef NHRPD_MONITOR_H
#define NHRPD_MONITOR_H

#include <json-c/json.h>

struct control_client;
struct event;
struct monitor;

/**
 * monitor_start - send @client the events from now on
 *
 * Return: the subscription, or NULL if there is no memory.
 */
struct monitor *monitor_start(struct control_client *client);

/** monitor_stop - no more; NULL is allowed. */
void monitor_stop(struct monitor *monitor);

/** monitor_drained - the client has read all that was queued */
void monitor_drained(struct monitor *monitor);

/** monitor_event - an event as an object. The caller's. */
struct json_object *monitor_event(const struct event *event);

#endif /* NHRPD_MONITOR_H */
