// SPDX-License-Identifier: GPL-2.0
/*
 * What a device takes over from the underlay and follows as it changes: the
 * local address, the VRF, the MTU.
 */
#include <linux/inetdevice.h>
#include <linux/notifier.h>
#include <net/addrconf.h>
#include <net/l3mdev.h>
#include "mgre.h"

/* The first address that is no secondary one. */
static __be32 mgre_first_address(const struct net_device *dev)
{
	const struct in_device *in_dev = __in_dev_get_rtnl(dev);
	const struct in_ifaddr *ifa;

	if (!in_dev)
		return 0;
	in_dev_for_each_ifa_rtnl(ifa, in_dev)
		if (!(ifa->ifa_flags & IFA_F_SECONDARY))
			return ifa->ifa_local;
	return 0;
}

static struct net_device *mgre_underlay_device(struct net *net,
					       const struct mgre_parms *parms)
{
	struct net_device *dev;

	if (parms->link)
		return __dev_get_by_index(net, parms->link);
	rcu_read_lock();
	dev = __ip_dev_find(net, mgre_address_v4(&parms->local), false);
	rcu_read_unlock();
	/* RTNL keeps it. */
	return dev;
}

static int mgre_domain(struct net_device *dev)
{
	return netif_is_l3_master(dev) ? dev->ifindex :
					 l3mdev_master_ifindex(dev);
}

/* What the outer headers, and ESP's, leave of the underlay's MTU. */
static int mgre_overhead(const struct mgre_parms *parms)
{
	int len = parms->has_key ? sizeof(struct mgre_header) :
				   offsetof(struct mgre_header, key);

	return len + (parms->protect ? MGRE_ESP_ALLOWANCE : 0);
}

/**
 * mgre_underlay_get() - What the underlay offers at the moment
 * @net: Its namespace
 * @parms: The device's parameters
 * @underlay: Filled: local address (any: none yet), VRF, MTU inside GRE
 *
 * Context: process, RTNL held.
 */
void mgre_underlay_get(struct net *net, const struct mgre_parms *parms,
		       struct mgre_underlay *underlay)
{
	struct net_device *dev = mgre_underlay_device(net, parms);
	int overhead = mgre_overhead(parms);
	__be32 address;

	memset(underlay, 0, sizeof(*underlay));
	underlay->mtu = ETH_DATA_LEN - overhead;
	if (dev)
		underlay->domain = mgre_domain(dev);
	/* Two devices that each follow the other's MTU would find no end. */
	if (dev && !mgre_is_device(dev))
		underlay->mtu = clamp_t(int, dev->mtu - overhead,
					ETH_MIN_MTU, MGRE_MAX_MTU);
	underlay->local = parms->local;
	if (!ipv6_addr_any(&parms->local) || !dev)
		return;
	address = mgre_first_address(dev);
	if (address)
		ipv6_addr_set_v4mapped(address, &underlay->local);
}

static bool mgre_underlay_changed(const struct mgre *mgre,
				  const struct mgre_underlay *underlay)
{
	return !ipv6_addr_equal(&mgre->local, &underlay->local) ||
	       mgre->domain != underlay->domain ||
	       (!mgre->own_mtu && mgre->dev->mtu != underlay->mtu);
}

static void mgre_underlay_follow(struct mgre *mgre)
{
	struct mgre_parms parms = mgre->parms;
	struct mgre_underlay underlay;
	bool conflict;

	if (mgre->dev->reg_state != NETREG_REGISTERED)
		return;
	mgre_underlay_get(mgre->net, &parms, &underlay);
	conflict = mgre_demux_conflict(mgre, mgre->net, &parms, &underlay);
	if (conflict)
		ipv6_addr_set(&underlay.local, 0, 0, 0, 0);
	if (!mgre_underlay_changed(mgre, &underlay))
		return;
	if (conflict)
		netdev_warn(mgre->dev,
			    "another mgre device has the local address and key\n");
	mgre_configure(mgre, &parms, &underlay);
}

/**
 * mgre_underlay_follow_all() - Take over what has changed in an underlay
 * @net: Its namespace
 *
 * Context: process, RTNL held.
 */
void mgre_underlay_follow_all(struct net *net)
{
	struct mgre *mgre;

	list_for_each_entry(mgre, &mgre_net(net)->all, list)
		mgre_underlay_follow(mgre);
}

static int mgre_address_event(struct notifier_block *block,
			      unsigned long event, void *ptr)
{
	const struct in_ifaddr *ifa = ptr;

	mgre_underlay_follow_all(dev_net(ifa->ifa_dev->dev));
	return NOTIFY_DONE;
}

/* A socket of the namespace that the device leaves cannot own it. */
static void mgre_device_leaves(struct net_device *dev)
{
	struct mgre *mgre = netdev_priv(dev);

	mutex_lock(&mgre->lock);
	WRITE_ONCE(mgre->owner, 0);
	mutex_unlock(&mgre->lock);
}

static int mgre_device_event(struct notifier_block *block,
			     unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);

	switch (event) {
	case NETDEV_UNREGISTER:
		if (mgre_is_device(dev))
			mgre_device_leaves(dev);
		fallthrough;
	case NETDEV_REGISTER:
	case NETDEV_CHANGEMTU:
	case NETDEV_CHANGEUPPER:
		mgre_underlay_follow_all(dev_net(dev));
	}
	return NOTIFY_DONE;
}

static struct notifier_block mgre_address_notifier = {
	.notifier_call = mgre_address_event,
};

static struct notifier_block mgre_device_notifier = {
	.notifier_call = mgre_device_event,
};

/**
 * mgre_underlay_register() - Begin to follow the underlays of all devices
 *
 * Return: 0 or a negative error.
 */
int mgre_underlay_register(void)
{
	int err;

	err = register_netdevice_notifier(&mgre_device_notifier);
	if (err)
		return err;
	err = register_inetaddr_notifier(&mgre_address_notifier);
	if (err)
		unregister_netdevice_notifier(&mgre_device_notifier);
	return err;
}

/** mgre_underlay_unregister() - Cease to follow them */
void mgre_underlay_unregister(void)
{
	unregister_inetaddr_notifier(&mgre_address_notifier);
	unregister_netdevice_notifier(&mgre_device_notifier);
}
