// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions whose keys a strongSwan makes that only exists here.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exchange.h"
#include "config.h"
#include "fake_vici.h"
#include "ike/connection.h"
#include "ike/ike.h"
#include "session.h"
#include "test.h"
#include "xfrm.h"

#define RETRY 10000	/* ms; longer than any wait between two tries */
#define CHECK 5000	/* ms between two looks at what is loaded */

static struct interface *interface;
static char path[64];

/* ---- a kernel that has no IPsec, but takes who listens for it ---- */

struct xfrm {
	const struct xfrm_events *events;
	void *context;
};

static struct xfrm kernel;
static uint32_t kernel_has_not;	/* an SPI */
static uint64_t kernel_packets;	/* of each SA */
static uint32_t kernel_deleted;	/* the last SPI that was */
static unsigned int kernel_deletions;

struct xfrm *xfrm_open(uv_loop_t *loop, const struct xfrm_events *events,
		       void *context)
{
	(void)loop;
	kernel.events = events;
	kernel.context = context;
	return &kernel;
}

void xfrm_close(struct xfrm *xfrm)
{
	(void)xfrm;
}

int xfrm_sa_usage(struct xfrm *xfrm, const struct nhrp_address *destination,
		  uint32_t spi, struct xfrm_usage *usage)
{
	(void)xfrm;
	(void)destination;
	memset(usage, 0, sizeof(*usage));
	usage->packets = kernel_packets;
	return spi == kernel_has_not ? -ESRCH : 0;
}

int xfrm_sa_delete(struct xfrm *xfrm, const struct nhrp_address *destination,
		   uint32_t spi)
{
	struct nhrp_address nbma = fake_address(SPOKE1_NBMA);

	(void)xfrm;
	assert_true(nhrp_address_equal(destination, &nbma));
	kernel_deleted = spi;
	kernel_deletions++;
	return 0;
}

const char *xfrm_error(const struct xfrm *xfrm)
{
	(void)xfrm;
	return "";
}

/* ---- the tests ---- */

static void run(void)
{
	fake_vici_run(node.loop);
}

static void pass(unsigned int ms)
{
	exchange_pass(ms);
	run();
}

/* The fake key exchange makes way for that of strongSwan. */
static void open_exchange(void)
{
	interface->exchange_ops = &ike_ops;
	assert_int_equal(sessions_open(interface), 0);
	pass(RETRY);
}

static int begin(void **state)
{
	char settings[256];

	(void)state;
	kernel_packets = 1;
	kernel_deleted = 0;
	kernel_deletions = 0;
	memset(&fake_vici, 0, sizeof(fake_vici));
	fake_vici.answer = "success=yes";
	snprintf(path, sizeof(path), "/tmp/ike-test-%d", getpid());
	snprintf(settings, sizeof(settings),
		 "protection ike dmvpn\nike profile dmvpn\n"
		 "authentication psk\nlocal id hub\nremote id *\n"
		 "proposals aes256-sha256-x25519\nsocket %s\n", path);
	exchange_hub(settings);
	interface = exchange_interface();
	sessions_close(interface);
	fake_vici_start(node.loop, path);
	open_exchange();
	return 0;
}

static int end(void **state)
{
	fake_vici_stop();
	unlink(path);
	return exchange_end(state);
}

static struct session *get(const char *text)
{
	struct nhrp_address nbma = fake_address(text);

	return session_get(interface, &nbma, 0);
}

static struct session *find(const char *text, uint16_t port)
{
	struct nhrp_address nbma = fake_address(text);

	return session_find_address(interface, &nbma, port);
}

/**
 * struct report - what a test lets strongSwan say of a child SA
 * @connection: its if_id, or 0: the connection for anybody
 * @age: seconds since it was made
 */
struct report {
	uint32_t connection;
	const char *nbma;
	unsigned int port;
	const char *identity;
	unsigned int ike, child;
	uint32_t if_id;
	unsigned int age;
};

