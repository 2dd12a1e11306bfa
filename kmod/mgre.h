/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The objects of the module and what its parts offer each other.
 *
 * Who may touch what:
 *
 *  - A device's link attributes (struct mgre_parms), its local address and
 *    its place in struct mgre_net are written under RTNL.
 *  - Its NBMA cache (peers, mappings, the lists and counts of both) is written
 *    under mgre->lock, which is taken inside RTNL, from process context only.
 *  - The data path takes no lock but for packets without a way (hold.c): it
 *    reads peers, mappings and paths under RCU. The header of a path is never
 *    changed, the path is replaced.
 *
 * What lives how long: a mapping is in one device and leads to one peer; a
 * peer is in one device and owns one path. All three are freed by RCU
 * callbacks, after the last reader in softirq is through with them.
 */
#ifndef _MGRE_H
#define _MGRE_H

#include <linux/if_tunnel.h>
#include <linux/in6.h>
#include <linux/jhash.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/rhashtable.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/gro_cells.h>
#include <net/gre.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include "uapi/linux/mgre.h"
#include "compat.h"
#include "drop.h"

/* Addresses of both families are IPv6 addresses here, IPv4 ones mapped. */
static inline bool mgre_address_is_v4(const struct in6_addr *address)
{
	return ipv6_addr_v4mapped(address);
}

static inline __be32 mgre_address_v4(const struct in6_addr *address)
{
	return address->s6_addr32[3];
}

static inline u32 mgre_address_hash(const struct in6_addr *address, u32 seed)
{
	if (likely(mgre_address_is_v4(address)))
		return jhash_1word((__force u32)mgre_address_v4(address),
				   seed);
	return jhash2((const u32 *)address->s6_addr32, 4, seed);
}

/* Outer IPv4 header, GRE header and its optional key. */
struct mgre_header {
	struct iphdr ip;
	struct gre_base_hdr gre;
	__be32 key;
} __packed;

/*
 * What ESP may add: UDP header (8), its own (8), an IV and padding of AES-CBC
 * (16 + 16), trailer and ICV up to HMAC-SHA-384 (24). It leaves the customary
 * 1400 bytes of 1500, with a key. The path MTU of a peer is exact.
 */
#define MGRE_ESP_ALLOWANCE	72

#define MGRE_MAX_MTU	((int)(IP_MAX_MTU - sizeof(struct mgre_header)))

/* One end of the underlay; the key of the peer table. */
struct mgre_endpoint {
	struct in6_addr nbma;
	u32 if_id;				/* of its SAs, 0: none */
};

/* What is told of a security association. */
struct mgre_sa {
	u32 if_id;
	u32 spi;				/* 0: there is none */
	u32 reqid;
	u16 port;				/* UDP, of the peer, 0: none */
};

/*
 * How to get to an endpoint: what is put in front of each packet, and the
 * route. Made from the device's parameters and never changed after, but for
 * what the route says.
 */
struct mgre_path {
	struct dst_entry __rcu *route;		/* NULL: not looked up yet */
	struct mgre_header header;
	u8 header_len;
	bool protect;				/* the route is a bundle */
	bool closed;				/* leads nowhere any more */
	u32 if_id;				/* of the bundle */
	u32 mark;
	__be16 df;				/* "don't fragment", or 0 */
	struct rcu_head rcu;
};

struct mgre_peer_stats {
	u64_stats_t tx_packets;
	u64_stats_t tx_bytes;
	u64_stats_t rx_packets;
	u64_stats_t rx_bytes;
	struct u64_stats_sync syncp;
};

struct mgre_peer {
	struct rhash_head node;			/* mgre->peers */
	struct mgre_endpoint endpoint;
	struct mgre_path __rcu *path;
	struct mgre_peer_stats __percpu *stats;
	enum mgre_peer_state state;		/* in force, see keys.c */
	enum mgre_peer_state wanted;		/* by the user */
	enum mgre_peer_state announced;
	bool keyed;				/* may be up, if protected */
	bool dead;				/* mgre_keys.lock */
	u8 why;					/* ditto, enum mgre_keys_why */
	struct list_head woken;			/* ditto, in mgre_keys.peers */
	unsigned long asked;			/* for keys, jiffies */
	u32 flags;				/* enum mgre_peer_flags */
	u32 mark;
	u32 priority;
	u32 multicast_id;			/* in mgre->multicast */
	u64 id;					/* order in peer_list */
	struct list_head list;			/* mgre->peer_list */
	struct list_head fallback;		/* mgre->fallback_list */
	struct list_head mappings;
	u32 mapping_count;
	struct rcu_head rcu;
};

