/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Receiving: from bytes of the kernel to the protocol exchange they belong to.
 */
#ifndef NHRPD_RECEIVE_H
#define NHRPD_RECEIVE_H

#include <stddef.h>
#include <stdint.h>

#include "endpoint.h"
#include "packet/packet.h"
#include "traffic.h"

struct interface;
struct mgre_packet;

/**
 * struct received - an NHRP packet that passed the checks common to all
 * @interface: where it came in
 * @from: where it really came from; on a protected interface with the if_id of
 *	  a session that is up, elsewhere with none
 * @packet: parsed, may be changed
 * @bytes: as it came, @length bytes, for Error Indications
 */
struct received {
	struct interface *interface;
	struct endpoint from;
	struct nhrp_packet *packet;
	const uint8_t *bytes;
	size_t length;
};

/** receive_packet - handle an NHRP packet from the kernel */
void receive_packet(struct interface *interface,
		    const struct mgre_packet *packet);

/** receive_drop - count and log that a packet is discarded */
void receive_drop(const struct received *received, enum traffic_drop reason,
		  const char *words);

#endif /* NHRPD_RECEIVE_H */