static const char *render(const char *up, const struct report *sa)
{
	static char text[1024];
	char name[64] = "nhrpd:mgre0";

	if (sa->connection)
		snprintf(name, sizeof(name), "nhrpd:mgre0:%08x",
			 sa->connection);
	snprintf(text, sizeof(text),
		 "%s %s { uniqueid=%u state=ESTABLISHED remote-host=%s "
		 "remote-port=%u remote-id=%s child-sas { gre-%u { uniqueid=%u "
		 "state=INSTALLED spi-in=%08x spi-out=%08x if-id-in=%08x "
		 "encr-alg=AES_GCM_16 encr-keysize=256 "
		 "rekey-time=60 install-time=%u } } }",
		 up, name, sa->ike, sa->nbma, sa->port, sa->identity,
		 sa->child, sa->child, 0x1000 + sa->child, 0x2000 + sa->child,
		 sa->if_id, sa->age);
	return text;
}

static void tell(const char *event, const char *up, const struct report *sa)
{
	fake_vici_event(event, render(up, sa));
	run();
}

static struct report spoke1(uint32_t connection, uint32_t if_id)
{
	return (struct report){
		.connection = connection, .nbma = SPOKE1_NBMA, .port = 4500,
		.identity = "spoke-1", .ike = 1, .child = 1, .if_id = if_id,
	};
}

static void assert_took(const char *command, const char *words)
{
	const char *text = fake_vici_take(command);

	if (!text)
		fail_msg("no command %s", command);
	if (!strstr(text, words))
		fail_msg("%s has no \"%s\": %s", command, words, text);
}

static void forget_commands(void)
{
	fake_vici.count = 0;
}

static struct session *called_and_up(void)
{
	struct session *session = get(SPOKE1_NBMA);
	struct report up = spoke1(session->if_id, session->if_id);

	session_hold(session);
	run();
	tell("child-updown", "up=yes", &up);
	assert_int_equal(session->state, SESSION_UP);
	forget_commands();
	return session;
}

static void answers_anybody(void **state)
{
	(void)state;
	assert_took("load-conn",
		    "nhrpd:mgre0 { version=0 local_addrs=[9.1.1.10,] "
		    "remote_addrs=[%any,] mobike=no unique=never "
		    "dpd_delay=10s proposals=[aes256-sha256-x25519,] "
		    "local { auth=psk id=hub } remote { auth=psk id=* } "
		    "children { gre { mode=transport "
		    "local_ts=[dynamic[gre],] remote_ts=[dynamic[gre],] "
		    "if_id_in=%unique if_id_out=%unique rekey_time=3600 rand_time=360 "
		    "life_time=4020 ");
	assert_took("list-sas", "");
}

static void calls(void **state)
{
	struct session *session = get(SPOKE1_NBMA);
	struct report up = spoke1(session->if_id, session->if_id);
	struct session_info info = { .udp = false };
	char words[64];

	(void)state;
	run();
	assert_int_equal(session->state, SESSION_STARTING);
	assert_took("list-sas", "");
	snprintf(words, sizeof(words), "if_id_in=%u if_id_out=%u ",
		 session->if_id, session->if_id);
	assert_took("load-conn", words);
	snprintf(words, sizeof(words),
		 "ike=nhrpd:mgre0:%08x child=gre timeout=-1", session->if_id);
	assert_took("initiate", words);
	tell("child-updown", "up=yes", &up);
	assert_int_equal(session->state, SESSION_UP);
	assert_string_equal(session->name, "spoke-1");
	assert_int_equal(session->port, 500);
	/* From now on it is this very node. */
	assert_took("load-conn", "remote { auth=psk id=spoke-1 }");
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
	session = get(SPOKE1_NBMA);
	session_hold(session);
	run();
	assert_int_equal(session->state, SESSION_IDLE);
	assert_int_equal(session->failures, 1);
}

/* strongSwan has no IKE SA of it any more: it gave up. */
static void gives_up(void **state)
{
	struct session *session = get(SPOKE1_NBMA);
	char log[128];

	(void)state;
	session_hold(session);
	run();
	snprintf(log, sizeof(log), "ikesa-name=nhrpd:mgre0:%08x msg=notify",
		 session->if_id);
	fake_vici_event("log", log);
	pass(2000);
	assert_int_equal(session->state, SESSION_IDLE);
	assert_null(session->exchange);
}

