// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The connection to strongSwan: made, used, broken, made again.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fake_clock.h"
#include "fake_vici.h"
#include "ike/vici_client.h"
#include "test.h"

#define RETRY 10000	/* ms; longer than any wait between two tries */

static uv_loop_t loop;
static char path[64];
static struct vici_client *client;
static unsigned int connected, disconnected, events, answers;
static uint32_t last_tag;
static bool known;
static char reason[64];
static bool free_on_event;

static void on_connected(void *context)
{
	(void)context;
	connected++;
}

static void on_disconnected(void *context, const char *why)
{
	(void)context;
	disconnected++;
	snprintf(reason, sizeof(reason), "%s", why);
}

static void on_event(void *context, const struct vici_string *name,
		     struct vici_reader *message)
{
	struct vici_item item;

	(void)context;
	assert_true(vici_equal(name, "log"));
	while (vici_next(message, &item))
		;
	events++;
	if (!free_on_event)
		return;
	vici_client_free(client);
	client = NULL;
}

static void on_answer(void *context, uint32_t tag, struct vici_reader *reply)
{
	(void)context;
	answers++;
	last_tag = tag;
	known = reply;
}

static int begin(void **state)
{
	static const struct vici_client_events callbacks = {
		.connected = on_connected,
		.disconnected = on_disconnected,
		.event = on_event,
	};
	static const char *const registered[] = { "log", "list-sa", NULL };

	(void)state;
	memset(&fake_vici, 0, sizeof(fake_vici));
	fake_vici.answer = "success=yes";
	connected = disconnected = events = answers = 0;
	free_on_event = false;
	snprintf(path, sizeof(path), "/tmp/vici-test-%d", getpid());
	assert_int_equal(uv_loop_init(&loop), 0);
	client = vici_client_new(&loop, path, registered, &callbacks, NULL);
	assert_non_null(client);
	return 0;
}

static int end(void **state)
{
	(void)state;
	vici_client_free(client);
	fake_vici_stop();
	uv_run(&loop, UV_RUN_DEFAULT);
	unlink(path);
	return uv_loop_close(&loop);
}

static void meet(void)
{
	fake_vici_start(&loop, path);
	fake_clock_advance(&loop, RETRY);
	fake_vici_run(&loop);
	assert_true(vici_client_connected(client));
}

static void send_version(uint32_t tag)
{
	struct vici_request request;

	vici_begin(&request, VICI_REQUEST, "version");
	vici_client_send(client, &request, on_answer, tag);
	fake_vici_run(&loop);
}

static void connects_and_registers(void **state)
{
	(void)state;
	meet();
	assert_int_equal(connected, 1);
	assert_int_equal(fake_vici.registered, 2);
	send_version(7);
	assert_int_equal(answers, 1);
	assert_int_equal(last_tag, 7);
	assert_true(known);
	fake_vici.answer = NULL;
	send_version(8);
	assert_int_equal(last_tag, 8);
	assert_false(known);
}

static void waits_for_it(void **state)
{
	unsigned int tries;

	(void)state;
	for (tries = 1; tries < 5; tries++) {
		fake_clock_advance(&loop, RETRY);
		fake_vici_run(&loop);
		assert_int_equal(disconnected, tries);
	}
	send_version(1);
	assert_int_equal(answers, 0);
	meet();
	send_version(1);
	assert_int_equal(answers, 1);
}

static void survives_a_restart(void **state)
{
	(void)state;
	meet();
	fake_vici_stop();
	fake_vici_run(&loop);
	assert_int_equal(disconnected, 1);
	assert_string_equal(reason, "it has ended");
	assert_false(vici_client_connected(client));
	meet();
	assert_int_equal(connected, 2);
	assert_int_equal(fake_vici.registered, 4);
}

/* Nobody asks it a second time for what it owes an answer. */
static void hangs(void **state)
{
	(void)state;
	meet();
	send_version(1);
	fake_clock_advance(&loop, 61000);
	fake_vici.hung = true;
	send_version(2);
	fake_clock_advance(&loop, 60000);
	send_version(3);
	assert_true(vici_client_connected(client));
	fake_clock_advance(&loop, 1);
	send_version(4);
	assert_int_equal(disconnected, 1);
	assert_string_equal(reason, "does not answer");
	assert_int_equal(answers, 1);
}

static void events_come_between(void **state)
{
	(void)state;
	meet();
	fake_vici_event("log", "msg=hello");
	send_version(1);
	fake_vici_event("log", "msg=hello");
	fake_vici_run(&loop);
	assert_int_equal(events, 2);
	assert_int_equal(answers, 1);
}

/* A packet may come in pieces, and pieces of several at once. */
static void pieces(void **state)
{
	static const char two[] = "\0\0\0\5\7\3log\0\0\0\5\7\3log";
	size_t i;

	(void)state;
	meet();
	for (i = 0; i < sizeof(two) - 1; i++) {
		fake_vici_raw(two + i, 1);
		fake_vici_run(&loop);
	}
	assert_int_equal(events, 2);
	fake_vici_raw(two, sizeof(two) - 1);
	fake_vici_run(&loop);
	assert_int_equal(events, 4);
}

static void hang_up_on(const void *bytes, size_t length)
{
	unsigned int before = disconnected;

	meet();
	fake_vici_raw(bytes, length);
	fake_vici_run(&loop);
	assert_int_equal(disconnected, before + 1);
	fake_vici_stop();
	fake_vici_run(&loop);
}

static void garbage(void **state)
{
	(void)state;
	hang_up_on("\0\0\0\1\11", 5);		/* no such type */
	hang_up_on("\0\0\0\2\7\5", 6);		/* a name cut short */
	hang_up_on("\0\0\0\0", 4);		/* nothing at all */
	hang_up_on("\377\377\377\377", 4);	/* too long */
	hang_up_on("\0\0\0\1\1", 5);		/* an answer to nothing */
	hang_up_on("\0\0\0\4\0\2ab", 8);	/* a command to us */
	assert_string_equal(reason, "not understood");
}

static void freed_while_it_reads(void **state)
{
	(void)state;
	meet();
	free_on_event = true;
	fake_vici_event("log", "msg=a");
	fake_vici_event("log", "msg=b");
	fake_vici_run(&loop);
	assert_int_equal(events, 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(connects_and_registers,
						begin, end),
		cmocka_unit_test_setup_teardown(waits_for_it, begin, end),
		cmocka_unit_test_setup_teardown(survives_a_restart, begin,
						end),
		cmocka_unit_test_setup_teardown(hangs, begin, end),
		cmocka_unit_test_setup_teardown(events_come_between, begin,
						end),
		cmocka_unit_test_setup_teardown(pieces, begin, end),
		cmocka_unit_test_setup_teardown(garbage, begin, end),
		cmocka_unit_test_setup_teardown(freed_while_it_reads, begin,
						end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
