// SPDX-License-Identifier: GPL-2.0
/* The network device: its birth, its death, and how packets find it. */
#include <linux/etherdevice.h>
#include <linux/hash.h>
#include <linux/if_arp.h>
#include <linux/inetdevice.h>
#include <net/l3mdev.h>
#include "mgre.h"

static struct hlist_head *mgre_demux_bucket(struct net *net, __be32 local,
					    u32 key)
{
	u32 hash = (__force u32)local ^ key;

	return &mgre_net(net)->devices[hash_32(hash, MGRE_NET_BITS)];
}

/* A VRF delivers packets as if they had come in by its own device. */
static int mgre_skb_domain(const struct sk_buff *skb)
{
	return netif_is_l3_master(skb->dev) ? skb->dev->ifindex : 0;
}

/**
 * mgre_demux() - Find the device that a GRE packet is for
 * @net: Namespace of the underlay
 * @skb: Packet, as it is at LOCAL_IN
 * @local: This host's end of the tunnel, network byte order
 * @has_key: Whether it carries a key
 * @key: Key, 0 if it carries none
 *
 * Context: RCU read side.
 * Return: The device or NULL.
 */
struct mgre *mgre_demux(struct net *net, const struct sk_buff *skb,
			__be32 local, bool has_key, u32 key)
{
	struct mgre *mgre;

	hlist_for_each_entry_rcu(mgre, mgre_demux_bucket(net, local, key),
				 demux)
		if (mgre->parms.key == key &&
		    mgre->parms.has_key == has_key &&
		    mgre_address_v4(&mgre->local) == local &&
		    mgre->domain == mgre_skb_domain(skb))
			return mgre;
	return NULL;
}

/**
 * mgre_demux_protected() - Find the protected device that a packet leaves
 * @net: Namespace of the underlay
 * @local: Source of the packet
 * @has_key: Whether it carries a key
 * @key: Key, 0 if it carries none
 *
 * In whichever VRF: a packet can leave by a route into another.
 *
 * Context: RCU read side.
 * Return: The device or NULL.
 */
struct mgre *mgre_demux_protected(struct net *net, __be32 local, bool has_key,
				  u32 key)
{
	struct mgre *mgre;

	hlist_for_each_entry_rcu(mgre, mgre_demux_bucket(net, local, key),
				 demux)
		if (mgre->parms.protect && mgre->parms.key == key &&
		    mgre->parms.has_key == has_key &&
		    mgre_address_v4(&mgre->local) == local)
			return mgre;
	return NULL;
}

/**
 * mgre_demux_conflict() - Whether another device would take the same packets
 * @mgre: Device, or its future
 * @net: Namespace of the underlay
 * @parms: What it is to be
 * @underlay: What it takes over from the underlay
 *
 * Context: process, RTNL held.
 */
bool mgre_demux_conflict(const struct mgre *mgre, struct net *net,
			 const struct mgre_parms *parms,
			 const struct mgre_underlay *underlay)
{
	const struct mgre *other;

	list_for_each_entry(other, &mgre_net(net)->all, list)
		if (other != mgre &&
		    other->parms.has_key == parms->has_key &&
		    other->parms.key == parms->key &&
		    other->domain == underlay->domain &&
		    !ipv6_addr_any(&underlay->local) &&
		    ipv6_addr_equal(&other->local, &underlay->local))
			return true;
	return false;
}

static void mgre_demux_add(struct mgre *mgre)
{
	if (!ipv6_addr_any(&mgre->local))
		hlist_add_head_rcu(&mgre->demux,
				   mgre_demux_bucket(mgre->net,
						     mgre_address_v4(&mgre->local),
						     mgre->parms.key));
}

static void mgre_demux_remove(struct mgre *mgre)
{
	if (!hlist_unhashed(&mgre->demux))
		hlist_del_init_rcu(&mgre->demux);
}

