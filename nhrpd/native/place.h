/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Places: where one end of the native key exchange is on the underlay.
 */
#ifndef NHRPD_NATIVE_PLACE_H
#define NHRPD_NATIVE_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/address.h"

/**
 * struct place - an address with a UDP port
 * @address: NBMA address
 * @port: host byte order
 */
struct place {
	struct nhrp_address address;
	uint16_t port;
};

static inline bool place_equal(const struct place *a, const struct place *b)
{
	return a->port == b->port &&
	       nhrp_address_equal(&a->address, &b->address);
}

#define PLACE_BYTES (1 + NHRP_ADDRESS_MAX + 2)

/** place_bytes - a place as bytes, to be hashed */
static inline void place_bytes(const struct place *place,
			       uint8_t bytes[PLACE_BYTES])
{
	bytes[0] = place->address.length;
	for (int i = 0; i < NHRP_ADDRESS_MAX; i++)
		bytes[1 + i] = place->address.bytes[i];
	bytes[1 + NHRP_ADDRESS_MAX] = place->port >> 8;
	bytes[2 + NHRP_ADDRESS_MAX] = place->port & 0xff;
}

#endif /* NHRPD_NATIVE_PLACE_H */
