// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Telling systemd how we are, by its datagram protocol, and leaving sockets
 * with it.
 */
#include "sd_notify.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* Of a path, or of a name without a file, which begins with an @. */
static socklen_t sd_notify_address(struct sockaddr_un *address)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t length;

	if (!path || !*path || strlen(path) >= sizeof(address->sun_path))
		return 0;
	length = strlen(path);
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, path, length);
	if (*path == '@')
		address->sun_path[0] = '\0';
	return offsetof(struct sockaddr_un, sun_path) + length;
}

/* With a descriptor, unless @descriptor is negative. */
static bool sd_notify_message(const char *state, int descriptor)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .room = { 0 } };
	struct sockaddr_un address;
	struct iovec text = { (void *)state, strlen(state) };
	struct msghdr message = {
		.msg_name = &address,
		.msg_namelen = sd_notify_address(&address),
		.msg_iov = &text,
		.msg_iovlen = 1,
	};
	bool sent;
	int fd;

	if (!message.msg_namelen)
		return false;
	if (descriptor >= 0) {
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.header), &descriptor, sizeof(int));
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
	}
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	sent = sendmsg(fd, &message, MSG_NOSIGNAL) >= 0;
	close(fd);
	return sent;
}

void sd_notify_send(const char *state)
{
	sd_notify_message(state, -1);
}

void sd_notify_reloading(void)
{
	struct timespec now;
	char state[80];

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		 now.tv_sec * UINT64_C(1000000) + now.tv_nsec / 1000);
	sd_notify_send(state);
}

/* ---- descriptors that outlive us ---- */

/* Where those begin that systemd hands over. */
#define SD_NOTIFY_FIRST 3

/* Of FileDescriptorStoreMax= no more than this is looked at. */
#define SD_NOTIFY_MAX 64

static bool sd_notify_taken[SD_NOTIFY_MAX];
static bool sd_notify_ending;

/* systemd drops a descriptor with an error, and an ICMP message makes one. */
bool sd_notify_store(const char *name, int descriptor)
{
	char state[300];

	snprintf(state, sizeof(state), "FDSTORE=1\nFDNAME=%s\nFDPOLL=0", name);
	return sd_notify_message(state, descriptor);
}

void sd_notify_forget(const char *name)
{
	char state[300];

	/* What is left is for the next of us. */
	if (sd_notify_ending)
		return;
	snprintf(state, sizeof(state), "FDSTOREREMOVE=1\nFDNAME=%s", name);
	sd_notify_send(state);
}

void sd_notify_stopping(void)
{
	sd_notify_send("STOPPING=1");
	sd_notify_ending = true;
}

static unsigned long sd_notify_number(const char *variable)
{
	const char *text = getenv(variable);

	return text ? strtoul(text, NULL, 10) : 0;
}

/* How many were handed over, to this process and to no parent of it. */
static unsigned int sd_notify_count(void)
{
	unsigned long count = sd_notify_number("LISTEN_FDS");

	if (sd_notify_number("LISTEN_PID") != (unsigned long)getpid())
		return 0;
	return count < SD_NOTIFY_MAX ? count : SD_NOTIFY_MAX;
}

/* The name of one of them; false if it has none. */
static bool sd_notify_name(unsigned int index, char *name, size_t room)
{
	const char *names = getenv("LISTEN_FDNAMES");
	size_t length;

	for (; names && index; index--) {
		names = strchr(names, ':');
		if (names)
			names++;
	}
	if (!names)
		return false;
	length = strcspn(names, ":");
	if (!length || length >= room)
		return false;
	memcpy(name, names, length);
	name[length] = '\0';
	return true;
}

int sd_notify_take(const char *name)
{
	unsigned int count = sd_notify_count();
	char other[256];
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (sd_notify_taken[i] ||
		    !sd_notify_name(i, other, sizeof(other)) ||
		    strcmp(name, other) ||
		    fcntl(SD_NOTIFY_FIRST + i, F_SETFD, FD_CLOEXEC) < 0)
			continue;
		sd_notify_taken[i] = true;
		return SD_NOTIFY_FIRST + i;
	}
	return -1;
}

void sd_notify_close_others(void)
{
	unsigned int count = sd_notify_count();
	char name[256];
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (sd_notify_taken[i])
			continue;
		sd_notify_taken[i] = true;
		if (sd_notify_name(i, name, sizeof(name)))
			sd_notify_forget(name);
		close(SD_NOTIFY_FIRST + i);
	}
}
