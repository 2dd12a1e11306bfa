// SPDX-License-Identifier: GPL-2.0
/* Requests about devices: what they are, and which socket owns them. */
#include <net/genetlink.h>
#include "netlink.h"

const struct nla_policy mgre_dev_op_policy[MGRE_A_MAX + 1] = {
	[MGRE_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/**
 * mgre_put_device() - Append a device
 * @skb: Message
 * @mgre: Device
 *
 * Return: 0 or -EMSGSIZE.
 */
int mgre_put_device(struct sk_buff *skb, const struct mgre *mgre)
{
	const struct mgre_parms *parms = &mgre->parms;
	struct nlattr *nest = nla_nest_start(skb, MGRE_A_DEV);
	u32 owner = READ_ONCE(mgre->owner);

	if (!nest ||
	    (!ipv6_addr_any(&mgre->local) &&
	     mgre_address_put(skb, MGRE_A_DEV_LOCAL, &mgre->local)) ||
	    (parms->link && nla_put_u32(skb, MGRE_A_DEV_LINK, parms->link)) ||
	    (parms->has_key && nla_put_u32(skb, MGRE_A_DEV_KEY, parms->key)) ||
	    nla_put_u32(skb, MGRE_A_DEV_MTU, READ_ONCE(mgre->dev->mtu)) ||
	    nla_put_u32(skb, MGRE_A_DEV_PEERS, READ_ONCE(mgre->peer_count)) ||
	    nla_put_u32(skb, MGRE_A_DEV_MAPPINGS,
			READ_ONCE(mgre->mapping_count)) ||
	    (owner && nla_put_u32(skb, MGRE_A_DEV_OWNER, owner)) ||
	    nla_put_u32(skb, MGRE_A_DEV_PROTECT, parms->protect))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/** mgre_dev_get() - MGRE_CMD_DEV_GET of one device */
int mgre_dev_get(struct sk_buff *skb, struct genl_info *info)
{
	struct net_device *dev = mgre_find_device(info);
	struct mgre_answer answer;
	struct mgre *mgre;
	int err;

	if (IS_ERR(dev))
		return PTR_ERR(dev);
	mgre = netdev_priv(dev);
	err = mgre_answer_alloc(&answer, info, MGRE_CMD_DEV_GET, mgre);
	if (!err)
		err = mgre_answer_send(&answer, info,
				       mgre_put_device(answer.skb, mgre));
	dev_put(dev);
	return err;
}

/** mgre_dev_bind() - MGRE_CMD_DEV_BIND: the sender gets the NHRP packets */
int mgre_dev_bind(struct sk_buff *skb, struct genl_info *info)
{
	struct mgre *mgre = mgre_lock_device(info);
	int err = 0;

	if (IS_ERR(mgre))
		return PTR_ERR(mgre);
	if (mgre->owner && mgre->owner != info->snd_portid) {
		NL_SET_ERR_MSG(info->extack,
			       "another process owns the device");
		err = -EBUSY;
	} else {
		WRITE_ONCE(mgre->owner, info->snd_portid);
		mgre_event_device(mgre);
	}
	mgre_unlock_device(mgre);
	return err;
}

/** mgre_dev_unbind() - MGRE_CMD_DEV_UNBIND */
int mgre_dev_unbind(struct sk_buff *skb, struct genl_info *info)
{
	struct mgre *mgre = mgre_lock_device(info);
	int err = 0;

	if (IS_ERR(mgre))
		return PTR_ERR(mgre);
	if (mgre->owner != info->snd_portid) {
		NL_SET_ERR_MSG(info->extack,
			       "this socket does not own the device");
		err = -EPERM;
	} else {
		WRITE_ONCE(mgre->owner, 0);
		mgre_event_device(mgre);
	}
	mgre_unlock_device(mgre);
	return err;
}

static int mgre_dump_device(struct sk_buff *skb, struct netlink_callback *cb,
			    struct mgre *mgre)
{
	struct mgre_answer answer = { .skb = skb };
	int err;

	err = mgre_dump_begin(&answer, cb, MGRE_CMD_DEV_GET, mgre);
	return err ?: mgre_dump_end(&answer, mgre_put_device(skb, mgre));
}

/** mgre_dev_dump() - MGRE_CMD_DEV_GET of all devices */
int mgre_dev_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return mgre_dump_devices(skb, cb, mgre_dump_device);
}

