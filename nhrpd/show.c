// SPDX-License-Identifier: GPL-2.0-or-later
#include "show.h"

#include <string.h>
#include <sys/socket.h>
#include <utlist.h>

#include "cache.h"
#include "config.h"
#include "daemon.h"
#include "interface.h"
#include "nhc.h"
#include "peer.h"
#include "resolve.h"
#include "session.h"
#include "shortcut.h"

/* IOS calls an entry used for as long as this after the last packet, ms. */
#define USED_RECENTLY 60000

static void add(struct json_object *object, const char *name,
		struct json_object *value)
{
	json_object_object_add(object, name, value);
}

static void add_text(struct json_object *object, const char *name,
		     const char *text)
{
	add(object, name, json_object_new_string(text));
}

static void add_number(struct json_object *object, const char *name,
		       uint64_t number)
{
	add(object, name, json_object_new_int64(number));
}

static void append_text(struct json_object *array, const char *text)
{
	json_object_array_add(array, json_object_new_string(text));
}

struct json_object *show_address(const struct nhrp_address *address)
{
	char text[NHRP_ADDRESS_TEXT];

	if (!address->length)
		return NULL;
	return json_object_new_string(nhrp_address_format(address, text));
}

static struct json_object *show_prefix(const struct nhrp_address *address,
				       uint8_t length)
{
	struct nhrp_prefix prefix;
	char text[NHRP_PREFIX_TEXT];

	nhrp_prefix_of(address, length, &prefix);
	return json_object_new_string(nhrp_prefix_format(&prefix, text));
}

/* Seconds since @when, null if that is 0. */
static struct json_object *show_ago(const struct interface *interface,
				    uint64_t when)
{
	uint64_t now = daemon_now(interface->daemon);

	if (!when)
		return NULL;
	return json_object_new_int64(now > when ? (now - when) / 1000 : 0);
}

/* Seconds until @when, rounded up, null if that is 0. */
static struct json_object *show_until(const struct interface *interface,
				      uint64_t when)
{
	uint64_t now = daemon_now(interface->daemon);

	if (!when)
		return NULL;
	return json_object_new_int64(when > now ? (when - now + 999) / 1000 :
				     0);
}

static bool is_wanted(int address_family, enum show_family family)
{
	return family == SHOW_BOTH ||
	       address_family == (family == SHOW_IPV4 ? AF_INET : AF_INET6);
}

static bool is_wanted_address(const struct nhrp_address *address,
			      enum show_family family)
{
	return is_wanted(nhrp_address_family(address), family);
}

int show_compare_addresses(const struct nhrp_address *a,
			   const struct nhrp_address *b)
{
	if (a->length != b->length)
		return a->length - b->length;
	return memcmp(a->bytes, b->bytes, a->length);
}

static int compare_entries(const struct cache_entry *a,
			   const struct cache_entry *b)
{
	return show_compare_addresses(&a->binding.protocol,
				      &b->binding.protocol);
}

static int compare_resolutions(const struct resolution *a,
			       const struct resolution *b)
{
	return show_compare_addresses(&a->destination, &b->destination);
}

static int compare_shortcuts(const struct shortcut *a,
			     const struct shortcut *b)
{
	int order = show_compare_addresses(&a->prefix.address,
					   &b->prefix.address);

	return order ? order : a->prefix.length - b->prefix.length;
}

/* FRR's words for the types of entry. */
static const char *entry_type(enum cache_type type)
{
	switch (type) {
	case CACHE_REQUESTER:
		return "cached";
	case CACHE_RESOLVED:
	case CACHE_REGISTERED:
		return "dynamic";
	case CACHE_NHS:
		return "nhs";
	case CACHE_STATIC:
		break;
	}
	return "static";
}

static bool is_used(const struct cache_entry *entry)
{
	uint64_t now = daemon_now(entry->interface->daemon);

	return entry->used && now - entry->used < USED_RECENTLY;
}

/* IOS's words for what an entry is good for. */
static struct json_object *entry_flags(const struct cache_entry *entry)
{
	struct json_object *flags = json_object_new_array();

	switch (entry->binding.type) {
	case CACHE_REQUESTER:
		append_text(flags, "implicit");
		break;
	case CACHE_RESOLVED:
		append_text(flags, "router");
		append_text(flags, "nhop");
		break;
	case CACHE_REGISTERED:
	case CACHE_NHS:
	case CACHE_STATIC:
		append_text(flags, "authoritative");
		break;
	}
	if (entry->binding.flags & CACHE_UNIQUE)
		append_text(flags, "unique");
	if (entry->binding.type == CACHE_REGISTERED)
		append_text(flags, "registered");
	if (is_used(entry))
		append_text(flags, "used");
	if (entry->binding.flags & CACHE_NAT)
		append_text(flags, "nat");
	return flags;
}

