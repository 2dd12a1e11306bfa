/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UDP sockets of the native key exchange. The kernel takes ESP in UDP out of
 * what arrives, so that both have the same port and the same NAT mapping.
 */
#ifndef NHRPD_NATIVE_SOCKET_H
#define NHRPD_NATIVE_SOCKET_H

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "place.h"

struct native_socket;

/** struct datagram - what came in; @bytes is valid during the callback */
struct datagram {
	struct place source;
	struct place destination;
	const uint8_t *bytes;
	size_t length;
};

/**
 * native_socket_open - listen to a port of all addresses
 * @received: called for each datagram
 *
 * Return: the socket, or NULL with errno set.
 */
struct native_socket *
native_socket_open(uv_loop_t *loop, uint16_t port,
		   void (*received)(void *context,
				    const struct datagram *datagram),
		   void *context);

/** native_socket_close - NULL is allowed */
void native_socket_close(struct native_socket *socket);

/**
 * native_socket_send - send a datagram from an address of ours
 *
 * Lost without a word if the network does not take it: whatever matters is
 * sent again.
 */
void native_socket_send(struct native_socket *socket, const struct place *own,
			const struct place *peer, const uint8_t *bytes,
			size_t length);

#endif /* NHRPD_NATIVE_SOCKET_H */
