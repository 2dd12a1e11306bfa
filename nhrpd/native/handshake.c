// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The handshake of the native key exchange.
 */
#include "handshake.h"

#include <sodium.h>
#include <string.h>

#include "packet/buffer.h"

#define HANDSHAKE_NAME "mgre native 1"
#define HANDSHAKE_TERMS_MAX (MESSAGE_TERMS_SIZE + CERTIFICATE_SIZE_MAX)

static void handshake_start(struct handshake *handshake,
			    const struct credentials *credentials,
			    bool initiator, uint32_t local_index)
{
	uint8_t prologue[sizeof(HANDSHAKE_NAME) + 4];
	struct nhrp_writer writer = {
		.bytes = prologue,
		.size = sizeof(prologue),
	};
	struct noise_keypair ephemeral;

	memset(handshake, 0, sizeof(*handshake));
	handshake->credentials = credentials;
	handshake->initiator = initiator;
	handshake->local_index = local_index;
	/* The kernel keeps SPIs up to 255 for itself. */
	handshake->spi_in = 256 + randombytes_uniform(UINT32_MAX - 255);
	nhrp_write_bytes(&writer, HANDSHAKE_NAME, sizeof(HANDSHAKE_NAME));
	nhrp_write_u32(&writer, credentials->network_id);
	noise_keypair_make(&ephemeral);
	if (initiator)
		memcpy(handshake->call, ephemeral.public, NOISE_KEY);
	noise_start(&handshake->noise, initiator, prologue, sizeof(prologue),
		    &credentials->own,
		    credentials->has_psk ? credentials->psk : NULL,
		    &ephemeral);
	sodium_memzero(&ephemeral, sizeof(ephemeral));
}

/* Return: 0 if the other's key leaves nothing to encrypt with. */
static size_t handshake_write(struct handshake *handshake,
			      enum message_type type, const void *payload,
			      size_t payload_length, uint8_t *bytes)
{
	uint8_t body[MESSAGE_MAX];
	struct message message = {
		.type = type,
		.network_id = handshake->credentials->network_id,
		.sender = handshake->local_index,
		.receiver = handshake->remote_index,
		.body = body,
	};

	message.length = noise_write(&handshake->noise, payload,
				     payload_length, body, sizeof(body));
	return message.length ? message_write(&message, bytes, MESSAGE_MAX) :
				0;
}

/* ---- NAT ---- */

/* What an end looks like; a NAT between both ends makes them differ. */
static void handshake_mark(const struct handshake *handshake,
			   const struct place *place,
			   uint8_t mark[MESSAGE_MARK])
{
	uint8_t bytes[NOISE_KEY + PLACE_BYTES];
	uint8_t hash[crypto_generichash_BYTES];

	memcpy(bytes, handshake->call, NOISE_KEY);
	place_bytes(place, bytes + NOISE_KEY);
	crypto_generichash(hash, sizeof(hash), bytes, sizeof(bytes), NULL, 0);
	memcpy(mark, hash, MESSAGE_MARK);
}

static bool handshake_is_marked(const struct handshake *handshake,
				const struct place *place,
				const uint8_t mark[MESSAGE_MARK])
{
	uint8_t right[MESSAGE_MARK];

	handshake_mark(handshake, place, right);
	return !memcmp(right, mark, MESSAGE_MARK);
}

/* ---- offer and choice ---- */

static uint8_t handshake_wishes(const struct credentials *credentials)
{
	uint8_t flags = credentials->aes ? MESSAGE_OFFER_AES : 0;

	if (credentials->encapsulation == CONFIG_ENCAPSULATION_UDP)
		flags |= MESSAGE_OFFER_UDP;
	if (credentials->encapsulation == CONFIG_ENCAPSULATION_ESP)
		flags |= MESSAGE_OFFER_ESP;
	return flags;
}

