// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sealed messages between two nodes that have made keys.
 */
#include "sealed.h"

#define SEALED_HEADER (MESSAGE_CONTROL_SIZE - MESSAGE_CONTROL_SEALED)

void sealed_write(struct sealed *sealed, enum sealed_kind kind,
		   uint32_t network_id, uint32_t receiver, uint8_t *bytes)
{
	uint8_t plain = kind;
	struct message message = {
		.type = MESSAGE_CONTROL,
		.network_id = network_id,
		.receiver = receiver,
		.nonce = sealed->send.nonce++,
	};

	message_write(&message, bytes, MESSAGE_CONTROL_SIZE);
	noise_seal(sealed->send.key, message.nonce, bytes, SEALED_HEADER,
		   &plain, sizeof(plain), bytes + SEALED_HEADER);
}

static bool sealed_is_fresh(const struct sealed *sealed, uint64_t nonce)
{
	uint64_t age;

	if (nonce >= sealed->receive.nonce)
		return true;
	age = sealed->receive.nonce - 1 - nonce;
	return age < SEALED_WINDOW && !(sealed->window >> age & 1);
}

static void sealed_mark(struct sealed *sealed, uint64_t nonce)
{
	uint64_t ahead;

	if (nonce < sealed->receive.nonce) {
		sealed->window |= UINT64_C(1) << (sealed->receive.nonce - 1 -
						   nonce);
		return;
	}
	ahead = nonce + 1 - sealed->receive.nonce;
	sealed->window = ahead < SEALED_WINDOW ? sealed->window << ahead : 0;
	sealed->window |= 1;
	sealed->receive.nonce = nonce + 1;
}

unsigned int sealed_read(struct sealed *sealed, const uint8_t *bytes,
			  const struct message *message, bool *newest)
{
	uint8_t plain;

	/* The last number has no successor. */
	if (message->nonce == UINT64_MAX ||
	    !sealed_is_fresh(sealed, message->nonce))
		return 0;
	if (!noise_unseal(sealed->receive.key, message->nonce, bytes,
			  SEALED_HEADER, message->body, message->length,
			  &plain))
		return 0;
	*newest = message->nonce >= sealed->receive.nonce;
	sealed_mark(sealed, message->nonce);
	return plain;
}
