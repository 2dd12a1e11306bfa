// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What stands in front of the handshake: MACs and cookies.
 */
#include "mac.h"

#include <sodium.h>
#include <string.h>

_Static_assert(MESSAGE_COOKIE_NONCE ==
	       crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
_Static_assert(MAC_COOKIE + crypto_aead_xchacha20poly1305_ietf_ABYTES ==
	       MESSAGE_COOKIE_SEALED, "tag");

static void mac_derive(const char *label, const uint8_t *psk,
		       const uint8_t *authority, uint8_t key[MAC_KEY])
{
	crypto_generichash_state state;
	const uint8_t have[2] = { !!psk, !!authority };

	crypto_generichash_init(&state, NULL, 0, MAC_KEY);
	crypto_generichash_update(&state, (const uint8_t *)label,
				  strlen(label));
	crypto_generichash_update(&state, have, sizeof(have));
	if (psk)
		crypto_generichash_update(&state, psk, MAC_KEY);
	if (authority)
		crypto_generichash_update(&state, authority, MAC_KEY);
	crypto_generichash_final(&state, key, MAC_KEY);
	sodium_memzero(&state, sizeof(state));
}

void mac_keys_derive(struct mac_keys *keys, const uint8_t *psk,
		     const uint8_t *authority)
{
	mac_derive("mgre native mac1", psk, authority, keys->mac1);
	mac_derive("mgre native cookie", psk, authority, keys->seal);
}

static void mac(const uint8_t *key, size_t key_length, const uint8_t *bytes,
		size_t length, uint8_t result[MESSAGE_MAC])
{
	crypto_generichash(result, MESSAGE_MAC, bytes, length, key,
			   key_length);
}

void mac_sign1(const struct mac_keys *keys, uint8_t *bytes, size_t length)
{
	size_t before = length - message_macs(bytes[MESSAGE_TYPE]);

	mac(keys->mac1, MAC_KEY, bytes, before, bytes + before);
}

bool mac_check1(const struct mac_keys *keys, const uint8_t *bytes,
		size_t length)
{
	size_t before = length - message_macs(bytes[MESSAGE_TYPE]);
	uint8_t right[MESSAGE_MAC];

	mac(keys->mac1, MAC_KEY, bytes, before, right);
	return !sodium_memcmp(right, bytes + before, sizeof(right));
}

void mac_sign2(const uint8_t cookie[MAC_COOKIE], uint8_t *bytes,
	       size_t length)
{
	size_t before = length - MESSAGE_MAC;

	mac(cookie, MAC_COOKIE, bytes, before, bytes + before);
}

/* ---- cookies ---- */

static void mac_secret_renew(struct mac_secret *secret, uint64_t now)
{
	if (secret->made && now - secret->made < MAC_COOKIE_LIFETIME)
		return;
	/* After a long silence the last one is too old as well. */
	if (secret->made && now - secret->made < 2 * MAC_COOKIE_LIFETIME)
		memcpy(secret->before, secret->key, MAC_KEY);
	else
		randombytes_buf(secret->before, MAC_KEY);
	randombytes_buf(secret->key, MAC_KEY);
	secret->made = now ? now : 1;
}

static void mac_cookie(const uint8_t key[MAC_KEY], const struct place *source,
		       uint8_t cookie[MAC_COOKIE])
{
	uint8_t bytes[PLACE_BYTES];

	place_bytes(source, bytes);
	mac(key, MAC_KEY, bytes, sizeof(bytes), cookie);
}

static bool mac_is_made_with(const uint8_t key[MAC_KEY],
			     const struct place *source, const uint8_t *bytes,
			     size_t length)
{
	size_t before = length - MESSAGE_MAC;
	uint8_t cookie[MAC_COOKIE], right[MESSAGE_MAC];

	mac_cookie(key, source, cookie);
	mac(cookie, sizeof(cookie), bytes, before, right);
	return !sodium_memcmp(right, bytes + before, sizeof(right));
}

bool mac_check2(struct mac_secret *secret, uint64_t now,
		const struct place *source, const uint8_t *bytes,
		size_t length)
{
	mac_secret_renew(secret, now);
	return mac_is_made_with(secret->key, source, bytes, length) ||
	       mac_is_made_with(secret->before, source, bytes, length);
}

size_t mac_write_cookie(const struct mac_keys *keys, struct mac_secret *secret,
			uint64_t now, const struct place *source,
			const struct message *initiation, uint8_t *answer)
{
	uint8_t cookie[MAC_COOKIE], nonce[MESSAGE_COOKIE_NONCE];
	uint8_t sealed[MESSAGE_COOKIE_SEALED];
	struct message message = {
		.type = MESSAGE_COOKIE,
		.network_id = initiation->network_id,
		.receiver = initiation->sender,
		.body = sealed,
		.length = sizeof(sealed),
		.cookie_nonce = nonce,
	};

	mac_secret_renew(secret, now);
	mac_cookie(secret->key, source, cookie);
	randombytes_buf(nonce, sizeof(nonce));
	crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, NULL, cookie,
						   sizeof(cookie),
						   initiation->mac1,
						   MESSAGE_MAC, NULL, nonce,
						   keys->seal);
	return message_write(&message, answer, MESSAGE_COOKIE_SIZE);
}

bool mac_read_cookie(const struct mac_keys *keys,
		     const struct message *message,
		     const uint8_t mac1[MESSAGE_MAC],
		     uint8_t cookie[MAC_COOKIE])
{
	return !crypto_aead_xchacha20poly1305_ietf_decrypt(cookie, NULL, NULL,
			message->body, message->length, mac1, MESSAGE_MAC,
			message->cookie_nonce, keys->seal);
}
