// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nhrpctl: shows what nhrpd knows and tells it what to do, see nhrpctl(8).
 */
#include <errno.h>
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connection.h"
#include "field.h"
#include "grammar.h"
#include "status.h"

#define DEFAULT_SOCKET "/run/nhrpd/nhrpd.sock"

struct options {
	const char *socket;
	bool json;
};

static void print_help(void)
{
	printf("Usage: nhrpctl [-S SOCKET] [-j] [COMMAND]\n"
	       "\n"
	       "  -S, --socket SOCKET  of nhrpd (default %s)\n"
	       "  -j, --json           JSON instead of text\n"
	       "  -h, --help           this text\n"
	       "  -V, --version        the version\n"
	       "\n"
	       "Commands, whose words may be shortened:\n", DEFAULT_SOCKET);
	grammar_help(stdout);
	printf("\n"
	       "Options of ca, behind its words:\n"
	       "\n"
	       "  --address A/32       sign: an address of the node's own\n"
	       "  --prefix P/L         sign: what may be announced behind it\n"
	       "  --group G            sign: a group that it belongs to\n"
	       "  --days N             init, sign: valid so long (3650, 365)\n"
	       "  --key KEY            sign: public key or its file (NAME.pub)\n"
	       "  --certificate FILE   sign: where to (NAME.crt)\n"
	       "  --authority FILE     show: check it with this (ca.crt)\n");
}

/* Return: -1 to go on, or the exit status. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{ "socket", required_argument, NULL, 'S' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL }
	};
	int option;

	while ((option = getopt_long(argc, argv, "+S:jhV", names,
				     NULL)) != -1) {
		switch (option) {
		case 'S':
			options->socket = optarg;
			break;
		case 'j':
			options->json = true;
			break;
		case 'h':
			print_help();
			return EXIT_SUCCESS;
		case 'V':
			puts("nhrpctl " VERSION);
			return EXIT_SUCCESS;
		default:
			fputs("Try 'nhrpctl --help'.\n", stderr);
			return EXIT_USAGE;
		}
	}
	return -1;
}

static void print_json(const struct json_object *object)
{
	puts(json_object_to_json_string_ext(
		(struct json_object *)object,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

/* Receive the answer and print it. Return: exit status. */
static int print_answer(struct connection *connection,
			const struct options *options,
			const struct parsed_command *command)
{
	struct json_object *answer = connection_receive(connection);
	struct json_object *data = NULL;
	int status = EXIT_SUCCESS;

	if (!answer)
		return EXIT_UNREACHABLE;
	json_object_object_get_ex(answer, "data", &data);
	if (field_number(answer, "status", -1)) {
		fprintf(stderr, "nhrpctl: %s\n", field_string(answer, "error"));
		status = EXIT_REFUSED;
	} else if (options->json && !command->stream) {
		print_json(data);
	} else if (command->render && !command->stream) {
		command->render(stdout, data);
	}
	json_object_put(answer);
	return status;
}

/* Print events until the daemon or the reader of ours goes away. */
static int print_events(struct connection *connection,
			const struct options *options,
			const struct parsed_command *command)
{
	struct json_object *event;

	while ((event = connection_receive(connection))) {
		if (options->json)
			print_json(event);
		else
			command->render(stdout, event);
		json_object_put(event);
		if (fflush(stdout))
			return EXIT_REFUSED;
	}
	return EXIT_UNREACHABLE;
}

static int run(const struct options *options,
	       const struct parsed_command *command)
{
	struct connection *connection = connection_open(options->socket);
	int status = EXIT_UNREACHABLE;

	if (!connection)
		return status;
	if (!connection_send(connection, command->words, command->count))
		status = print_answer(connection, options, command);
	if (!status && command->stream)
		status = print_events(connection, options, command);
	connection_close(connection);
	return status;
}

/* Do what needs no daemon. Return: exit status. */
static int run_here(const struct options *options,
		    const struct parsed_command *command)
{
	struct json_object *answer = NULL;
	int status;

	if (sodium_init() < 0) {
		fputs("nhrpctl: no random numbers\n", stderr);
		return EXIT_REFUSED;
	}
	status = command->local(command->argc, command->argv, &answer);
	if (answer && options->json)
		print_json(answer);
	else if (answer)
		command->render(stdout, answer);
	json_object_put(answer);
	if (status == EXIT_USAGE)
		fputs("Try 'nhrpctl --help'.\n", stderr);
	return status;
}

int main(int argc, char **argv)
{
	struct options options = { .socket = DEFAULT_SOCKET };
	struct parsed_command command;
	int status = read_options(argc, argv, &options);

	if (status >= 0)
		return status;
	if (grammar_parse(argc - optind, argv + optind, &command)) {
		fputs("Try 'nhrpctl --help'.\n", stderr);
		return EXIT_USAGE;
	}
	status = command.local ? run_here(&options, &command) :
				 run(&options, &command);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "nhrpctl: standard output: %s\n",
			strerror(errno));
		return EXIT_REFUSED;
	}
	return status;
}
