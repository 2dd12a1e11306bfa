// SPDX-License-Identifier: GPL-2.0-or-later
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "native_identity.h"

static void identity_sign(struct identity *identity,
			  const struct identity *authority)
{
	memcpy(identity->certificate.issuer, authority->certificate.key,
	       CERTIFICATE_KEY);
	identity->length = certificate_sign(&identity->certificate,
					    authority->secret,
					    identity->bytes);
	if (!identity->length)
		abort();
}

void identity_authority(struct identity *authority)
{
	memset(authority, 0, sizeof(*authority));
	crypto_sign_keypair(authority->certificate.key, authority->secret);
	authority->certificate.is_authority = true;
	strcpy(authority->certificate.name, "example.net");
	authority->certificate.not_before = 1;
	authority->certificate.not_after = UINT32_MAX;
	identity_sign(authority, authority);
}

void identity_node(struct identity *node, const char *name,
		   const struct identity *authority, uint64_t now,
		   uint64_t seconds)
{
	memset(node, 0, sizeof(*node));
	crypto_sign_keypair(node->certificate.key, node->secret);
	randombytes_buf(node->certificate.serial, CERTIFICATE_SERIAL);
	snprintf(node->certificate.name, CERTIFICATE_NAME_MAX, "%s", name);
	node->certificate.not_before = now;
	node->certificate.not_after = now + seconds;
	identity_sign(node, authority);
}

void identity_credentials(struct credentials *credentials,
			  const uint8_t *psk, const struct identity *node,
			  const struct identity *authority)
{
	memset(credentials, 0, sizeof(*credentials));
	credentials->network_id = 1;
	credentials->aes = true;
	if (psk) {
		credentials->has_psk = true;
		memcpy(credentials->psk, psk, NOISE_KEY);
	}
	noise_keypair_make(&credentials->own);
	if (node) {
		credentials->certified = true;
		crypto_sign_ed25519_sk_to_curve25519(credentials->own.secret,
						     node->secret);
		crypto_scalarmult_base(credentials->own.public,
				       credentials->own.secret);
		memcpy(credentials->own_certificate, node->bytes,
		       node->length);
		credentials->own_length = node->length;
		credentials->authority = authority->certificate;
	}
	mac_keys_derive(&credentials->mac, psk,
			authority ? authority->certificate.key : NULL);
}
