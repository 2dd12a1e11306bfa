// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's IPsec through XFRM netlink: sockets, and what all messages
 * have in common.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "xfrm_private.h"

/* One flush of thousands of SAs, or as many that expire together. */
#define XFRM_EVENT_BUFFER (4 << 20)

static struct nla_policy xfrm_policy_of[XFRMA_MAX + 1] = {
	[XFRMA_ENCAP] = { .minlen = sizeof(struct xfrm_encap_tmpl) },
	[XFRMA_SA] = { .minlen = sizeof(struct xfrm_usersa_info) },
	[XFRMA_ALG_AEAD] = { .minlen = sizeof(struct xfrm_algo_aead) },
	[XFRMA_REPLAY_ESN_VAL] = {
		.minlen = sizeof(struct xfrm_replay_state_esn),
	},
	[XFRMA_IF_ID] = { .type = NLA_U32 },
};

void xfrm_put_address(xfrm_address_t *to, const struct nhrp_address *from)
{
	memset(to, 0, sizeof(*to));
	memcpy(to, from->bytes, from->length);
}

bool xfrm_get_address(struct nhrp_address *to, const xfrm_address_t *from,
		      uint16_t family)
{
	switch (family) {
	case AF_INET:
		return nhrp_address_set(to, from, sizeof(from->a4));
	case AF_INET6:
		return nhrp_address_set(to, from, sizeof(from->a6));
	default:
		return false;
	}
}

bool xfrm_parse(struct nlmsghdr *header, size_t length, struct nlattr **tb)
{
	return nlmsg_parse(header, length, tb, XFRMA_MAX,
			   xfrm_policy_of) == 0;
}

uint32_t xfrm_if_id(struct nlattr **tb)
{
	return tb[XFRMA_IF_ID] ? nla_get_u32(tb[XFRMA_IF_ID]) : 0;
}

bool xfrm_get_id(struct xfrm_sa_id *id, const struct xfrm_usersa_info *info,
		 struct nlattr **tb)
{
	id->spi = ntohl(info->id.spi);
	id->if_id = xfrm_if_id(tb);
	return info->id.proto == IPPROTO_ESP && id->spi && id->if_id &&
	       xfrm_get_address(&id->source, &info->saddr, info->family) &&
	       xfrm_get_address(&id->destination, &info->id.daddr,
				info->family);
}

static void xfrm_lost(void *context)
{
	struct xfrm *xfrm = context;

	if (xfrm->events->lost)
		xfrm->events->lost(xfrm->context);
}

static int xfrm_open_sockets(struct xfrm *xfrm, uv_loop_t *loop)
{
	int error;

	/* The kernel tells everyone who may listen all keys. */
	xfrm->request.secret = true;
	xfrm->notices.secret = true;
	error = netlink_request_open(&xfrm->request, NETLINK_XFRM);
	if (error)
		return error;
	xfrm->notices.message = xfrm_message;
	xfrm->notices.lost = xfrm_lost;
	xfrm->notices.context = xfrm;
	error = netlink_listener_open(&xfrm->notices, loop, NETLINK_XFRM,
				      XFRM_EVENT_BUFFER);
	if (error)
		return error;
	if (nl_socket_add_memberships(xfrm->notices.socket, XFRMNLGRP_ACQUIRE,
				      XFRMNLGRP_EXPIRE, XFRMNLGRP_SA,
				      XFRMNLGRP_POLICY, XFRMNLGRP_MAPPING,
				      0) < 0)
		return -EPERM;
	return 0;
}

struct xfrm *xfrm_open(uv_loop_t *loop, const struct xfrm_events *events,
		       void *context)
{
	struct xfrm *xfrm = calloc(1, sizeof(*xfrm));
	int error;

	if (!xfrm) {
		log_error("out of memory");
		return NULL;
	}
	xfrm->events = events;
	xfrm->context = context;
	error = xfrm_open_sockets(xfrm, loop);
	if (error) {
		log_error("IPsec of the kernel: %s", strerror(-error));
		xfrm_close(xfrm);
		return NULL;
	}
	return xfrm;
}

void xfrm_close(struct xfrm *xfrm)
{
	if (!xfrm)
		return;
	netlink_listener_close(&xfrm->notices);
	netlink_request_close(&xfrm->request);
	free(xfrm);
}

const char *xfrm_error(const struct xfrm *xfrm)
{
	return xfrm->request.error;
}
