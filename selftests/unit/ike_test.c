// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions whose keys a strongSwan makes that only exists here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_vici.h"
#include "ike/connection.h"
#include "ike/ike.h"
#include "ike_world.h"
#include "session.h"
#include "test.h"

static void answers_anybody(void **state)
{
	(void)state;
	world_took("load-conn",
		    "nhrpd:mgre0 { version=0 local_addrs=[9.1.1.10,] "
		    "remote_addrs=[%any,] mobike=no unique=never "
		    "dpd_delay=10s proposals=[aes256-sha256-x25519,] "
		    "local { auth=psk id=hub } remote { auth=psk id=* } "
		    "children { gre { mode=transport "
		    "local_ts=[dynamic[gre],] remote_ts=[dynamic[gre],] "
		    "if_id_in=%unique if_id_out=%unique rekey_time=3600 rand_time=360 "
		    "life_time=4020 ");
	world_took("list-sas", "");
}

static void calls(void **state)
{
	struct session *session = world_get(SPOKE1_NBMA);
	struct report up = world_spoke1(session->if_id, session->if_id);
	struct session_info info = { .udp = false };
	char words[64];

	(void)state;
	world_run();
	assert_int_equal(session->state, SESSION_STARTING);
	world_took("list-sas", "");
	snprintf(words, sizeof(words), "if_id_in=%u if_id_out=%u ",
		 session->if_id, session->if_id);
	world_took("load-conn", words);
	snprintf(words, sizeof(words),
		 "ike=nhrpd:mgre0:%08x child=gre timeout=-1", session->if_id);
	world_took("initiate", words);
	world_tell("child-updown", "up=yes", &up);
	assert_int_equal(session->state, SESSION_UP);
	assert_string_equal(session->name, "spoke-1");
	assert_int_equal(session->port, 500);
	/* From now on it is this very node. */
	world_took("load-conn", "remote { auth=psk id=spoke-1 }");
	ike_ops.info(session, &info);
	assert_string_equal(info.algorithm, "AES_GCM_16_256");
	assert_int_equal(info.spi_out, 0x2001);
	assert_int_equal(info.rekey, daemon_now(&node) + 60000);
}

static void refused_at_once(void **state)
{
	struct session *session;

	(void)state;
	fake_vici.answer = "success=no errmsg=nothing-there";
	session = world_get(SPOKE1_NBMA);
	session_hold(session);
	world_run();
	assert_int_equal(session->state, SESSION_IDLE);
	assert_int_equal(session->failures, 1);
}

/* strongSwan has no IKE SA of it any more: it gave up. */
static void gives_up(void **state)
{
	struct session *session = world_get(SPOKE1_NBMA);
	char log[128];

	(void)state;
	session_hold(session);
	world_run();
	snprintf(log, sizeof(log), "ikesa-name=nhrpd:mgre0:%08x msg=notify",
		 session->if_id);
	fake_vici_event("log", log);
	world_pass(2000);
	assert_int_equal(session->state, SESSION_IDLE);
	assert_null(session->exchange);
}

static void waits_while_it_calls(void **state)
{
	struct session *session = world_get(SPOKE1_NBMA);
	char sa[128];
	int i;

	(void)state;
	session_hold(session);
	world_run();
	snprintf(sa, sizeof(sa), "nhrpd:mgre0:%08x { state=CONNECTING }",
		 session->if_id);
	fake_vici.listed = sa;
	for (i = 0; i < 14; i++) {
		world_pass(2000);
		assert_int_equal(session->state, SESSION_STARTING);
	}
	world_forget();
	world_pass(2000);
	assert_int_equal(session->state, SESSION_IDLE);
	world_took("terminate", "force=yes");
}

static void is_called(void **state)
{
	struct report up = world_spoke1(0, 1);
	struct session *session;

	(void)state;
	world_forget();
	world_tell("child-updown", "up=yes", &up);
	session = world_find(SPOKE1_NBMA, 500);
	assert_non_null(session);
	assert_int_equal(session->if_id, 1);
	assert_int_equal(session->state, SESSION_UP);
	world_took("load-conn", "nhrpd:mgre0:00000001 { version=0 "
		    "local_addrs=[9.1.1.10,] remote_addrs=[9.1.1.130,] ");
	/* Nobody needs it: it is closed, and its connection unloaded. */
	world.packets = 0;
	world_pass(SESSION_IDLE_TIME);
	world_took("terminate", "ike-id=1 ");
	assert_null(world_find(SPOKE1_NBMA, 500));
	world_pass(SESSION_IDLE_TIME);
	world_took("unload-conn", "name=nhrpd:mgre0:00000001 ");
}

