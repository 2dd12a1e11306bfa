// SPDX-License-Identifier: GPL-2.0-or-later
#include <sodium.h>
#include <string.h>

#include "noise/noise.h"
#include "noise_vectors.h"
#include "test.h"

#define ROOM 256
#define MESSAGES 3

/* Both ends of a handshake. */
struct pair {
	struct noise initiator;
	struct noise responder;
};

static size_t from_hex(const char *hex, uint8_t *bytes, size_t room)
{
	const char *end;
	size_t length;

	assert_int_equal(sodium_hex2bin(bytes, room, hex, strlen(hex), " ",
					&length, &end), 0);
	assert_int_equal(*end, '\0');
	return length;
}

static struct noise_keypair vector_pair(const char *hex)
{
	struct noise_keypair pair;

	assert_int_equal(from_hex(hex, pair.secret, NOISE_KEY), NOISE_KEY);
	crypto_scalarmult_base(pair.public, pair.secret);
	return pair;
}

static void start_vector(struct pair *pair, const struct noise_vector *vector)
{
	struct noise_keypair own[] = {
		vector_pair(vector->initiator_static),
		vector_pair(vector->responder_static),
	};
	struct noise_keypair ephemeral[] = {
		vector_pair(vector->initiator_ephemeral),
		vector_pair(vector->responder_ephemeral),
	};
	uint8_t prologue[ROOM], psk[NOISE_KEY];
	size_t length = from_hex(vector->prologue, prologue, ROOM);

	if (vector->psk)
		from_hex(vector->psk, psk, NOISE_KEY);
	noise_start(&pair->initiator, true, prologue, length, &own[0],
		    vector->psk ? psk : NULL, &ephemeral[0]);
	noise_start(&pair->responder, false, prologue, length, &own[1],
		    vector->psk ? psk : NULL, &ephemeral[1]);
}

/* Message @index: who writes it if @writes, else who reads it. */
static struct noise *end_of(struct pair *pair, unsigned int index, bool writes)
{
	return (index % 2 == 0) == writes ? &pair->initiator : &pair->responder;
}

static size_t write_message(struct pair *pair, unsigned int index,
			    uint8_t message[ROOM])
{
	return noise_write(end_of(pair, index, true), "hello", 5, message,
			   ROOM);
}

static bool read_message(struct pair *pair, unsigned int index,
			 const uint8_t *message, size_t length)
{
	uint8_t payload[ROOM];
	size_t payload_length;

	if (!noise_read(end_of(pair, index, false), message, length, payload,
			ROOM, &payload_length))
		return false;
	assert_int_equal(payload_length, 5);
	assert_memory_equal(payload, "hello", 5);
	return true;
}

/* Shake hands as far as before message @index. */
static void go_to(struct pair *pair, unsigned int index)
{
	uint8_t message[ROOM];

	for (unsigned int i = 0; i < index; i++)
		assert_true(read_message(pair, i, message,
					 write_message(pair, i, message)));
}

/* A pair with keys of its own; @psk may be NULL. */
static void start_pair(struct pair *pair, const uint8_t *psk)
{
	struct noise_keypair own[2];

	noise_keypair_make(&own[0]);
	noise_keypair_make(&own[1]);
	noise_start(&pair->initiator, true, "net", 3, &own[0], psk, NULL);
	noise_start(&pair->responder, false, "net", 3, &own[1], psk, NULL);
}

static void check_handshake(struct pair *pair,
			    const struct noise_vector *vector,
			    unsigned int index)
{
	uint8_t payload[ROOM], expected[ROOM], message[ROOM], read[ROOM];
	size_t payload_length, expected_length, read_length;

	payload_length = from_hex(vector->messages[index].payload, payload,
				  ROOM);
	expected_length = from_hex(vector->messages[index].ciphertext,
				   expected, ROOM);
	assert_int_equal(noise_write(end_of(pair, index, true), payload,
				     payload_length, message, ROOM),
			 expected_length);
	assert_memory_equal(message, expected, expected_length);
	assert_true(noise_read(end_of(pair, index, false), message,
			       expected_length, read, ROOM, &read_length));
	assert_int_equal(read_length, payload_length);
	assert_memory_equal(read, payload, payload_length);
}

