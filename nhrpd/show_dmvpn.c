// SPDX-License-Identifier: GPL-2.0-or-later
/* show_dmvpn(): one table of peers an interface and address family. */
#include <stdio.h>
#include <stdlib.h>
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
#include "show.h"

/**
 * struct row - a line of the table
 * @nbma, @protocol: what the table is sorted by
 * @rank: then this: mappings before the shortcuts that lead through them
 * @object: the cache entry, shortcut or question, and the columns
 */
struct row {
	struct nhrp_address nbma;
	struct nhrp_address protocol;
	size_t rank;
	struct json_object *object;
};

/** struct table - the rows of an interface and address family */
struct table {
	uint8_t address_length;
	size_t count;
	bool has_registered;
	struct row *rows;
};

static int compare_rows(const void *first, const void *second)
{
	const struct row *a = first, *b = second;
	int order = memcmp(&a->nbma, &b->nbma, sizeof(a->nbma));

	if (!order)
		order = memcmp(&a->protocol, &b->protocol,
			       sizeof(a->protocol));
	if (!order)
		order = a->rank < b->rank ? -1 : 1;
	return order;
}

/* @updown: ms since the state is what it is, 0: it never was up. */
static void add_columns(struct json_object *object,
			const struct interface *interface, const char *state,
			uint64_t updown, const char *const attributes[2])
{
	struct json_object *array = json_object_new_array();
	struct json_object *seconds = NULL;

	for (unsigned int i = 0; i < 2; i++)
		if (attributes[i])
			json_object_array_add(array, json_object_new_string(
							attributes[i]));
	if (updown)
		seconds = json_object_new_int64(
			(daemon_now(interface->daemon) - updown) / 1000);
	json_object_object_add(object, "state", json_object_new_string(state));
	json_object_object_add(object, "updown", seconds);
	json_object_object_add(object, "attributes", array);
}

static struct row *new_row(struct table *table,
			   const struct nhrp_address *nbma,
			   const struct nhrp_address *protocol,
			   struct json_object *object)
{
	struct row *row = &table->rows[table->count];

	row->nbma = *nbma;
	row->protocol = *protocol;
	row->rank = table->count++;
	row->object = object;
	return row;
}

/* The registration behind an entry of type CACHE_NHS, or NULL. */
static const struct nhc *entry_nhc(const struct cache_entry *entry)
{
	const struct nhc *nhc;

	if (entry->binding.type != CACHE_NHS)
		return NULL;
	DL_FOREACH(entry->interface->nhcs, nhc)
		if (nhrp_address_equal(&nhc->protocol,
				       &entry->binding.protocol))
			return nhc;
	return NULL;
}

/* IOS's word for a peer without keys, whoever makes them. */
static const char *peer_state(const struct peer *peer)
{
	if (peer->session && peer->session->state != SESSION_UP)
		return "IKE";
	return peer->up ? "UP" : "DOWN";
}

static void add_entry(struct table *table, const struct cache_entry *entry)
{
	const struct cache_binding *binding = &entry->binding;
	const struct nhc *nhc = entry_nhc(entry);
	const char *attributes[2] = {
		binding->type >= CACHE_NHS ? "S" : "D",
		binding->flags & CACHE_NAT ? "N" : NULL,
	};
	struct row *row = new_row(table, &binding->endpoint.nbma, &binding->protocol,
				  show_cache_entry(entry));

	const char *state = peer_state(entry->peer);

	if (nhc && nhc->state != NHC_REGISTERED)
		add_columns(row->object, entry->interface,
			    nhc->state == NHC_KEYING ? "IKE" : "NHRP",
			    nhc->registered_at ? nhc->changed : 0, attributes);
	else if (!entry->peer->up)
		add_columns(row->object, entry->interface, state,
			    entry->peer->changed, attributes);
	else
		add_columns(row->object, entry->interface, state,
			    nhc ? nhc->changed : entry->created, attributes);
	table->has_registered |= binding->type == CACHE_REGISTERED;
}

static void add_shortcut(struct table *table, const struct shortcut *shortcut)
{
	static const char *const attributes[2] = { "D", "T1" };
	const struct cache_entry *via = shortcut->via;
	struct row *row = new_row(table, &via->binding.endpoint.nbma,
				  &via->binding.protocol,
				  show_shortcut_entry(shortcut));

	add_columns(row->object, shortcut->interface, peer_state(via->peer),
		    shortcut->created, attributes);
}

static void add_resolution(struct table *table,
			   const struct resolution *resolution)
{
	static const char *const attributes[2] = { "I" };
	static const struct nhrp_address unknown;
	struct row *row = new_row(table, &unknown, &resolution->destination,
				  show_resolution(resolution));

	add_columns(row->object, resolution->interface, "NHRP", 0, attributes);
}

static void fill_table(struct table *table, struct interface *interface)
{
	struct cache_entry *entry, *next_entry;
	struct shortcut *shortcut, *next_shortcut;
	struct resolution *resolution, *next_resolution;

	HASH_ITER(hh, interface->cache, entry, next_entry)
		if (entry->binding.protocol.length == table->address_length)
			add_entry(table, entry);
	HASH_ITER(hh, interface->shortcuts, shortcut, next_shortcut)
		if (shortcut->prefix.address.length == table->address_length)
			add_shortcut(table, shortcut);
	HASH_ITER(hh, interface->resolutions, resolution, next_resolution)
		if (!resolution->renewal && resolution->destination.length ==
					    table->address_length)
			add_resolution(table, resolution);
	if (table->count)
		qsort(table->rows, table->count, sizeof(*table->rows),
		      compare_rows);
}

