// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * No message of a handshake but the genuine one is read, and one that is
 * refused leaves no trace. The first byte of the input tells which message is
 * due (0 to 2) and whether there is a psk (4); the rest is what comes. Keys are
 * always the same, so that the corpus can hold genuine messages.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "noise/noise.h"

#define ROOM 4096
#define MESSAGES 3
#define WITH_PSK 4

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static struct noise_keypair keypair(uint8_t seed)
{
	struct noise_keypair pair = { .secret = { seed } };

	crypto_scalarmult_base(pair.public, pair.secret);
	return pair;
}

static void start(struct noise *noise, bool initiator, bool has_psk)
{
	static const uint8_t psk[NOISE_KEY] = "network";
	struct noise_keypair own = keypair(initiator ? 1 : 2);
	struct noise_keypair ephemeral = keypair(initiator ? 3 : 4);

	noise_start(noise, initiator, "fuzz", 4, &own, has_psk ? psk : NULL,
		    &ephemeral);
}

/* Shake hands up to message @index, and write that one too. */
static size_t go_to(struct noise ends[2], unsigned int index,
		    uint8_t message[ROOM])
{
	uint8_t payload[ROOM];
	size_t length, payload_length;

	for (unsigned int i = 0;; i++) {
		length = noise_write(&ends[i % 2], "hello", 5, message, ROOM);
		expect(length);
		if (i == index)
			return length;
		expect(noise_read(&ends[(i + 1) % 2], message, length, payload,
				  ROOM, &payload_length));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t genuine[ROOM], payload[ROOM], answer[ROOM];
	struct noise ends[2], before, *reader;
	unsigned int index;
	size_t length, payload_length;
	bool has_psk, same;

	if (!size || size > ROOM)
		return 0;
	index = data[0] % WITH_PSK % MESSAGES;
	has_psk = data[0] & WITH_PSK;
	start(&ends[0], true, has_psk);
	start(&ends[1], false, has_psk);
	length = go_to(ends, index, genuine);
	reader = &ends[(index + 1) % 2];
	before = *reader;
	same = length == size - 1 && !memcmp(genuine, data + 1, length);

	if (!noise_read(reader, data + 1, size - 1, payload, ROOM,
			&payload_length)) {
		expect(!same && !payload_length);
		expect(!memcmp(reader, &before, sizeof(before)));
	} else {
		/* The first one is anybody's. */
		expect(same || !index);
		expect(noise_is_finished(reader) == (index == 2));
		noise_write(reader, "hello", 5, answer, ROOM);
	}
	return 0;
}