static void check_transport(const struct noise_vector *vector,
			    unsigned int index, struct noise_transport *send,
			    struct noise_transport *receive)
{
	uint8_t payload[ROOM], expected[ROOM], sealed[ROOM], read[ROOM];
	size_t length = from_hex(vector->messages[index].payload, payload,
				 ROOM);

	assert_int_equal(from_hex(vector->messages[index].ciphertext, expected,
				  ROOM), length + NOISE_TAG);
	noise_seal(send->key, send->nonce++, NULL, 0, payload, length, sealed);
	assert_memory_equal(sealed, expected, length + NOISE_TAG);
	assert_true(noise_unseal(receive->key, receive->nonce++, NULL, 0,
				 sealed, length + NOISE_TAG, read));
	assert_memory_equal(read, payload, length);
}

static void public_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < NOISE_VECTORS; i++) {
		const struct noise_vector *vector = &noise_vectors[i];
		struct noise_transport send[2], receive[2];
		uint8_t hash[NOISE_HASH];
		struct pair pair;
		unsigned int index;

		start_vector(&pair, vector);
		for (index = 0; index < MESSAGES; index++)
			check_handshake(&pair, vector, index);
		assert_true(noise_is_finished(&pair.initiator));
		assert_true(noise_is_finished(&pair.responder));
		from_hex(vector->handshake_hash, hash, NOISE_HASH);
		assert_memory_equal(pair.initiator.hash, hash, NOISE_HASH);
		assert_memory_equal(pair.responder.hash, hash, NOISE_HASH);

		noise_split(&pair.initiator, &send[0], &receive[0]);
		noise_split(&pair.responder, &send[1], &receive[1]);
		for (; index < NOISE_VECTOR_MESSAGES; index++)
			check_transport(vector, index, &send[index % 2],
					&receive[(index + 1) % 2]);
	}
}

static void statics_are_told(void **state)
{
	struct pair pair;

	(void)state;
	start_pair(&pair, NULL);
	go_to(&pair, MESSAGES);
	assert_memory_equal(pair.initiator.remote_static,
			    pair.responder.local_static.public, NOISE_KEY);
	assert_memory_equal(pair.responder.remote_static,
			    pair.initiator.local_static.public, NOISE_KEY);
}

/* Every byte and every length of every message. */
static void forged_messages(void **state)
{
	static const uint8_t psk[NOISE_KEY] = { 7 };
	const uint8_t *psks[] = { NULL, psk };
	uint8_t message[ROOM];
	struct pair pair, before;

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(psks) * MESSAGES; i++) {
		unsigned int index = i % MESSAGES;
		size_t length;

		start_pair(&pair, psks[i / MESSAGES]);
		go_to(&pair, index);
		length = write_message(&pair, index, message);
		before = pair;
		/* Without a psk the first message is in clear. */
		for (size_t at = 0; i && at < length; at++) {
			message[at] ^= 0x10;
			assert_false(read_message(&pair, index, message,
						  length));
			message[at] ^= 0x10;
			assert_memory_equal(&pair, &before, sizeof(pair));
		}
		/* What is in clear may be cut down to its key. */
		for (size_t cut = 0; cut < (i ? length : NOISE_KEY); cut++) {
			assert_false(read_message(&pair, index, message,
						  cut));
			assert_memory_equal(&pair, &before, sizeof(pair));
		}
		assert_true(read_message(&pair, index, message, length));
	}
}

static void out_of_order(void **state)
{
	uint8_t message[MESSAGES][ROOM];
	size_t length[MESSAGES];
	struct pair pair, before;

	(void)state;
	start_pair(&pair, NULL);
	for (unsigned int i = 0; i < MESSAGES; i++) {
		uint8_t other[ROOM];

		/* Whoever has to read cannot write. */
		assert_int_equal(noise_write(end_of(&pair, i, false), "", 0,
					     other, ROOM), 0);
		length[i] = write_message(&pair, i, message[i]);
		assert_int_not_equal(length[i], 0);
		/* The writer cannot read what is its own, nor write again. */
		before = pair;
		assert_false(read_message(&pair, i + 1, message[i],
					  length[i]));
		assert_int_equal(noise_write(end_of(&pair, i, true), "", 0,
					     other, ROOM), 0);
		/* No message of before is taken for this one. */
		for (unsigned int old = 0; old < i; old++)
			assert_false(read_message(&pair, i, message[old],
						  length[old]));
		assert_memory_equal(&pair, &before, sizeof(pair));
		assert_true(read_message(&pair, i, message[i], length[i]));
		assert_false(read_message(&pair, i, message[i], length[i]));
	}
}

