// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include <linux/mgre.h>

#include "error.h"
#include "netlink.h"

/*
 * So many changes go in one send. Only the last is acknowledged, but each may
 * be refused, and the refusals of all have to fit into the receive buffer.
 */
#define QUEUE_MESSAGES	256
#define QUEUE_BYTES	65536
#define REQUEST_MAX	1024
#define QUEUE_RCVBUF	(1 << 18)
#define EVENTS_RCVBUF	(4 << 20)

static struct nl_sock *sock;
static bool unreachable;
static int family;
static uint32_t sequence;	/* of the latest message */

static struct {
	char bytes[QUEUE_BYTES];
	size_t used;
	unsigned int messages;
	unsigned int lines[QUEUE_MESSAGES];
	struct nlmsghdr *last;
} queue;

/* Messages first to last have been sent, and their answers are waited for. */
struct wait {
	uint32_t first;
	uint32_t last;
	const unsigned int *lines;	/* of first to last */
	bool done;
	bool interrupted;	/* a dump did not see one state */
	netlink_handler handler;
	void *arg;
};

/* Once: a second failure would only repeat the first. */
static bool netlink_open(unsigned int line)
{
	int on = 1, fd, err;

	if (sock || unreachable)
		return sock;
	unreachable = true;
	sock = nl_socket_alloc();
	if (!sock) {
		error_at(line, EXIT_REFUSED, "out of memory");
		return false;
	}
	err = genl_connect(sock);
	if (err < 0) {
		error_at(line, EXIT_REFUSED, "generic netlink: %s",
			 nl_geterror(err));
		goto fail;
	}
	family = genl_ctrl_resolve(sock, MGRE_FAMILY_NAME);
	if (family < 0) {
		error_at(line, EXIT_REFUSED,
			 "the kernel has no family \"%s\": load the module mgre",
			 MGRE_FAMILY_NAME);
		goto fail;
	}
	nl_socket_disable_seq_check(sock);
	nl_socket_disable_auto_ack(sock);
	nl_socket_set_buffer_size(sock, QUEUE_RCVBUF, 0);
	fd = nl_socket_get_fd(sock);
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	return true;
fail:
	nl_socket_free(sock);
	sock = NULL;
	return false;
}

struct nl_msg *netlink_message(uint8_t command, int flags, unsigned int line)
{
	struct nl_msg *msg;

	if (!netlink_open(line))
		return NULL;
	msg = nlmsg_alloc_size(REQUEST_MAX);
	if (!msg || !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0,
				 flags | NLM_F_REQUEST, command,
				 MGRE_FAMILY_VERSION)) {
		error_at(line, EXIT_REFUSED, "out of memory");
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

/*
 * Print a refusal: the kernel's own words if it sent any. They stand in
 * attributes behind the header, of which skip bytes are fixed.
 */
static void print_refusal(const struct wait *w, struct nlmsghdr *h, int skip,
			  int error)
{
	unsigned int line = *w->lines;
	struct nlattr *words = NULL;

	if (h->nlmsg_seq - w->first <= w->last - w->first)
		line = w->lines[h->nlmsg_seq - w->first];

	if (h->nlmsg_flags & NLM_F_ACK_TLVS)
		words = nlmsg_find_attr(h, skip, NLMSGERR_ATTR_MSG);
	if (words)
		error_at(line, EXIT_REFUSED, "%s: %s",
			 strerror(-error), nla_get_string(words));
	else
		error_at(line, EXIT_REFUSED, "%s", strerror(-error));
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *arg)
{
	struct nlmsghdr *h = (struct nlmsghdr *)((char *)e - NLMSG_HDRLEN);
	struct wait *w = arg;

	(void)from;
	print_refusal(w, h, sizeof(*e), e->error);
	if (h->nlmsg_seq == w->last)
		w->done = true;
	return NL_SKIP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct wait *w = arg;

	if (nlmsg_hdr(msg)->nlmsg_seq == w->last)
		w->done = true;
	return NL_OK;
}

/* The end of a dump carries its error, if there was one. */
static int on_finish(struct nl_msg *msg, void *arg)
{
	struct nlmsghdr *h = nlmsg_hdr(msg);
	struct wait *w = arg;
	int error = 0;

	if (nlmsg_datalen(h) >= (int)sizeof(error))
		memcpy(&error, nlmsg_data(h), sizeof(error));
	if (error < 0)
		print_refusal(w, h, sizeof(error), error);
	w->done = true;
	return NL_OK;
}

static int on_interrupt(struct nl_msg *msg, void *arg)
{
	struct wait *w = arg;

	(void)msg;
	w->interrupted = true;
	return NL_OK;
}

static int on_message(struct nl_msg *msg, void *arg)
{
	struct nlattr *attributes[MGRE_A_MAX + 1];
	struct nlmsghdr *h = nlmsg_hdr(msg);
	struct genlmsghdr *g = genlmsg_hdr(h);
	struct wait *w = arg;

	if (!w->handler || !genlmsg_valid_hdr(h, 0) ||
	    genlmsg_parse(h, 0, attributes, MGRE_A_MAX, NULL))
		return NL_SKIP;
	w->handler(g->cmd, attributes, w->arg);
	return NL_OK;
}

/* Read until the wait is done. */
static void receive(struct wait *w)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int err;

	if (!cb) {
		error_at(*w->lines, EXIT_REFUSED, "out of memory");
		return;
	}
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_message, w);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, w);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, w);
	nl_cb_set(cb, NL_CB_DUMP_INTR, NL_CB_CUSTOM, on_interrupt, w);
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, NULL, NULL);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, w);
	while (!w->done) {
		err = nl_recvmsgs(sock, cb);
		if (err >= 0)
			continue;
		if (err == -NLE_NOMEM && !w->last) {
			struct nlattr *none[MGRE_A_MAX + 1] = {};

			w->handler(MGRE_CMD_OVERRUN, none, w->arg);
			continue;
		}
		error_at(*w->lines, EXIT_REFUSED, "generic netlink: %s",
			 nl_geterror(err));
		break;
	}
	nl_cb_put(cb);
}

