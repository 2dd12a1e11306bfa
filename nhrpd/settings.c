// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Settings: what the configuration says of an interface, put into force.
 */
#include "settings.h"

#include <string.h>

#include "cache.h"
#include "config.h"
#include "daemon.h"
#include "interface.h"
#include "log.h"
#include "nhc.h"
#include "peer.h"
#include "rtnl.h"

/* Whether a setting's NBMA address leads to an endpoint. */
static bool settings_is_at(const struct interface *interface,
			   const struct nhrp_address *nbma,
			   const struct endpoint *endpoint)
{
	struct endpoint found;

	return nhrp_address_equal(nbma, &endpoint->nbma) &&
	       endpoint_find(interface, nbma, 0, &found) &&
	       endpoint_equal(&found, endpoint);
}

static bool settings_server_is_at(const struct nhc *nhc,
				  const struct endpoint *endpoint)
{
	struct endpoint server = nhc_endpoint(nhc);

	return nhc->installed && endpoint_equal(&server, endpoint);
}

/* Clients get multicast by "map multicast dynamic". */
static bool settings_has_client(const struct interface *interface,
				const struct endpoint *endpoint)
{
	const struct cache_entry *entry;

	for (entry = interface->cache; entry; entry = entry->hh.next)
		if (entry->binding.type == CACHE_REGISTERED &&
		    endpoint_equal(&entry->binding.endpoint, endpoint))
			return true;
	return false;
}

static unsigned int settings_peer_flags(const struct interface *interface,
					const struct endpoint *endpoint)
{
	const struct config_interface *config = interface->config;
	const struct nhc *nhc;
	unsigned int flags = 0;
	size_t i;

	if (config->multicast_dynamic &&
	    settings_has_client(interface, endpoint))
		flags |= PEER_MULTICAST;
	for (i = 0; i < config->multicast_count; i++)
		if (settings_is_at(interface, &config->multicast[i], endpoint))
			flags |= PEER_MULTICAST;
	for (i = 0; i < config->map_count; i++)
		if (config->maps[i].multicast &&
		    settings_is_at(interface, &config->maps[i].nbma, endpoint))
			flags |= PEER_MULTICAST;
	for (nhc = interface->nhcs; nhc; nhc = nhc->next) {
		if (!settings_server_is_at(nhc, endpoint))
			continue;
		if (nhc->config.multicast)
			flags |= PEER_MULTICAST;
		if (nhc->config.fallback)
			flags |= PEER_FALLBACK;
	}
	return flags;
}

static bool settings_want_peer(const struct interface *interface,
			       const struct endpoint *endpoint)
{
	const struct config_interface *config = interface->config;
	const struct nhc *nhc;
	size_t i;

	for (i = 0; i < config->multicast_count; i++)
		if (settings_is_at(interface, &config->multicast[i], endpoint))
			return true;
	for (i = 0; i < config->map_count; i++)
		if (settings_is_at(interface, &config->maps[i].nbma, endpoint))
			return true;
	for (nhc = interface->nhcs; nhc; nhc = nhc->next)
		if (settings_server_is_at(nhc, endpoint))
			return true;
	return false;
}

struct peer *settings_peer(struct interface *interface,
			   const struct endpoint *endpoint)
{
	return peer_keep(interface, endpoint,
			 settings_peer_flags(interface, endpoint));
}

void settings_release_peer(struct interface *interface,
			   const struct endpoint *endpoint)
{
	struct peer *peer = peer_find(interface, endpoint);

	if (!peer || !peer->kept)
		return;
	if (settings_want_peer(interface, endpoint))
		settings_peer(interface, endpoint);
	else if (peer->mappings)
		peer_unkeep(peer, settings_peer_flags(interface, endpoint));
	else
		peer_release(peer, "not configured any more");
}

static void settings_release_nbma(struct interface *interface,
				  const struct nhrp_address *nbma)
{
	struct endpoint endpoint;

	if (endpoint_find(interface, nbma, 0, &endpoint))
		settings_release_peer(interface, &endpoint);
}

static void settings_map(struct interface *interface,
			 const struct config_map *map)
{
	struct cache_binding binding = {
		.protocol = map->protocol,
		.claimed = map->nbma,
		.type = CACHE_STATIC,
		.prefix_length = nhrp_address_bits(&map->protocol),
	};
	struct cache_entry *entry;

	if (endpoint_of(interface, &map->nbma, 0, &binding.endpoint) &&
	    settings_peer(interface, &binding.endpoint))
		cache_set(interface, &binding, &entry);
}

/* A hub needs the kernel's redirect events. */
static void settings_redirect(struct interface *interface)
{
	const struct config_interface *config = interface->config;
	uint32_t seconds = config->redirect ? config->redirect_interval : 0;
	struct rtnl *rtnl = interface->daemon->rtnl;

	if (interface->redirect == seconds)
		return;
	if (rtnl_set_redirect(rtnl, interface->ifindex, seconds))
		log_warning("%s: redirect %u s: %s", interface->name, seconds,
			    rtnl_error(rtnl));
	else
		interface->redirect = seconds;
}

