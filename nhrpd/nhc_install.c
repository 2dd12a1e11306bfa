// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A next hop server in the kernel: a kept peer and a permanent mapping.
 */
#include "nhc_install.h"

#include "cache.h"
#include "interface.h"
#include "nhc.h"
#include "peer.h"
#include "session.h"
#include "settings.h"

static void nhc_map(const struct nhc *nhc, const struct cache_binding *binding)
{
	struct interface *interface = nhc->interface;
	struct cache_entry *entry = cache_find(interface, &nhc->protocol);
	struct endpoint before = binding->endpoint;

	if (entry && entry->binding.type == CACHE_NHS) {
		before = entry->binding.endpoint;
		if (endpoint_equal(&before, &binding->endpoint) &&
		    nhrp_address_equal(&entry->binding.claimed,
				       &binding->claimed))
			return;
	}
	/* An nhrpd before us may have left it elsewhere. */
	if (!cache_set(interface, binding, &entry) &&
	    !endpoint_equal(&before, &binding->endpoint))
		settings_release_peer(interface, &before);
}

void nhc_install(struct nhc *nhc)
{
	struct interface *interface = nhc->interface;
	struct cache_binding binding = {
		.protocol = nhc->protocol,
		.endpoint = nhc_endpoint(nhc),
		.claimed = nhc->claimed.length ? nhc->claimed : nhc->nbma,
		.type = CACHE_NHS,
		.prefix_length = nhrp_address_bits(&nhc->protocol),
	};

	if (!interface->bound)
		return;
	if (!nhc->installed) {
		nhc->installed = true;
		nhc->installed = settings_peer(interface, &binding.endpoint);
	}
	if (nhc->installed && nhc->protocol.length)
		nhc_map(nhc, &binding);
}

void nhc_uninstall_mapping(struct nhc *nhc)
{
	struct endpoint server = nhc_endpoint(nhc);
	struct cache_entry *entry;

	if (!nhc->protocol.length || !nhc->interface->bound)
		return;
	entry = cache_find(nhc->interface, &nhc->protocol);
	if (entry && entry->binding.type == CACHE_NHS &&
	    endpoint_equal(&entry->binding.endpoint, &server))
		cache_delete(entry, "next hop server left");
}

void nhc_release_session(struct nhc *nhc)
{
	struct session *session = nhc->session;

	nhc->session = NULL;
	if (session)
		session_release(session);
}

void nhc_uninstall(struct nhc *nhc)
{
	struct endpoint server = nhc_endpoint(nhc);

	if (nhc->installed) {
		nhc->installed = false;
		nhc_uninstall_mapping(nhc);
		if (nhc->interface->bound)
			settings_release_peer(nhc->interface, &server);
	}
	nhc_release_session(nhc);
}

static bool nhc_any_registered(const struct interface *interface)
{
	const struct nhc *nhc;

	for (nhc = interface->nhcs; nhc; nhc = nhc->next)
		if (nhc->state == NHC_REGISTERED)
			return true;
	return false;
}

void nhc_install_fallback(struct interface *interface)
{
	bool any = nhc_any_registered(interface);
	struct endpoint server;
	struct peer *peer;
	struct nhc *nhc;

	for (nhc = interface->nhcs; nhc; nhc = nhc->next) {
		server = nhc_endpoint(nhc);
		peer = nhc->installed ? peer_find(interface, &server) : NULL;
		if (peer)
			peer_set_state(peer,
				       nhc->state == NHC_REGISTERED || !any);
	}
}
