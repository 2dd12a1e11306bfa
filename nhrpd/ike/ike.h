/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Key exchange by strongSwan: what belongs to an interface.
 */
#ifndef NHRPD_IKE_IKE_H
#define NHRPD_IKE_IKE_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "config.h"
#include "packet/address.h"
#include "session.h"
#include "vici.h"
#include "vici_client.h"

struct ike_node;
struct loaded;
struct orphan;
struct xfrm;

/**
 * struct ike - interface.exchange
 * @interface: where it belongs
 * @profile: a copy, as a reload frees the original
 * @client: connection to strongSwan
 * @xfrm: to look into the kernel, and to hear what is deleted there
 * @nodes: list of those that have or shall have keys
 * @loaded: list of the connections that strongSwan holds for nodes
 * @orphans: list of the SAs that a killed strongSwan left
 * @sweep_timer: when to end those of no session
 * @check_timer: when to look whether strongSwan holds them still
 * @gone_timer: when to replace child SAs that the kernel lost
 * @answer_if_id: for whoever calls next, 0: chosen by strongSwan
 * @priority: of the policies of the connection that was loaded last
 * @answers: strongSwan has accepted the connection for anybody
 * @listing: strongSwan lists its SAs
 * @list_again: and shall do so once more
 * @absent: it was said that there is no strongSwan
 */
struct ike {
	struct interface *interface;
	struct config_ike_profile profile;
	struct vici_client *client;
	struct xfrm *xfrm;
	struct ike_node *nodes;
	struct loaded *loaded;
	struct orphan *orphans;
	uv_timer_t *sweep_timer;
	uv_timer_t *check_timer;
	uv_timer_t *gone_timer;
	uint32_t answer_if_id;
	uint32_t priority;
	bool answers;
	bool listing, list_again;
	bool absent;
};

/** ike_send - send a command; refusals are of no interest */
void ike_send(struct ike *ike, struct vici_request *request);

/** ike_port - as sessions have it: the ports of IKE's own are one */
uint16_t ike_port(uint16_t port);

/* ---- connections: load.c ---- */

/** ike_load - have strongSwan hold the connection of a session's node */
void ike_load(struct ike *ike, const struct session *session);

/** ike_load_answer - ditto, the one that answers anybody */
void ike_load_answer(struct ike *ike);

/** ike_load_all - both, for all nodes */
void ike_load_all(struct ike *ike);

/** ike_taken - strongSwan has chosen an if_id that a session has already */
void ike_taken(struct ike *ike);

/** ike_sweep - unload those of no session, now and then; orphans likewise */
void ike_sweep(uv_timer_t *timer);

/** ike_check - load again what others have unloaded, now and then */
void ike_check(uv_timer_t *timer);

/** ike_forget_loaded - forget which were loaded; they stay */
void ike_forget_loaded(struct ike *ike);

/* ---- what a killed strongSwan left in the kernel: orphan.c ---- */

/**
 * ike_orphan_note - an SA is one, unless ike_orphan_found() says otherwise
 * @if_id: of the node
 * @destination, @spi: what the kernel finds it by
 */
void ike_orphan_note(struct ike *ike, uint32_t if_id,
		     const struct nhrp_address *destination, uint32_t spi);

/** ike_orphan_found - it is none: strongSwan has it */
void ike_orphan_found(struct ike *ike, uint32_t spi);

/** ike_orphans_delete - those of a node: others have taken their place */
void ike_orphans_delete(struct ike *ike, uint32_t if_id);

/** ike_orphans_sweep - ditto, those of no session */
void ike_orphans_sweep(struct ike *ike);

/** ike_orphans_forget - forget which there are; they stay */
void ike_orphans_forget(struct ike *ike);

/* ---- events: event.c ---- */

/** ike_event - handle an event, as struct vici_client_events has it */
void ike_event(void *context, const struct vici_string *name,
	       struct vici_reader *message);

#endif /* NHRPD_IKE_IKE_H */
