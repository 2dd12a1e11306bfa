// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/mgre.h>

#include "decode.h"
#include "print.h"

static void add_string(struct json_object *o, const char *name, const char *s)
{
	json_object_object_add(o, name, json_object_new_string(s));
}

static void add_bytes(struct json_object *o, const char *name, int family,
		      const void *bytes)
{
	char text[INET6_ADDRSTRLEN];

	if (inet_ntop(family, bytes, text, sizeof(text)))
		add_string(o, name, text);
}

static void add_address(struct json_object *o, const char *name,
			struct nlattr *a)
{
	if (a && nla_len(a) == 4)
		add_bytes(o, name, AF_INET, nla_data(a));
	else if (a && nla_len(a) == 16)
		add_bytes(o, name, AF_INET6, nla_data(a));
}

static void add_number(struct json_object *o, const char *name, uint64_t n)
{
	json_object_object_add(o, name, json_object_new_uint64(n));
}

static void add_u32(struct json_object *o, const char *name, struct nlattr *a)
{
	if (a && nla_len(a) >= (int)sizeof(uint32_t))
		add_number(o, name, nla_get_u32(a));
}

static void add_u64(struct json_object *o, const char *name, struct nlattr *a)
{
	if (a && nla_len(a) >= (int)sizeof(uint64_t))
		add_number(o, name, nla_get_u64(a));
}

/* Milliseconds as whole seconds. */
static void add_seconds(struct json_object *o, const char *name,
			struct nlattr *a)
{
	if (a && nla_len(a) >= (int)sizeof(uint64_t))
		add_number(o, name, nla_get_u64(a) / 1000);
}

static void add_hex(struct json_object *o, const char *name, struct nlattr *a)
{
	const uint8_t *bytes;
	char *text;
	int i;

	if (!a)
		return;
	bytes = nla_data(a);
	text = calloc(nla_len(a) + 1, 2);
	if (!text)
		return;
	for (i = 0; i < nla_len(a); i++)
		sprintf(text + 2 * i, "%02x", bytes[i]);
	add_string(o, name, text);
	free(text);
}

/* Name of a device; that of another namespace has only a number here. */
static void add_ifindex(struct json_object *o, const char *name, uint32_t index)
{
	static uint32_t last;
	static char text[IF_NAMESIZE];

	if (index != last && !if_indextoname(index, text))
		snprintf(text, sizeof(text), "if%u", index);
	last = index;
	add_string(o, name, text);
}

void decode_ifindex(struct json_object *o, struct nlattr *ifindex)
{
	if (ifindex)
		add_ifindex(o, "dev", nla_get_u32(ifindex));
}

void decode_dev(struct json_object *o, struct nlattr *dev)
{
	struct nlattr *a[MGRE_A_DEV_MAX + 1];

	if (!dev || nla_parse_nested(a, MGRE_A_DEV_MAX, dev, NULL))
		return;
	add_address(o, "local", a[MGRE_A_DEV_LOCAL]);
	if (a[MGRE_A_DEV_LINK])
		add_ifindex(o, "link", nla_get_u32(a[MGRE_A_DEV_LINK]));
	add_u32(o, "key", a[MGRE_A_DEV_KEY]);
	add_u32(o, "mtu", a[MGRE_A_DEV_MTU]);
	add_u32(o, "peers", a[MGRE_A_DEV_PEERS]);
	add_u32(o, "mappings", a[MGRE_A_DEV_MAPPINGS]);
	add_u32(o, "owner", a[MGRE_A_DEV_OWNER]);
	if (a[MGRE_A_DEV_PROTECT])
		add_string(o, "protect",
			   nla_get_u32(a[MGRE_A_DEV_PROTECT]) ==
			   MGRE_PROTECT_NONE ? "none" : "require");
}

static void add_endpoint(struct json_object *o, struct nlattr *endpoint)
{
	struct nlattr *a[MGRE_A_ENDPOINT_MAX + 1];

	if (!endpoint ||
	    nla_parse_nested(a, MGRE_A_ENDPOINT_MAX, endpoint, NULL))
		return;
	add_address(o, "nbma", a[MGRE_A_ENDPOINT_NBMA]);
	if (a[MGRE_A_ENDPOINT_PORT] && nla_get_u16(a[MGRE_A_ENDPOINT_PORT]))
		add_number(o, "port", nla_get_u16(a[MGRE_A_ENDPOINT_PORT]));
	if (a[MGRE_A_ENDPOINT_IF_ID] && nla_get_u32(a[MGRE_A_ENDPOINT_IF_ID]))
		add_u32(o, "if_id", a[MGRE_A_ENDPOINT_IF_ID]);
}

static void add_state(struct json_object *o, const char *name,
		      struct nlattr *state)
{
	if (state)
		add_string(o, name,
			   nla_get_u32(state) == MGRE_PEER_STATE_UP ?
			   "up" : "down");
}

/* In the form of "ip xfrm state". */
static void add_spi(struct json_object *o, struct nlattr *spi)
{
	char text[16];

	if (!spi || nla_len(spi) < (int)sizeof(uint32_t))
		return;
	snprintf(text, sizeof(text), "0x%08x", nla_get_u32(spi));
	add_string(o, "spi", text);
}

