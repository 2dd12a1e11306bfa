// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>

#include "error.h"

static const char *batch_file;
static enum exit_status worst;

void error_set_file(const char *file)
{
	batch_file = file;
}

void error_at(unsigned int line, enum exit_status status, const char *format,
	      ...)
{
	va_list args;

	if (status > worst)
		worst = status;
	fflush(stdout);
	if (batch_file)
		fprintf(stderr, "%s:%u: ", batch_file, line);
	else
		fprintf(stderr, "mgrectl: ");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

int error_exit_status(void)
{
	return worst;
}
