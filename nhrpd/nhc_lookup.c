// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The NBMA address of a next hop server that is configured by name.
 */
#include "nhc_lookup.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "daemon.h"
#include "interface.h"
#include "log.h"
#include "nhc.h"

static void nhc_lookup_address(const struct addrinfo *info,
			       struct nhrp_address *address)
{
	if (info->ai_family == AF_INET6)
		nhrp_address_set(address, &((struct sockaddr_in6 *)
					    info->ai_addr)->sin6_addr, 16);
	else
		nhrp_address_set(address, &((struct sockaddr_in *)
					    info->ai_addr)->sin_addr, 4);
}

/*
 * The one after that in use: each answer may have them in another order. Or
 * the first, if that was the last or is none of them.
 */
static void nhc_lookup_choose(const struct nhc *nhc,
			      const struct addrinfo *list,
			      struct nhrp_address *nbma)
{
	const struct addrinfo *info;

	for (info = list; info; info = info->ai_next) {
		nhc_lookup_address(info, nbma);
		if (nhrp_address_equal(nbma, &nhc->nbma))
			break;
	}
	nhc_lookup_address(info && info->ai_next ? info->ai_next : list, nbma);
}

/* A cancelled question has lost its registration. */
static void nhc_lookup_done(uv_getaddrinfo_t *lookup, int status,
			    struct addrinfo *list)
{
	struct nhc *nhc = lookup->data;
	struct nhrp_address nbma;

	free(lookup);
	if (nhc) {
		nhc->lookup = NULL;
		if (status || !list) {
			log_limited(&nhc->interface->daemon->limit, 4,
				    "%s: %s: %s", nhc->interface->name,
				    nhc->config.nbma_name,
				    status ? uv_strerror(status) :
					     "no address");
			nhc_looked_up(nhc, NULL);
		} else {
			nhc_lookup_choose(nhc, list, &nbma);
			nhc_looked_up(nhc, &nbma);
		}
	}
	uv_freeaddrinfo(list);
}

void nhc_lookup_start(struct nhc *nhc)
{
	const struct interface *interface = nhc->interface;
	struct addrinfo hints = {
		.ai_family = nhrp_address_family(&interface->nbma),
		.ai_socktype = SOCK_RAW,
	};

	if (nhc->lookup)
		return;
	nhc->lookup = calloc(1, sizeof(*nhc->lookup));
	if (!nhc->lookup)
		return;
	nhc->lookup->data = nhc;
	nhc->lookups++;
	if (uv_getaddrinfo(interface->daemon->loop, nhc->lookup,
			   nhc_lookup_done, nhc->config.nbma_name, NULL,
			   &hints)) {
		free(nhc->lookup);
		nhc->lookup = NULL;
		nhc_looked_up(nhc, NULL);
	}
}

void nhc_lookup_cancel(struct nhc *nhc)
{
	if (!nhc->lookup)
		return;
	nhc->lookup->data = NULL;
	uv_cancel((uv_req_t *)nhc->lookup);
	nhc->lookup = NULL;
}
