/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What mgre.c and mgre_cache.c share.
 */
#ifndef NHRPD_MGRE_PRIVATE_H
#define NHRPD_MGRE_PRIVATE_H

#include "log.h"
#include "mgre.h"
#include "netlink.h"

/* Packets collected for one send. */
#define MGRE_BATCH (48 * 1024)

/**
 * struct mgre - the module
 * @loop: event loop
 * @events: who hears what it says
 * @context: for them
 * @request: socket for requests
 * @packets: socket that owns the devices
 * @notices: socket for events
 * @flush: sends @batch before the loop waits
 * @family: id of the family, 0: not there
 * @limit: for lines about packets not sent
 * @batch_length: bytes in @batch
 * @batch: packets that are to be sent together
 */
struct mgre {
	uv_loop_t *loop;
	const struct mgre_events *events;
	void *context;
	struct netlink_request request;
	struct netlink_listener packets;
	struct netlink_listener notices;
	uv_prepare_t *flush;
	int family;
	struct log_limit limit;
	size_t batch_length;
	uint8_t batch[MGRE_BATCH];
};

/**
 * mgre_message - begin a message to the family
 * @command: MGRE_CMD_*
 * @flags: NLM_F_*
 * @ifindex: device that it is about
 *
 * Return: the message, or NULL if there is no memory.
 */
struct nl_msg *mgre_message(struct mgre *mgre, uint8_t command, int flags,
			    unsigned int ifindex);

#endif /* NHRPD_MGRE_PRIVATE_H */
