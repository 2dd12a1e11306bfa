/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log: lines on standard error, each with a syslog priority that journald
 * understands when standard error is its pipe.
 */
#ifndef NHRPD_LOG_H
#define NHRPD_LOG_H

#include <stdbool.h>
#include <stdint.h>

#define log_error(...) log_line(3, __VA_ARGS__)
#define log_warning(...) log_line(4, __VA_ARGS__)
#define log_info(...) log_line(6, __VA_ARGS__)

/** log_line - write one line; @priority is that of syslog(3) */
__attribute__((format(printf, 2, 3)))
void log_line(int priority, const char *format, ...);

#define LOG_RECENT 256

/** struct log_recent - a line that was written: its hash, and when, ms */
struct log_recent {
	uint64_t hash;
	uint64_t since;
};

/**
 * struct log_limit - lets a burst of lines through, then a few a second
 * @tokens: lines that may still be written now
 * @since: when tokens were last added, ms of the monotonic clock
 * @suppressed: lines left out since the last one written
 * @recent: by log_once(), a line's place is by its hash
 */
struct log_limit {
	unsigned int tokens;
	uint64_t since;
	unsigned long suppressed;
	struct log_recent recent[LOG_RECENT];
};

/**
 * log_limited - write a line that a stranger can provoke
 *
 * At most 10 lines at once and one a second later on; the next line that is
 * written tells how many were not. Return: whether this one was written.
 */
__attribute__((format(printf, 3, 4)))
bool log_limited(struct log_limit *limit, int priority,
		 const char *format, ...);

/**
 * log_once - likewise, but not a line that was written in the last ten minutes
 */
__attribute__((format(printf, 3, 4)))
void log_once(struct log_limit *limit, int priority, const char *format, ...);

#endif /* NHRPD_LOG_H */
