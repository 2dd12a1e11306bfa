// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A next hop server in the kernel: a kept peer and a permanent mapping.
 */
#include "nhc_install.h"

#include "cache.h"
#include "interface.h"
#include "nhc.h"
#include "peer.h"
#include "settings.h"

void nhc_install(struct nhc *nhc)
{
	struct interface *interface = nhc->interface;
	struct cache_binding binding = {
		.protocol = nhc->protocol,
		.nbma = nhc->nbma,
		.claimed = nhc->claimed.length ? nhc->claimed : nhc->nbma,
		.type = CACHE_NHS,
		.prefix_length = nhrp_address_bits(&nhc->protocol),
	};
	struct cache_entry *entry;

	if (!interface->bound)
		return;
	if (!nhc->installed) {
		nhc->installed = true;
		nhc->installed = settings_peer(interface, &nhc->nbma);
	}
	if (!nhc->installed || !nhc->protocol.length)
		return;
	entry = cache_find(interface, &nhc->protocol);
	if (!entry || entry->binding.type != CACHE_NHS ||
	    !nhrp_address_equal(&entry->binding.nbma, &binding.nbma) ||
	    !nhrp_address_equal(&entry->binding.claimed, &binding.claimed))
		cache_set(interface, &binding, &entry);
}

void nhc_uninstall_mapping(struct nhc *nhc)
{
	struct cache_entry *entry;

	if (!nhc->protocol.length || !nhc->interface->bound)
		return;
	entry = cache_find(nhc->interface, &nhc->protocol);
	if (entry && entry->binding.type == CACHE_NHS &&
	    nhrp_address_equal(&entry->binding.nbma, &nhc->nbma))
		cache_delete(entry, "next hop server left");
}

void nhc_uninstall(struct nhc *nhc)
{
	struct nhrp_address nbma = nhc->nbma;

	if (!nhc->installed)
		return;
	nhc->installed = false;
	nhc_uninstall_mapping(nhc);
	if (nhc->interface->bound)
		settings_release_peer(nhc->interface, &nbma);
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
	struct peer *peer;
	struct nhc *nhc;

	for (nhc = interface->nhcs; nhc; nhc = nhc->next) {
		peer = nhc->installed ? peer_find(interface, &nhc->nbma) :
					NULL;
		if (peer)
			peer_set_state(peer,
				       nhc->state == NHC_REGISTERED || !any);
	}
}
