// SPDX-License-Identifier: GPL-2.0-or-later
#include <sodium.h>
#include <string.h>

#include "noise.h"

#define MESSAGES 3
#define WIPED (MESSAGES + 1)		/* of noise.message: nobody's turn */
#define NONCE crypto_aead_chacha20poly1305_ietf_NPUBBYTES

enum token {
	END,
	E,
	S,
	EE,
	ES,
	SE,
	PSK,
};

/* PSK is left out in XX. */
static const enum token patterns[MESSAGES][5] = {
	{ E, END },
	{ E, EE, S, ES, END },
	{ S, SE, PSK, END },
};

/* HKDF-Expand of RFC 5869; @key is the pseudorandom key. */
static void expand(const uint8_t key[NOISE_HASH], const void *info,
		   size_t info_length, uint8_t *output, size_t length)
{
	crypto_auth_hmacsha256_state state;
	uint8_t block[NOISE_HASH];
	uint8_t counter = 0;

	while (length) {
		size_t part = length < NOISE_HASH ? length : NOISE_HASH;

		crypto_auth_hmacsha256_init(&state, key, NOISE_HASH);
		if (counter)
			crypto_auth_hmacsha256_update(&state, block,
						      sizeof(block));
		crypto_auth_hmacsha256_update(&state, info, info_length);
		counter++;
		crypto_auth_hmacsha256_update(&state, &counter, 1);
		crypto_auth_hmacsha256_final(&state, block);
		memcpy(output, block, part);
		output += part;
		length -= part;
	}
	sodium_memzero(&state, sizeof(state));
	sodium_memzero(block, sizeof(block));
}

/* HKDF as Noise has it: extract with the chaining key, expand to @count. */
static void derive(const struct noise *noise, const uint8_t *input,
		   size_t length, uint8_t (*output)[NOISE_HASH], size_t count)
{
	uint8_t key[NOISE_HASH];

	crypto_auth_hmacsha256(key, input, length, noise->chaining_key);
	expand(key, NULL, 0, output[0], count * NOISE_HASH);
	sodium_memzero(key, sizeof(key));
}

static void mix_hash(struct noise *noise, const void *bytes, size_t length)
{
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, noise->hash, NOISE_HASH);
	crypto_hash_sha256_update(&state, bytes, length);
	crypto_hash_sha256_final(&state, noise->hash);
}

static void set_key(struct noise *noise, const uint8_t key[NOISE_KEY])
{
	memcpy(noise->key, key, NOISE_KEY);
	noise->nonce = 0;
	noise->has_key = true;
}

static void mix_key(struct noise *noise, const uint8_t input[NOISE_KEY])
{
	uint8_t output[2][NOISE_HASH];

	derive(noise, input, NOISE_KEY, output, 2);
	memcpy(noise->chaining_key, output[0], NOISE_HASH);
	set_key(noise, output[1]);
	sodium_memzero(output, sizeof(output));
}

static void mix_psk(struct noise *noise)
{
	uint8_t output[3][NOISE_HASH];

	derive(noise, noise->psk, NOISE_KEY, output, 3);
	memcpy(noise->chaining_key, output[0], NOISE_HASH);
	mix_hash(noise, output[1], NOISE_HASH);
	set_key(noise, output[2]);
	sodium_memzero(output, sizeof(output));
}

/*
 * Return: false if the result is all zeros: the other's key is a point of
 * small order, which would make the secret one that everybody knows.
 */
static bool mix_dh(struct noise *noise, const struct noise_keypair *local,
		   const uint8_t remote[NOISE_KEY])
{
	uint8_t secret[NOISE_KEY];
	bool good;

	good = !crypto_scalarmult(secret, local->secret, remote);
	if (good)
		mix_key(noise, secret);
	sodium_memzero(secret, sizeof(secret));
	return good;
}

/* "es" is of the initiator's ephemeral key, "se" of the responder's. */
static bool mix_token(struct noise *noise, enum token token)
{
	bool ephemeral = token == EE || (token == ES) == noise->initiator;
	bool remote_ephemeral = token == EE || !ephemeral;

	return mix_dh(noise, ephemeral ? &noise->local_ephemeral :
					 &noise->local_static,
		      remote_ephemeral ? noise->remote_ephemeral :
					 noise->remote_static);
}

