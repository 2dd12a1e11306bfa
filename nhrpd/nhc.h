/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Next hop client: one registration with one next hop server.
 */
#ifndef NHRPD_NHC_H
#define NHRPD_NHC_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "config.h"
#include "endpoint.h"
#include "packet/address.h"

struct interface;
struct received;
struct session;

enum nhc_state {
	NHC_WAITING,		/* interface not up, or no own address */
	NHC_STANDBY,		/* a server of better priority answers */
	NHC_LOOKUP,		/* asking the DNS for the NBMA address */
	NHC_KEYING,		/* no session with the server so far */
	NHC_REGISTERING,	/* request sent, no reply so far */
	NHC_REGISTERED,		/* accepted, refreshed in time */
	NHC_REFUSED,		/* NAK; tried again much later */
};

/**
 * struct nhc - our registration with one next hop server
 * @config: a copy of the "nhs" statement
 * @interface: where it belongs
 * @state: see nhc.c
 * @protocol: address of the server; learnt from its reply if `dynamic`
 * @nbma: NBMA address in use, empty while unknown
 * @claimed: NBMA address that the server claims (Responder Address)
 * @observed: own NBMA address as the server sees it, empty without NAT
 * @observed_port: and UDP port of our key exchange, 0: the usual one
 * @session: with the server, held; NULL without protection
 * @request_id: of the request in flight or last acknowledged
 * @tries: requests sent since the last reply
 * @unkeyed: its session could not be made, and it has not replied since
 * @code: CIE code of the last reply
 * @registered_at: when the last acknowledgement came, ms, 0: never
 * @changed: when @state last changed, ms
 * @sent, @received, @refused: packets in all, for show
 * @timer: next retry or refresh
 * @lookup: DNS question in flight
 * @lookups: DNS questions asked
 * @installed: its peer (and mapping, once known) is in the kernel
 */
struct nhc {
	struct config_nhs config;
	struct interface *interface;
	enum nhc_state state;
	struct nhrp_address protocol;
	struct nhrp_address nbma;
	struct nhrp_address claimed;
	struct nhrp_address observed;
	uint16_t observed_port;
	struct session *session;
	uint32_t request_id;
	unsigned int tries;
	bool unkeyed;
	uint8_t code;
	uint64_t registered_at;
	uint64_t changed;
	uint64_t sent, received, refused;
	uv_timer_t *timer;
	uv_getaddrinfo_t *lookup;
	unsigned int lookups;
	bool installed;
	struct nhc *prev, *next;
};

/** nhc_state_name - "waiting", "lookup", "registering" and so on */
const char *nhc_state_name(enum nhc_state state);

/** nhc_add - begin to register as an "nhs" statement says */
struct nhc *nhc_add(struct interface *interface,
		    const struct config_nhs *config);

/** nhc_remove - deregister by a purge, remove the server's peer and mapping */
void nhc_remove(struct nhc *nhc);

/** nhc_free - forget the registration, here only */
void nhc_free(struct nhc *nhc);

/** nhc_device_gone - what was in the kernel, and its session, are no more */
void nhc_device_gone(struct interface *interface);

/** nhc_interface_changed - the interface came up, went down or moved */
void nhc_interface_changed(struct interface *interface);

/**
 * nhc_settings_changed - the configuration has changed
 * @again: what we register has changed, too: do so at once
 */
void nhc_settings_changed(struct interface *interface, bool again);

/**
 * nhc_forgotten - a server says that it does not know us: register again, soon
 *
 * Unless a request is on its way anyway.
 */
void nhc_forgotten(struct interface *interface, const struct endpoint *server);

/** nhc_deregister - send the purge that takes our registration back */
void nhc_deregister(struct nhc *nhc);

/**
 * nhc_best - the server to ask
 * @rotate: how many of the registered ones to skip, modulo their number
 * @family: length of the protocol addresses: 4 or 16
 *
 * Return: a registration in state NHC_REGISTERED, or NULL.
 */
struct nhc *nhc_best(const struct interface *interface, unsigned int rotate,
		     uint8_t family);

/** nhc_observer - a registration that knows how others see us, or NULL */
const struct nhc *nhc_observer(const struct interface *interface);

/** nhc_endpoint - where the server is */
struct endpoint nhc_endpoint(const struct nhc *nhc);

/** nhc_session_changed - a session is up, or not any more */
void nhc_session_changed(const struct session *session);

/** nhc_registration_reply - handle a Registration Reply (RFC 2332, 5.2.4) */
void nhc_registration_reply(struct received *received);

#endif /* NHRPD_NHC_H */
