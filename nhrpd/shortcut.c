// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shortcuts: kernel routes `proto dmvpn` through a resolved next hop.
 *
 * A shortcut is made by a Resolution Reply. Its timer ends at two thirds of
 * the holding time: if its next hop was used in the last third, it is asked
 * for again, and an answer starts it anew; later on the kernel says so when
 * the next hop is used. It ends with its holding time, with the mapping of its
 * next hop, by a purge, or by a refusal.
 */
#include "shortcut.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "cache.h"
#include "config.h"
#include "daemon.h"
#include "interface.h"
#include "log.h"
#include "mgre.h"
#include "resolve.h"
#include "rtnl.h"
#include "timer.h"

/* Beyond that traffic goes by the servers. */
#define SHORTCUT_MAX 65536

static void shortcut_emit(struct shortcut *shortcut, enum event_type type,
			  const char *reason)
{
	struct event event = {
		.type = type,
		.interface = shortcut->interface,
		.shortcut = shortcut,
		.reason = reason,
	};

	event_emit(&shortcut->interface->daemon->events, &event);
}

struct shortcut *shortcut_find(const struct interface *interface,
			       const struct nhrp_prefix *prefix)
{
	struct shortcut *shortcut;

	HASH_FIND(hh, interface->shortcuts, prefix, sizeof(*prefix), shortcut);
	return shortcut;
}

/* A host route to the next hop itself has no gateway. */
static struct nhrp_address shortcut_gateway(const struct nhrp_prefix *prefix,
					    const struct cache_entry *via)
{
	const struct nhrp_address *next_hop = &via->binding.protocol;
	struct nhrp_address none = { 0 };

	if (nhrp_address_equal(&prefix->address, next_hop) &&
	    prefix->length == nhrp_address_bits(next_hop))
		return none;
	return *next_hop;
}

static int shortcut_install(struct interface *interface,
			    const struct nhrp_prefix *prefix,
			    const struct cache_entry *via)
{
	struct nhrp_address gateway = shortcut_gateway(prefix, via);
	char text[NHRP_PREFIX_TEXT];
	int error;

	error = rtnl_route_add(interface->daemon->rtnl, prefix, &gateway,
			       interface->ifindex);
	if (error)
		log_warning("%s: route to %s: %s", interface->name,
			    nhrp_prefix_format(prefix, text),
			    rtnl_error(interface->daemon->rtnl));
	return error;
}

static void shortcut_uninstall(struct shortcut *shortcut)
{
	struct interface *interface = shortcut->interface;
	struct nhrp_address gateway = shortcut_gateway(&shortcut->prefix,
						       shortcut->via);

	if (interface->ifindex)
		rtnl_route_delete(interface->daemon->rtnl, &shortcut->prefix,
				  &gateway, interface->ifindex);
}

static bool shortcut_used(const struct shortcut *shortcut, uint64_t within)
{
	struct interface *interface = shortcut->interface;
	struct mgre_map map;

	return !mgre_map_get(interface->daemon->mgre, interface->ifindex,
			     &shortcut->via->binding.protocol, &map) &&
	       map.used <= within;
}

static void shortcut_expired(uv_timer_t *timer)
{
	struct shortcut *shortcut = timer->data;
	uint64_t now = daemon_now(shortcut->interface->daemon);
	uint64_t left;

	if (shortcut->expires <= now) {
		shortcut_delete(shortcut, "expired");
		return;
	}
	left = shortcut->expires - now;
	timer_set(timer, left);
	if (shortcut_used(shortcut, left))
		resolve_start(shortcut->interface, &shortcut->destination,
			      true);
}

static struct shortcut *shortcut_new(struct interface *interface,
				     const struct nhrp_prefix *prefix)
{
	struct shortcut *shortcut = calloc(1, sizeof(*shortcut));

	if (!shortcut)
		return NULL;
	shortcut->timer = timer_new(interface->daemon->loop, shortcut_expired,
				    shortcut);
	if (!shortcut->timer) {
		free(shortcut);
		return NULL;
	}
	shortcut->prefix = *prefix;
	shortcut->interface = interface;
	shortcut->created = daemon_now(interface->daemon);
	HASH_ADD(hh, interface->shortcuts, prefix, sizeof(shortcut->prefix),
		 shortcut);
	return shortcut;
}

