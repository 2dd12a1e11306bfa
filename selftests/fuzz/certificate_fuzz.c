// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whatever is parsed as a certificate is the only way to write what it says.
 * The same bytes are also tried as a revocation list and as a public key.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "identity/key_file.h"
#include "identity/revoked.h"

#define NOW 1800000000
#define FLAGS_OFFSET 5
#define KEY_OFFSET 14
#define ISSUER_OFFSET (KEY_OFFSET + CERTIFICATE_KEY)
#define FIXED_SIZE (ISSUER_OFFSET + CERTIFICATE_KEY)

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static void make_authority(struct certificate *authority,
			   uint8_t secret[CERTIFICATE_SECRET])
{
	static const uint8_t seed[crypto_sign_SEEDBYTES] = { 1 };

	memset(authority, 0, sizeof(*authority));
	authority->is_authority = true;
	authority->not_after = CERTIFICATE_TIME_MAX;
	crypto_sign_seed_keypair(authority->key, secret, seed);
}

static void check_covers(const struct certificate *certificate)
{
	for (unsigned int i = 0; i < certificate->address_count; i++)
		expect(certificate_covers(certificate,
					  &certificate->addresses[i]));
	for (unsigned int i = 0; i < certificate->prefix_count; i++)
		expect(certificate_covers(certificate,
					  &certificate->prefixes[i]));
}

/* Sign what was parsed: all but the signature must be as it was. */
static void sign_again(const uint8_t *bytes, size_t size,
		       const struct certificate *certificate,
		       const struct certificate *authority,
		       const uint8_t secret[CERTIFICATE_SECRET])
{
	uint8_t again[CERTIFICATE_SIZE_MAX];
	struct certificate parsed;
	const char *wrong;

	expect(certificate_sign(certificate, secret, again) == size);
	expect(!memcmp(again, bytes, size - crypto_sign_BYTES));
	expect(!certificate_parse(again, size, &parsed));
	expect(!memcmp(&parsed, certificate, sizeof(parsed)));
	expect(certificate_is_signed(again, size, authority->key));
	wrong = certificate_verify(again, size, authority, NOW, &parsed);
	expect(!wrong == (!certificate->is_authority &&
			  certificate->not_before <= NOW &&
			  certificate->not_after >= NOW));
}

/* As if our authority had made it, whoever has. */
static void try_certificate(const uint8_t *data, size_t size)
{
	struct certificate authority, certificate;
	uint8_t secret[CERTIFICATE_SECRET], *bytes;

	if (certificate_parse(data, size, &certificate))
		return;
	check_covers(&certificate);
	make_authority(&authority, secret);
	expect(certificate_verify(data, size, &authority, NOW,
				  &certificate));
	bytes = malloc(size);
	expect(bytes && size > FIXED_SIZE);
	memcpy(bytes, data, size);
	memcpy(bytes + ISSUER_OFFSET, authority.key, CERTIFICATE_KEY);
	if (bytes[FLAGS_OFFSET])
		memcpy(bytes + KEY_OFFSET, authority.key, CERTIFICATE_KEY);
	if (!certificate_parse(bytes, size, &certificate))
		sign_again(bytes, size, &certificate, &authority, secret);
	free(bytes);
}

static void try_list(const char *text, size_t size)
{
	struct key_file_error error = { "" };
	struct certificate certificate;
	struct revoked list;

	if (revoked_parse("fuzz", text, size, &list, &error)) {
		expect(!strncmp(error.text, "fuzz:", 5));
		expect(!list.count && !list.serials);
		return;
	}
	for (size_t i = 0; i < list.count; i++) {
		memcpy(certificate.serial, list.serials[i],
		       CERTIFICATE_SERIAL);
		expect(revoked_has(&list, &certificate));
	}
	revoked_free(&list);
}

static void try_key(const char *data, size_t size)
{
	uint8_t key[CERTIFICATE_KEY];
	char *text = strndup(data, size);

	expect(text);
	key_file_parse_public(text, key);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_certificate(data, size);
	try_list((const char *)data, size);
	try_key((const char *)data, size);
	return 0;
}
