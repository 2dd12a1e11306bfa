/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Endpoints: what a peer of the kernel is found by.
 */
#ifndef NHRPD_ENDPOINT_H
#define NHRPD_ENDPOINT_H

#include <stdint.h>

#include "packet/address.h"

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

#endif /* NHRPD_ENDPOINT_H */
