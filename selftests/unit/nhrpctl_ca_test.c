// SPDX-License-Identifier: GPL-2.0-or-later
/* "nhrpctl ca" and "nhrpctl key", each test in a folder of its own. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "field.h"
#include "grammar.h"
#include "identity/key_file.h"
#include "render.h"
#include "test.h"

#define WORDS_MAX 100
#define DAY (24 * 60 * 60)

static int enter_folder(void **state)
{
	*state = strdup("/tmp/nhrpctl_ca_test.XXXXXX");
	return !mkdtemp(*state) || chdir(*state);
}

static int leave_folder(void **state)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -r %s", (const char *)*state);
	free(*state);
	return chdir("/") || system(command);
}

/* Return: exit status; @answer may be NULL. */
static int run(const char *line, struct json_object **answer)
{
	struct json_object *unused = NULL;
	struct parsed_command command;
	char copy[4000], *words[WORDS_MAX];
	int count = 0, status;

	strcpy(copy, line);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		words[count++] = word;
	assert_int_equal(grammar_parse(count, words, &command), 0);
	if (answer)
		*answer = NULL;
	status = command.local(command.argc, command.argv,
			       answer ? answer : &unused);
	json_object_put(unused);
	return status;
}

static void good(const char *line)
{
	assert_int_equal(run(line, NULL), 0);
}

static struct json_object *answer_of(const char *line)
{
	struct json_object *answer;

	assert_int_equal(run(line, &answer), 0);
	assert_non_null(answer);
	return answer;
}

static mode_t mode_of(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return status.st_mode & 07777;
}

static void read_certificate(const char *path, struct certificate *certificate)
{
	uint8_t bytes[CERTIFICATE_SIZE_MAX];
	struct key_file_error error;
	size_t length;

	assert_int_equal(key_file_read_certificate(path, bytes, &length,
						   certificate, &error), 0);
}

/* From an hour ago until so many days from now. */
static void check_times(const struct certificate *certificate, int days)
{
	time_t now = time(NULL);

	assert_in_range(certificate->not_before, now - 3600 - 10, now - 3600);
	assert_in_range(certificate->not_after, now + days * DAY - 10,
			now + days * DAY);
}

static void the_whole_way(void **state)
{
	uint8_t bytes[CERTIFICATE_SIZE_MAX], secret[CERTIFICATE_SECRET];
	struct certificate authority, node;
	struct key_file_error error;
	size_t length;

	(void)state;
	umask(0);
	good("ca init");
	assert_int_equal(mode_of("ca.key"), 0600);
	assert_int_equal(mode_of("ca.crt"), 0644);
	read_certificate("ca.crt", &authority);
	assert_true(authority.is_authority);
	assert_string_equal(authority.name, "network");
	check_times(&authority, 3650);

	good("key generate spoke-1.key");
	assert_int_equal(mode_of("spoke-1.key"), 0600);
	assert_int_equal(mode_of("spoke-1.pub"), 0644);
	good("ca sign spoke-1 --address 9.0.0.2/32 --prefix 10.0.64.0/24 --group branch --days 30");
	assert_int_equal(mode_of("spoke-1.crt"), 0644);
	assert_int_equal(key_file_read_certificate("spoke-1.crt", bytes,
						   &length, &node, &error), 0);
	assert_null(certificate_verify(bytes, length, &authority, time(NULL),
				       &node));
	check_times(&node, 30);
	assert_string_equal(node.name, "spoke-1");
	assert_int_equal(node.address_count, 1);
	assert_int_equal(node.prefix_count, 1);
	assert_int_equal(node.group_count, 1);
	assert_int_equal(key_file_read_secret("spoke-1.key", secret, &error),
			 0);
	assert_memory_equal(secret + 32, node.key, CERTIFICATE_KEY);
}

static void keys(void **state)
{
	struct json_object *answer = answer_of("key generate");
	uint8_t key[CERTIFICATE_KEY], psk[KEY_FILE_PSK];
	uint8_t public[CERTIFICATE_KEY];
	struct key_file_error error;

	(void)state;
	assert_string_equal(field_string(answer, "file"), "node.key");
	assert_string_equal(field_string(answer, "public_file"), "node.pub");
	assert_true(key_file_parse_public(field_string(answer, "public"),
					  key));
	assert_int_equal(key_file_read_public("node.pub", public, &error), 0);
	assert_memory_equal(key, public, CERTIFICATE_KEY);
	json_object_put(answer);
	assert_int_equal(run("key generate", NULL), 1);
	good("key generate other");
	assert_int_equal(mode_of("other.pub"), 0644);

	good("key psk");
	assert_int_equal(mode_of("network.psk"), 0600);
	assert_int_equal(key_file_read_psk("network.psk", psk, &error), 0);
	assert_int_equal(run("key psk", NULL), 1);
	assert_int_equal(run("key psk none/psk", NULL), 1);
	assert_int_equal(run("key psk a b", NULL), 2);
	assert_int_equal(run("key psk --days", NULL), 2);
}

