/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of nhrpctl: the words a user types, and what they become. */
#ifndef NHRPCTL_GRAMMAR_H
#define NHRPCTL_GRAMMAR_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** GRAMMAR_WORDS - most words a request to the daemon has */
#define GRAMMAR_WORDS 8

/**
 * local_command - does what needs no daemon
 * @argc: words of the command line from the last of the command's own on
 * @argv: these words; may be put in another order
 * @answer: set to what there is to print, if anything; json_object_put() it
 *
 * Return: exit status; if it is not 0 stderr tells why.
 */
typedef int local_command(int argc, char *const *argv,
			  struct json_object **answer);

/**
 * struct parsed_command - a command line that was understood
 * @words: the request to the daemon
 * @count: its words
 * @local: what to call instead of the daemon, or NULL
 * @argc: for @local
 * @argv: for @local
 * @stream: lines follow the answer until one side closes ("monitor")
 * @render: what turns the answer (or each line) into text; NULL: nothing to say
 */
struct parsed_command {
	const char *words[GRAMMAR_WORDS];
	size_t count;
	local_command *local;
	int argc;
	char *const *argv;
	bool stream;
	void (*render)(FILE *out, const struct json_object *data);
};

/**
 * grammar_parse() - understand a command line
 * @argc: its words
 * @argv: they may be shortened to unique prefixes; none at all means
 *	  "show dmvpn"
 * @command: the result; it points into @argv and into constant strings
 *
 * Return: 0, or -1 with a message on stderr that names the word and those
 * allowed in its place.
 */
int grammar_parse(int argc, char *const *argv, struct parsed_command *command);

/** grammar_help() - print all commands, one a line. */
void grammar_help(FILE *out);

#endif /* NHRPCTL_GRAMMAR_H */
