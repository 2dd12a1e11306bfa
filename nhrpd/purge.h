/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Purges, both ways (RFC 2332, sections 5.2.5 and 5.2.6).
 */
#ifndef NHRPD_PURGE_H
#define NHRPD_PURGE_H

#include <stdint.h>
#include <uv.h>

#include "endpoint.h"
#include "hash.h"
#include "packet/address.h"

struct interface;
struct received;

/**
 * struct purge - a purge of ours that was not acknowledged so far
 * @interface: where it belongs
 * @request_id: the same in each retransmission; the key
 * @destination: protocol address of who is to forget
 * @server: where it is sent, or empty: along the routed path
 * @prefix: what is to be forgotten
 * @tries: requests sent
 * @timer: next retransmission
 */
struct purge {
	struct interface *interface;
	uint32_t request_id;
	struct nhrp_address destination;
	struct endpoint server;
	struct nhrp_prefix prefix;
	unsigned int tries;
	uv_timer_t *timer;
	UT_hash_handle hh;
};

/**
 * purge_start - ask somebody to forget a prefix, until it acknowledges
 * @request_id: 0 for a new one; IOS wants that of the registration
 * @server: where to send it, or NULL: along the routed path
 */
void purge_start(struct interface *interface,
		 const struct nhrp_address *destination,
		 const struct endpoint *server,
		 const struct nhrp_prefix *prefix, uint32_t request_id);

/**
 * purge_own - ask whoever is at an endpoint to forget ours
 *
 * For one that sends us data on what we no longer know, as after a device was
 * made anew: its traffic takes the way by its server again, and finds us. A
 * client of ours registers again.
 */
void purge_own(struct interface *interface, const struct endpoint *sender);

/** purge_forget - drop all, at the end of an interface */
void purge_forget(struct interface *interface);

/** purge_request - handle a Purge Request */
void purge_request(struct received *received);

/** purge_reply - handle a Purge Reply */
void purge_reply(struct received *received);

/**
 * purge_local - what an operator's "clear" does
 * @protocol: address to forget, or NULL: all that was learnt
 * @family: length of the addresses if @protocol is NULL: 4, 16, or 0 for all
 *
 * Static entries and next hop servers stay. Return: entries removed, with
 * questions, refusals and shortcuts counted.
 */
unsigned int purge_local(struct interface *interface,
			 const struct nhrp_address *protocol, uint8_t family);

/**
 * purge_address - what an operator's "purge" does
 *
 * Withdraws each answer that covers @address or names it as the next hop, and
 * forgets it here as well. Return: how many others were told to forget.
 */
unsigned int purge_address(struct interface *interface,
			   const struct nhrp_address *address);

#endif /* NHRPD_PURGE_H */
