// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "mgre": its operations, and what they have in
 * common. What the module says on its own account is in event.c.
 */
#include <linux/netlink.h>
#include <net/genetlink.h>
#include <net/sock.h>
#include "mgre.h"
#include "netlink.h"

const struct nla_policy mgre_endpoint_policy[MGRE_A_ENDPOINT_MAX + 1] = {
	[MGRE_A_ENDPOINT_NBMA] = NLA_POLICY_VALIDATE_FN(NLA_BINARY,
							mgre_validate_address),
	[MGRE_A_ENDPOINT_PORT] = {
		.type = NLA_REJECT,
		.reject_message = "the port is that of the security association",
	},
	[MGRE_A_ENDPOINT_IF_ID] = { .type = NLA_U32 },
};

/**
 * mgre_find_device() - The device that a request names
 * @info: Request
 *
 * Return: The device, held for the caller, or an ERR_PTR(), explained.
 */
struct net_device *mgre_find_device(struct genl_info *info)
{
	struct nlattr *attr = info->attrs[MGRE_A_IFINDEX];
	struct net_device *dev;

	if (!attr) {
		NL_SET_ERR_MSG(info->extack, "ifindex is missing");
		return ERR_PTR(-EINVAL);
	}
	dev = dev_get_by_index(genl_info_net(info), nla_get_u32(attr));
	if (!dev) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "no such device");
		return ERR_PTR(-ENODEV);
	}
	if (!mgre_is_device(dev)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "this is no mgre device");
		dev_put(dev);
		return ERR_PTR(-EOPNOTSUPP);
	}
	return dev;
}

/**
 * mgre_lock_device() - The device that a request names, its cache locked
 * @info: Request
 *
 * Return: The device, for mgre_unlock_device(), or an ERR_PTR(), explained.
 */
struct mgre *mgre_lock_device(struct genl_info *info)
{
	struct net_device *dev = mgre_find_device(info);
	struct mgre *mgre;

	if (IS_ERR(dev))
		return ERR_CAST(dev);
	mgre = netdev_priv(dev);
	mutex_lock(&mgre->lock);
	/* Its end, and its move elsewhere, come under the same lock. */
	if (dev->reg_state == NETREG_REGISTERED &&
	    net_eq(dev_net(dev), genl_info_net(info)))
		return mgre;
	mutex_unlock(&mgre->lock);
	dev_put(dev);
	return ERR_PTR(-ENODEV);
}

/**
 * mgre_unlock_device() - Undo mgre_lock_device()
 * @mgre: Device
 */
void mgre_unlock_device(struct mgre *mgre)
{
	mutex_unlock(&mgre->lock);
	dev_put(mgre->dev);
}

/**
 * mgre_parse_endpoint() - Read an endpoint
 * @nest: Attribute, NULL is refused
 * @endpoint: Filled
 * @extack: Where a refusal is explained
 *
 * Return: 0 or a negative error.
 */
int mgre_parse_endpoint(const struct nlattr *nest,
			struct mgre_endpoint *endpoint,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[MGRE_A_ENDPOINT_MAX + 1];
	__be32 nbma;
	int err;

	if (!nest) {
		NL_SET_ERR_MSG(extack, "endpoint is missing");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, MGRE_A_ENDPOINT_MAX, nest,
			       mgre_endpoint_policy, extack);
	if (err)
		return err;
	if (!tb[MGRE_A_ENDPOINT_NBMA]) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "NBMA address is missing");
		return -EINVAL;
	}
	memset(endpoint, 0, sizeof(*endpoint));
	mgre_address_get(&endpoint->nbma, tb[MGRE_A_ENDPOINT_NBMA]);
	nbma = mgre_address_v4(&endpoint->nbma);
	if (!mgre_address_is_v4(&endpoint->nbma) || !nbma ||
	    ipv4_is_multicast(nbma) || ipv4_is_lbcast(nbma)) {
		NL_SET_ERR_MSG_ATTR(extack, tb[MGRE_A_ENDPOINT_NBMA],
				    "NBMA address must be an IPv4 unicast address");
		return -EINVAL;
	}
	if (tb[MGRE_A_ENDPOINT_IF_ID])
		endpoint->if_id = nla_get_u32(tb[MGRE_A_ENDPOINT_IF_ID]);
	return 0;
}

