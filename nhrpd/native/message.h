/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of the native key exchange, between bytes and structs. No secrets,
 * no I/O. Documentation/nhrpd/native-protocol.rst has the drawings.
 */
#ifndef NHRPD_NATIVE_MESSAGE_H
#define NHRPD_NATIVE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet/address.h"

#define MESSAGE_VERSION 1
#define MESSAGE_HEADER 20	/* bytes in front of any body */
#define MESSAGE_MAC 16
#define MESSAGE_TYPE 4		/* where its type is in a datagram */
#define MESSAGE_COOKIE_NONCE 24
#define MESSAGE_COOKIE_SEALED 32
#define MESSAGE_CONTROL_SEALED 17	/* one byte and its tag */
#define MESSAGE_CONTROL_SIZE (MESSAGE_HEADER + 8 + MESSAGE_CONTROL_SEALED)
#define MESSAGE_COOKIE_SIZE \
	(MESSAGE_HEADER + MESSAGE_COOKIE_NONCE + MESSAGE_COOKIE_SEALED)
#define MESSAGE_MAX 1400	/* nothing longer is sent or read */
#define MESSAGE_MARK 8
#define MESSAGE_OFFER_SIZE 20
#define MESSAGE_TERMS_SIZE 32	/* without the certificate */

enum message_type {
	MESSAGE_INITIATION = 1,
	MESSAGE_RESPONSE = 2,
	MESSAGE_FINISH = 3,
	MESSAGE_CONTROL = 4,
	MESSAGE_COOKIE = 5,
};

/**
 * struct message - one datagram
 * @network_id: of the NHRP network
 * @sender: index by which the sender wants to be answered; 0 in those of
 *	    MESSAGE_CONTROL and MESSAGE_COOKIE
 * @receiver: index that the receiver chose; 0 in MESSAGE_INITIATION
 * @body: @length bytes, not owned: the Noise message, or what is sealed
 * @nonce: MESSAGE_CONTROL only
 * @cookie_nonce: MESSAGE_COOKIE only, MESSAGE_COOKIE_NONCE bytes, not owned
 * @mac1: MESSAGE_INITIATION and MESSAGE_RESPONSE, MESSAGE_MAC bytes, not owned
 * @mac2: MESSAGE_INITIATION only, likewise; mac.h fills both, zeros are written
 */
struct message {
	enum message_type type;
	uint32_t network_id;
	uint32_t sender;
	uint32_t receiver;
	const uint8_t *body;
	size_t length;
	uint64_t nonce;
	const uint8_t *cookie_nonce;
	const uint8_t *mac1;
	const uint8_t *mac2;
};

/**
 * message_parse - read a datagram
 * @message: points into @bytes afterwards
 *
 * Return: false if it is none of ours.
 */
bool message_parse(const uint8_t *bytes, size_t length,
		   struct message *message);

/** message_macs - how many bytes of MACs a type of message ends in */
size_t message_macs(uint8_t type);

/** message_write - write a datagram; returns its length, 0 without room */
size_t message_write(const struct message *message, uint8_t *bytes,
		     size_t room);

#define MESSAGE_OFFER_AES 0x01		/* the CPU computes AES */
#define MESSAGE_OFFER_UDP 0x02		/* ESP must travel in UDP */
#define MESSAGE_OFFER_ESP 0x04		/* ESP must not travel in UDP */

/**
 * struct message_offer - payload of MESSAGE_INITIATION
 * @flags: MESSAGE_OFFER_*; unknown ones are ignored
 * @source, @destination: marks of both ends as the initiator knows them
 */
struct message_offer {
	uint8_t flags;
	uint8_t source[MESSAGE_MARK];
	uint8_t destination[MESSAGE_MARK];
};

bool message_offer_parse(const uint8_t *bytes, size_t length,
			 struct message_offer *offer);
void message_offer_write(const struct message_offer *offer,
			 uint8_t bytes[MESSAGE_OFFER_SIZE]);

/**
 * struct message_terms - payload of MESSAGE_RESPONSE and MESSAGE_FINISH
 * @index: the sender's, as in struct message, but here it is authenticated
 * @spi: of the SA by which the sender wants to receive
 * @chacha: ChaCha20-Poly1305 and not AES-256-GCM
 * @udp: ESP travels in UDP
 * @seen, @port: where the sender sees the receiver
 * @certificate: @certificate_length bytes, not owned
 */
struct message_terms {
	uint32_t index;
	uint32_t spi;
	bool chacha;
	bool udp;
	struct nhrp_address seen;
	uint16_t port;
	const uint8_t *certificate;
	size_t certificate_length;
};

bool message_terms_parse(const uint8_t *bytes, size_t length,
			 struct message_terms *terms);

/** message_terms_write - returns the length, 0 without room */
size_t message_terms_write(const struct message_terms *terms, uint8_t *bytes,
			   size_t room);

#endif /* NHRPD_NATIVE_MESSAGE_H */
