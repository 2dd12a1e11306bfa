// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The statements of the configuration: one function each.
 */
#include <stdlib.h>
#include <string.h>

#include "config_parser.h"

bool config_once(struct config_parser *parser, enum config_once statement,
		 bool same)
{
	size_t skipped = parser->prefix == CONFIG_PREFIX_NONE ? 0 : 2;
	const char *word = parser->words[skipped];
	uint8_t *seen = &parser->seen[statement];

	if (*seen & parser->prefix)
		return config_fail(parser, "interface %s has \"%s\" already",
				   parser->interface->name, word);
	if (*seen && !same)
		return config_fail(parser,
				   "\"%s\" contradicts what the other family of %s has",
				   word, parser->interface->name);
	*seen |= parser->prefix;
	return true;
}

void *config_grow(struct config_parser *parser, void *array, size_t *count,
		  size_t size)
{
	char *grown = reallocarray(array, *count + 1, size);

	if (!grown) {
		config_fail(parser, "out of memory");
		return NULL;
	}
	memset(grown + *count * size, 0, size);
	++*count;
	return grown;
}

static bool parse_include(struct config_parser *parser)
{
	const char *pattern = config_word(parser);

	if (!pattern)
		return config_fail(parser, "usage: include PATTERN");
	if (!config_end(parser, "include PATTERN") ||
	    !config_end_section(parser))
		return false;
	if (!parser->include)
		return config_fail(parser, "include is not allowed here");
	return parser->include(parser, pattern);
}

static bool add_interface(struct config_parser *parser, const char *name)
{
	struct config *config = parser->config;
	struct config_interface *interfaces;

	interfaces = config_grow(parser, config->interfaces,
				 &config->interface_count, sizeof(*interfaces));
	if (!interfaces)
		return false;
	config->interfaces = interfaces;
	parser->interface = &interfaces[config->interface_count - 1];
	parser->section_line = parser->line;
	strcpy(parser->interface->name, name);
	parser->interface->holdtime = CONFIG_HOLDTIME;
	parser->interface->redirect_interval = CONFIG_REDIRECT_INTERVAL;
	parser->interface->registration_unique = true;
	config_protection_init(&parser->interface->protection);
	memset(parser->seen, 0, sizeof(parser->seen));
	return true;
}

static bool parse_interface(struct config_parser *parser)
{
	const char *name = config_word(parser);

	if (!name)
		return config_fail(parser, "usage: interface NAME");
	if (!config_end(parser, "interface NAME") ||
	    !config_end_section(parser))
		return false;
	if (strlen(name) >= IF_NAMESIZE || strchr(name, '/') ||
	    strchr(name, ':') || !strcmp(name, ".") || !strcmp(name, ".."))
		return config_fail(parser,
				   "\"%.40s\" can't be the name of a device: 1 to %d characters without / and :",
				   name, IF_NAMESIZE - 1);
	if (config_find(parser->config, name))
		return config_fail(parser, "interface %s is already there",
				   name);
	return add_interface(parser, name);
}

static bool parse_network_id(struct config_parser *parser)
{
	uint32_t value;

	if (!config_number(parser, "network-id", 1, UINT32_MAX, &value) ||
	    !config_end(parser, "network-id NUMBER") ||
	    !config_once(parser, CONFIG_ONCE_NETWORK_ID,
			 value == parser->interface->network_id))
		return false;
	parser->interface->network_id = value;
	return true;
}

static bool parse_holdtime(struct config_parser *parser)
{
	uint32_t value;

	if (!config_number(parser, "holdtime", 1, UINT16_MAX, &value) ||
	    !config_end(parser, "holdtime SECONDS") ||
	    !config_once(parser, CONFIG_ONCE_HOLDTIME,
			 value == parser->interface->holdtime))
		return false;
	parser->interface->holdtime = value;
	return true;
}

static bool parse_authentication(struct config_parser *parser)
{
	char *authentication = parser->interface->authentication;
	const char *word = config_word(parser);

	if (!word || strlen(word) > NHRP_AUTHENTICATION_MAX)
		return config_fail(parser,
				   "authentication must be a word of 1 to %d characters",
				   NHRP_AUTHENTICATION_MAX);
	if (!config_end(parser, "authentication WORD") ||
	    !config_once(parser, CONFIG_ONCE_AUTHENTICATION,
			 !strcmp(word, authentication)))
		return false;
	strcpy(authentication, word);
	return true;
}

