// SPDX-License-Identifier: GPL-2.0
/*
 * Upcalls: what the module tells user space on its own account.
 *
 * NHRP packets go to the socket that owns the device, events to a multicast
 * group. Misses, redirects and unknown peers, which traffic causes, are bounded
 * by a rate. What got no further than here is counted and announced; a listener
 * whose own buffer overflows is told by its socket.
 */
#include <linux/skbuff.h>
#include <net/genetlink.h>
#include "mgre.h"
#include "trace.h"

#define MGRE_EVENT_RATE		1000		/* a second */

/*
 * Anybody can cause these, and user space may answer to an address that is
 * forged. Few will do: who is answered falls silent, and the next one is heard.
 */
#define MGRE_UNKNOWN_PEER_RATE	10		/* a second */

#define MGRE_REDIRECT_BYTES	128

/* Room for a header and the largest nest beside variable data. */
#define MGRE_EVENT_SIZE		512

static bool mgre_has_listeners(struct mgre *mgre)
{
	return genl_has_listeners(&mgre_family, dev_net(mgre->dev), 0);
}

static struct sk_buff *mgre_event_alloc(struct mgre *mgre, u8 cmd,
					unsigned int size, void **header)
{
	struct sk_buff *msg = genlmsg_new(MGRE_EVENT_SIZE + size, GFP_ATOMIC);

	if (!msg)
		return NULL;
	*header = genlmsg_put(msg, 0, 0, &mgre_family, 0, cmd);
	if (!*header || nla_put_u32(msg, MGRE_A_IFINDEX, mgre->dev->ifindex)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static void mgre_event_send(struct mgre *mgre, struct sk_buff *msg,
			    void *header)
{
	genlmsg_end(msg, header);
	genlmsg_multicast_netns(&mgre_family, dev_net(mgre->dev), msg, 0, 0,
				GFP_ATOMIC);
}

static void mgre_event_overrun(struct mgre *mgre, u64 lost)
{
	struct sk_buff *msg;
	void *header;

	msg = mgre_event_alloc(mgre, MGRE_CMD_OVERRUN, 0, &header);
	if (!msg)
		return;
	if (nla_put_u64_64bit(msg, MGRE_A_LOST, lost, MGRE_A_PAD))
		nlmsg_free(msg);
	else
		mgre_event_send(mgre, msg, header);
}

/* Counts an upcall that did not get through, and says so once a second. */
static void mgre_event_lost(struct mgre *mgre)
{
	struct mgre_events *events = &mgre->events;
	bool report;
	u64 lost;

	spin_lock_bh(&events->lock);
	lost = ++events->lost;
	report = time_after_eq(jiffies, events->reported + HZ);
	if (report)
		events->reported = jiffies;
	spin_unlock_bh(&events->lock);
	if (report)
		mgre_event_overrun(mgre, lost);
}

static bool mgre_event_take(struct mgre *mgre, struct mgre_event_rate *rate)
{
	unsigned int tokens;
	bool allowed;

	spin_lock_bh(&mgre->events.lock);
	tokens = min_t(unsigned long, jiffies - rate->refilled, HZ) *
		 rate->limit / HZ;
	if (tokens) {
		rate->refilled = jiffies;
		rate->tokens = min(rate->tokens + tokens, rate->limit);
	}
	allowed = rate->tokens;
	if (allowed)
		rate->tokens--;
	spin_unlock_bh(&mgre->events.lock);
	return allowed;
}

static bool mgre_event_allowed(struct mgre *mgre, struct mgre_event_rate *rate)
{
	bool allowed = mgre_event_take(mgre, rate);

	if (!allowed)
		mgre_event_lost(mgre);
	return allowed;
}

/**
 * mgre_event_miss() - Announce a next hop without a mapping
 * @mgre: Device
 * @next_hop: Next hop
 *
 * Context: softirq.
 */
void mgre_event_miss(struct mgre *mgre, const struct in6_addr *next_hop)
{
	struct sk_buff *msg;
	struct nlattr *nest;
	void *header;

	trace_mgre_miss(mgre->dev, next_hop);
	if (!mgre_has_listeners(mgre) ||
	    !mgre_event_allowed(mgre, &mgre->events.misses))
		return;
	msg = mgre_event_alloc(mgre, MGRE_CMD_MISS, 0, &header);
	if (!msg) {
		mgre_event_lost(mgre);
		return;
	}
	nest = nla_nest_start(msg, MGRE_A_MAP);
	if (!nest || mgre_address_put(msg, MGRE_A_MAP_PROTOCOL, next_hop)) {
		nlmsg_free(msg);
		return;
	}
	nla_nest_end(msg, nest);
	mgre_event_send(mgre, msg, header);
}

/* Appends the first bytes of a packet without a copy in between. */
static int mgre_put_packet_data(struct sk_buff *msg, const struct sk_buff *skb,
				unsigned int len)
{
	struct nlattr *attr = nla_reserve(msg, MGRE_A_PACKET_DATA, len);

	if (!attr)
		return -EMSGSIZE;
	return skb_copy_bits(skb, 0, nla_data(attr), len);
}

/**
 * mgre_event_redirect() - Announce a packet that turns round in the device
 * @mgre: Device
 * @skb: Packet, its data is the inner IP header; only read
 *
 * Context: softirq.
 */
void mgre_event_redirect(struct mgre *mgre, const struct sk_buff *skb)
{
	unsigned int len = min_t(unsigned int, skb->len, MGRE_REDIRECT_BYTES);
	struct sk_buff *msg;
	struct nlattr *nest;
	void *header;

	if (!mgre_has_listeners(mgre) ||
	    !mgre_event_allowed(mgre, &mgre->events.redirects))
		return;
	msg = mgre_event_alloc(mgre, MGRE_CMD_REDIRECT, len, &header);
	if (!msg) {
		mgre_event_lost(mgre);
		return;
	}
	nest = nla_nest_start(msg, MGRE_A_PACKET);
	if (!nest || mgre_put_packet_data(msg, skb, len)) {
		nlmsg_free(msg);
		return;
	}
	nla_nest_end(msg, nest);
	mgre_event_send(mgre, msg, header);
}

/**
 * mgre_event_mapping() - Announce that a mapping has expired or soon will
 * @mgre: Device
 * @mapping: Mapping
 * @cmd: MGRE_CMD_MAP_EXPIRED or MGRE_CMD_MAP_REFRESH
 *
 * Context: process, mgre->lock held.
 */
void mgre_event_mapping(struct mgre *mgre, struct mgre_mapping *mapping,
			u8 cmd)
{
	struct sk_buff *msg;
	void *header;

	if (!mgre_has_listeners(mgre))
		return;
	msg = mgre_event_alloc(mgre, cmd, 0, &header);
	if (!msg) {
		mgre_event_lost(mgre);
		return;
	}
	if (mgre_put_mapping(msg, mgre, mapping))
		nlmsg_free(msg);
	else
		mgre_event_send(mgre, msg, header);
}

/**
 * mgre_event_peer_state() - Announce that a peer went up or down
 * @mgre: Device
 * @peer: Peer
 *
 * Context: process, mgre->lock held.
 */
void mgre_event_peer_state(struct mgre *mgre, const struct mgre_peer *peer)
{
	struct sk_buff *msg;
	struct nlattr *nest;
	void *header;

	if (!mgre_has_listeners(mgre))
		return;
	msg = mgre_event_alloc(mgre, MGRE_CMD_PEER_STATE, 0, &header);
	if (!msg) {
		mgre_event_lost(mgre);
		return;
	}
	nest = nla_nest_start(msg, MGRE_A_PEER);
	if (!nest || mgre_put_peer_state(msg, mgre, peer)) {
		nlmsg_free(msg);
		return;
	}
	nla_nest_end(msg, nest);
	mgre_event_send(mgre, msg, header);
}

/**
 * mgre_event_unknown_peer() - Announce data from an endpoint without peer
 * @mgre: Device
 * @endpoint: Where it came from
 *
 * What is too much is not missed: no state of user space depends on it.
 *
 * Context: softirq.
 */
void mgre_event_unknown_peer(struct mgre *mgre,
			     const struct mgre_endpoint *endpoint)
{
	struct sk_buff *msg;
	struct nlattr *nest;
	void *header;

	if (!mgre_has_listeners(mgre) ||
	    !mgre_event_take(mgre, &mgre->events.unknown_peers))
		return;
	msg = mgre_event_alloc(mgre, MGRE_CMD_UNKNOWN_PEER, 0, &header);
	if (!msg)
		return;
	nest = nla_nest_start(msg, MGRE_A_PEER);
	if (!nest || mgre_put_endpoint(msg, MGRE_A_PEER_ENDPOINT, endpoint,
				       0)) {
		nlmsg_free(msg);
		return;
	}
	nla_nest_end(msg, nest);
	mgre_event_send(mgre, msg, header);
}

/**
 * mgre_event_device() - Announce that a device has changed
 * @mgre: Device
 *
 * Context: any.
 */
void mgre_event_device(struct mgre *mgre)
{
	struct sk_buff *msg;
	void *header;

	if (!mgre_has_listeners(mgre))
		return;
	msg = mgre_event_alloc(mgre, MGRE_CMD_DEV_CHANGE, 0, &header);
	if (!msg) {
		mgre_event_lost(mgre);
		return;
	}
	if (mgre_put_device(msg, mgre))
		nlmsg_free(msg);
	else
		mgre_event_send(mgre, msg, header);
}

static int mgre_put_packet(struct sk_buff *msg, const struct sk_buff *skb,
			   const struct mgre_origin *origin)
{
	const struct mgre_endpoint endpoint = {
		.nbma = origin->nbma,
		.if_id = origin->sa.if_id,
	};
	const struct mgre_sa *sa = &origin->sa;
	struct nlattr *nest = nla_nest_start(msg, MGRE_A_PACKET);

	if (!nest ||
	    mgre_put_endpoint(msg, MGRE_A_PACKET_ENDPOINT, &endpoint,
			      sa->port) ||
	    (sa->spi && (nla_put_u32(msg, MGRE_A_PACKET_SPI, sa->spi) ||
			 nla_put_u32(msg, MGRE_A_PACKET_REQID, sa->reqid))) ||
	    mgre_address_put(msg, MGRE_A_PACKET_LOCAL, &origin->local) ||
	    nla_put_u32(msg, MGRE_A_PACKET_INGRESS, origin->ingress) ||
	    mgre_put_packet_data(msg, skb, skb->len))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * mgre_event_nhrp() - Hand an NHRP packet to the owner of the device
 * @mgre: Device
 * @skb: Packet, data is what follows the GRE header; only read
 * @origin: Where it came from
 *
 * Context: softirq.
 * Return: 0, -ENOTCONN without an owner, or a negative error if there was no
 * room for it.
 */
int mgre_event_nhrp(struct mgre *mgre, const struct sk_buff *skb,
		    const struct mgre_origin *origin)
{
	u32 owner = READ_ONCE(mgre->owner);
	struct sk_buff *msg;
	void *header;
	int err;

	if (!owner)
		return -ENOTCONN;
	msg = mgre_event_alloc(mgre, MGRE_CMD_PACKET, skb->len, &header);
	if (!msg) {
		mgre_event_lost(mgre);
		return -ENOMEM;
	}
	err = mgre_put_packet(msg, skb, origin);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, header);
	err = genlmsg_unicast(dev_net(mgre->dev), msg, owner);
	if (err)
		mgre_event_lost(mgre);
	return err;
}

static void mgre_event_rate_init(struct mgre_event_rate *rate,
				 unsigned int limit)
{
	rate->limit = limit;
	rate->tokens = limit;
	rate->refilled = jiffies;
}

/**
 * mgre_events_init() - Give a new device its full budget of upcalls
 * @mgre: Device
 */
void mgre_events_init(struct mgre *mgre)
{
	struct mgre_events *events = &mgre->events;

	spin_lock_init(&events->lock);
	mgre_event_rate_init(&events->misses, MGRE_EVENT_RATE);
	mgre_event_rate_init(&events->redirects, MGRE_EVENT_RATE);
	mgre_event_rate_init(&events->unknown_peers, MGRE_UNKNOWN_PEER_RATE);
	events->reported = jiffies - HZ;
}
