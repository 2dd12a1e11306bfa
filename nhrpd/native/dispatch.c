// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Datagrams: to which handshake or association they belong.
 */
#include <sodium.h>
#include <stdlib.h>

#include "daemon.h"
#include "interface.h"
#include "log.h"
#include "private.h"
#include "session.h"

/* ---- indexes ---- */

static struct slot *slot_find(const struct native *native, uint32_t index)
{
	struct slot *slot;

	HASH_FIND(hh, native->slots, &index, sizeof(index), slot);
	return slot;
}

struct slot *slot_add(struct native *native)
{
	struct slot *slot = calloc(1, sizeof(*slot));

	if (!slot)
		return NULL;
	do
		slot->index = randombytes_random();
	while (!slot->index || slot_find(native, slot->index));
	HASH_ADD(hh, native->slots, index, sizeof(slot->index), slot);
	return slot;
}

void slot_remove(struct native *native, struct slot *slot)
{
	if (!slot)
		return;
	HASH_DEL(native->slots, slot);
	free(slot);
}

static struct network *slot_network(const struct slot *slot)
{
	return slot->response ? slot->response->network :
				slot->association->network;
}

/* ---- control messages ---- */

static void dispatch_sealed(struct association *association, unsigned int kind)
{
	alive_heard(association);
	if (kind == SEALED_PROBE)
		association_say(association, SEALED_ALIVE);
	else if (kind == SEALED_CLOSE)
		association_down(association, "closed by the other node");
}

/* On its way it may have been doubled by chance: no warning. */
static void dispatch_refuse(struct network *network, const struct place *source)
{
	char text[NHRP_ADDRESS_TEXT];

	network_count(network, NATIVE_FORGED);
	log_once(&network->native->daemon->limit, 6,
		 "%s: message from %s not heard: forged, or seen before",
		 network->interface->name,
		 nhrp_address_format(&source->address, text));
}

/* The keys are those in use, or those of a call that waits for its end. */
static void dispatch_control(struct slot *slot, const struct datagram *datagram,
			     const struct message *message)
{
	struct association *association = slot->association;
	struct call *call = association ? association->call : NULL;
	bool is_call = call && call->slot == slot && call->keys;
	struct keys *keys = is_call ? call->keys :
			    association ? association->keys : NULL;
	unsigned int kind = 0;
	bool newest = false;

	if (keys && keys->slot == slot)
		kind = sealed_read(&keys->sealed, datagram->bytes, message,
				   &newest);
	if (!kind) {
		dispatch_refuse(slot_network(slot), &datagram->source);
		return;
	}
	if (is_call) {
		if (kind == SEALED_CONFIRM)
			call_confirmed(association);
		return;
	}
	if (newest && !place_equal(&datagram->source, &keys->peer))
		kernel_peer_moved(association, &datagram->source);
	dispatch_sealed(association, kind);
}

/* ---- all ---- */

static struct network *dispatch_find_network(const struct native *native,
					     const struct datagram *datagram,
					     uint32_t network_id)
{
	struct interface *interface, *next;
	struct network *network;
	struct place place;

	HASH_ITER(hh, native->daemon->interfaces, interface, next) {
		network = network_of(interface);
		if (!network || network->credentials.network_id != network_id)
			continue;
		place = network_place(network);
		if (place_equal(&place, &datagram->destination))
			return network;
	}
	return NULL;
}

static void dispatch_to_slot(struct slot *slot,
			     const struct datagram *datagram,
			     const struct message *message)
{
	struct association *association = slot->association;

	switch (message->type) {
	case MESSAGE_RESPONSE:
		if (association)
			call_response(association, datagram, message);
		break;
	case MESSAGE_FINISH:
		if (slot->response)
			respond_finish(slot->response, datagram, message);
		else
			respond_again(association, message);
		break;
	case MESSAGE_COOKIE:
		if (association)
			call_cookie(association, message);
		break;
	default:
		dispatch_control(slot, datagram, message);
	}
}

void dispatch(void *context, const struct datagram *datagram)
{
	struct native *native = context;
	struct network *network;
	struct message message;
	struct slot *slot;

	if (!message_parse(datagram->bytes, datagram->length, &message)) {
		native->unknown++;
		return;
	}
	if (message.type == MESSAGE_INITIATION) {
		network = dispatch_find_network(native, datagram,
						message.network_id);
		if (network)
			respond_initiation(network, datagram, &message);
		else
			native->unknown++;
		return;
	}
	slot = slot_find(native, message.receiver);
	if (slot && slot_network(slot)->credentials.network_id ==
	    message.network_id)
		dispatch_to_slot(slot, datagram, &message);
	else
		native->unknown++;
}
