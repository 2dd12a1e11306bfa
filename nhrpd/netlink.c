// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Netlink sockets: requests with an answer, and sockets that the loop listens
 * to.
 */
#include "netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* A dump fills at most 32 KiB a message; NHRP packets are shorter. */
#define NETLINK_BUFFER (64 * 1024)

/* Messages handled before the loop looks at anything else. */
#define NETLINK_BURST 512

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

const char *netlink_extack(const struct nlmsghdr *header)
{
	const struct nlmsgerr *error = nlmsg_data(header);
	int offset = sizeof(*error);
	struct nlattr *message;

	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (!(header->nlmsg_flags & NLM_F_CAPPED))
		offset += error->msg.nlmsg_len - NLMSG_HDRLEN;
	if (nlmsg_datalen(header) <= offset)
		return NULL;
	message = nla_find((struct nlattr *)((char *)error + offset),
			   nlmsg_datalen(header) - offset, NLMSGERR_ATTR_MSG);
	return message ? nla_get_string(message) : NULL;
}

/* Text of refusals, no echo of the request, strictly checked requests. */
static void netlink_options(struct nl_sock *socket)
{
	int fd = nl_socket_get_fd(socket);
	int on = 1;

	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
}

static int netlink_connect(struct nl_sock **socket, int protocol)
{
	*socket = nl_socket_alloc();
	if (!*socket)
		return -ENOMEM;
	if (nl_connect(*socket, protocol) < 0) {
		nl_socket_free(*socket);
		*socket = NULL;
		return -EPROTONOSUPPORT;
	}
	netlink_options(*socket);
	return 0;
}

void netlink_message_wipe(struct nl_msg *message)
{
	sodium_memzero(nlmsg_hdr(message), nlmsg_hdr(message)->nlmsg_len);
	nlmsg_free(message);
}

int netlink_request_open(struct netlink_request *request, int protocol)
{
	request->error[0] = '\0';
	request->protocol = protocol;
	request->socket = NULL;
	request->buffer = malloc(NETLINK_BUFFER);
	if (!request->buffer)
		return -ENOMEM;
	return netlink_connect(&request->socket, protocol);
}

void netlink_request_close(struct netlink_request *request)
{
	nl_socket_free(request->socket);
	free(request->buffer);
	request->socket = NULL;
	request->buffer = NULL;
}

static int netlink_refused(struct netlink_request *request,
			   const struct nlmsghdr *header)
{
	const struct nlmsgerr *error = nlmsg_data(header);
	const char *words;

	if (!error->error)
		return 0;
	words = netlink_extack(header);
	snprintf(request->error, sizeof(request->error), "%s",
		 words ? words : strerror(-error->error));
	return error->error;
}

/* State of a request whose answer is being read. */
struct netlink_answer {
	struct netlink_request *request;
	void (*reply)(struct nlmsghdr *header, void *context);
	void *context;
	uint32_t sequence;
	bool done;
	bool interrupted;
	int result;
};

static void netlink_answer_message(struct netlink_answer *answer,
				   struct nlmsghdr *header)
{
	if (header->nlmsg_seq != answer->sequence)
		return;
	if (header->nlmsg_flags & NLM_F_DUMP_INTR)
		answer->interrupted = true;
	switch (header->nlmsg_type) {
	case NLMSG_ERROR:
		answer->result = netlink_refused(answer->request, header);
		answer->done = true;
		break;
	case NLMSG_DONE:
		answer->done = true;
		break;
	default:
		if (answer->reply)
			answer->reply(header, answer->context);
	}
}

static int netlink_answer_read(struct netlink_answer *answer)
{
	struct netlink_request *request = answer->request;
	struct nlmsghdr *header = (struct nlmsghdr *)request->buffer;
	int left, length;

	left = recv(nl_socket_get_fd(request->socket), header, NETLINK_BUFFER,
		    0);
	if (left < 0)
		return errno == EINTR ? 0 : -errno;
	length = left;
	for (; nlmsg_ok(header, left) && !answer->done;
	     header = nlmsg_next(header, &left))
		netlink_answer_message(answer, header);
	if (request->secret)
		sodium_memzero(request->buffer, length);
	return 0;
}

