// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake_kernel.h"

#define FAKE_PORT 1

struct mgre {
	char unused;
};

struct rtnl {
	char unused;
};

static struct mgre fake_mgre;
static struct rtnl fake_rtnl;

struct fake_kernel fake;

/* ---- setting up ---- */

struct nhrp_address fake_address(const char *text)
{
	struct nhrp_address address;

	if (!nhrp_address_parse(text, &address))
		abort();
	return address;
}

void fake_reset(void)
{
	fake.link_count = 0;
	fake.address_count = 0;
	fake.route_count = 0;
	fake.peer_count = 0;
	fake.map_count = 0;
	fake.sent_count = 0;
	fake.unprotectable = false;
	fake.unprotected = SIZE_MAX;
}

void fake_add_link(unsigned int ifindex, const char *name, const char *nbma)
{
	struct rtnl_link *link = &fake.links[fake.link_count++];

	memset(link, 0, sizeof(*link));
	link->ifindex = ifindex;
	strcpy(link->name, name);
	link->mtu = 1400;
	link->up = true;
	link->is_mgre = true;
	link->local = fake_address(nbma);
	link->max_entries = FAKE_MAX;
}

static struct rtnl_route *add_route(const struct nhrp_address *address,
				    uint8_t prefix_length,
				    unsigned int ifindex)
{
	struct rtnl_route *route = &fake.routes[fake.route_count++];

	memset(route, 0, sizeof(*route));
	route->type = RTNL_ROUTE_UNICAST;
	nhrp_prefix_of(address, prefix_length, &route->prefix);
	route->ifindex = ifindex;
	return route;
}

void fake_add_address(unsigned int ifindex, const char *text,
		      uint8_t prefix_length)
{
	struct rtnl_address *address = &fake.addresses[fake.address_count++];

	memset(address, 0, sizeof(*address));
	address->ifindex = ifindex;
	address->address = fake_address(text);
	address->prefix_length = prefix_length;
	add_route(&address->address, prefix_length, ifindex);
	add_route(&address->address, NHRP_PREFIX_HOST, ifindex)->type =
		RTNL_ROUTE_LOCAL;
}

void fake_add_route(const char *text, uint8_t prefix_length,
		    const char *gateway, unsigned int ifindex)
{
	struct nhrp_address address = fake_address(text);
	struct rtnl_route *route = add_route(&address, prefix_length, ifindex);

	if (gateway)
		route->gateway = fake_address(gateway);
}

void fake_receive_by(unsigned int ifindex, const char *nbma, uint32_t if_id,
		     const void *bytes, size_t length)
{
	struct mgre_packet packet = {
		.endpoint = { .nbma = fake_address(nbma), .if_id = if_id },
		.data = bytes,
		.length = length,
	};

	fake.mgre_events->packet(fake.context, ifindex, &packet);
}

void fake_receive(unsigned int ifindex, const char *nbma, const void *bytes,
		  size_t length)
{
	fake_receive_by(ifindex, nbma, 0, bytes, length);
}

static struct fake_map *find_map(unsigned int ifindex,
				 const struct nhrp_address *protocol)
{
	size_t i;

	for (i = 0; i < fake.map_count; i++)
		if (fake.maps[i].ifindex == ifindex &&
		    nhrp_address_equal(&fake.maps[i].map.protocol, protocol))
			return &fake.maps[i];
	return NULL;
}

const struct mgre_map *fake_find_map(unsigned int ifindex,
				     const struct nhrp_address *protocol)
{
	const struct fake_map *found = find_map(ifindex, protocol);

	return found ? &found->map : NULL;
}

const struct rtnl_route *fake_find_route(const char *text,
					 uint8_t prefix_length)
{
	struct nhrp_address address = fake_address(text);
	struct nhrp_prefix prefix;
	size_t i;

	nhrp_prefix_of(&address, prefix_length, &prefix);
	for (i = 0; i < fake.route_count; i++)
		if (fake.routes[i].protocol == RTNL_PROTOCOL_DMVPN &&
		    nhrp_prefix_equal(&fake.routes[i].prefix, &prefix))
			return &fake.routes[i];
	return NULL;
}

