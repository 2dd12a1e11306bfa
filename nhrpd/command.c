// SPDX-License-Identifier: GPL-2.0-or-later
#include "command.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "daemon.h"
#include "interface.h"
#include "log.h"
#include "purge.h"
#include "session.h"
#include "show.h"

/**
 * struct call - a command that is being run
 * @daemon: what it works on
 * @client: who asked
 * @argument: the word behind the command's name, or NULL
 */
struct call {
	struct daemon *daemon;
	struct control_client *client;
	const char *argument;
};

struct json_object *command_error(const char *format, ...)
{
	struct json_object *answer = json_object_new_object();
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	json_object_object_add(answer, "status", json_object_new_int(1));
	json_object_object_add(answer, "error", json_object_new_string(text));
	return answer;
}

/* The answer of a command that worked; @data becomes part of it. */
static struct json_object *success(struct json_object *data)
{
	struct json_object *answer = json_object_new_object();

	json_object_object_add(answer, "status", json_object_new_int(0));
	json_object_object_add(answer, "data", data);
	return answer;
}

/* "ipv4", "ipv6" or nothing, which means both. Return: false for others. */
static bool parse_family(const char *word, enum show_family *family)
{
	*family = SHOW_BOTH;
	if (word && !strcmp(word, "ipv4"))
		*family = SHOW_IPV4;
	else if (word && !strcmp(word, "ipv6"))
		*family = SHOW_IPV6;
	else if (word)
		return false;
	return true;
}

static struct json_object *run_show(const struct call *call,
				    struct json_object *(*show)(
					    struct daemon *daemon,
					    enum show_family family))
{
	enum show_family family;

	if (!parse_family(call->argument, &family))
		return command_error("'%s': expected ipv4 or ipv6",
				     call->argument);
	return success(show(call->daemon, family));
}

static struct json_object *run_show_cache(const struct call *call)
{
	return run_show(call, show_cache);
}

static struct json_object *run_show_nhrp(const struct call *call)
{
	return run_show(call, show_nhrp);
}

static struct json_object *run_show_shortcut(const struct call *call)
{
	return run_show(call, show_shortcut);
}

static struct json_object *run_show_nhs(const struct call *call)
{
	return run_show(call, show_nhs);
}

static struct json_object *run_show_dmvpn(const struct call *call)
{
	return run_show(call, show_dmvpn);
}

static struct json_object *run_show_traffic(const struct call *call)
{
	return success(show_traffic(call->daemon));
}

static struct json_object *run_show_crypto(const struct call *call)
{
	return success(show_crypto(call->daemon));
}

static struct json_object *not_an_address(const char *text)
{
	return command_error("'%s' is not an IPv4 or IPv6 address", text);
}

/*
 * Forget locally; @address may be NULL: all of @family. Return: entries
 * removed.
 */
static unsigned int forget(struct daemon *daemon,
			   const struct nhrp_address *address,
			   enum show_family family)
{
	static const uint8_t lengths[] = {
		[SHOW_BOTH] = 0,
		[SHOW_IPV4] = 4,
		[SHOW_IPV6] = 16,
	};
	struct interface *interface, *next;
	unsigned int count = 0;

	HASH_ITER(hh, daemon->interfaces, interface, next)
		count += purge_local(interface, address, lengths[family]);
	return count;
}

static struct json_object *success_count(const char *name, unsigned int count)
{
	struct json_object *data = json_object_new_object();

	json_object_object_add(data, name, json_object_new_int64(count));
	return success(data);
}

/* Argument: an address, "ipv4", "ipv6" or nothing. */
static struct json_object *run_clear(const struct call *call)
{
	struct nhrp_address address;
	enum show_family family;
	unsigned int count;

	if (parse_family(call->argument, &family))
		count = forget(call->daemon, NULL, family);
	else if (nhrp_address_parse(call->argument, &address))
		count = forget(call->daemon, &address, SHOW_BOTH);
	else
		return not_an_address(call->argument);
	return success_count("cleared", count);
}

/* Argument: an NBMA address or nothing. */
static struct json_object *run_clear_crypto(const struct call *call)
{
	struct interface *interface, *next;
	struct nhrp_address nbma;
	unsigned int count = 0;