/* Whom the node has proven to be, null if nobody or nothing proves it. */
static struct json_object *show_identity(const struct peer *peer)
{
	if (!peer || !peer->session || peer->session->state != SESSION_UP ||
	    !peer->session->name[0])
		return NULL;
	return json_object_new_string(peer->session->name);
}

struct json_object *show_cache_entry(const struct cache_entry *entry)
{
	const struct cache_binding *binding = &entry->binding;
	const struct interface *interface = entry->interface;
	struct json_object *object = json_object_new_object();

	add_text(object, "interface", interface->name);
	add_text(object, "type", entry_type(binding->type));
	add(object, "protocol", show_address(&binding->protocol));
	add(object, "prefix", show_prefix(&binding->protocol,
					  binding->prefix_length));
	add(object, "nbma", show_address(&binding->endpoint.nbma));
	add(object, "claimed_nbma", show_address(&binding->claimed));
	add(object, "identity", show_identity(entry->peer));
	add(object, "up", json_object_new_boolean(entry->peer &&
						  entry->peer->up));
	add(object, "used", json_object_new_boolean(is_used(entry)));
	add(object, "timeout", json_object_new_boolean(entry->expires != 0));
	add(object, "created", show_ago(interface, entry->created));
	add(object, "expires", show_until(interface, entry->expires));
	add(object, "last_used", show_ago(interface, entry->used));
	add_number(object, "holding_time", binding->holding_time);
	add_number(object, "mtu", binding->mtu);
	add(object, "flags", entry_flags(entry));
	return object;
}

struct json_object *show_resolution(const struct resolution *resolution)
{
	const struct interface *interface = resolution->interface;
	struct json_object *object = json_object_new_object();
	struct json_object *flags = json_object_new_array();

	if (resolution->state == RESOLUTION_NEGATIVE)
		append_text(flags, "negative");
	add_text(object, "interface", interface->name);
	add_text(object, "type", resolution_state_name(resolution->state));
	add(object, "protocol", show_address(&resolution->destination));
	add(object, "prefix", show_prefix(&resolution->destination,
					  NHRP_PREFIX_HOST));
	add(object, "nbma", NULL);
	add(object, "used", json_object_new_boolean(false));
	add(object, "timeout", json_object_new_boolean(true));
	add(object, "created", show_ago(interface, resolution->created));
	add(object, "expires", show_until(interface, resolution->expires));
	add_number(object, "requests_sent", resolution->tries);
	add_number(object, "code", resolution->code);
	add(object, "flags", flags);
	return object;
}

struct json_object *show_shortcut_entry(const struct shortcut *shortcut)
{
	const struct interface *interface = shortcut->interface;
	struct json_object *object = json_object_new_object();
	struct json_object *flags = json_object_new_array();
	char text[NHRP_PREFIX_TEXT];

	append_text(flags, "router");
	if (is_used(shortcut->via))
		append_text(flags, "used");
	append_text(flags, "rib");
	add_text(object, "interface", interface->name);
	add_text(object, "type", "dynamic");
	add_text(object, "prefix", nhrp_prefix_format(&shortcut->prefix,
						      text));
	add(object, "via", show_address(&shortcut->via->binding.protocol));
	add(object, "protocol",
	    show_address(&shortcut->via->binding.protocol));
	add(object, "nbma", show_address(&shortcut->via->binding.endpoint.nbma));
	add(object, "claimed_nbma",
	    show_address(&shortcut->via->binding.claimed));
	add(object, "identity", show_identity(shortcut->via->peer));
	add(object, "timeout", json_object_new_boolean(shortcut->expires != 0));
	add(object, "created", show_ago(interface, shortcut->created));
	add(object, "expires", show_until(interface, shortcut->expires));
	add(object, "flags", flags);
	return object;
}

struct json_object *show_nhc(const struct nhc *nhc)
{
	const struct interface *interface = nhc->interface;
	struct json_object *object = json_object_new_object();

	add_text(object, "interface", interface->name);
	add(object, "protocol", show_address(&nhc->protocol));
	add(object, "nbma", show_address(&nhc->nbma));
	add(object, "claimed_nbma", show_address(&nhc->claimed));
	add(object, "observed_nbma", show_address(&nhc->observed));
	add(object, "observed_port", nhc->observed_port ?
	    json_object_new_int(nhc->observed_port) : NULL);
	add(object, "fqdn", *nhc->config.nbma_name ?
	    json_object_new_string(nhc->config.nbma_name) : NULL);
	add_text(object, "state", nhc_state_name(nhc->state));
	add(object, "since", show_ago(interface, nhc->changed));
	add_number(object, "priority", nhc->config.priority);
	add_number(object, "requests_sent", nhc->sent);
	add_number(object, "requests_failed", nhc->refused);
	add_number(object, "replies_received", nhc->received);
	add(object, "last_reply", show_ago(interface, nhc->registered_at));
	add_number(object, "code", nhc->code);
	return object;
}

static void append_cache(struct json_object *array,
			 struct interface *interface, enum show_family family)
{
	struct cache_entry *entry, *next_entry;
	struct resolution *resolution, *next_resolution;

