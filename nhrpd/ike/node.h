/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes: what the key exchange by strongSwan keeps of a session.
 */
#ifndef NHRPD_IKE_NODE_H
#define NHRPD_IKE_NODE_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "ike.h"
#include "sa.h"
#include "session.h"

enum node_phase {
	NODE_RESTING,	/* has keys, or hears soon whether it has */
	NODE_DELAYED,	/* will be called */
	NODE_CALLING,	/* is being called */
	NODE_LOST,	/* has no keys any more, unless others come at once */
};

/** struct node_child - a child SA of a node */
struct node_child {
	struct ike_child sa;
	struct nhrp_address remote;	/* where the outbound SA leads */
	uint32_t ike_id;	/* of its IKE SA, 0: not known any more */
	uint64_t made;		/* ms of daemon_now() */
	uint64_t rekey;		/* ditto, 0: not known */
	bool seen;		/* in the last list of strongSwan's */
	bool gone;		/* from the kernel, by another's hand */
	struct node_child *prev, *next;
};

/**
 * struct ike_node - session.exchange
 * @ike: where it belongs
 * @session: whose it is
 * @phase: see above
 * @timer: of @phase
 * @deadline: until when a call may last, ms
 * @loaded: strongSwan has accepted its connection
 * @listed: and had it when it was last asked
 * @called: this connection to strongSwan was told to call it
 * @found: an IKE SA of its own was in the list
 * @established: and nothing was missing but a child SA
 * @childless: how often that was so
 * @identity: of the node, "" while unknown
 * @words: what strongSwan last said about a call
 * @replaced_timer: when to end IKE SAs that others have replaced
 * @children: that carry data, the newest first
 */
struct ike_node {
	struct ike *ike;
	struct session *session;
	enum node_phase phase;
	uv_timer_t *timer;
	uint64_t deadline;
	bool loaded, listed;
	bool called;
	bool found, established;
	unsigned int childless;
	char identity[SESSION_NAME_MAX];
	char words[128];
	uv_timer_t *replaced_timer;
	struct node_child *children;
	struct ike_node *prev, *next;
};

/**
 * node_get - the node of a session, made if need be; NULL: no memory
 *
 * A session that is idle must not keep it: nobody would free it.
 */
struct ike_node *node_get(struct ike *ike, struct session *session);

/** node_free - forget it, here only */
void node_free(struct ike_node *node);

/** node_call - make keys, after @delay ms */
void node_call(struct ike_node *node, uint64_t delay);

/** node_end - end its IKE SAs and forget it */
void node_end(struct ike_node *node);

/** node_down - tell that it has no keys; may free node and session */
void node_down(struct ike_node *node, const char *reason);

/** node_up - keys came from a node; may free node and session */
void node_up(struct ike_node *node, const struct ike_sa *sa,
	     const struct ike_child *child);

/** node_lose - a child SA is no more */
void node_lose(struct ike_node *node, const struct ike_child *child);

/** node_child_find - by its SPI, in either direction, or NULL */
struct node_child *node_child_find(struct ike_node *node, uint32_t spi);

/** node_unknown - strongSwan may number its SAs anew: until the next list */
void node_unknown(struct ike_node *node);

/** node_doubt - what follows is a list of all that strongSwan has */
void node_doubt(struct ike_node *node);

/** node_sweep - that was the list; may free node and session */
void node_sweep(struct ike_node *node, uint64_t delay);

#endif /* NHRPD_IKE_NODE_H */
