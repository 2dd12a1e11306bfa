/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Netlink sockets: requests with an answer, and sockets that the loop listens
 * to. All requests are handled by the kernel within send(), so that waiting
 * for the answer of one never blocks.
 */
#ifndef NHRPD_NETLINK_H
#define NHRPD_NETLINK_H

#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct netlink_listener;

/**
 * struct netlink_request - a socket for requests
 * @protocol: netlink family
 * @socket: libnl's
 * @buffer: what is read into
 * @error: text of the last refusal: the kernel's own words if it gave any
 * @secret: messages hold keys: they are wiped after use; set it before open
 */
struct netlink_request {
	int protocol;
	struct nl_sock *socket;
	uint8_t *buffer;
	bool secret;
	char error[160];
};

/** netlink_request_open - connect to a netlink family: 0 or -errno */
int netlink_request_open(struct netlink_request *request, int protocol);

/** netlink_request_close - free it; safe after a failed open */
void netlink_request_close(struct netlink_request *request);

/**
 * netlink_request_do - send a message and wait for its acknowledgement
 * @message: consumed in any case; NULL stands for -ENOMEM
 * @reply: called for each message that comes before the end, or NULL
 * @context: handed to @reply
 *
 * @reply may make requests of its own while it is called for a dump, which
 * goes by another socket for that reason, but not otherwise. Return: 0 or the
 * kernel's -errno, with request->error set; -EAGAIN for a dump that changed
 * while it was read, which the caller may repeat.
 */
int netlink_request_do(struct netlink_request *request, struct nl_msg *message,
		       void (*reply)(struct nlmsghdr *header, void *context),
		       void *context);

/**
 * struct netlink_listener - a socket that the loop reads
 * @message: called for each message
 * @lost: called when the kernel had to drop messages for want of room
 * @context: for the callbacks
 * @socket: libnl's
 * @poll: libuv's
 * @buffer: what is read into
 * @secret: messages hold keys: they are wiped after use
 */
struct netlink_listener {
	void (*message)(struct nlmsghdr *header, void *context);
	void (*lost)(void *context);
	void *context;
	struct nl_sock *socket;
	uv_poll_t *poll;
	uint8_t *buffer;
	bool secret;
};

/**
 * netlink_listener_open - open a socket; set @message, @lost, @context first,
 *			   and @secret if need be
 * @protocol: netlink family
 * @receive_buffer: bytes, forced beyond the system's limit if allowed
 *
 * Return: 0 or -errno.
 */
int netlink_listener_open(struct netlink_listener *listener, uv_loop_t *loop,
			  int protocol, int receive_buffer);

/** netlink_listener_close - free it; safe after a failed open */
void netlink_listener_close(struct netlink_listener *listener);

/** netlink_message_wipe - zero a message with keys and free it */
void netlink_message_wipe(struct nl_msg *message);

/**
 * netlink_extack - the kernel's words in an error message
 * @header: a message of type NLMSG_ERROR
 *
 * Return: text inside the message, or NULL if it has none.
 */
const char *netlink_extack(const struct nlmsghdr *header);

#endif /* NHRPD_NETLINK_H */
