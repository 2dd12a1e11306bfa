// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an interface proves itself with, read from its files.
 */
#include "credentials.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "log.h"

static int credentials_fail(struct key_file_error *error, const char *file,
			    const char *reason)
{
	snprintf(error->text, sizeof(error->text), "%.300s: %s", file, reason);
	return -1;
}

/*
 * A clock that is wrong at start must not keep the interface down for good:
 * others judge by theirs.
 */
static void credentials_check_time(const char *path,
				   const struct certificate *certificate,
				   uint64_t now)
{
	if (now < certificate->not_before)
		log_warning("%s: not valid yet, or the clock is wrong", path);
	else if (now > certificate->not_after)
		log_warning("%s: expired, others will refuse it", path);
}

static int credentials_load_certificate(const char *path, uint64_t now,
					struct credentials *credentials,
					struct certificate *certificate,
					struct key_file_error *error)
{
	const char *reason;

	if (key_file_read_certificate(path, credentials->own_certificate,
				      &credentials->own_length, certificate,
				      error))
		return -1;
	reason = certificate_verify(credentials->own_certificate,
				    credentials->own_length,
				    &credentials->authority,
				    certificate->not_before, certificate);
	if (reason) {
		snprintf(error->text, sizeof(error->text),
			 "%.300s: the certificate %s", path, reason);
		return -1;
	}
	credentials_check_time(path, certificate, now);
	return 0;
}

static int credentials_convert(const uint8_t secret[CERTIFICATE_SECRET],
			       struct noise_keypair *own)
{
	crypto_sign_ed25519_sk_to_curve25519(own->secret, secret);
	return crypto_scalarmult_base(own->public, own->secret);
}

/* The public key is the second half of libsodium's secret keys. */
static int credentials_load_key(const char *path,
				const struct certificate *certificate,
				struct credentials *credentials,
				struct key_file_error *error)
{
	uint8_t secret[CERTIFICATE_SECRET];
	int result = 0;

	if (key_file_read_secret(path, secret, error))
		return -1;
	if (sodium_memcmp(secret + CERTIFICATE_SECRET - CERTIFICATE_KEY,
			  certificate->key, CERTIFICATE_KEY))
		result = credentials_fail(error, path,
					  "is not the key of the certificate");
	else if (credentials_convert(secret, &credentials->own))
		result = credentials_fail(error, path, "is not a key");
	sodium_memzero(secret, sizeof(secret));
	return result;
}

static int credentials_load_identity(const struct config_protection *config,
				     uint64_t now,
				     struct credentials *credentials,
				     struct key_file_error *error)
{
	struct certificate certificate;

	if (key_file_read_authority(config->authority_file,
				    &credentials->authority, error) ||
	    credentials_load_certificate(config->certificate_file, now,
					 credentials, &certificate, error) ||
	    credentials_load_key(config->key_file, &certificate, credentials,
				 error))
		return -1;
	if (config->revoked_file &&
	    revoked_read(config->revoked_file, &credentials->revoked, error))
		return -1;
	credentials->certified = true;
	return 0;
}

static int credentials_load_files(const struct config_protection *config,
				  uint64_t now,
				  struct credentials *credentials,
				  struct key_file_error *error)
{
	if (config->psk_file) {
		if (key_file_read_psk(config->psk_file, credentials->psk,
				      error))
			return -1;
		credentials->has_psk = true;
	}
	if (config->key_file)
		return credentials_load_identity(config, now, credentials,
						 error);
	noise_keypair_make(&credentials->own);
	return 0;
}

int credentials_load(const struct config_interface *config, uint64_t now,
		     struct credentials *credentials,
		     struct key_file_error *error)
{
	memset(credentials, 0, sizeof(*credentials));
	if (credentials_load_files(&config->protection, now, credentials,
				   error)) {
		credentials_wipe(credentials);
		return -1;
	}
	credentials->network_id = config->network_id;
	credentials->encapsulation = config->protection.encapsulation;
	credentials->aes = crypto_aead_aes256gcm_is_available();
	mac_keys_derive(&credentials->mac,
			credentials->has_psk ? credentials->psk : NULL,
			credentials->certified ? credentials->authority.key :
						 NULL);
	return 0;
}

void credentials_wipe(struct credentials *credentials)
{
	revoked_free(&credentials->revoked);
	sodium_memzero(credentials, sizeof(*credentials));
}

const char *credentials_refuse(const struct credentials *credentials,
			       const struct certificate *certificate,
			       uint64_t now)
{
	if (!credentials->certified ||
	    memcmp(certificate->issuer, credentials->authority.key,
		   CERTIFICATE_KEY))
		return "certificate of another network";
	if (now > certificate->not_after)
		return "certificate expired";
	if (revoked_has(&credentials->revoked, certificate))
		return "certificate revoked";
	return NULL;
}
