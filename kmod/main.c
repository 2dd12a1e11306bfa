// SPDX-License-Identifier: GPL-2.0
/* Loading and unloading. */
#include <linux/module.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include "mgre.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static unsigned int mgre_net_id __read_mostly;

/**
 * mgre_net() - What the module keeps for a network namespace
 * @net: Namespace of the underlay
 */
struct mgre_net *mgre_net(struct net *net)
{
	return net_generic(net, mgre_net_id);
}

static int __net_init mgre_net_init(struct net *net)
{
	struct mgre_net *mn = mgre_net(net);

	INIT_LIST_HEAD(&mn->all);
	return 0;
}

/* Devices whose underlay dies go with it, wherever they live. */
static void __net_exit mgre_net_exit(struct list_head *nets)
{
	struct mgre *mgre;
	struct net *net;
	LIST_HEAD(dying);

	rtnl_lock();
	list_for_each_entry(net, nets, exit_list)
		list_for_each_entry(mgre, &mgre_net(net)->all, list)
			unregister_netdevice_queue(mgre->dev, &dying);
	unregister_netdevice_many(&dying);
	rtnl_unlock();
}

static struct pernet_operations mgre_net_ops = {
	.init		= mgre_net_init,
	.exit_batch	= mgre_net_exit,
	.id		= &mgre_net_id,
	.size		= sizeof(struct mgre_net),
};

static int __init mgre_init(void)
{
	int err;

	err = register_pernet_subsys(&mgre_net_ops);
	if (err)
		return err;
	err = mgre_netlink_register();
	if (err)
		goto err_pernet;
	err = mgre_underlay_register();
	if (err)
		goto err_netlink;
	mgre_nhrp_register();
	mgre_keys_register();
	err = rtnl_link_register(&mgre_link_ops);
	if (err)
		goto err_underlay;
	return 0;

err_underlay:
	mgre_keys_unregister();
	mgre_nhrp_unregister();
	mgre_underlay_unregister();
err_netlink:
	mgre_netlink_unregister();
err_pernet:
	unregister_pernet_subsys(&mgre_net_ops);
	return err;
}

static void __exit mgre_exit(void)
{
	/* The last user first: this deletes every device. */
	rtnl_link_unregister(&mgre_link_ops);
	mgre_keys_unregister();
	mgre_nhrp_unregister();
	mgre_underlay_unregister();
	mgre_netlink_unregister();
	unregister_pernet_subsys(&mgre_net_ops);
	/* Peers, mappings and paths are freed by RCU callbacks of ours. */
	rcu_barrier();
}

module_init(mgre_init);
module_exit(mgre_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Multipoint GRE with an NBMA cache");
MODULE_AUTHOR("The mgre authors");
MODULE_ALIAS_RTNL_LINK("mgre");
MODULE_ALIAS_GENL_FAMILY(MGRE_FAMILY_NAME);
