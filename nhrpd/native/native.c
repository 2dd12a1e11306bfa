// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The native key exchange: interfaces, and what NHRP asks for.
 */
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <utlist.h>

#include "daemon.h"
#include "interface.h"
#include "private.h"
#include "session.h"
#include "timer.h"

#define NATIVE_BURST 10		/* handshakes of one source at once */
#define NATIVE_RATE 20		/* and in each second */
#define NATIVE_SOURCES 16384	/* that are remembered */
#define NATIVE_ADOPT_SPREAD 5000	/* ms within which new keys are made */
#define NATIVE_MOVE_SPREAD 1000

uint64_t native_now(const struct native *native)
{
	return daemon_now(native->daemon);
}

/* ---- what all interfaces share ---- */

static struct native *native_make(struct daemon *daemon)
{
	struct native *native = calloc(1, sizeof(*native));

	if (!native)
		return NULL;
	native->daemon = daemon;
	native->unproven = (struct limit){
		.burst = NATIVE_BURST,
		.rate = NATIVE_RATE,
		.most = NATIVE_SOURCES,
	};
	native->proven = native->unproven;
	native->xfrm = xfrm_open(daemon->loop, &kernel_events, native);
	if (native->xfrm)
		return native;
	free(native);
	return NULL;
}

static struct native *native_get(struct daemon *daemon)
{
	if (!daemon->native)
		daemon->native = native_make(daemon);
	if (daemon->native) {
		daemon->native->users++;
		daemon->native->found_valid = false;
	}
	return daemon->native;
}

static void native_put(struct native *native)
{
	if (--native->users)
		return;
	native->daemon->native = NULL;
	xfrm_close(native->xfrm);
	limit_clear(&native->unproven);
	limit_clear(&native->proven);
	refusals_clear(native);
	free(native->found);
	sodium_memzero(native, sizeof(*native));
	free(native);
}

static struct port *port_get(struct native *native, uint16_t number)
{
	struct port *port;

	DL_FOREACH(native->ports, port)
		if (port->number == number)
			break;
	if (!port) {
		port = calloc(1, sizeof(*port));
		if (!port)
			return NULL;
		port->number = number;
		port->socket = native_socket_open(native->daemon->loop, number,
						  dispatch, native);
		if (!port->socket) {
			free(port);
			return NULL;
		}
		DL_APPEND(native->ports, port);
	}
	port->users++;
	return port;
}

static void port_put(struct native *native, struct port *port)
{
	if (--port->users)
		return;
	DL_DELETE(native->ports, port);
	native_socket_close(port->socket);
	free(port);
}

/* ---- interfaces ---- */

struct network *network_of(const struct interface *interface)
{
	if (interface->config->protection.kind != CONFIG_PROTECTION_NATIVE)
		return NULL;
	return interface->exchange;
}

struct place network_place(const struct network *network)
{
	struct place place;

	place.address = network->interface->nbma;
	place.port = network->port->number;
	return place;
}

void network_send(struct network *network, const struct place *own,
		  const struct place *peer, const uint8_t *bytes,
		  size_t length)
{
	native_socket_send(network->port->socket, own, peer, bytes, length);
}

static int network_load(struct interface *interface,
			struct credentials *credentials)
{
	struct key_file_error error;

	if (!credentials_load(interface->config, time(NULL), credentials,
			      &error))
		return 0;
	log_error("%s: %s", interface->name, error.text);
	return -1;
}

static void *native_open(struct interface *interface)
{
	struct daemon *daemon = interface->daemon;
	uint16_t port = interface->config->protection.udp_port;
	struct network *network = calloc(1, sizeof(*network));

	if (!network)
		return NULL;
	network->interface = interface;
	if (network_load(interface, &network->credentials))
		goto free;
	network->timer = timer_new(daemon->loop, respond_timer, network);
	if (!network->timer)
		goto wipe;
	network->native = native_get(daemon);
	if (!network->native)
		goto timer;
	network->port = port_get(network->native, port);
	if (!network->port) {
		log_error("%s: UDP port %u: %s", interface->name, port,
			  strerror(errno));
		goto put;
	}
	if (!network->credentials.certified)
		log_warning("%s: protected by a psk alone: no identity is proven, any node may claim any address",
			    interface->name);
	return network;
put:
	native_put(network->native);
timer:
	timer_free(network->timer);
wipe:
	credentials_wipe(&network->credentials);
free:
	free(network);
	return NULL;
}

static void network_free_responses(struct network *network)
{
	while (network->responses)
		response_free(network->responses);
}

