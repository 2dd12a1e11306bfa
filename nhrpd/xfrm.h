/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Security associations and policies of the kernel (linux/xfrm.h): ESP in
 * transport mode between two NBMA addresses, each pair by its own if_id.
 */
#ifndef NHRPD_XFRM_H
#define NHRPD_XFRM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "packet/address.h"

struct xfrm;

/** enum xfrm_algorithm - AEAD of an SA; the salt is part of its key */
enum xfrm_algorithm {
	XFRM_AES_256_GCM,		/* rfc4106(gcm(aes)): 32 + 4 bytes */
	XFRM_CHACHA20_POLY1305,		/* rfc7539esp(...): 32 + 4 bytes */
};

#define XFRM_KEY_SIZE 36

/**
 * struct xfrm_sa - a security association
 * @source, @destination: outer addresses
 * @spi: host byte order
 * @if_id: of the session; also its reqid
 * @algorithm: enum xfrm_algorithm
 * @key: key and salt; wiped from every copy that xfrm.c makes
 * @source_port, @destination_port: UDP ports of ESP in UDP, 0: plain ESP
 * @replay_window: packets, a multiple of 32; ESN is always on
 * @soft_packets: tell us when so many were sent or received, 0: never
 * @hard_packets: the kernel removes the SA then, 0: never
 * @hard_seconds: the kernel removes the SA so long after it was made, 0: never
 */
struct xfrm_sa {
	struct nhrp_address source;
	struct nhrp_address destination;
	uint32_t spi;
	uint32_t if_id;
	enum xfrm_algorithm algorithm;
	uint8_t key[XFRM_KEY_SIZE];
	uint16_t source_port;
	uint16_t destination_port;
	uint32_t replay_window;
	uint64_t soft_packets;
	uint64_t hard_packets;
	uint32_t hard_seconds;
};

/** struct xfrm_sa_id - what the kernel finds an SA by */
struct xfrm_sa_id {
	struct nhrp_address source;
	struct nhrp_address destination;
	uint32_t spi;
	uint32_t if_id;
};

/** struct xfrm_usage - what went through an SA */
struct xfrm_usage {
	uint64_t bytes;
	uint64_t packets;
};

/**
 * struct xfrm_events - who hears what the kernel says
 *
 * Only SAs with an if_id are told. @expired: soft: renew it; hard: it is gone.
 * @deleted: gone, also by our own hand. @flushed: all are gone. @moved: an
 * inbound SA in UDP receives from another address or port. @acquire: a packet
 * found a policy of ours but no SA. @unpoliced: outbound policies of @if_id are
 * gone, of 0: all, also by our own hand. @lost: messages were dropped.
 */
struct xfrm_events {
	void (*expired)(void *context, const struct xfrm_sa_id *id, bool hard);
	void (*deleted)(void *context, const struct xfrm_sa_id *id);
	void (*flushed)(void *context);
	void (*moved)(void *context, const struct xfrm_sa_id *id,
		      const struct nhrp_address *source, uint16_t port);
	void (*acquire)(void *context, uint32_t if_id);
	void (*unpoliced)(void *context, uint32_t if_id);
	void (*lost)(void *context);
};

/**
 * xfrm_open - open the sockets
 * @events: callbacks, which outlive the result; each may be NULL
 *
 * Return: it, or NULL after the reason was logged.
 */
struct xfrm *xfrm_open(uv_loop_t *loop, const struct xfrm_events *events,
		       void *context);

/** xfrm_close - close the sockets; NULL is allowed */
void xfrm_close(struct xfrm *xfrm);

/** xfrm_error - the kernel's words for the last refusal */
const char *xfrm_error(const struct xfrm *xfrm);

/** xfrm_sa_add - 0 or -errno: -EEXIST if the SPI is taken */
int xfrm_sa_add(struct xfrm *xfrm, const struct xfrm_sa *sa);

/** xfrm_sa_delete - 0 or -errno: -ESRCH if there is none */
int xfrm_sa_delete(struct xfrm *xfrm, const struct nhrp_address *destination,
		   uint32_t spi);

/** xfrm_sa_usage - 0 or -errno */
int xfrm_sa_usage(struct xfrm *xfrm, const struct nhrp_address *destination,
		  uint32_t spi, struct xfrm_usage *usage);

/** xfrm_sa_set_ports - the UDP ports of an SA have changed: 0 or -errno */
int xfrm_sa_set_ports(struct xfrm *xfrm, const struct xfrm_sa_id *id,
		      uint16_t source_port, uint16_t destination_port);

/** xfrm_sa_dump - call @each for every ESP SA with an if_id: 0 or -errno */
int xfrm_sa_dump(struct xfrm *xfrm,
		 void (*each)(const struct xfrm_sa_id *id, void *context),
		 void *context);

/**
 * xfrm_policy_set - GRE from @source to @destination of @if_id needs ESP
 *
 * Outbound only: what comes in is judged by the module. Made, or kept if it is
 * there. Return: 0 or -errno.
 */
int xfrm_policy_set(struct xfrm *xfrm, const struct nhrp_address *source,
		    const struct nhrp_address *destination, uint32_t if_id);

/** xfrm_policy_delete - 0 or -errno: -ENOENT if there is none */
int xfrm_policy_delete(struct xfrm *xfrm, const struct nhrp_address *source,
		       const struct nhrp_address *destination,
		       uint32_t if_id);

#endif /* NHRPD_XFRM_H */