static void waits_while_it_calls(void **state)
{
	struct session *session = get(SPOKE1_NBMA);
	char sa[128];
	int i;

	(void)state;
	session_hold(session);
	run();
	snprintf(sa, sizeof(sa), "nhrpd:mgre0:%08x { state=CONNECTING }",
		 session->if_id);
	fake_vici.listed = sa;
	for (i = 0; i < 14; i++) {
		pass(2000);
		assert_int_equal(session->state, SESSION_STARTING);
	}
	forget_commands();
	pass(2000);
	assert_int_equal(session->state, SESSION_IDLE);
	assert_took("terminate", "force=yes");
}

static void is_called(void **state)
{
	struct report up = spoke1(0, 1);
	struct session *session;

	(void)state;
	forget_commands();
	tell("child-updown", "up=yes", &up);
	session = find(SPOKE1_NBMA, 500);
	assert_non_null(session);
	assert_int_equal(session->if_id, 1);
	assert_int_equal(session->state, SESSION_UP);
	assert_took("load-conn", "nhrpd:mgre0:00000001 { version=0 "
		    "local_addrs=[9.1.1.10,] remote_addrs=[9.1.1.130,] ");
	/* Nobody needs it: it is closed, and its connection unloaded. */
	kernel_packets = 0;
	pass(SESSION_IDLE_TIME);
	assert_took("terminate", "ike-id=1 ");
	assert_null(find(SPOKE1_NBMA, 500));
	pass(SESSION_IDLE_TIME);
	assert_took("unload-conn", "name=nhrpd:mgre0:00000001 ");
}

static void two_behind_one_address(void **state)
{
	struct report first = spoke1(0, 1), second = spoke1(0, 2);

	(void)state;
	first.port = 1025;
	second.port = 1026;
	second.identity = "spoke-2";
	second.ike = second.child = 2;
	forget_commands();
	tell("child-updown", "up=yes", &first);
	assert_took("load-conn", "local_port=4500 remote_port=1025 ");
	tell("child-updown", "up=yes", &second);
	assert_int_equal(find(SPOKE1_NBMA, 1025)->if_id, 1);
	assert_int_equal(find(SPOKE1_NBMA, 1026)->if_id, 2);
	/* Another port of the NAT for the first. */
	first.port = 1027;
	tell("list-sa", "", &first);
	assert_null(find(SPOKE1_NBMA, 1025));
	assert_int_equal(find(SPOKE1_NBMA, 1027)->if_id, 1);
}

/* Its call came before our own connection for it was loaded. */
static void both_call(void **state)
{
	struct session *session = get(SPOKE1_NBMA);
	struct report theirs = spoke1(0, 1);

	(void)state;
	run();
	forget_commands();
	tell("child-updown", "up=yes", &theirs);
	assert_int_equal(session->state, SESSION_STARTING);
	assert_null(session_find(interface, 1));
	assert_took("load-conn", "");
	assert_took("terminate", "ike-id=1 ");
}

/* strongSwan counts from 1 again, but somebody has that already. */
static void if_id_that_is_taken(void **state)
{
	struct report first = spoke1(0, 1), other = spoke1(0, 1);
	const char *text;

	(void)state;
	tell("child-updown", "up=yes", &first);
	forget_commands();
	other.nbma = SPOKE2_NBMA;
	other.identity = "spoke-2";
	other.ike = 9;
	tell("child-updown", "up=yes", &other);
	assert_null(find(SPOKE2_NBMA, 500));
	assert_took("terminate", "ike-id=9 ");
	text = fake_vici_take("load-conn");
	assert_non_null(text);
	assert_non_null(strstr(text, "nhrpd:mgre0 {"));
	assert_null(strstr(text, "%unique"));
}

static void renewal(void **state)
{
	struct session *session = called_and_up();
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
	pass(RETRY);
	assert_int_equal(session->state, SESSION_UP);
}

/* One child SA goes and another comes: nothing was lost. */
static void reauthentication(void **state)
{
	struct session *session = called_and_up();
	struct report down = spoke1(session->if_id, session->if_id);
	struct report up = down;

	(void)state;
	tell("child-updown", "", &down);
	pass(1000);
	assert_int_equal(session->state, SESSION_UP);
	up.ike = up.child = 2;
	tell("child-updown", "up=yes", &up);
	pass(RETRY);
	assert_int_equal(session->state, SESSION_UP);
	/* The next one that goes is the last. */
	tell("child-updown", "", &up);
	pass(2000);
	assert_int_equal(session->state, SESSION_IDLE);
}

