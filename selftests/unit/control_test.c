// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nhrpd's control socket: framing, refusals, slow readers and monitors, with
 * real sockets and a real loop, on a daemon without interfaces.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include "control.h"
#include "daemon.h"
#include "event.h"
#include "purge.h"
#include "show.h"
#include "test.h"

#define DEADLINE 10000	/* ms */
#define ANSWER_MAX (1 << 20)

static uv_loop_t loop;
static struct daemon served;
static struct control *control;
static char folder[] = "/tmp/control_testXXXXXX";
static char path[100];
static char answer[ANSWER_MAX];

/* What the daemon would do. */

static struct json_object *one_entry(void)
{
	struct json_object *array = json_object_new_array();

	json_object_array_add(array, json_object_new_string("entry"));
	return array;
}

struct json_object *show_cache(struct daemon *d, enum show_family family)
{
	(void)d;
	return family == SHOW_IPV6 ? json_object_new_array() : one_entry();
}

struct json_object *show_nhrp(struct daemon *d, enum show_family family)
{
	return show_cache(d, family);
}

/* An answer that no socket takes at once. */
struct json_object *show_shortcut(struct daemon *d, enum show_family family)
{
	struct json_object *array = json_object_new_array();

	(void)d;
	(void)family;
	for (int i = 0; i < 60000; i++)
		json_object_array_add(array, json_object_new_string(
					      "0123456789"));
	return array;
}

struct json_object *show_nhs(struct daemon *d, enum show_family family)
{
	return show_cache(d, family);
}

struct json_object *show_dmvpn(struct daemon *d, enum show_family family)
{
	return show_cache(d, family);
}

struct json_object *show_traffic(struct daemon *d)
{
	return show_cache(d, SHOW_BOTH);
}

struct json_object *show_crypto(struct daemon *d)
{
	return show_cache(d, SHOW_BOTH);
}

struct json_object *show_session(const struct session *session)
{
	(void)session;
	return json_object_new_object();
}

unsigned int sessions_clear(struct interface *interface,
			    const struct nhrp_address *nbma)
{
	(void)interface;
	return nbma ? 1 : 2;
}

struct json_object *show_cache_entry(const struct cache_entry *entry)
{
	(void)entry;
	return json_object_new_object();
}

struct json_object *show_resolution(const struct resolution *resolution)
{
	(void)resolution;
	return json_object_new_object();
}

struct json_object *show_shortcut_entry(const struct shortcut *shortcut)
{
	(void)shortcut;
	return json_object_new_object();
}

struct json_object *show_nhc(const struct nhc *nhc)
{
	(void)nhc;
	return json_object_new_object();
}

struct json_object *show_address(const struct nhrp_address *address)
{
	(void)address;
	return NULL;
}

unsigned int purge_local(struct interface *interface,
			 const struct nhrp_address *protocol, uint8_t family)
{
	(void)interface;
	(void)protocol;
	(void)family;
	return 0;
}

unsigned int purge_address(struct interface *interface,
			   const struct nhrp_address *address)
{
	(void)interface;
	(void)address;
	return 0;
}

int daemon_reload(struct daemon *d, char **error)
{
	(void)d;
	*error = strdup("file:3: holdtme: unknown word");
	return -1;
}

static unsigned int shutdowns;

void daemon_shutdown(struct daemon *d)
{
	(void)d;
	shutdowns++;
}

/* Clients. */

static int start(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/run/sock", folder);
	uv_loop_init(&loop);
	served.loop = &loop;
	control = control_start(&served, path);
	return control ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	control_stop(control);
	uv_run(&loop, UV_RUN_DEFAULT);
	if (uv_loop_close(&loop))
		return -1;
	/* The name of the socket is gone, so both folders are empty. */
	snprintf(path, sizeof(path), "%s/run", folder);
	return rmdir(path) || rmdir(folder) ? -1 : 0;
}

