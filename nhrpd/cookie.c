// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cookies: what nhrpd knows of a mapping beyond what the kernel does.
 *
 *	0 "NH"   2 version   3 type   4 flags   5 prefix length   6 MTU
 *	8 request id   12 holding time   16 length and bytes of claimed NBMA
 *
 * Numbers are in network byte order.
 */
#include "cookie.h"

#include <arpa/inet.h>
#include <string.h>

#define COOKIE_VERSION 1
#define COOKIE_FIXED 17

void cookie_write(const struct cache_binding *binding, struct mgre_map *map)
{
	uint32_t request_id = htonl(binding->request_id);
	uint32_t holding_time = htonl(binding->holding_time);
	uint16_t mtu = htons(binding->mtu);
	uint8_t *cookie = map->cookie;

	cookie[0] = 'N';
	cookie[1] = 'H';
	cookie[2] = COOKIE_VERSION;
	cookie[3] = binding->type;
	cookie[4] = binding->flags;
	cookie[5] = binding->prefix_length;
	memcpy(cookie + 6, &mtu, sizeof(mtu));
	memcpy(cookie + 8, &request_id, sizeof(request_id));
	memcpy(cookie + 12, &holding_time, sizeof(holding_time));
	cookie[16] = binding->claimed.length;
	memcpy(cookie + COOKIE_FIXED, binding->claimed.bytes,
	       binding->claimed.length);
	map->cookie_length = COOKIE_FIXED + binding->claimed.length;
}

bool cookie_read(const struct mgre_map *map, struct cache_binding *binding)
{
	const uint8_t *cookie = map->cookie;
	uint32_t request_id, holding_time;
	struct nhrp_address claimed;
	uint16_t mtu;

	if (map->cookie_length < COOKIE_FIXED || cookie[0] != 'N' ||
	    cookie[1] != 'H' || cookie[2] != COOKIE_VERSION ||
	    cookie[3] > CACHE_STATIC ||
	    map->cookie_length != COOKIE_FIXED + cookie[16] ||
	    !nhrp_address_set(&claimed, cookie + COOKIE_FIXED, cookie[16]))
		return false;
	memcpy(&mtu, cookie + 6, sizeof(mtu));
	memcpy(&request_id, cookie + 8, sizeof(request_id));
	memcpy(&holding_time, cookie + 12, sizeof(holding_time));
	binding->type = cookie[3];
	binding->flags = cookie[4];
	binding->prefix_length = cookie[5];
	binding->mtu = ntohs(mtu);
	binding->request_id = ntohl(request_id);
	binding->holding_time = ntohl(holding_time);
	binding->claimed = claimed;
	return true;
}