static void restart_of_strongswan(void **state)
{
	struct session *session = called_and_up();
	struct report up = spoke1(session->if_id, session->if_id);

	(void)state;
	fake_vici_stop();
	run();
	fake_vici_start(node.loop, path);
	pass(2000);
	assert_int_equal(fake_vici.connections, 2);
	assert_took("load-conn", "nhrpd:mgre0 {");
	assert_took("load-conn", "nhrpd:mgre0:");
	pass(100);
	assert_took("initiate", "nhrpd:mgre0:");
	assert_int_equal(session->state, SESSION_UP);
	forget_commands();
	up.child = 1;
	tell("child-updown", "up=yes", &up);
	/* The next one takes its place a moment later. */
	assert_took("load-conn", "nhrpd:mgre0:");
	pass(3000);
	assert_int_equal(session->state, SESSION_UP);
}

static void restart_strongswan(void)
{
	fake_vici_stop();
	run();
	fake_vici_start(node.loop, path);
	pass(2000);
	assert_int_equal(fake_vici.connections, 2);
}

/* What it left carries traffic until others do so, and not longer. */
static void left_by_a_strongswan(void **state)
{
	struct session *session = called_and_up();
	struct report up = spoke1(session->if_id, session->if_id);

	(void)state;
	restart_strongswan();
	pass(RETRY);
	assert_int_equal(kernel_deletions, 0);
	up.child = 2;
	tell("child-updown", "up=yes", &up);
	pass(1000);
	assert_int_equal(kernel_deletions, 0);
	pass(1000);
	assert_int_equal(kernel_deletions, 1);
	assert_int_equal(kernel_deleted, 0x2001);
	pass(RETRY);
	assert_int_equal(kernel_deletions, 1);
	assert_int_equal(session->state, SESSION_UP);
}

/* The node calls before strongSwan has listed what there is. */
static void left_and_called(void **state)
{
	struct session *session = called_and_up();
	struct report up = spoke1(session->if_id, session->if_id);

	(void)state;
	up.child = 2;
	fake_vici.listed = render("", &up);
	restart_strongswan();
	assert_int_equal(session->state, SESSION_UP);
	pass(2000);
	assert_int_equal(kernel_deletions, 1);
	assert_int_equal(kernel_deleted, 0x2001);
}

/* The next strongSwan is killed when it has just made new keys. */
static void left_twice(void **state)
{
	struct session *session = called_and_up();
	struct report up = spoke1(session->if_id, session->if_id);

	(void)state;
	restart_strongswan();
	up.child = 2;
	tell("child-updown", "up=yes", &up);
	fake_vici_stop();
	run();
	fake_vici_start(node.loop, path);
	pass(RETRY);
	assert_int_equal(kernel_deletions, 1);
	assert_int_equal(kernel_deleted, 0x2001);
	up.child = 3;
	tell("child-updown", "up=yes", &up);
	pass(2000);
	assert_int_equal(kernel_deletions, 2);
	assert_int_equal(kernel_deleted, 0x2002);
}

static void call_fails(const struct session *session)
{
	int i;

	for (i = 0; i < 20 && session->state == SESSION_UP; i++)
		pass(2000);
	assert_int_equal(session->state, SESSION_IDLE);
}

/* strongSwan may have no keys yet when it is told to call. */
static void left_while_calls_fail(void **state)
{
	struct session *session = called_and_up();
	struct report up = spoke1(session->if_id, session->if_id);

	(void)state;
	restart_strongswan();
	call_fails(session);
	pass(RETRY);
	assert_int_equal(kernel_deletions, 0);
	up.child = 2;
	tell("child-updown", "up=yes", &up);
	pass(2000);
	assert_int_equal(session->state, SESSION_UP);
	assert_int_equal(kernel_deletions, 1);
	assert_int_equal(kernel_deleted, 0x2001);
}

static void left_of_no_session(void **state)
{
	struct session *session = called_and_up();

	(void)state;
	restart_strongswan();
	call_fails(session);
	session_release(session);
	pass(SESSION_IDLE_TIME);
	assert_null(find(SPOKE1_NBMA, 500));
	assert_int_equal(kernel_deletions, 0);
	pass(60000);
	assert_int_equal(kernel_deletions, 1);
	assert_int_equal(kernel_deleted, 0x2001);
}

