/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Authorities and nodes for the tests of the native key exchange.
 */
#ifndef SELFTESTS_UNIT_NATIVE_IDENTITY_H
#define SELFTESTS_UNIT_NATIVE_IDENTITY_H

#include "native/credentials.h"

/** struct identity - an authority or a node */
struct identity {
	uint8_t secret[CERTIFICATE_SECRET];
	struct certificate certificate;
	uint8_t bytes[CERTIFICATE_SIZE_MAX];
	size_t length;
};

/** identity_authority - make one */
void identity_authority(struct identity *authority);

/** identity_node - make one that is valid for @seconds from @now on */
void identity_node(struct identity *node, const char *name,
		   const struct identity *authority, uint64_t now,
		   uint64_t seconds);

/**
 * identity_credentials - what an interface would load
 * @psk: or NULL
 * @node, @authority: or both NULL
 */
void identity_credentials(struct credentials *credentials,
			  const uint8_t *psk, const struct identity *node,
			  const struct identity *authority);

#endif /* SELFTESTS_UNIT_NATIVE_IDENTITY_H */
