/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the XFRM client share.
 */
#ifndef NHRPD_XFRM_PRIVATE_H
#define NHRPD_XFRM_PRIVATE_H

#include <linux/xfrm.h>

#include "netlink.h"
#include "xfrm.h"

struct xfrm {
	const struct xfrm_events *events;
	void *context;
	struct netlink_request request;
	struct netlink_listener notices;
};

/**
 * struct xfrm_found - an SA as the kernel tells of it, without its key
 * @id: what it is found by
 * @info: its fixed part
 * @algorithm: name of its AEAD, empty: it has none
 * @encapsulated: ESP in UDP
 * @replay_window: of its ESN, 0: it has none
 */
struct xfrm_found {
	struct xfrm_sa_id id;
	struct xfrm_usersa_info info;
	char algorithm[64];
	bool encapsulated;
	uint32_t replay_window;
};

/** xfrm_put_address - into the kernel's form */
void xfrm_put_address(xfrm_address_t *to, const struct nhrp_address *from);

/** xfrm_get_address - from the kernel's form; false: an unknown family */
bool xfrm_get_address(struct nhrp_address *to, const xfrm_address_t *from,
		      uint16_t family);

/** xfrm_parse - attributes after a fixed part of @length; false: malformed */
bool xfrm_parse(struct nlmsghdr *header, size_t length, struct nlattr **tb);

/** xfrm_if_id - of a message, 0: it has none */
uint32_t xfrm_if_id(struct nlattr **tb);

/**
 * xfrm_get_id - what an SA is found by
 *
 * Return: false unless it is ESP with an SPI and an if_id: one that may be
 * ours, and none that only waits for keys.
 */
bool xfrm_get_id(struct xfrm_sa_id *id, const struct xfrm_usersa_info *info,
		 struct nlattr **tb);

/** xfrm_find - ask for one SA with an if_id: 0 or -errno */
int xfrm_find(struct xfrm *xfrm, const struct nhrp_address *destination,
	      uint32_t spi, struct xfrm_found *found);

/** xfrm_message - hear what the kernel says; @context is the xfrm */
void xfrm_message(struct nlmsghdr *header, void *context);

#endif /* NHRPD_XFRM_PRIVATE_H */