struct mgre_mapping {
	struct rhash_head node;			/* mgre->mappings */
	struct in6_addr protocol;
	struct mgre_peer __rcu *peer;
	unsigned long used;			/* jiffies, 0: not yet */
	u64 created;				/* jiffies */
	u64 expires;				/* jiffies, 0: never */
	u32 hold;				/* seconds, 0: for ever */
	bool refresh_announced;
	u8 cookie_len;
	u64 id;					/* order in mapping_list */
	struct list_head list;			/* mgre->mapping_list */
	struct list_head in_peer;		/* peer->mappings */
	struct rcu_head rcu;
	u8 cookie[MGRE_COOKIE_MAX];
};

/* What the user asked of the device. */
struct mgre_parms {
	struct in6_addr local;			/* any: that of link */
	struct in6_addr remote;			/* any: multipoint */
	int link;
	bool has_key;
	bool pmtudisc;
	bool accept_unknown;
	bool protect;
	u8 ttl;					/* 0: inherit */
	u8 tos;					/* MGRE_TOS_INHERIT */
	u32 key;
	u32 fwmark;
	u32 redirect;				/* seconds, 0: off */
	u32 max_entries;
};

/* What the underlay offers. */
struct mgre_underlay {
	struct in6_addr local;			/* any: none yet */
	int domain;				/* VRF, 0: none */
	int mtu;				/* inside GRE */
};

#define MGRE_TOS_INHERIT	1
#define MGRE_MAX_ENTRIES	131072

/* Packets that wait for a mapping, and when its lack was announced. */
#define MGRE_HOLD_BUCKETS	64
struct mgre_hold_table {
	spinlock_t lock;			/* of all below */
	struct hlist_head buckets[MGRE_HOLD_BUCKETS];
	struct list_head by_age;
	unsigned int count;
	unsigned int bytes;
	u32 seed;				/* of the buckets */
	struct delayed_work work;
};

/* What traffic can cause is bounded, each kind by itself. */
struct mgre_event_rate {
	unsigned int limit;			/* a second, and at once */
	unsigned long refilled;			/* jiffies */
	unsigned int tokens;
};

struct mgre_events {
	spinlock_t lock;			/* of all below */
	struct mgre_event_rate misses;
	struct mgre_event_rate redirects;
	struct mgre_event_rate unknown_peers;
	unsigned long reported;			/* jiffies */
	u64 lost;
};

/* Peers whose keys are to be looked at again. */
enum mgre_keys_why {
	MGRE_KEYS_GONE = 1,			/* it may have lost them */
	MGRE_KEYS_NEW = 2,			/* it may have got some */
};

struct mgre_keys {
	spinlock_t lock;			/* of all below */
	struct list_head peers;
	u8 all;					/* why all of them are */
	struct work_struct work;
};

struct mgre_redirects;

struct mgre {
	struct net_device *dev;
	struct net *net;			/* of the underlay */
	struct mgre_parms parms;
	struct in6_addr local;			/* in use, any: none */
	int domain;				/* underlay's VRF, 0: none */
	bool own_mtu;				/* the user has set it */
	bool setting_mtu;			/* RTNL: it is us now */
	bool changing;				/* nothing is sent meanwhile */
	struct hlist_node demux;		/* mgre_net.devices, RCU */
	struct list_head list;			/* mgre_net.all, RTNL */

	struct rhashtable mappings;
	struct rhashtable peers;
	struct mgre_peer __rcu *remote;		/* point-to-point */
	struct mgre_peer __rcu *fallback;	/* the one in use */
	struct xarray multicast;		/* peers, by multicast_id */
	struct mgre_redirects __rcu *redirects;
	struct mgre_hold_table hold;
	struct mgre_keys keys;
	struct gro_cells gro_cells;
	struct mgre_drop_stats __percpu *drops;
	struct mgre_events events;
	unsigned long complained;		/* jiffies, 0: never */

	struct mutex lock;			/* writers of the cache */
	struct list_head peer_list;
	struct list_head mapping_list;
	struct list_head fallback_list;
	u32 peer_count;
	u32 mapping_count;
	u64 last_id;
	u32 owner;				/* netlink port, 0: none */
	struct delayed_work ageing;
	u64 next_ageing;			/* jiffies, U64_MAX: never */

	struct sk_buff_head replicate_queue;
	struct delayed_work replicate_work;
};

/* Per network namespace of the underlay. */
#define MGRE_NET_BITS	6
struct mgre_net {
	struct hlist_head devices[1 << MGRE_NET_BITS];	/* running ones */
	struct list_head all;
	unsigned int running;
	unsigned int protected;			/* of those */
};

struct mgre_net *mgre_net(struct net *net);

/* device.c: the network device */
void mgre_setup(struct net_device *dev);
bool mgre_is_device(const struct net_device *dev);
bool mgre_demux_conflict(const struct mgre *mgre, struct net *net,
			 const struct mgre_parms *parms,
			 const struct mgre_underlay *underlay);
