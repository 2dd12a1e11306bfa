/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The handshake of the native key exchange: Noise, with what two nodes tell
 * each other in it. A pure state machine: no I/O, no clock, no allocation.
 *
 *	initiator				responder
 *	handshake_begin()   --initiation-->	handshake_respond()
 *	handshake_finish()  <--response--
 *			    --finish-->		handshake_conclude()
 *	handshake_keys()			handshake_keys()
 *
 * A message that is refused changes nothing: the right one may still come.
 */
#ifndef NHRPD_NATIVE_HANDSHAKE_H
#define NHRPD_NATIVE_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sealed.h"
#include "credentials.h"
#include "identity/certificate.h"
#include "message.h"
#include "noise/noise.h"
#include "place.h"
#include "xfrm.h"

enum handshake_result {
	HANDSHAKE_OK,
	HANDSHAKE_MALFORMED,	/* genuine, and yet not to be understood */
	HANDSHAKE_FORGED,	/* not genuine, or not with the same psk */
	HANDSHAKE_ANONYMOUS,	/* no certificate, but one is needed */
	HANDSHAKE_CERTIFICATE,	/* refused: @reason of it */
	HANDSHAKE_REVOKED,
	HANDSHAKE_KEY,		/* the certificate is of another key */
};

/**
 * struct handshake - a handshake under way; holds secrets
 * @credentials: of the interface, not owned
 * @noise: the cryptographic part
 * @initiator: who we are
 * @local_index, @remote_index: how each side finds it; the other's is 0 until
 *				it is known
 * @spi_in, @spi_out: SPIs that we and the other chose
 * @chacha: ChaCha20-Poly1305 and not AES-256-GCM
 * @udp: ESP travels in UDP
 * @behind_nat: we are, as far as the other sees
 * @call: the initiator's ephemeral public key, to find repeated initiations
 *	  and to settle collisions
 * @certificate: of the other, valid if @credentials.certified and it has
 *		 proven itself
 * @reason: after HANDSHAKE_CERTIFICATE: what it is, "has expired", say; else
 *	    NULL
 */
struct handshake {
	const struct credentials *credentials;
	struct noise noise;
	bool initiator;
	uint32_t local_index, remote_index;
	uint32_t spi_in, spi_out;
	bool chacha;
	bool udp;
	bool behind_nat;
	uint8_t call[NOISE_KEY];
	struct certificate certificate;
	const char *reason;
};

/**
 * struct handshake_keys - what comes of it; holds secrets
 * @in, @out: keys and salts of the SAs
 * @sealed: keys of the messages from then on
 */
struct handshake_keys {
	uint8_t in[XFRM_KEY_SIZE];
	uint8_t out[XFRM_KEY_SIZE];
	struct sealed sealed;
};

/**
 * handshake_begin - be the initiator
 * @local_index: by which the answer finds us
 * @own, @peer: both ends as we know them
 * @bytes: gets the initiation with mac1, MESSAGE_MAX bytes of room
 *
 * Return: its length.
 */
size_t handshake_begin(struct handshake *handshake,
		       const struct credentials *credentials,
		       uint32_t local_index, const struct place *own,
		       const struct place *peer, uint8_t *bytes);

/**
 * handshake_respond - answer an initiation, whose mac1 is right
 * @own, @peer: where it came to and from
 * @bytes, @length: get the response; MESSAGE_MAX bytes of room
 */
enum handshake_result handshake_respond(struct handshake *handshake,
					const struct credentials *credentials,
					uint32_t local_index,
					const struct message *initiation,
					const struct place *own,
					const struct place *peer,
					uint8_t *bytes, size_t *length);

/**
 * handshake_finish - as the initiator, take the response
 * @own, @peer: where it came to and from
 * @now: seconds since 1970
 * @bytes, @length: get the finish; MESSAGE_MAX bytes of room
 *
 * The other has proven who it is, but the psk only once it confirms.
 */
enum handshake_result handshake_finish(struct handshake *handshake,
				       const struct message *response,
				       const struct place *own,
				       const struct place *peer, uint64_t now,
				       uint8_t *bytes, size_t *length);

/** handshake_conclude - as the responder, take the finish */
enum handshake_result handshake_conclude(struct handshake *handshake,
					 const struct message *finish,
					 const struct place *own, uint64_t now);

/**
 * handshake_result_name - a refusal in words
 *
 * To be completed by handshake.reason after HANDSHAKE_CERTIFICATE.
 */
const char *handshake_result_name(enum handshake_result result);

/** handshake_keys - after finish or conclude; wipe them */
void handshake_keys(const struct handshake *handshake,
		    struct handshake_keys *keys);

/** handshake_wipe - forget all secrets */
void handshake_wipe(struct handshake *handshake);

#endif /* NHRPD_NATIVE_HANDSHAKE_H */