static void two_behind_one_address(void **state)
{
	struct report first = world_spoke1(0, 1), second = world_spoke1(0, 2);

	(void)state;
	first.port = 1025;
	second.port = 1026;
	second.identity = "spoke-2";
	second.ike = second.child = 2;
	world_forget();
	world_tell("child-updown", "up=yes", &first);
	world_took("load-conn", "local_port=4500 remote_port=1025 ");
	world_tell("child-updown", "up=yes", &second);
	assert_int_equal(world_find(SPOKE1_NBMA, 1025)->if_id, 1);
	assert_int_equal(world_find(SPOKE1_NBMA, 1026)->if_id, 2);
	/* Another port of the NAT for the first. */
	first.port = 1027;
	world_tell("list-sa", "", &first);
	assert_null(world_find(SPOKE1_NBMA, 1025));
	assert_int_equal(world_find(SPOKE1_NBMA, 1027)->if_id, 1);
}

/* Its call came before our own connection for it was loaded. */
static void both_call(void **state)
{
	struct session *session = world_get(SPOKE1_NBMA);
	struct report theirs = world_spoke1(0, 1);

	(void)state;
	world_run();
	world_forget();
	world_tell("child-updown", "up=yes", &theirs);
	assert_int_equal(session->state, SESSION_STARTING);
	assert_null(session_find(world.interface, 1));
	world_took("load-conn", "");
	world_took("terminate", "ike-id=1 ");
}

/* strongSwan counts from 1 again, but somebody has that already. */
static void if_id_that_is_taken(void **state)
{
	struct report first = world_spoke1(0, 1), other = world_spoke1(0, 1);
	const char *text;

	(void)state;
	world_tell("child-updown", "up=yes", &first);
	world_forget();
	other.nbma = SPOKE2_NBMA;
	other.identity = "spoke-2";
	other.ike = 9;
	world_tell("child-updown", "up=yes", &other);
	assert_null(world_find(SPOKE2_NBMA, 500));
	world_took("terminate", "ike-id=9 ");
	text = fake_vici_take("load-conn");
	assert_non_null(text);
	assert_non_null(strstr(text, "nhrpd:mgre0 {"));
	assert_null(strstr(text, "%unique"));
}

static void renewal(void **state)
{
	struct session *session = world_up();
	char text[512];

	(void)state;
	snprintf(text, sizeof(text),
		 "nhrpd:mgre0:%08x { uniqueid=1 state=ESTABLISHED "
		 "remote-host=" SPOKE1_NBMA " remote-port=4500 "
		 "remote-id=spoke-1 child-sas { gre-1 { old { uniqueid=1 "
		 "spi-in=00001001 if-id-in=%08x } new { uniqueid=2 "
		 "state=INSTALLED spi-in=00001002 spi-out=00002002 "
		 "if-id-in=%08x } } } }",
		 session->if_id, session->if_id, session->if_id);
	fake_vici_event("child-rekey", text);
	world_pass(RETRY);
	assert_int_equal(session->state, SESSION_UP);
}

/* One child SA goes and another comes: nothing was lost. */
static void reauthentication(void **state)
{
	struct session *session = world_up();
	struct report down = world_spoke1(session->if_id, session->if_id);
	struct report up = down;

	(void)state;
	world_tell("child-updown", "", &down);
	world_pass(1000);
	assert_int_equal(session->state, SESSION_UP);
	up.ike = up.child = 2;
	world_tell("child-updown", "up=yes", &up);
	world_pass(RETRY);
	assert_int_equal(session->state, SESSION_UP);
	/* The next one that goes is the last. */
	world_tell("child-updown", "", &up);
	world_pass(2000);
	assert_int_equal(session->state, SESSION_IDLE);
}

static void restart_of_strongswan(void **state)
{
	struct session *session = world_up();
	struct report up = world_spoke1(session->if_id, session->if_id);

	(void)state;
	fake_vici_stop();
	world_run();
	fake_vici_start(node.loop, world.path);
	world_pass(2000);
	assert_int_equal(fake_vici.connections, 2);
	world_took("load-conn", "nhrpd:mgre0 {");
	world_took("load-conn", "nhrpd:mgre0:");
	world_pass(100);
	world_took("initiate", "nhrpd:mgre0:");
	assert_int_equal(session->state, SESSION_UP);
	world_forget();
	up.child = 1;
	world_tell("child-updown", "up=yes", &up);
	/* The next one takes its place a moment later. */
	world_took("load-conn", "nhrpd:mgre0:");
	world_pass(3000);
	assert_int_equal(session->state, SESSION_UP);
}

