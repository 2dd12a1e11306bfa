// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions by themselves: who is found, started, kept and dropped when.
 */
#include <string.h>

#include "exchange.h"
#include "fake_session.h"
#include "test.h"

static struct interface *interface;

static int protected_hub(void **state)
{
	(void)state;
	memset(&fake_exchange, 0, sizeof(fake_exchange));
	exchange_hub("protection native\npsk file psk\n");
	interface = exchange_interface();
	return 0;
}

static struct session *get(const char *text, uint16_t port)
{
	struct nhrp_address nbma = fake_address(text);

	return session_get(interface, &nbma, port);
}

static struct session *find(const char *text, uint16_t port)
{
	struct nhrp_address nbma = fake_address(text);

	return session_find_address(interface, &nbma, port);
}

static void one_session_for_an_address(void **state)
{
	struct session *session = get(SPOKE1_NBMA, 0);

	(void)state;
	assert_int_equal(fake_exchange.opened, 1);
	assert_int_equal(session->state, SESSION_STARTING);
	assert_int_equal(session->port, 2332);
	assert_int_not_equal(session->if_id, 0);
	assert_ptr_equal(get(SPOKE1_NBMA, 2332), session);
	assert_ptr_equal(find(SPOKE1_NBMA, 2332), session);
	assert_ptr_equal(session_find(interface, session->if_id), session);
	assert_int_equal(fake_exchange.started, 1);
	assert_ptr_not_equal(get(SPOKE1_NBMA, 40000), session);
	assert_null(session_find(interface, 0));
	assert_null(session_add(interface, &session->nbma, 1,
				session->if_id));
}

static void unused_session_ends(void **state)
{
	(void)state;
	assert_true(fake_up(get(SPOKE1_NBMA, 0), "spoke-1", NULL));
	exchange_pass(SESSION_IDLE_TIME - 1);
	assert_non_null(find(SPOKE1_NBMA, 2332));
	exchange_pass(1);
	assert_null(find(SPOKE1_NBMA, 2332));
	assert_int_equal(fake_exchange.stopped, 1);
}

static void session_that_carries_packets_stays(void **state)
{
	(void)state;
	assert_true(fake_up(get(SPOKE1_NBMA, 0), "spoke-1", NULL));
	fake_exchange.info.packets_in = 7;
	exchange_pass(SESSION_IDLE_TIME);
	assert_non_null(find(SPOKE1_NBMA, 2332));
	exchange_pass(SESSION_IDLE_TIME);
	assert_null(find(SPOKE1_NBMA, 2332));
}

static void session_with_users_is_started_again(void **state)
{
	struct session *session = get(SPOKE1_NBMA, 0);

	(void)state;
	session_hold(session);
	session_down(session, "no answer");
	assert_int_equal(session->state, SESSION_IDLE);
	assert_int_equal(session->failures, 1);
	assert_ptr_equal(get(SPOKE1_NBMA, 0), session);
	assert_int_equal(fake_exchange.started, 1);
	exchange_pass(2000);
	assert_int_equal(session->state, SESSION_STARTING);
	session_down(session, "no answer");
	exchange_pass(3000);
	assert_int_equal(fake_exchange.started, 2);
	exchange_pass(1000);
	assert_int_equal(fake_exchange.started, 3);
	assert_true(fake_up(session, "spoke-1", NULL));
	assert_int_equal(session->failures, 0);
	exchange_pass(10 * SESSION_IDLE_TIME);
	assert_int_equal(session->state, SESSION_UP);
	session_release(session);
	exchange_pass(SESSION_IDLE_TIME);
	assert_null(find(SPOKE1_NBMA, 2332));
}

static void session_without_users_fails_once(void **state)
{
	(void)state;
	session_down(get(SPOKE1_NBMA, 0), "no answer");
	assert_null(find(SPOKE1_NBMA, 2332));
}

static void reset_makes_new_keys(void **state)
{
	struct session *session = get(SPOKE1_NBMA, 0);

	(void)state;
	session_hold(session);
	assert_true(fake_up(session, "spoke-1", NULL));
	assert_int_equal(sessions_clear(interface, &session->nbma), 1);
	assert_int_equal(fake_exchange.stopped, 1);
	assert_int_equal(session->state, SESSION_IDLE);
	exchange_pass(1000);
	assert_int_equal(session->state, SESSION_STARTING);
	session_release(session);
}

