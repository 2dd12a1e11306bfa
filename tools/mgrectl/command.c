// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "error.h"

const char *command_word(struct command *c)
{
	if (!c->count)
		return NULL;
	c->count--;
	return *c->words++;
}

/* The verb that begins so; NULL: none, or several and no exact one. */
static const struct verb *find_verb(const struct verb *verbs, const char *word)
{
	const struct verb *v, *found = NULL;

	for (v = verbs; v->word; v++) {
		if (!strcmp(v->word, word))
			return v;
		if (strncmp(v->word, word, strlen(word)))
			continue;
		if (found)
			return NULL;
		found = v;
	}
	return found;
}

void command_run(struct command *c, const struct verb *verbs,
		 const char *what, const char *missing)
{
	const char *word = command_word(c);
	const struct verb *v = NULL;
	char allowed[128] = "";
	int length = 0;

	if (!word)
		word = missing;
	if (word)
		v = find_verb(verbs, word);
	if (v) {
		v->run(c);
		return;
	}
	for (v = verbs; v->word && length < (int)sizeof(allowed); v++)
		length += snprintf(allowed + length, sizeof(allowed) - length,
				   " %s", v->word);
	if (word)
		error_at(c->line, EXIT_USAGE, "unknown %s \"%s\", one of:%s",
			 what, word, allowed);
	else
		error_at(c->line, EXIT_USAGE, "%s missing, one of:%s", what,
			 allowed);
}
