// SPDX-License-Identifier: GPL-2.0-or-later
#include "key.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "field.h"
#include "render.h"
#include "status.h"

#define DEFAULT_KEY "node.key"
#define DEFAULT_PSK "network.psk"

struct key_text key_text(const uint8_t key[CERTIFICATE_KEY])
{
	struct key_text result;

	sodium_bin2base64(result.text, sizeof(result.text), key,
			  CERTIFICATE_KEY, sodium_base64_VARIANT_ORIGINAL);
	return result;
}

/* "spoke.key" -> "spoke.pub". Return: to be freed, or NULL. */
static char *public_path(const char *path)
{
	size_t length = strlen(path);
	char *result;

	if (length > 4 && !strcmp(path + length - 4, ".key"))
		length -= 4;
	if (asprintf(&result, "%.*s.pub", (int)length, path) < 0)
		return NULL;
	return result;
}

/* Both files or none. Return: 0 or -1, and @error. */
static int write_pair(const char *path, const char *public,
		      const uint8_t secret[CERTIFICATE_SECRET],
		      const uint8_t key[CERTIFICATE_KEY],
		      struct key_file_error *error)
{
	if (key_file_write_secret(path, secret, CERTIFICATE_SECRET, error))
		return -1;
	if (!key_file_write_public(public, key, CERTIFICATE_KEY, error))
		return 0;
	unlink(path);
	return -1;
}

char *key_make(const char *path, uint8_t key[CERTIFICATE_KEY])
{
	struct key_file_error error = { "out of memory" };
	uint8_t secret[CERTIFICATE_SECRET];
	char *public = public_path(path);

	crypto_sign_keypair(key, secret);
	if (!public || write_pair(path, public, secret, key, &error)) {
		fprintf(stderr, "nhrpctl: %s\n", error.text);
		free(public);
		public = NULL;
	}
	sodium_memzero(secret, sizeof(secret));
	return public;
}

/* The one word that may follow, or @otherwise; NULL if there are more. */
static const char *file_argument(int argc, char *const *argv,
				 const char *otherwise)
{
	if (argc < 2)
		return otherwise;
	if (argc == 2 && argv[1][0] && argv[1][0] != '-')
		return argv[1];
	fprintf(stderr, "nhrpctl: one file name may follow, not '%s'\n",
		argv[argc - 1]);
	return NULL;
}

int key_generate(int argc, char *const *argv, struct json_object **answer)
{
	const char *path = file_argument(argc, argv, DEFAULT_KEY);
	uint8_t key[CERTIFICATE_KEY];
	char *public;

	if (!path)
		return EXIT_USAGE;
	public = key_make(path, key);
	if (!public)
		return EXIT_REFUSED;
	*answer = json_object_new_object();
	json_object_object_add(*answer, "file", json_object_new_string(path));
	json_object_object_add(*answer, "public_file",
			       json_object_new_string(public));
	json_object_object_add(*answer, "public",
			       json_object_new_string(key_text(key).text));
	free(public);
	return EXIT_SUCCESS;
}

int key_psk(int argc, char *const *argv, struct json_object **answer)
{
	const char *path = file_argument(argc, argv, DEFAULT_PSK);
	struct key_file_error error;
	uint8_t psk[KEY_FILE_PSK];
	int result;

	if (!path)
		return EXIT_USAGE;
	randombytes_buf(psk, sizeof(psk));
	result = key_file_write_secret(path, psk, sizeof(psk), &error);
	sodium_memzero(psk, sizeof(psk));
	if (result) {
		fprintf(stderr, "nhrpctl: %s\n", error.text);
		return EXIT_REFUSED;
	}
	*answer = json_object_new_object();
	json_object_object_add(*answer, "file", json_object_new_string(path));
	return EXIT_SUCCESS;
}

void render_key(FILE *out, const struct json_object *data)
{
	const char *public = field_string(data, "public");

	fprintf(out, "%s\n", *public ? public : field_string(data, "file"));
}