/* ---- mgre.h ---- */

struct mgre *mgre_open(uv_loop_t *loop, const struct mgre_events *events,
		       void *context)
{
	(void)loop;
	fake.mgre_events = events;
	fake.context = context;
	return &fake_mgre;
}

void mgre_close(struct mgre *mgre)
{
	(void)mgre;
}

bool mgre_ready(struct mgre *mgre)
{
	(void)mgre;
	return true;
}

uint32_t mgre_port(const struct mgre *mgre)
{
	(void)mgre;
	return FAKE_PORT;
}

const char *mgre_error(const struct mgre *mgre)
{
	(void)mgre;
	return "the fake kernel refuses";
}

int mgre_bind(struct mgre *mgre, unsigned int ifindex)
{
	(void)mgre;
	(void)ifindex;
	return 0;
}

int mgre_unbind(struct mgre *mgre, unsigned int ifindex)
{
	(void)mgre;
	(void)ifindex;
	return 0;
}

int mgre_device_get(struct mgre *mgre, unsigned int ifindex,
		    struct mgre_device *device)
{
	size_t i;

	(void)mgre;
	for (i = 0; i < fake.link_count; i++) {
		if (fake.links[i].ifindex != ifindex)
			continue;
		device->local = fake.links[i].local;
		device->owner = FAKE_PORT;
		return 0;
	}
	return -ENODEV;
}

static struct fake_peer *find_peer(unsigned int ifindex,
				   const struct endpoint *endpoint)
{
	size_t i;

	for (i = 0; i < fake.peer_count; i++)
		if (fake.peers[i].ifindex == ifindex &&
		    endpoint_equal(&fake.peers[i].peer.endpoint, endpoint))
			return &fake.peers[i];
	return NULL;
}

static struct fake_peer *make_peer(unsigned int ifindex,
				   const struct endpoint *endpoint)
{
	struct fake_peer *found = find_peer(ifindex, endpoint);

	if (found || fake.peer_count == FAKE_MAX)
		return found;
	found = &fake.peers[fake.peer_count++];
	found->ifindex = ifindex;
	found->peer.endpoint = *endpoint;
	found->peer.flags = MGRE_PEER_FLAGS_TRANSIENT;
	found->peer.up = true;
	found->peer.wanted = true;
	return found;
}

int mgre_peer_set(struct mgre *mgre, unsigned int ifindex,
		  const struct endpoint *endpoint,
		  const struct mgre_peer_change *change)
{
	struct fake_peer *found = find_peer(ifindex, endpoint);

	(void)mgre;
	if (!found && !change->create)
		return -ENOENT;
	if (!found)
		found = make_peer(ifindex, endpoint);
	if (!found)
		return -ENOSPC;
	found->peer.flags = (found->peer.flags & ~change->selector) |
			    (change->flags & change->selector);
	if (change->has_state)
		found->peer.up = found->peer.wanted = change->up;
	return 0;
}

static bool peer_has_maps(const struct fake_peer *peer)
{
	size_t i;

	for (i = 0; i < fake.map_count; i++)
		if (fake.maps[i].ifindex == peer->ifindex &&
		    endpoint_equal(&fake.maps[i].map.endpoint,
				   &peer->peer.endpoint))
			return true;
	return false;
}

/* Transient peers go with their last mapping. */
static void sweep_peers(void)
{
	size_t i = 0;

	while (i < fake.peer_count) {
		if (!(fake.peers[i].peer.flags & MGRE_PEER_FLAGS_TRANSIENT) ||
		    peer_has_maps(&fake.peers[i]))
			i++;
		else
			fake.peers[i] = fake.peers[--fake.peer_count];
	}
}

