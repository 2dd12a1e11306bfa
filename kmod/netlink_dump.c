// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps. Peers and mappings are listed by rising ids, so a dump that ran out
 * of room goes on behind the last id it showed, whatever came or went
 * meanwhile; that something did is told by NLM_F_DUMP_INTR.
 */
#include <net/genetlink.h>
#include <net/sock.h>
#include "netlink.h"

/* Counts changes of all caches, so that a dump can tell that it saw one. */
static atomic_t mgre_generation = ATOMIC_INIT(1);

/** mgre_cache_changed() - Let dumps under way know that they are outdated */
void mgre_cache_changed(void)
{
	atomic_inc(&mgre_generation);
}

/** mgre_dump() - Where a dump goes on */
struct mgre_dump *mgre_dump(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct mgre_dump) > sizeof(cb->ctx));
	return (struct mgre_dump *)cb->ctx;
}

/* Returns, held, the device with the least ifindex from @ifindex on. */
static struct mgre *mgre_next_device(struct net *net, u32 ifindex)
{
	struct net_device *dev, *next = NULL;

	rcu_read_lock();
	for_each_netdev_rcu(net, dev)
		if (mgre_is_device(dev) && (u32)dev->ifindex >= ifindex &&
		    (!next || dev->ifindex < next->ifindex))
			next = dev;
	if (next)
		dev_hold(next);
	rcu_read_unlock();
	return next ? netdev_priv(next) : NULL;
}

/**
 * mgre_dump_begin() - Begin a message of a dump
 * @answer: Its skb is set
 * @cb: Dump
 * @cmd: MGRE_CMD_
 * @mgre: Device
 *
 * Return: 0 or -EMSGSIZE.
 */
int mgre_dump_begin(struct mgre_answer *answer, struct netlink_callback *cb,
		    u8 cmd, const struct mgre *mgre)
{
	int err;

	err = mgre_answer_begin(answer, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, NLM_F_MULTI, cmd, mgre);
	if (!err)
		genl_dump_check_consistent(cb, answer->header);
	return err;
}

/**
 * mgre_dump_end() - End a message of a dump
 * @answer: Message
 * @err: 0, or why it is incomplete and must go again
 *
 * Return: @err.
 */
int mgre_dump_end(struct mgre_answer *answer, int err)
{
	if (err)
		genlmsg_cancel(answer->skb, answer->header);
	else
		genlmsg_end(answer->skb, answer->header);
	return err;
}

/**
 * mgre_dump_devices() - Dump one device, or each of the namespace
 * @skb: Message buffer, filled as far as it holds
 * @cb: Dump
 * @dump_one: Appends what is wanted of one device, from mgre_dump() on;
 *	called with the cache locked
 *
 * Return: Length of what is in the buffer, 0: the dump is complete.
 */
int mgre_dump_devices(struct sk_buff *skb, struct netlink_callback *cb,
		      int (*dump_one)(struct sk_buff *skb,
				      struct netlink_callback *cb,
				      struct mgre *mgre))
{
	const struct nlattr *attr = mgre_dump_attrs(cb)[MGRE_A_IFINDEX];
	u32 only = attr ? nla_get_u32(attr) : 0;
	struct mgre_dump *dump = mgre_dump(cb);
	struct mgre *mgre;
	int err = 0;

	if (only && !dump->ifindex)
		dump->ifindex = only;
	cb->seq = atomic_read(&mgre_generation);
	while (!err && (mgre = mgre_next_device(sock_net(skb->sk),
						dump->ifindex))) {
		if (only && mgre->dev->ifindex != only) {
			dev_put(mgre->dev);
			break;
		}
		dump->ifindex = mgre->dev->ifindex;
		mutex_lock(&mgre->lock);
		err = dump_one(skb, cb, mgre);
		mutex_unlock(&mgre->lock);
		if (!err) {
			dump->ifindex = only ? U32_MAX : dump->ifindex + 1;
			dump->id = 0;
		}
		dev_put(mgre->dev);
		cond_resched();
	}
	return skb->len;
}
