// SPDX-License-Identifier: GPL-2.0-or-later
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "identity/key_file.h"
#include "identity/revoked.h"
#include "test.h"

static const uint8_t psk[KEY_FILE_PSK] = "a psk that everybody can read...";

static int enter_folder(void **state)
{
	*state = strdup("/tmp/key_file_test.XXXXXX");
	return !mkdtemp(*state) || chmod(*state, 0755) || chdir(*state);
}

static int leave_folder(void **state)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -r %s", (const char *)*state);
	free(*state);
	return chdir("/") || system(command);
}

static void write_text(const char *path, const char *text, mode_t mode)
{
	FILE *file;

	unlink(path);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static mode_t mode_of(const char *path)
{
	struct stat status;

	assert_int_equal(lstat(path, &status), 0);
	return status.st_mode;
}

static void psk_refused(const char *path, const char *expected)
{
	struct key_file_error error = { "" };
	uint8_t read[KEY_FILE_PSK];

	assert_int_equal(key_file_read_psk(path, read, &error), -1);
	assert_string_equal(error.text, expected);
}

static void psk_accepted(const char *path)
{
	struct key_file_error error;
	uint8_t read[KEY_FILE_PSK];

	assert_int_equal(key_file_read_psk(path, read, &error), 0);
	assert_memory_equal(read, psk, KEY_FILE_PSK);
}

static void pre_shared_keys(void **state)
{
	struct key_file_error error;

	(void)state;
	umask(0);
	assert_int_equal(key_file_write_secret("psk", psk, sizeof(psk),
					       &error), 0);
	assert_int_equal(mode_of("psk"), S_IFREG | 0600);
	psk_accepted("psk");
	chmod("psk", 0400);
	psk_accepted("psk");

	assert_int_equal(key_file_write_secret("psk", psk, sizeof(psk),
					       &error), -1);
	assert_string_equal(error.text,
			    "psk: exists, and a secret is never overwritten");
	assert_int_equal(symlink("target", "dangling"), 0);
	assert_int_equal(key_file_write_secret("dangling", psk, sizeof(psk),
					       &error), -1);
	assert_int_equal(access("target", F_OK), -1);
	assert_int_equal(key_file_write_secret("none/psk", psk, sizeof(psk),
					       &error), -1);
	assert_string_equal(error.text, "none/psk: No such file or directory");
}

static void blanks_at_the_end(void **state)
{
	char text[sodium_base64_ENCODED_LEN(KEY_FILE_PSK, 1) + 10];
	static const char *const ends[] = { "", "\n", "\r\n", " \t\n\n" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		sodium_bin2base64(text, sizeof(text), psk, sizeof(psk),
				  sodium_base64_VARIANT_ORIGINAL);
		strcat(text, ends[i]);
		write_text("end", text, 0600);
		psk_accepted("end");
	}
}

static void malformed_secrets(void **state)
{
	static const char bad[] =
		"bad: is not one line of base64 for at most 64 bytes";
	static const char *const texts[] = {
		"", "\n", "hello world",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",	/* no '=' */
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=",	/* a bit */
		" AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nmore",
		"-_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
	};
	char long_text[4000];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		write_text("bad", texts[i], 0600);
		psk_refused("bad", bad);
	}
	memset(long_text, 'A', sizeof(long_text));
	long_text[sizeof(long_text) - 1] = '\0';
	write_text("bad", long_text, 0600);
	psk_refused("bad", bad);
	memset(long_text + 1, '\n', sizeof(long_text) - 2);
	write_text("bad", long_text, 0600);
	psk_refused("bad", bad);
	write_text("bad", "AAAA", 0600);
	psk_refused("bad", "bad: holds 3 bytes, a pre-shared key has 32");
	psk_refused("none", "none: No such file or directory");
}

static void modes(void **state)
{
	static const mode_t open_modes[] = {
		0640, 0620, 0610, 0604, 0602, 0601, 0644, 0666,
	};
	struct key_file_error error;
	char expected[100];

	(void)state;
	assert_int_equal(key_file_write_secret("mode", psk, sizeof(psk),
					       &error), 0);
	for (size_t i = 0; i < ARRAY_SIZE(open_modes); i++) {
		chmod("mode", open_modes[i]);
		snprintf(expected, sizeof(expected),
			 "mode: has mode %04o, open to others; a secret must have mode 0600",
			 open_modes[i]);
		psk_refused("mode", expected);
	}
}

