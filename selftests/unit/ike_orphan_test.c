// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Outbound SAs that a strongSwan has left in the kernel which was killed.
 */
#include "fake_vici.h"
#include "ike_world.h"
#include "session.h"
#include "test.h"

/* strongSwan has made a child SA with SPOKE1. */
static void makes_child(const struct session *session, unsigned int child)
{
	struct report up = world_spoke1(session->if_id, session->if_id);

	up.child = child;
	world_tell("child-updown", "up=yes", &up);
}

static void assert_deleted(unsigned int count, uint32_t last)
{
	assert_int_equal(world.deletions, count);
	assert_int_equal(world.deleted, last);
}

/* What it left carries traffic until others do so, and not longer. */
static void left_by_a_strongswan(void **state)
{
	struct session *session = world_up();

	(void)state;
	world_restart();
	world_pass(RETRY);
	assert_int_equal(world.deletions, 0);
	makes_child(session, 2);
	world_pass(1000);
	assert_int_equal(world.deletions, 0);
	world_pass(1000);
	assert_deleted(1, 0x2001);
	world_pass(RETRY);
	assert_int_equal(world.deletions, 1);
	assert_int_equal(session->state, SESSION_UP);
}

/* The node calls before strongSwan has listed what there is. */
static void left_and_called(void **state)
{
	struct session *session = world_up();
	struct report up = world_spoke1(session->if_id, session->if_id);

	(void)state;
	up.child = 2;
	fake_vici.listed = world_render("", &up);
	world_restart();
	assert_int_equal(session->state, SESSION_UP);
	world_pass(2000);
	assert_deleted(1, 0x2001);
}

/* The next strongSwan is killed when it has just made new keys. */
static void left_twice(void **state)
{
	struct session *session = world_up();

	(void)state;
	world_restart();
	makes_child(session, 2);
	fake_vici_stop();
	world_run();
	fake_vici_start(node.loop, world.path);
	world_pass(RETRY);
	assert_deleted(1, 0x2001);
	makes_child(session, 3);
	world_pass(2000);
	assert_deleted(2, 0x2002);
}

static void call_fails(const struct session *session)
{
	int i;

	for (i = 0; i < 20 && session->state == SESSION_UP; i++)
		world_pass(2000);
	assert_int_equal(session->state, SESSION_IDLE);
}

/* strongSwan may have no keys yet when it is told to call. */
static void left_while_calls_fail(void **state)
{
	struct session *session = world_up();

	(void)state;
	world_restart();
	call_fails(session);
	world_pass(RETRY);
	assert_int_equal(world.deletions, 0);
	makes_child(session, 2);
	world_pass(2000);
	assert_int_equal(session->state, SESSION_UP);
	assert_deleted(1, 0x2001);
}

static void left_of_no_session(void **state)
{
	struct session *session = world_up();

	(void)state;
	world_restart();
	call_fails(session);
	session_release(session);
	world_pass(SESSION_IDLE_TIME);
	assert_null(world_find(SPOKE1_NBMA, 500));
	assert_int_equal(world.deletions, 0);
	world_pass(60000);
	assert_deleted(1, 0x2001);
}

static void left_and_cleared(void **state)
{
	(void)state;
	world_up();
	world_restart();
	sessions_clear(world.interface, NULL);
	assert_deleted(1, 0x2001);
}

/* The session ends before the next strongSwan is there. */
static void cleared_and_left(void **state)
{
	struct session *session = world_up();

	(void)state;
	fake_vici_stop();
	world_run();
	session_release(session);
	sessions_clear(world.interface, NULL);
	assert_null(world_find(SPOKE1_NBMA, 500));
	world_pass(60000);
	assert_int_equal(world.deletions, 0);
	fake_vici_start(node.loop, world.path);
	world_pass(RETRY);
	world_pass(60000);
	assert_deleted(1, 0x2001);
}

/* It was only that nhrpd could not hear strongSwan. */
static void cleared_and_found(void **state)
{
	struct session *session = world_up();
	struct report up = world_spoke1(session->if_id, session->if_id);

	(void)state;
	fake_vici.listed = world_render("", &up);
	fake_vici_stop();
	world_run();
	sessions_clear(world.interface, NULL);
	fake_vici_start(node.loop, world.path);
	world_pass(RETRY);
	assert_int_equal(session->state, SESSION_UP);
	world_pass(60000);
	assert_int_equal(world.deletions, 0);
}

/* What strongSwan lists, and what it has deleted itself, is none of ours. */
static void nothing_left(void **state)
{
	struct session *session = world_up();
	struct report up = world_spoke1(session->if_id, session->if_id);
	struct report other = up;

	(void)state;
	fake_vici.listed = world_render("", &up);
	world_restart();
	world_pass(RETRY);
	other.ike = other.child = 2;
	world_tell("child-updown", "up=yes", &other);
	world_pass(RETRY);
	sessions_close(world.interface);
	assert_int_equal(world.deletions, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WORLD_TEST(left_by_a_strongswan),
		WORLD_TEST(left_and_called),
		WORLD_TEST(left_twice),
		WORLD_TEST(left_while_calls_fail),
		WORLD_TEST(left_of_no_session),
		WORLD_TEST(left_and_cleared),
		WORLD_TEST(cleared_and_left),
		WORLD_TEST(cleared_and_found),
		WORLD_TEST(nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
