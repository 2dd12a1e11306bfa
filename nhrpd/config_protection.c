// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The statements about protection: who makes the keys of an interface, from
 * what, and how they are used.
 */
#include <stdlib.h>
#include <string.h>

#include "config_parser.h"

#define PROTECTION_USAGE "protection none|native|ike PROFILE"
#define IDENTITY_USAGE "identity key FILE certificate FILE " \
		       "authority FILE [revoked FILE]"

#define REKEY_MAX 86400		/* seconds */
#define REPLAY_WINDOW_MIN 32	/* packets */
#define REPLAY_WINDOW_MAX 4096	/* XFRMA_REPLAY_ESN_MAX in bits */

static struct config_protection *protection_of(struct config_parser *parser)
{
	return &parser->interface->protection;
}

/* Takes a word that is one of @count known ones. */
static bool parse_choice(struct config_parser *parser, const char *usage,
			 const char *const *known, unsigned int count,
			 unsigned int *choice)
{
	const char *word = config_word(parser);

	if (!word)
		return config_fail(parser, "usage: %s", usage);
	for (*choice = 0; *choice < count; ++*choice)
		if (!strcmp(word, known[*choice]))
			return true;
	return config_unknown(parser, word, known, count);
}

static bool parse_profile(struct config_parser *parser, const char **profile)
{
	*profile = config_word(parser);
	if (!*profile)
		return config_fail(parser, "usage: " PROTECTION_USAGE);
	if (strlen(*profile) >= CONFIG_PROFILE_MAX)
		return config_fail(parser,
				   "the name of a profile has 1 to %d characters",
				   CONFIG_PROFILE_MAX - 1);
	return true;
}

bool config_protection(struct config_parser *parser)
{
	static const char *const kinds[] = {
		[CONFIG_PROTECTION_NONE] = "none",
		[CONFIG_PROTECTION_NATIVE] = "native",
		[CONFIG_PROTECTION_IKE] = "ike",
	};
	struct config_protection *protection = protection_of(parser);
	const char *profile = "";
	unsigned int kind;

	if (!parse_choice(parser, PROTECTION_USAGE, kinds, 3, &kind) ||
	    (kind == CONFIG_PROTECTION_IKE &&
	     !parse_profile(parser, &profile)) ||
	    !config_end(parser, PROTECTION_USAGE) ||
	    !config_once(parser, CONFIG_ONCE_PROTECTION,
			 kind == protection->kind &&
			 !strcmp(profile, protection->profile)))
		return false;
	protection->kind = kind;
	strcpy(protection->profile, profile);
	return true;
}

/* Takes the name of a file, which is then looked for beside this one. */
static bool parse_file(struct config_parser *parser, const char *usage,
		       char **file)
{
	const char *word = config_word(parser);

	if (!word)
		return config_fail(parser, "usage: %s", usage);
	free(*file);
	*file = config_beside(parser->file, word);
	return *file || config_fail(parser, "out of memory");
}

bool config_psk(struct config_parser *parser)
{
	static const char *const known[] = { "file" };
	unsigned int choice;

	return parse_choice(parser, "psk file FILE", known, 1, &choice) &&
	       config_once(parser, CONFIG_ONCE_PSK, false) &&
	       parse_file(parser, "psk file FILE",
			  &protection_of(parser)->psk_file) &&
	       config_end(parser, "psk file FILE");
}

bool config_identity(struct config_parser *parser)
{
	static const char *const known[] = {
		"key", "certificate", "authority", "revoked",
	};
	struct config_protection *protection = protection_of(parser);
	char **const files[] = {
		&protection->key_file, &protection->certificate_file,
		&protection->authority_file, &protection->revoked_file,
	};
	unsigned int choice;

	if (!config_once(parser, CONFIG_ONCE_IDENTITY, false))
		return false;
	do {
		if (!parse_choice(parser, IDENTITY_USAGE, known, 4, &choice))
			return false;
		if (*files[choice])
			return config_fail(parser, "\"%s\" occurs twice",
					   known[choice]);
		if (!parse_file(parser, IDENTITY_USAGE, files[choice]))
			return false;
	} while (parser->next < parser->word_count);
	if (!protection->key_file || !protection->certificate_file ||
	    !protection->authority_file)
		return config_fail(parser, "usage: " IDENTITY_USAGE);
	return true;
}

