/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command: the words of one line, taken from left to right. */
#ifndef MGRECTL_COMMAND_H
#define MGRECTL_COMMAND_H

#include <stdbool.h>

struct command {
	char **words;		/* not yet taken */
	int count;
	unsigned int line;	/* of the batch file, from 1 */
};

/* What can stand in one place of a command. */
struct verb {
	const char *word;
	void (*run)(struct command *c);
};

/* The next word, taken; NULL: there is none. */
const char *command_word(struct command *c);

/*
 * Take a verb, which may be shortened to any unique beginning, and run it.
 * verbs ends with an empty entry. A missing word means the verb "missing"; if
 * that is NULL it is an error, like an unknown word. what says what is
 * wanted, for the message.
 */
void command_run(struct command *c, const struct verb *verbs,
		 const char *what, const char *missing);

#endif /* MGRECTL_COMMAND_H */
