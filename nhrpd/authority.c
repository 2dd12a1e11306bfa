// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Authority: what a node may say in NHRP, by the certificate of its session.
 */
#include "authority.h"

#include <stdio.h>
#include <string.h>

#include "cache.h"
#include "config.h"
#include "daemon.h"
#include "identity/certificate.h"
#include "interface.h"
#include "log.h"
#include "nhc.h"
#include "peer.h"
#include "receive.h"
#include "resolve.h"
#include "session.h"
#include "shortcut.h"

#define AUTHORITY_WORDS (SESSION_NAME_MAX + NHRP_PREFIX_TEXT + 40)

static void authority_words(const struct session *session,
			    const struct nhrp_prefix *prefix,
			    char words[AUTHORITY_WORDS])
{
	char text[NHRP_PREFIX_TEXT];

	snprintf(words, AUTHORITY_WORDS, "certificate of %s does not cover %s",
		 session->name[0] ? session->name : "?",
		 nhrp_prefix_format(prefix, text));
}

/* ---- what is said now ---- */

enum authority authority_of(const struct interface *interface,
			    const struct endpoint *endpoint,
			    const struct nhrp_prefix *prefix)
{
	const struct session *session;

	if (!interface_is_protected(interface))
		return AUTHORITY_COVERED;
	session = session_find(interface, endpoint->if_id);
	if (!session || session->state != SESSION_UP)
		return AUTHORITY_UNPROVEN;
	return session_covers(session, prefix) ? AUTHORITY_COVERED :
						 AUTHORITY_REFUSED;
}

enum authority authority_of_host(const struct interface *interface,
				 const struct endpoint *endpoint,
				 const struct nhrp_address *address)
{
	struct nhrp_prefix prefix;

	nhrp_prefix_host(address, &prefix);
	return authority_of(interface, endpoint, &prefix);
}

bool authority_is_certified(const struct interface *interface,
			    const struct endpoint *endpoint,
			    const struct nhrp_address *address)
{
	const struct session *session = session_find(interface,
						     endpoint->if_id);

	return session && session->certificate &&
	       authority_of_host(interface, endpoint, address) ==
	       AUTHORITY_COVERED;
}

void authority_refuse(const struct received *received,
		      const struct endpoint *endpoint,
		      const struct nhrp_prefix *prefix)
{
	const struct session *session = session_find(received->interface,
						     endpoint->if_id);
	char words[AUTHORITY_WORDS];

	authority_words(session, prefix, words);
	receive_drop(received, TRAFFIC_DROP_AUTHORITY, words);
}

void authority_refuse_host(const struct received *received,
			   const struct endpoint *endpoint,
			   const struct nhrp_address *address)
{
	struct nhrp_prefix prefix;

	nhrp_prefix_host(address, &prefix);
	authority_refuse(received, endpoint, &prefix);
}

bool authority_is_server(const struct interface *interface,
			 const struct endpoint *endpoint)
{
	const struct peer *peer = peer_find(interface, endpoint);
	const struct nhc *nhc;

	if (!interface_is_protected(interface))
		return peer && peer->kept;
	for (nhc = interface->nhcs; nhc; nhc = nhc->next)
		if (nhc->session && nhc->session->if_id == endpoint->if_id)
			return true;
	return false;
}

bool authority_same_node(const struct interface *interface,
			 const struct endpoint *old,
			 const struct endpoint *new)
{
	const struct session *before, *now;

	if (endpoint_equal(old, new))
		return true;
	before = session_find(interface, old->if_id);
	now = session_find(interface, new->if_id);
	if (!before || !now)
		return false;
	/* Our own key exchange has asked whether it is there for a while. */
	if (interface->config->protection.kind == CONFIG_PROTECTION_NATIVE &&
	    before->state != SESSION_UP)
		return true;
	if (before->name[0] && now->name[0])
		return !strcmp(before->name, now->name);
	return nhrp_address_equal(&old->nbma, &new->nbma);
}

