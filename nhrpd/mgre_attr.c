// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attributes of the module mgre, to and from plain structures. The policies
 * hold the kernel to what linux/mgre.h promises.
 */
#include "mgre_attr.h"

#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <string.h>

static struct nla_policy mgre_endpoint_policy[MGRE_A_ENDPOINT_MAX + 1] = {
	[MGRE_A_ENDPOINT_PORT] = { .type = NLA_U16 },
	[MGRE_A_ENDPOINT_IF_ID] = { .type = NLA_U32 },
};

static struct nla_policy mgre_dev_policy[MGRE_A_DEV_MAX + 1] = {
	[MGRE_A_DEV_OWNER] = { .type = NLA_U32 },
};

static struct nla_policy mgre_peer_policy[MGRE_A_PEER_MAX + 1] = {
	[MGRE_A_PEER_ENDPOINT] = { .type = NLA_NESTED },
	[MGRE_A_PEER_FLAGS] = { .minlen = sizeof(struct nla_bitfield32) },
	[MGRE_A_PEER_STATE] = { .type = NLA_U32 },
	[MGRE_A_PEER_WANTED] = { .type = NLA_U32 },
};

static struct nla_policy mgre_map_policy[MGRE_A_MAP_MAX + 1] = {
	[MGRE_A_MAP_ENDPOINT] = { .type = NLA_NESTED },
	[MGRE_A_MAP_HOLD] = { .type = NLA_U32 },
	[MGRE_A_MAP_CREATED] = { .type = NLA_U64 },
	[MGRE_A_MAP_EXPIRES] = { .type = NLA_U64 },
	[MGRE_A_MAP_USED] = { .type = NLA_U64 },
};

static struct nla_policy mgre_packet_policy[MGRE_A_PACKET_MAX + 1] = {
	[MGRE_A_PACKET_ENDPOINT] = { .type = NLA_NESTED },
	[MGRE_A_PACKET_SPI] = { .type = NLA_U32 },
};

static struct nla_policy mgre_policy[MGRE_A_MAX + 1] = {
	[MGRE_A_IFINDEX] = { .type = NLA_U32 },
	[MGRE_A_DEV] = { .type = NLA_NESTED },
	[MGRE_A_PEER] = { .type = NLA_NESTED },
	[MGRE_A_MAP] = { .type = NLA_NESTED },
	[MGRE_A_PACKET] = { .type = NLA_NESTED },
	[MGRE_A_LOST] = { .type = NLA_U64 },
};

bool mgre_attr_parse(struct nlmsghdr *header, struct nlattr **attributes,
		     unsigned int *ifindex)
{
	if (nlmsg_parse(header, GENL_HDRLEN, attributes, MGRE_A_MAX,
			mgre_policy) < 0 || !attributes[MGRE_A_IFINDEX])
		return false;
	*ifindex = nla_get_u32(attributes[MGRE_A_IFINDEX]);
	return true;
}

/* ---- reading ---- */

static bool mgre_attr_address(struct nlattr *attribute,
			      struct nhrp_address *address)
{
	memset(address, 0, sizeof(*address));
	return attribute && nhrp_address_set(address, nla_data(attribute),
					     nla_len(attribute));
}

/* @port may be NULL. */
static bool mgre_attr_endpoint(struct nlattr *nest, struct endpoint *endpoint,
			       uint16_t *port)
{
	struct nlattr *tb[MGRE_A_ENDPOINT_MAX + 1];

	memset(endpoint, 0, sizeof(*endpoint));
	if (!nest || nla_parse_nested(tb, MGRE_A_ENDPOINT_MAX, nest,
				      mgre_endpoint_policy) < 0)
		return false;
	if (tb[MGRE_A_ENDPOINT_PORT] && port)
		*port = nla_get_u16(tb[MGRE_A_ENDPOINT_PORT]);
	if (tb[MGRE_A_ENDPOINT_IF_ID])
		endpoint->if_id = nla_get_u32(tb[MGRE_A_ENDPOINT_IF_ID]);
	return mgre_attr_address(tb[MGRE_A_ENDPOINT_NBMA], &endpoint->nbma);
}

bool mgre_attr_packet(struct nlattr *nest, struct mgre_packet *packet)
{
	struct nlattr *tb[MGRE_A_PACKET_MAX + 1];

	memset(packet, 0, sizeof(*packet));
	if (!nest || nla_parse_nested(tb, MGRE_A_PACKET_MAX, nest,
				      mgre_packet_policy) < 0 ||
	    !tb[MGRE_A_PACKET_DATA])
		return false;
	mgre_attr_endpoint(tb[MGRE_A_PACKET_ENDPOINT], &packet->endpoint,
			   NULL);
	mgre_attr_address(tb[MGRE_A_PACKET_LOCAL], &packet->local);
	if (tb[MGRE_A_PACKET_SPI])
		packet->spi = nla_get_u32(tb[MGRE_A_PACKET_SPI]);
	packet->data = nla_data(tb[MGRE_A_PACKET_DATA]);
	packet->length = nla_len(tb[MGRE_A_PACKET_DATA]);
	return true;
}