/* A key may be given in three ways, or not at all. */
static void keys_to_sign(void **state)
{
	struct json_object *answer, *key;
	struct certificate a, b;
	char line[200];

	(void)state;
	good("ca init");
	key = answer_of("key generate x.key");
	snprintf(line, sizeof(line), "ca sign a --address 9.0.0.2 --key %s",
		 field_string(key, "public"));
	good(line);
	json_object_put(key);
	good("ca sign b --address 9.0.0.2 --key x.pub --certificate c.crt");
	read_certificate("a.crt", &a);
	read_certificate("c.crt", &b);
	assert_memory_equal(a.key, b.key, CERTIFICATE_KEY);
	assert_memory_not_equal(a.serial, b.serial, CERTIFICATE_SERIAL);

	answer = answer_of("ca sign d --address 9.0.0.2");
	assert_string_equal(field_string(answer, "key_file"), "d.key");
	assert_int_equal(mode_of("d.key"), 0600);
	read_certificate("d.crt", &a);
	json_object_put(answer);

	/* The next one is for the same key, and tells what it replaces. */
	answer = answer_of("ca sign d --address 9.0.0.3");
	read_certificate("d.crt", &b);
	assert_memory_equal(a.key, b.key, CERTIFICATE_KEY);
	assert_int_equal(strlen(field_string(answer, "replaced")), 16);
	assert_string_equal(field_string(answer, "key_file"), "");
	json_object_put(answer);

	assert_int_equal(run("ca sign e --address 9.0.0.2 --key ca.key", NULL),
			 1);
	assert_int_equal(run("ca sign e --address 9.0.0.2 --key nokey", NULL),
			 1);
}

static void nothing_is_overwritten(void **state)
{
	(void)state;
	good("ca init");
	assert_int_equal(run("ca init", NULL), 1);
	assert_int_equal(run("ca sign ca --address 9.0.0.2", NULL), 1);
	assert_int_equal(run("ca sign x --address 9.0.0.2 --certificate ca.key",
			     NULL), 1);
	good("ca show");
	unlink("ca.key");
	assert_int_equal(run("ca init", NULL), 1);
	assert_int_equal(run("ca sign x --address 9.0.0.2", NULL), 1);
	unlink("ca.crt");
	good("ca init");
}

/* Nor is a secret left behind without what belongs to it. */
static void both_or_none(void **state)
{
	(void)state;
	assert_int_equal(mkdir("x.pub", 0700), 0);
	assert_int_equal(run("key generate x.key", NULL), 1);
	assert_int_not_equal(access("x.key", F_OK), 0);
	assert_int_equal(symlink("nowhere", "ca.crt"), 0);
	assert_int_equal(run("ca init", NULL), 1);
	assert_int_not_equal(access("ca.key", F_OK), 0);
}

static void wrong_options(void **state)
{
	static const char *const lines[] = {
		"ca sign", "ca sign x", "ca sign x --prefix 10.0.0.0/8",
		"ca sign x y --address 9.0.0.2", "ca sign x --address",
		"ca sign a/b --address 9.0.0.2",
		"ca sign x --address hub", "ca sign x --address 9.0.0.2/",
		"ca sign x --address 9.0.0.2/33",
		"ca sign x --address 9.0.0.2/-1",
		"ca sign x --address 9.0.0.2/24",
		"ca sign x --address 9.0.0.2/999999999999999999999",
		"ca sign x --address 0.0.0.0", "ca sign x --address 224.0.0.1",
		"ca sign x --address ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2551/128",
		"ca sign x --address 9.0.0.2 --prefix 10.0.0.1/8",
		"ca sign x --address 9.0.0.2 --prefix 10.0.0.0/8/8",
		"ca sign x --address 9.0.0.2 --group a,b",
		"ca sign x --address 9.0.0.2 --days 0",
		"ca sign x --address 9.0.0.2 --days 36501",
		"ca sign x --address 9.0.0.2 --days 1d",
		"ca sign x --address 9.0.0.2 --days -1",
		"ca sign x --address 9.0.0.2 --authority ca.crt",
		"ca sign x --address 9.0.0.2 --hours 5",
		"ca init --address 9.0.0.2", "ca init a b", "ca init ?",
		"ca show --days 5", "ca show a b",
	};

	(void)state;
	good("ca init");
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		if (run(lines[i], NULL) != 2)
			fail_msg("not refused: %s", lines[i]);
}

