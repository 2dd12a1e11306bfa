// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The log: lines on standard error.
 */
#include "log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LOG_BURST 10
#define LOG_TEXT 512
#define LOG_QUIET 600000	/* ms until log_once() writes the same again */

static const char *log_word(int priority)
{
	switch (priority) {
	case 3:
		return "error: ";
	case 4:
		return "warning: ";
	default:
		return "";
	}
}

/* JOURNAL_STREAM is set when standard error goes to journald. */
static void log_text(int priority, const char *text)
{
	if (getenv("JOURNAL_STREAM"))
		fprintf(stderr, "<%d>%s\n", priority, text);
	else
		fprintf(stderr, "nhrpd: %s%s\n", log_word(priority), text);
}

static void log_write(int priority, const char *format, va_list arguments)
{
	char text[LOG_TEXT];

	vsnprintf(text, sizeof(text), format, arguments);
	log_text(priority, text);
}

void log_line(int priority, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_write(priority, format, arguments);
	va_end(arguments);
}

static uint64_t log_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

static bool log_limit_pass(struct log_limit *limit)
{
	uint64_t now = log_now();
	uint64_t fresh;

	if (!limit->since) {
		limit->since = now;
		limit->tokens = LOG_BURST;
	}
	fresh = (now - limit->since) / 1000;
	if (fresh) {
		limit->since += fresh * 1000;
		fresh += limit->tokens;
		limit->tokens = fresh < LOG_BURST ? fresh : LOG_BURST;
	}
	if (!limit->tokens) {
		limit->suppressed++;
		return false;
	}
	limit->tokens--;
	return true;
}

/* Whether a line may be written; tells how many before it were not. */
static bool log_limit_open(struct log_limit *limit, int priority)
{
	if (!log_limit_pass(limit))
		return false;
	if (limit->suppressed) {
		log_line(priority, "%lu lines like the next left out",
			 limit->suppressed);
		limit->suppressed = 0;
	}
	return true;
}

bool log_limited(struct log_limit *limit, int priority,
		 const char *format, ...)
{
	va_list arguments;

	if (!log_limit_open(limit, priority))
		return false;
	va_start(arguments, format);
	log_write(priority, format, arguments);
	va_end(arguments);
	return true;
}

/* FNV-1a. */
static uint64_t log_hash(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return hash;
}

void log_once(struct log_limit *limit, int priority, const char *format, ...)
{
	struct log_recent *recent;
	char text[LOG_TEXT];
	va_list arguments;
	uint64_t hash;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	hash = log_hash(text);
	recent = &limit->recent[hash % LOG_RECENT];
	if (recent->since && recent->hash == hash &&
	    log_now() - recent->since < LOG_QUIET)
		return;
	if (!log_limit_open(limit, priority))
		return;
	recent->hash = hash;
	recent->since = log_now();
	log_text(priority, text);
}