static bool parse_redirect(struct config_parser *parser)
{
	uint32_t value = CONFIG_REDIRECT_INTERVAL;

	if (config_accept(parser, "timeout") &&
	    !config_number(parser, "redirect timeout", 1, 3600, &value))
		return false;
	if (!config_end(parser, "redirect [timeout SECONDS]") ||
	    !config_once(parser, CONFIG_ONCE_REDIRECT,
			 value == parser->interface->redirect_interval))
		return false;
	parser->interface->redirect = true;
	parser->interface->redirect_interval = value;
	return true;
}

static bool parse_shortcut(struct config_parser *parser)
{
	if (!config_end(parser, "shortcut") ||
	    !config_once(parser, CONFIG_ONCE_SHORTCUT, true))
		return false;
	parser->interface->shortcut = true;
	return true;
}

static bool parse_no_unique(struct config_parser *parser)
{
	if (!config_end(parser, "registration no-unique") ||
	    !config_once(parser, CONFIG_ONCE_NO_UNIQUE, true))
		return false;
	parser->interface->registration_unique = false;
	return true;
}

static bool parse_timeout(struct config_parser *parser)
{
	uint32_t value;

	if (!config_number(parser, "registration timeout", 1, UINT16_MAX,
			   &value) ||
	    !config_end(parser, "registration timeout SECONDS") ||
	    !config_once(parser, CONFIG_ONCE_TIMEOUT,
			 value == parser->interface->registration_timeout))
		return false;
	parser->interface->registration_timeout = value;
	return true;
}

static bool parse_registration(struct config_parser *parser)
{
	static const char *const known[] = { "no-unique", "timeout" };
	const char *word;

	if (config_accept(parser, "no-unique"))
		return parse_no_unique(parser);
	if (config_accept(parser, "timeout"))
		return parse_timeout(parser);
	word = config_word(parser);
	if (!word)
		return config_fail(parser,
				   "usage: registration no-unique | registration timeout SECONDS");
	return config_unknown(parser, word, known, 2);
}

static bool parse_mtu(struct config_parser *parser)
{
	uint32_t value;

	if (!config_number(parser, "mtu", 576, 1499, &value) ||
	    !config_end(parser, "mtu BYTES") ||
	    !config_once(parser, CONFIG_ONCE_MTU,
			 value == parser->interface->mtu))
		return false;
	parser->interface->mtu = value;
	return true;
}

static const struct statement {
	const char *word;
	bool (*parse)(struct config_parser *parser);
	bool global;
} statements[] = {
	{ "include", parse_include, true },
	{ "interface", parse_interface, true },
	{ "authentication", parse_authentication, false },
	{ "encapsulation", config_encapsulation, false },
	{ "holdtime", parse_holdtime, false },
	{ "identity", config_identity, false },
	{ "ike", config_ike, true },
	{ "map", config_map, false },
	{ "mtu", parse_mtu, false },
	{ "network-id", parse_network_id, false },
	{ "nhs", config_nhs, false },
	{ "protection", config_protection, false },
	{ "psk", config_psk, false },
	{ "redirect", parse_redirect, false },
	{ "registration", parse_registration, false },
	{ "rekey", config_rekey, false },
	{ "replay-window", config_replay_window, false },
	{ "shortcut", parse_shortcut, false },
	{ "udp", config_udp, false },
};

#define STATEMENTS (sizeof(statements) / sizeof(statements[0]))

static bool unknown_statement(struct config_parser *parser, const char *word)
{
	const char *known[STATEMENTS];
	size_t i;

	for (i = 0; i < STATEMENTS; i++)
		known[i] = statements[i].word;
	return config_unknown(parser, word, known, STATEMENTS);
}

bool config_statement(struct config_parser *parser)
{
	const char *word = config_word(parser);
	size_t i;

	for (i = 0; i < STATEMENTS && strcmp(word, statements[i].word); i++)
		;
	if (parser->profile && (i == STATEMENTS || !statements[i].global))
		return config_ike_statement(parser, word);
	if (i == STATEMENTS)
		return unknown_statement(parser, word);
	if (statements[i].global && parser->prefix != CONFIG_PREFIX_NONE)
		return config_fail(parser,
				   "\"%s\" takes no \"%s nhrp\" in front", word,
				   parser->words[0]);
	if (!statements[i].global && !parser->interface)
		return config_fail(parser,
				   "\"%s\" belongs to an interface: \"interface NAME\" must come first",
				   word);
	return statements[i].parse(parser);
}
