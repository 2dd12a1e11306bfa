// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "revoked.h"

#define DIGITS (2 * CERTIFICATE_SERIAL)
#define FILE_MAX (4 << 20)		/* 200,000 serial numbers */

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, CERTIFICATE_SERIAL);
}

static size_t count_lines(const char *text, size_t length)
{
	size_t lines = 1;

	for (size_t i = 0; i < length; i++)
		lines += text[i] == '\n';
	return lines;
}

/* Take away the comment, and blanks at both ends. */
static void trim(const char **line, size_t *length)
{
	const char *comment = memchr(*line, '#', *length);

	if (comment)
		*length = comment - *line;
	while (*length && isspace((unsigned char)**line)) {
		(*line)++;
		(*length)--;
	}
	while (*length && isspace((unsigned char)(*line)[*length - 1]))
		(*length)--;
}

/* Add what is on a line. Return: false if it is no serial number. */
static bool add_line(struct revoked *list, const char *line, size_t length)
{
	size_t size;

	trim(&line, &length);
	if (!length)
		return true;
	if (length != DIGITS ||
	    sodium_hex2bin(list->serials[list->count], CERTIFICATE_SERIAL,
			   line, length, NULL, &size, NULL))
		return false;
	list->count++;
	return true;
}

int revoked_parse(const char *name, const char *text, size_t length,
		  struct revoked *list, struct key_file_error *error)
{
	const char *end = text + length, *line = text, *next;

	list->count = 0;
	list->serials = calloc(count_lines(text, length),
			       sizeof(*list->serials));
	if (!list->serials) {
		snprintf(error->text, sizeof(error->text),
			 "%.300s: out of memory", name);
		return -1;
	}
	for (size_t number = 1; line < end; line = next, number++) {
		next = memchr(line, '\n', end - line);
		next = next ? next + 1 : end;
		if (add_line(list, line, next - line))
			continue;
		snprintf(error->text, sizeof(error->text),
			 "%.300s:%zu: expected a serial number of %d hexadecimal digits",
			 name, number, DIGITS);
		revoked_free(list);
		return -1;
	}
	qsort(list->serials, list->count, sizeof(*list->serials), compare);
	return 0;
}

int revoked_read(const char *path, struct revoked *list,
		 struct key_file_error *error)
{
	char *text = malloc(FILE_MAX);
	ssize_t length = -1;

	memset(list, 0, sizeof(*list));
	if (text)
		length = key_file_read_text(path, text, FILE_MAX, error);
	else
		snprintf(error->text, sizeof(error->text),
			 "%.300s: out of memory", path);
	if (length >= 0 && revoked_parse(path, text, length, list, error))
		length = -1;
	free(text);
	return length < 0 ? -1 : 0;
}

bool revoked_has(const struct revoked *list,
		 const struct certificate *certificate)
{
	return list->count &&
	       bsearch(certificate->serial, list->serials, list->count,
		       sizeof(*list->serials), compare);
}

void revoked_free(struct revoked *list)
{
	free(list->serials);
	memset(list, 0, sizeof(*list));
}
