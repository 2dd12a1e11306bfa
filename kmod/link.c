// SPDX-License-Identifier: GPL-2.0
/* The attributes of "ip link ... type mgre". */
#include <linux/kmod.h>
#include <net/inet_ecn.h>
#include <net/netlink.h>
#include <net/rtnetlink.h>
#include "mgre.h"

/**
 * mgre_validate_address() - Policy: an address is 4 or 16 bytes long
 * @attr: Attribute
 * @extack: Where a refusal is explained
 *
 * Return: 0 or -EINVAL.
 */
int mgre_validate_address(const struct nlattr *attr,
			  struct netlink_ext_ack *extack)
{
	if (nla_len(attr) == sizeof(struct in_addr) ||
	    nla_len(attr) == sizeof(struct in6_addr))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "an address is 4 or 16 bytes long");
	return -EINVAL;
}

/**
 * mgre_address_get() - Read an address, either family
 * @address: Filled, IPv4 mapped; 0.0.0.0 becomes any
 * @attr: Attribute, validated
 */
void mgre_address_get(struct in6_addr *address, const struct nlattr *attr)
{
	if (nla_len(attr) == sizeof(struct in6_addr))
		*address = nla_get_in6_addr(attr);
	else if (nla_get_in_addr(attr))
		ipv6_addr_set_v4mapped(nla_get_in_addr(attr), address);
	else
		ipv6_addr_set(address, 0, 0, 0, 0);
}

/**
 * mgre_address_put() - Append an address, either family
 * @skb: Message
 * @type: Attribute type
 * @address: IPv4 mapped, or IPv6; any is 0.0.0.0
 *
 * Return: 0 or -EMSGSIZE.
 */
int mgre_address_put(struct sk_buff *skb, int type,
		     const struct in6_addr *address)
{
	if (ipv6_addr_any(address) || ipv6_addr_v4mapped(address))
		return nla_put_in_addr(skb, type, address->s6_addr32[3]);
	return nla_put_in6_addr(skb, type, address);
}

static struct netlink_range_validation mgre_link_range = {
	.max = S32_MAX,
};

static struct netlink_range_validation mgre_redirect_range = {
	.max = 86400,
};

static struct netlink_range_validation mgre_entries_range = {
	.min = 1,
	.max = 1 << 24,
};

static const struct nla_policy mgre_link_policy[IFLA_MGRE_MAX + 1] = {
	[IFLA_MGRE_LOCAL]	= NLA_POLICY_VALIDATE_FN(NLA_BINARY,
							 mgre_validate_address),
	[IFLA_MGRE_LINK]	= NLA_POLICY_FULL_RANGE(NLA_U32, &mgre_link_range),
	[IFLA_MGRE_KEY]		= { .type = NLA_U32 },
	[IFLA_MGRE_TTL]		= { .type = NLA_U8 },
	[IFLA_MGRE_TOS]		= { .type = NLA_U8 },
	[IFLA_MGRE_PMTUDISC]	= NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_MGRE_FWMARK]	= { .type = NLA_U32 },
	[IFLA_MGRE_REMOTE]	= NLA_POLICY_VALIDATE_FN(NLA_BINARY,
							 mgre_validate_address),
	[IFLA_MGRE_REDIRECT]	= NLA_POLICY_FULL_RANGE(NLA_U32,
							&mgre_redirect_range),
	[IFLA_MGRE_MAX_ENTRIES]	= NLA_POLICY_FULL_RANGE(NLA_U32,
							&mgre_entries_range),
	[IFLA_MGRE_ACCEPT_UNKNOWN] = NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_MGRE_PROTECT]	= NLA_POLICY_MAX(NLA_U8, MGRE_PROTECT_REQUIRE),
};

static bool mgre_is_unicast_v4(const struct nlattr *attr)
{
	__be32 address;

	if (nla_len(attr) != sizeof(struct in_addr))
		return false;
	address = nla_get_in_addr(attr);
	return !ipv4_is_multicast(address) && !ipv4_is_lbcast(address);
}

static bool mgre_is_tos(u8 tos)
{
	return tos == MGRE_TOS_INHERIT || !(tos & INET_ECN_MASK);
}

static int mgre_link_validate(struct nlattr *tb[], struct nlattr *data[],
			      struct netlink_ext_ack *extack)
{
	if (tb[IFLA_ADDRESS]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_ADDRESS],
				    "an mgre device has no link-layer address");
		return -EOPNOTSUPP;
	}
	if (tb[IFLA_LINK]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_LINK],
				    "name the underlay by dev, behind type mgre");
		return -EOPNOTSUPP;
	}
	if (!data)
		return 0;
	if (data[IFLA_MGRE_LOCAL] &&
	    !mgre_is_unicast_v4(data[IFLA_MGRE_LOCAL])) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_MGRE_LOCAL],
				    "local must be an IPv4 unicast address");
		return -EINVAL;
	}
	if (data[IFLA_MGRE_REMOTE] &&
	    !mgre_is_unicast_v4(data[IFLA_MGRE_REMOTE])) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_MGRE_REMOTE],
				    "remote must be an IPv4 unicast address");
		return -EINVAL;
	}
	if (data[IFLA_MGRE_TOS] &&
	    !mgre_is_tos(nla_get_u8(data[IFLA_MGRE_TOS]))) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_MGRE_TOS],
				    "tos must leave the two bits of ECN 0, or be 1: inherit");
		return -EINVAL;
	}
	return 0;
}

