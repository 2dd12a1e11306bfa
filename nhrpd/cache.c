// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cache: protocol address to NBMA address.
 *
 * An entry comes into being when the kernel has taken its mapping, and ends
 * when the kernel announces that the mapping expired, or when it is deleted
 * here. There are no timers: ageing is the kernel's.
 */
#include "cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cookie.h"
#include "daemon.h"
#include "interface.h"
#include "log.h"
#include "mgre.h"
#include "peer.h"
#include "shortcut.h"

static const char *const cache_type_names[] = {
	[CACHE_REQUESTER] = "requester",
	[CACHE_RESOLVED] = "resolved",
	[CACHE_REGISTERED] = "registered",
	[CACHE_NHS] = "nhs",
	[CACHE_STATIC] = "static",
};

const char *cache_type_name(enum cache_type type)
{
	return cache_type_names[type];
}

static void cache_emit(struct cache_entry *entry, enum event_type type,
		       const char *reason)
{
	struct event event = {
		.type = type,
		.interface = entry->interface,
		.cache = entry,
		.reason = reason,
	};

	event_emit(&entry->interface->daemon->events, &event);
}

struct cache_entry *cache_find(const struct interface *interface,
			       const struct nhrp_address *protocol)
{
	struct cache_entry *entry;

	HASH_FIND(hh, interface->cache, protocol, sizeof(*protocol), entry);
	return entry;
}

static unsigned int cache_authority(enum cache_type type)
{
	return type == CACHE_REQUESTER ? CACHE_RESOLVED : type;
}

static int cache_install(struct interface *interface,
			 const struct cache_binding *binding)
{
	char protocol[NHRP_ADDRESS_TEXT], nbma[NHRP_ADDRESS_TEXT];
	struct mgre_map map = {
		.protocol = binding->protocol,
		.endpoint = binding->endpoint,
		.hold = binding->holding_time,
	};
	int error;

	cookie_write(binding, &map);
	error = mgre_map_set(interface->daemon->mgre, interface->ifindex,
			     &map);
	if (error && error != -ENOSPC)
		log_warning("%s: mapping %s to %s: %s", interface->name,
			    nhrp_address_format(&binding->protocol, protocol),
			    nhrp_address_format(&binding->endpoint.nbma, nbma),
			    mgre_error(interface->daemon->mgre));
	return error;
}

static struct cache_entry *cache_add(struct interface *interface,
				     const struct cache_binding *binding)
{
	struct cache_entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->binding = *binding;
	entry->interface = interface;
	entry->created = daemon_now(interface->daemon);
	entry->peer = peer_hold(interface, &binding->endpoint);
	if (!entry->peer) {
		free(entry);
		return NULL;
	}
	HASH_ADD(hh, interface->cache, binding.protocol,
		 sizeof(entry->binding.protocol), entry);
	if (binding->type == CACHE_REGISTERED)
		interface->registered++;
	return entry;
}

/* Give an entry a new binding. Returns whether more than its life changed. */
static bool cache_rebind(struct cache_entry *entry,
			 const struct cache_binding *binding)
{
	struct cache_binding *old = &entry->binding;
	bool changed = old->type != binding->type ||
		       old->flags != binding->flags ||
		       !endpoint_equal(&old->endpoint, &binding->endpoint) ||
		       !nhrp_address_equal(&old->claimed, &binding->claimed);
	struct peer *peer;

	if (entry->peer &&
	    !endpoint_equal(&old->endpoint, &binding->endpoint)) {
		peer = peer_hold(entry->interface, &binding->endpoint);
		if (peer) {
			peer_drop(entry->peer);
			entry->peer = peer;
		}
	}
	if (old->type == CACHE_REGISTERED)
		entry->interface->registered--;
	if (binding->type == CACHE_REGISTERED)
		entry->interface->registered++;
	entry->binding = *binding;
	return changed;
}

static void cache_set_life(struct cache_entry *entry)
{
	uint64_t now = daemon_now(entry->interface->daemon);
	uint32_t hold = entry->binding.holding_time;

	entry->expires = hold ? now + hold * 1000ULL : 0;
}

/* Whether @entry stands in the way of a binding, and what that means. */
static bool cache_outranks(const struct cache_entry *entry,
			   const struct cache_binding *binding, int *result)
{
	if (cache_authority(entry->binding.type) <=
	    cache_authority(binding->type))
		return false;
	*result = endpoint_equal(&entry->binding.endpoint,
				 &binding->endpoint) ? 0 : -EEXIST;
	return true;
}

/*
 * A node that asked us and answered us is known by both, and for as long as
 * either of them says: neither ends what the other still relies on.
 */
static void cache_merge(const struct cache_entry *entry,
			struct cache_binding *binding)
{
	uint32_t left = cache_remaining(entry);

	if (cache_authority(entry->binding.type) != CACHE_RESOLVED ||
	    cache_authority(binding->type) != CACHE_RESOLVED ||
	    !endpoint_equal(&entry->binding.endpoint, &binding->endpoint))
		return;
	if (entry->binding.type == CACHE_RESOLVED)
		binding->type = CACHE_RESOLVED;
	if (binding->holding_time < left)
		binding->holding_time = left;
}

