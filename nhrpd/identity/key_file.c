// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "key_file.h"

#define VARIANT sodium_base64_VARIANT_ORIGINAL
#define TEXT_MAX sodium_base64_ENCODED_LEN(CERTIFICATE_SIZE_MAX, VARIANT)

/**
 * struct rule - what is asked of a file
 * @refused: bits that its mode must not have
 * @mode: what is wrong with one that has, and what is right
 * @owner: what must belong to root or to us, NULL: it may be anybody's
 */
struct rule {
	mode_t refused;
	const char *mode;
	const char *owner;
};

static const struct rule rule_public = {
	.refused = 0002,
	.mode = "everybody may write it; 0644 is right",
};

static const struct rule rule_trusted = {
	.refused = 0022,
	.mode = "others may write it; 0644 is right",
	.owner = "what is trusted",
};

static const struct rule rule_secret = {
	.refused = 0077,
	.mode = "open to others; a secret must have mode 0600",
	.owner = "a secret",
};

/* Return: -1. */
__attribute__((format(printf, 3, 4)))
static int fail(struct key_file_error *error, const char *path,
		const char *format, ...)
{
	size_t used;
	va_list arguments;

	/* A path may be long: leave room for what is to be said of it. */
	snprintf(error->text, sizeof(error->text) - 200, "%s", path);
	strcat(error->text, ": ");
	used = strlen(error->text);
	va_start(arguments, format);
	vsnprintf(error->text + used, sizeof(error->text) - used, format,
		  arguments);
	va_end(arguments);
	return -1;
}

static int check_file(int file, const char *path, const struct rule *rule,
		      struct key_file_error *error)
{
	struct stat status;

	if (fstat(file, &status))
		return fail(error, path, "%s", strerror(errno));
	if (!S_ISREG(status.st_mode))
		return fail(error, path, "is not a regular file");
	if (rule->owner && status.st_uid && status.st_uid != geteuid())
		return fail(error, path,
			    "belongs to user %u; %s must belong to root or to the user who reads it",
			    status.st_uid, rule->owner);
	if (status.st_mode & rule->refused)
		return fail(error, path, "has mode %04o, %s",
			    status.st_mode & 07777, rule->mode);
	return 0;
}

/* Return: bytes read, at most @room, or -1. */
static ssize_t read_all(int file, const char *path, char *text, size_t room,
			struct key_file_error *error)
{
	size_t used = 0;
	ssize_t length;

	while (used < room) {
		length = read(file, text + used, room - used);
		if (length < 0)
			return fail(error, path, "%s", strerror(errno));
		if (!length)
			break;
		used += length;
	}
	return used;
}

/* Return: bytes read, at most @room, or -1. */
static ssize_t read_file(const char *path, const struct rule *rule, char *text,
			 size_t room, struct key_file_error *error)
{
	/* Not to wait for the other end of a FIFO. */
	int file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ssize_t length = -1;

	if (file < 0)
		return fail(error, path, "%s", strerror(errno));
	if (!check_file(file, path, rule, error))
		length = read_all(file, path, text, room, error);
	close(file);
	return length;
}

/* Return: bytes that @text stands for, at most @room, or -1. */
static ssize_t decode(const char *text, size_t length, uint8_t *bytes,
		      size_t room)
{
	size_t decoded;

	while (length && memchr(" \t\r\n", text[length - 1], 4))
		length--;
	if (!length || sodium_base642bin(bytes, room, text, length, NULL,
					 &decoded, NULL, VARIANT))
		return -1;
	return decoded;
}

/* Read a line of base64. Return: bytes it stands for, or -1. */
static ssize_t read_line(const char *path, const struct rule *rule,
			 uint8_t *bytes, size_t room,
			 struct key_file_error *error)
{
	char text[TEXT_MAX + 16];
	ssize_t length = read_file(path, rule, text, sizeof(text), error);

	if (length >= 0) {
		length = length < (ssize_t)sizeof(text) ?
			 decode(text, length, bytes, room) : -1;
		if (length < 0)
			fail(error, path, "is not one line of base64 for at most %zu bytes",
			     room);
	}
	sodium_memzero(text, sizeof(text));
	return length;
}

/* Like read_line(), of just @expected bytes. Return: 0 or -1. */
static int read_key(const char *path, const struct rule *rule,
		    const char *what, uint8_t *key, size_t expected,
		    struct key_file_error *error)
{
	uint8_t bytes[CERTIFICATE_SECRET];
	ssize_t length = read_line(path, rule, bytes, sizeof(bytes), error);

	if (length == (ssize_t)expected)
		memcpy(key, bytes, expected);
	else if (length >= 0)
		fail(error, path, "holds %zd bytes, %s has %zu", length, what,
		     expected);
	sodium_memzero(bytes, sizeof(bytes));
	return length == (ssize_t)expected ? 0 : -1;
}

int key_file_read_psk(const char *path, uint8_t psk[KEY_FILE_PSK],
		      struct key_file_error *error)
{
	return read_key(path, &rule_secret, "a pre-shared key", psk,
			KEY_FILE_PSK, error);
}