static void mgre_parse_numbers(struct mgre_parms *parms, struct nlattr *data[])
{
	if (data[IFLA_MGRE_KEY]) {
		parms->has_key = true;
		parms->key = nla_get_u32(data[IFLA_MGRE_KEY]);
	}
	if (data[IFLA_MGRE_TTL])
		parms->ttl = nla_get_u8(data[IFLA_MGRE_TTL]);
	if (data[IFLA_MGRE_TOS])
		parms->tos = nla_get_u8(data[IFLA_MGRE_TOS]);
	if (data[IFLA_MGRE_PMTUDISC])
		parms->pmtudisc = nla_get_u8(data[IFLA_MGRE_PMTUDISC]);
	if (data[IFLA_MGRE_FWMARK])
		parms->fwmark = nla_get_u32(data[IFLA_MGRE_FWMARK]);
	if (data[IFLA_MGRE_REDIRECT])
		parms->redirect = nla_get_u32(data[IFLA_MGRE_REDIRECT]);
	if (data[IFLA_MGRE_MAX_ENTRIES])
		parms->max_entries = nla_get_u32(data[IFLA_MGRE_MAX_ENTRIES]);
	if (data[IFLA_MGRE_ACCEPT_UNKNOWN])
		parms->accept_unknown =
			nla_get_u8(data[IFLA_MGRE_ACCEPT_UNKNOWN]);
	if (data[IFLA_MGRE_PROTECT])
		parms->protect = nla_get_u8(data[IFLA_MGRE_PROTECT]);
	/* Without it, what is long or TCP is no longer kept in one piece. */
	if (parms->protect && data[IFLA_MGRE_PROTECT])
		request_module_nowait("xfrm-offload-%d-%d", AF_INET,
				      IPPROTO_ESP);
}

/* What is absent stays as it is. */
static int mgre_parse(struct net *net, struct mgre_parms *parms,
		      struct nlattr *data[], struct netlink_ext_ack *extack)
{
	if (data) {
		if (data[IFLA_MGRE_LOCAL])
			mgre_address_get(&parms->local, data[IFLA_MGRE_LOCAL]);
		if (data[IFLA_MGRE_REMOTE])
			mgre_address_get(&parms->remote,
					 data[IFLA_MGRE_REMOTE]);
		if (data[IFLA_MGRE_LINK])
			parms->link = nla_get_u32(data[IFLA_MGRE_LINK]);
		mgre_parse_numbers(parms, data);
	}
	if (ipv6_addr_any(&parms->local) && !parms->link) {
		NL_SET_ERR_MSG(extack, "local or dev must be given");
		return -EINVAL;
	}
	if (parms->link && data && data[IFLA_MGRE_LINK] &&
	    !__dev_get_by_index(net, parms->link)) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_MGRE_LINK],
				    "dev is not in the underlay's namespace");
		return -ENODEV;
	}
	return 0;
}

static int mgre_check_conflict(const struct mgre *mgre, struct net *net,
			       const struct mgre_parms *parms,
			       struct mgre_underlay *underlay,
			       struct netlink_ext_ack *extack)
{
	mgre_underlay_get(net, parms, underlay);
	if (!mgre_demux_conflict(mgre, net, parms, underlay))
		return 0;
	NL_SET_ERR_MSG(extack, "another mgre device has this local address and key");
	return -EEXIST;
}

/*
 * All or nothing: what may fail comes first. Protection that begins is in
 * force on return: what looks at leaving packets is there before, and nobody
 * is still at what was let go in clear.
 */
static int mgre_apply(struct mgre *mgre, const struct mgre_parms *parms,
		      const struct mgre_underlay *underlay, bool new_redirects,
		      struct netlink_ext_ack *extack)
{
	bool change = netif_running(mgre->dev) &&
		      parms->protect != mgre->parms.protect;
	struct mgre_redirects *redirects = NULL;
	int err;