static void left_and_cleared(void **state)
{
	(void)state;
	called_and_up();
	restart_strongswan();
	sessions_clear(interface, NULL);
	assert_int_equal(kernel_deletions, 1);
	assert_int_equal(kernel_deleted, 0x2001);
}

/* The session ends before the next strongSwan is there. */
static void cleared_and_left(void **state)
{
	struct session *session = called_and_up();

	(void)state;
	fake_vici_stop();
	run();
	session_release(session);
	sessions_clear(interface, NULL);
	assert_null(find(SPOKE1_NBMA, 500));
	pass(60000);
	assert_int_equal(kernel_deletions, 0);
	fake_vici_start(node.loop, path);
	pass(RETRY);
	pass(60000);
	assert_int_equal(kernel_deletions, 1);
	assert_int_equal(kernel_deleted, 0x2001);
}

/* It was only that nhrpd could not hear strongSwan. */
static void cleared_and_found(void **state)
{
	struct session *session = called_and_up();
	struct report up = spoke1(session->if_id, session->if_id);

	(void)state;
	fake_vici.listed = render("", &up);
	fake_vici_stop();
	run();
	sessions_clear(interface, NULL);
	fake_vici_start(node.loop, path);
	pass(RETRY);
	assert_int_equal(session->state, SESSION_UP);
	pass(60000);
	assert_int_equal(kernel_deletions, 0);
}

/* What strongSwan lists, and what it has deleted itself, is none of ours. */
static void nothing_left(void **state)
{
	struct session *session = called_and_up();
	struct report up = spoke1(session->if_id, session->if_id);
	struct report other = up;

	(void)state;
	fake_vici.listed = render("", &up);
	restart_strongswan();
	pass(RETRY);
	other.ike = other.child = 2;
	tell("child-updown", "up=yes", &other);
	pass(RETRY);
	sessions_close(interface);
	assert_int_equal(kernel_deletions, 0);
}

/* Its numbers of before may be those of other IKE SAs by now. */
static void restart_then_end(void **state)
{
	struct session *session = called_and_up();

	(void)state;
	fake_vici_stop();
	run();
	fake_vici_start(node.loop, path);
	fake_vici.hung = true;
	pass(2000);
	assert_int_equal(fake_vici.connections, 2);
	sessions_clear(interface, NULL);
	run();
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
	struct session *session = called_and_up();
	struct report up = spoke1(session->if_id, session->if_id);
	unsigned long first;

	(void)state;
	ike_load(interface->exchange, session);
	run();
	first = priority_loaded();
	/* Within a short time it is both that called. */
	up.ike = up.child = 2;
	pass(9000);
	tell("child-updown", "up=yes", &up);
	assert_true(priority_loaded() > first);
	pass(RETRY + 1000);
	assert_null(fake_vici_take("terminate"));
	up.ike = up.child = 3;
	tell("child-updown", "up=yes", &up);
	pass(1000);
	assert_null(fake_vici_take("terminate"));
	pass(1000);
	assert_took("terminate", "ike-id=2 timeout=-1 force=yes ");
	assert_took("terminate", "ike-id=1 timeout=-1 force=yes ");
	assert_null(fake_vici_take("terminate"));
	/* Once is enough, whether strongSwan tells their end or not. */
	pass(RETRY + 1000);
	up.ike = up.child = 4;
	tell("child-updown", "up=yes", &up);
	pass(2000);
	assert_took("terminate", "ike-id=3 timeout=-1 force=yes ");
	assert_null(fake_vici_take("terminate"));
	assert_int_equal(session->state, SESSION_UP);
}

/* A busy node takes its time until it has the SAs that it called for. */
static void called_by_a_busy_node(void **state)
{
	struct session *session = called_and_up();
	struct report up = spoke1(session->if_id, session->if_id);

	(void)state;
	pass(RETRY + 1000);
	kernel_packets = 0;
	up.ike = up.child = 2;
	tell("child-updown", "up=yes", &up);
	pass(20000);
	assert_null(fake_vici_take("terminate"));
	kernel_packets = 1;
	pass(2000);
	assert_took("terminate", "ike-id=1 timeout=-1 force=yes ");
}

