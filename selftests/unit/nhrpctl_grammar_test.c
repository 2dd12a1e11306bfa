// SPDX-License-Identifier: GPL-2.0-or-later
/* nhrpctl's command line: which words stand for which request. */
#include <stdio.h>
#include <string.h>

#include "ca.h"
#include "grammar.h"
#include "key.h"
#include "test.h"

#define WORDS_MAX 8

/* Split @line; "" has no words. Return: how many. */
static int split(char *line, char *words[WORDS_MAX])
{
	int count = 0;

	for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
		words[count++] = word;
	return count;
}

static int parse(const char *line, struct parsed_command *command,
		 char copy[100])
{
	static char *words[WORDS_MAX];	/* command.argv points there */

	strcpy(copy, line);
	return grammar_parse(split(copy, words), words, command);
}

static void understood(const char *line, const char *request)
{
	struct parsed_command command;
	char copy[100], joined[200] = "";

	assert_int_equal(parse(line, &command, copy), 0);
	for (size_t i = 0; i < command.count; i++) {
		strcat(joined, i ? " " : "");
		strcat(joined, command.words[i]);
	}
	assert_string_equal(joined, request);
}

/* Done here, with so many words from the last of the command's own on. */
static void local(const char *line, local_command *expected, int argc)
{
	struct parsed_command command;
	char copy[100];

	assert_int_equal(parse(line, &command, copy), 0);
	assert_ptr_equal(command.local, expected);
	assert_int_equal(command.argc, argc);
	assert_string_equal(command.argv[argc - 1],
			    strrchr(line, ' ') + 1);
}

static void refused(const char *line)
{
	struct parsed_command command;
	char copy[100];

	assert_int_equal(parse(line, &command, copy), -1);
}

static void full_words(void **state)
{
	(void)state;
	understood("", "show dmvpn");
	understood("show dmvpn detail", "show dmvpn");
	understood("show ip nhrp", "show nhrp ipv4");
	understood("show ipv6 nhrp", "show nhrp ipv6");
	understood("show ip nhrp nhs detail", "show nhs ipv4");
	understood("show ipv6 nhrp shortcut", "show shortcut ipv6");
	understood("show ip nhrp traffic", "show traffic");
	understood("cache", "show cache");
	understood("clear ip nhrp", "clear cache ipv4");
	understood("clear ip nhrp 9.0.0.2", "clear cache 9.0.0.2");
	understood("clear ipv6 nhrp 2001:db8::2", "clear cache 2001:db8::2");
	understood("purge 9.0.0.2", "purge 9.0.0.2");
	understood("purge 2001:db8::2", "purge 2001:db8::2");
	understood("show crypto", "show crypto");
	understood("clear crypto", "clear crypto");
	understood("clear crypto 9.1.1.130", "clear crypto 9.1.1.130");
	understood("shutdown", "shutdown");
}

static void shortened_words(void **state)
{
	(void)state;
	understood("sh ip nh", "show nhrp ipv4");
	understood("s ip n b", "show nhrp ipv4");
	understood("sh dm", "show dmvpn");
	understood("sh cr", "show crypto");
	understood("sho ipv n t", "show traffic");
	understood("cl ip n 9.0.0.2", "clear cache 9.0.0.2");
	understood("shu", "shutdown");
	understood("m", "monitor");
}

static void without_daemon(void **state)
{
	(void)state;
	local("ca init", ca_init, 1);
	local("ca i net", ca_init, 2);
	local("ca sign spoke-1 --address 9.0.0.2/32", ca_sign, 4);
	local("ca show", ca_show, 1);
	local("ca sh spoke-1.crt", ca_show, 2);
	local("key generate", key_generate, 1);
	local("k p psk", key_psk, 2);
}

static void refusals(void **state)
{
	(void)state;
	refused("s");
	refused("sh");
	refused("c");
	refused("sh i n");
	refused("show");
	refused("show ip");
	refused("show ip nhrp 9.0.0.2");
	refused("show dmvpn detail more");
	refused("shows dmvpn");
	refused("purge");
	refused("purge hub");
	refused("purge 9.0.0.2/32");
	refused("purge 9.0.0.2 9.0.0.3");
	refused("clear ip nhrp 2001:db8::2");
	refused("clear ipv6 nhrp 9.0.0.2");
	refused("clear");
	refused("reload now");
	refused("ca");
	refused("ca s");
	refused("key");
	refused("key make");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_words),
		cmocka_unit_test(shortened_words),
		cmocka_unit_test(without_daemon),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