static int netlink_request_send(struct netlink_request *request,
				struct nl_msg *message,
				void (*reply)(struct nlmsghdr *header,
					      void *context),
				void *context)
{
	struct netlink_answer answer = {
		.request = request,
		.reply = reply,
		.context = context,
	};
	int result;

	result = nl_send_auto(request->socket, message);
	answer.sequence = nlmsg_hdr(message)->nlmsg_seq;
	if (request->secret)
		netlink_message_wipe(message);
	else
		nlmsg_free(message);
	if (result < 0)
		result = -EIO;
	else
		result = 0;
	while (!result && !answer.done)
		result = netlink_answer_read(&answer);
	if (result) {
		snprintf(request->error, sizeof(request->error), "%s",
			 strerror(-result));
		return result;
	}
	if (!answer.result && answer.interrupted)
		return -EAGAIN;
	return answer.result;
}

static int netlink_request_dump(struct netlink_request *request,
				struct nl_msg *message,
				void (*reply)(struct nlmsghdr *header,
					      void *context),
				void *context)
{
	struct netlink_request dump = { .secret = request->secret };
	int result = netlink_request_open(&dump, request->protocol);

	if (result)
		nlmsg_free(message);
	else
		result = netlink_request_send(&dump, message, reply, context);
	if (result)
		snprintf(request->error, sizeof(request->error), "%s",
			 dump.error[0] ? dump.error : strerror(-result));
	netlink_request_close(&dump);
	return result;
}

int netlink_request_do(struct netlink_request *request, struct nl_msg *message,
		       void (*reply)(struct nlmsghdr *header, void *context),
		       void *context)
{
	if (!message)
		return -ENOMEM;
	if ((nlmsg_hdr(message)->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP)
		return netlink_request_dump(request, message, reply, context);
	return netlink_request_send(request, message, reply, context);
}

static bool netlink_listener_read(struct netlink_listener *listener)
{
	struct nlmsghdr *header = (struct nlmsghdr *)listener->buffer;
	int left, length;

	left = recv(nl_socket_get_fd(listener->socket), header,
		    NETLINK_BUFFER, MSG_DONTWAIT);
	if (left < 0 && errno == ENOBUFS) {
		listener->lost(listener->context);
		return true;
	}
	if (left < 0)
		return errno == EINTR;
	length = left;
	for (; nlmsg_ok(header, left); header = nlmsg_next(header, &left))
		listener->message(header, listener->context);
	if (listener->secret)
		sodium_memzero(listener->buffer, length);
	return true;
}

static void netlink_listener_ready(uv_poll_t *poll, int status, int events)
{
	struct netlink_listener *listener = poll->data;
	int count;

	(void)events;
	if (status < 0)
		return;
	for (count = 0; count < NETLINK_BURST; count++)
		if (!netlink_listener_read(listener))
			break;
}

static int netlink_listener_poll(struct netlink_listener *listener,
				 uv_loop_t *loop)
{
	int error;

	listener->poll = calloc(1, sizeof(*listener->poll));
	if (!listener->poll)
		return -ENOMEM;
	error = uv_poll_init(loop, listener->poll,
			     nl_socket_get_fd(listener->socket));
	if (error) {
		free(listener->poll);
		listener->poll = NULL;
		return error;
	}
	listener->poll->data = listener;
	return uv_poll_start(listener->poll, UV_READABLE,
			     netlink_listener_ready);
}

int netlink_listener_open(struct netlink_listener *listener, uv_loop_t *loop,
			  int protocol, int receive_buffer)
{
	int error;

	listener->buffer = malloc(NETLINK_BUFFER);
	if (!listener->buffer)
		return -ENOMEM;
	error = netlink_connect(&listener->socket, protocol);
	if (error)
		return error;
	if (setsockopt(nl_socket_get_fd(listener->socket), SOL_SOCKET,
		       SO_RCVBUFFORCE, &receive_buffer,
		       sizeof(receive_buffer)) < 0)
		setsockopt(nl_socket_get_fd(listener->socket), SOL_SOCKET,
			   SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
	return netlink_listener_poll(listener, loop);
}

static void netlink_poll_closed(uv_handle_t *handle)
{
	free(handle);
}

void netlink_listener_close(struct netlink_listener *listener)
{
	if (listener->poll) {
		uv_poll_stop(listener->poll);
		uv_close((uv_handle_t *)listener->poll, netlink_poll_closed);
	}
	nl_socket_free(listener->socket);
	free(listener->buffer);
	memset(listener, 0, sizeof(*listener));
}