/* Nor does a node that wants nothing send by them. */
static void called_by_a_silent_node(void **state)
{
	struct session *session = called_and_up();
	struct report up = spoke1(session->if_id, session->if_id);

	(void)state;
	pass(RETRY + 1000);
	kernel_packets = 0;
	up.ike = up.child = 2;
	tell("child-updown", "up=yes", &up);
	pass(28000);
	assert_null(fake_vici_take("terminate"));
	pass(2000);
	assert_took("terminate", "ike-id=1 timeout=-1 force=yes ");
}

/* strongSwan lists its IKE SAs in no order. */
static void replaced_found_in_a_list(void **state)
{
	struct endpoint there = { .nbma = fake_address(SPOKE1_NBMA),
				  .if_id = 77 };
	struct session *session = session_adopt(interface, &there, 0);
	struct report newer = spoke1(0, 77), older = spoke1(0, 77);
	struct session_info info = { .udp = false };

	(void)state;
	session_hold(session);
	newer.age = 5;
	older.ike = older.child = 2;
	older.age = 50;
	tell("list-sa", "", &newer);
	tell("list-sa", "", &older);
	ike_ops.info(session, &info);
	assert_int_equal(info.spi_out, 0x2001);
	forget_commands();
	pass(2000);
	assert_took("terminate", "ike-id=2 timeout=-1 force=yes ");
	assert_null(fake_vici_take("terminate"));
}

static void strongswan_is_not_there(void **state)
{
	struct session *session;

	(void)state;
	fake_vici_stop();
	run();
	session = get(SPOKE1_NBMA);
	session_hold(session);
	pass(29000);
	assert_int_equal(session->state, SESSION_STARTING);
	pass(2000);
	assert_int_equal(session->state, SESSION_IDLE);
}

/* After a restart of nhrpd SAs are found, not made. */
static void adopted(void **state)
{
	struct endpoint there = { .nbma = fake_address(SPOKE1_NBMA),
				  .if_id = 77 };
	struct endpoint gone = { .nbma = fake_address(SPOKE2_NBMA),
				 .if_id = 78 };
	struct report up = spoke1(0, 77);

	(void)state;
	forget_commands();
	fake_vici.listed = render("", &up);
	session_hold(session_adopt(interface, &there, 0));
	session_hold(session_adopt(interface, &gone, 0));
	run();
	pass(100);
	assert_int_equal(session_find(interface, 77)->state, SESSION_UP);
	assert_int_equal(session_find(interface, 78)->state,
			 SESSION_STARTING);
	assert_took("initiate", "nhrpd:mgre0:0000004e");
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
		"authentication psk\nsocket %s\nrekey %s\n", path, rekey);
	fclose(file);
}

static void reload(void **state)
{
	char name[80], *error;

	(void)state;
	called_and_up();
	snprintf(name, sizeof(name), "%s.conf", path);
	node.config_path = name;
	write_config(name, "600");
	assert_int_equal(daemon_reload(&node, &error), 0);
	run();
	assert_took("load-conn", "nhrpd:mgre0 { version=0 local_addrs=[9.1.1.10,"
		    "] remote_addrs=[%any,] mobike=no unique=never "
		    "dpd_delay=10s local { auth=psk } remote { auth=psk } "
		    "children { gre { mode=transport local_ts=[dynamic[gre],] "
		    "remote_ts=[dynamic[gre],] if_id_in=%unique "
		    "if_id_out=%unique rekey_time=600 rand_time=60 "
		    "life_time=720 ");
	assert_took("load-conn", "remote { auth=psk id=spoke-1 }");
	assert_int_equal(fake_vici.connections, 1);
	assert_int_equal(find(SPOKE1_NBMA, 500)->state, SESSION_UP);
	unlink(name);
	node.config_path = "/dev/null";
}

static void own_address_changes(void **state)
{
	struct session *session = called_and_up();

	(void)state;
	interface->nbma = fake_address("9.1.1.14");
	sessions_moved(interface);
	run();
	assert_int_equal(session->state, SESSION_IDLE);
	assert_took("terminate", "ike-id=1 ");
	assert_took("load-conn", "local_addrs=[9.1.1.14,]");
}

