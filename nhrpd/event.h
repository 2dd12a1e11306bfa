/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events: how one part of the daemon tells whoever listens what happened.
 *
 * Subscribers are called at once, from within event_emit(). What an event
 * points to is valid during the call only. A subscriber must not change
 * daemon state.
 */
#ifndef NHRPD_EVENT_H
#define NHRPD_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/address.h"

struct cache_entry;
struct interface;
struct nhc;
struct peer;
struct resolution;
struct session;
struct shortcut;

enum event_type {
	EVENT_INTERFACE_UP,	/* the device is there and ours */
	EVENT_INTERFACE_DOWN,
	EVENT_PEER_ADD,		/* .peer */
	EVENT_PEER_CHANGE,	/* .peer: state or flags */
	EVENT_PEER_DELETE,	/* .peer */
	EVENT_CACHE_ADD,	/* .cache */
	EVENT_CACHE_CHANGE,	/* .cache: moved or of another type */
	EVENT_CACHE_REFRESH,	/* .cache: only lives longer */
	EVENT_CACHE_DELETE,	/* .cache, .reason */
	EVENT_NHC_CHANGE,	/* .nhc: state of a registration */
	EVENT_RESOLUTION_START,	/* .resolution */
	EVENT_RESOLUTION_DONE,	/* .resolution: answered */
	EVENT_RESOLUTION_FAIL,	/* .resolution, .reason */
	EVENT_SHORTCUT_ADD,	/* .shortcut */
	EVENT_SHORTCUT_DELETE,	/* .shortcut, .reason */
	EVENT_SESSION_START,	/* .session: keys are being made */
	EVENT_SESSION_UP,	/* .session */
	EVENT_SESSION_REKEY,	/* .session: it has new keys */
	EVENT_SESSION_MOVED,	/* .session: at another address or port */
	EVENT_SESSION_DOWN,	/* .session, .reason */
	EVENT_PACKET_RX,	/* .packet */
	EVENT_PACKET_TX,	/* .packet */
	EVENT_PACKET_DROP,	/* .packet, .reason */
	EVENT_TYPES
};

/**
 * struct event_packet - an NHRP packet, as far as it is worth telling
 * @type: NHRP packet type, 0 if it has none that is valid
 * @code: first CIE's code, error code or traffic code
 * @request_id: types 1 to 6
 * @nbma: where it came from or goes to
 * @source: source protocol address
 * @destination: destination protocol address
 */
struct event_packet {
	uint8_t type;
	uint16_t code;
	uint32_t request_id;
	struct nhrp_address nbma;
	struct nhrp_address source;
	struct nhrp_address destination;
};

/**
 * struct event - something that happened
 * @type: what; tells which of the pointers is set
 * @interface: where
 * @reason: why, in a few words, or NULL
 */
struct event {
	enum event_type type;
	const struct interface *interface;
	const char *reason;
	const struct peer *peer;
	const struct cache_entry *cache;
	const struct nhc *nhc;
	const struct resolution *resolution;
	const struct shortcut *shortcut;
	const struct session *session;
	const struct event_packet *packet;
};

/**
 * struct event_subscriber - who wants to hear of events
 * @notify: called for each
 * @prev, @next: of the bus
 */
struct event_subscriber {
	void (*notify)(struct event_subscriber *subscriber,
		       const struct event *event);
	struct event_subscriber *prev, *next;
};

/** struct event_bus - the subscribers; all zeros is an empty bus */
struct event_bus {
	struct event_subscriber *subscribers;
};

/** event_subscribe - add @subscriber, which stays the caller's memory */
void event_subscribe(struct event_bus *bus,
		     struct event_subscriber *subscriber);

/** event_unsubscribe - may be called from within notify() for itself */
void event_unsubscribe(struct event_bus *bus,
		       struct event_subscriber *subscriber);

/** event_emit - tell all subscribers, in the order they subscribed */
void event_emit(struct event_bus *bus, const struct event *event);

/** event_type_name - "cache-add" and the like, for people and JSON */
const char *event_type_name(enum event_type type);

#endif /* NHRPD_EVENT_H */
