// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Taking over what the kernel holds.
 *
 * Mappings first, as peers and shortcuts hang on them; then peers; routes
 * last, since one without a mapping is a leftover.
 */
#include "takeover.h"

#include <errno.h>

#include "cache.h"
#include "config.h"
#include "daemon.h"
#include "interface.h"
#include "log.h"
#include "mgre.h"
#include "peer.h"
#include "rtnl.h"
#include "session.h"
#include "shortcut.h"

/* A dump is repeated when the table changed under it. */
#define TAKEOVER_TRIES 10

static void takeover_map(const struct mgre_map *map, void *context)
{
	cache_adopt(context, map);
}

/*
 * Sessions first: peers hold theirs. Only the kernel's peers tell the ports of
 * nodes behind NAT.
 */
static void takeover_session(const struct mgre_peer *peer, void *context)
{
	if (peer->endpoint.if_id)
		session_adopt(context, &peer->endpoint, peer->port);
}

static void takeover_peer(const struct mgre_peer *peer, void *context)
{
	unsigned int flags = 0;

	if (peer->flags & MGRE_PEER_FLAGS_MULTICAST)
		flags |= PEER_MULTICAST;
	if (peer->flags & MGRE_PEER_FLAGS_FALLBACK)
		flags |= PEER_FALLBACK;
	peer_adopt(context, peer, flags,
		   !(peer->flags & MGRE_PEER_FLAGS_TRANSIENT));
}

static void takeover_route(const struct rtnl_route *route, void *context)
{
	shortcut_adopt(context, route);
}

static int takeover_dump(struct interface *interface)
{
	struct mgre *mgre = interface->daemon->mgre;
	int error, tries;

	for (tries = 0, error = -EAGAIN;
	     interface_is_protected(interface) && error == -EAGAIN &&
	     tries < TAKEOVER_TRIES; tries++)
		error = mgre_peer_dump(mgre, interface->ifindex,
				       takeover_session, interface);
	for (tries = 0, error = -EAGAIN;
	     error == -EAGAIN && tries < TAKEOVER_TRIES; tries++)
		error = mgre_map_dump(mgre, interface->ifindex, takeover_map,
				      interface);
	if (error) {
		log_error("%s: reading the mappings: %s", interface->name,
			  mgre_error(mgre));
		return error;
	}
	error = mgre_peer_dump(mgre, interface->ifindex, takeover_peer,
			       interface);
	if (error && error != -EAGAIN)
		log_error("%s: reading the peers: %s", interface->name,
			  mgre_error(mgre));
	return 0;
}

/* Whether the configuration still wants a server or static mapping. */
static bool takeover_wanted(const struct interface *interface,
			    const struct cache_binding *binding)
{
	const struct config_interface *config = interface->config;
	size_t i;

	for (i = 0; i < config->map_count; i++)
		if (binding->type == CACHE_STATIC &&
		    nhrp_address_equal(&config->maps[i].protocol,
				       &binding->protocol))
			return true;
	for (i = 0; i < config->nhs_count; i++)
		if (binding->type == CACHE_NHS &&
		    (!config->nhs[i].protocol.length ||
		     nhrp_address_equal(&config->nhs[i].protocol,
					&binding->protocol)))
			return true;
	return false;
}

/* What was made while the interface was protected another way is of no use. */
static bool takeover_fits(const struct interface *interface,
			  const struct endpoint *endpoint)
{
	return !interface_is_protected(interface) == !endpoint->if_id;
}

/* Entries of the configuration carry a cookie; those made by hand don't. */
static void takeover_clean(struct interface *interface)
{
	struct cache_entry *entry, *next;
	struct endpoint endpoint;
	struct peer *peer;

	HASH_ITER(hh, interface->cache, entry, next) {
		if (entry->by_hand)
			continue;
		if (takeover_fits(interface, &entry->binding.endpoint) &&
		    (entry->binding.type < CACHE_NHS ||
		     takeover_wanted(interface, &entry->binding)))
			continue;
		endpoint = entry->binding.endpoint;
		cache_delete(entry, "not configured any more");
		peer = peer_find(interface, &endpoint);
		if (peer && !peer->mappings)
			peer_release(peer, "not configured any more");
	}
}

void takeover_start(struct interface *interface)
{
	if (takeover_dump(interface))
		return;
	takeover_clean(interface);
	rtnl_route_dump(interface->daemon->rtnl, interface->ifindex,
			takeover_route, interface);
	if (interface->cache)
		log_info("%s: %u mappings taken over", interface->name,
			 HASH_COUNT(interface->cache));
}

void takeover_again(struct interface *interface)
{
	struct cache_entry *entry, *next;

	for (entry = interface->cache; entry; entry = entry->hh.next)
		entry->seen = false;
	if (takeover_dump(interface))
		return;
	HASH_ITER(hh, interface->cache, entry, next)
		if (!entry->seen)
			cache_forget(entry, "gone from the kernel");
}
