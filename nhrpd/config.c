// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configuration files, and the configuration as a whole.
 */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_parser.h"

#define FILE_MAX (64 << 20)	/* bytes; a million lines, and no endless file */

/* Takes in the lines of one file; the sections end with it. */
static bool parse_text(struct config_parser *parser, const char *text,
		       size_t length)
{
	const char *end = text + length;
	const char *newline;

	parser->interface = NULL;
	parser->profile = NULL;
	for (parser->line = 1; text < end; parser->line++) {
		newline = memchr(text, '\n', end - text);
		if (!newline)
			newline = end;
		if (!config_split(parser, text, newline - text))
			return false;
		if (parser->word_count && !config_statement(parser))
			return false;
		text = newline + 1;
	}
	return config_end_section(parser);
}

/* Return: the whole file in memory from malloc(), or NULL with errno set. */
static char *read_stream(FILE *stream, size_t *length)
{
	size_t room = 0;
	char *text = NULL;
	char *grown;

	*length = 0;
	do {
		room += room ? room : BUFSIZ;
		grown = realloc(text, room);
		if (!grown)
			break;
		text = grown;
		*length += fread(text + *length, 1, room - *length, stream);
	} while (*length == room && room < FILE_MAX);

	if (grown && !ferror(stream) && *length < room)
		return text;
	if (grown && !ferror(stream))
		errno = EFBIG;
	free(text);
	return NULL;
}

static char *read_file(const char *path, size_t *length)
{
	FILE *stream = fopen(path, "re");
	char *text;
	int saved;

	if (!stream)
		return NULL;
	text = read_stream(stream, length);
	saved = errno;
	fclose(stream);
	errno = saved;
	return text;
}

static bool parse_file(struct config_parser *parser, const char *path)
{
	size_t length;
	char *text = read_file(path, &length);
	bool parsed;

	if (!text) {
		snprintf(parser->error->text, CONFIG_ERROR_MAX, "%.300s: %s",
			 path, strerror(errno));
		return false;
	}
	parser->file = path;
	parsed = parse_text(parser, text, length);
	free(text);
	return parsed;
}

static bool parse_files(struct config_parser *parser, const glob_t *files)
{
	struct config_parser inner;
	size_t i;

	for (i = 0; i < files->gl_pathc; i++) {
		inner = *parser;
		inner.depth++;
		if (!parse_file(&inner, files->gl_pathv[i]))
			return false;
	}
	return true;
}

static bool include_files(struct config_parser *parser, const char *pattern)
{
	char *path;
	glob_t files;
	bool parsed;
	int found;

	if (parser->depth == CONFIG_INCLUDES_MAX)
		return config_fail(parser,
				   "more than %d files include each other",
				   CONFIG_INCLUDES_MAX);
	path = config_beside(parser->file, pattern);
	if (!path)
		return config_fail(parser, "out of memory");
	found = glob(path, GLOB_ERR, NULL, &files);
	if (found == 0)
		parsed = parse_files(parser, &files);
	else if (found == GLOB_NOMATCH && strpbrk(pattern, "*?["))
		parsed = true;
	else
		parsed = config_fail(parser, "can't read %.200s", path);
	if (found == 0)
		globfree(&files);
	free(path);
	return parsed;
}

static struct config *new_config(struct config_parser *parser)
{
	parser->config = calloc(1, sizeof(*parser->config));
	if (!parser->config)
		snprintf(parser->error->text, CONFIG_ERROR_MAX,
			 "out of memory");
	return parser->config;
}

static struct config *finish(struct config_parser *parser, bool parsed)
{
	if (parsed && config_ike_check(parser))
		return parser->config;
	config_free(parser->config);
	return NULL;
}

struct config *config_read(const char *path, struct config_error *error)
{
	struct config_parser parser = { .error = error, .include = include_files };

	if (!new_config(&parser))
		return NULL;
	return finish(&parser, parse_file(&parser, path));
}

struct config *config_parse(const char *name, const char *text, size_t length,
			    struct config_error *error)
{
	struct config_parser parser = { .error = error, .file = name };

	if (!new_config(&parser))
		return NULL;
	return finish(&parser, parse_text(&parser, text, length));
}

void config_free(struct config *config)
{
	size_t i;

	if (!config)
		return;
	for (i = 0; i < config->interface_count; i++) {
		free(config->interfaces[i].nhs);
		free(config->interfaces[i].maps);
		free(config->interfaces[i].multicast);
		config_protection_free(&config->interfaces[i].protection);
	}
	for (i = 0; i < config->ike_profile_count; i++)
		config_ike_free(&config->ike_profiles[i]);
	free(config->interfaces);
	free(config->ike_profiles);
	free(config);
}

const struct config_ike_profile *config_find_ike(const struct config *config,
						 const char *name)
{
	size_t i;

	for (i = 0; i < config->ike_profile_count; i++)
		if (!strcmp(config->ike_profiles[i].name, name))
			return &config->ike_profiles[i];
	return NULL;
}

const struct config_interface *config_find(const struct config *config,
					   const char *name)
{
	size_t i;

	for (i = 0; i < config->interface_count; i++)
		if (!strcmp(config->interfaces[i].name, name))
			return &config->interfaces[i];
	return NULL;
}
