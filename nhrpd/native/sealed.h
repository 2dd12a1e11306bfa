/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sealed messages between two nodes that have made keys: one byte each.
 */
#ifndef NHRPD_NATIVE_SEALED_H
#define NHRPD_NATIVE_SEALED_H

#include <stdbool.h>
#include <stdint.h>

#include "message.h"
#include "noise/noise.h"

enum sealed_kind {
	SEALED_CONFIRM = 1,	/* the responder has both SAs */
	SEALED_PROBE = 2,	/* are you there? */
	SEALED_ALIVE = 3,	/* I am */
	SEALED_CLOSE = 4,	/* I forget these keys, do so, too */
};

#define SEALED_WINDOW 64

/**
 * struct sealed - the sealed channel of one session
 * @send: key and next number of what we send
 * @receive: key, and the number after the highest that came
 * @window: bit n: number @receive.nonce - 1 - n has come
 */
struct sealed {
	struct noise_transport send;
	struct noise_transport receive;
	uint64_t window;
};

/**
 * sealed_write - seal a message
 * @receiver: index that the other node chose
 * @bytes: MESSAGE_CONTROL_SIZE bytes
 */
void sealed_write(struct sealed *sealed, enum sealed_kind kind,
		   uint32_t network_id, uint32_t receiver, uint8_t *bytes);

/**
 * sealed_read - check a message and open it
 * @bytes: of the whole datagram, @message parsed from it
 * @newest: set to whether it is the latest so far
 *
 * Return: what it says, or 0 if it is forged or came before.
 */
unsigned int sealed_read(struct sealed *sealed, const uint8_t *bytes,
			  const struct message *message, bool *newest);

#endif /* NHRPD_NATIVE_SEALED_H */
