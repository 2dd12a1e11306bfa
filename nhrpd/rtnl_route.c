// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's routes through rtnetlink.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#include "rtnl_private.h"

static struct nla_policy rtnl_route_policy[RTA_MAX + 1] = {
	[RTA_OIF] = { .type = NLA_U32 },
	[RTA_MULTIPATH] = { .minlen = sizeof(struct rtnexthop) },
	[RTA_VIA] = { .minlen = sizeof(struct rtvia) },
};

static bool rtnl_route_type(uint8_t type, enum rtnl_route_type *result)
{
	switch (type) {
	case RTN_UNICAST:
		*result = RTNL_ROUTE_UNICAST;
		return true;
	case RTN_LOCAL:
	case RTN_ANYCAST:
		*result = RTNL_ROUTE_LOCAL;
		return true;
	case RTN_BLACKHOLE:
	case RTN_UNREACHABLE:
	case RTN_PROHIBIT:
	case RTN_THROW:
		*result = RTNL_ROUTE_NONE;
		return true;
	default:
		return false;
	}
}

/* RTA_GATEWAY, or RTA_VIA for a next hop of the other family. */
static void rtnl_parse_gateway(struct nlattr **tb, struct nhrp_address *gateway)
{
	struct rtvia *via;

	if (tb[RTA_GATEWAY]) {
		rtnl_attr_address(tb[RTA_GATEWAY], gateway);
	} else if (tb[RTA_VIA]) {
		via = nla_data(tb[RTA_VIA]);
		nhrp_address_set(gateway, via->rtvia_addr,
				 nla_len(tb[RTA_VIA]) - sizeof(*via));
	}
}

/* The first next hop stands for all. */
static void rtnl_parse_multipath(struct nlattr *attribute,
				 struct rtnl_route *route)
{
	struct rtnexthop *hop = nla_data(attribute);
	struct nlattr *tb[RTA_MAX + 1];

	if (hop->rtnh_len < sizeof(*hop) ||
	    hop->rtnh_len > nla_len(attribute))
		return;
	route->ifindex = hop->rtnh_ifindex;
	if (nla_parse(tb, RTA_MAX, (struct nlattr *)RTNH_DATA(hop),
		      hop->rtnh_len - sizeof(*hop), rtnl_route_policy) == 0)
		rtnl_parse_gateway(tb, &route->gateway);
}

bool rtnl_parse_route(struct nlmsghdr *header, struct rtnl_route *route)
{
	struct rtmsg *info = nlmsg_data(header);
	struct nlattr *tb[RTA_MAX + 1];
	uint8_t zeros[NHRP_ADDRESS_MAX] = { 0 };
	struct nhrp_address network;

	memset(route, 0, sizeof(*route));
	if (nlmsg_parse(header, sizeof(*info), tb, RTA_MAX,
			rtnl_route_policy) < 0 ||
	    info->rtm_flags & RTM_F_CLONED ||
	    !rtnl_route_type(info->rtm_type, &route->type))
		return false;
	nhrp_address_set(&network, zeros,
			 info->rtm_family == AF_INET6 ? 16 : 4);
	if (tb[RTA_DST])
		rtnl_attr_address(tb[RTA_DST], &network);
	nhrp_prefix_of(&network, info->rtm_dst_len, &route->prefix);
	route->protocol = info->rtm_protocol;
	if (tb[RTA_OIF])
		route->ifindex = nla_get_u32(tb[RTA_OIF]);
	rtnl_parse_gateway(tb, &route->gateway);
	if (tb[RTA_MULTIPATH])
		rtnl_parse_multipath(tb[RTA_MULTIPATH], route);
	return true;
}

static struct nl_msg *rtnl_route_request(int type, int flags,
					 const struct nhrp_prefix *prefix,
					 struct rtmsg *info)
{
	struct nl_msg *message = nlmsg_alloc_simple(type, flags);

