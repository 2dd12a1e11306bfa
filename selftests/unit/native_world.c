// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <utlist.h>

#include "fake_clock.h"
#include "fake_kernel.h"
#include "native_world.h"

#define STEP 10		/* ms */

struct world world;

static char folder[] = "/tmp/native_world.XXXXXX";
static unsigned int files;

/* ---- time ---- */

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * UINT64_C(1000) + time.tv_nsec / 1000000;
}

/* The dynamic linker lets this win over libc's. */
time_t time(time_t *result)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	time.tv_sec += world.now_offset;
	if (result)
		*result = time.tv_sec;
	return time.tv_sec;
}

/* ---- sockets ---- */

struct native_socket {
	uint16_t port;
	void (*received)(void *context, const struct datagram *datagram);
	void *context;
	struct native_socket *prev, *next;
};

static struct native_socket *sockets;

struct native_socket *
native_socket_open(uv_loop_t *loop, uint16_t port,
		   void (*received)(void *context,
				    const struct datagram *datagram),
		   void *context)
{
	struct native_socket *socket = calloc(1, sizeof(*socket));

	(void)loop;
	socket->port = port;
	socket->received = received;
	socket->context = context;
	DL_APPEND(sockets, socket);
	return socket;
}

void native_socket_close(struct native_socket *socket)
{
	DL_DELETE(sockets, socket);
	free(socket);
}

static bool chance(unsigned int of_100)
{
	return randombytes_uniform(100) < of_100;
}

static void put_on_wire(const struct place *source,
			const struct place *destination, const uint8_t *bytes,
			size_t length)
{
	struct world_sent *sent;

	if (world.sent_count >= WORLD_SENT)
		abort();
	sent = &world.sent[world.sent_count++];
	sent->source = *source;
	sent->destination = *destination;
	sent->length = length;
	memcpy(sent->bytes, bytes, length);
	sent->due = now() + randombytes_uniform(world.delay + 1);
	if (nhrp_address_equal(&world.dead, &destination->address) ||
	    nhrp_address_equal(&world.dead, &source->address) ||
	    chance(world.loss))
		sent->due = 0;
}

void native_socket_send(struct native_socket *socket, const struct place *own,
			const struct place *peer, const uint8_t *bytes,
			size_t length)
{
	struct place source = *own;

	(void)socket;
	if (world.outside.port && place_equal(&source, &world.inside))
		source = world.outside;
	put_on_wire(&source, peer, bytes, length);
	if (chance(world.doubled))
		put_on_wire(&source, peer, bytes, length);
}

static struct native_socket *find_socket(const struct place *place)
{
	struct native_socket *socket;
	struct native *native;

	DL_FOREACH(sockets, socket) {
		native = socket->context;
		if (socket->port == place->port &&
		    nhrp_address_equal(&native->daemon->interfaces->nbma,
				       &place->address))
			return socket;
	}
	return NULL;
}

void world_deliver(const struct place *source, const struct place *destination,
		   const uint8_t *bytes, size_t length)
{
	struct datagram datagram = {
		.source = *source,
		.destination = *destination,
		.length = length,
	};
	struct native_socket *socket;
	uint8_t *copy;

	if (world.outside.port && place_equal(destination, &world.outside))
		datagram.destination = world.inside;
	socket = find_socket(&datagram.destination);
	if (!socket)
		return;
	copy = malloc(length);
	memcpy(copy, bytes, length);
	datagram.bytes = copy;
	socket->received(socket->context, &datagram);
	free(copy);
}

/* What is sent meanwhile arrives in the next round. */
static bool deliver_due(void)
{
	size_t count = world.sent_count, i;
	struct world_sent *sent;
	bool any = false;

	for (i = 0; i < count; i++) {
		sent = &world.sent[i];
		if (!sent->due || sent->due > now())
			continue;
		sent->due = 0;
		any = true;
		world_deliver(&sent->source, &sent->destination, sent->bytes,
			      sent->length);
	}
	return any;
}

void world_pass(uint64_t ms)
{
	uint64_t passed;

	for (passed = 0; passed < ms; passed += STEP) {
		while (deliver_due())
			;
		fake_clock_advance(&world.loop, STEP);
	}
	while (deliver_due())
		;
}

/* ---- kernels ---- */

struct xfrm *xfrm_open(uv_loop_t *loop, const struct xfrm_events *events,
		       void *context)
{
	struct native *native = context;
	struct node *node = (struct node *)native->daemon;

	(void)loop;
	node->kernel.events = events;
	node->kernel.context = context;
	return &node->kernel;
}

