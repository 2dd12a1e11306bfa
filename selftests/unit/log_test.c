// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The log: what strangers can provoke does not fill it.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "test.h"

static struct log_limit limit;
static FILE *file;
static int saved;

static int redirect(void **state)
{
	(void)state;
	memset(&limit, 0, sizeof(limit));
	file = tmpfile();
	assert_non_null(file);
	fflush(stderr);
	saved = dup(STDERR_FILENO);
	return dup2(fileno(file), STDERR_FILENO) < 0;
}

static int restore(void **state)
{
	(void)state;
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	return fclose(file);
}

static void assert_lines(const char *expected)
{
	char text[1024];
	size_t length;

	fflush(stderr);
	rewind(file);
	length = fread(text, 1, sizeof(text) - 1, file);
	text[length] = '\0';
	assert_string_equal(text, expected);
}

static void the_same_line_is_written_once(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 50; i++) {
		log_once(&limit, 4, "refused: %s", "a");
		log_once(&limit, 4, "refused: %s", "b");
	}
	assert_lines("nhrpd: warning: refused: a\n"
		     "nhrpd: warning: refused: b\n");
	assert_int_equal(limit.suppressed, 0);
}

/* What the limit held back is not taken for written. */
static void a_line_left_out_comes_later(void **state)
{
	(void)state;
	log_once(&limit, 4, "another");
	limit.tokens = 0;
	log_once(&limit, 4, "refused");
	assert_int_equal(limit.suppressed, 1);
	limit.tokens = 1;
	log_once(&limit, 4, "refused");
	assert_lines("nhrpd: warning: another\n"
		     "nhrpd: warning: 1 lines like the next left out\n"
		     "nhrpd: warning: refused\n");
}

#define log_test(test) cmocka_unit_test_setup_teardown(test, redirect, restore)

int main(void)
{
	const struct CMUnitTest tests[] = {
		log_test(the_same_line_is_written_once),
		log_test(a_line_left_out_comes_later),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