/* Its numbers of before may be those of other IKE SAs by now. */
static void restart_then_end(void **state)
{
	struct session *session = world_up();

	(void)state;
	fake_vici_stop();
	world_run();
	fake_vici_start(node.loop, world.path);
	fake_vici.hung = true;
	world_pass(2000);
	assert_int_equal(fake_vici.connections, 2);
	sessions_clear(world.interface, NULL);
	world_run();
	assert_int_equal(session->state, SESSION_IDLE);
	assert_null(fake_vici_take("terminate"));
}

static unsigned long priority_loaded(void)
{
	const char *text = fake_vici_take("load-conn");

	assert_non_null(text);
	text = strstr(text, " priority=");
	assert_non_null(text);
	return strtoul(text + strlen(" priority="), NULL, 10);
}

/* strongSwan of the node was restarted, which called again. */
static void another_call(void **state)
{
	struct session *session = world_up();
	struct report up = world_spoke1(session->if_id, session->if_id);
	unsigned long first;

	(void)state;
	ike_load(world.interface->exchange, session);
	world_run();
	first = priority_loaded();
	/* Within a short time it is both that called. */
	up.ike = up.child = 2;
	world_pass(9000);
	world_tell("child-updown", "up=yes", &up);
	assert_true(priority_loaded() > first);
	world_pass(RETRY + 1000);
	assert_null(fake_vici_take("terminate"));
	up.ike = up.child = 3;
	world_tell("child-updown", "up=yes", &up);
	world_pass(1000);
	assert_null(fake_vici_take("terminate"));
	world_pass(1000);
	world_took("terminate", "ike-id=2 timeout=-1 force=yes ");
	world_took("terminate", "ike-id=1 timeout=-1 force=yes ");
	assert_null(fake_vici_take("terminate"));
	/* Once is enough, whether strongSwan tells their end or not. */
	world_pass(RETRY + 1000);
	up.ike = up.child = 4;
	world_tell("child-updown", "up=yes", &up);
	world_pass(2000);
	world_took("terminate", "ike-id=3 timeout=-1 force=yes ");
	assert_null(fake_vici_take("terminate"));
	assert_int_equal(session->state, SESSION_UP);
}

/* A busy node takes its time until it has the SAs that it called for. */
static void called_by_a_busy_node(void **state)
{
	struct session *session = world_up();
	struct report up = world_spoke1(session->if_id, session->if_id);

	(void)state;
	world_pass(RETRY + 1000);
	world.packets = 0;
	up.ike = up.child = 2;
	world_tell("child-updown", "up=yes", &up);
	world_pass(20000);
	assert_null(fake_vici_take("terminate"));
	world.packets = 1;
	world_pass(2000);
	world_took("terminate", "ike-id=1 timeout=-1 force=yes ");
}

/* Nor does a node that wants nothing send by them. */
static void called_by_a_silent_node(void **state)
{
	struct session *session = world_up();
	struct report up = world_spoke1(session->if_id, session->if_id);

	(void)state;
	world_pass(RETRY + 1000);
	world.packets = 0;
	up.ike = up.child = 2;
	world_tell("child-updown", "up=yes", &up);
	world_pass(28000);
	assert_null(fake_vici_take("terminate"));
	world_pass(2000);
	world_took("terminate", "ike-id=1 timeout=-1 force=yes ");
}

/* strongSwan lists its IKE SAs in no order. */
static void replaced_found_in_a_list(void **state)
{
	struct endpoint there = { .nbma = fake_address(SPOKE1_NBMA),
				  .if_id = 77 };
	struct session *session = session_adopt(world.interface, &there, 0);
	struct report newer = world_spoke1(0, 77), older = world_spoke1(0, 77);
	struct session_info info = { .udp = false };

	(void)state;
	session_hold(session);
	newer.age = 5;
	older.ike = older.child = 2;
	older.age = 50;
	world_tell("list-sa", "", &newer);
	world_tell("list-sa", "", &older);
	ike_ops.info(session, &info);
	assert_int_equal(info.spi_out, 0x2001);
	world_forget();
	world_pass(2000);
	world_took("terminate", "ike-id=2 timeout=-1 force=yes ");
	assert_null(fake_vici_take("terminate"));
}

