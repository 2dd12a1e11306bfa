// SPDX-License-Identifier: GPL-2.0
/* Requests about mappings. */
#include <net/genetlink.h>
#include "netlink.h"

static const struct nla_policy mgre_map_policy[MGRE_A_MAP_MAX + 1] = {
	[MGRE_A_MAP_PROTOCOL] = NLA_POLICY_VALIDATE_FN(NLA_BINARY,
						       mgre_validate_address),
	[MGRE_A_MAP_ENDPOINT] = NLA_POLICY_NESTED(mgre_endpoint_policy),
	[MGRE_A_MAP_HOLD] = NLA_POLICY_MIN(NLA_U32, 1),
	[MGRE_A_MAP_COOKIE] = NLA_POLICY_MAX_LEN(MGRE_COOKIE_MAX),
};

const struct nla_policy mgre_map_op_policy[MGRE_A_MAX + 1] = {
	[MGRE_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[MGRE_A_MAP] = NLA_POLICY_NESTED(mgre_map_policy),
};

static int mgre_put_map_times(struct sk_buff *skb,
			      const struct mgre_mapping *mapping)
{
	unsigned long used = READ_ONCE(mapping->used);
	u64 now = get_jiffies_64();
	u64 left = mapping->expires > now ? mapping->expires - now : 0;

	if (nla_put_u64_64bit(skb, MGRE_A_MAP_CREATED,
			      jiffies64_to_msecs(now - mapping->created),
			      MGRE_A_MAP_PAD) ||
	    (mapping->expires &&
	     nla_put_u64_64bit(skb, MGRE_A_MAP_EXPIRES,
			       jiffies64_to_msecs(left), MGRE_A_MAP_PAD)) ||
	    (used && nla_put_u64_64bit(skb, MGRE_A_MAP_USED,
				       jiffies64_to_msecs(jiffies - used),
				       MGRE_A_MAP_PAD)))
		return -EMSGSIZE;
	return 0;
}

/**
 * mgre_put_mapping() - Append a mapping
 * @skb: Message
 * @mgre: Device
 * @mapping: Mapping
 *
 * Context: process, mgre->lock held.
 * Return: 0 or -EMSGSIZE.
 */
int mgre_put_mapping(struct sk_buff *skb, const struct mgre *mgre,
		     const struct mgre_mapping *mapping)
{
	struct nlattr *nest = nla_nest_start(skb, MGRE_A_MAP);
	const struct mgre_peer *peer;

	peer = rcu_dereference_protected(mapping->peer,
					 lockdep_is_held(&mgre->lock));
	if (!nest ||
	    mgre_address_put(skb, MGRE_A_MAP_PROTOCOL, &mapping->protocol) ||
	    mgre_put_endpoint(skb, MGRE_A_MAP_ENDPOINT, &peer->endpoint, 0) ||
	    (mapping->hold &&
	     nla_put_u32(skb, MGRE_A_MAP_HOLD, mapping->hold)) ||
	    (mapping->cookie_len &&
	     nla_put(skb, MGRE_A_MAP_COOKIE, mapping->cookie_len,
		     mapping->cookie)) ||
	    mgre_put_map_times(skb, mapping))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int mgre_parse_map(struct genl_info *info,
			  struct nlattr *tb[MGRE_A_MAP_MAX + 1],
			  struct in6_addr *protocol)
{
	int err;

	if (!info->attrs[MGRE_A_MAP]) {
		NL_SET_ERR_MSG(info->extack, "map is missing");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, MGRE_A_MAP_MAX, info->attrs[MGRE_A_MAP],
			       mgre_map_policy, info->extack);
	if (err)
		return err;
	if (!tb[MGRE_A_MAP_PROTOCOL]) {
		NL_SET_ERR_MSG(info->extack, "protocol address is missing");
		return -EINVAL;
	}
	mgre_address_get(protocol, tb[MGRE_A_MAP_PROTOCOL]);
	if (ipv6_addr_any(protocol) || ipv6_addr_is_multicast(protocol) ||
	    (mgre_address_is_v4(protocol) &&
	     (ipv4_is_multicast(mgre_address_v4(protocol)) ||
	      ipv4_is_lbcast(mgre_address_v4(protocol))))) {
		NL_SET_ERR_MSG_ATTR(info->extack, tb[MGRE_A_MAP_PROTOCOL],
				    "protocol address must be a unicast address");
		return -EINVAL;
	}
	return 0;
}

static struct mgre_mapping *
mgre_mapping_find_locked(struct mgre *mgre, const struct in6_addr *protocol)
{
	struct mgre_mapping *mapping;

	lockdep_assert_held(&mgre->lock);
	rcu_read_lock();
	mapping = mgre_mapping_find(mgre, protocol);
	rcu_read_unlock();
	return mapping;
}

/* The peer a mapping is to lead to; made for it if there is none. */
static struct mgre_peer *mgre_map_peer(struct mgre *mgre,
				       struct genl_info *info,
				       const struct nlattr *nest)
{
	struct mgre_endpoint endpoint;
	struct mgre_peer *peer;
	int err;

	err = mgre_parse_endpoint(nest, &endpoint, info->extack);
	if (err)
		return ERR_PTR(err);
	peer = mgre_peer_find_locked(mgre, &endpoint);
	return peer ?: mgre_peer_create(mgre, &endpoint,
					MGRE_PEER_FLAGS_TRANSIENT,
					info->extack);
}

static struct mgre_mapping *mgre_map_create(struct mgre *mgre,
					    struct genl_info *info,
					    struct nlattr *tb[],
					    const struct in6_addr *protocol)
{
	struct mgre_mapping *mapping;
	struct mgre_peer *peer;

	peer = mgre_map_peer(mgre, info, tb[MGRE_A_MAP_ENDPOINT]);
	if (IS_ERR(peer))
		return ERR_CAST(peer);
	mapping = mgre_mapping_create(mgre, protocol, peer, info->extack);
	if (IS_ERR(mapping))
		mgre_peer_drop_unused(mgre, peer);
	return mapping;
}

static int mgre_map_set_locked(struct mgre *mgre, struct genl_info *info,
			       struct nlattr *tb[],
			       const struct in6_addr *protocol)
{
	struct mgre_mapping *mapping = mgre_mapping_find_locked(mgre, protocol);
	const struct nlattr *cookie = tb[MGRE_A_MAP_COOKIE];
	const struct nlattr *hold = tb[MGRE_A_MAP_HOLD];
	struct mgre_peer *peer;
	int err;

	err = mgre_check_flags(info, mapping);
	if (err)
		return err;
	if (!mapping) {
		mapping = mgre_map_create(mgre, info, tb, protocol);
		if (IS_ERR(mapping))
			return PTR_ERR(mapping);
	} else if (tb[MGRE_A_MAP_ENDPOINT]) {
		peer = mgre_map_peer(mgre, info, tb[MGRE_A_MAP_ENDPOINT]);
		if (IS_ERR(peer))
			return PTR_ERR(peer);
		mgre_mapping_move(mgre, mapping, peer);
	}
	mgre_mapping_set_hold(mgre, mapping, hold ? nla_get_u32(hold) : 0);
	if (cookie) {
		mapping->cookie_len = nla_len(cookie);
		memcpy(mapping->cookie, nla_data(cookie), nla_len(cookie));
	}
	return 0;
}

/** mgre_map_set() - MGRE_CMD_MAP_SET */
int mgre_map_set(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[MGRE_A_MAP_MAX + 1];
	struct in6_addr protocol;
	struct mgre *mgre;
	int err;

	err = mgre_parse_map(info, tb, &protocol);
	if (err)
		return err;
	mgre = mgre_lock_device(info);
	if (IS_ERR(mgre))
		return PTR_ERR(mgre);
	err = mgre_map_set_locked(mgre, info, tb, &protocol);
	mgre_unlock_device(mgre);
	return err;
}

/** mgre_map_del() - MGRE_CMD_MAP_DEL */
int mgre_map_del(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[MGRE_A_MAP_MAX + 1];
	struct mgre_mapping *mapping;
	struct in6_addr protocol;
	struct mgre *mgre;
	int err;

	err = mgre_parse_map(info, tb, &protocol);
	if (err)
		return err;
	mgre = mgre_lock_device(info);
	if (IS_ERR(mgre))
		return PTR_ERR(mgre);
	mapping = mgre_mapping_find_locked(mgre, &protocol);
	if (mapping) {
		mgre_mapping_delete(mgre, mapping);
	} else {
		NL_SET_ERR_MSG(info->extack, "no such mapping");
		err = -ENOENT;
	}
	mgre_unlock_device(mgre);
	return err;
}

/** mgre_map_get() - MGRE_CMD_MAP_GET of one mapping */
int mgre_map_get(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[MGRE_A_MAP_MAX + 1];
	struct mgre_mapping *mapping;
	struct mgre_answer answer;
	struct in6_addr protocol;
	struct mgre *mgre;
	int err;

	err = mgre_parse_map(info, tb, &protocol);
	if (err)
		return err;
	mgre = mgre_lock_device(info);
	if (IS_ERR(mgre))
		return PTR_ERR(mgre);
	mapping = mgre_mapping_find_locked(mgre, &protocol);
	if (mapping) {
		err = mgre_answer_alloc(&answer, info, MGRE_CMD_MAP_GET, mgre);
		if (!err)
			err = mgre_answer_send(&answer, info,
					       mgre_put_mapping(answer.skb,
								mgre,
								mapping));
	} else {
		NL_SET_ERR_MSG(info->extack, "no such mapping");
		err = -ENOENT;
	}
	mgre_unlock_device(mgre);
	return err;
}

static int mgre_map_flush_peer(struct mgre *mgre, struct genl_info *info,
			       const struct nlattr *nest)
{
	struct mgre_mapping *mapping, *next;
	struct mgre_endpoint endpoint;
	struct mgre_peer *peer;
	int err;

	err = mgre_parse_endpoint(nest, &endpoint, info->extack);
	if (err)
		return err;
	peer = mgre_peer_find_locked(mgre, &endpoint);
	if (!peer) {
		NL_SET_ERR_MSG(info->extack, "no such peer");
		return -ENOENT;
	}
	if (mgre_peer_is_disposable(mgre, peer)) {
		mgre_peer_delete(mgre, peer);
		return 0;
	}
	list_for_each_entry_safe(mapping, next, &peer->mappings, in_peer)
		mgre_mapping_delete(mgre, mapping);
	return 0;
}

static int mgre_map_flush_locked(struct mgre *mgre, struct genl_info *info)
{
	struct nlattr *tb[MGRE_A_MAP_MAX + 1] = {};
	struct mgre_mapping *mapping, *next;
	int err;

	if (info->attrs[MGRE_A_MAP]) {
		err = nla_parse_nested(tb, MGRE_A_MAP_MAX,
				       info->attrs[MGRE_A_MAP],
				       mgre_map_policy, info->extack);
		if (err)
			return err;
	}
	if (tb[MGRE_A_MAP_PROTOCOL] || tb[MGRE_A_MAP_HOLD] ||
	    tb[MGRE_A_MAP_COOKIE]) {
		NL_SET_ERR_MSG(info->extack,
			       "a flush can be limited to an endpoint only");
		return -EINVAL;
	}
	if (info->attrs[MGRE_A_MAP])
		return mgre_map_flush_peer(mgre, info,
					   tb[MGRE_A_MAP_ENDPOINT]);
	list_for_each_entry_safe(mapping, next, &mgre->mapping_list, list)
		mgre_mapping_delete(mgre, mapping);
	return 0;
}

/** mgre_map_flush() - MGRE_CMD_MAP_FLUSH */
int mgre_map_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct mgre *mgre = mgre_lock_device(info);
	int err;

	if (IS_ERR(mgre))
		return PTR_ERR(mgre);
	err = mgre_map_flush_locked(mgre, info);
	mgre_unlock_device(mgre);
	return err;
}

static int mgre_dump_mappings(struct sk_buff *skb, struct netlink_callback *cb,
			      struct mgre *mgre)
{
	struct mgre_answer answer = { .skb = skb };
	struct mgre_dump *dump = mgre_dump(cb);
	struct mgre_mapping *mapping;
	int err;

	list_for_each_entry(mapping, &mgre->mapping_list, list) {
		if (mapping->id <= dump->id)
			continue;
		err = mgre_dump_begin(&answer, cb, MGRE_CMD_MAP_GET, mgre);
		if (!err)
			err = mgre_dump_end(&answer,
					    mgre_put_mapping(skb, mgre,
							     mapping));
		if (err)
			return err;
		dump->id = mapping->id;
	}
	return 0;
}

/** mgre_map_dump() - MGRE_CMD_MAP_GET of all mappings */
int mgre_map_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return mgre_dump_devices(skb, cb, mgre_dump_mappings);
}