bool config_rekey(struct config_parser *parser)
{
	struct config_protection *protection = protection_of(parser);
	uint32_t value;

	if (!config_number(parser, "rekey", 1, REKEY_MAX, &value) ||
	    !config_end(parser, "rekey SECONDS") ||
	    !config_once(parser, CONFIG_ONCE_REKEY,
			 value == protection->rekey))
		return false;
	protection->rekey = value;
	return true;
}

bool config_udp(struct config_parser *parser)
{
	static const char *const known[] = { "port" };
	struct config_protection *protection = protection_of(parser);
	unsigned int choice;
	uint32_t value;

	if (!parse_choice(parser, "udp port NUMBER", known, 1, &choice) ||
	    !config_number(parser, "udp port", 1, UINT16_MAX, &value) ||
	    !config_end(parser, "udp port NUMBER") ||
	    !config_once(parser, CONFIG_ONCE_UDP,
			 value == protection->udp_port))
		return false;
	protection->udp_port = value;
	return true;
}

bool config_encapsulation(struct config_parser *parser)
{
	static const char *const known[] = {
		[CONFIG_ENCAPSULATION_AUTO] = "auto",
		[CONFIG_ENCAPSULATION_UDP] = "udp",
		[CONFIG_ENCAPSULATION_ESP] = "esp",
	};
	struct config_protection *protection = protection_of(parser);
	unsigned int choice;

	if (!parse_choice(parser, "encapsulation auto|udp|esp", known, 3,
			  &choice) ||
	    !config_end(parser, "encapsulation auto|udp|esp") ||
	    !config_once(parser, CONFIG_ONCE_ENCAPSULATION,
			 choice == protection->encapsulation))
		return false;
	protection->encapsulation = choice;
	return true;
}

bool config_replay_window(struct config_parser *parser)
{
	struct config_protection *protection = protection_of(parser);
	uint32_t value;

	if (!config_number(parser, "replay-window", REPLAY_WINDOW_MIN,
			   REPLAY_WINDOW_MAX, &value))
		return false;
	/* The kernel's window is made of words of 32 bits. */
	value = (value + 31) / 32 * 32;
	if (!config_end(parser, "replay-window PACKETS") ||
	    !config_once(parser, CONFIG_ONCE_REPLAY_WINDOW,
			 value == protection->replay_window))
		return false;
	protection->replay_window = value;
	return true;
}

void config_protection_init(struct config_protection *protection)
{
	protection->rekey = CONFIG_REKEY;
	protection->udp_port = CONFIG_UDP_PORT;
	protection->replay_window = CONFIG_REPLAY_WINDOW;
}

void config_protection_free(struct config_protection *protection)
{
	free(protection->psk_file);
	free(protection->key_file);
	free(protection->certificate_file);
	free(protection->authority_file);
	free(protection->revoked_file);
}

bool config_protection_check(struct config_parser *parser)
{
	static const struct {
		enum config_once statement;
		const char *word;
	} native[] = {
		{ CONFIG_ONCE_PSK, "psk" },
		{ CONFIG_ONCE_IDENTITY, "identity" },
		{ CONFIG_ONCE_REKEY, "rekey" },
		{ CONFIG_ONCE_UDP, "udp" },
		{ CONFIG_ONCE_ENCAPSULATION, "encapsulation" },
		{ CONFIG_ONCE_REPLAY_WINDOW, "replay-window" },
	};
	const struct config_interface *interface = parser->interface;
	const struct config_protection *protection = &interface->protection;
	size_t i;

	if (protection->kind == CONFIG_PROTECTION_NATIVE)
		return protection->psk_file || protection->key_file ||
		       config_fail(parser,
				   "interface %s: \"protection native\" needs \"psk file FILE\", \"identity ...\", or both",
				   interface->name);
	for (i = 0; i < sizeof(native) / sizeof(native[0]); i++)
		if (parser->seen[native[i].statement])
			return config_fail(parser,
					   "interface %s: \"%s\" needs \"protection native\"",
					   interface->name, native[i].word);
	return true;
}

static bool same_file(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

bool config_protection_equal(const struct config_protection *a,
			     const struct config_protection *b)
{
	return a->kind == b->kind && !strcmp(a->profile, b->profile) &&
	       same_file(a->psk_file, b->psk_file) &&
	       same_file(a->key_file, b->key_file) &&
	       same_file(a->certificate_file, b->certificate_file) &&
	       same_file(a->authority_file, b->authority_file) &&
	       same_file(a->revoked_file, b->revoked_file) &&
	       a->udp_port == b->udp_port &&
	       a->encapsulation == b->encapsulation;
}