/* "swanctl --load-all" does that to what is in no file. */
static void unloaded_by_others(void **state)
{
	struct session *session = called_and_up();
	char name[64], held[128];

	(void)state;
	snprintf(name, sizeof(name), "nhrpd:mgre0:%08x", session->if_id);
	snprintf(held, sizeof(held), "conns=[hub,nhrpd:mgre0,%s]", name);
	fake_vici.held = held;
	pass(CHECK);
	assert_took("get-conns", "");
	assert_null(fake_vici_take("load-conn"));
	fake_vici.held = "conns=[hub,nhrpd:mgre0]";
	pass(CHECK);
	assert_took("load-conn", name);
	assert_null(fake_vici_take("load-conn"));
	fake_vici.held = "conns=[hub]";
	pass(CHECK);
	assert_took("load-conn", "nhrpd:mgre0 { ");
	assert_took("load-conn", name);
	assert_int_equal(session->state, SESSION_UP);
}

/* It would be refused again. */
static void never_loaded(void **state)
{
	(void)state;
	forget_commands();
	fake_vici.held = "conns=[hub]";
	fake_vici.answer = "success=no errmsg=nonsense";
	pass(CHECK);
	assert_took("load-conn", "nhrpd:mgre0 { ");
	pass(CHECK);
	assert_took("get-conns", "");
	assert_null(fake_vici_take("load-conn"));
}

/* strongSwan does not notice that others delete its SAs. */
static void flushed_in_the_kernel(void **state)
{
	struct session *session = called_and_up();
	struct xfrm_sa_id id = { .spi = 0x2001, .if_id = session->if_id };

	(void)state;
	kernel.events->flushed(kernel.context);
	pass(0);
	assert_took("rekey", "child-id=1 ");
	kernel.events->deleted(kernel.context, &id);
	pass(500);
	assert_took("rekey", "child-id=1 ");
	id.spi++;
	kernel.events->deleted(kernel.context, &id);
	pass(500);
	assert_null(fake_vici_take("rekey"));
}

/* Only what is not in the kernel any more is replaced. */
static void messages_of_the_kernel_lost(void **state)
{
	struct session *session = called_and_up();

	kernel_has_not = 0x1001;
	kernel.events->lost(kernel.context);
	pass(500);
	assert_took("rekey", "child-id=1 ");
	kernel_has_not = 0x2001;
	kernel.events->lost(kernel.context);
	pass(500);
	assert_took("rekey", "child-id=1 ");
	kernel_has_not = 0;
	kernel.events->lost(kernel.context);
	pass(500);
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
	run();
	assert_null(session_find(interface, 9));
}

int main(void)
{
#define IKE_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	static const struct CMUnitTest tests[] = {
		IKE_TEST(answers_anybody),
		IKE_TEST(calls),
		IKE_TEST(refused_at_once),
		IKE_TEST(gives_up),
		IKE_TEST(waits_while_it_calls),
		IKE_TEST(is_called),
		IKE_TEST(two_behind_one_address),
		IKE_TEST(both_call),
		IKE_TEST(if_id_that_is_taken),
		IKE_TEST(renewal),
		IKE_TEST(reauthentication),
		IKE_TEST(restart_of_strongswan),
		IKE_TEST(left_by_a_strongswan),
		IKE_TEST(left_and_called),
		IKE_TEST(left_twice),
		IKE_TEST(left_while_calls_fail),
		IKE_TEST(left_of_no_session),
		IKE_TEST(left_and_cleared),
		IKE_TEST(cleared_and_left),
		IKE_TEST(cleared_and_found),
		IKE_TEST(nothing_left),
		IKE_TEST(restart_then_end),
		IKE_TEST(another_call),
		IKE_TEST(called_by_a_busy_node),
		IKE_TEST(called_by_a_silent_node),
		IKE_TEST(replaced_found_in_a_list),
		IKE_TEST(strongswan_is_not_there),
		IKE_TEST(adopted),
		IKE_TEST(identities),
		IKE_TEST(reload),
		IKE_TEST(own_address_changes),
		IKE_TEST(unloaded_by_others),
		IKE_TEST(never_loaded),
		IKE_TEST(flushed_in_the_kernel),
		IKE_TEST(messages_of_the_kernel_lost),
		IKE_TEST(what_is_not_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
