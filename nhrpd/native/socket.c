// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * UDP sockets of the native key exchange.
 */
#include "socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <linux/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "message.h"
#include "sd_notify.h"

#define SOCKET_RECEIVE_BUFFER (4 << 20)
#define SOCKET_READS 64		/* datagrams before others have their turn */
#define SOCKET_NAME 16		/* with NUL, of systemd's copy */
#define SOCKET_TRIES 20
#define SOCKET_WAIT 5000	/* us */

/**
 * struct native_socket - a socket that the loop reads
 * @poll: libuv's; its close frees the struct
 */
struct native_socket {
	uv_poll_t poll;
	int fd;
	uint16_t port;
	void (*received)(void *context, const struct datagram *datagram);
	void *context;
};

/* ---- receiving ---- */

static bool socket_find_destination(struct msghdr *header,
				    struct nhrp_address *address)
{
	struct in_pktinfo info;
	struct cmsghdr *control;

	for (control = CMSG_FIRSTHDR(header); control;
	     control = CMSG_NXTHDR(header, control)) {
		if (control->cmsg_level != IPPROTO_IP ||
		    control->cmsg_type != IP_PKTINFO)
			continue;
		memcpy(&info, CMSG_DATA(control), sizeof(info));
		return nhrp_address_set(address, &info.ipi_addr, 4);
	}
	return false;
}

/* Return: false if there was nothing to read. */
static bool socket_read(struct native_socket *socket)
{
	uint8_t bytes[MESSAGE_MAX + 1];
	char control[CMSG_SPACE(sizeof(struct in_pktinfo))];
	struct sockaddr_in source;
	struct iovec vector = { .iov_base = bytes, .iov_len = sizeof(bytes) };
	struct msghdr header = {
		.msg_name = &source,
		.msg_namelen = sizeof(source),
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct datagram datagram = { .bytes = bytes };
	ssize_t length = recvmsg(socket->fd, &header, 0);

	/* Errors are those of what was sent before: of one peer only. */
	if (length < 0)
		return errno != EAGAIN && errno != EWOULDBLOCK;
	if (source.sin_family != AF_INET ||
	    !socket_find_destination(&header, &datagram.destination.address))
		return true;
	nhrp_address_set(&datagram.source.address, &source.sin_addr, 4);
	datagram.source.port = ntohs(source.sin_port);
	datagram.destination.port = socket->port;
	datagram.length = length;
	socket->received(socket->context, &datagram);
	return true;
}

static void socket_readable(uv_poll_t *poll, int status, int events)
{
	struct native_socket *socket = poll->data;
	int reads;

	(void)events;
	if (status < 0)
		return;
	for (reads = 0; reads < SOCKET_READS; reads++)
		if (uv_is_closing((uv_handle_t *)poll) || !socket_read(socket))
			break;
}

/* ---- open and close ---- */

static int socket_set_options(int fd)
{
	const int on = 1, encapsulation = UDP_ENCAP_ESPINUDP;
	const int discover = IP_PMTUDISC_DONT, room = SOCKET_RECEIVE_BUFFER;

	if (setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) ||
	    setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &encapsulation,
		       sizeof(encapsulation)))
		return -1;
	/* A handshake must pass whatever the path; fragments are better. */
	setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &discover,
		   sizeof(discover));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	return 0;
}

static int socket_bind(int fd, uint16_t port)
{
	struct sockaddr_in any = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};
	int tries = 0;

	/*
	 * Without SO_REUSEADDR: of two readers, each would get a part. But
	 * systemd may not yet have closed what we just told it to forget.
	 */
	while (bind(fd, (struct sockaddr *)&any, sizeof(any))) {
		if (errno != EADDRINUSE || !getenv("NOTIFY_SOCKET") ||
		    ++tries > SOCKET_TRIES)
			return -1;
		usleep(SOCKET_WAIT);
	}
	return 0;
}

static int socket_make(uint16_t port)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -1;
	if (!socket_set_options(fd) && !socket_bind(fd, port))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static void socket_name(uint16_t port, char name[SOCKET_NAME])
{
	snprintf(name, SOCKET_NAME, "udp-%u", port);
}

/*
 * While no nhrpd runs, the one that systemd keeps still takes ESP in UDP to
 * the SAs.
 */
static int socket_take(uint16_t port)
{
	char name[SOCKET_NAME];
	int fd;

	socket_name(port, name);
	fd = sd_notify_take(name);
	if (fd >= 0)
		return fd;
	fd = socket_make(port);
	if (fd >= 0)
		sd_notify_store(name, fd);
	return fd;
}

struct native_socket *
native_socket_open(uv_loop_t *loop, uint16_t port,
		   void (*received)(void *context,
				    const struct datagram *datagram),
		   void *context)
{
	struct native_socket *socket = calloc(1, sizeof(*socket));

	if (!socket)
		return NULL;
	socket->port = port;
	socket->received = received;
	socket->context = context;
	socket->fd = socket_take(port);
	if (socket->fd < 0)
		goto free;
	if (uv_poll_init(loop, &socket->poll, socket->fd))
		goto close;
	socket->poll.data = socket;
	uv_poll_start(&socket->poll, UV_READABLE, socket_readable);
	return socket;
close:
	close(socket->fd);
	errno = ENOMEM;
free:
	free(socket);
	return NULL;
}

static void socket_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void native_socket_close(struct native_socket *socket)
{
	char name[SOCKET_NAME];

	if (!socket)
		return;
	socket_name(socket->port, name);
	sd_notify_forget(name);
	uv_poll_stop(&socket->poll);
	close(socket->fd);
	uv_close((uv_handle_t *)&socket->poll, socket_closed);
}

/* ---- sending ---- */

void native_socket_send(struct native_socket *socket, const struct place *own,
			const struct place *peer, const uint8_t *bytes,
			size_t length)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
	} control = {
		.header.cmsg_level = IPPROTO_IP,
		.header.cmsg_type = IP_PKTINFO,
		.header.cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo)),
	};
	struct sockaddr_in destination = {
		.sin_family = AF_INET,
		.sin_port = htons(peer->port),
	};
	struct iovec vector = {
		.iov_base = (void *)bytes,
		.iov_len = length,
	};
	struct msghdr header = {
		.msg_name = &destination,
		.msg_namelen = sizeof(destination),
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct in_pktinfo info = { 0 };

	if (own->address.length != 4 || peer->address.length != 4)
		return;
	memcpy(&destination.sin_addr, peer->address.bytes, 4);
	memcpy(&info.ipi_spec_dst, own->address.bytes, 4);
	memcpy(CMSG_DATA(&control.header), &info, sizeof(info));
	sendmsg(socket->fd, &header, MSG_NOSIGNAL);
}