static void certificate_counts_while_it_is_up(void **state)
{
	struct nhrp_address address = fake_address("10.0.64.9");
	struct session *session = get(SPOKE1_NBMA, 0);
	struct nhrp_prefix host, wider;

	(void)state;
	nhrp_prefix_host(&address, &host);
	nhrp_prefix_of(&address, 16, &wider);
	assert_false(session_covers(session, &host));
	assert_true(fake_up(session, "spoke-1",
			    fake_certificate("spoke-1", SPOKE1,
					     "10.0.64.0", 24)));
	assert_true(session_covers(session, &host));
	assert_false(session_covers(session, &wider));
	session_hold(session);
	session_down(session, "closed");
	assert_false(session_covers(session, &host));
	session_release(session);
}

static void node_that_moves_is_found_there(void **state)
{
	struct session *session = get(SPOKE1_NBMA, 0);
	struct nhrp_address nbma = fake_address(SPOKE2_NBMA);

	(void)state;
	session_moved(session, &nbma, 40000);
	assert_null(find(SPOKE1_NBMA, 2332));
	assert_ptr_equal(find(SPOKE2_NBMA, 40000), session);
}

static void strangers_do_not_hide_what_members_do(void **state)
{
	struct session *member = get(SPOKE1_NBMA, 0);
	struct daemon *daemon = interface->daemon;
	unsigned long suppressed;
	int i;

	(void)state;
	for (i = 0; i < 20; i++)
		session_down(get(SPOKE2_NBMA, 0), "no answer");
	suppressed = daemon->limit.suppressed;
	assert_int_not_equal(suppressed, 0);
	assert_true(fake_up(member, "spoke-1", NULL));
	session_down(member, "certificate revoked");
	assert_int_equal(daemon->limit.suppressed, suppressed);
	assert_int_equal(daemon->member_limit.suppressed, 0);
}

static void session_from_the_kernel(void **state)
{
	struct endpoint endpoint = {
		.nbma = fake_address(SPOKE1_NBMA), .if_id = 4711,
	};
	struct session *session;

	(void)state;
	session = session_adopt(interface, &endpoint, 0);
	assert_int_equal(fake_exchange.adopted, 1);
	assert_int_equal(session->state, SESSION_STARTING);
	assert_int_equal(session->if_id, 4711);
	assert_ptr_equal(session_adopt(interface, &endpoint, 0), session);
	assert_ptr_equal(get(SPOKE1_NBMA, 0), session);
	assert_int_equal(fake_exchange.started, 0);
}

static void keys_end_with_the_device(void **state)
{
	(void)state;
	assert_true(fake_up(get(SPOKE1_NBMA, 0), "spoke-1", NULL));
	session_hold(find(SPOKE1_NBMA, 2332));
	fake.rtnl_events->link_gone(fake.context, interface->ifindex);
	assert_int_equal(fake_exchange.stopped, 1);
	assert_null(interface->sessions);
}

static void without_key_exchange_it_stays_down(void **state)
{
	(void)state;
	memset(&fake_exchange, 0, sizeof(fake_exchange));
	fake_exchange.refuse = true;
	exchange_hub("protection native\npsk file psk\n");
	interface = exchange_interface();
	assert_int_equal(interface->state, INTERFACE_DOWN);
}

#define session_test(test) \
	cmocka_unit_test_setup_teardown(test, protected_hub, exchange_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(one_session_for_an_address),
		session_test(unused_session_ends),
		session_test(session_that_carries_packets_stays),
		session_test(session_with_users_is_started_again),
		session_test(session_without_users_fails_once),
		session_test(reset_makes_new_keys),
		session_test(certificate_counts_while_it_is_up),
		session_test(node_that_moves_is_found_there),
		session_test(strangers_do_not_hide_what_members_do),
		session_test(session_from_the_kernel),
		session_test(keys_end_with_the_device),
		cmocka_unit_test_teardown(without_key_exchange_it_stays_down,
					  exchange_end),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