/* Any other change leaves a running device in receipt of its packets. */
static bool mgre_demux_changes(const struct mgre *mgre,
			       const struct mgre_parms *parms,
			       const struct mgre_underlay *underlay)
{
	return !hlist_unhashed(&mgre->demux) &&
	       (mgre->parms.key != parms->key ||
		mgre->parms.has_key != parms->has_key ||
		mgre->domain != underlay->domain ||
		!ipv6_addr_equal(&mgre->local, &underlay->local));
}

static void mgre_follow_mtu(struct mgre *mgre, int mtu)
{
	if (mgre->own_mtu || mtu == mgre->dev->mtu)
		return;
	mgre->setting_mtu = true;
	dev_set_mtu(mgre->dev, mtu);
	mgre->setting_mtu = false;
}

/**
 * mgre_configure() - Put parameters and the state of the underlay in force
 * @mgre: Device
 * @parms: What the user asked for
 * @underlay: What the underlay offers
 *
 * Context: process, RTNL held.
 */
void mgre_configure(struct mgre *mgre, const struct mgre_parms *parms,
		    const struct mgre_underlay *underlay)
{
	if (mgre_demux_changes(mgre, parms, underlay)) {
		/* Nothing leaves that the last hook would not know as ours. */
		WRITE_ONCE(mgre->changing, true);
		synchronize_net();
		mgre_demux_remove(mgre);
		/* A reader must not be led from one bucket into another. */
		synchronize_net();
	}
	mgre->parms = *parms;
	mgre->local = underlay->local;
	mgre->domain = underlay->domain;
	if (netif_running(mgre->dev) && hlist_unhashed(&mgre->demux))
		mgre_demux_add(mgre);
	if (ipv6_addr_any(&mgre->local))
		netif_carrier_off(mgre->dev);
	else
		netif_carrier_on(mgre->dev);
	mgre_peers_renew_paths(mgre);
	WRITE_ONCE(mgre->changing, false);
	mgre_follow_mtu(mgre, underlay->mtu);
	mgre_event_device(mgre);
}

static void mgre_set_inet_defaults(struct net_device *dev)
{
	struct in_device *in_dev = __in_dev_get_rtnl(dev);

	if (!in_dev)
		return;
	/* NHRP tells the sender of what turns round here, not ICMP. */
	IN_DEV_CONF_SET(in_dev, SEND_REDIRECTS, false);
	IPV4_DEVCONF_ALL(dev_net(dev), SEND_REDIRECTS) = false;
	/* IPsec is for the outer packets; the inner ones need no look-up. */
	IN_DEV_CONF_SET(in_dev, NOXFRM, true);
	IN_DEV_CONF_SET(in_dev, NOPOLICY, true);
}

static int mgre_open(struct net_device *dev)
{
	struct mgre *mgre = netdev_priv(dev);
	struct mgre_net *mn = mgre_net(mgre->net);
	int err;

	if (mgre->parms.protect) {
		err = mgre_protect_start(mgre->net);
		if (err)
			return err;
	}
	if (!mn->running) {
		err = mgre_receive_start(mgre->net);
		if (err)
			goto err_protect;
	}
	mn->running++;
	mgre_set_inet_defaults(dev);
	mgre_demux_add(mgre);
	/* What came and went while it was down was not heard of. */
	mgre_keys_look_at_all(mgre);
	return 0;

err_protect:
	if (mgre->parms.protect)
		mgre_protect_stop(mgre->net);
	return err;
}

static int mgre_stop(struct net_device *dev)
{
	struct mgre *mgre = netdev_priv(dev);

	/* Protection lasts until nothing is left that could be sent. */
	mgre_hold_exit(mgre);
	mgre_replicate_exit(mgre);
	mgre_demux_remove(mgre);
	if (!--mgre_net(mgre->net)->running)
		mgre_receive_stop(mgre->net);
	if (mgre->parms.protect)
		mgre_protect_stop(mgre->net);
	return 0;
}

static int mgre_change_mtu(struct net_device *dev, int mtu)
{
	struct mgre *mgre = netdev_priv(dev);

	WRITE_ONCE(dev->mtu, mtu);
	if (!mgre->setting_mtu)
		mgre->own_mtu = true;
	return 0;
}