static void handshake_choose(struct handshake *handshake,
			     const struct message_offer *offer, bool nat)
{
	uint8_t own = handshake_wishes(handshake->credentials);
	uint8_t either = own | offer->flags;

	handshake->chacha = !(own & offer->flags & MESSAGE_OFFER_AES);
	handshake->udp = !(either & MESSAGE_OFFER_ESP) &&
			 (nat || either & MESSAGE_OFFER_UDP);
}

size_t handshake_begin(struct handshake *handshake,
		       const struct credentials *credentials,
		       uint32_t local_index, const struct place *own,
		       const struct place *peer, uint8_t *bytes)
{
	struct message_offer offer = {
		.flags = handshake_wishes(credentials),
	};
	uint8_t payload[MESSAGE_OFFER_SIZE];
	size_t length;

	handshake_start(handshake, credentials, true, local_index);
	handshake_mark(handshake, own, offer.source);
	handshake_mark(handshake, peer, offer.destination);
	message_offer_write(&offer, payload);
	length = handshake_write(handshake, MESSAGE_INITIATION, payload,
				 sizeof(payload), bytes);
	mac_sign1(&credentials->mac, bytes, length);
	return length;
}

/* ---- terms ---- */

static size_t handshake_write_terms(struct handshake *handshake,
				    enum message_type type,
				    const struct place *peer, uint8_t *bytes)
{
	const struct credentials *credentials = handshake->credentials;
	struct message_terms terms = {
		.index = handshake->local_index,
		.spi = handshake->spi_in,
		.chacha = handshake->chacha,
		.udp = handshake->udp,
		.seen = peer->address,
		.port = peer->port,
		.certificate = credentials->own_certificate,
		.certificate_length = credentials->own_length,
	};
	uint8_t payload[HANDSHAKE_TERMS_MAX];
	size_t length;

	length = message_terms_write(&terms, payload, sizeof(payload));
	return handshake_write(handshake, type, payload, length, bytes);
}

/* Noise has proven that the other has the secret of this static key. */
static enum handshake_result
handshake_identify(struct handshake *handshake,
		   const struct message_terms *terms, uint64_t now)
{
	const struct credentials *credentials = handshake->credentials;
	struct certificate *certificate = &handshake->certificate;
	uint8_t key[NOISE_KEY];

	if (!credentials->certified)
		return HANDSHAKE_OK;
	if (!terms->certificate_length)
		return HANDSHAKE_ANONYMOUS;
	handshake->reason = certificate_verify(terms->certificate,
					       terms->certificate_length,
					       &credentials->authority, now,
					       certificate);
	if (handshake->reason)
		return HANDSHAKE_CERTIFICATE;
	if (revoked_has(&credentials->revoked, certificate))
		return HANDSHAKE_REVOKED;
	if (crypto_sign_ed25519_pk_to_curve25519(key, certificate->key) ||
	    sodium_memcmp(key, handshake->noise.remote_static, NOISE_KEY))
		return HANDSHAKE_KEY;
	return HANDSHAKE_OK;
}

static enum handshake_result
handshake_take_terms(struct handshake *handshake,
		     const struct message *message, const struct place *own,
		     uint64_t now)
{
	uint8_t payload[HANDSHAKE_TERMS_MAX];
	struct message_terms terms;
	size_t length;

	if (!noise_read(&handshake->noise, message->body, message->length,
			payload, sizeof(payload), &length))
		return HANDSHAKE_FORGED;
	if (!message_terms_parse(payload, length, &terms))
		return HANDSHAKE_MALFORMED;
	if (terms.index != message->sender)
		return HANDSHAKE_FORGED;
	handshake->remote_index = message->sender;
	handshake->spi_out = terms.spi;
	if (handshake->initiator) {
		handshake->chacha = terms.chacha;
		handshake->udp = terms.udp;
	}
	if (!nhrp_address_equal(&terms.seen, &own->address) ||
	    terms.port != own->port)
		handshake->behind_nat = true;
	return handshake_identify(handshake, &terms, now);
}

/* ---- the three answers ---- */