static void strongswan_is_not_there(void **state)
{
	struct session *session;

	(void)state;
	fake_vici_stop();
	world_run();
	session = world_get(SPOKE1_NBMA);
	session_hold(session);
	world_pass(29000);
	assert_int_equal(session->state, SESSION_STARTING);
	world_pass(2000);
	assert_int_equal(session->state, SESSION_IDLE);
}

/* After a restart of nhrpd SAs are found, not made. */
static void adopted(void **state)
{
	struct endpoint there = { .nbma = fake_address(SPOKE1_NBMA),
				  .if_id = 77 };
	struct endpoint gone = { .nbma = fake_address(SPOKE2_NBMA),
				 .if_id = 78 };
	struct report up = world_spoke1(0, 77);

	(void)state;
	world_forget();
	fake_vici.listed = world_render("", &up);
	session_hold(session_adopt(world.interface, &there, 0));
	session_hold(session_adopt(world.interface, &gone, 0));
	world_run();
	world_pass(100);
	assert_int_equal(session_find(world.interface, 77)->state, SESSION_UP);
	assert_int_equal(session_find(world.interface, 78)->state,
			 SESSION_STARTING);
	world_took("initiate", "nhrpd:mgre0:0000004e");
	assert_null(fake_vici_take("initiate"));
}

/* Others may come from its address, unless strongSwan would misread it. */
static void identities(void **state)
{
	static const struct {
		const char *identity;
		bool exact;
	} cases[] = {
		{ "spoke-1", true }, { "9.1.1.130", true },
		{ "a@example.com", true }, { "O=A, CN=b", true },
		{ "*", false }, { "%any", false }, { "O=A, CN=*", false },
		{ "O=A, Inc., CN=b", false }, { "O=A,", false },
	};
	struct nhrp_address nbma = fake_address(SPOKE1_NBMA);
	struct config_ike_profile profile = { .psk = true };
	struct ike_connection connection = {
		.profile = &profile, .device = "mgre0", .local = nbma,
		.remote = &nbma, .port = IKE_PORT, .if_id = 1,
	};
	struct vici_request request;
	char expected[64];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		connection.identity = cases[i].identity;
		ike_connection_load(&request, &connection);
		snprintf(expected, sizeof(expected), "%c%s",
			 (int)strlen(cases[i].identity), cases[i].identity);
		assert_int_not_equal(vici_finish(&request), 0);
		assert_int_equal(!!memmem(request.bytes,
					  request.writer.position, expected,
					  strlen(expected)), cases[i].exact);
	}
}

static void write_config(const char *name, const char *rekey)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	fprintf(file, "interface mgre0\nnetwork-id 1\nholdtime 300\n"
		"protection ike dmvpn\nike profile dmvpn\n"
		"authentication psk\nsocket %s\nrekey %s\n", world.path, rekey);
	fclose(file);
}

static void reload(void **state)
{
	char name[80], *error;

	(void)state;
	world_up();
	snprintf(name, sizeof(name), "%s.conf", world.path);
	node.config_path = name;
	write_config(name, "600");
	assert_int_equal(daemon_reload(&node, &error), 0);
	world_run();
	world_took("load-conn", "nhrpd:mgre0 { version=0 local_addrs=[9.1.1.10,"
		    "] remote_addrs=[%any,] mobike=no unique=never "
		    "dpd_delay=10s local { auth=psk } remote { auth=psk } "
		    "children { gre { mode=transport local_ts=[dynamic[gre],] "
		    "remote_ts=[dynamic[gre],] if_id_in=%unique "
		    "if_id_out=%unique rekey_time=600 rand_time=60 "
		    "life_time=720 ");
	world_took("load-conn", "remote { auth=psk id=spoke-1 }");
	assert_int_equal(fake_vici.connections, 1);
	assert_int_equal(world_find(SPOKE1_NBMA, 500)->state, SESSION_UP);
	unlink(name);
	node.config_path = "/dev/null";
}

static void own_address_changes(void **state)
{
	struct session *session = world_up();

	(void)state;
	world.interface->nbma = fake_address("9.1.1.14");
	sessions_moved(world.interface);
	world_run();
	assert_int_equal(session->state, SESSION_IDLE);
	world_took("terminate", "ike-id=1 ");
	world_took("load-conn", "local_addrs=[9.1.1.14,]");
}