static int client(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(address.sun_path, path);
	assert_int_equal(connect(fd, (struct sockaddr *)&address,
				 sizeof(address)), 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void turn(void)
{
	uv_run(&loop, UV_RUN_NOWAIT);
	usleep(100);
}

static void put(int fd, const char *text)
{
	size_t length = strlen(text);

	while (length) {
		ssize_t written = write(fd, text, length);

		if (written > 0) {
			text += written;
			length -= written;
		}
		turn();
	}
}

/* The next line, without its newline; NULL if the daemon closed. */
static const char *get(int fd)
{
	size_t filled = 0;

	for (int i = 0; i < DEADLINE * 10; i++) {
		ssize_t got = read(fd, answer + filled, 1);

		if (!got || (got < 0 && errno != EAGAIN))
			return NULL;
		if (got < 0) {
			turn();
			continue;
		}
		if (answer[filled] == '\n') {
			answer[filled] = '\0';
			return answer;
		}
		filled++;
		i = 0;
		assert_true(filled < ANSWER_MAX);
	}
	fail_msg("no answer");
	return NULL;
}

static void answers_commands(void **state)
{
	int fd = client();

	(void)state;
	put(fd, "{\"command\":[\"show\",\"cache\"]}\n");
	assert_string_equal(get(fd), "{\"status\":0,\"data\":[\"entry\"]}");
	put(fd, "{\"command\":[\"show\",\"cache\",\"ipv6\"]}\n");
	assert_string_equal(get(fd), "{\"status\":0,\"data\":[]}");
	put(fd, "{\"command\":[\"clear\",\"cache\"]}\n");
	assert_string_equal(get(fd), "{\"status\":0,\"data\":{\"cleared\":0}}");
	put(fd, "{\"command\":[\"purge\",\"9.0.0.2\"]}\n");
	assert_string_equal(get(fd), "{\"status\":0,\"data\":{\"told\":0}}");
	put(fd, "{\"command\":[\"shutdown\"]}\n");
	assert_string_equal(get(fd), "{\"status\":0,\"data\":{}}");
	assert_int_equal(shutdowns, 1);
	close(fd);
}

static void refuses_what_is_wrong(void **state)
{
	static const struct {
		const char *request;
		const char *error;
	} wrong[] = {
		{ "\n", "a request is {\"command\":[words]}" },
		{ "show cache\n", "a request is {\"command\":[words]}" },
		{ "[]\n", "a request is {\"command\":[words]}" },
		{ "{}\n", "a request is {\"command\":[words]}" },
		{ "{\"command\":\"show\"}\n",
		  "a request is {\"command\":[words]}" },
		{ "{\"command\":[]}\n", "unknown command [ ]" },
		{ "{\"command\":[null]}\n", "unknown command [ null ]" },
		{ "{\"command\":[\"show\"]}\n", "unknown command [ \"show\" ]" },
		{ "{\"command\":[\"show\",\"all\"]}\n",
		  "unknown command [ \"show\", \"all\" ]" },
		{ "{\"command\":[\"show\",\"cache\",7]}\n",
		  "cache: too many words" },
		{ "{\"command\":[\"show\",\"cache\",\"ipv5\"]}\n",
		  "'ipv5': expected ipv4 or ipv6" },
		{ "{\"command\":[\"show\",\"traffic\",\"x\"]}\n",
		  "traffic: too many words" },
		{ "{\"command\":[\"show\",\"cache\",\"ipv4\",\"x\"]}\n",
		  "cache: too many words" },
		{ "{\"command\":[\"purge\"]}\n",
		  "purge: an address must follow" },
		{ "{\"command\":[\"purge\",\"hub\"]}\n",
		  "'hub' is not an IPv4 or IPv6 address" },
		{ "{\"command\":[\"clear\",\"cache\",\"9.0.0.256\"]}\n",
		  "'9.0.0.256' is not an IPv4 or IPv6 address" },
		{ "{\"command\":[\"clear\",\"crypto\",\"hub\"]}\n",
		  "'hub' is not an IPv4 or IPv6 address" },
		{ "{\"command\":[\"reload\"]}\n",
		  "file:3: holdtme: unknown word" },
	};
	int fd = client();

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct json_object *object, *value;

		put(fd, wrong[i].request);
		object = json_tokener_parse(get(fd));
		assert_true(json_object_object_get_ex(object, "status",
						      &value));
		assert_int_equal(json_object_get_int(value), 1);
		assert_true(json_object_object_get_ex(object, "error",
						      &value));
		assert_string_equal(json_object_get_string(value),
				    wrong[i].error);
		json_object_put(object);
	}
	close(fd);
}

static void joins_pieces_and_splits_lines(void **state)
{
	static const char request[] = "{\"command\":[\"show\",\"traffic\"]}\n";
	int fd = client();

	(void)state;
	for (size_t i = 0; request[i]; i++) {
		char piece[2] = { request[i] };

		put(fd, piece);
	}
	assert_string_equal(get(fd), "{\"status\":0,\"data\":[\"entry\"]}");
	put(fd, "{\"command\":[\"show\",\"nhs\"]}\n[]\n{\"command\":[\"show\","
	    "\"traffic\"]}\n");
	assert_string_equal(get(fd), "{\"status\":0,\"data\":[\"entry\"]}");
	assert_non_null(strstr(get(fd), "\"status\":1"));
	assert_string_equal(get(fd), "{\"status\":0,\"data\":[\"entry\"]}");
	close(fd);
}

static void refuses_a_line_without_end(void **state)
{
	static char line[4097];
	int fd = client();

	(void)state;
	memset(line, 'x', sizeof(line) - 1);
	put(fd, line);
	assert_string_equal(get(fd), "{\"status\":1,\"error\":\"a command has "
			    "at most 4095 bytes\"}");
	assert_null(get(fd));
	close(fd);
}

/* A client that does not read what it asked for must not fill the memory. */
static void waits_for_slow_readers(void **state)
{
	static const char request[] = "{\"command\":[\"show\",\"shortcut\"]}\n";
	int fd = client();
	unsigned int accepted = 0, answers = 0;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		if (write(fd, request, sizeof(request) - 1) > 0)
			accepted++;
		else
			break;
		turn();
	}
	assert_true(accepted < 100000);
	while (answers < 3) {
		assert_non_null(strstr(get(fd), "0123456789"));
		answers++;
	}
	close(fd);
	for (int i = 0; i < 100; i++)
		turn();
}