void mgre_configure(struct mgre *mgre, const struct mgre_parms *parms,
		    const struct mgre_underlay *underlay);
struct mgre *mgre_demux(struct net *net, const struct sk_buff *skb,
			__be32 local, bool has_key, u32 key);
struct mgre *mgre_demux_protected(struct net *net, __be32 local, bool has_key,
				  u32 key);

/* link.c: attributes of "ip link" */
extern struct rtnl_link_ops mgre_link_ops;
void mgre_address_get(struct in6_addr *address, const struct nlattr *attr);
int mgre_address_put(struct sk_buff *skb, int type,
		     const struct in6_addr *address);
int mgre_validate_address(const struct nlattr *attr,
			  struct netlink_ext_ack *extack);

/* underlay.c: what the device takes over from the underlay */
void mgre_underlay_get(struct net *net, const struct mgre_parms *parms,
		       struct mgre_underlay *underlay);
void mgre_underlay_follow_all(struct net *net);
int mgre_underlay_register(void);
void mgre_underlay_unregister(void);

/* path.c: header template and cached route */
struct mgre_path *mgre_path_create(const struct mgre *mgre,
				   const struct mgre_endpoint *endpoint,
				   u32 mark);
void mgre_path_destroy(struct mgre_path *path);
void mgre_path_free(struct mgre_path *path);
void mgre_path_close(struct mgre_path *path);
struct rtable *mgre_path_route(const struct mgre *mgre,
			       struct mgre_path *path);
void mgre_path_put_route(struct rtable *rt);

/**
 * mgre_path_is_bundle() - Whether a route leads through IPsec
 * @dst: Route
 *
 * Also one that keeps packets until there are keys.
 */
static inline bool mgre_path_is_bundle(const struct dst_entry *dst)
{
	return dst->xfrm || dst->flags & DST_XFRM_QUEUE;
}

u32 mgre_path_mtu(const struct mgre_path *path);
void mgre_path_sa(const struct mgre_path *path, struct mgre_sa *sa);

/* peer.c */
struct mgre_peer *mgre_peer_find(struct mgre *mgre,
				 const struct mgre_endpoint *endpoint);
struct mgre_peer *mgre_peer_create(struct mgre *mgre,
				   const struct mgre_endpoint *endpoint,
				   u32 flags, struct netlink_ext_ack *extack);
void mgre_peer_delete(struct mgre *mgre, struct mgre_peer *peer);
bool mgre_peer_is_disposable(const struct mgre *mgre,
			     const struct mgre_peer *peer);
void mgre_peer_drop_unused(struct mgre *mgre, struct mgre_peer *peer);
int mgre_peer_set_flags(struct mgre *mgre, struct mgre_peer *peer, u32 flags);
void mgre_peer_set_state(struct mgre *mgre, struct mgre_peer *peer,
			 enum mgre_peer_state wanted);
void mgre_peer_set_keyed(struct mgre *mgre, struct mgre_peer *peer,
			 bool keyed);
int mgre_peer_set_mark(struct mgre *mgre, struct mgre_peer *peer, u32 mark);
int mgre_peers_set_remote(struct mgre *mgre, const struct in6_addr *remote,
			  struct netlink_ext_ack *extack);
void mgre_peers_renew_paths(struct mgre *mgre);
void mgre_peers_flush(struct mgre *mgre);
int mgre_peers_init(struct mgre *mgre);
void mgre_peers_exit(struct mgre *mgre);
void mgre_peer_count_tx(const struct mgre_peer *peer, unsigned int bytes);
void mgre_peer_count_rx(const struct mgre_peer *peer, unsigned int bytes);

/* mapping.c */
struct mgre_mapping *mgre_mapping_find(struct mgre *mgre,
				       const struct in6_addr *protocol);
struct mgre_mapping *mgre_mapping_create(struct mgre *mgre,
					 const struct in6_addr *protocol,
					 struct mgre_peer *peer,
					 struct netlink_ext_ack *extack);
void mgre_mapping_move(struct mgre *mgre, struct mgre_mapping *mapping,
		       struct mgre_peer *peer);
void mgre_mapping_set_hold(struct mgre *mgre, struct mgre_mapping *mapping,
			   u32 seconds);
void mgre_mapping_delete(struct mgre *mgre, struct mgre_mapping *mapping);
int mgre_mappings_init(struct mgre *mgre);
void mgre_mappings_exit(struct mgre *mgre);

/* transmit.c */
netdev_tx_t mgre_transmit(struct sk_buff *skb, struct net_device *dev);
bool mgre_send(struct mgre *mgre, struct mgre_peer *peer, struct sk_buff *skb);
void mgre_send_or_drop(struct mgre *mgre, struct mgre_peer *peer,
		       struct sk_buff *skb);
