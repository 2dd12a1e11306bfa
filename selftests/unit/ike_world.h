/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world for the key exchange by strongSwan: the hub of exchange.h, a
 * strongSwan that only exists in fake_vici.c, and in place of xfrm*.c a kernel
 * that has no IPsec. Each test begins with a hub whose strongSwan is there.
 */
#ifndef SELFTESTS_UNIT_IKE_WORLD_H
#define SELFTESTS_UNIT_IKE_WORLD_H

#include <stdint.h>

#include "exchange.h"
#include "xfrm.h"

#define RETRY 10000	/* ms; longer than any wait between two tries */
#define CHECK 5000	/* ms between two looks at what is loaded */

/** struct xfrm - the kernel: who listens to it */
struct xfrm {
	const struct xfrm_events *events;
	void *context;
};

/**
 * struct world - all there is
 * @interface: the hub's
 * @path: strongSwan's socket
 * @has_not: SPI of an SA that the kernel does not have; it has any other
 * @packets: what each SA has carried
 * @deleted, @deletions: SPI of the SA that was deleted last, and how many were
 */
struct world {
	struct interface *interface;
	char path[64];
	struct xfrm kernel;
	uint32_t has_not;
	uint64_t packets;
	uint32_t deleted;
	unsigned int deletions;
};

extern struct world world;

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

/** WORLD_TEST - a test for cmocka, in a world of its own */
#define WORLD_TEST(name) \
	cmocka_unit_test_setup_teardown(name, world_begin, world_end)
int world_begin(void **state);
int world_end(void **state);

/** world_open - nhrpd begins to talk to strongSwan */
void world_open(void);

/** world_run - until nobody has anything to say */
void world_run(void);

/** world_pass - let @ms go by */
void world_pass(unsigned int ms);

/** world_get - the session with an address, made if need be */
struct session *world_get(const char *text);

/** world_find - the session with an address and port, or NULL */
struct session *world_find(const char *text, uint16_t port);

/** world_up - a session with SPOKE1 that is held, called and up */
struct session *world_up(void);

/** world_spoke1 - a report on SPOKE1 */
struct report world_spoke1(uint32_t connection, uint32_t if_id);

/** world_render - a report in VICI's words, valid until the next */
const char *world_render(const char *up, const struct report *sa);

/** world_tell - strongSwan says so in an event */
void world_tell(const char *event, const char *up, const struct report *sa);

/** world_took - strongSwan was given a command that has these words */
void world_took(const char *command, const char *words);

/** world_forget - what commands it was given */
void world_forget(void);

/** world_restart - another strongSwan takes its place, without its SAs */
void world_restart(void);

#endif /* SELFTESTS_UNIT_IKE_WORLD_H */
