// SPDX-License-Identifier: GPL-2.0
/* Dropped packets: counted by reason, traced, shown by "ethtool -S". */
#include <linux/ethtool.h>
#include "mgre.h"
#include "trace.h"

#define MGRE_DROP_NAME(upper, lower)	#lower,
static const char mgre_drop_names[][ETH_GSTRING_LEN] = {
	MGRE_DROP_REASONS(MGRE_DROP_NAME)
};

/**
 * mgre_drop_count() - Count and trace a drop; the packet stays the caller's
 * @mgre: Device
 * @skb: Packet
 * @reason: Why
 *
 * Context: any; counts on this CPU.
 */
void mgre_drop_count(struct mgre *mgre, const struct sk_buff *skb,
		     enum mgre_drop_reason reason)
{
	this_cpu_inc(mgre->drops->count[reason]);
	if (reason < MGRE_DROP_FIRST_RX)
		DEV_STATS_INC(mgre->dev, tx_dropped);
	else
		DEV_STATS_INC(mgre->dev, rx_dropped);
	trace_mgre_drop(mgre->dev, skb, reason);
}

#define MGRE_COMPLAIN_INTERVAL	(600 * HZ)

/* Once in a while: what strangers send must not fill the log. */
static void mgre_drop_complain(struct mgre *mgre, const struct sk_buff *skb)
{
	unsigned long last = READ_ONCE(mgre->complained);

	if (last && time_before(jiffies, last + MGRE_COMPLAIN_INTERVAL))
		return;
	if (cmpxchg(&mgre->complained, last, jiffies | 1) == last)
		netdev_warn(mgre->dev,
			    "GRE from %pI4 dropped: not under ESP of a peer there\n",
			    &ip_hdr(skb)->saddr);
}

/**
 * mgre_drop() - Count, trace and free a packet
 * @mgre: Device
 * @skb: Packet, freed
 * @reason: Why
 *
 * Context: any.
 */
void mgre_drop(struct mgre *mgre, struct sk_buff *skb,
	       enum mgre_drop_reason reason)
{
	mgre_drop_count(mgre, skb, reason);
	if (unlikely(reason == MGRE_DROP_RX_UNPROTECTED))
		mgre_drop_complain(mgre, skb);
	kfree_skb(skb);
}

static int mgre_get_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? MGRE_DROP_COUNT : -EOPNOTSUPP;
}

static void mgre_get_strings(struct net_device *dev, u32 set, u8 *data)
{
	if (set == ETH_SS_STATS)
		memcpy(data, mgre_drop_names, sizeof(mgre_drop_names));
}

static void mgre_get_ethtool_stats(struct net_device *dev,
				   struct ethtool_stats *stats, u64 *data)
{
	struct mgre *mgre = netdev_priv(dev);
	int cpu, i;

	memset(data, 0, MGRE_DROP_COUNT * sizeof(*data));
	for_each_possible_cpu(cpu)
		for (i = 0; i < MGRE_DROP_COUNT; i++)
			data[i] += READ_ONCE(per_cpu_ptr(mgre->drops,
							 cpu)->count[i]);
}

static void mgre_get_drvinfo(struct net_device *dev,
			     struct ethtool_drvinfo *info)
{
	strscpy(info->driver, KBUILD_MODNAME, sizeof(info->driver));
}

const struct ethtool_ops mgre_ethtool_ops = {
	.get_drvinfo		= mgre_get_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_sset_count		= mgre_get_sset_count,
	.get_strings		= mgre_get_strings,
	.get_ethtool_stats	= mgre_get_ethtool_stats,
};
