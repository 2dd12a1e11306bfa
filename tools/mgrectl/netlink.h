/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Talking to the generic netlink family of the module. */
#ifndef MGRECTL_NETLINK_H
#define MGRECTL_NETLINK_H

#include <stdbool.h>
#include <stdint.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

/* A message came: its command, and its attributes indexed by MGRE_A_. */
typedef void (*netlink_handler)(uint8_t command, struct nlattr **attributes,
				void *arg);

/*
 * Start a message; NULL: there is no connection to the module, and the
 * reason has been printed for this line (once). The caller owns it until it is
 * queued or asked.
 */
struct nl_msg *netlink_message(uint8_t command, int flags, unsigned int line);

/*
 * Put a change into the queue, which is sent when it is full. The message is
 * freed. The kernel's refusal is printed with the line.
 */
void netlink_queue(struct nl_msg *msg, unsigned int line);

/* Send what is in the queue and collect the answers. */
void netlink_commit(void);

/*
 * Send a query, hand each answer to the handler and free the message. A
 * refusal is printed.
 */
void netlink_ask(struct nl_msg *msg, unsigned int line,
		 netlink_handler handler, void *arg);

/*
 * Hand each event to the handler, for ever. Lost ones are told by the handler
 * as MGRE_CMD_OVERRUN without attributes. Returns after an error, which has
 * been printed.
 */
void netlink_listen(unsigned int line, netlink_handler handler, void *arg);

#endif /* MGRECTL_NETLINK_H */