bool mgre_attr_map(struct nlattr *nest, struct mgre_map *map)
{
	struct nlattr *tb[MGRE_A_MAP_MAX + 1];
	struct nlattr *cookie;

	memset(map, 0, sizeof(*map));
	map->used = UINT64_MAX;
	if (!nest || nla_parse_nested(tb, MGRE_A_MAP_MAX, nest,
				      mgre_map_policy) < 0)
		return false;
	mgre_attr_endpoint(tb[MGRE_A_MAP_ENDPOINT], &map->endpoint, NULL);
	if (tb[MGRE_A_MAP_HOLD])
		map->hold = nla_get_u32(tb[MGRE_A_MAP_HOLD]);
	if (tb[MGRE_A_MAP_CREATED])
		map->created = nla_get_u64(tb[MGRE_A_MAP_CREATED]);
	if (tb[MGRE_A_MAP_EXPIRES])
		map->expires = nla_get_u64(tb[MGRE_A_MAP_EXPIRES]);
	if (tb[MGRE_A_MAP_USED])
		map->used = nla_get_u64(tb[MGRE_A_MAP_USED]);
	cookie = tb[MGRE_A_MAP_COOKIE];
	if (cookie && nla_len(cookie) <= MGRE_COOKIE_MAX) {
		map->cookie_length = nla_len(cookie);
		memcpy(map->cookie, nla_data(cookie), nla_len(cookie));
	}
	return mgre_attr_address(tb[MGRE_A_MAP_PROTOCOL], &map->protocol);
}

static bool mgre_attr_is_up(struct nlattr *attribute)
{
	return attribute && nla_get_u32(attribute) == MGRE_PEER_STATE_UP;
}

bool mgre_attr_peer(struct nlattr *nest, struct mgre_peer *peer)
{
	struct nlattr *tb[MGRE_A_PEER_MAX + 1];
	struct nla_bitfield32 *flags;

	memset(peer, 0, sizeof(*peer));
	if (!nest || nla_parse_nested(tb, MGRE_A_PEER_MAX, nest,
				      mgre_peer_policy) < 0)
		return false;
	if (tb[MGRE_A_PEER_FLAGS]) {
		flags = nla_data(tb[MGRE_A_PEER_FLAGS]);
		peer->flags = flags->value & flags->selector;
	}
	peer->up = mgre_attr_is_up(tb[MGRE_A_PEER_STATE]);
	peer->wanted = peer->up || mgre_attr_is_up(tb[MGRE_A_PEER_WANTED]);
	return mgre_attr_endpoint(tb[MGRE_A_PEER_ENDPOINT], &peer->endpoint,
				  &peer->port);
}

bool mgre_attr_device(struct nlattr *nest, struct mgre_device *device)
{
	struct nlattr *tb[MGRE_A_DEV_MAX + 1];

	memset(device, 0, sizeof(*device));
	if (!nest || nla_parse_nested(tb, MGRE_A_DEV_MAX, nest,
				      mgre_dev_policy) < 0)
		return false;
	mgre_attr_address(tb[MGRE_A_DEV_LOCAL], &device->local);
	if (tb[MGRE_A_DEV_OWNER])
		device->owner = nla_get_u32(tb[MGRE_A_DEV_OWNER]);
	return true;
}

/* ---- writing ---- */

static bool mgre_attr_put_address(struct nl_msg *message, int type,
				  const struct nhrp_address *address)
{
	return nla_put(message, type, address->length, address->bytes) >= 0;
}

bool mgre_attr_put_endpoint(struct nl_msg *message, int type,
			    const struct endpoint *endpoint)
{
	struct nlattr *nest = nla_nest_start(message, type | NLA_F_NESTED);

	if (!nest || !mgre_attr_put_address(message, MGRE_A_ENDPOINT_NBMA,
					    &endpoint->nbma))
		return false;
	if (endpoint->if_id && nla_put_u32(message, MGRE_A_ENDPOINT_IF_ID,
					   endpoint->if_id) < 0)
		return false;
	nla_nest_end(message, nest);
	return true;
}

bool mgre_attr_put_map(struct nl_msg *message, int type,
		       const struct mgre_map *map)
{
	struct nlattr *nest = nla_nest_start(message, type | NLA_F_NESTED);

	if (!nest || !mgre_attr_put_address(message, MGRE_A_MAP_PROTOCOL,
					    &map->protocol) ||
	    !mgre_attr_put_endpoint(message, MGRE_A_MAP_ENDPOINT,
				    &map->endpoint))
		return false;
	if (map->hold && nla_put_u32(message, MGRE_A_MAP_HOLD, map->hold) < 0)
		return false;
	if (nla_put(message, MGRE_A_MAP_COOKIE, map->cookie_length,
		    map->cookie) < 0)
		return false;
	nla_nest_end(message, nest);
	return true;
}

bool mgre_attr_put_packet(struct nl_msg *message, int type,
			  const struct mgre_packet *packet)
{
	struct nlattr *nest = nla_nest_start(message, type | NLA_F_NESTED);

	if (!nest || !mgre_attr_put_endpoint(message, MGRE_A_PACKET_ENDPOINT,
					     &packet->endpoint) ||
	    nla_put(message, MGRE_A_PACKET_DATA, packet->length,
		    packet->data) < 0)
		return false;
	nla_nest_end(message, nest);
	return true;
}
