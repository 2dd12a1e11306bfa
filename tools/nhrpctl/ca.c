// SPDX-License-Identifier: GPL-2.0-or-later
#include "ca.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ca_options.h"
#include "certificate_json.h"
#include "key.h"
#include "status.h"

#define DEFAULT_NAME "network"
#define DEFAULT_AUTHORITY_DAYS 3650
#define DEFAULT_NODE_DAYS 365
#define DAY (24 * 60 * 60)
#define CLOCKS_DIFFER (60 * 60)		/* seconds, at most */

/* Return: EXIT_REFUSED. */
__attribute__((format(printf, 1, 2)))
static int refuse(const char *format, ...)
{
	va_list arguments;

	fputs("nhrpctl: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return EXIT_REFUSED;
}

static int set_name(struct certificate *certificate, const char *name)
{
	if (!certificate_name_is_good(name)) {
		refuse("'%s' is not a name of at most %d letters out of A-Z a-z 0-9 . - _",
		       name, CERTIFICATE_NAME_MAX - 1);
		return EXIT_USAGE;
	}
	strcpy(certificate->name, name);
	return EXIT_SUCCESS;
}

/* From now on; and a little before, for nodes whose clocks are slow. */
static void set_times(struct certificate *certificate, unsigned int days)
{
	time_t now = time(NULL);

	certificate->not_before = now - CLOCKS_DIFFER;
	certificate->not_after = now + (uint64_t)days * DAY;
}

/* Sign @certificate and write it to @file. Return: exit status. */
static int write_signed(const char *file, const struct certificate *certificate,
			const uint8_t secret[CERTIFICATE_SECRET])
{
	uint8_t bytes[CERTIFICATE_SIZE_MAX];
	size_t length = certificate_sign(certificate, secret, bytes);
	struct key_file_error error;

	if (!length)
		return refuse("%s: would be larger than %d bytes: too many prefixes, or too long names of groups",
			      file, CERTIFICATE_SIZE_MAX);
	if (key_file_write_public(file, bytes, length, &error))
		return refuse("%s", error.text);
	return EXIT_SUCCESS;
}

/* The secret first: it is what refuses to write over another authority. */
static int write_authority(const struct certificate *certificate,
			   const uint8_t secret[CERTIFICATE_SECRET])
{
	struct key_file_error error;
	int status;

	if (!access(CA_CERTIFICATE, F_OK))
		return refuse("%s: exists; an authority needs a folder of its own",
			      CA_CERTIFICATE);
	if (key_file_write_secret(CA_KEY, secret, CERTIFICATE_SECRET, &error))
		return refuse("%s", error.text);
	status = write_signed(CA_CERTIFICATE, certificate, secret);
	if (status)
		unlink(CA_KEY);
	return status;
}

int ca_init(int argc, char *const *argv, struct json_object **answer)
{
	struct certificate certificate = { .is_authority = true };
	uint8_t secret[CERTIFICATE_SECRET];
	struct ca_options options;
	int status;

	if (ca_options_parse(argc, argv, "d", &options) ||
	    set_name(&certificate,
		     options.argument ? options.argument : DEFAULT_NAME))
		return EXIT_USAGE;
	set_times(&certificate,
		  options.days ? options.days : DEFAULT_AUTHORITY_DAYS);
	randombytes_buf(certificate.serial, CERTIFICATE_SERIAL);
	crypto_sign_keypair(certificate.key, secret);
	memcpy(certificate.issuer, certificate.key, CERTIFICATE_KEY);
	status = write_authority(&certificate, secret);
	sodium_memzero(secret, sizeof(secret));
	if (status)
		return status;
	*answer = certificate_json(CA_CERTIFICATE, &certificate, "good");
	json_object_object_add(*answer, "key_file",
			       json_object_new_string(CA_KEY));
	return EXIT_SUCCESS;
}

/* Read both files of the authority. Return: exit status. */
static int read_authority(struct certificate *authority,
			  uint8_t secret[CERTIFICATE_SECRET])
{
	uint8_t bytes[CERTIFICATE_SIZE_MAX], key[CERTIFICATE_KEY];
	struct key_file_error error;
	size_t length;

	if (key_file_read_certificate(CA_CERTIFICATE, bytes, &length,
				      authority, &error) ||
	    key_file_read_secret(CA_KEY, secret, &error))
		return refuse("%s", error.text);
	crypto_sign_ed25519_sk_to_pk(key, secret);
	if (!authority->is_authority ||
	    memcmp(authority->key, key, CERTIFICATE_KEY) ||
	    !certificate_is_signed(bytes, length, key))
		return refuse("%s: is not the certificate of the authority whose key is in %s",
			      CA_CERTIFICATE, CA_KEY);
	return EXIT_SUCCESS;
}

/* A node whose certificate outlives its authority would fail unawares. */
static int check_end(const struct certificate *authority,
		     const struct certificate *certificate)
{
	int64_t left = (int64_t)authority->not_after - time(NULL);

	if (certificate->not_after <= authority->not_after)
		return EXIT_SUCCESS;
	if (left < DAY)
		return refuse("%s: the authority expires within a day, or has; make a new one",
			      CA_CERTIFICATE);
	return refuse("%s: the authority expires before the certificate would; --days %lld is the most",
		      CA_CERTIFICATE, (long long)left / DAY);
}

/* The key of --key, which may be a file. Return: exit status. */
static int given_key(const char *text, uint8_t key[CERTIFICATE_KEY])
{
	struct key_file_error error;

	if (key_file_parse_public(text, key) ||
	    !key_file_read_public(text, key, &error))
		return EXIT_SUCCESS;
	return refuse("%s (--key takes a public key or its file)", error.text);
}

/*
 * The key of NAME.pub. Without that file a pair is made: for a first try, and
 * for nodes that cannot make their own.
 */
static int default_key(const char *name, uint8_t key[CERTIFICATE_KEY],
		       char **made)
{
	char file[CERTIFICATE_NAME_MAX + 8];
	struct key_file_error error;
	char *public;

	snprintf(file, sizeof(file), "%s.pub", name);
	if (!access(file, F_OK)) {
		if (key_file_read_public(file, key, &error))
			return refuse("%s", error.text);
		return EXIT_SUCCESS;
	}
	snprintf(file, sizeof(file), "%s.key", name);
	public = key_make(file, key);
	if (!public)
		return EXIT_REFUSED;
	free(public);
	*made = strdup(file);
	return EXIT_SUCCESS;
}

/*
 * What is at @file may be an earlier certificate of a node, and nothing else.
 * Its serial number is told, so that it can be revoked.
 */
static int check_replaced(const char *file, struct serial_text *replaced)
{
	uint8_t bytes[CERTIFICATE_SIZE_MAX];
	struct certificate certificate;
	struct key_file_error error;
	size_t length;

	replaced->text[0] = '\0';
	if (access(file, F_OK))
		return EXIT_SUCCESS;
	if (key_file_read_certificate(file, bytes, &length, &certificate,
				      &error))
		return refuse("%s, and is not written over", error.text);
	if (certificate.is_authority)
		return refuse("%s: is an authority's certificate, and is not written over",
			      file);
	*replaced = serial_text(&certificate);
	return EXIT_SUCCESS;
}

/* Fill in who it is for. Return: exit status; @made is to be freed. */
static int describe_node(const struct ca_options *options,
			 const struct certificate *authority,
			 struct certificate *certificate, char **made)
{
	int status;

	memcpy(certificate->issuer, authority->key, CERTIFICATE_KEY);
	randombytes_buf(certificate->serial, CERTIFICATE_SERIAL);
	set_times(certificate,
		  options->days ? options->days : DEFAULT_NODE_DAYS);
	if (certificate->not_before < authority->not_before)
		certificate->not_before = authority->not_before;
	status = check_end(authority, certificate);
	if (status)
		return status;
	status = options->key ? given_key(options->key, certificate->key) :
		 default_key(certificate->name, certificate->key, made);
	if (!status &&
	    !memcmp(certificate->key, authority->key, CERTIFICATE_KEY))
		return refuse("the key of the authority cannot be a node's too");
	return status;
}

/* Sign what @certificate claims. Return: exit status. */
static int sign_node(const struct ca_options *options, const char *file,
		     struct certificate *certificate,
		     struct json_object **answer)
{
	uint8_t secret[CERTIFICATE_SECRET] = { 0 };
	struct certificate authority;
	struct serial_text replaced;
	char *made = NULL;
	int status = check_replaced(file, &replaced);

	if (!status)
		status = read_authority(&authority, secret);
	if (!status)
		status = describe_node(options, &authority, certificate, &made);
	if (!status)
		status = write_signed(file, certificate, secret);
	sodium_memzero(secret, sizeof(secret));
	if (!status) {
		*answer = certificate_json(file, certificate, "good");
		if (made)
			json_object_object_add(*answer, "key_file",
					       json_object_new_string(made));
		if (replaced.text[0])
			json_object_object_add(*answer, "replaced",
					       json_object_new_string(
						replaced.text));
	}
	free(made);
	return status;
}

int ca_sign(int argc, char *const *argv, struct json_object **answer)
{
	char file[CERTIFICATE_NAME_MAX + 8];
	struct certificate certificate;
	struct ca_options options;

	if (ca_options_parse(argc, argv, "apgdkc", &options))
		return EXIT_USAGE;
	certificate = options.claims;
	if (!options.argument) {
		refuse("ca sign: the name of the node must follow");
		return EXIT_USAGE;
	}
	if (set_name(&certificate, options.argument))
		return EXIT_USAGE;
	if (!certificate.address_count) {
		refuse("ca sign: at least one --address must follow: the node's own in the tunnel");
		return EXIT_USAGE;
	}
	snprintf(file, sizeof(file), "%s.crt", certificate.name);
	return sign_node(&options,
			 options.certificate ? options.certificate : file,
			 &certificate, answer);
}
