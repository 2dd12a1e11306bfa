/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world for the native key exchange: nodes on one event loop, in place of
 * native/socket.c a network that loses, doubles and reorders, with NAT, and in
 * place of xfrm.c kernels that are tables. The clock is the test's.
 */
#ifndef SELFTESTS_UNIT_NATIVE_WORLD_H
#define SELFTESTS_UNIT_NATIVE_WORLD_H

#include "config.h"
#include "daemon.h"
#include "interface.h"
#include "native/private.h"
#include "native_identity.h"
#include "session.h"

#define WORLD_SAS 64
#define WORLD_SENT 4096

/** struct world_sa - an SA of a kernel */
struct world_sa {
	struct xfrm_sa sa;
	struct xfrm_usage usage;
};

/** struct world_policy - a policy of a kernel */
struct world_policy {
	struct nhrp_address source, destination;
	uint32_t if_id;
};

/**
 * struct xfrm - a kernel
 * @sas, @count: its SAs
 * @policy, @policies: its policies, and how many
 */
struct xfrm {
	const struct xfrm_events *events;
	void *context;
	struct world_sa sas[WORLD_SAS];
	size_t count;
	struct world_policy policy[WORLD_SAS];
	size_t policies;
};

/** struct node - an nhrpd with one interface */
struct node {
	struct daemon daemon;
	struct interface interface;
	struct config_interface config;
	struct xfrm kernel;
};

/** struct world_sent - a datagram that was sent */
struct world_sent {
	struct place source, destination;
	uint8_t bytes[MESSAGE_MAX];
	size_t length;
	uint64_t due;
};

/**
 * struct world - all there is
 * @sent: what is under way or has arrived, in the order it was sent
 * @sent_count: all, also those that @sent has no room for
 * @loss, @doubled, @delay: of 100 datagrams so many are lost or doubled, and
 *			    each takes up to @delay ms
 * @dead: datagrams to and from this address are lost
 * @inside, @outside: a NAT, if @outside.port
 * @now_offset: added to time(2)
 */
struct world {
	uv_loop_t loop;
	struct world_sent sent[WORLD_SENT];
	size_t sent_count;
	unsigned int loss, doubled, delay;
	struct nhrp_address dead;
	struct place inside, outside;
	int64_t now_offset;
};

extern struct world world;

/** world_start - an empty one; also makes an authority */
void world_start(void);

/** world_end - nothing is left */
void world_end(void);

/** world_psk - write a psk file; returns its name */
char *world_psk(const char *psk);

/** world_identify - write the files of an identity into @config */
void world_identify(struct config_protection *config,
		    const struct identity *node,
		    const struct identity *authority);

/** world_node - prepare a node at @address, with nothing to prove */
void world_node(struct node *node, const char *address);

/** world_open - bring its interface up */
void world_open(struct node *node);

/** world_close - take it down; its kernel keeps all */
void world_close(struct node *node);

/** world_pass - let @ms go by */
void world_pass(uint64_t ms);

/** world_call - the session of one node with another, needed from now on */
struct session *world_call(struct node *node, const char *address);

/** world_session - of an address, or NULL */
struct session *world_session(struct node *node, const char *address);

/** world_connected - whether both have one session UP, and keys that fit */
bool world_connected(struct node *a, struct node *b);

/** world_deliver - a datagram arrives, whoever sent it */
void world_deliver(const struct place *source, const struct place *destination,
		   const uint8_t *bytes, size_t length);

/** world_traffic - packets from one node to another, if keys allow */
bool world_traffic(struct node *from, struct node *to);

#endif /* SELFTESTS_UNIT_NATIVE_WORLD_H */