void netlink_commit(void)
{
	struct wait w = {
		.lines = queue.lines,
	};
	int err;

	if (!queue.messages)
		return;
	queue.last->nlmsg_flags |= NLM_F_ACK;
	w.last = queue.last->nlmsg_seq;
	w.first = w.last - queue.messages + 1;
	err = nl_sendto(sock, queue.bytes, queue.used);
	queue.used = 0;
	queue.messages = 0;
	if (err < 0)
		error_at(*w.lines, EXIT_REFUSED, "generic netlink: %s",
			 nl_geterror(err));
	else
		receive(&w);
}

/* Address a message and give it the next sequence number. */
static struct nlmsghdr *complete(struct nl_msg *msg)
{
	nlmsg_hdr(msg)->nlmsg_seq = ++sequence;
	nl_complete_msg(sock, msg);
	return nlmsg_hdr(msg);
}

void netlink_queue(struct nl_msg *msg, unsigned int line)
{
	struct nlmsghdr *h;

	if (queue.messages == QUEUE_MESSAGES ||
	    queue.used + REQUEST_MAX > QUEUE_BYTES)
		netlink_commit();
	h = complete(msg);
	queue.last = (struct nlmsghdr *)(queue.bytes + queue.used);
	memcpy(queue.last, h, h->nlmsg_len);
	queue.used += NLMSG_ALIGN(h->nlmsg_len);
	queue.lines[queue.messages++] = line;
	nlmsg_free(msg);
}

void netlink_ask(struct nl_msg *msg, unsigned int line,
		 netlink_handler handler, void *arg)
{
	struct wait w = {
		.lines = &line,
		.handler = handler,
		.arg = arg,
	};
	struct nlmsghdr *h;
	int err;

	netlink_commit();
	h = complete(msg);
	w.first = h->nlmsg_seq;
	w.last = h->nlmsg_seq;
	if (!(h->nlmsg_flags & NLM_F_DUMP))
		h->nlmsg_flags |= NLM_F_ACK;
	err = nl_sendto(sock, h, h->nlmsg_len);
	if (err < 0)
		error_at(line, EXIT_REFUSED, "generic netlink: %s",
			 nl_geterror(err));
	else
		receive(&w);
	if (w.interrupted)
		error_at(line, EXIT_REFUSED,
			 "the cache changed meanwhile: the list may lack entries or show some twice");
	nlmsg_free(msg);
}

void netlink_listen(unsigned int line, netlink_handler handler, void *arg)
{
	struct wait w = {
		.lines = &line,
		.handler = handler,
		.arg = arg,
	};
	int size = EVENTS_RCVBUF, group, err;

	if (!netlink_open(line))
		return;
	group = genl_ctrl_resolve_grp(sock, MGRE_FAMILY_NAME,
				      MGRE_MCGRP_EVENTS);
	if (group < 0) {
		error_at(line, EXIT_REFUSED, "no multicast group \"%s\": %s",
			 MGRE_MCGRP_EVENTS, nl_geterror(group));
		return;
	}
	setsockopt(nl_socket_get_fd(sock), SOL_SOCKET, SO_RCVBUFFORCE, &size,
		   sizeof(size));
	err = nl_socket_add_membership(sock, group);
	if (err < 0) {
		error_at(line, EXIT_REFUSED, "multicast group \"%s\": %s",
			 MGRE_MCGRP_EVENTS, nl_geterror(err));
		return;
	}
	receive(&w);
}
