/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Forwarding: where a protocol address is from here, and passing packets on
 * along the routed path (RFC 2332, section 5.2 and 5.3).
 */
#ifndef NHRPD_FORWARD_H
#define NHRPD_FORWARD_H

#include "endpoint.h"
#include "rtnl.h"

struct daemon;
struct interface;
struct received;

enum forward_verdict {
	FORWARD_LOCAL,		/* an address of this node */
	FORWARD_EGRESS,		/* beyond this node, outside its NHRP network */
	FORWARD_PEER,		/* by way of .endpoint on .interface */
	FORWARD_UNRESOLVED,	/* in the network, but no mapping of .next_hop */
	FORWARD_UNREACHABLE,	/* no route */
};

/**
 * struct forward_path - the way to a protocol address
 * @verdict: what it is; tells what else is set
 * @interface: it leaves by, of the same network-id
 * @next_hop: protocol address there
 * @endpoint: of @next_hop
 * @route: the FIB entry
 */
struct forward_path {
	enum forward_verdict verdict;
	struct interface *interface;
	struct nhrp_address next_hop;
	struct endpoint endpoint;
	struct rtnl_route route;
};

/** forward_lookup - find the way from @interface's network to @destination */
void forward_lookup(struct interface *interface,
		    const struct nhrp_address *destination,
		    struct forward_path *path);

/**
 * forward_may_map - whether an address may be mapped to a node of the network
 *
 * None of this router's own may, whatever device has it.
 */
bool forward_may_map(const struct interface *interface,
		     const struct nhrp_address *protocol);

/**
 * forward_packet - pass a packet on to the next hop of @path
 *
 * Checks and decrements the hop count, and adds this node to the transit
 * record after looking for a loop in it; sends Error Indications as needed.
 */
void forward_packet(struct received *received,
		    const struct forward_path *path);

/** forward_unreachable - drop a packet for which there is no way on */
void forward_unreachable(struct received *received);

#endif /* NHRPD_FORWARD_H */