/* In another process, since who changes its user cannot be traced any more. */
static bool user_can_read(uid_t user, const char *path)
{
	struct key_file_error error;
	uint8_t read[KEY_FILE_PSK];
	pid_t child = fork();
	int status;

	if (!child)
		_exit(seteuid(user) || key_file_read_psk(path, read, &error));
	assert_int_equal(waitpid(child, &status, 0), child);
	return !status;
}

static void owners(void **state)
{
	struct key_file_error error;

	(void)state;
	if (geteuid())
		skip();
	assert_int_equal(key_file_write_secret("owner", psk, sizeof(psk),
					       &error), 0);
	assert_int_equal(chown("owner", 4711, 0), 0);
	psk_refused("owner",
		    "owner: belongs to user 4711; a secret must belong to root or to the user who reads it");
	assert_true(user_can_read(4711, "owner"));
	assert_false(user_can_read(4712, "owner"));
}

static void other_files(void **state)
{
	struct key_file_error error;

	(void)state;
	assert_int_equal(mkdir("folder", 0700), 0);
	psk_refused("folder", "folder: is not a regular file");
	assert_int_equal(mkfifo("fifo", 0600), 0);
	psk_refused("fifo", "fifo: is not a regular file");
	psk_refused("/dev/null", "/dev/null: is not a regular file");

	/* What a link leads to is what counts. */
	assert_int_equal(key_file_write_secret("file", psk, sizeof(psk),
					       &error), 0);
	assert_int_equal(symlink("file", "link"), 0);
	psk_accepted("link");
	chmod("file", 0644);
	psk_refused("link",
		    "link: has mode 0644, open to others; a secret must have mode 0600");
	assert_int_equal(symlink("fifo", "to-fifo"), 0);
	psk_refused("to-fifo", "to-fifo: is not a regular file");
}

static void key_pairs(void **state)
{
	uint8_t secret[CERTIFICATE_SECRET], read[CERTIFICATE_SECRET];
	uint8_t key[CERTIFICATE_KEY], read_key[CERTIFICATE_KEY];
	struct key_file_error error;

	(void)state;
	crypto_sign_keypair(key, secret);
	assert_int_equal(key_file_write_secret("key", secret, sizeof(secret),
					       &error), 0);
	assert_int_equal(key_file_read_secret("key", read, &error), 0);
	assert_memory_equal(read, secret, sizeof(secret));
	psk_refused("key", "key: holds 64 bytes, a pre-shared key has 32");

	secret[63] ^= 1;
	assert_int_equal(key_file_write_secret("damaged", secret,
					       sizeof(secret), &error), 0);
	assert_int_equal(key_file_read_secret("damaged", read, &error), -1);
	assert_string_equal(error.text,
			    "damaged: is damaged: its halves do not fit together");
	assert_true(sodium_is_zero(read, sizeof(read)));

	assert_int_equal(key_file_write_public("pub", key, sizeof(key),
					       &error), 0);
	assert_int_equal(mode_of("pub"), S_IFREG | 0644);
	assert_int_equal(key_file_read_public("pub", read_key, &error), 0);
	assert_memory_equal(read_key, key, sizeof(key));
	assert_int_equal(key_file_read_secret("key", read, &error), 0);
	assert_int_equal(key_file_read_public("key", read_key, &error), -1);
	assert_string_equal(error.text,
			    "key: holds 64 bytes, a public key has 32");
}

static void public_keys(void **state)
{
	uint8_t key[CERTIFICATE_KEY] = { 1 };	/* the neutral element */
	struct key_file_error error;

	(void)state;
	assert_int_equal(key_file_write_public("weak", key, sizeof(key),
					       &error), 0);
	assert_int_equal(key_file_read_public("weak", key, &error), -1);
	assert_string_equal(error.text, "weak: is not an Ed25519 public key");
	assert_false(key_file_parse_public(
		"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", key));
	assert_false(key_file_parse_public("", key));
	assert_false(key_file_parse_public("spoke-1.pub", key));
	assert_true(key_file_parse_public(
		"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", key));
}

