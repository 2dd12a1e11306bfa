/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sending: every packet goes out through here, authenticated and counted.
 */
#ifndef NHRPD_SEND_H
#define NHRPD_SEND_H

#include "endpoint.h"
#include "packet/packet.h"

struct interface;

/**
 * send_packet - authenticate, build, count and send
 * @packet: complete but for the authentication, which is set here
 * @to: where to
 *
 * Return: 0 or -errno; failures are logged.
 */
int send_packet(struct interface *interface, struct nhrp_packet *packet,
		const struct endpoint *to);

#endif /* NHRPD_SEND_H */
