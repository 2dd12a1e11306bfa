/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every responder does with a request that ends here, whatever its type
 * (RFC 2332, section 5.3).
 */
#ifndef NHRPD_RESPONDER_H
#define NHRPD_RESPONDER_H

#include <stdbool.h>

#include "packet/packet.h"

struct interface;
struct received;

/**
 * responder_accepts - look for what a responder must refuse
 *
 * Return: false after a compulsory extension that is not known here was
 * answered with an Error Indication.
 */
bool responder_accepts(struct received *received);

/** responder_fill - put ourselves into a reply's Responder Address */
void responder_fill(const struct interface *interface,
		    struct nhrp_packet *reply, const struct nhrp_address *own);

#endif /* NHRPD_RESPONDER_H */
