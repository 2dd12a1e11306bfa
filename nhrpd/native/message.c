// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages of the native key exchange, between bytes and structs.
 */
#include "message.h"

#include <string.h>

#include "packet/buffer.h"

#define TERMS_CHACHA 0x01
#define TERMS_UDP 0x02

/* ---- datagrams ---- */

/* Each type uses just the indexes that it needs; the others are zero. */
static bool message_indexes_fit(const struct message *message)
{
	bool has_sender = message->type == MESSAGE_INITIATION ||
			  message->type == MESSAGE_RESPONSE ||
			  message->type == MESSAGE_FINISH;
	bool has_receiver = message->type != MESSAGE_INITIATION;

	return !!message->sender == has_sender &&
	       !!message->receiver == has_receiver;
}

static bool message_parse_header(struct nhrp_reader *reader,
				 struct message *message)
{
	uint32_t marker = nhrp_read_u32(reader);
	uint8_t type = nhrp_read_u8(reader);
	uint8_t version = nhrp_read_u8(reader);
	uint16_t reserved = nhrp_read_u16(reader);

	message->network_id = nhrp_read_u32(reader);
	message->sender = nhrp_read_u32(reader);
	message->receiver = nhrp_read_u32(reader);
	if (reader->failed || marker || version != MESSAGE_VERSION || reserved)
		return false;
	if (type < MESSAGE_INITIATION || type > MESSAGE_COOKIE)
		return false;
	message->type = type;
	return message_indexes_fit(message);
}

static void message_parse_rest(struct nhrp_reader *reader,
			       struct message *message)
{
	message->length = nhrp_reader_left(reader);
	message->body = nhrp_read_bytes(reader, message->length);
}

size_t message_macs(uint8_t type)
{
	switch (type) {
	case MESSAGE_INITIATION:
		return 2 * MESSAGE_MAC;
	case MESSAGE_RESPONSE:
		return MESSAGE_MAC;
	default:
		return 0;
	}
}

static void message_parse_handshake(struct nhrp_reader *reader,
				    struct message *message)
{
	size_t left = nhrp_reader_left(reader);
	size_t macs = message_macs(message->type);

	message->length = left < macs ? 0 : left - macs;
	message->body = nhrp_read_bytes(reader, message->length);
	if (macs)
		message->mac1 = nhrp_read_bytes(reader, MESSAGE_MAC);
	if (macs > MESSAGE_MAC)
		message->mac2 = nhrp_read_bytes(reader, MESSAGE_MAC);
}

bool message_parse(const uint8_t *bytes, size_t length,
		   struct message *message)
{
	struct nhrp_reader reader = { .bytes = bytes, .end = length };

	memset(message, 0, sizeof(*message));
	if (length > MESSAGE_MAX || !message_parse_header(&reader, message))
		return false;
	switch (message->type) {
	case MESSAGE_CONTROL:
		message->nonce = nhrp_read_u64(&reader);
		message_parse_rest(&reader, message);
		return !reader.failed &&
		       message->length == MESSAGE_CONTROL_SEALED;
	case MESSAGE_COOKIE:
		message->cookie_nonce =
			nhrp_read_bytes(&reader, MESSAGE_COOKIE_NONCE);
		message_parse_rest(&reader, message);
		return !reader.failed &&
		       message->length == MESSAGE_COOKIE_SEALED;
	default:
		message_parse_handshake(&reader, message);
		return !reader.failed;
	}
}

size_t message_write(const struct message *message, uint8_t *bytes,
		     size_t room)
{
	static const uint8_t macs[2 * MESSAGE_MAC];
	struct nhrp_writer writer = { .bytes = bytes, .size = room };

	nhrp_write_u32(&writer, 0);
	nhrp_write_u8(&writer, message->type);
	nhrp_write_u8(&writer, MESSAGE_VERSION);
	nhrp_write_u16(&writer, 0);
	nhrp_write_u32(&writer, message->network_id);
	nhrp_write_u32(&writer, message->sender);
	nhrp_write_u32(&writer, message->receiver);
	if (message->type == MESSAGE_CONTROL)
		nhrp_write_u64(&writer, message->nonce);
	if (message->type == MESSAGE_COOKIE)
		nhrp_write_bytes(&writer, message->cookie_nonce,
				 MESSAGE_COOKIE_NONCE);
	nhrp_write_bytes(&writer, message->body, message->length);
	nhrp_write_bytes(&writer, macs, message_macs(message->type));
	return writer.failed ? 0 : writer.position;
}

/* ---- payloads ---- */

bool message_offer_parse(const uint8_t *bytes, size_t length,
			 struct message_offer *offer)
{
	if (length != MESSAGE_OFFER_SIZE)
		return false;
	offer->flags = bytes[0];
	memcpy(offer->source, bytes + 4, MESSAGE_MARK);
	memcpy(offer->destination, bytes + 4 + MESSAGE_MARK, MESSAGE_MARK);
	return true;
}

void message_offer_write(const struct message_offer *offer,
			 uint8_t bytes[MESSAGE_OFFER_SIZE])
{
	memset(bytes, 0, MESSAGE_OFFER_SIZE);
	bytes[0] = offer->flags;
	memcpy(bytes + 4, offer->source, MESSAGE_MARK);
	memcpy(bytes + 4 + MESSAGE_MARK, offer->destination, MESSAGE_MARK);
}

bool message_terms_parse(const uint8_t *bytes, size_t length,
			 struct message_terms *terms)
{
	struct nhrp_reader reader = { .bytes = bytes, .end = length };
	const uint8_t *seen;
	uint8_t flags, seen_length;

	terms->index = nhrp_read_u32(&reader);
	terms->spi = nhrp_read_u32(&reader);
	flags = nhrp_read_u8(&reader);
	seen_length = nhrp_read_u8(&reader);
	terms->port = nhrp_read_u16(&reader);
	seen = nhrp_read_bytes(&reader, NHRP_ADDRESS_MAX);
	terms->certificate_length = nhrp_read_u16(&reader);
	nhrp_read_u16(&reader);
	terms->certificate = nhrp_read_bytes(&reader,
					     terms->certificate_length);
	if (reader.failed || nhrp_reader_left(&reader))
		return false;
	terms->chacha = flags & TERMS_CHACHA;
	terms->udp = flags & TERMS_UDP;
	/* The kernel keeps SPIs up to 255 for itself. */
	return terms->spi > 255 && seen_length &&
	       nhrp_address_set(&terms->seen, seen, seen_length);
}

size_t message_terms_write(const struct message_terms *terms, uint8_t *bytes,
			   size_t room)
{
	struct nhrp_writer writer = { .bytes = bytes, .size = room };

	nhrp_write_u32(&writer, terms->index);
	nhrp_write_u32(&writer, terms->spi);
	nhrp_write_u8(&writer, (terms->chacha ? TERMS_CHACHA : 0) |
			       (terms->udp ? TERMS_UDP : 0));
	nhrp_write_u8(&writer, terms->seen.length);
	nhrp_write_u16(&writer, terms->port);
	nhrp_write_bytes(&writer, terms->seen.bytes, NHRP_ADDRESS_MAX);
	nhrp_write_u16(&writer, terms->certificate_length);
	nhrp_write_u16(&writer, 0);
	nhrp_write_bytes(&writer, terms->certificate,
			 terms->certificate_length);
	return writer.failed ? 0 : writer.position;
}
