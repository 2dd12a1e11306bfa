/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * mgre: multipoint GRE with an NBMA cache in the kernel.
 *
 * The only header that user space shares with the module. The generic netlink
 * part is described by Documentation/netlink/specs/mgre.yaml.
 *
 * Addresses are 4 (IPv4) or 16 (IPv6) bytes in network byte order; their
 * length tells the family. Every other number is in host byte order.
 */
#ifndef _UAPI_LINUX_MGRE_H
#define _UAPI_LINUX_MGRE_H

#include <linux/types.h>

/* GRE protocol type of an NHRP packet (RFC 2332, section 5.1). */
#define MGRE_PROTOCOL_NHRP	0x2001

/* Link attributes of "ip link ... type mgre", in IFLA_INFO_DATA. */
enum {
	IFLA_MGRE_UNSPEC,
	IFLA_MGRE_LOCAL,	/* address, 0.0.0.0: follow the one of LINK */
	IFLA_MGRE_LINK,		/* u32, ifindex of the underlay, 0: none */
	IFLA_MGRE_KEY,		/* u32 */
	IFLA_MGRE_TTL,		/* u8, 0: inherit */
	IFLA_MGRE_TOS,		/* u8, 1: inherit */
	IFLA_MGRE_PMTUDISC,	/* u8, 0 or 1 */
	IFLA_MGRE_FWMARK,	/* u32 */
	IFLA_MGRE_REMOTE,	/* address, 0.0.0.0: multipoint */
	IFLA_MGRE_REDIRECT,	/* u32, seconds between two, 0: off */
	IFLA_MGRE_MAX_ENTRIES,	/* u32, mappings, and as many peers */
	IFLA_MGRE_ACCEPT_UNKNOWN, /* u8, 1: data from unknown NBMA addresses */
	IFLA_MGRE_PROTECT,	/* u8, enum mgre_protect */
	__IFLA_MGRE_MAX
};
#define IFLA_MGRE_MAX	(__IFLA_MGRE_MAX - 1)

enum mgre_protect {
	MGRE_PROTECT_NONE,	/* GRE is sent and accepted with or without IPsec */
	MGRE_PROTECT_REQUIRE,	/* only under ESP, in both directions */
};

#define MGRE_FAMILY_NAME	"mgre"
#define MGRE_FAMILY_VERSION	1
#define MGRE_MCGRP_EVENTS	"events"

/* Longest MGRE_A_MAP_COOKIE. */
#define MGRE_COOKIE_MAX		64

enum mgre_peer_state {
	MGRE_PEER_STATE_DOWN,
	MGRE_PEER_STATE_UP,
};

enum mgre_peer_flags {
	MGRE_PEER_FLAGS_MULTICAST = 1,	/* gets a copy of each multicast */
	MGRE_PEER_FLAGS_FALLBACK = 2,	/* carries what is unresolved */
	MGRE_PEER_FLAGS_TRANSIENT = 4,	/* goes with its last mapping */
};

/*
 * One end of the underlay, known by its address and the interface identifier
 * of its security associations: ends behind one address differ by that.
 */
enum {
	MGRE_A_ENDPOINT_UNSPEC,
	MGRE_A_ENDPOINT_NBMA,		/* address */
	MGRE_A_ENDPOINT_PORT,		/* u16, UDP port of ESP; only told */
	MGRE_A_ENDPOINT_IF_ID,		/* u32, of its security associations */
	__MGRE_A_ENDPOINT_MAX
};
#define MGRE_A_ENDPOINT_MAX	(__MGRE_A_ENDPOINT_MAX - 1)

enum {
	MGRE_A_DEV_UNSPEC,
	MGRE_A_DEV_LOCAL,		/* address in use, absent: none yet */
	MGRE_A_DEV_LINK,		/* u32, ifindex, absent: none */
	MGRE_A_DEV_KEY,			/* u32, absent: no key */
	MGRE_A_DEV_MTU,			/* u32 */
	MGRE_A_DEV_PEERS,		/* u32 */
	MGRE_A_DEV_MAPPINGS,		/* u32 */
	MGRE_A_DEV_OWNER,		/* u32, netlink port, absent: none */
	MGRE_A_DEV_PROTECT,		/* u32, enum mgre_protect */
	__MGRE_A_DEV_MAX
};
#define MGRE_A_DEV_MAX		(__MGRE_A_DEV_MAX - 1)

