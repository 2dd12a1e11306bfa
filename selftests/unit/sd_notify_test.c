// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What systemd is told, by a socket in its place, and what it hands over.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sd_notify.h"
#include "test.h"

static int manager = -1;
static char folder[] = "/tmp/sd_notify_testXXXXXX";

/* Listen at a path, or at a name without a file if it begins with an @. */
static void listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t length = offsetof(struct sockaddr_un, sun_path);

	memcpy(address.sun_path, path, strlen(path));
	if (*path == '@')
		address.sun_path[0] = '\0';
	length += strlen(path);
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_true(manager >= 0);
	assert_int_equal(bind(manager, (struct sockaddr *)&address, length), 0);
	setenv("NOTIFY_SOCKET", path, 1);
}

static int manager_at_path(void **state)
{
	char path[80];

	(void)state;
	snprintf(path, sizeof(path), "%s/notify", folder);
	unlink(path);
	listen_at(path);
	return 0;
}

static int manager_without_file(void **state)
{
	char path[80];

	(void)state;
	snprintf(path, sizeof(path), "@%s", folder);
	listen_at(path);
	return 0;
}

static int manager_gone(void **state)
{
	(void)state;
	close(manager);
	unsetenv("NOTIFY_SOCKET");
	return 0;
}

/* Read one message; returns its descriptor or -1. */
static int expect_message(const char *wanted)
{
	char text[512] = "", room[CMSG_SPACE(4 * sizeof(int))];
	struct iovec vector = { text, sizeof(text) - 1 };
	struct msghdr message = {
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = sizeof(room),
	};
	struct cmsghdr *header;
	int fd;

	assert_true(recvmsg(manager, &message, 0) >= 0);
	assert_string_equal(text, wanted);
	header = CMSG_FIRSTHDR(&message);
	if (!header)
		return -1;
	assert_int_equal(header->cmsg_type, SCM_RIGHTS);
	assert_int_equal(header->cmsg_len, CMSG_LEN(sizeof(int)));
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

static bool same_file(int a, int b)
{
	struct stat one, other;

	return !fstat(a, &one) && !fstat(b, &other) &&
	       one.st_ino == other.st_ino && one.st_dev == other.st_dev;
}

static void state_is_sent(void **state)
{
	(void)state;
	sd_notify_send("READY=1");
	assert_int_equal(expect_message("READY=1"), -1);
}

static void descriptor_is_stored(void **state)
{
	int sent = socket(AF_INET, SOCK_DGRAM, 0);
	int got;

	(void)state;
	assert_true(sd_notify_store("udp-2332", sent));
	got = expect_message("FDSTORE=1\nFDNAME=udp-2332\nFDPOLL=0");
	assert_true(got >= 0);
	assert_true(same_file(sent, got));
	close(got);
	close(sent);
	sd_notify_forget("udp-2332");
	assert_int_equal(expect_message("FDSTOREREMOVE=1\nFDNAME=udp-2332"),
			 -1);
}

/* The last to be tested: it is for good. */
static void nothing_is_forgotten_at_the_end(void **state)
{
	(void)state;
	sd_notify_stopping();
	assert_int_equal(expect_message("STOPPING=1"), -1);
	sd_notify_forget("udp-2332");
	sd_notify_send("READY=1");
	assert_int_equal(expect_message("READY=1"), -1);
}

static void nobody_is_told(void **state)
{
	(void)state;
	unsetenv("NOTIFY_SOCKET");
	sd_notify_send("READY=1");
	assert_false(sd_notify_store("name", 0));
	setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1);
	assert_false(sd_notify_store("name", 0));
	unsetenv("NOTIFY_SOCKET");
}

/* ---- being handed descriptors, each time in a process of its own ---- */

