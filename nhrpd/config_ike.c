// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * IKE profiles: how strongSwan authenticates and encrypts.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "config_parser.h"

#define LOCAL_USAGE "local id IDENTITY"
#define REMOTE_USAGE "remote id IDENTITY"
#define PROPOSALS_USAGE "proposals PROPOSAL[,PROPOSAL]..."
#define REKEY_MIN 10		/* seconds; strongSwan adds a tenth */
#define REKEY_MAX 86400

/* Notes a statement that a profile has once. */
static bool once(struct config_parser *parser, enum config_ike_once statement)
{
	if (parser->profile_seen & 1u << statement)
		return config_fail(parser, "ike profile %s has \"%s\" already",
				   parser->profile->name, parser->words[0]);
	parser->profile_seen |= 1u << statement;
	return true;
}

static bool keep(struct config_parser *parser, char **text, const char *value)
{
	*text = strdup(value);
	return *text || config_fail(parser, "out of memory");
}

static bool parse_authentication(struct config_parser *parser)
{
	static const char *const known[] = { "psk", "certificate" };
	const char *word = config_word(parser);

	if (!word)
		return config_fail(parser,
				   "usage: authentication psk|certificate");
	parser->profile->psk = !strcmp(word, "psk");
	if (!parser->profile->psk && strcmp(word, "certificate"))
		return config_unknown(parser, word, known, 2);
	return once(parser, CONFIG_IKE_AUTHENTICATION) &&
	       config_end(parser, "authentication psk|certificate");
}

/* An identity is the rest of the line: distinguished names have blanks. */
static bool parse_identity(struct config_parser *parser, const char *usage,
			   char **identity)
{
	char text[CONFIG_LINE_MAX] = "";
	const char *word;

	if (!config_accept(parser, "id") ||
	    parser->next == parser->word_count)
		return config_fail(parser, "usage: %s", usage);
	while ((word = config_word(parser))) {
		strcat(text, word);
		if (parser->next < parser->word_count)
			strcat(text, " ");
	}
	return keep(parser, identity, text);
}

static bool parse_local(struct config_parser *parser)
{
	return once(parser, CONFIG_IKE_LOCAL_ID) &&
	       parse_identity(parser, LOCAL_USAGE, &parser->profile->local_id);
}

static bool parse_remote(struct config_parser *parser)
{
	return once(parser, CONFIG_IKE_REMOTE_ID) &&
	       parse_identity(parser, REMOTE_USAGE,
			      &parser->profile->remote_id);
}

static bool parse_list(struct config_parser *parser, const char *usage,
		       char **proposals)
{
	const char *word = config_word(parser);

	if (!word)
		return config_fail(parser, "usage: %s", usage);
	if (strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_-,") !=
	    strlen(word))
		return config_fail(parser,
				   "proposals are written as \"aes256-sha256-modp2048,aes128-sha1-modp1536\"");
	return config_end(parser, usage) && keep(parser, proposals, word);
}

static bool parse_proposals(struct config_parser *parser)
{
	return once(parser, CONFIG_IKE_PROPOSALS) &&
	       parse_list(parser, PROPOSALS_USAGE,
			  &parser->profile->ike_proposals);
}

static bool parse_esp(struct config_parser *parser)
{
	if (!config_accept(parser, "proposals"))
		return config_fail(parser, "usage: esp " PROPOSALS_USAGE);
	return once(parser, CONFIG_IKE_ESP_PROPOSALS) &&
	       parse_list(parser, "esp " PROPOSALS_USAGE,
			  &parser->profile->esp_proposals);
}

static bool parse_rekey(struct config_parser *parser)
{
	return once(parser, CONFIG_IKE_REKEY) &&
	       config_number(parser, "rekey", REKEY_MIN, REKEY_MAX,
			     &parser->profile->rekey) &&
	       config_end(parser, "rekey SECONDS");
}

