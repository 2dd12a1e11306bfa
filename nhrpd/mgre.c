// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module mgre through generic netlink: sockets, events and NHRP packets.
 * (mgre_cache.c has the requests about peers and mappings.)
 *
 * Three sockets: one for requests, one that owns the devices and carries NHRP
 * packets both ways, and one for events, so that neither a flood of packets
 * nor one of events can push out the other.
 */
#include "mgre.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "log.h"
#include "mgre_attr.h"
#include "mgre_private.h"

/* Room for 10,000 registrations that arrive at once. */
#define MGRE_PACKET_BUFFER (32 << 20)
#define MGRE_EVENT_BUFFER (8 << 20)

/*
 * Sequence numbers on the socket of packets tell what an error belongs to: a
 * device to be bound, or (without this bit) a packet sent by the device.
 */
#define MGRE_SEQUENCE_BIND 0x80000000U

struct nl_msg *mgre_message(struct mgre *mgre, uint8_t command, int flags,
			    unsigned int ifindex)
{
	struct nl_msg *message = nlmsg_alloc();

	if (!message)
		return NULL;
	if (!genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, mgre->family, 0,
			 flags, command, MGRE_FAMILY_VERSION) ||
	    nla_put_u32(message, MGRE_A_IFINDEX, ifindex) < 0) {
		nlmsg_free(message);
		return NULL;
	}
	return message;
}

/* ---- what the kernel sends unasked ---- */

static void mgre_packet_event(struct mgre *mgre, unsigned int ifindex,
			      struct nlattr **attributes)
{
	struct mgre_packet packet;

	if (mgre_attr_packet(attributes[MGRE_A_PACKET], &packet))
		mgre->events->packet(mgre->context, ifindex, &packet);
}

static void mgre_redirect_event(struct mgre *mgre, unsigned int ifindex,
				struct nlattr **attributes)
{
	struct mgre_packet packet;

	if (mgre_attr_packet(attributes[MGRE_A_PACKET], &packet))
		mgre->events->redirect(mgre->context, ifindex, packet.data,
				       packet.length);
}

static void mgre_map_event(struct mgre *mgre, uint8_t command,
			   unsigned int ifindex, struct nlattr **attributes)
{
	struct mgre_map map;

	if (!mgre_attr_map(attributes[MGRE_A_MAP], &map))
		return;
	if (command == MGRE_CMD_MISS)
		mgre->events->miss(mgre->context, ifindex, &map.protocol);
	else if (command == MGRE_CMD_MAP_EXPIRED)
		mgre->events->map_expired(mgre->context, ifindex, &map);
	else
		mgre->events->map_refresh(mgre->context, ifindex, &map);
}

static void mgre_peer_event(struct mgre *mgre, uint8_t command,
			    unsigned int ifindex, struct nlattr **attributes)
{
	struct mgre_peer peer;

	if (!mgre_attr_peer(attributes[MGRE_A_PEER], &peer))
		return;
	if (command == MGRE_CMD_PEER_STATE)
		mgre->events->peer_state(mgre->context, ifindex, &peer);
	else
		mgre->events->unknown_peer(mgre->context, ifindex,
					   &peer.endpoint);
}

static void mgre_device_event(struct mgre *mgre, unsigned int ifindex,
			      struct nlattr **attributes)
{
	struct mgre_device device;

	if (mgre_attr_device(attributes[MGRE_A_DEV], &device))
		mgre->events->device(mgre->context, ifindex, &device);
}

static void mgre_overrun_event(struct mgre *mgre, unsigned int ifindex,
			       struct nlattr **attributes)
{
	if (attributes[MGRE_A_LOST])
		mgre->events->overrun(mgre->context, ifindex,
				      nla_get_u64(attributes[MGRE_A_LOST]));
}

static void mgre_dispatch(struct mgre *mgre, struct nlmsghdr *header)
{
	struct genlmsghdr *command = nlmsg_data(header);
	struct nlattr *attributes[MGRE_A_MAX + 1];
	unsigned int ifindex;

	if (!mgre_attr_parse(header, attributes, &ifindex))
		return;
	switch (command->cmd) {
	case MGRE_CMD_PACKET:
		mgre_packet_event(mgre, ifindex, attributes);
		break;
	case MGRE_CMD_REDIRECT:
		mgre_redirect_event(mgre, ifindex, attributes);
		break;
	case MGRE_CMD_MISS:
	case MGRE_CMD_MAP_EXPIRED:
	case MGRE_CMD_MAP_REFRESH:
		mgre_map_event(mgre, command->cmd, ifindex, attributes);
		break;
	case MGRE_CMD_PEER_STATE:
	case MGRE_CMD_UNKNOWN_PEER:
		mgre_peer_event(mgre, command->cmd, ifindex, attributes);
		break;
	case MGRE_CMD_DEV_CHANGE:
		mgre_device_event(mgre, ifindex, attributes);
		break;
	case MGRE_CMD_OVERRUN:
		mgre_overrun_event(mgre, ifindex, attributes);
		break;
	}
}

