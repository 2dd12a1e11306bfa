/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the generic netlink family offer each other. */
#ifndef _MGRE_NETLINK_H
#define _MGRE_NETLINK_H

#include <net/genetlink.h>
#include "mgre.h"

#define MGRE_PEER_FLAGS_ALL	(MGRE_PEER_FLAGS_MULTICAST |		\
				 MGRE_PEER_FLAGS_FALLBACK |		\
				 MGRE_PEER_FLAGS_TRANSIENT)

/* One answer message of a request or a dump. */
struct mgre_answer {
	struct sk_buff *skb;
	void *header;
};

/* netlink.c */
extern const struct nla_policy mgre_endpoint_policy[MGRE_A_ENDPOINT_MAX + 1];
struct net_device *mgre_find_device(struct genl_info *info);
struct mgre *mgre_lock_device(struct genl_info *info);
void mgre_unlock_device(struct mgre *mgre);
int mgre_parse_endpoint(const struct nlattr *nest,
			struct mgre_endpoint *endpoint,
			struct netlink_ext_ack *extack);
int mgre_check_flags(const struct genl_info *info, bool exists);
int mgre_answer_begin(struct mgre_answer *answer, u32 portid, u32 seq,
		      int flags, u8 cmd, const struct mgre *mgre);
int mgre_answer_alloc(struct mgre_answer *answer, struct genl_info *info,
		      u8 cmd, const struct mgre *mgre);
int mgre_answer_send(struct mgre_answer *answer, struct genl_info *info,
		     int err);

/* netlink_dump.c */
struct mgre_dump {
	u64 id;				/* behind this object */
	u32 ifindex;			/* from this device on */
};

struct mgre_dump *mgre_dump(struct netlink_callback *cb);
int mgre_dump_begin(struct mgre_answer *answer, struct netlink_callback *cb,
		    u8 cmd, const struct mgre *mgre);
int mgre_dump_end(struct mgre_answer *answer, int err);
int mgre_dump_devices(struct sk_buff *skb, struct netlink_callback *cb,
		      int (*dump_one)(struct sk_buff *skb,
				      struct netlink_callback *cb,
				      struct mgre *mgre));

/* netlink_device.c */
extern const struct nla_policy mgre_dev_op_policy[MGRE_A_MAX + 1];
int mgre_dev_get(struct sk_buff *skb, struct genl_info *info);
int mgre_dev_dump(struct sk_buff *skb, struct netlink_callback *cb);
int mgre_dev_bind(struct sk_buff *skb, struct genl_info *info);
int mgre_dev_unbind(struct sk_buff *skb, struct genl_info *info);

/* netlink_peer.c */
extern const struct nla_policy mgre_peer_op_policy[MGRE_A_MAX + 1];
struct mgre_peer *mgre_peer_find_locked(struct mgre *mgre,
					const struct mgre_endpoint *endpoint);
int mgre_peer_set(struct sk_buff *skb, struct genl_info *info);
int mgre_peer_del(struct sk_buff *skb, struct genl_info *info);
int mgre_peer_get(struct sk_buff *skb, struct genl_info *info);
int mgre_peer_dump(struct sk_buff *skb, struct netlink_callback *cb);

/* netlink_mapping.c */
extern const struct nla_policy mgre_map_op_policy[MGRE_A_MAX + 1];
int mgre_map_set(struct sk_buff *skb, struct genl_info *info);
int mgre_map_del(struct sk_buff *skb, struct genl_info *info);
int mgre_map_get(struct sk_buff *skb, struct genl_info *info);
int mgre_map_flush(struct sk_buff *skb, struct genl_info *info);
int mgre_map_dump(struct sk_buff *skb, struct netlink_callback *cb);

/* nhrp.c */
extern const struct nla_policy mgre_nhrp_op_policy[MGRE_A_MAX + 1];
int mgre_nhrp_request(struct sk_buff *skb, struct genl_info *info);

#endif /* _MGRE_NETLINK_H */
