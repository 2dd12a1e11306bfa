/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A strongSwan that only listens and says what a test wants.
 *
 * Messages are written as text: "up=yes NAME { key=value list=[a,b] }".
 */
#ifndef SELFTESTS_UNIT_FAKE_VICI_H
#define SELFTESTS_UNIT_FAKE_VICI_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#define FAKE_COMMANDS 64

/**
 * struct fake_vici - all there is
 * @connections: accepted so far
 * @registered: events that somebody registered for
 * @commands: names and messages, in the order they came
 * @count: how many
 * @answer: what commands are answered with; NULL: it doesn't know them
 * @listed: the "list-sa" event that comes before the answer to "list-sas", or
 *	    NULL
 * @held: the answer to "get-conns"; NULL: it doesn't know that
 * @hung: commands get no answer at all
 */
struct fake_vici {
	unsigned int connections;
	unsigned int registered;
	struct fake_command {
		char name[32];
		char text[2048];
	} commands[FAKE_COMMANDS];
	size_t count;
	const char *answer;
	const char *listed;
	const char *held;
	bool hung;
};

extern struct fake_vici fake_vici;

/** fake_vici_start - listen; the rest of what there is remains as it was */
void fake_vici_start(uv_loop_t *loop, const char *path);

/** fake_vici_stop - end, with all connections */
void fake_vici_stop(void);

/** fake_vici_run - let both sides send and receive what they have to */
void fake_vici_run(uv_loop_t *loop);

/** fake_vici_event - tell of an event */
void fake_vici_event(const char *name, const char *text);

/** fake_vici_raw - send bytes as they are */
void fake_vici_raw(const void *bytes, size_t length);

/** fake_vici_take - the next command of a name, or NULL; those before it are
 * forgotten
 */
const char *fake_vici_take(const char *name);

#endif /* SELFTESTS_UNIT_FAKE_VICI_H */