/* "swanctl --load-all" does that to what is in no file. */
static void unloaded_by_others(void **state)
{
	struct session *session = world_up();
	char name[64], held[128];

	(void)state;
	snprintf(name, sizeof(name), "nhrpd:mgre0:%08x", session->if_id);
	snprintf(held, sizeof(held), "conns=[hub,nhrpd:mgre0,%s]", name);
	fake_vici.held = held;
	world_pass(CHECK);
	world_took("get-conns", "");
	assert_null(fake_vici_take("load-conn"));
	fake_vici.held = "conns=[hub,nhrpd:mgre0]";
	world_pass(CHECK);
	world_took("load-conn", name);
	assert_null(fake_vici_take("load-conn"));
	fake_vici.held = "conns=[hub]";
	world_pass(CHECK);
	world_took("load-conn", "nhrpd:mgre0 { ");
	world_took("load-conn", name);
	assert_int_equal(session->state, SESSION_UP);
}

/* It would be refused again. */
static void never_loaded(void **state)
{
	(void)state;
	world_forget();
	fake_vici.held = "conns=[hub]";
	fake_vici.answer = "success=no errmsg=nonsense";
	world_pass(CHECK);
	world_took("load-conn", "nhrpd:mgre0 { ");
	world_pass(CHECK);
	world_took("get-conns", "");
	assert_null(fake_vici_take("load-conn"));
}

/* strongSwan does not notice that others delete its SAs. */
static void flushed_in_the_kernel(void **state)
{
	struct session *session = world_up();
	struct xfrm_sa_id id = { .spi = 0x2001, .if_id = session->if_id };

	(void)state;
	world.kernel.events->flushed(world.kernel.context);
	world_pass(0);
	world_took("rekey", "child-id=1 ");
	world.kernel.events->deleted(world.kernel.context, &id);
	world_pass(500);
	world_took("rekey", "child-id=1 ");
	id.spi++;
	world.kernel.events->deleted(world.kernel.context, &id);
	world_pass(500);
	assert_null(fake_vici_take("rekey"));
}

/* Only what is not in the kernel any more is replaced. */
static void messages_of_the_kernel_lost(void **state)
{
	struct session *session = world_up();

	world.has_not = 0x1001;
	world.kernel.events->lost(world.kernel.context);
	world_pass(500);
	world_took("rekey", "child-id=1 ");
	world.has_not = 0x2001;
	world.kernel.events->lost(world.kernel.context);
	world_pass(500);
	world_took("rekey", "child-id=1 ");
	world.has_not = 0;
	world.kernel.events->lost(world.kernel.context);
	world_pass(500);
	assert_null(fake_vici_take("rekey"));
	assert_int_equal(session->state, SESSION_UP);
	(void)state;
}

static void what_is_not_ours(void **state)
{
	(void)state;
	fake_vici_event("child-updown",
			"up=yes hub { uniqueid=1 state=ESTABLISHED "
			"remote-host=9.1.1.130 remote-port=500 remote-id=x "
			"child-sas { a { uniqueid=1 if-id-in=00000009 } } }");
	fake_vici_event("child-updown",
			"up=yes nhrpd:mgre0 { uniqueid=1 child-sas { a { "
			"uniqueid=1 if-id-in=00000009 } } }");
	world_run();
	assert_null(session_find(world.interface, 9));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WORLD_TEST(answers_anybody),
		WORLD_TEST(calls),
		WORLD_TEST(refused_at_once),
		WORLD_TEST(gives_up),
		WORLD_TEST(waits_while_it_calls),
		WORLD_TEST(is_called),
		WORLD_TEST(two_behind_one_address),
		WORLD_TEST(both_call),
		WORLD_TEST(if_id_that_is_taken),
		WORLD_TEST(renewal),
		WORLD_TEST(reauthentication),
		WORLD_TEST(restart_of_strongswan),
		WORLD_TEST(restart_then_end),
		WORLD_TEST(another_call),
		WORLD_TEST(called_by_a_busy_node),
		WORLD_TEST(called_by_a_silent_node),
		WORLD_TEST(replaced_found_in_a_list),
		WORLD_TEST(strongswan_is_not_there),
		WORLD_TEST(adopted),
		WORLD_TEST(identities),
		WORLD_TEST(reload),
		WORLD_TEST(own_address_changes),
		WORLD_TEST(unloaded_by_others),
		WORLD_TEST(never_loaded),
		WORLD_TEST(flushed_in_the_kernel),
		WORLD_TEST(messages_of_the_kernel_lost),
		WORLD_TEST(what_is_not_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
