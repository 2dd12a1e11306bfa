/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon as a whole: what lives from start to end.
 */
#ifndef NHRPD_DAEMON_H
#define NHRPD_DAEMON_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "event.h"
#include "log.h"

struct config;
struct interface;
struct mgre;
struct native;
struct rtnl;

/**
 * struct daemon - one nhrpd, for one network namespace
 * @loop: the event loop; uv_now() of it is the clock of all state, in ms
 * @config_path: file that a reload reads again
 * @config: settings in force, owned here
 * @interfaces: hash table by name, configured interfaces only
 * @by_index: hash table by ifindex, of those that have a device
 * @mgre: the module
 * @native: what interfaces with native protection share, or NULL
 * @rtnl: links, addresses and routes of the kernel
 * @events: what happens, for those who subscribed
 * @limit: for lines about packets that strangers send
 * @member_limit: for lines about nodes that we have, or had, keys with
 * @errors: for Error Indications, see error_indication.c
 * @leave_timer: runs while a shutdown waits for purges, else NULL
 * @leave_until: when it waits no longer, ms
 * @next_request_id: see request_id.h
 */
struct daemon {
	uv_loop_t *loop;
	const char *config_path;
	struct config *config;
	struct interface *interfaces;
	struct interface *by_index;
	struct mgre *mgre;
	struct rtnl *rtnl;
	struct native *native;
	struct event_bus events;
	struct log_limit limit;
	struct log_limit member_limit;
	struct error_budget {
		unsigned int tokens;
		uint64_t since;
	} errors;
	uv_timer_t *leave_timer;
	uint64_t leave_until;
	uint32_t next_request_id;
};

/**
 * daemon_start - open the kernel's sockets and bring the interfaces to life
 * @daemon: zeroed but for @loop and @config_path
 * @config: settings, which the daemon owns from here on
 *
 * Nothing in the kernel is flushed: what an earlier nhrpd left there is taken
 * over. Return: 0, or -1 after the reason was logged.
 */
int daemon_start(struct daemon *daemon, struct config *config);

/**
 * daemon_stop - end without a trace on the wire or in the kernel
 *
 * Closes sockets and timers and frees all state; peers, mappings and routes
 * stay for the next start.
 */
void daemon_stop(struct daemon *daemon);

/**
 * daemon_reload - read the configuration again and apply what differs
 * @error: set to a message that the caller frees, if the file is refused
 *
 * A refused file changes nothing. Return: 0 or -1.
 */
int daemon_reload(struct daemon *daemon, char **error);

/**
 * daemon_shutdown - leave the network
 *
 * Deregisters from every NHS by a purge, and removes the peers, mappings and
 * routes that nhrpd made. The loop ends soon after; see daemon_stop().
 */
void daemon_shutdown(struct daemon *daemon);

/** daemon_now - ms of a monotonic clock, the time base of all state */
static inline uint64_t daemon_now(const struct daemon *daemon)
{
	return uv_now(daemon->loop);
}

#endif /* NHRPD_DAEMON_H */
