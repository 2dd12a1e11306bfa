// SPDX-License-Identifier: GPL-2.0
/*
 * NHRP packets on their way between the wire and their daemon. What is in
 * them is the daemon's business alone.
 */
#include <linux/netdevice.h>
#include <net/genetlink.h>
#include "netlink.h"

#define MGRE_NHRP_MIN		20	/* fixed header, RFC 2332 section 5.1 */
#define MGRE_NHRP_MAX		16384

static const struct nla_policy mgre_packet_policy[MGRE_A_PACKET_MAX + 1] = {
	[MGRE_A_PACKET_ENDPOINT] = NLA_POLICY_NESTED(mgre_endpoint_policy),
	[MGRE_A_PACKET_DATA] = NLA_POLICY_RANGE(NLA_BINARY, MGRE_NHRP_MIN,
						MGRE_NHRP_MAX),
};

const struct nla_policy mgre_nhrp_op_policy[MGRE_A_MAX + 1] = {
	[MGRE_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[MGRE_A_PACKET] = NLA_POLICY_NESTED(mgre_packet_policy),
};

static struct sk_buff *mgre_nhrp_alloc(struct mgre *mgre, const void *data,
				       unsigned int len)
{
	unsigned int headroom = READ_ONCE(mgre->dev->needed_headroom);
	struct sk_buff *skb;

	skb = alloc_skb(headroom + len, GFP_KERNEL);
	if (!skb)
		return NULL;
	skb_reserve(skb, headroom);
	skb_put_data(skb, data, len);
	skb_reset_network_header(skb);
	skb_reset_mac_header(skb);
	skb->dev = mgre->dev;
	skb->protocol = htons(MGRE_PROTOCOL_NHRP);
	return skb;
}

/*
 * By the peer's path if the endpoint is one, else by @path. A device that is
 * going down empties its cache a grace period after it has ceased to run.
 */
static int mgre_nhrp_send_by(struct mgre *mgre,
			     const struct mgre_endpoint *endpoint,
			     struct mgre_path *path, struct sk_buff *skb)
{
	struct mgre_peer *peer;
	int err;

	if (!netif_running(mgre->dev)) {
		kfree_skb(skb);
		return -ENETDOWN;
	}
	if (dev_nit_active(mgre->dev))
		dev_queue_xmit_nit(skb, mgre->dev);
	peer = mgre_peer_find(mgre, endpoint);
	if (peer)
		path = rcu_dereference(peer->path);
	err = mgre_send_path(mgre, path, skb);
	if (err == -ENOKEY)
		mgre_drop(mgre, skb, MGRE_DROP_TX_UNPROTECTED);
	return err;
}

/* Packet sockets on the device see the packet go. */
static int mgre_nhrp_send(struct mgre *mgre,
			  const struct mgre_endpoint *endpoint,
			  const void *data, unsigned int len)
{
	struct mgre_path *path;
	struct sk_buff *skb;
	int err;

	path = mgre_path_create(mgre, endpoint, 0);
	if (!path)
		return -ENOMEM;
	skb = mgre_nhrp_alloc(mgre, data, len);
	if (!skb) {
		mgre_path_destroy(path);
		return -ENOMEM;
	}
	local_bh_disable();
	rcu_read_lock();
	err = mgre_nhrp_send_by(mgre, endpoint, path, skb);
	rcu_read_unlock();
	local_bh_enable();
	mgre_path_free(path);
	return err;
}

/** mgre_nhrp_request() - MGRE_CMD_PACKET: send an NHRP packet */
int mgre_nhrp_request(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[MGRE_A_PACKET_MAX + 1];
	struct mgre_endpoint endpoint;
	struct net_device *dev;
	int err;

	if (!info->attrs[MGRE_A_PACKET]) {
		NL_SET_ERR_MSG(info->extack, "packet is missing");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, MGRE_A_PACKET_MAX,
			       info->attrs[MGRE_A_PACKET], mgre_packet_policy,
			       info->extack);
	if (err)
		return err;
	err = mgre_parse_endpoint(tb[MGRE_A_PACKET_ENDPOINT], &endpoint,
				  info->extack);
	if (err)
		return err;
	if (!tb[MGRE_A_PACKET_DATA]) {
		NL_SET_ERR_MSG(info->extack, "data is missing");
		return -EINVAL;
	}
	dev = mgre_find_device(info);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	err = mgre_nhrp_send(netdev_priv(dev), &endpoint,
			     nla_data(tb[MGRE_A_PACKET_DATA]),
			     nla_len(tb[MGRE_A_PACKET_DATA]));
	if (err == -ENOKEY)
		NL_SET_ERR_MSG(info->extack,
			       "there is no security association to protect the packet");
	dev_put(dev);
	return err;
}

/**
 * mgre_nhrp_receive() - Hand an NHRP packet to the daemon
 * @mgre: Device
 * @skb: Packet, given away; data is what follows the GRE header
 * @origin: Where it came from
 *
 * Context: softirq, RCU read side.
 */
void mgre_nhrp_receive(struct mgre *mgre, struct sk_buff *skb,
		       const struct mgre_origin *origin)
{
	int err;

	/* Netlink's attributes have an end; all else is the daemon's business. */
	if (skb->len > MGRE_NHRP_MAX) {
		mgre_drop(mgre, skb, MGRE_DROP_RX_MALFORMED);
		return;
	}
	err = mgre_event_nhrp(mgre, skb, origin);
	if (err == -ENOTCONN)
		mgre_drop_count(mgre, skb, MGRE_DROP_RX_NO_OWNER);
	else if (err)
		mgre_drop_count(mgre, skb, MGRE_DROP_RX_OWNER_FULL);
	else
		dev_sw_netstats_rx_add(mgre->dev, skb->len);
	/* For packet sockets. The stack has no other use for it. */
	skb->dev = mgre->dev;
	netif_rx(skb);
}

static int mgre_nhrp_consume(struct sk_buff *skb, struct net_device *dev,
			     struct packet_type *type, struct net_device *orig)
{
	consume_skb(skb);
	return NET_RX_SUCCESS;
}

/* Without a handler the stack would count delivered packets as dropped. */
static struct packet_type mgre_nhrp_type = {
	.type = cpu_to_be16(MGRE_PROTOCOL_NHRP),
	.func = mgre_nhrp_consume,
};

/** mgre_nhrp_register() - Begin to take NHRP packets off the stack's hands */
void mgre_nhrp_register(void)
{
	dev_add_pack(&mgre_nhrp_type);
}

/** mgre_nhrp_unregister() - Cease to */
void mgre_nhrp_unregister(void)
{
	dev_remove_pack(&mgre_nhrp_type);
}