static bool parse_socket(struct config_parser *parser)
{
	const char *word = config_word(parser);

	if (!word || *word != '/' ||
	    strlen(word) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return config_fail(parser,
				   "socket must be a path of at most %zu characters that begins with /",
				   sizeof(((struct sockaddr_un *)0)->sun_path) -
				   1);
	if (!once(parser, CONFIG_IKE_SOCKET) ||
	    !config_end(parser, "socket PATH"))
		return false;
	free(parser->profile->socket);
	return keep(parser, &parser->profile->socket, word);
}

static bool parse_version(struct config_parser *parser)
{
	uint32_t value;

	if (!once(parser, CONFIG_IKE_VERSION) ||
	    !config_number(parser, "version", 1, 2, &value) ||
	    !config_end(parser, "version 1|2"))
		return false;
	parser->profile->version = value;
	return true;
}

static const struct statement {
	const char *word;
	bool (*parse)(struct config_parser *parser);
} statements[] = {
	{ "authentication", parse_authentication },
	{ "esp", parse_esp },
	{ "local", parse_local },
	{ "proposals", parse_proposals },
	{ "rekey", parse_rekey },
	{ "remote", parse_remote },
	{ "socket", parse_socket },
	{ "version", parse_version },
};

#define STATEMENTS (sizeof(statements) / sizeof(statements[0]))

bool config_ike_statement(struct config_parser *parser, const char *word)
{
	const char *known[STATEMENTS];
	size_t i;

	if (parser->prefix != CONFIG_PREFIX_NONE)
		return config_fail(parser,
				   "an ike profile has no \"%s nhrp\" statements",
				   parser->words[0]);
	for (i = 0; i < STATEMENTS; i++) {
		if (!strcmp(word, statements[i].word))
			return statements[i].parse(parser);
		known[i] = statements[i].word;
	}
	return config_unknown(parser, word, known, STATEMENTS);
}

static bool add_profile(struct config_parser *parser, const char *name)
{
	struct config *config = parser->config;
	struct config_ike_profile *profiles;

	profiles = config_grow(parser, config->ike_profiles,
			       &config->ike_profile_count, sizeof(*profiles));
	if (!profiles)
		return false;
	config->ike_profiles = profiles;
	parser->profile = &profiles[config->ike_profile_count - 1];
	parser->profile_seen = 0;
	parser->section_line = parser->line;
	strcpy(parser->profile->name, name);
	parser->profile->rekey = CONFIG_REKEY;
	return keep(parser, &parser->profile->socket, CONFIG_VICI_SOCKET);
}

bool config_ike(struct config_parser *parser)
{
	const char *name = NULL;

	if (config_accept(parser, "profile"))
		name = config_word(parser);
	if (!name)
		return config_fail(parser, "usage: ike profile NAME");
	if (!config_end(parser, "ike profile NAME") ||
	    !config_end_section(parser))
		return false;
	if (strlen(name) >= CONFIG_PROFILE_MAX)
		return config_fail(parser,
				   "the name of a profile has 1 to %d characters",
				   CONFIG_PROFILE_MAX - 1);
	if (config_find_ike(parser->config, name))
		return config_fail(parser, "ike profile %s is already there",
				   name);
	return add_profile(parser, name);
}

bool config_ike_end(struct config_parser *parser)
{
	if (!(parser->profile_seen & 1u << CONFIG_IKE_AUTHENTICATION))
		return config_fail(parser,
				   "ike profile %s has no \"authentication psk|certificate\"",
				   parser->profile->name);
	/* strongSwan finds the certificate by the identity in it. */
	if (!parser->profile->psk && !parser->profile->local_id)
		return config_fail(parser,
				   "ike profile %s: \"authentication certificate\" needs \"local id IDENTITY\"",
				   parser->profile->name);
	return true;
}

bool config_ike_check(struct config_parser *parser)
{
	const struct config *config = parser->config;
	const struct config_protection *protection;
	size_t i;

	for (i = 0; i < config->interface_count; i++) {
		protection = &config->interfaces[i].protection;
		if (protection->kind != CONFIG_PROTECTION_IKE ||
		    config_find_ike(config, protection->profile))
			continue;
		return config_fail(parser,
				   "interface %s: there is no \"ike profile %s\"",
				   config->interfaces[i].name,
				   protection->profile);
	}
	return true;
}

/* The texts of a profile; all functions below do the same with each. */
#define TEXTS 5

static void texts_of(struct config_ike_profile *profile, char **texts[TEXTS])
{
	texts[0] = &profile->local_id;
	texts[1] = &profile->remote_id;
	texts[2] = &profile->ike_proposals;
	texts[3] = &profile->esp_proposals;
	texts[4] = &profile->socket;
}

void config_ike_free(struct config_ike_profile *profile)
{
	char **texts[TEXTS];
	size_t i;

	texts_of(profile, texts);
	for (i = 0; i < TEXTS; i++)
		free(*texts[i]);
}

bool config_ike_copy(struct config_ike_profile *copy,
		     const struct config_ike_profile *profile)
{
	char **texts[TEXTS], *text;
	bool failed = false;
	size_t i;

	*copy = *profile;
	texts_of(copy, texts);
	for (i = 0; i < TEXTS; i++) {
		text = *texts[i];
		*texts[i] = text ? strdup(text) : NULL;
		failed |= text && !*texts[i];
	}
	if (failed)
		config_ike_free(copy);
	return !failed;
}
