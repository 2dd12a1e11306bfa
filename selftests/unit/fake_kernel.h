/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel made of tables, in place of nhrpd's mgre.c and rtnl.c: nhrpd's
 * protocol exchanges run on it without a device, a namespace or privileges.
 * What it is asked to do is recorded; what a test wants it to say, it says.
 */
#ifndef SELFTESTS_UNIT_FAKE_KERNEL_H
#define SELFTESTS_UNIT_FAKE_KERNEL_H

#include "mgre.h"
#include "packet/packet.h"
#include "rtnl.h"

#define FAKE_MAX 64
#define FAKE_BYTES 4096

struct fake_peer {
	unsigned int ifindex;
	struct mgre_peer peer;
};

struct fake_map {
	unsigned int ifindex;
	struct mgre_map map;
};

struct fake_sent {
	unsigned int ifindex;
	struct endpoint endpoint;
	uint8_t bytes[FAKE_BYTES];
	size_t length;
};

/**
 * struct fake_kernel - all there is
 * @links, @addresses, @routes: what the test has set up; nhrpd's own routes
 *			       join the latter
 * @peers, @maps: what nhrpd has made
 * @unprotectable: devices cannot require ESP
 * @unprotected: how many peers, maps and packets there were when a device was
 *		 last told to require ESP
 * @sent: NHRP packets in the order they were sent
 * @sent_count: how many, those beyond FAKE_MAX counted but not kept
 */
struct fake_kernel {
	struct rtnl_link links[FAKE_MAX];
	size_t link_count;
	struct rtnl_address addresses[FAKE_MAX];
	size_t address_count;
	struct rtnl_route routes[FAKE_MAX];
	size_t route_count;
	struct fake_peer peers[FAKE_MAX];
	size_t peer_count;
	struct fake_map maps[FAKE_MAX];
	size_t map_count;
	bool unprotectable;
	size_t unprotected;
	struct fake_sent sent[FAKE_MAX];
	size_t sent_count;
	const struct mgre_events *mgre_events;
	const struct rtnl_events *rtnl_events;
	void *context;
};

extern struct fake_kernel fake;

/** fake_address - an address from its text; aborts if it is none */
struct nhrp_address fake_address(const char *text);

/** fake_reset - no links, addresses, routes, nothing */
void fake_reset(void);

/** fake_add_link - a mgre device that is up, with this NBMA address */
void fake_add_link(unsigned int ifindex, const char *name, const char *nbma);

/** fake_add_address - an address of a device and the route it brings along */
void fake_add_address(unsigned int ifindex, const char *address,
		      uint8_t prefix_length);

/** fake_add_route - a route; @gateway may be NULL */
void fake_add_route(const char *address, uint8_t prefix_length,
		    const char *gateway, unsigned int ifindex);

/** fake_receive - an NHRP packet comes in */
void fake_receive(unsigned int ifindex, const char *nbma, const void *bytes,
		  size_t length);

/** fake_receive_by - it comes through the SAs of an if_id */
void fake_receive_by(unsigned int ifindex, const char *nbma, uint32_t if_id,
		     const void *bytes, size_t length);

/** fake_find_map - mapping of a protocol address, or NULL */
const struct mgre_map *fake_find_map(unsigned int ifindex,
				     const struct nhrp_address *protocol);

/** fake_find_route - a route of nhrpd's own, or NULL */
const struct rtnl_route *fake_find_route(const char *address,
					 uint8_t prefix_length);

#endif /* SELFTESTS_UNIT_FAKE_KERNEL_H */