enum {
	MGRE_A_PEER_UNSPEC,
	MGRE_A_PEER_ENDPOINT,		/* nest */
	MGRE_A_PEER_FLAGS,		/* bitfield32, enum mgre_peer_flags */
	MGRE_A_PEER_STATE,		/* u32, enum mgre_peer_state */
	MGRE_A_PEER_MARK,		/* u32, 0: that of the device */
	MGRE_A_PEER_PRIORITY,		/* u32, skb priority, 0: as it came */
	MGRE_A_PEER_MTU,		/* u32, of the path to it, inside GRE */
	MGRE_A_PEER_HEADER,		/* binary, outer IP and GRE header */
	MGRE_A_PEER_MAPPINGS,		/* u32 */
	MGRE_A_PEER_TX_PACKETS,		/* u64 */
	MGRE_A_PEER_TX_BYTES,		/* u64 */
	MGRE_A_PEER_RX_PACKETS,		/* u64 */
	MGRE_A_PEER_RX_BYTES,		/* u64 */
	MGRE_A_PEER_PAD,
	MGRE_A_PEER_WANTED,		/* u32, the state set, if it is not in force */
	MGRE_A_PEER_PROTECTED,		/* flag, packets leave under ESP */
	MGRE_A_PEER_SPI,		/* u32, of the SA they leave under */
	__MGRE_A_PEER_MAX
};
#define MGRE_A_PEER_MAX		(__MGRE_A_PEER_MAX - 1)

enum {
	MGRE_A_MAP_UNSPEC,
	MGRE_A_MAP_PROTOCOL,		/* address: the next hop mapped */
	MGRE_A_MAP_ENDPOINT,		/* nest: the peer it leads to */
	MGRE_A_MAP_HOLD,		/* u32, seconds, absent: for ever */
	MGRE_A_MAP_COOKIE,		/* binary, as its owner set it */
	MGRE_A_MAP_CREATED,		/* u64, ms ago */
	MGRE_A_MAP_EXPIRES,		/* u64, ms from now, absent: never */
	MGRE_A_MAP_USED,		/* u64, ms ago, absent: not yet */
	MGRE_A_MAP_PAD,
	__MGRE_A_MAP_MAX
};
#define MGRE_A_MAP_MAX		(__MGRE_A_MAP_MAX - 1)

enum {
	MGRE_A_PACKET_UNSPEC,
	MGRE_A_PACKET_ENDPOINT,		/* nest: where it is from or goes */
	MGRE_A_PACKET_LOCAL,		/* address: outer destination */
	MGRE_A_PACKET_INGRESS,		/* u32, ifindex in the underlay */
	MGRE_A_PACKET_SPI,		/* u32, of the SA it came through */
	MGRE_A_PACKET_REQID,		/* u32, of the SA it came through */
	MGRE_A_PACKET_DATA,		/* binary, from behind the GRE header */
	__MGRE_A_PACKET_MAX
};
#define MGRE_A_PACKET_MAX	(__MGRE_A_PACKET_MAX - 1)

enum {
	MGRE_A_UNSPEC,
	MGRE_A_IFINDEX,			/* u32, the mgre device */
	MGRE_A_DEV,			/* nest */
	MGRE_A_PEER,			/* nest */
	MGRE_A_MAP,			/* nest */
	MGRE_A_PACKET,			/* nest */
	MGRE_A_LOST,			/* u64, upcalls that found no room */
	MGRE_A_PAD,
	__MGRE_A_MAX
};
#define MGRE_A_MAX		(__MGRE_A_MAX - 1)

enum {
	MGRE_CMD_UNSPEC,
	MGRE_CMD_DEV_GET,
	MGRE_CMD_DEV_BIND,		/* this socket owns the device */
	MGRE_CMD_DEV_UNBIND,
	MGRE_CMD_PEER_SET,
	MGRE_CMD_PEER_DEL,		/* with its mappings */
	MGRE_CMD_PEER_GET,
	MGRE_CMD_MAP_SET,
	MGRE_CMD_MAP_DEL,
	MGRE_CMD_MAP_GET,
	MGRE_CMD_MAP_FLUSH,
	MGRE_CMD_PACKET,		/* NHRP: out, or in to the owner */

	/* Events, to the multicast group. */
	MGRE_CMD_MISS,
	MGRE_CMD_REDIRECT,
	MGRE_CMD_MAP_EXPIRED,
	MGRE_CMD_MAP_REFRESH,		/* used and about to expire */
	MGRE_CMD_PEER_STATE,
	MGRE_CMD_DEV_CHANGE,
	MGRE_CMD_OVERRUN,
	MGRE_CMD_UNKNOWN_PEER,		/* data from an endpoint without peer */
	__MGRE_CMD_MAX
};
#define MGRE_CMD_MAX		(__MGRE_CMD_MAX - 1)

#endif /* _UAPI_LINUX_MGRE_H */
