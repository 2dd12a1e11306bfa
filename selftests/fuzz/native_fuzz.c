// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The native key exchange under whatever datagrams: a node that has keys with
 * another hears anything, from strangers and from who knows the secrets. It
 * does not crash, and in the end both can make keys again.
 *
 * An input is a list of records: kind, number, length, and as many bytes.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "native_world.h"
#include "packet/buffer.h"

enum record_kind {
	RECORD_DATAGRAM,	/* bytes as they are */
	RECORD_SIGNED,		/* an initiation of this body, signed */
	RECORD_GENUINE,		/* an initiation of this payload */
	RECORD_AGAIN,		/* what was sent before, xor bytes */
	RECORD_SEALED,		/* a sealed message of kind number */
	RECORD_TERMS,		/* bytes are read as terms only */
	RECORD_TIME,		/* the length is ms that pass */
	RECORD_KINDS,
};

#define RECORDS_MAX 16
#define TIME_MAX 30000
#define A "192.0.2.1"
#define B "192.0.2.2"

static struct node a, b;
static struct place place_a, place_b;
static char *psk;

void log_line(int priority, const char *format, ...)
{
	(void)priority;
	(void)format;
}

bool log_limited(struct log_limit *limit, int priority, const char *format,
		 ...)
{
	(void)limit;
	(void)priority;
	(void)format;
	return true;
}

void log_once(struct log_limit *limit, int priority, const char *format,
		 ...)
{
	(void)limit;
	(void)priority;
	(void)format;
}

static void start(struct node *node, const char *address, struct place *place)
{
	world_node(node, address);
	node->config.protection.psk_file = psk;
	world_open(node);
	*place = network_place(node->interface.exchange);
}

static void hear(const uint8_t *bytes, size_t length)
{
	if (length && length <= MESSAGE_MAX)
		world_deliver(&place_a, &place_b, bytes, length);
}

static void hear_signed(const uint8_t *body, size_t length)
{
	const struct network *network = a.interface.exchange;
	const struct message message = {
		.type = MESSAGE_INITIATION,
		.network_id = 1,
		.sender = 1,
		.body = body,
		.length = length,
	};
	uint8_t bytes[MESSAGE_MAX];

	length = message_write(&message, bytes, sizeof(bytes));
	if (!length)
		return;
	mac_sign1(&network->credentials.mac, bytes, length);
	hear(bytes, length);
}

static void hear_genuine(const uint8_t *payload, size_t length)
{
	static const uint8_t prologue[] = "mgre native 1\0\0\0\0\1";
	const struct network *network = a.interface.exchange;
	uint8_t body[MESSAGE_MAX];
	struct noise noise;

	noise_start(&noise, true, prologue, sizeof(prologue) - 1,
		    &network->credentials.own, network->credentials.psk,
		    NULL);
	length = noise_write(&noise, payload, length, body, sizeof(body));
	hear_signed(body, length);
	noise_wipe(&noise);
}

static void hear_again(uint8_t number, const uint8_t *mask, size_t length)
{
	uint8_t bytes[MESSAGE_MAX];
	struct world_sent *sent;

	if (number >= world.sent_count)
		return;
	sent = &world.sent[number];
	memcpy(bytes, sent->bytes, sent->length);
	for (size_t i = 0; i < length && i < sent->length; i++)
		bytes[i] ^= mask[i];
	/* As a member of the network may: what is in it is looked at. */
	if (bytes[MESSAGE_TYPE] == MESSAGE_RESPONSE &&
	    sent->length >= MESSAGE_HEADER + MESSAGE_MAC)
		mac_sign1(&((struct network *)a.interface.exchange)->
			  credentials.mac, bytes, sent->length);
	world_deliver(&sent->source, &sent->destination, bytes, sent->length);
}

static void hear_sealed(uint8_t kind)
{
	struct session *session = a.interface.sessions;
	struct association *association = session ? session->exchange : NULL;
	uint8_t bytes[MESSAGE_CONTROL_SIZE];

	if (!association || !association->keys)
		return;
	sealed_write(&association->keys->sealed, kind, 1,
		     association->keys->remote_index, bytes);
	hear(bytes, sizeof(bytes));
}

static void play(uint8_t kind, uint8_t number, const uint8_t *bytes,
		 size_t length)
{
	struct message_terms terms;

	switch (kind) {
	case RECORD_DATAGRAM:
		hear(bytes, length);
		break;
	case RECORD_SIGNED:
		hear_signed(bytes, length);
		break;
	case RECORD_GENUINE:
		hear_genuine(bytes, length);
		break;
	case RECORD_AGAIN:
		hear_again(number, bytes, length);
		break;
	case RECORD_SEALED:
		hear_sealed(number);
		break;
	case RECORD_TERMS:
		message_terms_parse(bytes, length, &terms);
		break;
	default:
		world_pass(length % TIME_MAX);
	}
}

/* What is left of the sessions ends; then they are made anew. */
static void check_works(void)
{
	struct session *session, *next;

	HASH_ITER(hh, a.interface.sessions, session, next)
		session->users = 0;
	sessions_stop(&a.interface, "the end");
	sessions_stop(&b.interface, "the end");
	world.sent_count = 0;
	world_pass(1000);
	world_call(&a, B);
	world_pass(8000);
	if (!world_connected(&a, &b))
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	if (sodium_init() < 0)
		return 1;
	hash_start();
	world_start();
	psk = world_psk("a secret of the network");
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nhrp_reader reader = { .bytes = data, .end = size };
	unsigned int records;
	const uint8_t *bytes;
	uint8_t kind, number;
	uint16_t length;

	world.sent_count = 0;
	start(&a, A, &place_a);
	start(&b, B, &place_b);
	world_call(&a, B);
	world_pass(20);
	for (records = 0; records < RECORDS_MAX; records++) {
		kind = nhrp_read_u8(&reader) % RECORD_KINDS;
		number = nhrp_read_u8(&reader);
		length = nhrp_read_u16(&reader);
		bytes = nhrp_read_bytes(&reader,
					kind == RECORD_TIME ? 0 : length);
		if (!bytes)
			break;
		play(kind, number, bytes, length);
	}
	check_works();
	world_close(&a);
	world_close(&b);
	return 0;
}
