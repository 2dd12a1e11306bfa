/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Redirects: Traffic Indications, both ways (draft-detienne-dmvpn-01).
 */
#ifndef NHRPD_REDIRECT_H
#define NHRPD_REDIRECT_H

#include <stddef.h>
#include <stdint.h>

struct interface;
struct received;

/**
 * redirect_send - the kernel saw a packet come in and leave by this device
 * @data: the inner packet from its IP header on
 * @length: bytes of it, may be fewer than the packet has
 *
 * Tells the spoke that sent it, if the configuration says "redirect".
 */
void redirect_send(struct interface *interface, const uint8_t *data,
		   size_t length);

/** redirect_receive - handle a Traffic Indication: resolve if it is for us */
void redirect_receive(struct received *received);

#endif /* NHRPD_REDIRECT_H */
