// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interfaces: mgre devices that the configuration names.
 *
 *	ABSENT --link--> DOWN --bound, IFF_UP, NBMA address--> UP
 *	   ^              | ^                                   |
 *	   +--link gone---+ +--any of these lost----------------+
 *
 * FOREIGN stands beside DOWN: the device is of another kind or has another
 * owner. All state that mirrors the kernel's is taken over when the device is
 * bound and forgotten when it is gone; being DOWN in between changes nothing,
 * for the kernel keeps its side as well.
 */
#include "interface.h"

#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "cache.h"
#include "config.h"
#include "daemon.h"
#include "log.h"
#include "mgre.h"
#include "nhc.h"
#include "peer.h"
#include "purge.h"
#include "resolve.h"
#include "rtnl.h"
#include "session.h"
#include "settings.h"
#include "takeover.h"

static const char *const interface_state_names[] = {
	[INTERFACE_ABSENT] = "absent",
	[INTERFACE_DOWN] = "down",
	[INTERFACE_FOREIGN] = "foreign",
	[INTERFACE_UP] = "up",
};

const char *interface_state_name(enum interface_state state)
{
	return interface_state_names[state];
}

bool interface_is_protected(const struct interface *interface)
{
	return interface->config->protection.kind != CONFIG_PROTECTION_NONE;
}

struct interface *interface_find(struct daemon *daemon, const char *name)
{
	struct interface *interface;

	HASH_FIND(hh, daemon->interfaces, name, strlen(name), interface);
	return interface;
}

struct interface *interface_find_index(struct daemon *daemon,
				       unsigned int ifindex)
{
	struct interface *interface;

	HASH_FIND(hh_index, daemon->by_index, &ifindex, sizeof(ifindex),
		  interface);
	return interface;
}

/* ---- the device ---- */

static void interface_set_state(struct interface *interface,
				enum interface_state state, const char *reason)
{
	bool was_up = interface->state == INTERFACE_UP;
	bool is_up = state == INTERFACE_UP;
	struct event event = {
		.type = is_up ? EVENT_INTERFACE_UP : EVENT_INTERFACE_DOWN,
		.interface = interface,
		.reason = reason,
	};

	if (interface->state == state && interface->reason == reason)
		return;
	interface->state = state;
	interface->reason = reason;
	log_info("%s: %s%s%s", interface->name, interface_state_name(state),
		 reason ? ": " : "", reason ? reason : "");
	event_emit(&interface->daemon->events, &event);
	if (was_up == is_up)
		return;
	nhc_interface_changed(interface);
	if (is_up)
		sessions_wake(interface);
}

static void interface_evaluate(struct interface *interface)
{
	if (!interface->ifindex)
		interface_set_state(interface, INTERFACE_ABSENT, "no device");
	else if (!interface->is_mgre)
		interface_set_state(interface, INTERFACE_FOREIGN,
				    "not a device of kind mgre");
	else if (interface_is_protected(interface) && !interface->protect)
		interface_set_state(interface, INTERFACE_DOWN,
				    "the device cannot be protected");
	else if (interface_is_protected(interface) && interface->remote.length)
		interface_set_state(interface, INTERFACE_DOWN,
				    "a device with a remote address cannot be protected");
	else if (!interface->bound)
		interface_set_state(interface, INTERFACE_FOREIGN,
				    "owned by another process");
	else if (!interface->admin_up)
		interface_set_state(interface, INTERFACE_DOWN,
				    "device is not up");
	else if (!interface->nbma.length)
		interface_set_state(interface, INTERFACE_DOWN,
				    "no NBMA address");
	else if (interface_is_protected(interface) && sessions_open(interface))
		interface_set_state(interface, INTERFACE_DOWN,
				    "its key exchange cannot be opened");
	else
		interface_set_state(interface, INTERFACE_UP, NULL);
}

static void interface_set_nbma(struct interface *interface,
			       const struct nhrp_address *nbma)
{
	struct nhrp_address old = interface->nbma;

	if (nhrp_address_equal(&old, nbma))
		return;
	interface->nbma = *nbma;
	if (nbma->length)
		sessions_moved(interface);
	interface_evaluate(interface);
	if (old.length && interface->state == INTERFACE_UP) {
		answer_withdraw_all(interface, 0);
		nhc_interface_changed(interface);
	}
}

/* Everything that mirrors the kernel's state of the device. */
static void interface_forget(struct interface *interface)
{
	struct resolution *resolution, *next;

	HASH_ITER(hh, interface->resolutions, resolution, next)
		resolve_forget(resolution);
	nhc_device_gone(interface);
	answer_forget(interface);
	purge_forget(interface);
	cache_forget_all(interface, "interface gone");
	peer_forget(interface);
}

/* Nobody will ever use the keys of this device again. */
static void interface_detach(struct interface *interface)
{
	bool bound = interface->bound;

	if (!interface->ifindex)
		return;
	HASH_DELETE(hh_index, interface->daemon->by_index, interface);
	interface->ifindex = 0;
	interface->bound = false;
	interface->is_mgre = false;
	interface->address_count = 0;
	interface_evaluate(interface);
	interface_forget(interface);
	if (bound)
		sessions_stop(interface, "the device is gone");
	sessions_close(interface);
	memset(&interface->nbma, 0, sizeof(interface->nbma));
}

/* Before anything else is done on the device: nothing may leave in clear. */
static void interface_protect(struct interface *interface)
{
	struct rtnl *rtnl = interface->daemon->rtnl;

	if (!interface_is_protected(interface)) {
		if (interface->protect && !interface->bound)
			log_warning("%s: the device requires protection, and the configuration has none: keys must come from elsewhere",
				    interface->name);
		return;
	}
	if (interface->protect)
		return;
	if (rtnl_set_protect(rtnl, interface->ifindex, true))
		log_error("%s: protect require: %s", interface->name,
			  rtnl_error(rtnl));
	else
		interface->protect = true;
}

