// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines and words of the configuration, and errors about them.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config_parser.h"

#define NEAR_MAX 2	/* typing mistakes in a word that is still recognized */
#define SHOWN "%.40s"	/* as much of a word as an error repeats */

bool config_fail(struct config_parser *parser, const char *format, ...)
{
	char *text = parser->error->text;
	va_list arguments;
	int used;

	used = snprintf(text, CONFIG_ERROR_MAX, "%.200s:%u: ", parser->file,
			parser->line);
	va_start(arguments, format);
	vsnprintf(text + used, CONFIG_ERROR_MAX - used, format, arguments);
	va_end(arguments);
	return false;
}

static size_t minimum(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Insertions, deletions and replacements that make @b of @a, and exchanges of
 * neighbours (optimal string alignment); more than any word has if too long.
 */
static size_t distance(const char *a, const char *b)
{
	enum { LONGEST = 24 };
	size_t rows[LONGEST + 1][LONGEST + 1];
	size_t a_length = strlen(a);
	size_t b_length = strlen(b);
	size_t i, j;

	if (a_length > LONGEST || b_length > LONGEST)
		return SIZE_MAX;
	for (i = 0; i <= a_length; i++) {
		for (j = 0; j <= b_length; j++) {
			if (!i || !j) {
				rows[i][j] = i + j;
				continue;
			}
			rows[i][j] = minimum(rows[i - 1][j - 1] +
					     (a[i - 1] != b[j - 1]),
					     minimum(rows[i - 1][j],
						     rows[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				rows[i][j] = minimum(rows[i][j],
						     rows[i - 2][j - 2] + 1);
		}
	}
	return rows[a_length][b_length];
}

static const char *nearest(const char *word, const char *const *known,
			   size_t count)
{
	size_t best = minimum(NEAR_MAX, strlen(word) / 2) + 1;
	const char *found = NULL;
	size_t i, d;

	for (i = 0; i < count; i++) {
		d = distance(word, known[i]);
		if (d < best) {
			best = d;
			found = known[i];
		}
	}
	return found;
}

bool config_unknown(struct config_parser *parser, const char *word,
		    const char *const *known, size_t count)
{
	const char *near = nearest(word, known, count);
	char list[256] = "";
	size_t used = 0;
	size_t i;

	if (near)
		return config_fail(parser,
				   "unknown word \"" SHOWN "\", did you mean \"%s\"?",
				   word, near);
	for (i = 0; i < count && used < sizeof(list); i++)
		used += snprintf(list + used, sizeof(list) - used, "%s%s",
				 i ? ", " : "", known[i]);
	return config_fail(parser, "unknown word \"" SHOWN "\"; known here: %s",
			   word, list);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Cuts parser->text; a word that begins with '!' or '#' ends it. */
static bool cut(struct config_parser *parser)
{
	char *c = parser->text;

	while (true) {
		while (is_blank(*c))
			*c++ = '\0';
		if (!*c || *c == '!' || *c == '#')
			return true;
		if (parser->word_count == CONFIG_WORDS_MAX)
			return config_fail(parser, "more than %d words",
					   CONFIG_WORDS_MAX);
		parser->words[parser->word_count++] = c;
		for (; *c && !is_blank(*c); c++)
			if (*c < '!' || *c > '~')
				return config_fail(parser,
						   "a character that is not printable ASCII");
	}
}

static void take_prefix(struct config_parser *parser)
{
	parser->prefix = CONFIG_PREFIX_NONE;
	if (parser->word_count < 2 || strcmp(parser->words[1], "nhrp"))
		return;
	if (!strcmp(parser->words[0], "ip"))
		parser->prefix = CONFIG_PREFIX_IP;
	else if (!strcmp(parser->words[0], "ipv6"))
		parser->prefix = CONFIG_PREFIX_IPV6;
	else
		return;
	parser->next = 2;
}

bool config_split(struct config_parser *parser, const char *line, size_t length)
{
	parser->word_count = 0;
	parser->next = 0;
	if (length >= sizeof(parser->text))
		return config_fail(parser, "a line of more than %d characters",
				   CONFIG_LINE_MAX - 1);
	if (memchr(line, '\0', length))
		return config_fail(parser, "a NUL character");
	memcpy(parser->text, line, length);
	parser->text[length] = '\0';
	if (!cut(parser))
		return false;
	take_prefix(parser);
	if (parser->next && parser->next == parser->word_count)
		return config_fail(parser, "\"%s nhrp\" without a statement",
				   parser->words[0]);
	return true;
}

const char *config_word(struct config_parser *parser)
{
	if (parser->next == parser->word_count)
		return NULL;
	return parser->words[parser->next++];
}

bool config_accept(struct config_parser *parser, const char *word)
{
	if (parser->next == parser->word_count ||
	    strcmp(parser->words[parser->next], word))
		return false;
	parser->next++;
	return true;
}

bool config_end(struct config_parser *parser, const char *usage)
{
	const char *word = config_word(parser);

	if (!word)
		return true;
	return config_fail(parser, "unexpected \"" SHOWN "\"; usage: %s", word,
			   usage);
}
