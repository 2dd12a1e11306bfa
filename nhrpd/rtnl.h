/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's links, addresses and routes through rtnetlink.
 */
#ifndef NHRPD_RTNL_H
#define NHRPD_RTNL_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "packet/address.h"

struct rtnl;

/* Of our routes; 191 is what zebra claims as its own. */
#define RTNL_PROTOCOL_DMVPN 203

/**
 * struct rtnl_link - a device
 * @ifindex, @name, @mtu: of the device
 * @up: IFF_UP
 * @is_mgre: its kind; the rest is valid if so
 * @local: NBMA address as configured; @remote: of a point-to-point tunnel
 * @link: underlay device, 0: none
 * @key: GRE key if @has_key
 * @max_entries: mappings the device will hold
 * @redirect: seconds between two redirect events, 0: none
 * @protect: nothing leaves or enters but under ESP
 */
struct rtnl_link {
	unsigned int ifindex;
	char name[IFNAMSIZ];
	uint32_t mtu;
	bool up;
	bool is_mgre;
	struct nhrp_address local;
	struct nhrp_address remote;
	unsigned int link;
	uint32_t key;
	bool has_key;
	uint32_t max_entries;
	uint32_t redirect;
	bool protect;
};

/** struct rtnl_address - an address of a device, with its prefix length */
struct rtnl_address {
	unsigned int ifindex;
	struct nhrp_address address;
	uint8_t prefix_length;
	bool link_local;
};

enum rtnl_route_type {
	RTNL_ROUTE_NONE,	/* unreachable, prohibited, or no route */
	RTNL_ROUTE_LOCAL,	/* an address of this node */
	RTNL_ROUTE_UNICAST,
};

/**
 * struct rtnl_route - a route
 * @type: where it leads
 * @prefix: of the FIB entry that matched
 * @ifindex: of the device it leaves by, of the first next hop if several
 * @gateway: next hop, empty: on link
 * @protocol: who made it
 */
struct rtnl_route {
	enum rtnl_route_type type;
	struct nhrp_prefix prefix;
	unsigned int ifindex;
	struct nhrp_address gateway;
	uint8_t protocol;
};

/** struct rtnl_events - who hears of changes; pointers valid in the call */
struct rtnl_events {
	void (*link)(void *context, const struct rtnl_link *link);
	void (*link_gone)(void *context, unsigned int ifindex);
	void (*address)(void *context, const struct rtnl_address *address);
	void (*address_gone)(void *context,
			     const struct rtnl_address *address);
	void (*route)(void *context, const struct nhrp_prefix *prefix);
	void (*lost)(void *context);
};

/** rtnl_open - open the sockets; NULL after the reason was logged */
struct rtnl *rtnl_open(uv_loop_t *loop, const struct rtnl_events *events,
		       void *context);

/** rtnl_close - close them */
void rtnl_close(struct rtnl *rtnl);

/** rtnl_set_redirect - change a mgre device's redirect interval: 0 or -errno */
int rtnl_set_redirect(struct rtnl *rtnl, unsigned int ifindex,
		      uint32_t seconds);

/** rtnl_set_protect - whether a mgre device requires ESP: 0 or -errno */
int rtnl_set_protect(struct rtnl *rtnl, unsigned int ifindex, bool require);

/** rtnl_dump - report all links, then all addresses, as events: 0 or -errno */
int rtnl_dump(struct rtnl *rtnl);

/**
 * rtnl_lookup - the route that a packet to @destination would take
 * @route: the FIB entry; RTNL_ROUTE_NONE if there is none
 *
 * Return: 0, or -errno if the question itself failed.
 */
int rtnl_lookup(struct rtnl *rtnl, const struct nhrp_address *destination,
		struct rtnl_route *route);

/**
 * rtnl_widest_prefix - the shortest prefix without a hole
 * @destination: any address
 * @route: its route, from rtnl_lookup()
 * @prefix: the shortest prefix within @route's that holds @destination and no
 *	    more specific route (RFC 2332, section 6.3)
 *
 * Reads the routing table. Return: 0 or -errno.
 */
int rtnl_widest_prefix(struct rtnl *rtnl,
		       const struct nhrp_address *destination,
		       const struct rtnl_route *route,
		       struct nhrp_prefix *prefix);

/**
 * rtnl_route_add - make a route `proto dmvpn`
 * @prefix: where to
 * @gateway: next hop, on link by definition, or empty: all of @prefix is
 *
 * It wins over routes of others to the same prefix without replacing them.
 *
 * Return: 0, also if it is there already, or -errno.
 */
int rtnl_route_add(struct rtnl *rtnl, const struct nhrp_prefix *prefix,
		   const struct nhrp_address *gateway, unsigned int ifindex);

/** rtnl_route_delete - remove a route of ours: 0 or -errno */
int rtnl_route_delete(struct rtnl *rtnl, const struct nhrp_prefix *prefix,
		      const struct nhrp_address *gateway,
		      unsigned int ifindex);

/** rtnl_route_dump - call @each for our routes by a device: 0 or -errno */
int rtnl_route_dump(struct rtnl *rtnl, unsigned int ifindex,
		    void (*each)(const struct rtnl_route *route,
				 void *context),
		    void *context);

/** rtnl_error - the kernel's words for the last refusal */
const char *rtnl_error(const struct rtnl *rtnl);

#endif /* NHRPD_RTNL_H */
