// SPDX-License-Identifier: GPL-2.0
/* Requests about peers. */
#include <net/genetlink.h>
#include "netlink.h"

static const struct nla_policy mgre_peer_policy[MGRE_A_PEER_MAX + 1] = {
	[MGRE_A_PEER_ENDPOINT] = NLA_POLICY_NESTED(mgre_endpoint_policy),
	[MGRE_A_PEER_FLAGS] = NLA_POLICY_BITFIELD32(MGRE_PEER_FLAGS_ALL),
	[MGRE_A_PEER_STATE] = NLA_POLICY_MAX(NLA_U32, MGRE_PEER_STATE_UP),
	[MGRE_A_PEER_MARK] = { .type = NLA_U32 },
	[MGRE_A_PEER_PRIORITY] = { .type = NLA_U32 },
};

const struct nla_policy mgre_peer_op_policy[MGRE_A_MAX + 1] = {
	[MGRE_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[MGRE_A_PEER] = NLA_POLICY_NESTED(mgre_peer_policy),
};

static int mgre_put_peer_stats(struct sk_buff *skb,
			       const struct mgre_peer *peer)
{
	u64 tx_packets = 0, tx_bytes = 0, rx_packets = 0, rx_bytes = 0;
	struct mgre_peer_stats *stats;
	unsigned int start;
	u64 sample[4];
	int cpu;

	for_each_possible_cpu(cpu) {
		stats = per_cpu_ptr(peer->stats, cpu);
		do {
			start = u64_stats_fetch_begin(&stats->syncp);
			sample[0] = u64_stats_read(&stats->tx_packets);
			sample[1] = u64_stats_read(&stats->tx_bytes);
			sample[2] = u64_stats_read(&stats->rx_packets);
			sample[3] = u64_stats_read(&stats->rx_bytes);
		} while (u64_stats_fetch_retry(&stats->syncp, start));
		tx_packets += sample[0];
		tx_bytes += sample[1];
		rx_packets += sample[2];
		rx_bytes += sample[3];
	}
	if (nla_put_u64_64bit(skb, MGRE_A_PEER_TX_PACKETS, tx_packets,
			      MGRE_A_PEER_PAD) ||
	    nla_put_u64_64bit(skb, MGRE_A_PEER_TX_BYTES, tx_bytes,
			      MGRE_A_PEER_PAD) ||
	    nla_put_u64_64bit(skb, MGRE_A_PEER_RX_PACKETS, rx_packets,
			      MGRE_A_PEER_PAD) ||
	    nla_put_u64_64bit(skb, MGRE_A_PEER_RX_BYTES, rx_bytes,
			      MGRE_A_PEER_PAD))
		return -EMSGSIZE;
	return 0;
}

/**
 * mgre_put_peer_state() - Append a peer's endpoint, its state, how it is safe
 * @skb: Message, in its nest
 * @mgre: Device
 * @peer: Peer
 *
 * Context: process, mgre->lock held.
 * Return: 0 or -EMSGSIZE.
 */
int mgre_put_peer_state(struct sk_buff *skb, const struct mgre *mgre,
			const struct mgre_peer *peer)
{
	enum mgre_peer_state state = READ_ONCE(peer->state);
	struct mgre_sa sa;

	rcu_read_lock();
	mgre_path_sa(rcu_dereference(peer->path), &sa);
	rcu_read_unlock();
	if (mgre_put_endpoint(skb, MGRE_A_PEER_ENDPOINT, &peer->endpoint,
			      sa.port) ||
	    nla_put_u32(skb, MGRE_A_PEER_STATE, state) ||
	    (state != peer->wanted &&
	     nla_put_u32(skb, MGRE_A_PEER_WANTED, peer->wanted)) ||
	    (sa.spi && (nla_put_flag(skb, MGRE_A_PEER_PROTECTED) ||
			nla_put_u32(skb, MGRE_A_PEER_SPI, sa.spi))))
		return -EMSGSIZE;
	return 0;
}

static int mgre_put_peer_path(struct sk_buff *skb,
			      const struct mgre_path *path)
{
	u32 mtu = mgre_path_mtu(path);

	if ((mtu && nla_put_u32(skb, MGRE_A_PEER_MTU, mtu)) ||
	    nla_put(skb, MGRE_A_PEER_HEADER, path->header_len, &path->header))
		return -EMSGSIZE;
	return 0;
}

static int mgre_put_peer(struct sk_buff *skb, const struct mgre *mgre,
			 const struct mgre_peer *peer)
{
	struct nlattr *nest = nla_nest_start(skb, MGRE_A_PEER);
	int err;

	if (!nest)
		return -EMSGSIZE;
	rcu_read_lock();
	err = mgre_put_peer_path(skb, rcu_dereference(peer->path));
	rcu_read_unlock();
	if (err ||
	    mgre_put_peer_state(skb, mgre, peer) ||
	    nla_put_bitfield32(skb, MGRE_A_PEER_FLAGS, peer->flags,
			       MGRE_PEER_FLAGS_ALL) ||
	    nla_put_u32(skb, MGRE_A_PEER_MARK, peer->mark) ||
	    nla_put_u32(skb, MGRE_A_PEER_PRIORITY, peer->priority) ||
	    nla_put_u32(skb, MGRE_A_PEER_MAPPINGS, peer->mapping_count) ||
	    mgre_put_peer_stats(skb, peer))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int mgre_parse_peer(struct genl_info *info,
			   struct nlattr *tb[MGRE_A_PEER_MAX + 1],
			   struct mgre_endpoint *endpoint)
{
	int err;

	if (!info->attrs[MGRE_A_PEER]) {
		NL_SET_ERR_MSG(info->extack, "peer is missing");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, MGRE_A_PEER_MAX, info->attrs[MGRE_A_PEER],
			       mgre_peer_policy, info->extack);
	return err ?: mgre_parse_endpoint(tb[MGRE_A_PEER_ENDPOINT], endpoint,
					  info->extack);
}

/**
 * mgre_peer_find_locked() - Look a peer up, to change it
 * @mgre: Device
 * @endpoint: Where the peer is
 *
 * Context: process, mgre->lock held.
 * Return: The peer or NULL.
 */
struct mgre_peer *mgre_peer_find_locked(struct mgre *mgre,
					const struct mgre_endpoint *endpoint)
{
	struct mgre_peer *peer;

	lockdep_assert_held(&mgre->lock);
	rcu_read_lock();
	peer = mgre_peer_find(mgre, endpoint);
	rcu_read_unlock();
	return peer;
}

static int mgre_peer_apply(struct mgre *mgre, struct mgre_peer *peer,
			   struct nlattr *tb[])
{
	struct nla_bitfield32 flags;
	int err;

	if (tb[MGRE_A_PEER_MARK] &&
	    nla_get_u32(tb[MGRE_A_PEER_MARK]) != peer->mark) {
		err = mgre_peer_set_mark(mgre, peer,
					 nla_get_u32(tb[MGRE_A_PEER_MARK]));
		if (err)
			return err;
	}
	if (tb[MGRE_A_PEER_PRIORITY])
		WRITE_ONCE(peer->priority,
			   nla_get_u32(tb[MGRE_A_PEER_PRIORITY]));
	if (tb[MGRE_A_PEER_STATE])
		mgre_peer_set_state(mgre, peer,
				    nla_get_u32(tb[MGRE_A_PEER_STATE]));
	if (!tb[MGRE_A_PEER_FLAGS])
		return 0;
	flags = nla_get_bitfield32(tb[MGRE_A_PEER_FLAGS]);
	return mgre_peer_set_flags(mgre, peer,
				   (peer->flags & ~flags.selector) |
				   (flags.value & flags.selector));
}

static int mgre_peer_set_locked(struct mgre *mgre, struct genl_info *info,
				struct nlattr *tb[],
				const struct mgre_endpoint *endpoint)
{
	struct mgre_peer *peer = mgre_peer_find_locked(mgre, endpoint);
	bool created = !peer;
	int err;

	err = mgre_check_flags(info, peer);
	if (err)
		return err;
	if (created)
		peer = mgre_peer_create(mgre, endpoint, 0, info->extack);
	if (IS_ERR(peer))
		return PTR_ERR(peer);
	err = mgre_peer_apply(mgre, peer, tb);
	if (err && created)
		mgre_peer_delete(mgre, peer);
	return err;
}

/** mgre_peer_set() - MGRE_CMD_PEER_SET */
int mgre_peer_set(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[MGRE_A_PEER_MAX + 1];
	struct mgre_endpoint endpoint;
	struct mgre *mgre;
	int err;

	err = mgre_parse_peer(info, tb, &endpoint);
	if (err)
		return err;
	mgre = mgre_lock_device(info);
	if (IS_ERR(mgre))
		return PTR_ERR(mgre);
	err = mgre_peer_set_locked(mgre, info, tb, &endpoint);
	mgre_unlock_device(mgre);
	return err;
}

static int mgre_peer_del_locked(struct mgre *mgre, struct genl_info *info,
				const struct mgre_endpoint *endpoint)
{
	struct mgre_peer *peer = mgre_peer_find_locked(mgre, endpoint);

	if (!peer) {
		NL_SET_ERR_MSG(info->extack, "no such peer");
		return -ENOENT;
	}
	if (peer == rcu_access_pointer(mgre->remote)) {
		NL_SET_ERR_MSG(info->extack,
			       "the peer is the device's remote address");
		return -EBUSY;
	}
	mgre_peer_delete(mgre, peer);
	return 0;
}

/** mgre_peer_del() - MGRE_CMD_PEER_DEL */
int mgre_peer_del(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[MGRE_A_PEER_MAX + 1];
	struct mgre_endpoint endpoint;
	struct mgre *mgre;
	int err;

	err = mgre_parse_peer(info, tb, &endpoint);
	if (err)
		return err;
	mgre = mgre_lock_device(info);
	if (IS_ERR(mgre))
		return PTR_ERR(mgre);
	err = mgre_peer_del_locked(mgre, info, &endpoint);
	mgre_unlock_device(mgre);
	return err;
}

static int mgre_peer_answer(struct mgre *mgre, struct genl_info *info,
			    const struct mgre_endpoint *endpoint)
{
	struct mgre_peer *peer = mgre_peer_find_locked(mgre, endpoint);
	struct mgre_answer answer;
	int err;

	if (!peer) {
		NL_SET_ERR_MSG(info->extack, "no such peer");
		return -ENOENT;
	}
	err = mgre_answer_alloc(&answer, info, MGRE_CMD_PEER_GET, mgre);
	return err ?: mgre_answer_send(&answer, info,
				       mgre_put_peer(answer.skb, mgre, peer));
}

/** mgre_peer_get() - MGRE_CMD_PEER_GET of one peer */
int mgre_peer_get(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[MGRE_A_PEER_MAX + 1];
	struct mgre_endpoint endpoint;
	struct mgre *mgre;
	int err;

	err = mgre_parse_peer(info, tb, &endpoint);
	if (err)
		return err;
	mgre = mgre_lock_device(info);
	if (IS_ERR(mgre))
		return PTR_ERR(mgre);
	err = mgre_peer_answer(mgre, info, &endpoint);
	mgre_unlock_device(mgre);
	return err;
}

static int mgre_dump_peers(struct sk_buff *skb, struct netlink_callback *cb,
			   struct mgre *mgre)
{
	struct mgre_answer answer = { .skb = skb };
	struct mgre_dump *dump = mgre_dump(cb);
	struct mgre_peer *peer;
	int err;

	list_for_each_entry(peer, &mgre->peer_list, list) {
		if (peer->id <= dump->id)
			continue;
		err = mgre_dump_begin(&answer, cb, MGRE_CMD_PEER_GET, mgre);
		if (!err)
			err = mgre_dump_end(&answer, mgre_put_peer(skb, mgre, peer));
		if (err)
			return err;
		dump->id = peer->id;
	}
	return 0;
}

/** mgre_peer_dump() - MGRE_CMD_PEER_GET of all peers */
int mgre_peer_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return mgre_dump_devices(skb, cb, mgre_dump_peers);
}

