/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What rtnl.c and rtnl_route.c share.
 */
#ifndef NHRPD_RTNL_PRIVATE_H
#define NHRPD_RTNL_PRIVATE_H

#include "netlink.h"
#include "rtnl.h"

/**
 * struct rtnl - rtnetlink
 * @events: who hears of changes
 * @context: for them
 * @request: socket for questions
 * @notices: socket for changes
 */
struct rtnl {
	const struct rtnl_events *events;
	void *context;
	struct netlink_request request;
	struct netlink_listener notices;
};

/** rtnl_attr_address - read an address; false, and empty, if there is none */
bool rtnl_attr_address(struct nlattr *attribute, struct nhrp_address *address);

/**
 * rtnl_parse_route - read a message RTM_NEWROUTE or RTM_DELROUTE
 *
 * Return: false for what forwards no unicast packets: cached exceptions,
 * broadcast and multicast routes, and malformed messages.
 */
bool rtnl_parse_route(struct nlmsghdr *header, struct rtnl_route *route);

#endif /* NHRPD_RTNL_PRIVATE_H */