	if (!message)
		return NULL;
	info->rtm_family = nhrp_address_family(&prefix->address);
	info->rtm_dst_len = prefix->length;
	if (nlmsg_append(message, info, sizeof(*info), NLMSG_ALIGNTO) < 0 ||
	    nla_put(message, RTA_DST, prefix->address.length,
		    prefix->address.bytes) < 0) {
		nlmsg_free(message);
		return NULL;
	}
	return message;
}

static void rtnl_lookup_reply(struct nlmsghdr *header, void *context)
{
	struct rtnl_route *route = context;

	if (header->nlmsg_type != RTM_NEWROUTE ||
	    !rtnl_parse_route(header, route))
		route->type = RTNL_ROUTE_NONE;
}

int rtnl_lookup(struct rtnl *rtnl, const struct nhrp_address *destination,
		struct rtnl_route *route)
{
	struct rtmsg info = { .rtm_flags = RTM_F_FIB_MATCH };
	struct nhrp_prefix prefix;
	int error;

	memset(route, 0, sizeof(*route));
	nhrp_prefix_of(destination, nhrp_address_bits(destination), &prefix);
	error = netlink_request_do(&rtnl->request,
				   rtnl_route_request(RTM_GETROUTE, 0, &prefix,
						      &info),
				   rtnl_lookup_reply, route);
	switch (error) {
	case -ENETUNREACH:
	case -EHOSTUNREACH:
	case -EACCES:
	case -EINVAL:		/* what a blackhole route answers */
		memset(route, 0, sizeof(*route));
		return 0;
	default:
		return error;
	}
}

/* ---- prefixes without holes ---- */

struct rtnl_widest {
	const struct nhrp_address *destination;
	const struct rtnl_route *route;
	uint8_t length;
};

/* Leading bits that two addresses of one family have in common. */
static uint8_t rtnl_common_bits(const struct nhrp_address *a,
				const struct nhrp_address *b)
{
	uint8_t bits = 0;

	while (bits < nhrp_address_bits(a) &&
	       !((a->bytes[bits / 8] ^ b->bytes[bits / 8]) &
		 (0x80 >> bits % 8)))
		bits++;
	return bits;
}

/* A more specific route within the prefix must fall outside of the result. */
static void rtnl_widest_each(struct nlmsghdr *header, void *context)
{
	struct rtnl_widest *widest = context;
	struct rtmsg *info = nlmsg_data(header);
	struct rtnl_route other;
	uint8_t common;

	if (header->nlmsg_type != RTM_NEWROUTE ||
	    !rtnl_parse_route(header, &other) ||
	    other.type == RTNL_ROUTE_LOCAL ||
	    info->rtm_table == RT_TABLE_LOCAL ||
	    other.prefix.length <= widest->route->prefix.length ||
	    !nhrp_prefix_contains(&widest->route->prefix,
				  &other.prefix.address))
		return;
	common = rtnl_common_bits(widest->destination, &other.prefix.address);
	if (common < other.prefix.length && common >= widest->length)
		widest->length = common + 1;
}

int rtnl_widest_prefix(struct rtnl *rtnl,
		       const struct nhrp_address *destination,
		       const struct rtnl_route *route,
		       struct nhrp_prefix *prefix)
{
	struct rtnl_widest widest = { destination, route,
				      route->prefix.length };
	struct rtmsg info = { 0 };
	struct nl_msg *message;
	int error;

	info.rtm_family = nhrp_address_family(destination);
	nhrp_prefix_of(destination, widest.length, prefix);
	if (widest.length == nhrp_address_bits(destination))
		return 0;
	message = nlmsg_alloc_simple(RTM_GETROUTE, NLM_F_DUMP);
	if (!message)
		return -ENOMEM;
	if (nlmsg_append(message, &info, sizeof(info), NLMSG_ALIGNTO) < 0) {
		nlmsg_free(message);
		return -EMSGSIZE;
	}
	error = netlink_request_do(&rtnl->request, message, rtnl_widest_each,
				   &widest);
	if (error)
		return error;
	nhrp_prefix_of(destination, widest.length, prefix);
	return 0;
}

