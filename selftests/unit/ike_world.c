// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fake_vici.h"
#include "ike/ike.h"
#include "ike_world.h"
#include "session.h"
#include "test.h"

struct world world;

/* ---- the kernel ---- */

struct xfrm *xfrm_open(uv_loop_t *loop, const struct xfrm_events *events,
		       void *context)
{
	(void)loop;
	world.kernel.events = events;
	world.kernel.context = context;
	return &world.kernel;
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
	usage->packets = world.packets;
	return spi == world.has_not ? -ESRCH : 0;
}

int xfrm_sa_delete(struct xfrm *xfrm, const struct nhrp_address *destination,
		   uint32_t spi)
{
	struct nhrp_address nbma = fake_address(SPOKE1_NBMA);

	(void)xfrm;
	assert_true(nhrp_address_equal(destination, &nbma));
	world.deleted = spi;
	world.deletions++;
	return 0;
}

const char *xfrm_error(const struct xfrm *xfrm)
{
	(void)xfrm;
	return "";
}

/* ---- time ---- */

void world_run(void)
{
	fake_vici_run(node.loop);
}

void world_pass(unsigned int ms)
{
	exchange_pass(ms);
	world_run();
}

/* ---- start and end ---- */

/* The fake key exchange makes way for that of strongSwan. */
void world_open(void)
{
	world.interface->exchange_ops = &ike_ops;
	assert_int_equal(sessions_open(world.interface), 0);
	world_pass(RETRY);
}

int world_begin(void **state)
{
	char settings[256];

	(void)state;
	memset(&world, 0, sizeof(world));
	world.packets = 1;
	memset(&fake_vici, 0, sizeof(fake_vici));
	fake_vici.answer = "success=yes";
	snprintf(world.path, sizeof(world.path), "/tmp/ike-test-%d", getpid());
	snprintf(settings, sizeof(settings),
		 "protection ike dmvpn\nike profile dmvpn\n"
		 "authentication psk\nlocal id hub\nremote id *\n"
		 "proposals aes256-sha256-x25519\nsocket %s\n", world.path);
	exchange_hub(settings);
	world.interface = exchange_interface();
	sessions_close(world.interface);
	fake_vici_start(node.loop, world.path);
	world_open();
	return 0;
}

int world_end(void **state)
{
	fake_vici_stop();
	unlink(world.path);
	return exchange_end(state);
}

/* ---- what there is, and what is said of it ---- */

struct session *world_get(const char *text)
{
	struct nhrp_address nbma = fake_address(text);

	return session_get(world.interface, &nbma, 0);
}

struct session *world_find(const char *text, uint16_t port)
{
	struct nhrp_address nbma = fake_address(text);

	return session_find_address(world.interface, &nbma, port);
}

const char *world_render(const char *up, const struct report *sa)
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

void world_tell(const char *event, const char *up, const struct report *sa)
{
	fake_vici_event(event, world_render(up, sa));
	world_run();
}

struct report world_spoke1(uint32_t connection, uint32_t if_id)
{
	return (struct report){
		.connection = connection, .nbma = SPOKE1_NBMA, .port = 4500,
		.identity = "spoke-1", .ike = 1, .child = 1, .if_id = if_id,
	};
}

void world_took(const char *command, const char *words)
{
	const char *text = fake_vici_take(command);

	if (!text)
		fail_msg("no command %s", command);
	if (!strstr(text, words))
		fail_msg("%s has no \"%s\": %s", command, words, text);
}

void world_forget(void)
{
	fake_vici.count = 0;
}

struct session *world_up(void)
{
	struct session *session = world_get(SPOKE1_NBMA);
	struct report up = world_spoke1(session->if_id, session->if_id);

	session_hold(session);
	world_run();
	world_tell("child-updown", "up=yes", &up);
	assert_int_equal(session->state, SESSION_UP);
	world_forget();
	return session;
}

void world_restart(void)
{
	fake_vici_stop();
	world_run();
	fake_vici_start(node.loop, world.path);
	world_pass(2000);
	assert_int_equal(fake_vici.connections, 2);
}