int mgre_peer_delete(struct mgre *mgre, unsigned int ifindex,
		     const struct endpoint *endpoint)
{
	struct fake_peer *found = find_peer(ifindex, endpoint);
	size_t i = 0;

	(void)mgre;
	if (!found)
		return -ENOENT;
	while (i < fake.map_count) {
		if (fake.maps[i].ifindex == ifindex &&
		    endpoint_equal(&fake.maps[i].map.endpoint, endpoint))
			fake.maps[i] = fake.maps[--fake.map_count];
		else
			i++;
	}
	*found = fake.peers[--fake.peer_count];
	return 0;
}

int mgre_peer_dump(struct mgre *mgre, unsigned int ifindex,
		   void (*each)(const struct mgre_peer *peer, void *context),
		   void *context)
{
	size_t i;

	(void)mgre;
	for (i = 0; i < fake.peer_count; i++)
		if (fake.peers[i].ifindex == ifindex)
			each(&fake.peers[i].peer, context);
	return 0;
}

int mgre_map_set(struct mgre *mgre, unsigned int ifindex,
		 const struct mgre_map *map)
{
	struct fake_map *found = find_map(ifindex, &map->protocol);

	(void)mgre;
	if (!found && fake.map_count == FAKE_MAX)
		return -ENOSPC;
	if (!make_peer(ifindex, &map->endpoint))
		return -ENOSPC;
	if (!found)
		found = &fake.maps[fake.map_count++];
	found->ifindex = ifindex;
	found->map = *map;
	found->map.created = 0;
	found->map.expires = map->hold * 1000ULL;
	found->map.used = UINT64_MAX;
	sweep_peers();
	return 0;
}

int mgre_map_delete(struct mgre *mgre, unsigned int ifindex,
		    const struct nhrp_address *protocol)
{
	struct fake_map *found = find_map(ifindex, protocol);

	(void)mgre;
	if (!found)
		return -ENOENT;
	*found = fake.maps[--fake.map_count];
	sweep_peers();
	return 0;
}

int mgre_map_get(struct mgre *mgre, unsigned int ifindex,
		 const struct nhrp_address *protocol, struct mgre_map *map)
{
	const struct fake_map *found = find_map(ifindex, protocol);

	(void)mgre;
	if (!found)
		return -ENOENT;
	*map = found->map;
	return 0;
}

int mgre_map_dump(struct mgre *mgre, unsigned int ifindex,
		  void (*each)(const struct mgre_map *map, void *context),
		  void *context)
{
	size_t i;

	(void)mgre;
	for (i = 0; i < fake.map_count; i++)
		if (fake.maps[i].ifindex == ifindex)
			each(&fake.maps[i].map, context);
	return 0;
}

int mgre_send(struct mgre *mgre, unsigned int ifindex,
	      const struct mgre_packet *packet)
{
	struct fake_sent *sent;

	(void)mgre;
	if (packet->length > FAKE_BYTES)
		abort();
	if (fake.sent_count++ >= FAKE_MAX)
		return 0;
	sent = &fake.sent[fake.sent_count - 1];
	sent->ifindex = ifindex;
	sent->endpoint = packet->endpoint;
	sent->length = packet->length;
	memcpy(sent->bytes, packet->data, packet->length);
	return 0;
}

void mgre_flush(struct mgre *mgre)
{
	(void)mgre;
}

/* ---- rtnl.h ---- */

struct rtnl *rtnl_open(uv_loop_t *loop, const struct rtnl_events *events,
		       void *context)
{
	(void)loop;
	(void)context;
	fake.rtnl_events = events;
	return &fake_rtnl;
}

void rtnl_close(struct rtnl *rtnl)
{
	(void)rtnl;
}

const char *rtnl_error(const struct rtnl *rtnl)
{
	(void)rtnl;
	return "the fake kernel refuses";
}