/* Whether the second half of the secret is the public key of the first. */
static bool fits_together(const uint8_t secret[CERTIFICATE_SECRET])
{
	uint8_t again[CERTIFICATE_SECRET], key[CERTIFICATE_KEY];
	bool fits;

	crypto_sign_seed_keypair(key, again, secret);
	fits = !sodium_memcmp(again, secret, CERTIFICATE_SECRET);
	sodium_memzero(again, sizeof(again));
	return fits;
}

int key_file_read_secret(const char *path, uint8_t secret[CERTIFICATE_SECRET],
			 struct key_file_error *error)
{
	if (read_key(path, &rule_secret, "a private key", secret,
		     CERTIFICATE_SECRET, error))
		return -1;
	if (fits_together(secret))
		return 0;
	sodium_memzero(secret, CERTIFICATE_SECRET);
	return fail(error, path, "is damaged: its halves do not fit together");
}

int key_file_read_public(const char *path, uint8_t key[CERTIFICATE_KEY],
			 struct key_file_error *error)
{
	if (read_key(path, &rule_public, "a public key", key,
		     CERTIFICATE_KEY, error))
		return -1;
	if (!crypto_core_ed25519_is_valid_point(key))
		return fail(error, path, "is not an Ed25519 public key");
	return 0;
}

bool key_file_parse_public(const char *text, uint8_t key[CERTIFICATE_KEY])
{
	return decode(text, strlen(text), key, CERTIFICATE_KEY) ==
		       CERTIFICATE_KEY &&
	       crypto_core_ed25519_is_valid_point(key);
}

ssize_t key_file_read_text(const char *path, char *text, size_t room,
			   struct key_file_error *error)
{
	ssize_t length = read_file(path, &rule_trusted, text, room, error);

	if (length == (ssize_t)room)
		return fail(error, path, "is too large: %zu bytes or more",
			    room);
	return length;
}

static int read_certificate(const char *path, const struct rule *rule,
			    uint8_t *bytes, size_t *length,
			    struct certificate *certificate,
			    struct key_file_error *error)
{
	ssize_t size = read_line(path, rule, bytes, CERTIFICATE_SIZE_MAX,
				 error);
	const char *wrong;

	if (size < 0)
		return -1;
	*length = size;
	wrong = certificate_parse(bytes, size, certificate);
	if (wrong)
		return fail(error, path, "the certificate %s", wrong);
	return 0;
}

int key_file_read_certificate(const char *path, uint8_t *bytes, size_t *length,
			      struct certificate *certificate,
			      struct key_file_error *error)
{
	return read_certificate(path, &rule_public, bytes, length, certificate,
				error);
}

int key_file_read_authority(const char *path, struct certificate *authority,
			    struct key_file_error *error)
{
	uint8_t bytes[CERTIFICATE_SIZE_MAX];
	size_t length;

	if (read_certificate(path, &rule_trusted, bytes, &length, authority,
			     error))
		return -1;
	if (!authority->is_authority)
		return fail(error, path, "is not an authority's certificate");
	if (!certificate_is_signed(bytes, length, authority->key))
		return fail(error, path,
			    "is damaged: the authority has not signed it");
	return 0;
}

static int write_line(int file, const uint8_t *bytes, size_t length)
{
	char text[TEXT_MAX + 1];
	size_t used = 0, size;

	sodium_bin2base64(text, TEXT_MAX, bytes, length, VARIANT);
	strcat(text, "\n");
	size = strlen(text);
	while (used < size) {
		ssize_t written = write(file, text + used, size - used);

		if (written < 0)
			break;
		used += written;
	}
	sodium_memzero(text, sizeof(text));
	return used < size ? -1 : fsync(file);
}

int key_file_write_secret(const char *path, const uint8_t *secret,
			  size_t length, struct key_file_error *error)
{
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int result = 0;

	if (file < 0 && errno == EEXIST)
		return fail(error, path,
			    "exists, and a secret is never overwritten");
	if (file < 0)
		return fail(error, path, "%s", strerror(errno));
	if (write_line(file, secret, length)) {
		result = fail(error, path, "%s", strerror(errno));
		unlink(path);
	}
	close(file);
	return result;
}

/* Whether @path is free or a regular file, not a device or a link, say. */
static bool may_replace(const char *path)
{
	struct stat status;

	return lstat(path, &status) || S_ISREG(status.st_mode);
}

/* Write to @temporary, made by mkstemp(), and let it take the place. */
static int replace(int file, const char *temporary, const char *path,
		   const uint8_t *bytes, size_t length)
{
	return write_line(file, bytes, length) || fchmod(file, 0644) ||
	       rename(temporary, path) ? -1 : 0;
}

int key_file_write_public(const char *path, const uint8_t *bytes,
			  size_t length, struct key_file_error *error)
{
	char *temporary;
	int file, result = 0;

	if (!may_replace(path))
		return fail(error, path, "is there and not a regular file");
	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return fail(error, path, "%s", strerror(ENOMEM));
	file = mkostemp(temporary, O_CLOEXEC);
	if (file < 0 || replace(file, temporary, path, bytes, length)) {
		result = fail(error, path, "%s", strerror(errno));
		if (file >= 0)
			unlink(temporary);
	}
	if (file >= 0)
		close(file);
	free(temporary);
	return result;
}
