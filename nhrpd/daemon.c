// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon as a whole: what the kernel says goes to where it belongs, and
 * the configuration comes into force.
 */
#include "daemon.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "cache.h"
#include "config.h"
#include "interface.h"
#include "log.h"
#include "mgre.h"
#include "nhc.h"
#include "peer.h"
#include "purge.h"
#include "receive.h"
#include "redirect.h"
#include "request_id.h"
#include "resolve.h"
#include "rtnl.h"
#include "session.h"
#include "settings.h"
#include "shortcut.h"
#include "takeover.h"
#include "timer.h"

/* How long a shutdown waits for purges to be acknowledged. */
#define DAEMON_LEAVE 2000
#define DAEMON_LEAVE_STEP 50

/* ---- what the module says ---- */

static void daemon_packet(void *context, unsigned int ifindex,
			  const struct mgre_packet *packet)
{
	struct interface *interface = interface_find_index(context, ifindex);

	if (interface)
		receive_packet(interface, packet);
}

static void daemon_miss(void *context, unsigned int ifindex,
			const struct nhrp_address *protocol)
{
	struct interface *interface = interface_find_index(context, ifindex);

	if (interface)
		resolve_start(interface, protocol, false);
}

static void daemon_redirect(void *context, unsigned int ifindex,
			    const uint8_t *data, size_t length)
{
	struct interface *interface = interface_find_index(context, ifindex);

	if (interface)
		redirect_send(interface, data, length);
}

/* The event may be older than a refresh of ours: the kernel knows. */
static void daemon_map_expired(void *context, unsigned int ifindex,
			       const struct mgre_map *map)
{
	struct interface *interface = interface_find_index(context, ifindex);
	struct daemon *daemon = context;
	struct cache_entry *entry;
	struct mgre_map now;

	if (!interface)
		return;
	entry = cache_find(interface, &map->protocol);
	if (entry && mgre_map_get(daemon->mgre, ifindex, &map->protocol,
				  &now) == -ENOENT)
		cache_forget(entry, "expired");
}

static void daemon_map_refresh(void *context, unsigned int ifindex,
			       const struct mgre_map *map)
{
	struct interface *interface = interface_find_index(context, ifindex);
	struct cache_entry *entry;

	if (!interface)
		return;
	entry = cache_find(interface, &map->protocol);
	if (!entry || entry->binding.type > CACHE_RESOLVED)
		return;
	if (entry->shortcuts)
		shortcut_renew(entry);
	else
		resolve_start(interface, &map->protocol, true);
}

static void daemon_peer_state(void *context, unsigned int ifindex,
			      const struct mgre_peer *peer)
{
	struct interface *interface = interface_find_index(context, ifindex);

	if (interface)
		peer_state_changed(interface, &peer->endpoint, peer->up);
}

static void daemon_unknown_peer(void *context, unsigned int ifindex,
				const struct endpoint *endpoint)
{
	struct interface *interface = interface_find_index(context, ifindex);

	if (interface)
		purge_own(interface, endpoint);
}

static void daemon_device(void *context, unsigned int ifindex,
			  const struct mgre_device *device)
{
	interface_device(context, ifindex, device);
}

static void daemon_overrun(void *context, unsigned int ifindex, uint64_t lost)
{
	struct interface *interface = interface_find_index(context, ifindex);

	if (!interface)
		return;
	interface->traffic.lost += lost;
	if (interface->bound)
		takeover_again(interface);
}

static void daemon_bind_failed(void *context, unsigned int ifindex, int error,
			       const char *reason)
{
	(void)error;
	interface_bind_failed(context, ifindex, reason);
}

static void daemon_mgre_lost(void *context)
{
	struct daemon *daemon = context;
	struct interface *interface;
	struct mgre_device device;

	log_limited(&daemon->limit, 4, "events lost: reading the cache again");
	for (interface = daemon->interfaces; interface;
	     interface = interface->hh.next) {
		if (interface->is_mgre &&
		    !mgre_device_get(daemon->mgre, interface->ifindex,
				     &device))
			interface_device(daemon, interface->ifindex, &device);
		if (interface->bound)
			takeover_again(interface);
	}
}

static const struct mgre_events daemon_mgre_events = {
	.packet = daemon_packet,
	.miss = daemon_miss,
	.redirect = daemon_redirect,
	.map_expired = daemon_map_expired,
	.map_refresh = daemon_map_refresh,
	.peer_state = daemon_peer_state,
	.unknown_peer = daemon_unknown_peer,
	.device = daemon_device,
	.overrun = daemon_overrun,
	.bind_failed = daemon_bind_failed,
	.lost = daemon_mgre_lost,
};

/* ---- what the stack says ---- */

/*
 * Any route may have changed: those of a device that goes down go without
 * notice with IPv4.
 */
static void daemon_routes_gone(struct daemon *daemon)
{
	struct interface *interface;

	for (interface = daemon->interfaces; interface;
	     interface = interface->hh.next)
		answer_check_all(interface);
}

static void daemon_link(void *context, const struct rtnl_link *link)
{
	interface_link(context, link);
	if (!link->up)
		daemon_routes_gone(context);
}

static void daemon_link_gone(void *context, unsigned int ifindex)
{
	interface_link_gone(context, ifindex);
	daemon_routes_gone(context);
}

static void daemon_address(void *context, const struct rtnl_address *address)
{
	interface_address(context, address);
}

static void daemon_address_gone(void *context,
				const struct rtnl_address *address)
{
	interface_address_gone(context, address);
}

static void daemon_route(void *context, const struct nhrp_prefix *prefix)
{
	struct daemon *daemon = context;
	struct interface *interface;

	for (interface = daemon->interfaces; interface;
	     interface = interface->hh.next)
		answer_check(interface, prefix);
}

