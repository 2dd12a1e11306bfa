/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGRECTL_ERROR_H
#define MGRECTL_ERROR_H

enum exit_status {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1,	/* by the kernel, or not found */
	EXIT_USAGE = 2,		/* the command itself is wrong */
};

/*
 * Commands come from lines of this batch file from now on; NULL: from the
 * command line. The name is kept, not copied.
 */
void error_set_file(const char *file);

/*
 * Print why a command failed, on standard error, after the name of the
 * program or, in a batch, the file and the line (from 1).
 */
__attribute__((format(printf, 3, 4)))
void error_at(unsigned int line, enum exit_status status, const char *format,
	      ...);

/* The highest status of all errors so far. */
int error_exit_status(void);

#endif /* MGRECTL_ERROR_H */
