/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shortcuts: kernel routes `proto dmvpn` through a resolved next hop. They
 * live as long as the mapping of that next hop, and no longer.
 */
#ifndef NHRPD_SHORTCUT_H
#define NHRPD_SHORTCUT_H

#include <stdint.h>
#include <uv.h>

#include "endpoint.h"
#include "hash.h"
#include "packet/address.h"

struct cache_entry;
struct interface;
struct rtnl_route;

/**
 * struct shortcut - a route to a prefix behind another spoke
 * @prefix: where it leads; the key
 * @interface: where it belongs
 * @via: cache entry of the next hop
 * @destination: address that was asked for, and is when it is renewed
 * @created: ms of daemon_now()
 * @expires: end of the holding time, ms of daemon_now()
 * @timer: ends at two thirds of its life, then at the end
 * @next_via: next shortcut by way of the same entry
 */
struct shortcut {
	struct nhrp_prefix prefix;
	struct interface *interface;
	struct cache_entry *via;
	struct nhrp_address destination;
	uint64_t created;
	uint64_t expires;
	uv_timer_t *timer;
	struct shortcut *next_via;
	UT_hash_handle hh;
};

/** shortcut_find - by prefix, or NULL */
struct shortcut *shortcut_find(const struct interface *interface,
			       const struct nhrp_prefix *prefix);

/**
 * shortcut_set - make, move or renew a shortcut, in the kernel too
 * @via: mapping of the next hop, in force
 * @destination: address that was asked for
 * @hold: seconds
 *
 * Return: 0, -ENOSPC if there are too many, or a negative errno of the kernel,
 * which was logged.
 */
int shortcut_set(struct interface *interface, const struct nhrp_prefix *prefix,
		 struct cache_entry *via,
		 const struct nhrp_address *destination, uint32_t hold);

/** shortcut_delete - remove the route and forget it */
void shortcut_delete(struct shortcut *shortcut, const char *reason);

/** shortcut_withdraw - remove all that hold an address */
void shortcut_withdraw(struct interface *interface,
		       const struct nhrp_address *destination,
		       const char *reason);

/**
 * shortcut_purge - remove what lies in a purged prefix or around it
 * @endpoint: only what leads there, or NULL: wherever it leads
 *
 * Return: how many were removed.
 */
unsigned int shortcut_purge(struct interface *interface,
			    const struct nhrp_prefix *prefix,
			    const struct endpoint *endpoint);

/** shortcut_renew - ask again for all that is reached through @via */
void shortcut_renew(struct cache_entry *via);

/**
 * shortcut_adopt - take over a route that an earlier nhrpd left
 *
 * Call when the cache is complete: a route without a mapping is removed.
 */
void shortcut_adopt(struct interface *interface,
		    const struct rtnl_route *route);

#endif /* NHRPD_SHORTCUT_H */
