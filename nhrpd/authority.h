/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Authority: what a node may say in NHRP, by the certificate of its session.
 *
 * An unprotected interface has no certificates: there everything is covered,
 * and the rules of each exchange are all there is.
 */
#ifndef NHRPD_AUTHORITY_H
#define NHRPD_AUTHORITY_H

#include <stdbool.h>

#include "packet/address.h"

struct endpoint;
struct interface;
struct received;
struct session;

enum authority {
	AUTHORITY_COVERED,	/* it may say that */
	AUTHORITY_UNPROVEN,	/* no session with it is up: to be seen */
	AUTHORITY_REFUSED,	/* it may not */
};

/** authority_of - whether the node at an endpoint may claim all of @prefix */
enum authority authority_of(const struct interface *interface,
			    const struct endpoint *endpoint,
			    const struct nhrp_prefix *prefix);

/** authority_of_host - the same for one address */
enum authority authority_of_host(const struct interface *interface,
				 const struct endpoint *endpoint,
				 const struct nhrp_address *address);

/**
 * authority_is_certified - whether a certificate says so, not only a key
 *
 * Without certificates no node can be told from another.
 */
bool authority_is_certified(const struct interface *interface,
			    const struct endpoint *endpoint,
			    const struct nhrp_address *address);

/** authority_refuse - drop a packet: who is at @endpoint may not claim that */
void authority_refuse(const struct received *received,
		      const struct endpoint *endpoint,
		      const struct nhrp_prefix *prefix);

/** authority_refuse_host - the same for one address */
void authority_refuse_host(const struct received *received,
			   const struct endpoint *endpoint,
			   const struct nhrp_address *address);

/**
 * authority_is_server - whether a server of ours is there
 *
 * It is believed to pass on what others said.
 */
bool authority_is_server(const struct interface *interface,
			 const struct endpoint *endpoint);

/**
 * authority_same_node - whether one node is at both endpoints
 *
 * It may have moved, or have begun anew, and have another session then. Nobody
 * needs to be protected where nobody is: a node whose session is lost counts
 * as the same.
 */
bool authority_same_node(const struct interface *interface,
			 const struct endpoint *old,
			 const struct endpoint *new);

/**
 * authority_usurps - whether a node not proven would take another's place
 * @protocol: address that it is said to have
 *
 * What is mapped on the word of a node that has proven itself stays, until the
 * new one has done so, too.
 */
bool authority_usurps(const struct interface *interface,
		      const struct nhrp_address *protocol,
		      const struct endpoint *endpoint);

/**
 * authority_admit - a node has proven who it is: compare what was expected
 *
 * What was learnt of it, and its certificate does not cover, is withdrawn. A
 * server or a node of the configuration must be who it should be. Return:
 * whether it is.
 */
bool authority_admit(struct session *session);

#endif /* NHRPD_AUTHORITY_H */