/* A bind or a packet that the kernel refused. */
static void mgre_refusal(struct mgre *mgre, struct nlmsghdr *header)
{
	const struct nlmsgerr *error = nlmsg_data(header);
	const char *words = netlink_extack(header);

	if (!error->error)
		return;
	if (!words)
		words = strerror(-error->error);
	if (header->nlmsg_seq & MGRE_SEQUENCE_BIND)
		mgre->events->bind_failed(mgre->context, header->nlmsg_seq &
					  ~MGRE_SEQUENCE_BIND, error->error,
					  words);
	else
		log_limited(&mgre->limit, 4, "packet not sent: %s", words);
}

static void mgre_message_received(struct nlmsghdr *header, void *context)
{
	struct mgre *mgre = context;

	if (header->nlmsg_type == NLMSG_ERROR)
		mgre_refusal(mgre, header);
	else if (header->nlmsg_type == mgre->family)
		mgre_dispatch(mgre, header);
}

static void mgre_packets_lost(void *context)
{
	struct mgre *mgre = context;

	log_limited(&mgre->limit, 4,
		    "NHRP packets lost: they come faster than they are read");
}

static void mgre_events_lost(void *context)
{
	struct mgre *mgre = context;

	mgre->events->lost(mgre->context);
}

/* ---- sockets ---- */

/*
 * Asks on a socket of its own: libnl counts the sequence numbers of one that
 * is read past it, as ours are, wrongly.
 */
static int mgre_resolve(int *group)
{
	struct nl_sock *socket = nl_socket_alloc();
	int family = -ENOMEM;

	if (!socket)
		return family;
	family = genl_connect(socket);
	if (!family)
		family = genl_ctrl_resolve(socket, MGRE_FAMILY_NAME);
	if (family > 0)
		*group = genl_ctrl_resolve_grp(socket, MGRE_FAMILY_NAME,
					       MGRE_MCGRP_EVENTS);
	nl_socket_free(socket);
	return family;
}

bool mgre_ready(struct mgre *mgre)
{
	int family, group = -1;

	family = mgre_resolve(&group);
	if (family < 0) {
		mgre->family = 0;
		return false;
	}
	if (family == mgre->family)
		return true;
	if (group < 0 ||
	    nl_socket_add_membership(mgre->notices.socket, group) < 0) {
		log_error("no events from the module: %s", strerror(errno));
		return false;
	}
	mgre->family = family;
	return true;
}