static bool same_nbma(const struct row *a, const struct row *b)
{
	return a->nbma.length && nhrp_address_equal(&a->nbma, &b->nbma);
}

/*
 * Tell each row how many have its NBMA address. Return: how many different
 * NBMA addresses there are.
 */
static unsigned int count_peers(struct table *table)
{
	unsigned int peers = 0;

	for (size_t first = 0, end; first < table->count; first = end) {
		const struct row *row = &table->rows[first];

		end = first + 1;
		while (end < table->count && same_nbma(row, &table->rows[end]))
			end++;
		for (size_t i = first; i < end; i++)
			json_object_object_add(
				table->rows[i].object, "entries",
				json_object_new_int64(end - first));
		peers++;
	}
	return peers;
}

static const char *role(const struct interface *interface,
			const struct table *table)
{
	if (interface->nhcs)
		return table->has_registered ? "hub/spoke" : "spoke";
	return "hub";
}

static struct json_object *show_servers(const struct interface *interface,
					uint8_t address_length)
{
	struct json_object *array = json_object_new_array();
	int family = address_length == 4 ? AF_INET : AF_INET6;
	const struct nhc *nhc;

	DL_FOREACH(interface->nhcs, nhc)
		if (nhc->config.family == family)
			json_object_array_add(array, show_nhc(nhc));
	return array;
}

static const struct nhrp_address *
own_address(const struct interface *interface, uint8_t address_length)
{
	for (unsigned int i = 0; i < interface->address_count; i++)
		if (interface->addresses[i].address.length == address_length)
			return &interface->addresses[i].address;
	return NULL;
}

/* As the configuration has it, or null. */
static struct json_object *protection(const struct interface *interface)
{
	const struct config_protection *protection =
		&interface->config->protection;
	char text[CONFIG_PROFILE_MAX + 8];

	switch (protection->kind) {
	case CONFIG_PROTECTION_NATIVE:
		return json_object_new_string("native");
	case CONFIG_PROTECTION_IKE:
		snprintf(text, sizeof(text), "ike %s", protection->profile);
		return json_object_new_string(text);
	case CONFIG_PROTECTION_NONE:
		break;
	}
	return NULL;
}

/* All of @table but its rows goes into the result. */
static struct json_object *show_table(struct interface *interface,
				      struct table *table)
{
	const struct nhrp_address *address =
		own_address(interface, table->address_length);
	unsigned int peers = count_peers(table);
	struct json_object *object = json_object_new_object();
	struct json_object *rows = json_object_new_array();
	const char *reason = interface->reason;

	for (size_t i = 0; i < table->count; i++)
		json_object_array_add(rows, table->rows[i].object);
	json_object_object_add(object, "interface",
			       json_object_new_string(interface->name));
	json_object_object_add(object, "family", json_object_new_string(
			table->address_length == 4 ? "ipv4" : "ipv6"));
	json_object_object_add(object, "type",
			       json_object_new_string(role(interface, table)));
	json_object_object_add(object, "up", json_object_new_boolean(
			interface->state == INTERFACE_UP));
	json_object_object_add(object, "state", json_object_new_string(
			interface_state_name(interface->state)));
	json_object_object_add(object, "reason", reason ?
			       json_object_new_string(reason) : NULL);
	json_object_object_add(object, "address",
			       address ? show_address(address) : NULL);
	json_object_object_add(object, "source",
			       show_address(&interface->nbma));
	json_object_object_add(object, "destination",
			       show_address(&interface->remote));
	json_object_object_add(object, "protection", protection(interface));
	json_object_object_add(object, "nbma_peers",
			       json_object_new_int64(peers));
	json_object_object_add(object, "nhs",
			       show_servers(interface,
					    table->address_length));
	json_object_object_add(object, "peers", rows);
	return object;
}

static void append_table(struct json_object *array,
			 struct interface *interface, uint8_t address_length)
{
	size_t room = HASH_COUNT(interface->cache) +
		      HASH_COUNT(interface->shortcuts) +
		      HASH_COUNT(interface->resolutions);
	struct table table = {
		.address_length = address_length,
		.rows = calloc(room + 1, sizeof(struct row)),
	};

	if (!table.rows)
		return;
	fill_table(&table, interface);
	/* IPv4 always has its table; IPv6 where there is something in it. */
	if (address_length == 4 || table.count ||
	    own_address(interface, address_length))
		json_object_array_add(array, show_table(interface, &table));
	free(table.rows);
}

struct json_object *show_dmvpn(struct daemon *daemon, enum show_family family)
{
	struct json_object *array = json_object_new_array();
	struct interface *interface, *next;

	HASH_ITER(hh, daemon->interfaces, interface, next) {
		cache_update_used(interface);
		if (family != SHOW_IPV6)
			append_table(array, interface, 4);
		if (family != SHOW_IPV4)
			append_table(array, interface, 16);
	}
	return array;
}