void xfrm_close(struct xfrm *xfrm)
{
	xfrm->events = NULL;
}

const char *xfrm_error(const struct xfrm *xfrm)
{
	(void)xfrm;
	return "refused by the test";
}

static struct world_sa *find_sa(struct xfrm *xfrm,
				const struct nhrp_address *destination,
				uint32_t spi)
{
	size_t i;

	for (i = 0; i < xfrm->count; i++)
		if (xfrm->sas[i].sa.spi == spi &&
		    nhrp_address_equal(&xfrm->sas[i].sa.destination,
				       destination))
			return &xfrm->sas[i];
	return NULL;
}

int xfrm_sa_add(struct xfrm *xfrm, const struct xfrm_sa *sa)
{
	if (find_sa(xfrm, &sa->destination, sa->spi))
		return -EEXIST;
	if (xfrm->count == WORLD_SAS)
		return -ENOMEM;
	xfrm->sas[xfrm->count++] = (struct world_sa){ .sa = *sa };
	return 0;
}

int xfrm_sa_delete(struct xfrm *xfrm, const struct nhrp_address *destination,
		   uint32_t spi)
{
	struct world_sa *sa = find_sa(xfrm, destination, spi);

	if (!sa)
		return -ESRCH;
	*sa = xfrm->sas[--xfrm->count];
	return 0;
}

int xfrm_sa_usage(struct xfrm *xfrm, const struct nhrp_address *destination,
		  uint32_t spi, struct xfrm_usage *usage)
{
	struct world_sa *sa = find_sa(xfrm, destination, spi);

	if (!sa)
		return -ESRCH;
	*usage = sa->usage;
	return 0;
}

int xfrm_sa_set_ports(struct xfrm *xfrm, const struct xfrm_sa_id *id,
		      uint16_t source_port, uint16_t destination_port)
{
	struct world_sa *sa = find_sa(xfrm, &id->destination, id->spi);

	if (!sa)
		return -ESRCH;
	sa->sa.source_port = source_port;
	sa->sa.destination_port = destination_port;
	return 0;
}

int xfrm_sa_dump(struct xfrm *xfrm,
		 void (*each)(const struct xfrm_sa_id *id, void *context),
		 void *context)
{
	size_t i;

	for (i = 0; i < xfrm->count; i++) {
		const struct xfrm_sa *sa = &xfrm->sas[i].sa;
		const struct xfrm_sa_id id = {
			.source = sa->source,
			.destination = sa->destination,
			.spi = sa->spi,
			.if_id = sa->if_id,
		};

		each(&id, context);
	}
	return 0;
}

static struct world_policy *
find_policy(struct xfrm *xfrm, const struct nhrp_address *source,
	    const struct nhrp_address *destination, uint32_t if_id)
{
	struct world_policy *policy;
	size_t i;

	for (i = 0; i < xfrm->policies; i++) {
		policy = &xfrm->policy[i];
		if (policy->if_id == if_id &&
		    nhrp_address_equal(&policy->source, source) &&
		    nhrp_address_equal(&policy->destination, destination))
			return policy;
	}
	return NULL;
}

int xfrm_policy_set(struct xfrm *xfrm, const struct nhrp_address *source,
		    const struct nhrp_address *destination, uint32_t if_id)
{
	if (find_policy(xfrm, source, destination, if_id))
		return 0;
	if (xfrm->policies == WORLD_SAS)
		return -ENOMEM;
	xfrm->policy[xfrm->policies++] = (struct world_policy){
		.source = *source,
		.destination = *destination,
		.if_id = if_id,
	};
	return 0;
}

int xfrm_policy_delete(struct xfrm *xfrm, const struct nhrp_address *source,
		       const struct nhrp_address *destination, uint32_t if_id)
{
	struct world_policy *policy = find_policy(xfrm, source, destination,
						  if_id);

	if (!policy)
		return -ENOENT;
	*policy = xfrm->policy[--xfrm->policies];
	return 0;
}

/* ---- files ---- */

static char *write_line(const uint8_t *bytes, size_t length)
{
	char text[4096], *name = malloc(sizeof(folder) + 16);
	FILE *file;

	sprintf(name, "%s/%u", folder, files++);
	file = fopen(name, "w");
	if (!file)
		abort();
	fchmod(fileno(file), 0600);
	sodium_bin2base64(text, sizeof(text), bytes, length,
			  sodium_base64_VARIANT_ORIGINAL);
	fprintf(file, "%s\n", text);
	fclose(file);
	return name;
}