static void different_prologue(void **state)
{
	struct noise_keypair own;
	uint8_t message[ROOM];
	struct pair pair;

	(void)state;
	noise_keypair_make(&own);
	noise_start(&pair.initiator, true, "net1", 4, &own, NULL, NULL);
	noise_start(&pair.responder, false, "net2", 4, &own, NULL, NULL);
	go_to(&pair, 1);
	assert_false(read_message(&pair, 1, message,
				  write_message(&pair, 1, message)));
}

/* It is mixed in last, but that there is one counts from the beginning. */
static void different_psk(void **state)
{
	static const uint8_t right[NOISE_KEY] = { 1 }, wrong[NOISE_KEY] = { 2 };
	struct noise_keypair own;
	uint8_t message[ROOM];
	struct pair pair;

	(void)state;
	noise_keypair_make(&own);
	noise_start(&pair.initiator, true, "", 0, &own, right, NULL);
	noise_start(&pair.responder, false, "", 0, &own, wrong, NULL);
	go_to(&pair, 2);
	assert_false(read_message(&pair, 2, message,
				  write_message(&pair, 2, message)));

	noise_start(&pair.initiator, true, "", 0, &own, NULL, NULL);
	noise_start(&pair.responder, false, "", 0, &own, right, NULL);
	assert_false(read_message(&pair, 0, message,
				  write_message(&pair, 0, message)));
}

/* Ephemeral keys that give a secret of zeros, whatever the other's is. */
static void small_order(void **state)
{
	static const char *const points[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(points); i++) {
		uint8_t message[ROOM];
		struct pair pair, before;

		start_pair(&pair, NULL);
		from_hex(points[i], message, NOISE_KEY);
		memcpy(message + NOISE_KEY, "hello", 5);
		assert_true(read_message(&pair, 0, message, NOISE_KEY + 5));
		before = pair;
		assert_int_equal(write_message(&pair, 1, message), 0);
		assert_memory_equal(&pair, &before, sizeof(pair));

		start_pair(&pair, NULL);
		go_to(&pair, 1);
		write_message(&pair, 1, message);
		from_hex(points[i], message, NOISE_KEY);
		assert_false(read_message(&pair, 1, message, ROOM));
	}
}

static void room_is_kept(void **state)
{
	uint8_t message[ROOM], payload[ROOM];
	struct pair pair, before;
	size_t length, read;

	(void)state;
	for (unsigned int i = 0; i < MESSAGES; i++) {
		start_pair(&pair, NULL);
		go_to(&pair, i);
		before = pair;
		length = write_message(&pair, i, message);
		pair = before;
		assert_int_equal(noise_write(end_of(&pair, i, true), "hello",
					     5, message, length - 1), 0);
		assert_int_equal(noise_write(end_of(&pair, i, true), "hello",
					     5, message, length), length);
		assert_false(noise_read(end_of(&pair, i, false), message,
					length, payload, 4, &read));
		assert_true(noise_read(end_of(&pair, i, false), message,
				       length, payload, 5, &read));
	}
}

static void longest_message(void **state)
{
	static uint8_t payload[NOISE_MESSAGE_MAX + 1];
	static uint8_t message[NOISE_MESSAGE_MAX + 1];
	size_t most = NOISE_MESSAGE_MAX - NOISE_KEY, read;
	struct pair pair;

	(void)state;
	start_pair(&pair, NULL);
	assert_int_equal(noise_write(&pair.initiator, payload, most + 1,
				     message, sizeof(message)), 0);
	assert_false(noise_read(&pair.responder, message, sizeof(message),
				payload, sizeof(payload), &read));
	assert_int_equal(noise_write(&pair.initiator, payload, most, message,
				     sizeof(message)), NOISE_MESSAGE_MAX);
	assert_true(noise_read(&pair.responder, message, NOISE_MESSAGE_MAX,
			       payload, sizeof(payload), &read));
	assert_int_equal(read, most);
}