static void native_close(struct interface *interface)
{
	struct network *network = interface->exchange;
	struct session *session, *next;

	HASH_ITER(hh, interface->sessions, session, next) {
		if (session->exchange)
			association_free(session->exchange);
		session->exchange = NULL;
	}
	network_free_responses(network);
	timer_free(network->timer);
	port_put(network->native, network->port);
	credentials_wipe(&network->credentials);
	native_put(network->native);
	free(network);
}

static uint64_t network_spread(const struct network *network, uint64_t most)
{
	uint64_t spread = HASH_COUNT(network->interface->sessions) * 5;

	return spread < most ? spread : most;
}

static void native_moved(struct interface *interface)
{
	uint64_t spread = network_spread(interface->exchange,
					 NATIVE_MOVE_SPREAD);
	struct session *session, *next;

	HASH_ITER(hh, interface->sessions, session, next) {
		if (!session->exchange)
			continue;
		call_end(session->exchange);
		call_soon(session->exchange, spread);
	}
}

/* ---- reload ---- */

static void network_distrust(struct network *network)
{
	struct association *association, *next;
	const char *reason;

	HASH_ITER(hh, network->associations, association, next) {
		reason = NULL;
		if (association->certificate)
			reason = credentials_refuse(&network->credentials,
						    association->certificate,
						    time(NULL));
		else if (network->credentials.certified)
			reason = "without a certificate";
		if (reason)
			association_down(association, reason);
	}
}

/* What is under way has begun with other credentials: begin anew. */
static void network_restart_handshakes(struct network *network)
{
	struct session *session, *next;
	struct association *association;

	network_free_responses(network);
	HASH_ITER(hh, network->interface->sessions, session, next) {
		association = session->exchange;
		if (!association || !association->call)
			continue;
		call_end(association);
		call_soon(association, network_spread(network,
						      NATIVE_MOVE_SPREAD));
	}
}

/* Files that are refused change nothing. */
static void native_reload(struct interface *interface)
{
	struct network *network = interface->exchange;
	struct credentials credentials;

	if (network_load(interface, &credentials))
		return;
	/* Without certificates the key is what others know us by. */
	if (!credentials.certified && !network->credentials.certified)
		credentials.own = network->credentials.own;
	credentials_wipe(&network->credentials);
	network->credentials = credentials;
	sodium_memzero(&credentials, sizeof(credentials));
	network_restart_handshakes(network);
	network_distrust(network);
}

/* ---- sessions ---- */

static void native_start(struct session *session)
{
	struct association *association = association_of(session);

	if (association)
		call_begin(association, NULL);
	else
		session_down(session, "out of memory");
}

static void native_stop(struct session *session, const char *reason)
{
	(void)reason;
	if (session->exchange)
		association_remove(session->exchange);
}

static void native_adopt(struct session *session)
{
	struct association *association = association_of(session);

	if (!association) {
		session_down(session, "out of memory");
		return;
	}
	keys_find_old(association);
	call_soon(association, network_spread(association->network,
					      NATIVE_ADOPT_SPREAD));
}

static void native_info_usage(const struct native *native,
			      const struct keys *keys,
			      struct session_info *info)
{
	struct xfrm_usage usage;

	if (!xfrm_sa_usage(native->xfrm, &keys->own.address, keys->spi_in,
			   &usage)) {
		info->bytes_in = usage.bytes;
		info->packets_in = usage.packets;
	}
	if (!xfrm_sa_usage(native->xfrm, &keys->peer.address, keys->spi_out,
			   &usage)) {
		info->bytes_out = usage.bytes;
		info->packets_out = usage.packets;
	}
}

static void native_info(const struct session *session,
			struct session_info *info)
{
	const struct association *association = session->exchange;
	const struct keys *keys = association ? association->keys : NULL;

	if (!keys)
		return;
	strcpy(info->algorithm,
	       keys->chacha ? "chacha20-poly1305" : "aes-256-gcm");
	info->udp = keys->udp;
	info->spi_in = keys->spi_in;
	info->spi_out = keys->spi_out;
	info->established = keys->established;
	info->rekey = association->rekey;
	native_info_usage(association->network->native, keys, info);
}

const struct exchange_ops native_ops = {
	.open = native_open,
	.close = native_close,
	.moved = native_moved,
	.start = native_start,
	.stop = native_stop,
	.adopt = native_adopt,
	.info = native_info,
	.reload = native_reload,
	.counter = native_counter,
};