int rtnl_set_redirect(struct rtnl *rtnl, unsigned int ifindex,
		      uint32_t seconds)
{
	(void)rtnl;
	(void)ifindex;
	(void)seconds;
	return 0;
}

int rtnl_set_protect(struct rtnl *rtnl, unsigned int ifindex, bool require)
{
	size_t i;

	(void)rtnl;
	if (require)
		fake.unprotected = fake.peer_count + fake.map_count +
				   fake.sent_count;
	for (i = 0; i < fake.link_count; i++)
		if (fake.links[i].ifindex == ifindex && !fake.unprotectable)
			fake.links[i].protect = require;
	return fake.unprotectable ? -EOPNOTSUPP : 0;
}

int rtnl_dump(struct rtnl *rtnl)
{
	size_t i;

	(void)rtnl;
	for (i = 0; i < fake.link_count; i++)
		fake.rtnl_events->link(fake.context, &fake.links[i]);
	for (i = 0; i < fake.address_count; i++)
		fake.rtnl_events->address(fake.context, &fake.addresses[i]);
	return 0;
}

int rtnl_lookup(struct rtnl *rtnl, const struct nhrp_address *destination,
		struct rtnl_route *route)
{
	const struct rtnl_route *best = NULL;
	size_t i;

	(void)rtnl;
	memset(route, 0, sizeof(*route));
	for (i = 0; i < fake.route_count; i++)
		if (nhrp_prefix_contains(&fake.routes[i].prefix,
					 destination) &&
		    (!best ||
		     fake.routes[i].prefix.length >= best->prefix.length))
			best = &fake.routes[i];
	if (best)
		*route = *best;
	return 0;
}

int rtnl_widest_prefix(struct rtnl *rtnl,
		       const struct nhrp_address *destination,
		       const struct rtnl_route *route,
		       struct nhrp_prefix *prefix)
{
	(void)rtnl;
	nhrp_prefix_of(destination, route->prefix.length, prefix);
	return 0;
}

int rtnl_route_add(struct rtnl *rtnl, const struct nhrp_prefix *prefix,
		   const struct nhrp_address *gateway, unsigned int ifindex)
{
	struct rtnl_route *route;

	(void)rtnl;
	if (fake.route_count == FAKE_MAX)
		return -ENOSPC;
	route = add_route(&prefix->address, prefix->length, ifindex);
	route->gateway = *gateway;
	route->protocol = RTNL_PROTOCOL_DMVPN;
	return 0;
}

static bool is_route(const struct rtnl_route *route,
		     const struct nhrp_prefix *prefix,
		     const struct nhrp_address *gateway, unsigned int ifindex)
{
	return route->protocol == RTNL_PROTOCOL_DMVPN &&
	       route->ifindex == ifindex &&
	       nhrp_prefix_equal(&route->prefix, prefix) &&
	       nhrp_address_equal(&route->gateway, gateway);
}

int rtnl_route_delete(struct rtnl *rtnl, const struct nhrp_prefix *prefix,
		      const struct nhrp_address *gateway, unsigned int ifindex)
{
	size_t i;

	(void)rtnl;
	for (i = 0; i < fake.route_count; i++) {
		if (!is_route(&fake.routes[i], prefix, gateway, ifindex))
			continue;
		fake.routes[i] = fake.routes[--fake.route_count];
		return 0;
	}
	return -ESRCH;
}

int rtnl_route_dump(struct rtnl *rtnl, unsigned int ifindex,
		    void (*each)(const struct rtnl_route *route,
				 void *context),
		    void *context)
{
	struct rtnl_route routes[FAKE_MAX];
	size_t count = fake.route_count;
	size_t i;

	(void)rtnl;
	memcpy(routes, fake.routes, sizeof(routes));
	for (i = 0; i < count; i++)
		if (routes[i].protocol == RTNL_PROTOCOL_DMVPN &&
		    routes[i].ifindex == ifindex)
			each(&routes[i], context);
	return 0;
}
