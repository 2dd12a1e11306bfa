/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Error Indications, both ways (RFC 2332, section 5.2.7).
 */
#ifndef NHRPD_ERROR_INDICATION_H
#define NHRPD_ERROR_INDICATION_H

#include <stdint.h>

#include "packet/packet.h"

struct received;

/**
 * error_indication_send - tell the sender what was wrong with its packet
 *
 * Goes to where the packet came from; never for an Error Indication. Rate
 * limited, as are the answers of ICMP.
 */
void error_indication_send(const struct received *received,
			   const struct nhrp_error *error);

/** error_indication_receive - log one that is for us, or pass it on */
void error_indication_receive(struct received *received);

#endif /* NHRPD_ERROR_INDICATION_H */
