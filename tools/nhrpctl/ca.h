/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The authority of a network, kept in ca.key and ca.crt of the current folder.
 * All are local commands, see grammar.h.
 */
#ifndef NHRPCTL_CA_H
#define NHRPCTL_CA_H

#include <json-c/json.h>

#define CA_KEY "ca.key"
#define CA_CERTIFICATE "ca.crt"

/** ca_init() - "ca init": make an authority. */
int ca_init(int argc, char *const *argv, struct json_object **answer);

/** ca_sign() - "ca sign": make a certificate for a node. */
int ca_sign(int argc, char *const *argv, struct json_object **answer);

/** ca_show() - "ca show": what is in a certificate, and whether it is good. */
int ca_show(int argc, char *const *argv, struct json_object **answer);

#endif /* NHRPCTL_CA_H */