void mgre_flush(struct mgre *mgre)
{
	int fd = nl_socket_get_fd(mgre->packets.socket);
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (!mgre->batch_length)
		return;
	if (sendto(fd, mgre->batch, mgre->batch_length, 0,
		   (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		log_limited(&mgre->limit, 4, "packets not sent: %s",
			    strerror(errno));
	mgre->batch_length = 0;
}

static void mgre_before_poll(uv_prepare_t *prepare)
{
	mgre_flush(prepare->data);
}

static int mgre_open_sockets(struct mgre *mgre)
{
	int error;

	error = netlink_request_open(&mgre->request, NETLINK_GENERIC);
	if (error)
		return error;
	mgre->packets.message = mgre_message_received;
	mgre->packets.lost = mgre_packets_lost;
	mgre->packets.context = mgre;
	error = netlink_listener_open(&mgre->packets, mgre->loop,
				      NETLINK_GENERIC, MGRE_PACKET_BUFFER);
	if (error)
		return error;
	mgre->notices.message = mgre_message_received;
	mgre->notices.lost = mgre_events_lost;
	mgre->notices.context = mgre;
	error = netlink_listener_open(&mgre->notices, mgre->loop,
				      NETLINK_GENERIC, MGRE_EVENT_BUFFER);
	if (error)
		return error;
	mgre->flush = calloc(1, sizeof(*mgre->flush));
	if (!mgre->flush)
		return -ENOMEM;
	uv_prepare_init(mgre->loop, mgre->flush);
	mgre->flush->data = mgre;
	return uv_prepare_start(mgre->flush, mgre_before_poll);
}

struct mgre *mgre_open(uv_loop_t *loop, const struct mgre_events *events,
		       void *context)
{
	struct mgre *mgre = calloc(1, sizeof(*mgre));
	int error;

	if (!mgre) {
		log_error("out of memory");
		return NULL;
	}
	mgre->loop = loop;
	mgre->events = events;
	mgre->context = context;
	error = mgre_open_sockets(mgre);
	if (error) {
		log_error("generic netlink: %s", strerror(-error));
		mgre_close(mgre);
		return NULL;
	}
	if (!mgre_ready(mgre))
		log_warning("no family mgre in the kernel: waiting for it");
	return mgre;
}

static void mgre_flush_closed(uv_handle_t *handle)
{
	free(handle);
}

void mgre_close(struct mgre *mgre)
{
	if (!mgre)
		return;
	if (mgre->flush) {
		mgre_flush(mgre);
		uv_close((uv_handle_t *)mgre->flush, mgre_flush_closed);
	}
	netlink_listener_close(&mgre->notices);
	netlink_listener_close(&mgre->packets);
	netlink_request_close(&mgre->request);
	free(mgre);
}

uint32_t mgre_port(const struct mgre *mgre)
{
	return nl_socket_get_local_port(mgre->packets.socket);
}

const char *mgre_error(const struct mgre *mgre)
{
	return mgre->request.error;
}

/* ---- devices ---- */

int mgre_bind(struct mgre *mgre, unsigned int ifindex)
{
	struct nl_msg *message;
	int result;

	message = mgre_message(mgre, MGRE_CMD_DEV_BIND, NLM_F_ACK, ifindex);
	if (!message)
		return -ENOMEM;
	nlmsg_hdr(message)->nlmsg_seq = ifindex | MGRE_SEQUENCE_BIND;
	result = nl_send_auto(mgre->packets.socket, message);
	nlmsg_free(message);
	return result < 0 ? -EIO : 0;
}

int mgre_unbind(struct mgre *mgre, unsigned int ifindex)
{
	struct nl_msg *message;
	int result;

	message = mgre_message(mgre, MGRE_CMD_DEV_UNBIND, 0, ifindex);
	if (!message)
		return -ENOMEM;
	nlmsg_hdr(message)->nlmsg_seq = ifindex;
	result = nl_send_auto(mgre->packets.socket, message);
	nlmsg_free(message);
	return result < 0 ? -EIO : 0;
}

static void mgre_device_reply(struct nlmsghdr *header, void *context)
{
	struct nlattr *attributes[MGRE_A_MAX + 1];
	unsigned int ifindex;

	if (mgre_attr_parse(header, attributes, &ifindex))
		mgre_attr_device(attributes[MGRE_A_DEV], context);
}

int mgre_device_get(struct mgre *mgre, unsigned int ifindex,
		    struct mgre_device *device)
{
	memset(device, 0, sizeof(*device));
	return netlink_request_do(&mgre->request,
				  mgre_message(mgre, MGRE_CMD_DEV_GET, 0,
					       ifindex),
				  mgre_device_reply, device);
}

/* ---- NHRP packets ---- */

int mgre_send(struct mgre *mgre, unsigned int ifindex,
	      const struct mgre_packet *packet)
{
	struct nl_msg *message;
	struct nlmsghdr *header;
	int error = 0;

	message = mgre_message(mgre, MGRE_CMD_PACKET, NLM_F_REQUEST, ifindex);
	if (!message)
		return -ENOMEM;
	header = nlmsg_hdr(message);
	header->nlmsg_seq = ifindex;
	header->nlmsg_pid = mgre_port(mgre);
	if (!mgre_attr_put_packet(message, MGRE_A_PACKET, packet))
		error = -EMSGSIZE;
	if (mgre->batch_length + NLMSG_ALIGN(header->nlmsg_len) > MGRE_BATCH)
		mgre_flush(mgre);
	if (!error) {
		memcpy(mgre->batch + mgre->batch_length, header,
		       header->nlmsg_len);
		mgre->batch_length += NLMSG_ALIGN(header->nlmsg_len);
	}
	nlmsg_free(message);
	return error;
}