char *world_psk(const char *psk)
{
	uint8_t bytes[NOISE_KEY] = { 0 };

	strcpy((char *)bytes, psk);
	return write_line(bytes, sizeof(bytes));
}

void world_identify(struct config_protection *config,
		    const struct identity *node,
		    const struct identity *authority)
{
	config->key_file = write_line(node->secret, sizeof(node->secret));
	config->certificate_file = write_line(node->bytes, node->length);
	config->authority_file = write_line(authority->bytes,
					    authority->length);
}

/* ---- nodes ---- */

void world_node(struct node *node, const char *address)
{
	memset(node, 0, sizeof(*node));
	node->daemon.loop = &world.loop;
	node->config.network_id = 1;
	node->config.holdtime = 300;
	strcpy(node->config.name, "mgre0");
	node->config.protection = (struct config_protection){
		.kind = CONFIG_PROTECTION_NATIVE,
		.rekey = CONFIG_REKEY,
		.udp_port = CONFIG_UDP_PORT,
		.replay_window = CONFIG_REPLAY_WINDOW,
	};
	strcpy(node->interface.name, "mgre0");
	node->interface.nbma = fake_address(address);
}

void world_open(struct node *node)
{
	struct interface *interface = &node->interface;

	interface->daemon = &node->daemon;
	interface->config = &node->config;
	interface->state = INTERFACE_UP;
	interface->exchange_ops = &native_ops;
	HASH_ADD_STR(node->daemon.interfaces, name, interface);
	if (sessions_open(interface))
		abort();
	sessions_wake(interface);
}

void world_close(struct node *node)
{
	struct session *session, *next;

	HASH_ITER(hh, node->interface.sessions, session, next)
		session->users = 0;
	sessions_close(&node->interface);
	HASH_DEL(node->daemon.interfaces, &node->interface);
	fake_clock_advance(&world.loop, 0);
}

struct session *world_session(struct node *node, const char *address)
{
	struct nhrp_address nbma = fake_address(address);
	struct session *session, *next;

	HASH_ITER(hh, node->interface.sessions, session, next)
		if (nhrp_address_equal(&session->nbma, &nbma))
			return session;
	return NULL;
}

struct session *world_call(struct node *node, const char *address)
{
	struct nhrp_address nbma = fake_address(address);
	struct session *session = session_get(&node->interface, &nbma, 0);

	session_hold(session);
	return session;
}

/* ---- what comes of it ---- */

static struct keys *keys_of(struct node *node)
{
	struct session *session = node->interface.sessions;
	struct association *association;

	if (HASH_COUNT(session) != 1 || session->state != SESSION_UP)
		return NULL;
	association = session->exchange;
	return association->keys;
}

static struct world_sa *outbound(struct node *node, const struct keys *keys)
{
	return find_sa(&node->kernel, &keys->peer.address, keys->spi_out);
}

bool world_traffic(struct node *from, struct node *to)
{
	struct keys *keys = keys_of(from);
	struct world_sa *out = keys ? outbound(from, keys) : NULL;
	struct world_sa *in = NULL;
	size_t i;

	if (!out)
		return false;
	out->usage.packets++;
	for (i = 0; i < to->kernel.count; i++)
		if (to->kernel.sas[i].sa.spi == out->sa.spi)
			in = &to->kernel.sas[i];
	if (!in || memcmp(in->sa.key, out->sa.key, XFRM_KEY_SIZE))
		return false;
	in->usage.packets++;
	return true;
}

bool world_connected(struct node *a, struct node *b)
{
	return keys_of(a) && keys_of(b) && !keys_of(a)->slot->response &&
	       keys_of(a)->spi_in == keys_of(b)->spi_out &&
	       keys_of(a)->spi_out == keys_of(b)->spi_in &&
	       world_traffic(a, b) && world_traffic(b, a);
}

/* ---- start and end ---- */

void world_start(void)
{
	memset(&world, 0, sizeof(world));
	uv_loop_init(&world.loop);
	strcpy(folder, "/tmp/native_world.XXXXXX");
	if (!mkdtemp(folder))
		abort();
}

void world_end(void)
{
	char command[64];

	uv_run(&world.loop, UV_RUN_DEFAULT);
	if (uv_loop_close(&world.loop))
		abort();
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	if (system(command))
		abort();
}