	if (call->argument && !nhrp_address_parse(call->argument, &nbma))
		return not_an_address(call->argument);
	HASH_ITER(hh, call->daemon->interfaces, interface, next)
		count += sessions_clear(interface,
					call->argument ? &nbma : NULL);
	return success_count("cleared", count);
}

static struct json_object *run_purge(const struct call *call)
{
	struct interface *interface, *next;
	struct nhrp_address address;
	unsigned int told = 0;

	if (!call->argument)
		return command_error("purge: an address must follow");
	if (!nhrp_address_parse(call->argument, &address))
		return not_an_address(call->argument);
	HASH_ITER(hh, call->daemon->interfaces, interface, next)
		told += purge_address(interface, &address);
	return success_count("told", told);
}

static struct json_object *run_monitor(const struct call *call)
{
	if (!control_subscribe(call->client))
		return command_error("monitor: out of memory");
	return success(json_object_new_object());
}

static struct json_object *run_reload(const struct call *call)
{
	char *error = NULL;
	struct json_object *answer;

	if (!daemon_reload(call->daemon, &error))
		return success(json_object_new_object());
	answer = command_error("%s", error ? error : "out of memory");
	free(error);
	return answer;
}

static struct json_object *run_shutdown(const struct call *call)
{
	log_info("shutdown by control socket");
	daemon_shutdown(call->daemon);
	return success(json_object_new_object());
}

/**
 * struct command - an entry of the table of commands
 * @words: its name
 * @argument: whether one more word may follow
 * @changes: only for those who may change something
 */
static const struct command {
	const char *words[2];
	bool argument;
	bool changes;
	struct json_object *(*run)(const struct call *call);
} commands[] = {
	{ { "show", "cache" }, true, false, run_show_cache },
	{ { "show", "nhrp" }, true, false, run_show_nhrp },
	{ { "show", "shortcut" }, true, false, run_show_shortcut },
	{ { "show", "nhs" }, true, false, run_show_nhs },
	{ { "show", "dmvpn" }, true, false, run_show_dmvpn },
	{ { "show", "traffic" }, false, false, run_show_traffic },
	{ { "show", "crypto" }, false, false, run_show_crypto },
	{ { "clear", "cache" }, true, true, run_clear },
	{ { "clear", "crypto" }, true, true, run_clear_crypto },
	{ { "purge" }, true, true, run_purge },
	{ { "monitor" }, false, false, run_monitor },
	{ { "reload" }, false, true, run_reload },
	{ { "shutdown" }, false, true, run_shutdown },
};

static size_t count_words(const struct command *command)
{
	return command->words[1] ? 2 : 1;
}

/* Word @index of the request, or NULL if it is none. */
static const char *word(struct json_object *words, size_t index)
{
	struct json_object *item = json_object_array_get_idx(words, index);

	if (!json_object_is_type(item, json_type_string))
		return NULL;
	return json_object_get_string(item);
}

static const struct command *find_command(struct json_object *words)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		size_t length = count_words(&commands[i]);
		size_t same = 0;

		while (same < length && word(words, same) &&
		       !strcmp(word(words, same), commands[i].words[same]))
			same++;
		if (same == length)
			return &commands[i];
	}
	return NULL;
}

struct json_object *command_run(struct control_client *client,
				struct json_object *request)
{
	struct call call = { control_daemon(client), client, NULL };
	const struct command *command;
	struct json_object *words;
	size_t named;

	if (!json_object_object_get_ex(request, "command", &words) ||
	    !json_object_is_type(words, json_type_array))
		return command_error("a request is {\"command\":[words]}");
	command = find_command(words);
	if (!command)
		return command_error("unknown command %s",
				     json_object_to_json_string(words));
	named = count_words(command);
	call.argument = word(words, named);
	if (json_object_array_length(words) >
	    named + (command->argument && call.argument))
		return command_error("%s: too many words",
				     command->words[named - 1]);
	if (command->changes && !control_may_change(client))
		return command_error("%s: permission denied: only root and "
				     "the user of nhrpd may change anything",
				     command->words[0]);
	return command->run(&call);
}
