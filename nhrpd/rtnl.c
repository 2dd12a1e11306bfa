// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's links and addresses through rtnetlink, and the sockets that
 * rtnl_route.c uses as well.
 */
#include "rtnl.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/mgre.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "rtnl_private.h"

/* Changes of a whole routing table, such as when BGP starts. */
#define RTNL_EVENT_BUFFER (8 << 20)

#define RTNL_DUMP_TRIES 5

static struct nla_policy rtnl_link_policy[IFLA_MAX + 1] = {
	[IFLA_IFNAME] = { .type = NLA_STRING, .maxlen = IFNAMSIZ },
	[IFLA_MTU] = { .type = NLA_U32 },
	[IFLA_LINKINFO] = { .type = NLA_NESTED },
};

static struct nla_policy rtnl_kind_policy[IFLA_INFO_MAX + 1] = {
	[IFLA_INFO_KIND] = { .type = NLA_STRING },
	[IFLA_INFO_DATA] = { .type = NLA_NESTED },
};

static struct nla_policy rtnl_mgre_policy[IFLA_MGRE_MAX + 1] = {
	[IFLA_MGRE_LINK] = { .type = NLA_U32 },
	[IFLA_MGRE_KEY] = { .type = NLA_U32 },
	[IFLA_MGRE_REDIRECT] = { .type = NLA_U32 },
	[IFLA_MGRE_MAX_ENTRIES] = { .type = NLA_U32 },
	[IFLA_MGRE_PROTECT] = { .type = NLA_U8 },
};

bool rtnl_attr_address(struct nlattr *attribute, struct nhrp_address *address)
{
	memset(address, 0, sizeof(*address));
	return attribute && nhrp_address_set(address, nla_data(attribute),
					     nla_len(attribute));
}

static uint32_t rtnl_attr_u32(struct nlattr *attribute)
{
	return attribute ? nla_get_u32(attribute) : 0;
}

/* An address of 0.0.0.0 or :: says that there is none. */
static void rtnl_mgre_address(struct nlattr *attribute,
			      struct nhrp_address *address)
{
	if (rtnl_attr_address(attribute, address) &&
	    nhrp_address_is_any(address))
		memset(address, 0, sizeof(*address));
}

static void rtnl_parse_mgre(struct nlattr *data, struct rtnl_link *link)
{
	struct nlattr *tb[IFLA_MGRE_MAX + 1];

	if (nla_parse_nested(tb, IFLA_MGRE_MAX, data, rtnl_mgre_policy) < 0)
		return;
	link->is_mgre = true;
	rtnl_mgre_address(tb[IFLA_MGRE_LOCAL], &link->local);
	rtnl_mgre_address(tb[IFLA_MGRE_REMOTE], &link->remote);
	link->link = rtnl_attr_u32(tb[IFLA_MGRE_LINK]);
	link->has_key = tb[IFLA_MGRE_KEY];
	link->key = rtnl_attr_u32(tb[IFLA_MGRE_KEY]);
	link->redirect = rtnl_attr_u32(tb[IFLA_MGRE_REDIRECT]);
	link->max_entries = rtnl_attr_u32(tb[IFLA_MGRE_MAX_ENTRIES]);
	link->protect = tb[IFLA_MGRE_PROTECT] &&
			nla_get_u8(tb[IFLA_MGRE_PROTECT]) ==
			MGRE_PROTECT_REQUIRE;
}

static void rtnl_parse_kind(struct nlattr *info, struct rtnl_link *link)
{
	struct nlattr *tb[IFLA_INFO_MAX + 1];

	if (nla_parse_nested(tb, IFLA_INFO_MAX, info, rtnl_kind_policy) < 0)
		return;
	if (tb[IFLA_INFO_KIND] && tb[IFLA_INFO_DATA] &&
	    !strcmp(nla_get_string(tb[IFLA_INFO_KIND]), MGRE_FAMILY_NAME))
		rtnl_parse_mgre(tb[IFLA_INFO_DATA], link);
}

static void rtnl_link_message(struct rtnl *rtnl, struct nlmsghdr *header)
{
	struct ifinfomsg *info = nlmsg_data(header);
	struct nlattr *tb[IFLA_MAX + 1];
	struct rtnl_link link = { 0 };

	if (nlmsg_parse(header, sizeof(*info), tb, IFLA_MAX,
			rtnl_link_policy) < 0 || info->ifi_family)
		return;
	if (header->nlmsg_type == RTM_DELLINK) {
		rtnl->events->link_gone(rtnl->context, info->ifi_index);
		return;
	}
	if (!tb[IFLA_IFNAME])
		return;
	link.ifindex = info->ifi_index;
	link.up = info->ifi_flags & IFF_UP;
	strncpy(link.name, nla_get_string(tb[IFLA_IFNAME]), IFNAMSIZ - 1);
	link.mtu = rtnl_attr_u32(tb[IFLA_MTU]);
	if (tb[IFLA_LINKINFO])
		rtnl_parse_kind(tb[IFLA_LINKINFO], &link);
	rtnl->events->link(rtnl->context, &link);
}

static void rtnl_address_message(struct rtnl *rtnl, struct nlmsghdr *header)
{
	struct ifaddrmsg *info = nlmsg_data(header);
	struct rtnl_address address = { 0 };
	struct nlattr *tb[IFA_MAX + 1];

	if (nlmsg_parse(header, sizeof(*info), tb, IFA_MAX, NULL) < 0)
		return;
	address.ifindex = info->ifa_index;
	address.prefix_length = info->ifa_prefixlen;
	address.link_local = info->ifa_scope == RT_SCOPE_LINK;
	if (!rtnl_attr_address(tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS],
			       &address.address))
		return;
	if (header->nlmsg_type == RTM_NEWADDR)
		rtnl->events->address(rtnl->context, &address);
	else
		rtnl->events->address_gone(rtnl->context, &address);
}