int cache_set(struct interface *interface, const struct cache_binding *wanted,
	      struct cache_entry **entry)
{
	struct cache_entry *found = cache_find(interface, &wanted->protocol);
	struct cache_binding binding = *wanted;
	enum event_type type;
	int result;

	*entry = found;
	if (found && cache_outranks(found, wanted, &result))
		return result;
	if (found)
		cache_merge(found, &binding);
	result = cache_install(interface, &binding);
	if (result)
		return result;
	if (found) {
		type = cache_rebind(found, &binding) ? EVENT_CACHE_CHANGE :
						      EVENT_CACHE_REFRESH;
	} else {
		found = cache_add(interface, &binding);
		type = EVENT_CACHE_ADD;
	}
	if (!found)
		return -ENOMEM;
	found->by_hand = false;
	cache_set_life(found);
	cache_emit(found, type, NULL);
	*entry = found;
	return 0;
}

int cache_admit(struct interface *interface,
		const struct cache_binding *wanted, struct cache_entry **entry)
{
	bool stranger = !peer_find(interface, &wanted->endpoint);
	int error;

	if (stranger) {
		error = peer_admit(interface, &wanted->endpoint);
		if (error)
			return error;
	}
	error = cache_set(interface, wanted, entry);
	if (stranger && error)
		peer_admit_undo(interface, &wanted->endpoint);
	else if (stranger)
		peer_admitted((*entry)->peer);
	return error;
}

void cache_forget(struct cache_entry *entry, const char *reason)
{
	struct interface *interface = entry->interface;

	while (entry->shortcuts)
		shortcut_delete(entry->shortcuts, reason);
	cache_emit(entry, EVENT_CACHE_DELETE, reason);
	HASH_DELETE(hh, interface->cache, entry);
	if (entry->binding.type == CACHE_REGISTERED)
		interface->registered--;
	peer_drop(entry->peer);
	free(entry);
}

void cache_forget_all(struct interface *interface, const char *reason)
{
	struct cache_entry *entry, *next;

	HASH_ITER(hh, interface->cache, entry, next)
		cache_forget(entry, reason);
}

void cache_delete(struct cache_entry *entry, const char *reason)
{
	struct interface *interface = entry->interface;

	/* Routes first, so that nothing is sent to a next hop unknown. */
	while (entry->shortcuts)
		shortcut_delete(entry->shortcuts, reason);
	mgre_map_delete(interface->daemon->mgre, interface->ifindex,
			&entry->binding.protocol);
	cache_forget(entry, reason);
}

void cache_follow(struct cache_entry *entry)
{
	struct cache_binding binding = entry->binding;

	binding.endpoint = entry->peer->endpoint;
	binding.holding_time = cache_remaining(entry);
	if (cache_install(entry->interface, &binding))
		return;
	entry->binding.endpoint = binding.endpoint;
	cache_emit(entry, EVENT_CACHE_CHANGE, "moved");
}

void cache_adopt(struct interface *interface, const struct mgre_map *map)
{
	uint64_t now = daemon_now(interface->daemon);
	struct cache_binding binding = {
		.protocol = map->protocol,
		.endpoint = map->endpoint,
		.claimed = map->endpoint.nbma,
		.type = CACHE_STATIC,
		.prefix_length = nhrp_address_bits(&map->protocol),
		.holding_time = map->hold,
	};
	struct cache_entry *entry = cache_find(interface, &map->protocol);
	bool by_hand = !cookie_read(map, &binding);

	if (!entry)
		entry = cache_add(interface, &binding);
	else if (!endpoint_equal(&entry->binding.endpoint,
				 &binding.endpoint))
		cache_rebind(entry, &binding);
	if (!entry)
		return;
	entry->seen = true;
	entry->by_hand = by_hand;
	entry->created = map->created < now ? now - map->created : 0;
	entry->expires = map->expires ? now + map->expires : 0;
}

/* ---- when entries were used ---- */

struct cache_used {
	struct interface *interface;
	uint64_t now;
};

static void cache_used_each(const struct mgre_map *map, void *context)
{
	struct cache_used *used = context;
	struct cache_entry *entry = cache_find(used->interface,
					       &map->protocol);

	if (!entry)
		return;
	if (map->used < used->now)
		entry->used = used->now - map->used;
	entry->expires = map->expires ? used->now + map->expires : 0;
}

void cache_update_used(struct interface *interface)
{
	struct cache_used used = {
		.interface = interface,
		.now = daemon_now(interface->daemon),
	};

	if (interface->bound)
		mgre_map_dump(interface->daemon->mgre, interface->ifindex,
			      cache_used_each, &used);
}

uint32_t cache_remaining(const struct cache_entry *entry)
{
	uint64_t now = daemon_now(entry->interface->daemon);

	if (!entry->expires)
		return 0;
	if (entry->expires <= now)
		return 1;
	return (entry->expires - now + 999) / 1000;
}
