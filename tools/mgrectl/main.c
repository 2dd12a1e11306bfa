// SPDX-License-Identifier: GPL-2.0-or-later
/* mgrectl: the NBMA cache of the kernel module mgre, by hand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "netlink.h"
#include "objects.h"
#include "print.h"

static void help(FILE *f)
{
	fputs("Usage: mgrectl [ -j ] [ -d ] COMMAND\n"
	      "       mgrectl [ -j ] [ -d ] -batch FILE|-\n"
	      "       mgrectl -V | help\n"
	      "COMMAND := peer add|set|replace dev NAME PEER [ SETTING ]...\n"
	      "           peer del dev NAME PEER\n"
	      "           peer show [ dev NAME [ PEER ] ]\n"
	      "           peer flush dev NAME\n"
	      "           map add|set|replace dev NAME ADDRESS PEER\n"
	      "               [ hold SECONDS|forever ] [ cookie HEX ]\n"
	      "           map del dev NAME ADDRESS\n"
	      "           map show [ dev NAME [ ADDRESS ] ] [ PEER ]\n"
	      "           map flush dev NAME [ PEER ]\n"
	      "           dev show [ dev NAME ]\n"
	      "           monitor [ dev NAME ]\n"
	      "PEER    := nbma ADDRESS [ if-id NUMBER ]\n"
	      "SETTING := [no]multicast | [no]fallback | [no]transient |\n"
	      "           mark MARK | priority NUMBER | state up|down\n", f);
}

static void help_command(struct command *c)
{
	(void)c;
	help(stdout);
}

void object_command(struct command *c)
{
	static const struct verb objects[] = {
		{ "peer", peer_command },
		{ "map", map_command },
		{ "dev", dev_command },
		{ "monitor", monitor_command },
		{ "help", help_command },
		{}
	};

	command_run(c, objects, "object", NULL);
}

/* An option, or a beginning of it of at least one letter. */
static bool is_option(const char *word, const char *option)
{
	if (word[0] == '-' && word[1] == '-')
		word++;
	return word[1] && !strncmp(word, option, strlen(word));
}

int main(int argc, char **argv)
{
	const char *batch = NULL;
	struct command c = {
		.words = argv + 1,
		.count = argc - 1,
		.line = 1,
	};

	for (; c.count && c.words[0][0] == '-'; c.words++, c.count--) {
		if (is_option(*c.words, "-json")) {
			print_set_json(true);
		} else if (is_option(*c.words, "-details")) {
			print_set_details(true);
		} else if (is_option(*c.words, "-Version")) {
			puts("mgrectl " VERSION);
			return EXIT_DONE;
		} else if (is_option(*c.words, "-help")) {
			help(stdout);
			return EXIT_DONE;
		} else if (is_option(*c.words, "-batch") && c.count > 1) {
			batch = *++c.words;
			c.count--;
		} else {
			fprintf(stderr, "mgrectl: \"%s\" is wrong\n", *c.words);
			help(stderr);
			return EXIT_USAGE;
		}
	}
	if (batch ? c.count : !c.count) {
		help(stderr);
		return EXIT_USAGE;
	}
	if (batch)
		batch_run(batch);
	else
		object_command(&c);
	netlink_commit();
	return error_exit_status();
}