/* As after exec by systemd: a pipe at each of the first descriptors. */
static void handed(unsigned int count, const char *names, pid_t whose)
{
	char text[20];
	int pipes[2];
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (pipe(pipes) || dup2(pipes[0], 100) < 0)
			_exit(99);
		close(pipes[0]);
		close(pipes[1]);
		dup2(100, 3 + i);
		close(100);
	}
	snprintf(text, sizeof(text), "%u", count);
	setenv("LISTEN_FDS", text, 1);
	snprintf(text, sizeof(text), "%d", whose);
	setenv("LISTEN_PID", text, 1);
	if (names)
		setenv("LISTEN_FDNAMES", names, 1);
	else
		unsetenv("LISTEN_FDNAMES");
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* The line of the first step that went wrong, or 0. */
#define STEP(condition) \
	do { \
		if (!(condition)) \
			_exit(__LINE__ % 98 + 1); \
	} while (0)

/* Away from where systemd puts descriptors. */
static void manager_moves(void)
{
	if (manager < 3 || manager > 20)
		return;
	STEP(dup2(manager, 200) == 200);
	manager = 200;
}

static void take_steps(void)
{
	manager_moves();
	handed(3, "other:udp-2332:more", getpid());
	STEP(sd_notify_take("udp-233") == -1);
	STEP(sd_notify_take("udp-2332:more") == -1);
	STEP(sd_notify_take("udp-2332") == 4);
	STEP(fcntl(4, F_GETFD) == FD_CLOEXEC);
	STEP(sd_notify_take("udp-2332") == -1);
	sd_notify_close_others();
	STEP(!is_open(3) && is_open(4) && !is_open(5));
	STEP(sd_notify_take("other") == -1);
}

static void stranger_steps(void)
{
	handed(2, "one:two", getppid());
	STEP(sd_notify_take("one") == -1);
	sd_notify_close_others();
	STEP(is_open(3) && is_open(4));
}

static void nameless_steps(void)
{
	handed(2, NULL, getpid());
	STEP(sd_notify_take("") == -1);
	STEP(sd_notify_take("unknown") == -1);
	sd_notify_close_others();
	STEP(!is_open(3) && !is_open(4));
}

static void few_names_steps(void)
{
	handed(3, ":two", getpid());
	STEP(sd_notify_take("") == -1);
	STEP(sd_notify_take("two") == 4);
	sd_notify_close_others();
	STEP(!is_open(3) && is_open(4) && !is_open(5));
}

/* More than there are, and more than are looked at. */
static void many_steps(void)
{
	handed(1, "one", getpid());
	setenv("LISTEN_FDS", "4000000000", 1);
	STEP(sd_notify_take("one") == 3);
	sd_notify_close_others();
	STEP(is_open(3));
}

static void in_child(void (*steps)(void))
{
	pid_t child = fork();
	int status;

	if (!child) {
		steps();
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void named_one_is_taken(void **state)
{
	(void)state;
	in_child(take_steps);
	assert_int_equal(expect_message("FDSTOREREMOVE=1\nFDNAME=other"), -1);
	assert_int_equal(expect_message("FDSTOREREMOVE=1\nFDNAME=more"), -1);
}

static void those_of_others_stay(void **state)
{
	(void)state;
	in_child(stranger_steps);
}

static void nameless_are_closed(void **state)
{
	(void)state;
	in_child(nameless_steps);
	in_child(few_names_steps);
}

static void numbers_are_bounded(void **state)
{
	(void)state;
	in_child(many_steps);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	char path[80];

	(void)state;
	snprintf(path, sizeof(path), "%s/notify", folder);
	unlink(path);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(state_is_sent, manager_at_path,
						manager_gone),
		cmocka_unit_test_setup_teardown(descriptor_is_stored,
						manager_at_path, manager_gone),
		cmocka_unit_test_setup_teardown(descriptor_is_stored,
						manager_without_file,
						manager_gone),
		cmocka_unit_test(nobody_is_told),
		cmocka_unit_test_setup_teardown(named_one_is_taken,
						manager_at_path, manager_gone),
		cmocka_unit_test(those_of_others_stay),
		cmocka_unit_test(nameless_are_closed),
		cmocka_unit_test(numbers_are_bounded),
		cmocka_unit_test_setup_teardown(nothing_is_forgotten_at_the_end,
						manager_at_path, manager_gone),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