static void mix_ephemeral(struct noise *noise, const uint8_t public[NOISE_KEY])
{
	mix_hash(noise, public, NOISE_KEY);
	if (noise->has_psk)
		mix_key(noise, public);
}

/* Return: bytes written. */
static size_t encrypt_and_hash(struct noise *noise, const void *plain,
			       size_t length, uint8_t *output)
{
	if (noise->has_key) {
		noise_seal(noise->key, noise->nonce++, noise->hash, NOISE_HASH,
			   plain, length, output);
		length += NOISE_TAG;
	} else if (length) {
		memcpy(output, plain, length);
	}
	mix_hash(noise, output, length);
	return length;
}

/* @length: of the plain text, without the tag. */
static bool decrypt_and_hash(struct noise *noise, const uint8_t *input,
			     size_t length, uint8_t *plain)
{
	if (noise->has_key) {
		if (!noise_unseal(noise->key, noise->nonce++, noise->hash,
				  NOISE_HASH, input, length + NOISE_TAG, plain))
			return false;
		length += NOISE_TAG;
	} else if (length) {
		memcpy(plain, input, length);
	}
	mix_hash(noise, input, length);
	return true;
}

static bool may_go_on(const struct noise *noise, bool writing)
{
	return noise->message < MESSAGES &&
	       ((noise->message % 2 == 0) == noise->initiator) == writing;
}

/* Bytes that the next message has besides its payload. */
static size_t overhead(const struct noise *noise)
{
	const enum token *token = patterns[noise->message];
	bool has_key = noise->has_key;
	size_t length = 0;

	for (; *token; token++) {
		if (*token == E)
			length += NOISE_KEY;
		else if (*token == S)
			length += NOISE_KEY + (has_key ? NOISE_TAG : 0);
		has_key |= *token != S && (*token != E || noise->has_psk);
	}
	return length + (has_key ? NOISE_TAG : 0);
}

/* Return: where the payload goes, or NULL if the other's key is no good. */
static uint8_t *write_tokens(struct noise *noise, uint8_t *message)
{
	const enum token *token = patterns[noise->message];

	for (; *token; token++) {
		switch (*token) {
		case E:
			memcpy(message, noise->local_ephemeral.public,
			       NOISE_KEY);
			mix_ephemeral(noise, message);
			message += NOISE_KEY;
			break;
		case S:
			message += encrypt_and_hash(noise,
						    noise->local_static.public,
						    NOISE_KEY, message);
			break;
		case PSK:
			if (noise->has_psk)
				mix_psk(noise);
			break;
		default:
			if (!mix_token(noise, *token))
				return NULL;
		}
	}
	return message;
}

/* Return: where the payload is, or NULL if it is not genuine. */
static const uint8_t *read_tokens(struct noise *noise, const uint8_t *message)
{
	const enum token *token = patterns[noise->message];

	for (; *token; token++) {
		switch (*token) {
		case E:
			memcpy(noise->remote_ephemeral, message, NOISE_KEY);
			mix_ephemeral(noise, message);
			message += NOISE_KEY;
			break;
		case S:
			if (!decrypt_and_hash(noise, message, NOISE_KEY,
					      noise->remote_static))
				return NULL;
			message += NOISE_KEY + NOISE_TAG;
			break;
		case PSK:
			if (noise->has_psk)
				mix_psk(noise);
			break;
		default:
			if (!mix_token(noise, *token))
				return NULL;
		}
	}
	return message;
}

void noise_keypair_make(struct noise_keypair *pair)
{
	randombytes_buf(pair->secret, NOISE_KEY);
	crypto_scalarmult_base(pair->public, pair->secret);
}