bool authority_usurps(const struct interface *interface,
		      const struct nhrp_address *protocol,
		      const struct endpoint *endpoint)
{
	const struct cache_entry *entry = cache_find(interface, protocol);

	return entry &&
	       !endpoint_equal(&entry->binding.endpoint, endpoint) &&
	       authority_of_host(interface, endpoint, protocol) ==
	       AUTHORITY_UNPROVEN &&
	       authority_of_host(interface, &entry->binding.endpoint,
				 protocol) == AUTHORITY_COVERED;
}

/* ---- what was said before a session was up ---- */

static bool authority_claims(const struct session *session,
			     const struct nhrp_prefix *prefix)
{
	return !session->certificate ||
	       certificate_covers(session->certificate, prefix);
}

static void authority_note(const struct session *session,
			   const struct nhrp_prefix *prefix, const char *what)
{
	struct interface *interface = session->interface;
	char words[AUTHORITY_WORDS], nbma[NHRP_ADDRESS_TEXT];

	interface->traffic.drops[TRAFFIC_DROP_AUTHORITY]++;
	authority_words(session, prefix, words);
	log_once(&interface->daemon->limit, 4, "%s: %s at %s: %s",
		 interface->name, what,
		 nhrp_address_format(&session->nbma, nbma), words);
}

static bool authority_admit_server(const struct session *session)
{
	const struct nhc *nhc;
	struct nhrp_prefix prefix;

	for (nhc = session->interface->nhcs; nhc; nhc = nhc->next) {
		if (nhc->session != session || !nhc->protocol.length)
			continue;
		nhrp_prefix_host(&nhc->protocol, &prefix);
		if (authority_claims(session, &prefix))
			continue;
		authority_note(session, &prefix, "next hop server refused");
		return false;
	}
	return true;
}

static void authority_withdraw_shortcuts(const struct session *session,
					 struct cache_entry *entry, bool all)
{
	struct interface *interface = session->interface;
	struct shortcut *shortcut, *next;
	struct nhrp_address destination;

	for (shortcut = entry->shortcuts; shortcut; shortcut = next) {
		next = shortcut->next_via;
		if (!all && authority_claims(session, &shortcut->prefix))
			continue;
		authority_note(session, &shortcut->prefix,
			       "shortcut withdrawn");
		destination = shortcut->destination;
		shortcut_delete(shortcut, "not covered by a certificate");
		resolve_refuse(interface, &destination);
	}
}

/* Return: false if it is the configuration that says so. */
static bool authority_admit_entry(const struct session *session,
				  struct cache_entry *entry)
{
	struct interface *interface = session->interface;
	struct nhrp_address protocol = entry->binding.protocol;
	struct nhrp_prefix prefix;
	bool covered;

	nhrp_prefix_host(&protocol, &prefix);
	covered = authority_claims(session, &prefix);
	authority_withdraw_shortcuts(session, entry, !covered);
	if (covered)
		return true;
	if (entry->binding.type == CACHE_STATIC) {
		authority_note(session, &prefix, "static mapping refused");
		return false;
	}
	authority_note(session, &prefix, "mapping withdrawn");
	if (entry->binding.type == CACHE_RESOLVED)
		resolve_refuse(interface, &protocol);
	cache_delete(entry, "not covered by a certificate");
	return true;
}

bool authority_admit(struct session *session)
{
	struct interface *interface = session->interface;
	struct endpoint endpoint = session_endpoint(session);
	struct cache_entry *entry, *next;
	const struct peer *peer;

	if (!authority_admit_server(session))
		return false;
	peer = peer_find(interface, &endpoint);
	if (!peer)
		return true;
	HASH_ITER(hh, interface->cache, entry, next)
		if (entry->peer == peer && entry->binding.type != CACHE_NHS &&
		    !authority_admit_entry(session, entry))
			return false;
	return true;
}