static void interface_bind(struct interface *interface)
{
	struct mgre *mgre = interface->daemon->mgre;
	struct mgre_device device;

	if (interface_is_protected(interface) && !interface->protect)
		return;
	if (!mgre_ready(mgre) || mgre_bind(mgre, interface->ifindex) ||
	    mgre_device_get(mgre, interface->ifindex, &device)) {
		log_error("%s: cannot be bound: %s", interface->name,
			  mgre_error(mgre));
		return;
	}
	if (device.owner != mgre_port(mgre))
		return;
	interface->bound = true;
	interface->nbma = device.local;
	takeover_start(interface);
	settings_apply(interface);
}

/* The address in use may come or go with the state of the device. */
static void interface_ask_nbma(struct interface *interface)
{
	struct mgre_device device;

	if (!mgre_device_get(interface->daemon->mgre, interface->ifindex,
			     &device))
		interface_set_nbma(interface, &device.local);
}

void interface_link(struct daemon *daemon, const struct rtnl_link *link)
{
	struct interface *interface = interface_find(daemon, link->name);
	struct interface *renamed = interface_find_index(daemon,
							 link->ifindex);

	if (renamed && renamed != interface)
		interface_detach(renamed);
	if (!interface)
		return;
	if (interface->ifindex != link->ifindex) {
		interface_detach(interface);
		interface->ifindex = link->ifindex;
		HASH_ADD(hh_index, daemon->by_index, ifindex,
			 sizeof(interface->ifindex), interface);
	}
	interface->seen = true;
	interface->admin_up = link->up;
	interface->mtu = link->mtu;
	interface->redirect = link->redirect;
	interface->is_mgre = link->is_mgre;
	interface->link = link->link;
	interface->remote = link->remote;
	interface->has_key = link->has_key;
	interface->key = link->key;
	interface->max_entries = link->max_entries;
	interface->protect = link->protect;
	if (link->is_mgre)
		interface_protect(interface);
	if (link->is_mgre && !interface->bound)
		interface_bind(interface);
	else if (interface->bound)
		interface_ask_nbma(interface);
	interface_evaluate(interface);
}

void interface_link_gone(struct daemon *daemon, unsigned int ifindex)
{
	struct interface *interface = interface_find_index(daemon, ifindex);

	if (interface)
		interface_detach(interface);
}

void interface_links_doubt(struct daemon *daemon)
{
	struct interface *interface;

	for (interface = daemon->interfaces; interface;
	     interface = interface->hh.next)
		interface->seen = false;
}

void interface_links_sweep(struct daemon *daemon)
{
	struct interface *interface;

	for (interface = daemon->interfaces; interface;
	     interface = interface->hh.next)
		if (!interface->seen)
			interface_detach(interface);
}

void interface_device(struct daemon *daemon, unsigned int ifindex,
		      const struct mgre_device *device)
{
	struct interface *interface = interface_find_index(daemon, ifindex);

	if (!interface)
		return;
	if (interface->bound)
		interface_set_nbma(interface, &device->local);
	else if (!device->owner && interface->is_mgre)
		interface_bind(interface);
	interface_evaluate(interface);
}

void interface_bind_failed(struct daemon *daemon, unsigned int ifindex,
			   const char *reason)
{
	struct interface *interface = interface_find_index(daemon, ifindex);

	if (interface)
		log_error("%s: cannot be bound: %s", interface->name, reason);
}

/* ---- coming and going with the configuration ---- */

struct interface *interface_add(struct daemon *daemon,
				const struct config_interface *config)
{
	struct interface *interface = calloc(1, sizeof(*interface));
	size_t i;

	if (!interface)
		return NULL;
	memcpy(interface->name, config->name, sizeof(interface->name));
	interface->config = config;
	interface->daemon = daemon;
	interface->reason = "no device";
	interface->exchange_ops = session_key_exchange(config);
	HASH_ADD(hh, daemon->interfaces, name, strlen(interface->name),
		 interface);
	for (i = 0; i < config->nhs_count; i++)
		nhc_add(interface, &config->nhs[i]);
	return interface;
}

void interface_remove(struct interface *interface)
{
	struct daemon *daemon = interface->daemon;
	struct nhc *nhc, *next;

	if (interface->ifindex)
		HASH_DELETE(hh_index, daemon->by_index, interface);
	interface->ifindex = 0;
	interface->bound = false;
	for (nhc = interface->nhcs; nhc; nhc = next) {
		next = nhc->next;
		nhc_free(nhc);
	}
	interface_forget(interface);
	sessions_close(interface);
	HASH_DELETE(hh, daemon->interfaces, interface);
	free(interface);
}

void interface_leave(struct interface *interface)
{
	struct cache_entry *entry, *next_entry;
	struct peer *peer, *next_peer;
	struct nhc *nhc, *next_nhc;

	if (!interface->bound)
		return;
	for (nhc = interface->nhcs; nhc; nhc = next_nhc) {
		next_nhc = nhc->next;
		nhc_remove(nhc);
	}
	HASH_ITER(hh, interface->cache, entry, next_entry)
		if (!entry->by_hand)
			cache_delete(entry, "shutdown");
	HASH_ITER(hh, interface->peers, peer, next_peer)
		if (peer->kept && !peer->mappings)
			peer_release(peer, "shutdown");
	mgre_flush(interface->daemon->mgre);
	sessions_stop(interface, "shutdown");
	mgre_unbind(interface->daemon->mgre, interface->ifindex);
}
