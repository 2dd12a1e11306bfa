/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The module mgre through generic netlink (linux/mgre.h): plain structures on
 * this side, attributes on the other.
 */
#ifndef NHRPD_MGRE_H
#define NHRPD_MGRE_H

#include <linux/mgre.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "endpoint.h"
#include "packet/address.h"

struct mgre;

/**
 * struct mgre_map - a mapping, as MGRE_A_MAP_*
 * @protocol: the next hop
 * @endpoint: the peer it leads to
 * @hold: seconds to live, 0: for ever
 * @cookie: bytes for the next nhrpd, @cookie_length of them
 * @created: ms ago; read only, as are the others
 * @expires: ms from now, 0: never
 * @used: ms ago, UINT64_MAX: not yet
 */
struct mgre_map {
	struct nhrp_address protocol;
	struct endpoint endpoint;
	uint32_t hold;
	uint8_t cookie[MGRE_COOKIE_MAX];
	uint8_t cookie_length;
	uint64_t created;
	uint64_t expires;
	uint64_t used;
};

/**
 * struct mgre_peer - a peer, as MGRE_A_PEER_*
 * @endpoint: the key
 * @port: UDP port of its ESP, 0: none
 * @flags: enum mgre_peer_flags
 * @up: whether data is sent through it
 * @wanted: whether it is to be, if there are keys
 */
struct mgre_peer {
	struct endpoint endpoint;
	uint16_t port;
	uint32_t flags;
	bool up;
	bool wanted;
};

/**
 * struct mgre_packet - an NHRP packet, as MGRE_A_PACKET_*
 * @endpoint: where it is from or goes
 * @spi: of the SA that it came through, 0: none
 * @local: outer destination of a packet received
 * @data: from behind the GRE header, @length bytes; borrowed
 */
struct mgre_packet {
	struct endpoint endpoint;
	uint32_t spi;
	struct nhrp_address local;
	const uint8_t *data;
	size_t length;
};

/**
 * struct mgre_device - a device, as MGRE_A_DEV_*
 * @local: own NBMA address in use, empty: none yet
 * @owner: netlink port of who bound it, 0: nobody
 */
struct mgre_device {
	struct nhrp_address local;
	uint32_t owner;
};

/**
 * struct mgre_events - who hears what the module says
 *
 * Pointers are valid during the call. @lost: events were dropped, so what is
 * known must be compared with a dump. @bind_failed: the device is not ours.
 */
struct mgre_events {
	void (*packet)(void *context, unsigned int ifindex,
		       const struct mgre_packet *packet);
	void (*miss)(void *context, unsigned int ifindex,
		     const struct nhrp_address *protocol);
	void (*redirect)(void *context, unsigned int ifindex,
			 const uint8_t *data, size_t length);
	void (*map_expired)(void *context, unsigned int ifindex,
			    const struct mgre_map *map);
	void (*map_refresh)(void *context, unsigned int ifindex,
			    const struct mgre_map *map);
	void (*peer_state)(void *context, unsigned int ifindex,
			   const struct mgre_peer *peer);
	void (*unknown_peer)(void *context, unsigned int ifindex,
			     const struct endpoint *endpoint);
	void (*device)(void *context, unsigned int ifindex,
		       const struct mgre_device *device);
	void (*overrun)(void *context, unsigned int ifindex, uint64_t lost);
	void (*bind_failed)(void *context, unsigned int ifindex, int error,
			    const char *reason);
	void (*lost)(void *context);
};

/**
 * mgre_open - find the family and open its sockets
 * @events: callbacks, which outlive the result
 *
 * The module need not be loaded: autoloading is asked for, and mgre_ready()
 * tried again with each device that appears. Return: it, or NULL after the
 * reason was logged.
 */
struct mgre *mgre_open(uv_loop_t *loop, const struct mgre_events *events,
		       void *context);

/** mgre_close - close the sockets; devices are unbound by that, no more */
void mgre_close(struct mgre *mgre);

/** mgre_ready - whether the module is there, after trying to reach it */
bool mgre_ready(struct mgre *mgre);

/** mgre_port - netlink port that owns our devices */
uint32_t mgre_port(const struct mgre *mgre);

/** mgre_error - the kernel's words for the last refusal */
const char *mgre_error(const struct mgre *mgre);

/**
 * mgre_bind - ask for the NHRP packets of a device
 *
 * A refusal comes by events.bind_failed. Return: 0 or -errno of sending.
 */
int mgre_bind(struct mgre *mgre, unsigned int ifindex);

/** mgre_unbind - give the device back: 0 or -errno */
int mgre_unbind(struct mgre *mgre, unsigned int ifindex);

/** mgre_device_get - ask about a device: 0 or -errno */
int mgre_device_get(struct mgre *mgre, unsigned int ifindex,
		    struct mgre_device *device);

/**
 * struct mgre_peer_change - what is to become of a peer
 * @create: make it if there is none
 * @flags, @selector: enum mgre_peer_flags: values of those in @selector
 * @has_state: @up counts
 * @up: whether data is sent through it
 */
struct mgre_peer_change {
	bool create;
	uint32_t flags;
	uint32_t selector;
	bool has_state;
	bool up;
};

/** mgre_peer_set - make or change a peer: 0 or -errno */
int mgre_peer_set(struct mgre *mgre, unsigned int ifindex,
		  const struct endpoint *endpoint,
		  const struct mgre_peer_change *change);

/** mgre_peer_delete - with its mappings: 0 or -errno */
int mgre_peer_delete(struct mgre *mgre, unsigned int ifindex,
		     const struct endpoint *endpoint);

/** mgre_peer_dump - call @each for every peer of a device: 0 or -errno */
int mgre_peer_dump(struct mgre *mgre, unsigned int ifindex,
		   void (*each)(const struct mgre_peer *peer, void *context),
		   void *context);

/** mgre_map_set - make, move or refresh a mapping: 0 or -errno */
int mgre_map_set(struct mgre *mgre, unsigned int ifindex,
		 const struct mgre_map *map);

/** mgre_map_delete - 0 or -errno */
int mgre_map_delete(struct mgre *mgre, unsigned int ifindex,
		    const struct nhrp_address *protocol);

/** mgre_map_get - ask about one mapping: 0 or -errno */
int mgre_map_get(struct mgre *mgre, unsigned int ifindex,
		 const struct nhrp_address *protocol, struct mgre_map *map);

/** mgre_map_dump - call @each for every mapping of a device: 0 or -errno */
int mgre_map_dump(struct mgre *mgre, unsigned int ifindex,
		  void (*each)(const struct mgre_map *map, void *context),
		  void *context);

/**
 * mgre_send - send an NHRP packet to a peer or any other NBMA address
 *
 * Collected, and sent with others before the loop waits again. Refusals are
 * logged. Return: 0 or -errno.
 */
int mgre_send(struct mgre *mgre, unsigned int ifindex,
	      const struct mgre_packet *packet);

/** mgre_flush - send what was collected now, while there are keys for it */
void mgre_flush(struct mgre *mgre);

#endif /* NHRPD_MGRE_H */