static void replacing(void **state)
{
	uint8_t key[CERTIFICATE_KEY];
	struct key_file_error error;

	(void)state;
	write_text("old", "something else", 0600);
	key_file_parse_public("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
			      key);
	umask(077);
	assert_int_equal(key_file_write_public("old", key, sizeof(key),
					       &error), 0);
	assert_int_equal(mode_of("old"), S_IFREG | 0644);
	assert_int_equal(key_file_read_public("old", key, &error), 0);

	assert_int_equal(symlink("/dev/null", "stdout"), 0);
	assert_int_equal(key_file_write_public("stdout", key, sizeof(key),
					       &error), -1);
	assert_string_equal(error.text,
			    "stdout: is there and not a regular file");
	assert_int_equal(key_file_write_public("none/pub", key, sizeof(key),
					       &error), -1);
	assert_string_equal(error.text, "none/pub: No such file or directory");
}

static size_t make_certificate(uint8_t bytes[CERTIFICATE_SIZE_MAX])
{
	struct certificate certificate = {
		.is_authority = true, .name = "net", .not_after = 1,
	};
	uint8_t secret[CERTIFICATE_SECRET];

	crypto_sign_keypair(certificate.key, secret);
	memcpy(certificate.issuer, certificate.key, CERTIFICATE_KEY);
	return certificate_sign(&certificate, secret, bytes);
}

static void certificates(void **state)
{
	uint8_t bytes[CERTIFICATE_SIZE_MAX], read[CERTIFICATE_SIZE_MAX];
	size_t length = make_certificate(bytes), read_length;
	struct certificate certificate;
	struct key_file_error error;

	(void)state;
	assert_int_equal(key_file_write_public("crt", bytes, length, &error),
			 0);
	assert_int_equal(key_file_read_certificate("crt", read, &read_length,
						   &certificate, &error), 0);
	assert_int_equal(read_length, length);
	assert_memory_equal(read, bytes, length);
	assert_string_equal(certificate.name, "net");

	assert_int_equal(key_file_write_public("short", bytes, length - 1,
					       &error), 0);
	assert_int_equal(key_file_read_certificate("short", read, &read_length,
						   &certificate, &error), -1);
	assert_string_equal(error.text,
			    "short: the certificate is cut short");
	write_text("text", "hello", 0644);
	assert_int_equal(key_file_read_certificate("text", read, &read_length,
						   &certificate, &error), -1);
	assert_string_equal(error.text,
			    "text: is not one line of base64 for at most 1024 bytes");
	chmod("crt", 0666);
	assert_int_equal(key_file_read_certificate("crt", read, &read_length,
						   &certificate, &error), -1);
	assert_string_equal(error.text,
			    "crt: has mode 0666, everybody may write it; 0644 is right");
}

static void authority_refused(const char *path, const char *reason)
{
	struct certificate authority;
	struct key_file_error error;

	assert_int_equal(key_file_read_authority(path, &authority, &error),
			 -1);
	assert_string_equal(error.text, reason);
}

static void authorities(void **state)
{
	uint8_t bytes[CERTIFICATE_SIZE_MAX];
	size_t length = make_certificate(bytes);
	struct certificate authority;
	struct key_file_error error;

	(void)state;
	assert_int_equal(key_file_write_public("ca", bytes, length, &error),
			 0);
	assert_int_equal(key_file_read_authority("ca", &authority, &error), 0);
	assert_string_equal(authority.name, "net");
	chmod("ca", 0664);
	authority_refused("ca",
			  "ca: has mode 0664, others may write it; 0644 is right");
	bytes[length - 1] ^= 1;
	assert_int_equal(key_file_write_public("ca", bytes, length, &error),
			 0);
	authority_refused("ca",
			  "ca: is damaged: the authority has not signed it");
	if (geteuid())
		skip();
	assert_int_equal(chown("ca", 4711, 0), 0);
	authority_refused("ca",
			  "ca: belongs to user 4711; what is trusted must belong to root or to the user who reads it");
}

