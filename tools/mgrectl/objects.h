/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command can be about; each takes the rest of the command. */
#ifndef MGRECTL_OBJECTS_H
#define MGRECTL_OBJECTS_H

#include "command.h"

void peer_command(struct command *c);
void map_command(struct command *c);
void dev_command(struct command *c);
void monitor_command(struct command *c);

/* Run one command; the changes it makes are queued, not yet sent. */
void object_command(struct command *c);

/*
 * Run each line of a file ("-": standard input) as a command. A line that
 * fails does not keep the following ones from being carried out.
 */
void batch_run(const char *file);

#endif /* MGRECTL_OBJECTS_H */