static void rtnl_route_message(struct rtnl *rtnl, struct nlmsghdr *header)
{
	struct rtnl_route route;

	if (rtnl_parse_route(header, &route) &&
	    route.protocol != RTNL_PROTOCOL_DMVPN)
		rtnl->events->route(rtnl->context, &route.prefix);
}

static void rtnl_message(struct nlmsghdr *header, void *context)
{
	struct rtnl *rtnl = context;

	switch (header->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		rtnl_link_message(rtnl, header);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		rtnl_address_message(rtnl, header);
		break;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		rtnl_route_message(rtnl, header);
		break;
	}
}

static void rtnl_lost(void *context)
{
	struct rtnl *rtnl = context;

	rtnl->events->lost(rtnl->context);
}

static int rtnl_open_sockets(struct rtnl *rtnl, uv_loop_t *loop)
{
	int error;

	error = netlink_request_open(&rtnl->request, NETLINK_ROUTE);
	if (error)
		return error;
	rtnl->notices.message = rtnl_message;
	rtnl->notices.lost = rtnl_lost;
	rtnl->notices.context = rtnl;
	error = netlink_listener_open(&rtnl->notices, loop, NETLINK_ROUTE,
				      RTNL_EVENT_BUFFER);
	if (error)
		return error;
	if (nl_socket_add_memberships(rtnl->notices.socket, RTNLGRP_LINK,
				      RTNLGRP_IPV4_IFADDR,
				      RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE,
				      RTNLGRP_IPV6_ROUTE, 0) < 0)
		return -EPERM;
	return 0;
}

struct rtnl *rtnl_open(uv_loop_t *loop, const struct rtnl_events *events,
		       void *context)
{
	struct rtnl *rtnl = calloc(1, sizeof(*rtnl));
	int error;

	if (!rtnl) {
		log_error("out of memory");
		return NULL;
	}
	rtnl->events = events;
	rtnl->context = context;
	error = rtnl_open_sockets(rtnl, loop);
	if (error) {
		log_error("rtnetlink: %s", strerror(-error));
		rtnl_close(rtnl);
		return NULL;
	}
	return rtnl;
}

void rtnl_close(struct rtnl *rtnl)
{
	if (!rtnl)
		return;
	netlink_listener_close(&rtnl->notices);
	netlink_request_close(&rtnl->request);
	free(rtnl);
}

static int rtnl_dump_once(struct rtnl *rtnl, int type, void *header,
			  size_t length)
{
	struct nl_msg *message = nlmsg_alloc_simple(type, NLM_F_DUMP);

	if (!message)
		return -ENOMEM;
	if (nlmsg_append(message, header, length, NLMSG_ALIGNTO) < 0) {
		nlmsg_free(message);
		return -EMSGSIZE;
	}
	return netlink_request_do(&rtnl->request, message, rtnl_message, rtnl);
}

/* A dump is repeated when the table changed under it. */
static int rtnl_dump_type(struct rtnl *rtnl, int type, void *header,
			  size_t length)
{
	int result = -EAGAIN;
	int tries;

	for (tries = 0; result == -EAGAIN && tries < RTNL_DUMP_TRIES; tries++)
		result = rtnl_dump_once(rtnl, type, header, length);
	return result;
}

int rtnl_dump(struct rtnl *rtnl)
{
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC };
	struct ifaddrmsg address = { .ifa_family = AF_UNSPEC };
	int error;

	error = rtnl_dump_type(rtnl, RTM_GETLINK, &link, sizeof(link));
	if (error)
		return error;
	return rtnl_dump_type(rtnl, RTM_GETADDR, &address, sizeof(address));
}

/* Change one attribute of a mgre device. */
static int rtnl_set(struct rtnl *rtnl, unsigned int ifindex, int attribute,
		    const void *value, int length)
{
	struct ifinfomsg info = { .ifi_index = ifindex };
	struct nlattr *kind, *data;
	struct nl_msg *message;

	message = nlmsg_alloc_simple(RTM_NEWLINK, 0);
	if (!message)
		return -ENOMEM;
	if (nlmsg_append(message, &info, sizeof(info), NLMSG_ALIGNTO) < 0)
		goto full;
	kind = nla_nest_start(message, IFLA_LINKINFO | NLA_F_NESTED);
	if (!kind ||
	    nla_put_string(message, IFLA_INFO_KIND, MGRE_FAMILY_NAME) < 0)
		goto full;
	data = nla_nest_start(message, IFLA_INFO_DATA | NLA_F_NESTED);
	if (!data || nla_put(message, attribute, length, value) < 0)
		goto full;
	nla_nest_end(message, data);
	nla_nest_end(message, kind);
	return netlink_request_do(&rtnl->request, message, NULL, NULL);

full:
	nlmsg_free(message);
	return -EMSGSIZE;
}

int rtnl_set_redirect(struct rtnl *rtnl, unsigned int ifindex,
		      uint32_t seconds)
{
	return rtnl_set(rtnl, ifindex, IFLA_MGRE_REDIRECT, &seconds,
			sizeof(seconds));
}

int rtnl_set_protect(struct rtnl *rtnl, unsigned int ifindex, bool require)
{
	uint8_t value = require ? MGRE_PROTECT_REQUIRE : MGRE_PROTECT_NONE;

	return rtnl_set(rtnl, ifindex, IFLA_MGRE_PROTECT, &value,
			sizeof(value));
}

const char *rtnl_error(const struct rtnl *rtnl)
{
	return rtnl->request.error;
}