/* An error tells the end of the story however long the path is. */
static void long_paths(void **state)
{
	struct key_file_error error;
	uint8_t read[KEY_FILE_PSK];
	char path[1000] = "";

	(void)state;
	memset(path, 'p', sizeof(path) - 1);
	assert_int_equal(key_file_read_psk(path, read, &error), -1);
	assert_non_null(strstr(error.text, ": File name too long"));
}

static struct revoked parse_list(const char *text)
{
	struct key_file_error error;
	struct revoked list;

	assert_int_equal(revoked_parse("list", text, strlen(text), &list,
				       &error), 0);
	return list;
}

static void revocation(void **state)
{
	static const struct certificate on_it = {
		.serial = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef },
	};
	static const struct certificate not_on_it = {
		.serial = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xee },
	};
	struct revoked list;

	(void)state;
	list = parse_list("# stolen in May\n"
			  "ffffffffffffffff\n"
			  "\n"
			  "  0123456789ABCDEF\t# spoke-7\r\n"
			  "0000000000000000");
	assert_int_equal(list.count, 3);
	assert_true(revoked_has(&list, &on_it));
	assert_false(revoked_has(&list, &not_on_it));
	revoked_free(&list);
	assert_false(revoked_has(&list, &on_it));

	list = parse_list("");
	assert_int_equal(list.count, 0);
	assert_false(revoked_has(&list, &on_it));
	revoked_free(&list);
}

static void malformed_lists(void **state)
{
	static const char *const lines[] = {
		"spoke-7", "0123456789abcde", "0123456789abcdef0",
		"0123456789abcdeg", "01:23:45:67:89:ab:cd:ef",
		"0123456789abcdef 0123456789abcdef", "0x123456789abcdef",
	};
	struct key_file_error error;
	struct revoked list;
	char text[100];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		snprintf(text, sizeof(text), "0123456789abcdef\n#\n%s\n",
			 lines[i]);
		assert_int_equal(revoked_parse("list", text, strlen(text),
					       &list, &error), -1);
		assert_string_equal(error.text,
				    "list:3: expected a serial number of 16 hexadecimal digits");
		assert_int_equal(list.count, 0);
		assert_null(list.serials);
	}
}

static void list_files(void **state)
{
	struct key_file_error error;
	struct revoked list;

	(void)state;
	write_text("revoked", "0123456789abcdef\n", 0644);
	assert_int_equal(revoked_read("revoked", &list, &error), 0);
	assert_int_equal(list.count, 1);
	revoked_free(&list);

	write_text("revoked", "?\n", 0644);
	assert_int_equal(revoked_read("revoked", &list, &error), -1);
	assert_string_equal(error.text,
			    "revoked:1: expected a serial number of 16 hexadecimal digits");
	assert_int_equal(revoked_read("gone", &list, &error), -1);
	assert_string_equal(error.text, "gone: No such file or directory");
	assert_int_equal(list.count, 0);
	assert_int_equal(truncate("revoked", 8 << 20), 0);
	assert_int_equal(revoked_read("revoked", &list, &error), -1);
	assert_string_equal(error.text,
			    "revoked: is too large: 4194304 bytes or more");
	chmod("revoked", 0646);
	assert_int_equal(revoked_read("revoked", &list, &error), -1);
	assert_string_equal(error.text,
			    "revoked: has mode 0646, others may write it; 0644 is right");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pre_shared_keys),
		cmocka_unit_test(blanks_at_the_end),
		cmocka_unit_test(malformed_secrets),
		cmocka_unit_test(modes),
		cmocka_unit_test(owners),
		cmocka_unit_test(other_files),
		cmocka_unit_test(key_pairs),
		cmocka_unit_test(public_keys),
		cmocka_unit_test(replacing),
		cmocka_unit_test(certificates),
		cmocka_unit_test(authorities),
		cmocka_unit_test(long_paths),
		cmocka_unit_test(revocation),
		cmocka_unit_test(malformed_lists),
		cmocka_unit_test(list_files),
	};

	return cmocka_run_group_tests_name("key_file", tests, enter_folder,
					   leave_folder);
}