static void split_and_export(void **state)
{
	struct noise_transport send[2], receive[2];
	uint8_t initiator[100], responder[100], other[100];
	struct pair pair;

	(void)state;
	start_pair(&pair, NULL);
	go_to(&pair, MESSAGES);
	noise_split(&pair.initiator, &send[0], &receive[0]);
	noise_split(&pair.responder, &send[1], &receive[1]);
	assert_memory_equal(send[0].key, receive[1].key, NOISE_KEY);
	assert_memory_equal(send[1].key, receive[0].key, NOISE_KEY);
	assert_memory_not_equal(send[0].key, send[1].key, NOISE_KEY);

	noise_export(&pair.initiator, "esp", initiator, sizeof(initiator));
	noise_export(&pair.responder, "esp", responder, sizeof(responder));
	assert_memory_equal(initiator, responder, sizeof(initiator));
	noise_export(&pair.responder, "esq", other, sizeof(other));
	assert_memory_not_equal(initiator, other, NOISE_HASH);
	assert_memory_not_equal(initiator, send[0].key, NOISE_KEY);
	assert_memory_not_equal(initiator, send[1].key, NOISE_KEY);
	noise_export(&pair.initiator, "esp", other, 40);
	assert_memory_equal(initiator, other, 40);

	start_pair(&pair, NULL);
	go_to(&pair, MESSAGES);
	noise_export(&pair.initiator, "esp", other, sizeof(other));
	assert_memory_not_equal(initiator, other, NOISE_HASH);
}

/* Test case 1 of RFC 5869: a chaining key is a pseudorandom key. */
static void export_is_hkdf_expand(void **state)
{
	static const char key[] =
		"07770936 2c2e32df 0ddc3f0d c47bba63 "
		"90b6c73b b50f9c31 22ec844a d7c2b3e5";
	static const char label[] = "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9";
	static const char result[] =
		"3cb25f25 faacd57a 90434f64 d0362f2a "
		"2d2d0a90 cf1a5a4c 5db02d56 ecc4c5bf "
		"34007208 d5b88718 5865";
	uint8_t expected[42], output[42];
	struct noise noise = { 0 };

	(void)state;
	from_hex(key, noise.chaining_key, NOISE_HASH);
	from_hex(result, expected, sizeof(expected));
	noise_export(&noise, label, output, sizeof(output));
	assert_memory_equal(output, expected, sizeof(output));
}

static void sealed_messages(void **state)
{
	static const uint8_t key[NOISE_KEY] = { 3 };
	uint8_t sealed[5 + NOISE_TAG], plain[5];

	(void)state;
	noise_seal(key, 1ULL << 40, "ad", 2, "hello", 5, sealed);
	assert_true(noise_unseal(key, 1ULL << 40, "ad", 2, sealed,
				 sizeof(sealed), plain));
	assert_memory_equal(plain, "hello", 5);
	assert_false(noise_unseal(key, 1, "ad", 2, sealed, sizeof(sealed),
				  plain));
	assert_false(noise_unseal(key, 1ULL << 40, "ae", 2, sealed,
				  sizeof(sealed), plain));
	for (size_t cut = 0; cut < sizeof(sealed); cut++)
		assert_false(noise_unseal(key, 1ULL << 40, "ad", 2, sealed,
					  cut, plain));
}

static void wiped(void **state)
{
	uint8_t message[ROOM];
	struct pair pair;

	(void)state;
	start_pair(&pair, NULL);
	write_message(&pair, 0, message);
	noise_wipe(&pair.initiator);
	noise_wipe(&pair.responder);
	assert_true(sodium_is_zero(pair.initiator.local_static.secret,
				   NOISE_KEY));
	assert_false(noise_is_finished(&pair.initiator));
	assert_false(read_message(&pair, 0, message, NOISE_KEY + 5));
	assert_int_equal(write_message(&pair, 0, message), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(public_vectors),
		cmocka_unit_test(statics_are_told),
		cmocka_unit_test(forged_messages),
		cmocka_unit_test(out_of_order),
		cmocka_unit_test(different_prologue),
		cmocka_unit_test(different_psk),
		cmocka_unit_test(small_order),
		cmocka_unit_test(room_is_kept),
		cmocka_unit_test(longest_message),
		cmocka_unit_test(split_and_export),
		cmocka_unit_test(export_is_hkdf_expand),
		cmocka_unit_test(sealed_messages),
		cmocka_unit_test(wiped),
	};

	return cmocka_run_group_tests_name("noise", tests, NULL, NULL);
}
