/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the configuration parser: lines, words, values and statements.
 * All functions that return bool return false after they have filled in the
 * parser's error.
 */
#ifndef NHRPD_CONFIG_PARSER_H
#define NHRPD_CONFIG_PARSER_H

#include "config.h"

#define CONFIG_LINE_MAX 1024	/* bytes, with NUL */
#define CONFIG_WORDS_MAX 16	/* words in a line */
#define CONFIG_INCLUDES_MAX 8	/* files within files */

/* Statements that an interface may have but once */
enum config_once {
	CONFIG_ONCE_NETWORK_ID,
	CONFIG_ONCE_HOLDTIME,
	CONFIG_ONCE_AUTHENTICATION,
	CONFIG_ONCE_REDIRECT,
	CONFIG_ONCE_SHORTCUT,
	CONFIG_ONCE_NO_UNIQUE,
	CONFIG_ONCE_TIMEOUT,
	CONFIG_ONCE_MTU,
	CONFIG_ONCE_MULTICAST_DYNAMIC,
	CONFIG_ONCE_PROTECTION,
	CONFIG_ONCE_PSK,
	CONFIG_ONCE_IDENTITY,
	CONFIG_ONCE_REKEY,
	CONFIG_ONCE_UDP,
	CONFIG_ONCE_ENCAPSULATION,
	CONFIG_ONCE_REPLAY_WINDOW,
	CONFIG_ONCE_COUNT,
};

/* Ditto, of an IKE profile */
enum config_ike_once {
	CONFIG_IKE_AUTHENTICATION,
	CONFIG_IKE_LOCAL_ID,
	CONFIG_IKE_REMOTE_ID,
	CONFIG_IKE_PROPOSALS,
	CONFIG_IKE_ESP_PROPOSALS,
	CONFIG_IKE_REKEY,
	CONFIG_IKE_SOCKET,
	CONFIG_IKE_VERSION,
};

/* How a statement begins: a pasted stanza may say a thing in both families. */
enum config_prefix {
	CONFIG_PREFIX_NONE = 1,
	CONFIG_PREFIX_IP = 2,
	CONFIG_PREFIX_IPV6 = 4,
};

/**
 * struct config_parser - what is being parsed, and where
 * @config: the result so far
 * @error: filled when something is refused
 * @file: its name, for errors and relative includes
 * @line: number of the line, from 1
 * @depth: files that this one is included by
 * @include: reads the files of a pattern; NULL where includes are refused
 * @interface: the one whose section this is, or NULL
 * @profile: the IKE profile whose section this is, or NULL
 * @section_line: where that section begins
 * @prefix: how the current statement began
 * @seen: statements that @interface had, a mask of enum config_prefix each
 * @profile_seen: statements that @profile had, a mask
 * @text: the line, cut into @words
 * @words: of the current line, without prefix and comment
 * @word_count: how many
 * @next: the first word not used yet
 */
struct config_parser {
	struct config *config;
	struct config_error *error;
	const char *file;
	unsigned int line;
	unsigned int depth;
	bool (*include)(struct config_parser *parser, const char *pattern);
	struct config_interface *interface;
	struct config_ike_profile *profile;
	unsigned int section_line;
	enum config_prefix prefix;
	uint8_t seen[CONFIG_ONCE_COUNT];
	unsigned int profile_seen;
	char text[CONFIG_LINE_MAX];
	char *words[CONFIG_WORDS_MAX];
	size_t word_count;
	size_t next;
};

/* ---- lines and words: config_words.c ---- */

/** config_fail - fill in the error, "file:line: " first; returns false */
bool config_fail(struct config_parser *parser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * config_unknown - fill in the error for a word that is none of those known
 * @word: what was found
 * @known: what could have been; the nearest is suggested, else all are listed
 * @count: how many
 */
bool config_unknown(struct config_parser *parser, const char *word,
		    const char *const *known, size_t count);

/** config_split - cut a line into words; drops comment and prefix */
bool config_split(struct config_parser *parser, const char *line,
		  size_t length);

/** config_word - take the next word, or NULL at the end of the line */
const char *config_word(struct config_parser *parser);

/** config_accept - take the next word if it is @word */
bool config_accept(struct config_parser *parser, const char *word);

/** config_end - refuse words that are left; @usage is the statement's */
bool config_end(struct config_parser *parser, const char *usage);

/* ---- values: config_values.c ---- */

/** config_number - take a decimal number; @what and range are for the error */
bool config_number(struct config_parser *parser, const char *what,
		   uint32_t min, uint32_t max, uint32_t *value);

/** config_protocol - take a protocol address that one host can have */
bool config_protocol(struct config_parser *parser, const char *what,
		     struct nhrp_address *address);

/** config_nbma - take an NBMA address that one host can have */
bool config_nbma(struct config_parser *parser, const char *what,
		 struct nhrp_address *address);

/** config_nbma_or_name - take an NBMA address or a DNS name */
bool config_nbma_or_name(struct config_parser *parser,
			 struct config_nhs *nhs);

/**
 * config_beside - a path as seen from the folder of a file
 *
 * Return: it, from malloc(), or NULL.
 */
char *config_beside(const char *file, const char *path);

/* ---- statements: config_statements.c, config_peers.c ---- */

/** config_statement - take in the current line, which has words */
bool config_statement(struct config_parser *parser);

/**
 * config_once - note a statement that an interface has once
 * @same: whether it says what is already so; the same thing may be said once
 *	  with each prefix
 */
bool config_once(struct config_parser *parser, enum config_once statement,
		 bool same);

/**
 * config_grow - append a zeroed element to an array
 * @array: the array's address in memory from malloc(), or NULL
 * @count: of elements; gets one more
 * @size: of an element
 *
 * Return: the array, perhaps moved, or NULL after filling in the error.
 */
void *config_grow(struct config_parser *parser, void *array, size_t *count,
		  size_t size);

/** config_nhs - the rest of "nhs ..." */
bool config_nhs(struct config_parser *parser);

/** config_map - the rest of "map ..." */
bool config_map(struct config_parser *parser);

/* ---- statements about protection: config_protection.c ---- */

/* The rest of a statement each, after its first word. */
bool config_protection(struct config_parser *parser);
bool config_psk(struct config_parser *parser);
bool config_identity(struct config_parser *parser);
bool config_rekey(struct config_parser *parser);
bool config_udp(struct config_parser *parser);
bool config_encapsulation(struct config_parser *parser);
bool config_replay_window(struct config_parser *parser);

/** config_protection_init - what holds where nothing is said */
void config_protection_init(struct config_protection *protection);

/** config_protection_free - free what it points to */
void config_protection_free(struct config_protection *protection);

/** config_protection_check - whether the statements fit together */
bool config_protection_check(struct config_parser *parser);

/* ---- IKE profiles: config_ike.c ---- */

/** config_ike - the rest of "ike profile NAME", which begins a section */
bool config_ike(struct config_parser *parser);

/** config_ike_statement - a line of such a section, after its first word */
bool config_ike_statement(struct config_parser *parser, const char *word);

/** config_ike_end - check the section that ends */
bool config_ike_end(struct config_parser *parser);

/** config_ike_check - whether all profiles that interfaces name are there */
bool config_ike_check(struct config_parser *parser);

/* ---- what can't be told from one line: config_interface.c ---- */

/**
 * config_end_section - complete and check the section that ends, if any
 *
 * Errors name the line where the section begins.
 */
bool config_end_section(struct config_parser *parser);

#endif /* NHRPD_CONFIG_PARSER_H */
