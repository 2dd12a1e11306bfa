// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "netlink.h"
#include "objects.h"

/* More than the longest command has. */
#define WORDS_MAX	64

/* Run one line, which is cut into its words; # begins a comment. */
static void run_line(char *text, unsigned int line)
{
	char *words[WORDS_MAX], *rest, *word;
	struct command c = {
		.words = words,
		.line = line,
	};

	text[strcspn(text, "#\n")] = '\0';
	for (word = strtok_r(text, " \t\r", &rest); word;
	     word = strtok_r(NULL, " \t\r", &rest)) {
		if (c.count == WORDS_MAX) {
			error_at(line, EXIT_USAGE, "more than %d words",
				 WORDS_MAX);
			return;
		}
		words[c.count++] = word;
	}
	if (c.count)
		object_command(&c);
}

void batch_run(const char *file)
{
	bool input = !strcmp(file, "-");
	FILE *f = input ? stdin : fopen(file, "r");
	unsigned int line = 0;
	char *text = NULL;
	size_t size = 0;

	if (!f) {
		error_at(0, EXIT_REFUSED, "%s: %s", file, strerror(errno));
		return;
	}
	error_set_file(file);
	while (getline(&text, &size, f) >= 0)
		run_line(text, ++line);
	netlink_commit();
	free(text);
	if (!input)
		fclose(f);
}
