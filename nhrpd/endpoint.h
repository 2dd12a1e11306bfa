/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Endpoints: what a peer of the kernel is found by.
 */
#ifndef NHRPD_ENDPOINT_H
#define NHRPD_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/address.h"

struct interface;

/**
 * struct endpoint - one remote end of the underlay
 * @nbma: its NBMA address as seen from here, after NAT
 * @if_id: of its security associations, which tells apart those behind one
 *	   address; 0: not protected by a session of ours
 *
 * Without padding, to be compared and hashed as bytes.
 */
struct endpoint {
	struct nhrp_address nbma;
	uint8_t zero[3];
	uint32_t if_id;
};

_Static_assert(sizeof(struct endpoint) == 24, "padding in struct endpoint");

/** endpoint_equal - same address and same if_id */
bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);

/**
 * endpoint_of - the endpoint of an NBMA address that was learnt
 * @nbma: from a packet or from the configuration
 * @port: UDP port of its key exchange, 0: the one that we use ourselves
 *
 * On a protected interface this calls the node there if it has no session with
 * us so far. Return: false if there can be none, which was logged.
 */
bool endpoint_of(struct interface *interface, const struct nhrp_address *nbma,
		 uint16_t port, struct endpoint *endpoint);

/** endpoint_find - as endpoint_of(), without calling anybody */
bool endpoint_find(const struct interface *interface,
		   const struct nhrp_address *nbma, uint16_t port,
		   struct endpoint *endpoint);

#endif /* NHRPD_ENDPOINT_H */