static int mgre_get_iflink(const struct net_device *dev)
{
	const struct mgre *mgre = netdev_priv(dev);

	return READ_ONCE(mgre->parms.link);
}

static int mgre_device_init(struct net_device *dev)
{
	struct mgre *mgre = netdev_priv(dev);
	int err;

	mgre->dev = dev;
	mutex_init(&mgre->lock);
	mgre_events_init(mgre);
	mgre_hold_init(mgre);
	mgre_keys_init(mgre);
	mgre_replicate_init(mgre);
	mgre->drops = alloc_percpu(struct mgre_drop_stats);
	if (!mgre->drops)
		return -ENOMEM;
	err = gro_cells_init(&mgre->gro_cells, dev);
	if (err)
		goto err_drops;
	err = mgre_peers_init(mgre);
	if (err)
		goto err_gro_cells;
	err = mgre_mappings_init(mgre);
	if (err)
		goto err_peers;
	return 0;

err_peers:
	mgre_peers_exit(mgre);
err_gro_cells:
	gro_cells_destroy(&mgre->gro_cells);
err_drops:
	free_percpu(mgre->drops);
	return err;
}

/* The device is down and out of every list; nothing reaches it any more. */
static void mgre_device_uninit(struct net_device *dev)
{
	struct mgre *mgre = netdev_priv(dev);

	if (!list_empty(&mgre->list)) {
		list_del_init(&mgre->list);
		/* Another may have wanted the same local address. */
		mgre_underlay_follow_all(mgre->net);
	}
	mgre_keys_exit(mgre);
	mgre_hold_exit(mgre);
	mgre_replicate_exit(mgre);
	mgre_peers_flush(mgre);
	mgre_mappings_exit(mgre);
	mgre_peers_exit(mgre);
	mgre_redirects_replace(mgre, NULL);
	gro_cells_destroy(&mgre->gro_cells);
	free_percpu(mgre->drops);
}

static const struct net_device_ops mgre_device_ops = {
	.ndo_init		= mgre_device_init,
	.ndo_uninit		= mgre_device_uninit,
	.ndo_open		= mgre_open,
	.ndo_stop		= mgre_stop,
	.ndo_start_xmit		= mgre_transmit,
	.ndo_change_mtu		= mgre_change_mtu,
	.ndo_get_stats64	= dev_get_tstats64,
	.ndo_get_iflink		= mgre_get_iflink,
};

static const struct device_type mgre_device_type = {
	.name = "mgre",
};

/**
 * mgre_is_device() - Whether a network device is one of ours
 * @dev: Any device
 */
bool mgre_is_device(const struct net_device *dev)
{
	return dev->netdev_ops == &mgre_device_ops;
}

#define MGRE_FEATURES	(NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HIGHDMA | \
			 NETIF_F_HW_CSUM | NETIF_F_GSO_SOFTWARE)

/**
 * mgre_setup() - What is the same for each device
 * @dev: New device
 */
void mgre_setup(struct net_device *dev)
{
	struct mgre *mgre = netdev_priv(dev);

	dev->netdev_ops = &mgre_device_ops;
	dev->ethtool_ops = &mgre_ethtool_ops;
	SET_NETDEV_DEVTYPE(dev, &mgre_device_type);
	dev->needs_free_netdev = true;
	dev->type = ARPHRD_NONE;
	/* One neighbour for all: next hops are looked up here, not there. */
	dev->flags = IFF_POINTOPOINT | IFF_NOARP | IFF_MULTICAST;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;
	dev->features |= MGRE_FEATURES;
	dev->hw_features |= MGRE_FEATURES;
	mgre_set_lockless_transmit(dev);
	/* The next hop is in the route, and ICMP errors need it too. */
	netif_keep_dst(dev);
	dev->needed_headroom = sizeof(struct mgre_header);
	dev->mtu = ETH_DATA_LEN - sizeof(struct mgre_header);
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = MGRE_MAX_MTU;
	INIT_LIST_HEAD(&mgre->list);
	INIT_HLIST_NODE(&mgre->demux);
}