static void add_flags(struct json_object *o, struct nlattr *flags)
{
	static const struct {
		const char *name;
		uint32_t flag;
	} names[] = {
		{ "multicast", MGRE_PEER_FLAGS_MULTICAST },
		{ "fallback", MGRE_PEER_FLAGS_FALLBACK },
		{ "transient", MGRE_PEER_FLAGS_TRANSIENT },
		{}
	};
	struct nla_bitfield32 set = {};
	size_t i;

	if (!flags)
		return;
	nla_memcpy(&set, flags, sizeof(set));
	for (i = 0; names[i].name; i++)
		json_object_object_add(o, names[i].name,
				       json_object_new_boolean(set.value &
							       names[i].flag));
}

static void add_traffic(struct json_object *o, const char *name,
			struct nlattr *packets, struct nlattr *bytes)
{
	struct json_object *traffic = json_object_new_object();

	add_u64(traffic, "packets", packets);
	add_u64(traffic, "bytes", bytes);
	json_object_object_add(o, name, traffic);
}

void decode_peer(struct json_object *o, struct nlattr *peer)
{
	struct nlattr *a[MGRE_A_PEER_MAX + 1];

	if (!peer || nla_parse_nested(a, MGRE_A_PEER_MAX, peer, NULL))
		return;
	add_endpoint(o, a[MGRE_A_PEER_ENDPOINT]);
	add_state(o, "state", a[MGRE_A_PEER_STATE]);
	add_state(o, "wanted", a[MGRE_A_PEER_WANTED]);
	json_object_object_add(o, "protected",
			       json_object_new_boolean(!!a[MGRE_A_PEER_PROTECTED]));
	add_spi(o, a[MGRE_A_PEER_SPI]);
	add_flags(o, a[MGRE_A_PEER_FLAGS]);
	if (a[MGRE_A_PEER_MARK] && nla_get_u32(a[MGRE_A_PEER_MARK]))
		add_u32(o, "mark", a[MGRE_A_PEER_MARK]);
	if (a[MGRE_A_PEER_PRIORITY] && nla_get_u32(a[MGRE_A_PEER_PRIORITY]))
		add_u32(o, "priority", a[MGRE_A_PEER_PRIORITY]);
	add_u32(o, "mappings", a[MGRE_A_PEER_MAPPINGS]);
	if (!print_details())
		return;
	add_u32(o, "mtu", a[MGRE_A_PEER_MTU]);
	add_hex(o, "header", a[MGRE_A_PEER_HEADER]);
	add_traffic(o, "tx", a[MGRE_A_PEER_TX_PACKETS],
		    a[MGRE_A_PEER_TX_BYTES]);
	add_traffic(o, "rx", a[MGRE_A_PEER_RX_PACKETS],
		    a[MGRE_A_PEER_RX_BYTES]);
}

void decode_map(struct json_object *o, struct nlattr *map)
{
	struct nlattr *a[MGRE_A_MAP_MAX + 1];

	if (!map || nla_parse_nested(a, MGRE_A_MAP_MAX, map, NULL))
		return;
	add_address(o, "protocol", a[MGRE_A_MAP_PROTOCOL]);
	add_endpoint(o, a[MGRE_A_MAP_ENDPOINT]);
	add_u32(o, "hold", a[MGRE_A_MAP_HOLD]);
	add_seconds(o, "expires", a[MGRE_A_MAP_EXPIRES]);
	if (!print_details())
		return;
	add_seconds(o, "created", a[MGRE_A_MAP_CREATED]);
	add_seconds(o, "used", a[MGRE_A_MAP_USED]);
	if (a[MGRE_A_MAP_COOKIE] && nla_len(a[MGRE_A_MAP_COOKIE]))
		add_hex(o, "cookie", a[MGRE_A_MAP_COOKIE]);
}

/* From whom to whom an IP packet is, as far as it is there. */
static void add_inner(struct json_object *o, struct nlattr *data)
{
	const uint8_t *p = nla_data(data);

	if (nla_len(data) >= 20 && p[0] >> 4 == 4) {
		add_bytes(o, "source", AF_INET, p + 12);
		add_bytes(o, "destination", AF_INET, p + 16);
	} else if (nla_len(data) >= 40 && p[0] >> 4 == 6) {
		add_bytes(o, "source", AF_INET6, p + 8);
		add_bytes(o, "destination", AF_INET6, p + 24);
	}
}

void decode_packet(struct json_object *o, struct nlattr *packet)
{
	struct nlattr *a[MGRE_A_PACKET_MAX + 1];

	if (!packet || nla_parse_nested(a, MGRE_A_PACKET_MAX, packet, NULL))
		return;
	add_endpoint(o, a[MGRE_A_PACKET_ENDPOINT]);
	if (!a[MGRE_A_PACKET_DATA])
		return;
	add_inner(o, a[MGRE_A_PACKET_DATA]);
	if (print_details())
		add_hex(o, "data", a[MGRE_A_PACKET_DATA]);
}

void decode_lost(struct json_object *o, struct nlattr *lost)
{
	add_u64(o, "lost", lost);
}
