/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an interface with "protection native" proves itself with, and what it
 * checks others against, read from its files.
 */
#ifndef NHRPD_NATIVE_CREDENTIALS_H
#define NHRPD_NATIVE_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "identity/certificate.h"
#include "identity/revoked.h"
#include "mac.h"
#include "noise/noise.h"

/**
 * struct credentials - of one interface; holds secrets: credentials_wipe() it
 * @network_id: of the NHRP network
 * @has_psk: there is a network pre-shared key @psk
 * @certified: there are @own_certificate and @authority
 * @own: static key pair, of the certificate if there is one, else random
 * @own_certificate: @own_length bytes as signed
 * @authority: whom to trust
 * @revoked: whom not to, all the same
 * @mac: keys of the network
 * @aes: the CPU computes AES
 * @encapsulation: of ESP
 */
struct credentials {
	uint32_t network_id;
	bool has_psk;
	uint8_t psk[NOISE_KEY];
	bool certified;
	struct noise_keypair own;
	uint8_t own_certificate[CERTIFICATE_SIZE_MAX];
	size_t own_length;
	struct certificate authority;
	struct revoked revoked;
	struct mac_keys mac;
	bool aes;
	enum config_encapsulation encapsulation;
};

/**
 * credentials_load - read the files that an interface names
 * @now: seconds since 1970
 *
 * Return: 0, or -1 with the reason in @error and nothing to wipe.
 */
int credentials_load(const struct config_interface *config, uint64_t now,
		     struct credentials *credentials,
		     struct key_file_error *error);

/** credentials_wipe - forget all secrets */
void credentials_wipe(struct credentials *credentials);

/**
 * credentials_refuse - why a certificate that was good is so no more
 * @now: seconds since 1970
 *
 * Return: NULL if it still is, or the reason in words.
 */
const char *credentials_refuse(const struct credentials *credentials,
			       const struct certificate *certificate,
			       uint64_t now);

#endif /* NHRPD_NATIVE_CREDENTIALS_H */