void noise_start(struct noise *noise, bool initiator, const void *prologue,
		 size_t length, const struct noise_keypair *own,
		 const uint8_t *psk, const struct noise_keypair *ephemeral)
{
	static const char xx[] = "Noise_XX_25519_ChaChaPoly_SHA256";
	static const char xxpsk3[] = "Noise_XXpsk3_25519_ChaChaPoly_SHA256";

	memset(noise, 0, sizeof(*noise));
	noise->initiator = initiator;
	noise->has_psk = psk;
	noise->local_static = *own;
	if (psk)
		memcpy(noise->psk, psk, NOISE_KEY);
	if (ephemeral)
		noise->local_ephemeral = *ephemeral;
	else
		noise_keypair_make(&noise->local_ephemeral);

	/* A name is hashed only if it is longer than a hash. */
	if (psk)
		crypto_hash_sha256(noise->hash, (const uint8_t *)xxpsk3,
				   strlen(xxpsk3));
	else
		memcpy(noise->hash, xx, NOISE_HASH);
	memcpy(noise->chaining_key, noise->hash, NOISE_HASH);
	mix_hash(noise, prologue, length);
}

size_t noise_write(struct noise *noise, const void *payload, size_t length,
		   uint8_t *message, size_t room)
{
	struct noise next = *noise;
	size_t written = 0;
	uint8_t *position;

	if (room > NOISE_MESSAGE_MAX)
		room = NOISE_MESSAGE_MAX;
	if (!may_go_on(noise, true) || room < overhead(noise) ||
	    room - overhead(noise) < length)
		goto out;
	position = write_tokens(&next, message);
	if (!position)
		goto out;
	position += encrypt_and_hash(&next, payload, length, position);
	next.message++;
	*noise = next;
	written = position - message;
out:
	noise_wipe(&next);
	return written;
}

bool noise_read(struct noise *noise, const uint8_t *message, size_t length,
		uint8_t *payload, size_t room, size_t *payload_length)
{
	struct noise next = *noise;
	const uint8_t *position;
	bool genuine = false;
	size_t inner;

	*payload_length = 0;
	if (!may_go_on(noise, false) || length > NOISE_MESSAGE_MAX ||
	    length < overhead(noise) || length - overhead(noise) > room)
		goto out;
	inner = length - overhead(noise);
	position = read_tokens(&next, message);
	if (!position || !decrypt_and_hash(&next, position, inner, payload))
		goto out;
	next.message++;
	*noise = next;
	*payload_length = inner;
	genuine = true;
out:
	noise_wipe(&next);
	return genuine;
}

bool noise_is_finished(const struct noise *noise)
{
	return noise->message == MESSAGES;
}

void noise_split(const struct noise *noise, struct noise_transport *send,
		 struct noise_transport *receive)
{
	uint8_t output[2][NOISE_HASH];

	derive(noise, NULL, 0, output, 2);
	memcpy(send->key, output[noise->initiator ? 0 : 1], NOISE_KEY);
	memcpy(receive->key, output[noise->initiator ? 1 : 0], NOISE_KEY);
	send->nonce = 0;
	receive->nonce = 0;
	sodium_memzero(output, sizeof(output));
}

void noise_export(const struct noise *noise, const char *label,
		  uint8_t *output, size_t length)
{
	expand(noise->chaining_key, label, strlen(label), output, length);
}

void noise_wipe(struct noise *noise)
{
	sodium_memzero(noise, sizeof(*noise));
	noise->message = WIPED;
}

/* Noise's nonce: four zeros, then the number, little end first. */
static void write_nonce(uint64_t number, uint8_t nonce[NONCE])
{
	memset(nonce, 0, NONCE);
	for (size_t i = 4; i < NONCE; i++, number >>= 8)
		nonce[i] = number & 0xff;
}

void noise_seal(const uint8_t key[NOISE_KEY], uint64_t nonce,
		const void *ad, size_t ad_length,
		const void *plain, size_t length, uint8_t *sealed)
{
	uint8_t bytes[NONCE];

	write_nonce(nonce, bytes);
	crypto_aead_chacha20poly1305_ietf_encrypt(sealed, NULL, plain, length,
						  ad, ad_length, NULL, bytes,
						  key);
}

bool noise_unseal(const uint8_t key[NOISE_KEY], uint64_t nonce,
		  const void *ad, size_t ad_length,
		  const uint8_t *sealed, size_t length, uint8_t *plain)
{
	uint8_t bytes[NONCE];

	write_nonce(nonce, bytes);
	return !crypto_aead_chacha20poly1305_ietf_decrypt(plain, NULL, NULL,
							  sealed, length, ad,
							  ad_length, bytes,
							  key);
}
