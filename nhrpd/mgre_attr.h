/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes of the module mgre, to and from plain structures.
 */
#ifndef NHRPD_MGRE_ATTR_H
#define NHRPD_MGRE_ATTR_H

#include <netlink/msg.h>
#include <stdbool.h>

#include "mgre.h"

/**
 * mgre_attr_parse - split a message of the family
 * @attributes: MGRE_A_MAX + 1 of them
 * @ifindex: the device it is about
 *
 * Return: false if the message is malformed or names no device.
 */
bool mgre_attr_parse(struct nlmsghdr *header, struct nlattr **attributes,
		     unsigned int *ifindex);

/* These read a nest; false if it is absent or lacks what it must have. */
bool mgre_attr_packet(struct nlattr *nest, struct mgre_packet *packet);
bool mgre_attr_map(struct nlattr *nest, struct mgre_map *map);
bool mgre_attr_peer(struct nlattr *nest, struct mgre_peer *peer);
bool mgre_attr_device(struct nlattr *nest, struct mgre_device *device);

/* These append a nest of a type; false if the message has no room. */
bool mgre_attr_put_endpoint(struct nl_msg *message, int type,
			    const struct endpoint *endpoint);
bool mgre_attr_put_map(struct nl_msg *message, int type,
		       const struct mgre_map *map);
bool mgre_attr_put_packet(struct nl_msg *message, int type,
			  const struct mgre_packet *packet);

#endif /* NHRPD_MGRE_ATTR_H */
