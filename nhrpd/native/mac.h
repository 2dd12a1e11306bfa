/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands in front of the handshake, as in WireGuard. mac1 proves that
 * the sender knows the network; without it nothing is answered. mac2 proves
 * that it is where it says, by a cookie that was sent there; it is asked for
 * under load. Neither takes a Diffie-Hellman, nor memory for the sender.
 */
#ifndef NHRPD_NATIVE_MAC_H
#define NHRPD_NATIVE_MAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"
#include "place.h"

#define MAC_KEY 32
#define MAC_COOKIE 16
#define MAC_COOKIE_LIFETIME 120000	/* ms */

/**
 * struct mac_keys - known to all nodes of a network
 * @mac1: key of mac1
 * @seal: key that cookies are sealed with on their way
 */
struct mac_keys {
	uint8_t mac1[MAC_KEY];
	uint8_t seal[MAC_KEY];
};

/**
 * mac_keys_derive - from what all nodes of a network have
 * @psk: MAC_KEY bytes, or NULL
 * @authority: public key, MAC_KEY bytes, or NULL
 */
void mac_keys_derive(struct mac_keys *keys, const uint8_t *psk,
		     const uint8_t *authority);

/** mac_sign1 - set mac1 of an initiation or response of @length bytes */
void mac_sign1(const struct mac_keys *keys, uint8_t *bytes, size_t length);

/** mac_check1 - whether mac1 of an initiation or response is right */
bool mac_check1(const struct mac_keys *keys, const uint8_t *bytes,
		size_t length);

/** mac_sign2 - set mac2 of an initiation, after mac1 */
void mac_sign2(const uint8_t cookie[MAC_COOKIE], uint8_t *bytes,
	       size_t length);

/**
 * struct mac_secret - what our cookies are made of
 * @key: changes every MAC_COOKIE_LIFETIME
 * @before: the one before, still good for cookies sent just before the change
 * @made: when @key was, ms, 0: never
 */
struct mac_secret {
	uint8_t key[MAC_KEY];
	uint8_t before[MAC_KEY];
	uint64_t made;
};

/** mac_check2 - whether mac2 was made with a cookie that @source got */
bool mac_check2(struct mac_secret *secret, uint64_t now,
		const struct place *source, const uint8_t *bytes,
		size_t length);

/**
 * mac_write_cookie - the answer to an initiation whose mac2 is not right
 * @initiation: parsed
 * @answer: MESSAGE_COOKIE_SIZE bytes
 */
size_t mac_write_cookie(const struct mac_keys *keys, struct mac_secret *secret,
			uint64_t now, const struct place *source,
			const struct message *initiation, uint8_t *answer);

/**
 * mac_read_cookie - the reverse
 * @mac1: of the initiation that was sent
 *
 * Return: false if it is not genuine.
 */
bool mac_read_cookie(const struct mac_keys *keys,
		     const struct message *message,
		     const uint8_t mac1[MESSAGE_MAC],
		     uint8_t cookie[MAC_COOKIE]);

#endif /* NHRPD_NATIVE_MAC_H */
