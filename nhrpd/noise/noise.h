/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Noise protocol framework, revision 34, as far as it is used here:
 * Noise_XX_25519_ChaChaPoly_SHA256 and Noise_XXpsk3_25519_ChaChaPoly_SHA256.
 *
 *	-> e
 *	<- e, ee, s, es
 *	-> s, se [, psk]
 *
 * A pure state machine on libsodium's primitives: no I/O, no clock, no
 * allocation.
 */
#ifndef NHRPD_NOISE_NOISE_H
#define NHRPD_NOISE_NOISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NOISE_KEY 32		/* X25519 and symmetric keys, also the psk */
#define NOISE_HASH 32
#define NOISE_TAG 16
#define NOISE_MESSAGE_MAX 65535

struct noise_keypair {
	uint8_t public[NOISE_KEY];
	uint8_t secret[NOISE_KEY];
};

/**
 * struct noise - a handshake under way; private to noise.c but for
 * @remote_static: the other's static public key, once @message is past the
 *		   message that carries it
 * @hash: handshake hash, final once noise_is_finished()
 *
 * Holds secrets: noise_wipe() it.
 */
struct noise {
	bool initiator;
	bool has_psk;
	bool has_key;
	unsigned int message;		/* the next one, from 0 */
	uint64_t nonce;
	uint8_t chaining_key[NOISE_HASH];
	uint8_t hash[NOISE_HASH];
	uint8_t key[NOISE_KEY];
	uint8_t psk[NOISE_KEY];
	struct noise_keypair local_static;
	struct noise_keypair local_ephemeral;
	uint8_t remote_static[NOISE_KEY];
	uint8_t remote_ephemeral[NOISE_KEY];
};

/** struct noise_transport - one direction after the handshake */
struct noise_transport {
	uint8_t key[NOISE_KEY];
	uint64_t nonce;
};

/** noise_keypair_make - a fresh random key pair */
void noise_keypair_make(struct noise_keypair *pair);

/**
 * noise_start - begin a handshake
 * @prologue: @length bytes that both must agree on
 * @own: static key pair
 * @psk: NOISE_KEY bytes: XXpsk3; NULL: XX
 * @ephemeral: key pair to use, for test vectors; NULL: a fresh one
 */
void noise_start(struct noise *noise, bool initiator, const void *prologue,
		 size_t length, const struct noise_keypair *own,
		 const uint8_t *psk, const struct noise_keypair *ephemeral);

/**
 * noise_write - write the next message
 * @payload: @length bytes, encrypted as far as the pattern has keys by then
 * @message: where to, @room bytes
 *
 * Return: bytes written; 0, and @noise as before, if it is not our turn, there
 * is no room, or the other's ephemeral key is one of small order.
 */
size_t noise_write(struct noise *noise, const void *payload, size_t length,
		   uint8_t *message, size_t room);

/**
 * noise_read - read the next message
 * @message: @length bytes
 * @payload: where to, @room bytes; garbage if this fails
 * @payload_length: set, 0 if this fails
 *
 * Return: false if it is not genuine, or not its turn: @noise is as before
 * then, so that a forged message cannot end a handshake.
 */
bool noise_read(struct noise *noise, const uint8_t *message, size_t length,
		uint8_t *payload, size_t room, size_t *payload_length);

/** noise_is_finished - whether all three messages are through */
bool noise_is_finished(const struct noise *noise);

/**
 * noise_split - the keys of both directions, from our point of view
 *
 * Only once noise_is_finished(), as is noise_export().
 */
void noise_split(const struct noise *noise, struct noise_transport *send,
		 struct noise_transport *receive);

/**
 * noise_export - further key material that both sides share
 * @label: what for
 * @output: @length bytes, at most 255 * NOISE_HASH
 *
 * HKDF-Expand (RFC 5869, SHA-256) of the final chaining key.
 */
void noise_export(const struct noise *noise, const char *label,
		  uint8_t *output, size_t length);

/** noise_wipe - forget all; nothing can be read or written any more */
void noise_wipe(struct noise *noise);

/**
 * noise_seal - encrypt one message after the handshake
 * @nonce: never used before with this key
 * @sealed: room for @length + NOISE_TAG bytes
 */
void noise_seal(const uint8_t key[NOISE_KEY], uint64_t nonce,
		const void *ad, size_t ad_length,
		const void *plain, size_t length, uint8_t *sealed);

/**
 * noise_unseal - the reverse
 * @plain: room for @length - NOISE_TAG bytes
 *
 * Return: false if it is not genuine.
 */
bool noise_unseal(const uint8_t key[NOISE_KEY], uint64_t nonce,
		  const void *ad, size_t ad_length,
		  const uint8_t *sealed, size_t length, uint8_t *plain);

#endif /* NHRPD_NOISE_NOISE_H */