int mgre_send_path(struct mgre *mgre, struct mgre_path *path,
		   struct sk_buff *skb);

/* replicate.c: multicast */
void mgre_replicate(struct mgre *mgre, struct sk_buff *skb);
void mgre_replicate_init(struct mgre *mgre);
void mgre_replicate_exit(struct mgre *mgre);

bool mgre_came_from_here(const struct mgre *mgre, const struct sk_buff *skb);

/* hold.c: no packet is lost while its mapping is looked for */
void mgre_unresolved(struct mgre *mgre, struct sk_buff *skb,
		     const struct in6_addr *next_hop);
void mgre_hold(struct mgre *mgre, struct sk_buff *skb,
	       const struct in6_addr *next_hop);
void mgre_hold_release(struct mgre *mgre, const struct in6_addr *next_hop,
		       struct mgre_peer *peer);
void mgre_hold_release_all(struct mgre *mgre, struct mgre_peer *peer);
void mgre_hold_init(struct mgre *mgre);
void mgre_hold_exit(struct mgre *mgre);

/* redirect.c */
void mgre_redirect(struct mgre *mgre, const struct sk_buff *skb);
struct mgre_redirects *mgre_redirects_create(u32 seconds);
void mgre_redirects_replace(struct mgre *mgre,
			    struct mgre_redirects *redirects);

/* protect.c: nothing leaves or arrives in clear */
bool mgre_protect_covers(const struct xfrm_state *x, __be32 saddr,
			 __be32 daddr);
void mgre_protect_tell(const struct xfrm_state *x, __be16 port,
		       struct mgre_sa *sa);
bool mgre_protect_received(const struct sk_buff *skb, struct mgre_sa *sa);
int mgre_protect_start(struct net *net);
void mgre_protect_stop(struct net *net);

/* keys.c: peers go up and down with their security associations */
void mgre_keys_look(struct mgre *mgre, struct mgre_peer *peer);
void mgre_keys_ask(struct mgre *mgre, struct mgre_peer *peer);
void mgre_keys_lost(struct mgre *mgre, struct mgre_peer *peer);
void mgre_keys_look_at_all(struct mgre *mgre);
void mgre_keys_forget(struct mgre *mgre, struct mgre_peer *peer);
void mgre_keys_init(struct mgre *mgre);
void mgre_keys_exit(struct mgre *mgre);
void mgre_keys_register(void);
void mgre_keys_unregister(void);

/* receive.c */
int mgre_receive_start(struct net *net);
void mgre_receive_stop(struct net *net);

/* icmp.c: errors about packets that we have sent */
void mgre_icmp_error(struct sk_buff *skb, struct net *net);

/* nhrp.c: NHRP packets, not looked into */
struct mgre_origin {
	struct in6_addr nbma;
	struct in6_addr local;
	struct mgre_sa sa;			/* it came through */
	int ingress;				/* ifindex in the underlay */
};

void mgre_nhrp_receive(struct mgre *mgre, struct sk_buff *skb,
		       const struct mgre_origin *origin);
void mgre_nhrp_register(void);
void mgre_nhrp_unregister(void);

/* event.c: upcalls */
void mgre_event_miss(struct mgre *mgre, const struct in6_addr *next_hop);
void mgre_event_redirect(struct mgre *mgre, const struct sk_buff *skb);
void mgre_event_mapping(struct mgre *mgre, struct mgre_mapping *mapping,
			u8 cmd);
void mgre_event_peer_state(struct mgre *mgre, const struct mgre_peer *peer);
void mgre_event_unknown_peer(struct mgre *mgre,
			     const struct mgre_endpoint *endpoint);
void mgre_event_device(struct mgre *mgre);
int mgre_event_nhrp(struct mgre *mgre, const struct sk_buff *skb,
		    const struct mgre_origin *origin);
void mgre_events_init(struct mgre *mgre);

/* netlink*.c: the generic netlink family; more in netlink.h */
extern struct genl_family mgre_family;
void mgre_cache_changed(void);
int mgre_put_endpoint(struct sk_buff *skb, int type,
		      const struct mgre_endpoint *endpoint, u16 port);
int mgre_put_device(struct sk_buff *skb, const struct mgre *mgre);
int mgre_put_peer_state(struct sk_buff *skb, const struct mgre *mgre,
			const struct mgre_peer *peer);
int mgre_put_mapping(struct sk_buff *skb, const struct mgre *mgre,
		     const struct mgre_mapping *mapping);
int mgre_netlink_register(void);
void mgre_netlink_unregister(void);

#endif /* _MGRE_H */