enum handshake_result handshake_respond(struct handshake *handshake,
					const struct credentials *credentials,
					uint32_t local_index,
					const struct message *initiation,
					const struct place *own,
					const struct place *peer,
					uint8_t *bytes, size_t *length)
{
	uint8_t payload[MESSAGE_OFFER_SIZE];
	struct message_offer offer;
	size_t payload_length;
	bool peer_nat;

	handshake_start(handshake, credentials, false, local_index);
	if (!noise_read(&handshake->noise, initiation->body,
			initiation->length, payload, sizeof(payload),
			&payload_length))
		return HANDSHAKE_FORGED;
	if (!message_offer_parse(payload, payload_length, &offer))
		return HANDSHAKE_MALFORMED;
	memcpy(handshake->call, initiation->body, NOISE_KEY);
	handshake->remote_index = initiation->sender;
	peer_nat = !handshake_is_marked(handshake, peer, offer.source);
	handshake->behind_nat =
		!handshake_is_marked(handshake, own, offer.destination);
	handshake_choose(handshake, &offer, peer_nat || handshake->behind_nat);
	*length = handshake_write_terms(handshake, MESSAGE_RESPONSE, peer,
					bytes);
	if (!*length)
		return HANDSHAKE_FORGED;
	mac_sign1(&credentials->mac, bytes, *length);
	return HANDSHAKE_OK;
}

enum handshake_result handshake_finish(struct handshake *handshake,
				       const struct message *response,
				       const struct place *own,
				       const struct place *peer, uint64_t now,
				       uint8_t *bytes, size_t *length)
{
	struct handshake before = *handshake;
	enum handshake_result result;

	result = handshake_take_terms(handshake, response, own, now);
	if (result == HANDSHAKE_OK) {
		*length = handshake_write_terms(handshake, MESSAGE_FINISH,
						peer, bytes);
		if (!*length)
			result = HANDSHAKE_FORGED;
	}
	if (result != HANDSHAKE_OK) {
		before.reason = handshake->reason;
		*handshake = before;
	}
	handshake_wipe(&before);
	return result;
}

enum handshake_result handshake_conclude(struct handshake *handshake,
					 const struct message *finish,
					 const struct place *own, uint64_t now)
{
	struct handshake before = *handshake;
	enum handshake_result result = HANDSHAKE_FORGED;

	if (finish->sender == handshake->remote_index)
		result = handshake_take_terms(handshake, finish, own, now);
	if (result != HANDSHAKE_OK) {
		before.reason = handshake->reason;
		*handshake = before;
	}
	handshake_wipe(&before);
	return result;
}

const char *handshake_result_name(enum handshake_result result)
{
	static const char *const names[] = {
		[HANDSHAKE_OK] = "accepted",
		[HANDSHAKE_MALFORMED] = "it cannot be understood",
		[HANDSHAKE_FORGED] = "it is forged, or made with another psk",
		[HANDSHAKE_ANONYMOUS] = "it comes without a certificate",
		[HANDSHAKE_CERTIFICATE] = "its certificate",
		[HANDSHAKE_REVOKED] = "its certificate is revoked",
		[HANDSHAKE_KEY] = "its certificate is of another key",
	};

	return names[result];
}

void handshake_keys(const struct handshake *handshake,
		    struct handshake_keys *keys)
{
	static const char forth[] = "mgre native esp from initiator";
	static const char back[] = "mgre native esp from responder";
	const struct noise *noise = &handshake->noise;
	bool initiator = handshake->initiator;

	memset(keys, 0, sizeof(*keys));
	noise_export(noise, initiator ? back : forth, keys->in,
		     sizeof(keys->in));
	noise_export(noise, initiator ? forth : back, keys->out,
		     sizeof(keys->out));
	noise_split(noise, &keys->sealed.send, &keys->sealed.receive);
}

void handshake_wipe(struct handshake *handshake)
{
	sodium_memzero(handshake, sizeof(*handshake));
}