void settings_apply(struct interface *interface)
{
	const struct config_interface *config = interface->config;
	struct endpoint endpoint;
	size_t i;

	settings_redirect(interface);

	for (i = 0; i < config->multicast_count; i++)
		if (endpoint_of(interface, &config->multicast[i], 0,
				&endpoint))
			settings_peer(interface, &endpoint);
	for (i = 0; i < config->map_count; i++)
		settings_map(interface, &config->maps[i]);
}

static const struct config_map *
settings_find_map(const struct config_interface *config,
		  const struct nhrp_address *protocol)
{
	size_t i;

	for (i = 0; i < config->map_count; i++)
		if (nhrp_address_equal(&config->maps[i].protocol, protocol))
			return &config->maps[i];
	return NULL;
}

/* Mappings and peers that only the old settings have. */
static void settings_withdraw(struct interface *interface,
			      const struct config_interface *old)
{
	struct cache_entry *entry;
	size_t i;

	for (i = 0; i < old->map_count; i++) {
		entry = cache_find(interface, &old->maps[i].protocol);
		if (entry && entry->binding.type == CACHE_STATIC &&
		    !settings_find_map(interface->config,
				       &old->maps[i].protocol))
			cache_delete(entry, "not configured any more");
	}
	for (i = 0; i < old->map_count; i++)
		settings_release_nbma(interface, &old->maps[i].nbma);
	for (i = 0; i < old->multicast_count; i++)
		settings_release_nbma(interface, &old->multicast[i]);
}

/* Two statements are one server if they name the same addresses. */
static bool settings_same_nhs(const struct config_nhs *a,
			      const struct config_nhs *b)
{
	return nhrp_address_equal(&a->protocol, &b->protocol) &&
	       nhrp_address_equal(&a->nbma, &b->nbma) &&
	       !strcmp(a->nbma_name, b->nbma_name);
}

static struct nhc *settings_find_nhc(struct interface *interface,
				     const struct config_nhs *config)
{
	struct nhc *nhc;

	for (nhc = interface->nhcs; nhc; nhc = nhc->next)
		if (settings_same_nhs(&nhc->config, config))
			return nhc;
	return NULL;
}

static const struct config_nhs *
settings_find_nhs(const struct config_interface *config, const struct nhc *nhc)
{
	size_t i;

	for (i = 0; i < config->nhs_count; i++)
		if (settings_same_nhs(&config->nhs[i], &nhc->config))
			return &config->nhs[i];
	return NULL;
}

static void settings_change_nhcs(struct interface *interface)
{
	const struct config_interface *config = interface->config;
	const struct config_nhs *nhs;
	struct nhc *nhc, *next;
	size_t i;

	for (nhc = interface->nhcs; nhc; nhc = next) {
		next = nhc->next;
		nhs = settings_find_nhs(config, nhc);
		if (nhs)
			nhc->config = *nhs;
		else
			nhc_remove(nhc);
	}
	for (i = 0; i < config->nhs_count; i++)
		if (!settings_find_nhc(interface, &config->nhs[i]))
			nhc_add(interface, &config->nhs[i]);
}

/* Those that are peers by their registration alone. */
static void settings_change_clients(struct interface *interface)
{
	const struct config_interface *config = interface->config;
	struct cache_entry *entry;

	for (entry = interface->cache; entry; entry = entry->hh.next)
		if (entry->binding.type == CACHE_REGISTERED &&
		    !entry->peer->kept)
			peer_unkeep(entry->peer, config->multicast_dynamic ?
				    PEER_MULTICAST : 0);
}

/* What a registration says, or how often it is sent, has changed. */
static bool settings_reregister(const struct config_interface *old,
				const struct config_interface *new)
{
	return old->holdtime != new->holdtime ||
	       old->registration_timeout != new->registration_timeout ||
	       old->registration_unique != new->registration_unique ||
	       old->mtu != new->mtu ||
	       strcmp(old->authentication, new->authentication);
}

void settings_change(struct interface *interface,
		     const struct config_interface *config)
{
	const struct config_interface *old = interface->config;
	struct endpoint server;
	struct nhc *nhc;

	interface->config = config;
	if (interface->bound)
		settings_withdraw(interface, old);
	settings_change_nhcs(interface);
	if (!interface->bound)
		return;
	settings_apply(interface);
	if (config->multicast_dynamic != old->multicast_dynamic)
		settings_change_clients(interface);
	for (nhc = interface->nhcs; nhc; nhc = nhc->next) {
		server = nhc_endpoint(nhc);
		if (nhc->installed)
			settings_peer(interface, &server);
	}
	nhc_settings_changed(interface, settings_reregister(old, config));
}
