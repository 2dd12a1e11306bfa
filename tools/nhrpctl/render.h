/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's answers as text, in the column layout of Cisco IOS, for eyes
 * and for the screen scrapers that know that layout.
 *
 * @data is what the daemon sent as "data". What it holds is described in
 * nhrpctl(8), section JSON; a field that is absent shows as nothing.
 */
#ifndef NHRPCTL_RENDER_H
#define NHRPCTL_RENDER_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>

/**
 * render_cache() - "show ip nhrp" and "show ip nhrp shortcut": four lines a
 * cache entry or shortcut.
 */
void render_cache(FILE *out, const struct json_object *data);

/** render_cache_brief() - "show ip nhrp brief": a line a cache entry. */
void render_cache_brief(FILE *out, const struct json_object *data);

/** render_nhs() - "show ip nhrp nhs": a line a next hop server. */
void render_nhs(FILE *out, const struct json_object *data);

/** render_nhs_detail() - "show ip nhrp nhs detail": with its packets. */
void render_nhs_detail(FILE *out, const struct json_object *data);

/** render_server() - the line of one next hop server. */
void render_server(FILE *out, const struct json_object *nhs, bool detail);

/** render_traffic() - "show ip nhrp traffic": packets by type. */
void render_traffic(FILE *out, const struct json_object *data);

/** render_dmvpn() - "show dmvpn": a table of peers an interface. */
void render_dmvpn(FILE *out, const struct json_object *data);

/** render_dmvpn_detail() - "show dmvpn detail". */
void render_dmvpn_detail(FILE *out, const struct json_object *data);

/** render_crypto() - "show crypto": sessions and their keys' ages. */
void render_crypto(FILE *out, const struct json_object *data);

/** render_event() - one line for one object of "monitor". */
void render_event(FILE *out, const struct json_object *data);

/** render_certificate() - "ca show": a line for each thing it says. */
void render_certificate(FILE *out, const struct json_object *data);

/** render_key() - "key generate" and "key psk": a public key, or a file name */
void render_key(FILE *out, const struct json_object *data);

#endif /* NHRPCTL_RENDER_H */
