/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What session.c and session_table.c share.
 */
#ifndef NHRPD_SESSION_PRIVATE_H
#define NHRPD_SESSION_PRIVATE_H

#include "session.h"

/**
 * session_new - a session at rest, in the tables
 * @port: as in session_get()
 * @if_id: not taken, or 0: choose one
 * @expired: for its timer
 *
 * Return: it, or NULL: too many, or out of memory.
 */
struct session *session_new(struct interface *interface,
			    const struct nhrp_address *nbma, uint16_t port,
			    uint32_t if_id, uv_timer_cb expired);

/** session_free - take it out of the tables and free it */
void session_free(struct session *session);

/** session_add_address - let it be found where it is */
void session_add_address(struct session *session);

/**
 * session_is_taken - whether a session has this if_id
 *
 * The kernel's SAs are of all interfaces, and so is an if_id.
 */
bool session_is_taken(const struct daemon *daemon, uint32_t if_id);

#endif /* NHRPD_SESSION_PRIVATE_H */