/**
 * mgre_check_flags() - Obey NLM_F_CREATE and NLM_F_EXCL of a set request
 * @info: Request
 * @exists: Whether its object is there
 *
 * Return: 0, -EEXIST or -ENOENT, explained.
 */
int mgre_check_flags(const struct genl_info *info, bool exists)
{
	u16 flags = info->nlhdr->nlmsg_flags;

	if (exists && (flags & NLM_F_EXCL)) {
		NL_SET_ERR_MSG(info->extack, "it exists already");
		return -EEXIST;
	}
	if (!exists && !(flags & NLM_F_CREATE)) {
		NL_SET_ERR_MSG(info->extack, "it does not exist");
		return -ENOENT;
	}
	return 0;
}

/**
 * mgre_put_endpoint() - Append an endpoint
 * @skb: Message
 * @type: Attribute type of the nest
 * @endpoint: Endpoint
 * @port: UDP port of the SA, 0: none
 *
 * Return: 0 or -EMSGSIZE.
 */
int mgre_put_endpoint(struct sk_buff *skb, int type,
		      const struct mgre_endpoint *endpoint, u16 port)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest ||
	    mgre_address_put(skb, MGRE_A_ENDPOINT_NBMA, &endpoint->nbma) ||
	    (port && nla_put_u16(skb, MGRE_A_ENDPOINT_PORT, port)) ||
	    (endpoint->if_id && nla_put_u32(skb, MGRE_A_ENDPOINT_IF_ID,
					    endpoint->if_id)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * mgre_answer_begin() - Begin a message with the device it is about
 * @answer: Its skb is set; the header gets filled
 * @portid: To whom
 * @seq: Sequence number of the request
 * @flags: Of the message
 * @cmd: MGRE_CMD_
 * @mgre: Device
 *
 * Return: 0 or -EMSGSIZE, when the skb is as it was.
 */
int mgre_answer_begin(struct mgre_answer *answer, u32 portid, u32 seq,
		      int flags, u8 cmd, const struct mgre *mgre)
{
	answer->header = genlmsg_put(answer->skb, portid, seq, &mgre_family,
				     flags, cmd);
	if (!answer->header)
		return -EMSGSIZE;
	if (!nla_put_u32(answer->skb, MGRE_A_IFINDEX, mgre->dev->ifindex))
		return 0;
	genlmsg_cancel(answer->skb, answer->header);
	return -EMSGSIZE;
}

/**
 * mgre_answer_alloc() - Begin the answer to a request
 * @answer: Filled
 * @info: Request
 * @cmd: MGRE_CMD_
 * @mgre: Device
 *
 * Return: 0 or a negative error, when there is nothing to send.
 */
int mgre_answer_alloc(struct mgre_answer *answer, struct genl_info *info,
		      u8 cmd, const struct mgre *mgre)
{
	int err;

	answer->skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!answer->skb)
		return -ENOMEM;
	err = mgre_answer_begin(answer, info->snd_portid, info->snd_seq, 0,
				cmd, mgre);
	if (err)
		nlmsg_free(answer->skb);
	return err;
}

/**
 * mgre_answer_send() - Send the answer to a request
 * @answer: Begun by mgre_answer_alloc(), gone on return
 * @info: Request
 * @err: 0, or why it is not to be sent
 *
 * Return: 0 or a negative error.
 */
int mgre_answer_send(struct mgre_answer *answer, struct genl_info *info,
		     int err)
{
	if (err) {
		nlmsg_free(answer->skb);
		return err;
	}
	genlmsg_end(answer->skb, answer->header);
	return genlmsg_reply(answer->skb, info);
}

#define MGRE_OP(_cmd, _doit, _dumpit, _policy, _flags)			\
	{								\
		.cmd		= MGRE_CMD_##_cmd,			\
		.doit		= _doit,				\
		.dumpit		= _dumpit,				\
		.policy		= _policy,				\
		.maxattr	= MGRE_A_MAX,				\
		.flags		= _flags,				\
	}

