// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module mgre through generic netlink: its peers and mappings.
 */
#include <errno.h>
#include <netlink/attr.h>
#include <string.h>

#include "mgre_attr.h"
#include "mgre_private.h"

/* Send @message, unless it ran out of room (@full) while it was made. */
static int mgre_do(struct mgre *mgre, struct nl_msg *message, bool full)
{
	if (full) {
		nlmsg_free(message);
		return -EMSGSIZE;
	}
	return netlink_request_do(&mgre->request, message, NULL, NULL);
}

static bool mgre_put_peer_change(struct nl_msg *message,
				 const struct endpoint *endpoint,
				 const struct mgre_peer_change *change)
{
	struct nla_bitfield32 flags = { change->flags, change->selector };
	struct nlattr *nest;

	nest = nla_nest_start(message, MGRE_A_PEER | NLA_F_NESTED);
	if (!nest || !mgre_attr_put_endpoint(message, MGRE_A_PEER_ENDPOINT,
					     endpoint))
		return false;
	if (change->selector && nla_put(message, MGRE_A_PEER_FLAGS,
					sizeof(flags), &flags) < 0)
		return false;
	if (change->has_state &&
	    nla_put_u32(message, MGRE_A_PEER_STATE, change->up ?
			MGRE_PEER_STATE_UP : MGRE_PEER_STATE_DOWN) < 0)
		return false;
	nla_nest_end(message, nest);
	return true;
}

int mgre_peer_set(struct mgre *mgre, unsigned int ifindex,
		  const struct endpoint *endpoint,
		  const struct mgre_peer_change *change)
{
	struct nl_msg *message;

	message = mgre_message(mgre, MGRE_CMD_PEER_SET,
			       change->create ? NLM_F_CREATE : 0, ifindex);
	if (!message)
		return -ENOMEM;
	return mgre_do(mgre, message,
		       !mgre_put_peer_change(message, endpoint, change));
}

int mgre_peer_delete(struct mgre *mgre, unsigned int ifindex,
		     const struct endpoint *endpoint)
{
	struct nl_msg *message;
	struct nlattr *nest;
	bool full;

	message = mgre_message(mgre, MGRE_CMD_PEER_DEL, 0, ifindex);
	if (!message)
		return -ENOMEM;
	nest = nla_nest_start(message, MGRE_A_PEER | NLA_F_NESTED);
	full = !nest || !mgre_attr_put_endpoint(message, MGRE_A_PEER_ENDPOINT,
						endpoint);
	if (!full)
		nla_nest_end(message, nest);
	return mgre_do(mgre, message, full);
}

/* What a dump calls for each object. */
struct mgre_each {
	void (*peer)(const struct mgre_peer *peer, void *context);
	void (*map)(const struct mgre_map *map, void *context);
	void *context;
};

static void mgre_peer_dumped(struct nlmsghdr *header, void *context)
{
	struct nlattr *attributes[MGRE_A_MAX + 1];
	struct mgre_each *each = context;
	struct mgre_peer peer;
	unsigned int ifindex;

	if (mgre_attr_parse(header, attributes, &ifindex) &&
	    mgre_attr_peer(attributes[MGRE_A_PEER], &peer))
		each->peer(&peer, each->context);
}

static void mgre_map_dumped(struct nlmsghdr *header, void *context)
{
	struct nlattr *attributes[MGRE_A_MAX + 1];
	struct mgre_each *each = context;
	unsigned int ifindex;
	struct mgre_map map;

	if (mgre_attr_parse(header, attributes, &ifindex) &&
	    mgre_attr_map(attributes[MGRE_A_MAP], &map))
		each->map(&map, each->context);
}

int mgre_peer_dump(struct mgre *mgre, unsigned int ifindex,
		   void (*each)(const struct mgre_peer *peer, void *context),
		   void *context)
{
	struct mgre_each dump = { .peer = each, .context = context };

	return netlink_request_do(&mgre->request,
				  mgre_message(mgre, MGRE_CMD_PEER_GET,
					       NLM_F_DUMP, ifindex),
				  mgre_peer_dumped, &dump);
}

int mgre_map_dump(struct mgre *mgre, unsigned int ifindex,
		  void (*each)(const struct mgre_map *map, void *context),
		  void *context)
{
	struct mgre_each dump = { .map = each, .context = context };

	return netlink_request_do(&mgre->request,
				  mgre_message(mgre, MGRE_CMD_MAP_GET,
					       NLM_F_DUMP, ifindex),
				  mgre_map_dumped, &dump);
}

int mgre_map_set(struct mgre *mgre, unsigned int ifindex,
		 const struct mgre_map *map)
{
	struct nl_msg *message;

	message = mgre_message(mgre, MGRE_CMD_MAP_SET, NLM_F_CREATE, ifindex);
	if (!message)
		return -ENOMEM;
	return mgre_do(mgre, message,
		       !mgre_attr_put_map(message, MGRE_A_MAP, map));
}

/* A request that names a mapping by its address alone. */
static struct nl_msg *mgre_map_message(struct mgre *mgre, uint8_t command,
				       unsigned int ifindex,
				       const struct nhrp_address *protocol)
{
	struct nl_msg *message = mgre_message(mgre, command, 0, ifindex);
	struct nlattr *nest;

	if (!message)
		return NULL;
	nest = nla_nest_start(message, MGRE_A_MAP | NLA_F_NESTED);
	if (!nest || nla_put(message, MGRE_A_MAP_PROTOCOL, protocol->length,
			     protocol->bytes) < 0) {
		nlmsg_free(message);
		return NULL;
	}
	nla_nest_end(message, nest);
	return message;
}

int mgre_map_delete(struct mgre *mgre, unsigned int ifindex,
		    const struct nhrp_address *protocol)
{
	return netlink_request_do(&mgre->request,
				  mgre_map_message(mgre, MGRE_CMD_MAP_DEL,
						   ifindex, protocol),
				  NULL, NULL);
}

static void mgre_map_reply(struct nlmsghdr *header, void *context)
{
	struct nlattr *attributes[MGRE_A_MAX + 1];
	unsigned int ifindex;

	if (mgre_attr_parse(header, attributes, &ifindex))
		mgre_attr_map(attributes[MGRE_A_MAP], context);
}

int mgre_map_get(struct mgre *mgre, unsigned int ifindex,
		 const struct nhrp_address *protocol, struct mgre_map *map)
{
	memset(map, 0, sizeof(*map));
	return netlink_request_do(&mgre->request,
				  mgre_map_message(mgre, MGRE_CMD_MAP_GET,
						   ifindex, protocol),
				  mgre_map_reply, map);
}