static void add_options(char *line, const char *option, int count)
{
	while (count--)
		strcat(line, option);
}

static void too_many(void **state)
{
	char line[4000] = "ca sign x";

	(void)state;
	good("ca init");
	add_options(line, " --address 9.0.0.2", CERTIFICATE_ADDRESSES_MAX);
	good(line);
	add_options(line, " --address 9.0.0.2", 1);
	assert_int_equal(run(line, NULL), 2);
	strcpy(line, "ca sign x --address 9.0.0.2");
	add_options(line, " --prefix 10.0.0.0/8", CERTIFICATE_PREFIXES_MAX);
	good(line);
	add_options(line, " --prefix 10.0.0.0/8", 1);
	assert_int_equal(run(line, NULL), 2);
	strcpy(line, "ca sign x --address 9.0.0.2");
	add_options(line, " --group a", CERTIFICATE_GROUPS_MAX);
	good(line);
	add_options(line, " --group a", 1);
	assert_int_equal(run(line, NULL), 2);
}

static void no_longer_than_its_authority(void **state)
{
	(void)state;
	good("ca init net --days 3");
	assert_int_equal(run("ca sign x --address 9.0.0.2", NULL), 1);
	assert_int_equal(run("ca sign x --address 9.0.0.2 --days 4", NULL), 1);
	good("ca sign x --address 9.0.0.2 --days 2");
}

static void shown(void **state)
{
	struct json_object *answer;

	(void)state;
	good("ca init");
	good("ca sign x --address 9.0.0.2 --prefix 10.0.64.0/24 --prefix 10.0.65.0/24");
	answer = answer_of("ca show x.crt");
	assert_string_equal(field_string(answer, "file"), "x.crt");
	assert_string_equal(field_string(answer, "name"), "x");
	assert_false(field_bool(answer, "authority"));
	assert_string_equal(array_text(field_array(answer, "addresses"), 0),
			    "9.0.0.2/32");
	assert_string_equal(array_text(field_array(answer, "prefixes"), 1),
			    "10.0.65.0/24");
	assert_string_equal(field_string(answer, "status"), "good");
	json_object_put(answer);

	rename("ca.crt", "old.crt");
	rename("ca.key", "old.key");
	answer = answer_of("ca show x.crt");
	assert_string_equal(field_string(answer, "status"), "");
	json_object_put(answer);
	good("ca show x.crt --authority old.crt");
	good("ca init other");
	assert_int_equal(run("ca show x.crt", &answer), 1);
	assert_string_equal(field_string(answer, "status"),
			    "is of another network");
	json_object_put(answer);
	assert_int_equal(run("ca show x.key", NULL), 1);
	assert_int_equal(run("ca show none", NULL), 1);
	assert_int_equal(run("ca show x.crt --authority none", NULL), 1);
	assert_int_equal(run("ca show ca.crt --authority old.crt", NULL), 1);
}

/* What "ca show" prints, but the lines that are different each time. */
static void as_text(void **state)
{
	static const char expected[] =
		"x.crt:\n"
		"  Node:        x\n"
		"  Serial:      0123456789abcdef\n"
		"  Public key:  AAAA\n"
		"  Issuer:      BBBB\n"
		"  Valid from:  1970-01-01 00:00:00 UTC\n"
		"  Valid to:    9999-12-31 23:59:59 UTC\n"
		"  Addresses:   9.0.0.2/32, 9.0.0.3/32\n"
		"  Status:      not checked, for want of an authority\n";
	struct json_object *object = json_tokener_parse(
		"{\"file\":\"x.crt\",\"name\":\"x\",\"authority\":false,"
		"\"serial\":\"0123456789abcdef\",\"key\":\"AAAA\","
		"\"issuer\":\"BBBB\",\"not_before\":0,"
		"\"not_after\":253402300799,\"prefixes\":[],"
		"\"addresses\":[\"9.0.0.2/32\",\"9.0.0.3/32\"],"
		"\"status\":null}");
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	render_certificate(out, object);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
	json_object_put(object);
}

#define in_folder(test) \
	cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_folder(the_whole_way),
		in_folder(keys),
		in_folder(keys_to_sign),
		in_folder(nothing_is_overwritten),
		in_folder(both_or_none),
		in_folder(wrong_options),
		in_folder(too_many),
		in_folder(no_longer_than_its_authority),
		in_folder(shown),
		cmocka_unit_test(as_text),
	};

	return cmocka_run_group_tests_name("nhrpctl ca", tests, NULL, NULL);
}
