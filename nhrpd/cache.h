/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cache: protocol address to NBMA address. Each entry mirrors a mapping
 * of the kernel, which does the ageing; what the kernel need not know rides
 * along as the mapping's cookie, so that a restarted nhrpd finds it again.
 */
#ifndef NHRPD_CACHE_H
#define NHRPD_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "endpoint.h"
#include "hash.h"
#include "packet/address.h"

struct interface;
struct mgre_map;
struct peer;
struct shortcut;

/*
 * In order of authority: a lower one never replaces a higher one; the first
 * two replace each other.
 */
enum cache_type {
	CACHE_REQUESTER,	/* asked us, and we answered as egress */
	CACHE_RESOLVED,		/* learnt by a Resolution Reply */
	CACHE_REGISTERED,	/* registered with us */
	CACHE_NHS,		/* a next hop server that we use */
	CACHE_STATIC,		/* from the configuration */
};

enum cache_flags {
	CACHE_UNIQUE = 1,	/* registered with the U bit */
	CACHE_NAT = 2,		/* claimed and real NBMA address differ */
};

/**
 * struct cache_binding - what is known of a protocol address
 * @protocol: the address mapped
 * @endpoint: where packets to it go (after NAT)
 * @claimed: NBMA address that it claims for itself; equal but for NAT
 * @type: how it was learnt
 * @flags: enum cache_flags
 * @prefix_length: as announced; host length if none was
 * @mtu: as announced, 0 if none
 * @request_id: of the registration or resolution that made it
 * @holding_time: seconds from the last refresh, 0: for ever
 */
struct cache_binding {
	struct nhrp_address protocol;
	struct endpoint endpoint;
	struct nhrp_address claimed;
	enum cache_type type;
	uint8_t flags;
	uint8_t prefix_length;
	uint16_t mtu;
	uint32_t request_id;
	uint32_t holding_time;
};

/**
 * struct cache_entry - a binding in force
 * @binding: what is known; .protocol is the key
 * @interface: where it belongs
 * @peer: of binding.endpoint
 * @created: when first learnt, ms of daemon_now()
 * @expires: when it goes, ms of daemon_now(), 0: never
 * @used: when the kernel last sent by it, 0: never; see cache_update_used()
 * @by_hand: made by mgrectl: not ours to remove
 * @seen: in the last dump of the kernel's mappings
 * @shortcuts: list of routes by way of it, linked by shortcut.next_via
 */
struct cache_entry {
	struct cache_binding binding;
	struct interface *interface;
	struct peer *peer;
	uint64_t created;
	uint64_t expires;
	uint64_t used;
	bool by_hand;
	bool seen;
	struct shortcut *shortcuts;
	UT_hash_handle hh;
};

/** cache_type_name - "requester", "resolved", "registered", "nhs", "static" */
const char *cache_type_name(enum cache_type type);

/** cache_find - entry of a protocol address, or NULL */
struct cache_entry *cache_find(const struct interface *interface,
			       const struct nhrp_address *protocol);

/**
 * cache_set - make or refresh an entry, in the kernel first
 *
 * An entry of higher authority stays as it is and is returned, provided that
 * it leads to the same endpoint; else the binding is refused.
 *
 * Return: 0; -EEXIST if a higher one stands in the way; -ENOSPC if there is
 * no room; other errors of the kernel, which were logged.
 */
int cache_set(struct interface *interface, const struct cache_binding *wanted,
	      struct cache_entry **entry);

/**
 * cache_admit - the same; if its peer is new, nothing is sent there at first
 *
 * See peer_admit(). Return: as cache_set(), also the errors of peer_admit().
 */
int cache_admit(struct interface *interface,
		const struct cache_binding *wanted,
		struct cache_entry **entry);

/**
 * cache_delete - remove an entry, in the kernel too
 * @reason: for those who follow events
 *
 * Shortcuts by way of it go first.
 */
void cache_delete(struct cache_entry *entry, const char *reason);

/** cache_follow - its peer has another endpoint now: take it over */
void cache_follow(struct cache_entry *entry);

/** cache_forget - as cache_delete(), when the kernel has removed it already */
void cache_forget(struct cache_entry *entry, const char *reason);

/** cache_forget_all - drop all entries, when their device is gone */
void cache_forget_all(struct interface *interface, const char *reason);

/**
 * cache_adopt - take over a mapping from the kernel
 *
 * One without a cookie of nhrpd's was made by hand and is static. An entry
 * that is there already is marked `seen`, no more.
 */
void cache_adopt(struct interface *interface, const struct mgre_map *map);

/**
 * cache_update_used - ask the kernel when each entry was last used
 *
 * For showing; costs a dump of the device's mappings.
 */
void cache_update_used(struct interface *interface);

/** cache_remaining - seconds until it goes, rounded up; 0: never */
uint32_t cache_remaining(const struct cache_entry *entry);

#endif /* NHRPD_CACHE_H */