static void emit(const char *reason)
{
	const struct event event = {
		.type = EVENT_PACKET_DROP,
		.reason = reason,
	};

	event_emit(&served.events, &event);
}

static void monitors_get_events(void **state)
{
	int fd = client();

	(void)state;
	put(fd, "{\"command\":[\"monitor\"]}\n");
	assert_string_equal(get(fd), "{\"status\":0,\"data\":{}}");
	put(fd, "{\"command\":[\"shutdown\"]}\n");
	emit("loop");
	assert_non_null(strstr(get(fd), "\"event\":\"packet-drop\","
			       "\"reason\":\"loop\""));
	assert_int_equal(shutdowns, 1);
	close(fd);
	for (int i = 0; i < 100; i++)
		turn();
	assert_null(served.events.subscribers);
	emit("nobody listens");
}

static void monitors_that_do_not_read_lose_events(void **state)
{
	int fd = client();
	int64_t seen = 0, lost = 0, emitted = 20000;

	(void)state;
	put(fd, "{\"command\":[\"monitor\"]}\n");
	assert_non_null(get(fd));
	for (int64_t i = 0; i < emitted; i++)
		emit("some reason that is as long as they usually are");
	while (!lost) {
		struct json_object *object = json_tokener_parse(get(fd));
		struct json_object *count;

		if (json_object_object_get_ex(object, "count", &count))
			lost = json_object_get_int64(count);
		else
			seen++;
		json_object_put(object);
	}
	assert_int_equal(seen + lost, emitted);
	assert_true(seen > 100);
	emit("after");
	assert_non_null(strstr(get(fd), "\"reason\":\"after\""));
	close(fd);
}

static void the_socket_is_not_for_everybody(void **state)
{
	struct stat info;

	(void)state;
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0660);
}

static void one_daemon_a_socket(void **state)
{
	int fd;

	(void)state;
	assert_null(control_start(&served, path));
	uv_run(&loop, UV_RUN_NOWAIT);
	fd = client();
	put(fd, "{\"command\":[\"show\",\"nhs\"]}\n");
	assert_non_null(get(fd));
	close(fd);
}

static void replaces_a_socket_left_over(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char other[100];
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct control *second;

	(void)state;
	snprintf(other, sizeof(other), "%s/other", folder);
	strcpy(address.sun_path, other);
	assert_int_equal(bind(fd, (struct sockaddr *)&address,
			      sizeof(address)), 0);
	close(fd);
	second = control_start(&served, other);
	assert_non_null(second);
	control_stop(second);
	assert_int_equal(access(other, F_OK), -1);
}

static void refuses_long_names(void **state)
{
	char name[200];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[0] = '/';
	name[sizeof(name) - 1] = '\0';
	assert_null(control_start(&served, name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_commands),
		cmocka_unit_test(refuses_what_is_wrong),
		cmocka_unit_test(joins_pieces_and_splits_lines),
		cmocka_unit_test(refuses_a_line_without_end),
		cmocka_unit_test(waits_for_slow_readers),
		cmocka_unit_test(monitors_get_events),
		cmocka_unit_test(monitors_that_do_not_read_lose_events),
		cmocka_unit_test(the_socket_is_not_for_everybody),
		cmocka_unit_test(one_daemon_a_socket),
		cmocka_unit_test(replaces_a_socket_left_over),
		cmocka_unit_test(refuses_long_names),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
