// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Endpoints: what a peer of the kernel is found by.
 */
#include "endpoint.h"

#include <string.h>

#include "interface.h"
#include "session.h"

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return !memcmp(a, b, sizeof(*a));
}

bool endpoint_of(struct interface *interface, const struct nhrp_address *nbma,
		 uint16_t port, struct endpoint *endpoint)
{
	struct session *session;

	memset(endpoint, 0, sizeof(*endpoint));
	endpoint->nbma = *nbma;
	if (!interface_is_protected(interface))
		return true;
	session = session_get(interface, nbma, port);
	if (session)
		*endpoint = session_endpoint(session);
	return session;
}

bool endpoint_find(const struct interface *interface,
		   const struct nhrp_address *nbma, uint16_t port,
		   struct endpoint *endpoint)
{
	const struct session *session;

	memset(endpoint, 0, sizeof(*endpoint));
	endpoint->nbma = *nbma;
	if (!interface_is_protected(interface))
		return true;
	session = session_find_address(interface, nbma, port);
	if (session)
		*endpoint = session_endpoint(session);
	return session;
}