static void daemon_rtnl_lost(void *context)
{
	struct daemon *daemon = context;

	log_limited(&daemon->limit, 4, "events lost: reading the links again");
	interface_links_doubt(daemon);
	interface_addresses_doubt(daemon);
	if (!rtnl_dump(daemon->rtnl)) {
		interface_links_sweep(daemon);
		interface_addresses_sweep(daemon);
	}
	daemon_routes_gone(daemon);
}

static const struct rtnl_events daemon_rtnl_events = {
	.link = daemon_link,
	.link_gone = daemon_link_gone,
	.address = daemon_address,
	.address_gone = daemon_address_gone,
	.route = daemon_route,
	.lost = daemon_rtnl_lost,
};

/* ---- from start to end ---- */

int daemon_start(struct daemon *daemon, struct config *config)
{
	size_t i;
	int error;

	daemon->config = config;
	hash_start();
	request_id_start(daemon);
	daemon->mgre = mgre_open(daemon->loop, &daemon_mgre_events, daemon);
	daemon->rtnl = rtnl_open(daemon->loop, &daemon_rtnl_events, daemon);
	if (!daemon->mgre || !daemon->rtnl)
		return -1;
	for (i = 0; i < config->interface_count; i++)
		if (!interface_add(daemon, &config->interfaces[i])) {
			log_error("out of memory");
			return -1;
		}
	error = rtnl_dump(daemon->rtnl);
	if (error)
		log_error("reading the links: %s", strerror(-error));
	return error ? -1 : 0;
}

void daemon_stop(struct daemon *daemon)
{
	struct interface *interface, *next;

	HASH_ITER(hh, daemon->interfaces, interface, next)
		interface_remove(interface);
	timer_free(daemon->leave_timer);
	daemon->leave_timer = NULL;
	rtnl_close(daemon->rtnl);
	mgre_close(daemon->mgre);
	config_free(daemon->config);
	daemon->rtnl = NULL;
	daemon->mgre = NULL;
	daemon->config = NULL;
}

/* Interfaces that the new configuration does not name. */
static void daemon_remove_interfaces(struct daemon *daemon,
				     const struct config *config)
{
	struct interface *interface, *next;

	HASH_ITER(hh, daemon->interfaces, interface, next) {
		if (config_find(config, interface->name))
			continue;
		answer_withdraw_all(interface, 0);
		interface_leave(interface);
		interface_remove(interface);
	}
}

/* Whoever was protected in another way is met anew. */
static void daemon_protect_again(struct interface *interface,
				 const struct config_interface *settings)
{
	struct daemon *daemon = interface->daemon;
	unsigned int ifindex = interface->ifindex;
	bool was_protected = interface_is_protected(interface);

	log_info("%s: protection has changed, all begins anew",
		 interface->name);
	answer_withdraw_all(interface, 0);
	interface_leave(interface);
	interface_remove(interface);
	if (was_protected && ifindex &&
	    settings->protection.kind == CONFIG_PROTECTION_NONE &&
	    rtnl_set_protect(daemon->rtnl, ifindex, false))
		log_error("%s: protect none: %s", settings->name,
			  rtnl_error(daemon->rtnl));
	interface_add(daemon, settings);
}

static void daemon_change(struct interface *interface,
			  const struct config_interface *settings)
{
	if (!config_protection_equal(&interface->config->protection,
				     &settings->protection)) {
		daemon_protect_again(interface, settings);
		return;
	}
	settings_change(interface, settings);
	sessions_reload(interface);
}

int daemon_reload(struct daemon *daemon, char **error)
{
	struct config_error reason;
	struct config *config = config_read(daemon->config_path, &reason);
	struct config *before = daemon->config;
	const struct config_interface *settings;
	struct interface *interface;
	size_t i;

	if (!config) {
		*error = strdup(reason.text);
		return -1;
	}
	daemon_remove_interfaces(daemon, config);
	daemon->config = config;
	for (i = 0; i < config->interface_count; i++) {
		settings = &config->interfaces[i];
		interface = interface_find(daemon, settings->name);
		if (interface)
			daemon_change(interface, settings);
		else
			interface_add(daemon, settings);
	}
	config_free(before);
	rtnl_dump(daemon->rtnl);
	log_info("configuration read again");
	return 0;
}

/* ---- leaving the network ---- */

static bool daemon_purges_open(const struct daemon *daemon)
{
	const struct interface *interface;

	for (interface = daemon->interfaces; interface;
	     interface = interface->hh.next)
		if (interface->purges)
			return true;
	return false;
}

static void daemon_leave(uv_timer_t *timer)
{
	struct daemon *daemon = timer->data;
	struct interface *interface;

	if (daemon_purges_open(daemon) &&
	    daemon_now(daemon) < daemon->leave_until) {
		timer_set(timer, DAEMON_LEAVE_STEP);
		return;
	}
	for (interface = daemon->interfaces; interface;
	     interface = interface->hh.next)
		interface_leave(interface);
	uv_stop(daemon->loop);
}

void daemon_shutdown(struct daemon *daemon)
{
	struct interface *interface;
	struct nhc *nhc;

	if (daemon->leave_timer)
		return;
	for (interface = daemon->interfaces; interface;
	     interface = interface->hh.next) {
		answer_withdraw_all(interface, 0);
		for (nhc = interface->nhcs; nhc; nhc = nhc->next)
			nhc_deregister(nhc);
	}
	daemon->leave_until = daemon_now(daemon) + DAEMON_LEAVE;
	daemon->leave_timer = timer_new(daemon->loop, daemon_leave, daemon);
	if (daemon->leave_timer)
		timer_set(daemon->leave_timer, DAEMON_LEAVE_STEP);
	else
		uv_stop(daemon->loop);
}
