/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between kernel versions, all of them.
 *
 * kmod/Kbuild probes the headers for what each MGRE_HAVE_ stands for.
 */
#ifndef _MGRE_COMPAT_H
#define _MGRE_COMPAT_H

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/workqueue.h>
#include <net/dst.h>
#include <net/genetlink.h>
#include <net/ip6_route.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/rtnetlink.h>
#ifdef MGRE_HAVE_GSO_H
#include <net/gso.h>
#endif

/* 6.12: lockless transmit is a bit of the device, no longer a feature. */
static inline void mgre_set_lockless_transmit(struct net_device *dev)
{
#ifdef MGRE_HAVE_LLTX
	dev->lltx = true;
#else
	dev->features |= NETIF_F_LLTX;
#endif
}

/* 6.15: newlink() takes its arguments in a structure. */
#ifdef MGRE_HAVE_NEWLINK_PARAMS
#define MGRE_NEWLINK_ARGS(params)					\
	struct net_device *dev, struct rtnl_newlink_params *params
#define mgre_newlink_net(params)	rtnl_newlink_link_net(params)
#define mgre_newlink_tb(params)		((params)->tb)
#define mgre_newlink_data(params)	((params)->data)
#else
#define MGRE_NEWLINK_ARGS(params)					\
	struct net *src_net, struct net_device *dev,			\
	struct nlattr *link_tb[], struct nlattr *link_data[]
#define mgre_newlink_net(params)	(src_net)
#define mgre_newlink_tb(params)		(link_tb)
#define mgre_newlink_data(params)	(link_data)
#endif

/* 6.13: binary attributes with an upper bound have a macro of their own. */
#ifndef MGRE_HAVE_NLA_POLICY_MAX_LEN
#define NLA_POLICY_MAX_LEN(_len)	{ .type = NLA_BINARY, .len = _len }
#endif

/* 6.8: who may listen to a multicast group has flags of its own. */
#ifdef MGRE_HAVE_GENL_MCAST_CAP
#define MGRE_MCGRP_FLAGS		GENL_MCAST_CAP_NET_ADMIN
#else
#define MGRE_MCGRP_FLAGS		GENL_UNS_ADMIN_PERM
#endif

/* 6.7: a dump's attributes are where a request's are. */
static inline struct nlattr **mgre_dump_attrs(struct netlink_callback *cb)
{
#ifdef MGRE_HAVE_GENL_INFO_DUMP
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

/* 6.17: the work queue of each processor has a name that says so. */
#ifndef MGRE_HAVE_PERCPU_WQ
#define system_percpu_wq		system_wq
#endif

/* 6.17: the device of a route is read through an accessor. */
#ifndef MGRE_HAVE_DST_DEV
#define dst_dev(dst)			((dst)->dev)
#endif

/* 6.10: routes are cast by typed helpers. */
#ifndef MGRE_HAVE_DST_RT6_INFO
#define dst_rt6_info(dst)		container_of(dst, struct rt6_info, dst)
#endif

/* 6.8: conntrack's confirmation can be called without its module. */
static inline unsigned int mgre_conntrack_confirm(struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_NF_CONNTRACK) && defined(MGRE_HAVE_NF_CT_CONFIRM)
	enum ip_conntrack_info ctinfo;
	const struct nf_ct_hook *hook;
	struct nf_conn *ct;

	ct = nf_ct_get(skb, &ctinfo);
	if (!ct || nf_ct_is_confirmed(ct))
		return NF_ACCEPT;
	hook = rcu_dereference(nf_ct_hook);
	return hook ? hook->confirm(skb) : NF_ACCEPT;
#else
	return NF_ACCEPT;
#endif
}

/* 6.10: a tracepoint's string is given once, where it is declared. */
#ifdef MGRE_HAVE_ASSIGN_STR_ONE_ARG
#define mgre_assign_str(field, source)	__assign_str(field)
#else
#define mgre_assign_str(field, source)	__assign_str(field, source)
#endif

#endif /* _MGRE_COMPAT_H */
