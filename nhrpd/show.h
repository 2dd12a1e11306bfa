/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's state as JSON, for the control socket. The names in it are an
 * interface: nhrpctl(8), section JSON, has them all. Where FRR has a name for
 * the same thing, it is FRR's.
 *
 * Times are whole seconds: "created", "used" and the like ago, "expires" from
 * now, null for never.
 */
#ifndef NHRPD_SHOW_H
#define NHRPD_SHOW_H

#include <json-c/json.h>

struct cache_entry;
struct daemon;
struct nhc;
struct nhrp_address;
struct peer;
struct resolution;
struct session;
struct shortcut;

enum show_family {
	SHOW_BOTH,
	SHOW_IPV4,
	SHOW_IPV6,
};

/** show_cache - array: mappings, questions and refusals */
struct json_object *show_cache(struct daemon *daemon, enum show_family family);

/** show_shortcut - array: shortcut routes */
struct json_object *show_shortcut(struct daemon *daemon,
				  enum show_family family);

/** show_nhrp - array: what IOS calls the NHRP cache, both of the above */
struct json_object *show_nhrp(struct daemon *daemon, enum show_family family);

/** show_nhs - array: next hop servers that we register with */
struct json_object *show_nhs(struct daemon *daemon, enum show_family family);

/** show_dmvpn - array: interfaces with their servers and peers */
struct json_object *show_dmvpn(struct daemon *daemon, enum show_family family);

/** show_traffic - array: interfaces with their counters */
struct json_object *show_traffic(struct daemon *daemon);

/** show_crypto - array: sessions, without any key */
struct json_object *show_crypto(struct daemon *daemon);

/** show_session - object: one session */
struct json_object *show_session(const struct session *session);

/** show_cache_entry - object: one mapping */
struct json_object *show_cache_entry(const struct cache_entry *entry);

/** show_resolution - object: one question or refusal */
struct json_object *show_resolution(const struct resolution *resolution);

/** show_shortcut_entry - object: one shortcut route */
struct json_object *show_shortcut_entry(const struct shortcut *shortcut);

/** show_nhc - object: one next hop server */
struct json_object *show_nhc(const struct nhc *nhc);

/** show_address - string, or null if @address is empty */
struct json_object *show_address(const struct nhrp_address *address);

/** show_compare_addresses - order by family, then by bytes */
int show_compare_addresses(const struct nhrp_address *a,
			   const struct nhrp_address *b);

#endif /* NHRPD_SHOW_H */
