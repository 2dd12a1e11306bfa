/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SELFTESTS_UNIT_NOISE_VECTORS_H
#define SELFTESTS_UNIT_NOISE_VECTORS_H

#define NOISE_VECTORS 2
#define NOISE_VECTOR_MESSAGES 6

/**
 * struct noise_vector - keys, and what must come of them; in hexadecimal, with
 *			 blanks
 * @name: of the protocol
 * @psk: NULL if the pattern has none
 * @messages: three of the handshake, then three of transport; initiator and
 *	      responder take turns
 */
struct noise_vector {
	const char *name;
	const char *prologue;
	const char *psk;
	const char *initiator_static;
	const char *initiator_ephemeral;
	const char *responder_static;
	const char *responder_ephemeral;
	const char *handshake_hash;
	struct {
		const char *payload;
		const char *ciphertext;
	} messages[NOISE_VECTOR_MESSAGES];
};

extern const struct noise_vector noise_vectors[NOISE_VECTORS];

#endif /* SELFTESTS_UNIT_NOISE_VECTORS_H */
