/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The module's messages as objects to print. */
#ifndef MGRECTL_DECODE_H
#define MGRECTL_DECODE_H

#include <json-c/json.h>
#include <netlink/attr.h>

/* Add what a message says; an absent attribute adds nothing. */
void decode_ifindex(struct json_object *o, struct nlattr *ifindex);
void decode_dev(struct json_object *o, struct nlattr *dev);
void decode_peer(struct json_object *o, struct nlattr *peer);
void decode_map(struct json_object *o, struct nlattr *map);
void decode_packet(struct json_object *o, struct nlattr *packet);
void decode_lost(struct json_object *o, struct nlattr *lost);

#endif /* MGRECTL_DECODE_H */