static const struct genl_ops mgre_ops[] = {
	MGRE_OP(DEV_GET, mgre_dev_get, mgre_dev_dump, mgre_dev_op_policy, 0),
	MGRE_OP(DEV_BIND, mgre_dev_bind, NULL, mgre_dev_op_policy,
		GENL_UNS_ADMIN_PERM),
	MGRE_OP(DEV_UNBIND, mgre_dev_unbind, NULL, mgre_dev_op_policy,
		GENL_UNS_ADMIN_PERM),
	MGRE_OP(PEER_SET, mgre_peer_set, NULL, mgre_peer_op_policy,
		GENL_UNS_ADMIN_PERM),
	MGRE_OP(PEER_DEL, mgre_peer_del, NULL, mgre_peer_op_policy,
		GENL_UNS_ADMIN_PERM),
	MGRE_OP(PEER_GET, mgre_peer_get, mgre_peer_dump, mgre_peer_op_policy,
		0),
	MGRE_OP(MAP_SET, mgre_map_set, NULL, mgre_map_op_policy,
		GENL_UNS_ADMIN_PERM),
	MGRE_OP(MAP_DEL, mgre_map_del, NULL, mgre_map_op_policy,
		GENL_UNS_ADMIN_PERM),
	MGRE_OP(MAP_GET, mgre_map_get, mgre_map_dump, mgre_map_op_policy, 0),
	MGRE_OP(MAP_FLUSH, mgre_map_flush, NULL, mgre_map_op_policy,
		GENL_UNS_ADMIN_PERM),
	MGRE_OP(PACKET, mgre_nhrp_request, NULL, mgre_nhrp_op_policy,
		GENL_UNS_ADMIN_PERM),
};

static const struct genl_multicast_group mgre_groups[] = {
	{ .name = MGRE_MCGRP_EVENTS, .flags = MGRE_MCGRP_FLAGS },
};

struct genl_family mgre_family __ro_after_init = {
	.name		= MGRE_FAMILY_NAME,
	.version	= MGRE_FAMILY_VERSION,
	.maxattr	= MGRE_A_MAX,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= mgre_ops,
	.n_ops		= ARRAY_SIZE(mgre_ops),
	/* Set requests carry NLM_F_CREATE and NLM_F_EXCL, as routes do. */
	.resv_start_op	= MGRE_CMD_MAX + 1,
	.mcgrps		= mgre_groups,
	.n_mcgrps	= ARRAY_SIZE(mgre_groups),
};

/* A socket that owned devices is gone; what they know stays as it is. */
static int mgre_netlink_event(struct notifier_block *block,
			      unsigned long event, void *ptr)
{
	struct netlink_notify *notify = ptr;
	struct net_device *dev;
	struct mgre *mgre;

	if (event != NETLINK_URELEASE ||
	    notify->protocol != NETLINK_GENERIC || !notify->portid)
		return NOTIFY_DONE;
	rcu_read_lock();
	for_each_netdev_rcu(notify->net, dev) {
		if (!mgre_is_device(dev))
			continue;
		mgre = netdev_priv(dev);
		if (cmpxchg(&mgre->owner, notify->portid, 0) == notify->portid)
			mgre_event_device(mgre);
	}
	rcu_read_unlock();
	return NOTIFY_DONE;
}

static struct notifier_block mgre_netlink_notifier = {
	.notifier_call = mgre_netlink_event,
};

/**
 * mgre_netlink_register() - Open the generic netlink family
 *
 * Return: 0 or a negative error.
 */
int __init mgre_netlink_register(void)
{
	int err;

	err = netlink_register_notifier(&mgre_netlink_notifier);
	if (err)
		return err;
	err = genl_register_family(&mgre_family);
	if (err)
		netlink_unregister_notifier(&mgre_netlink_notifier);
	return err;
}

/** mgre_netlink_unregister() - Close it */
void mgre_netlink_unregister(void)
{
	genl_unregister_family(&mgre_family);
	netlink_unregister_notifier(&mgre_netlink_notifier);
}