static void shortcut_lead(struct shortcut *shortcut, struct cache_entry *via)
{
	if (shortcut->via)
		LL_DELETE2(shortcut->via->shortcuts, shortcut, next_via);
	shortcut->via = via;
	LL_PREPEND2(via->shortcuts, shortcut, next_via);
}

static void shortcut_start(struct shortcut *shortcut,
			   const struct nhrp_address *destination,
			   uint64_t life)
{
	shortcut->destination = *destination;
	shortcut->expires = daemon_now(shortcut->interface->daemon) + life;
	timer_set(shortcut->timer, life * 2 / 3);
}

int shortcut_set(struct interface *interface, const struct nhrp_prefix *prefix,
		 struct cache_entry *via,
		 const struct nhrp_address *destination, uint32_t hold)
{
	struct shortcut *shortcut = shortcut_find(interface, prefix);
	bool is_new = !shortcut;
	int error;

	if (is_new && HASH_COUNT(interface->shortcuts) >= SHORTCUT_MAX)
		return -ENOSPC;
	if (is_new || shortcut->via != via) {
		error = shortcut_install(interface, prefix, via);
		if (error)
			return error;
	}
	if (is_new)
		shortcut = shortcut_new(interface, prefix);
	else if (shortcut->via != via)
		shortcut_uninstall(shortcut);
	if (!shortcut)
		return -1;
	if (shortcut->via != via)
		shortcut_lead(shortcut, via);
	shortcut_start(shortcut, destination, hold * 1000ULL);
	if (is_new)
		shortcut_emit(shortcut, EVENT_SHORTCUT_ADD, NULL);
	return 0;
}

void shortcut_delete(struct shortcut *shortcut, const char *reason)
{
	shortcut_uninstall(shortcut);
	shortcut_emit(shortcut, EVENT_SHORTCUT_DELETE, reason);
	LL_DELETE2(shortcut->via->shortcuts, shortcut, next_via);
	HASH_DELETE(hh, shortcut->interface->shortcuts, shortcut);
	timer_free(shortcut->timer);
	free(shortcut);
}

void shortcut_withdraw(struct interface *interface,
		       const struct nhrp_address *destination,
		       const char *reason)
{
	struct shortcut *shortcut, *next;

	HASH_ITER(hh, interface->shortcuts, shortcut, next)
		if (nhrp_prefix_contains(&shortcut->prefix, destination))
			shortcut_delete(shortcut, reason);
}

/* Two prefixes overlap if one of them holds the other's address. */
static bool shortcut_overlaps(const struct nhrp_prefix *a,
			      const struct nhrp_prefix *b)
{
	return nhrp_prefix_contains(a, &b->address) ||
	       nhrp_prefix_contains(b, &a->address);
}

unsigned int shortcut_purge(struct interface *interface,
			    const struct nhrp_prefix *prefix,
			    const struct endpoint *endpoint)
{
	struct shortcut *shortcut, *next;
	unsigned int count = 0;

	HASH_ITER(hh, interface->shortcuts, shortcut, next) {
		if (!shortcut_overlaps(&shortcut->prefix, prefix) ||
		    (endpoint &&
		     !endpoint_equal(&shortcut->via->binding.endpoint,
				     endpoint)))
			continue;
		shortcut_delete(shortcut, "purged");
		count++;
	}
	return count;
}

void shortcut_renew(struct cache_entry *via)
{
	struct shortcut *shortcut;

	LL_FOREACH2(via->shortcuts, shortcut, next_via)
		resolve_start(via->interface, &shortcut->destination, true);
}

void shortcut_adopt(struct interface *interface,
		    const struct rtnl_route *route)
{
	const struct nhrp_address *next_hop = route->gateway.length ?
					      &route->gateway :
					      &route->prefix.address;
	struct cache_entry *via = cache_find(interface, next_hop);
	uint64_t life = interface->config->holdtime * 1000ULL;
	uint64_t now = daemon_now(interface->daemon);
	struct shortcut *shortcut;

	if (!via) {
		rtnl_route_delete(interface->daemon->rtnl, &route->prefix,
				  &route->gateway, interface->ifindex);
		return;
	}
	if (shortcut_find(interface, &route->prefix))
		return;
	shortcut = shortcut_new(interface, &route->prefix);
	if (!shortcut)
		return;
	shortcut_lead(shortcut, via);
	if (via->expires)
		life = via->expires > now ? via->expires - now : 0;
	shortcut_start(shortcut, &route->prefix.address, life);
	shortcut_emit(shortcut, EVENT_SHORTCUT_ADD, "taken over");
}