/* ---- our own routes ---- */

/*
 * An IPv4 route without NLM_F_REPLACE is put before others of the same prefix
 * and metric, so that an operator's own route is overridden and comes back
 * when ours goes. An IPv6 one would be joined to them, so it has a metric that
 * nothing else uses.
 */
#define RTNL_METRIC_IPV6 1

static int rtnl_route_change(struct rtnl *rtnl, int type, int flags,
			     const struct nhrp_prefix *prefix,
			     const struct nhrp_address *gateway,
			     unsigned int ifindex)
{
	struct rtmsg info = {
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTNL_PROTOCOL_DMVPN,
		.rtm_scope = gateway->length ? RT_SCOPE_UNIVERSE :
					       RT_SCOPE_LINK,
		.rtm_type = RTN_UNICAST,
		.rtm_flags = gateway->length ? RTNH_F_ONLINK : 0,
	};
	struct nl_msg *message;

	message = rtnl_route_request(type, flags, prefix, &info);
	if (!message)
		return -ENOMEM;
	if (nla_put_u32(message, RTA_OIF, ifindex) < 0 ||
	    (gateway->length && nla_put(message, RTA_GATEWAY, gateway->length,
					gateway->bytes) < 0) ||
	    (info.rtm_family == AF_INET6 &&
	     nla_put_u32(message, RTA_PRIORITY, RTNL_METRIC_IPV6) < 0)) {
		nlmsg_free(message);
		return -EMSGSIZE;
	}
	return netlink_request_do(&rtnl->request, message, NULL, NULL);
}

int rtnl_route_add(struct rtnl *rtnl, const struct nhrp_prefix *prefix,
		   const struct nhrp_address *gateway, unsigned int ifindex)
{
	int error = rtnl_route_change(rtnl, RTM_NEWROUTE, NLM_F_CREATE, prefix,
				      gateway, ifindex);

	return error == -EEXIST ? 0 : error;
}

int rtnl_route_delete(struct rtnl *rtnl, const struct nhrp_prefix *prefix,
		      const struct nhrp_address *gateway, unsigned int ifindex)
{
	return rtnl_route_change(rtnl, RTM_DELROUTE, 0, prefix, gateway,
				 ifindex);
}

struct rtnl_each {
	void (*each)(const struct rtnl_route *route, void *context);
	void *context;
	unsigned int ifindex;
};

static void rtnl_route_dumped(struct nlmsghdr *header, void *context)
{
	struct rtnl_each *dump = context;
	struct rtnl_route route;

	if (header->nlmsg_type == RTM_NEWROUTE &&
	    rtnl_parse_route(header, &route) &&
	    route.protocol == RTNL_PROTOCOL_DMVPN &&
	    route.ifindex == dump->ifindex)
		dump->each(&route, dump->context);
}

static int rtnl_route_dump_family(struct rtnl *rtnl, uint8_t family,
				  struct rtnl_each *dump)
{
	struct rtmsg info = {
		.rtm_family = family,
		.rtm_protocol = RTNL_PROTOCOL_DMVPN,
	};
	struct nl_msg *message;

	message = nlmsg_alloc_simple(RTM_GETROUTE, NLM_F_DUMP);
	if (!message)
		return -ENOMEM;
	if (nlmsg_append(message, &info, sizeof(info), NLMSG_ALIGNTO) < 0) {
		nlmsg_free(message);
		return -EMSGSIZE;
	}
	return netlink_request_do(&rtnl->request, message, rtnl_route_dumped,
				  dump);
}

int rtnl_route_dump(struct rtnl *rtnl, unsigned int ifindex,
		    void (*each)(const struct rtnl_route *route,
				 void *context),
		    void *context)
{
	struct rtnl_each dump = { each, context, ifindex };
	int error;

	error = rtnl_route_dump_family(rtnl, AF_INET, &dump);
	if (!error)
		error = rtnl_route_dump_family(rtnl, AF_INET6, &dump);
	return error;
}