	cache_update_used(interface);
	HASH_SORT(interface->cache, compare_entries);
	HASH_ITER(hh, interface->cache, entry, next_entry)
		if (is_wanted_address(&entry->binding.protocol, family))
			json_object_array_add(array, show_cache_entry(entry));
	HASH_SORT(interface->resolutions, compare_resolutions);
	HASH_ITER(hh, interface->resolutions, resolution, next_resolution)
		if (!resolution->renewal &&
		    is_wanted_address(&resolution->destination, family))
			json_object_array_add(array,
					      show_resolution(resolution));
}

static void append_shortcuts(struct json_object *array,
			     struct interface *interface,
			     enum show_family family)
{
	struct shortcut *shortcut, *next;

	HASH_SORT(interface->shortcuts, compare_shortcuts);
	HASH_ITER(hh, interface->shortcuts, shortcut, next)
		if (is_wanted_address(&shortcut->prefix.address, family))
			json_object_array_add(array,
					      show_shortcut_entry(shortcut));
}

struct json_object *show_cache(struct daemon *daemon, enum show_family family)
{
	struct json_object *array = json_object_new_array();
	struct interface *interface, *next;

	HASH_ITER(hh, daemon->interfaces, interface, next)
		append_cache(array, interface, family);
	return array;
}

struct json_object *show_shortcut(struct daemon *daemon,
				  enum show_family family)
{
	struct json_object *array = json_object_new_array();
	struct interface *interface, *next;

	HASH_ITER(hh, daemon->interfaces, interface, next)
		append_shortcuts(array, interface, family);
	return array;
}

struct json_object *show_nhrp(struct daemon *daemon, enum show_family family)
{
	struct json_object *array = json_object_new_array();
	struct interface *interface, *next;

	HASH_ITER(hh, daemon->interfaces, interface, next) {
		append_cache(array, interface, family);
		append_shortcuts(array, interface, family);
	}
	return array;
}

struct json_object *show_nhs(struct daemon *daemon, enum show_family family)
{
	struct json_object *array = json_object_new_array();
	struct interface *interface, *next;
	struct nhc *nhc;

	HASH_ITER(hh, daemon->interfaces, interface, next)
		DL_FOREACH(interface->nhcs, nhc)
			if (is_wanted(nhc->config.family, family))
				json_object_array_add(array, show_nhc(nhc));
	return array;
}

static struct json_object *
show_counters(const uint64_t counters[TRAFFIC_TYPES])
{
	static const char *const names[TRAFFIC_TYPES] = {
		[0] = "unknown",
		[NHRP_RESOLUTION_REQUEST] = "resolution_request",
		[NHRP_RESOLUTION_REPLY] = "resolution_reply",
		[NHRP_REGISTRATION_REQUEST] = "registration_request",
		[NHRP_REGISTRATION_REPLY] = "registration_reply",
		[NHRP_PURGE_REQUEST] = "purge_request",
		[NHRP_PURGE_REPLY] = "purge_reply",
		[NHRP_ERROR_INDICATION] = "error_indication",
		[NHRP_TRAFFIC_INDICATION] = "traffic_indication",
	};
	struct json_object *object = json_object_new_object();

	for (unsigned int type = 0; type < TRAFFIC_TYPES; type++)
		add_number(object, names[type], counters[type]);
	return object;
}

static struct json_object *show_drops(const struct traffic *traffic)
{
	struct json_object *object = json_object_new_object();

	for (unsigned int reason = 0; reason < TRAFFIC_DROPS; reason++)
		add_number(object, traffic_drop_name(reason),
			   traffic->drops[reason]);
	return object;
}

/* NULL where the key exchange does not count, or there is none. */
static struct json_object *show_handshakes(const struct interface *interface)
{
	struct json_object *object;
	unsigned int which;
	const char *name;
	uint64_t value;

	if (!interface->exchange || !interface->exchange_ops->counter)
		return NULL;
	object = json_object_new_object();
	for (which = 0;; which++) {
		name = interface->exchange_ops->counter(interface, which,
							&value);
		if (!name)
			return object;
		add_number(object, name, value);
	}
}

struct json_object *show_traffic(struct daemon *daemon)
{
	struct json_object *array = json_object_new_array();
	struct interface *interface, *next;

	HASH_ITER(hh, daemon->interfaces, interface, next) {
		const struct traffic *traffic = &interface->traffic;
		struct json_object *object = json_object_new_object();

		add_text(object, "interface", interface->name);
		add(object, "sent", show_counters(traffic->tx));
		add(object, "received", show_counters(traffic->rx));
		add(object, "forwarded", show_counters(traffic->forwarded));
		add(object, "discarded", show_drops(traffic));
		add_number(object, "redirects_suppressed",
			   traffic->redirects_suppressed);
		add_number(object, "lost", traffic->lost);
		add(object, "handshakes", show_handshakes(interface));
		json_object_array_add(array, object);
	}
	return array;
}