	if (new_redirects && parms->redirect) {
		redirects = mgre_redirects_create(parms->redirect);
		if (!redirects)
			return -ENOMEM;
	}
	if (change && parms->protect) {
		err = mgre_protect_start(mgre->net);
		if (err)
			goto err_redirects;
	}
	err = mgre_peers_set_remote(mgre, &parms->remote, extack);
	if (err)
		goto err_protect;
	if (new_redirects)
		mgre_redirects_replace(mgre, redirects);
	mgre_configure(mgre, parms, underlay);
	if (change && parms->protect)
		synchronize_net();
	else if (change)
		mgre_protect_stop(mgre->net);
	return 0;

err_protect:
	if (change && parms->protect)
		mgre_protect_stop(mgre->net);
err_redirects:
	kvfree(redirects);
	return err;
}

static int mgre_newlink(MGRE_NEWLINK_ARGS(params),
			struct netlink_ext_ack *extack)
{
	struct nlattr **data = mgre_newlink_data(params);
	struct net *net = mgre_newlink_net(params);
	struct mgre *mgre = netdev_priv(dev);
	struct mgre_underlay underlay;
	struct mgre_parms parms = {
		.pmtudisc = true,
		.ttl = 64,
		.max_entries = MGRE_MAX_ENTRIES,
	};
	int err;

	err = mgre_parse(net, &parms, data, extack);
	if (err)
		return err;
	err = mgre_check_conflict(mgre, net, &parms, &underlay, extack);
	if (err)
		return err;
	mgre->net = net;
	mgre->parms = parms;
	mgre->own_mtu = mgre_newlink_tb(params)[IFLA_MTU];
	if (!mgre->own_mtu)
		dev->mtu = underlay.mtu;
	err = register_netdevice(dev);
	if (err)
		return err;
	list_add_tail(&mgre->list, &mgre_net(net)->all);
	err = mgre_apply(mgre, &parms, &underlay, true, extack);
	if (err)
		unregister_netdevice(dev);
	return err;
}

static int mgre_changelink(struct net_device *dev, struct nlattr *tb[],
			   struct nlattr *data[],
			   struct netlink_ext_ack *extack)
{
	struct mgre *mgre = netdev_priv(dev);
	struct mgre_parms parms = mgre->parms;
	struct mgre_underlay underlay;
	int err;

	err = mgre_parse(mgre->net, &parms, data, extack);
	if (err)
		return err;
	if (parms.link == dev->ifindex && net_eq(mgre->net, dev_net(dev))) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_MGRE_LINK],
				    "a device cannot be its own underlay");
		return -EINVAL;
	}
	err = mgre_check_conflict(mgre, mgre->net, &parms, &underlay, extack);
	if (err)
		return err;
	return mgre_apply(mgre, &parms, &underlay,
			  parms.redirect != mgre->parms.redirect, extack);
}

static size_t mgre_get_size(const struct net_device *dev)
{
	return 2 * nla_total_size(sizeof(struct in6_addr)) +
	       6 * nla_total_size(sizeof(u32)) +
	       5 * nla_total_size(sizeof(u8));
}

static int mgre_fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	const struct mgre *mgre = netdev_priv(dev);
	const struct mgre_parms *parms = &mgre->parms;

	if (mgre_address_put(skb, IFLA_MGRE_LOCAL, &parms->local) ||
	    mgre_address_put(skb, IFLA_MGRE_REMOTE, &parms->remote) ||
	    nla_put_u32(skb, IFLA_MGRE_LINK, parms->link) ||
	    (parms->has_key && nla_put_u32(skb, IFLA_MGRE_KEY, parms->key)) ||
	    nla_put_u8(skb, IFLA_MGRE_TTL, parms->ttl) ||
	    nla_put_u8(skb, IFLA_MGRE_TOS, parms->tos) ||
	    nla_put_u8(skb, IFLA_MGRE_PMTUDISC, parms->pmtudisc) ||
	    nla_put_u32(skb, IFLA_MGRE_FWMARK, parms->fwmark) ||
	    nla_put_u32(skb, IFLA_MGRE_REDIRECT, parms->redirect) ||
	    nla_put_u32(skb, IFLA_MGRE_MAX_ENTRIES, parms->max_entries) ||
	    nla_put_u8(skb, IFLA_MGRE_ACCEPT_UNKNOWN, parms->accept_unknown) ||
	    nla_put_u8(skb, IFLA_MGRE_PROTECT, parms->protect))
		return -EMSGSIZE;
	return 0;
}

static struct net *mgre_get_link_net(const struct net_device *dev)
{
	const struct mgre *mgre = netdev_priv(dev);

	return READ_ONCE(mgre->net);
}

struct rtnl_link_ops mgre_link_ops __read_mostly = {
	.kind		= "mgre",
	.maxtype	= IFLA_MGRE_MAX,
	.policy		= mgre_link_policy,
	.priv_size	= sizeof(struct mgre),
	.setup		= mgre_setup,
	.validate	= mgre_link_validate,
	.newlink	= mgre_newlink,
	.changelink	= mgre_changelink,
	.get_size	= mgre_get_size,
	.fill_info	= mgre_fill_info,
	.get_link_net	= mgre_get_link_net,
};
