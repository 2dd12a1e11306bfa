// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The handshake of the native key exchange by itself.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "native/handshake.h"
#include "native_identity.h"
#include "test.h"

#define NOW 1800000000
#define DAY 86400

/* Who takes part: a is the initiator, b the responder. */
static struct identity authority, node_a, node_b;
static struct credentials a, b;
static struct handshake one, other;
static uint8_t bytes[3][MESSAGE_MAX];
static size_t lengths[3];
static struct place place_a, place_b;	/* as they are */
static struct place seen_a, seen_b;	/* as the other sees them */

static const uint8_t psk[NOISE_KEY] = "psk", other_psk[NOISE_KEY] = "another";

static int set_up(void **state)
{
	(void)state;
	identity_authority(&authority);
	identity_node(&node_a, "spoke-1", &authority, NOW, DAY);
	identity_node(&node_b, "hub", &authority, NOW, DAY);
	identity_credentials(&a, psk, &node_a, &authority);
	identity_credentials(&b, psk, &node_b, &authority);
	nhrp_address_parse("192.0.2.1", &place_a.address);
	nhrp_address_parse("192.0.2.2", &place_b.address);
	place_a.port = 2332;
	place_b.port = 2332;
	seen_a = place_a;
	seen_b = place_b;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	credentials_wipe(&a);
	credentials_wipe(&b);
	handshake_wipe(&one);
	handshake_wipe(&other);
	return 0;
}

static void parse(int which, struct message *message)
{
	assert_true(message_parse(bytes[which], lengths[which], message));
}

static enum handshake_result respond(void)
{
	struct message message;

	lengths[0] = handshake_begin(&one, &a, 11, &place_a, &seen_b,
				     bytes[0]);
	parse(0, &message);
	assert_int_equal(message.sender, 11);
	return handshake_respond(&other, &b, 22, &message, &place_b, &seen_a,
				 bytes[1], &lengths[1]);
}

static enum handshake_result finish(uint64_t now)
{
	struct message message;

	parse(1, &message);
	return handshake_finish(&one, &message, &place_a, &seen_b, now,
				bytes[2], &lengths[2]);
}

static enum handshake_result conclude(uint64_t now)
{
	struct message message;

	parse(2, &message);
	return handshake_conclude(&other, &message, &place_b, now);
}

static void agree(void)
{
	struct handshake_keys keys, others;

	handshake_keys(&one, &keys);
	handshake_keys(&other, &others);
	assert_memory_equal(keys.in, others.out, XFRM_KEY_SIZE);
	assert_memory_equal(keys.out, others.in, XFRM_KEY_SIZE);
	assert_memory_not_equal(keys.in, keys.out, XFRM_KEY_SIZE);
	assert_memory_equal(keys.sealed.send.key, others.sealed.receive.key,
			    NOISE_KEY);
	assert_memory_equal(keys.sealed.receive.key, others.sealed.send.key,
			    NOISE_KEY);
	assert_int_equal(one.spi_in, other.spi_out);
	assert_int_equal(one.spi_out, other.spi_in);
	assert_int_equal(one.remote_index, 22);
	assert_int_equal(other.remote_index, 11);
	assert_int_equal(one.udp, other.udp);
	assert_int_equal(one.chacha, other.chacha);
	assert_memory_equal(one.call, other.call, NOISE_KEY);
}

static void complete(void)
{
	assert_int_equal(respond(), HANDSHAKE_OK);
	assert_int_equal(finish(NOW), HANDSHAKE_OK);
	assert_int_equal(conclude(NOW), HANDSHAKE_OK);
	agree();
}

static void both_agree(void **state)
{
	(void)state;
	complete();
	assert_string_equal(one.certificate.name, "hub");
	assert_string_equal(other.certificate.name, "spoke-1");
	assert_false(one.udp || one.chacha || one.behind_nat ||
		     other.behind_nat);
}

static void longest_certificate_fits_a_datagram(void **state)
{
	struct certificate *certificate = &node_a.certificate;

	(void)state;
	certificate->group_count = 3;
	for (int i = 0; i < 3; i++)
		memset(certificate->groups[i], 'g', CERTIFICATE_NAME_MAX - 1);
	certificate->prefix_count = 30;
	for (int i = 0; i < 30; i++) {
		nhrp_address_parse("2001:db8::",
				   &certificate->prefixes[i].address);
		certificate->prefixes[i].length = 32;
	}
	node_a.length = certificate_sign(certificate, authority.secret,
					 node_a.bytes);
	assert_true(node_a.length > CERTIFICATE_SIZE_MAX - 128);
	identity_credentials(&a, psk, &node_a, &authority);
	complete();
	assert_true(lengths[2] < 1280 - 28);
}

static void psk_alone(void **state)
{
	(void)state;
	identity_credentials(&a, psk, NULL, NULL);
	identity_credentials(&b, psk, NULL, NULL);
	complete();
}

static void certificates_alone(void **state)
{
	(void)state;
	identity_credentials(&a, NULL, &node_a, &authority);
	identity_credentials(&b, NULL, &node_b, &authority);
	complete();
}

static void wrong_psk(void **state)
{
	struct message message;

	(void)state;
	identity_credentials(&a, other_psk, &node_a, &authority);
	assert_int_equal(respond(), HANDSHAKE_OK);
	parse(0, &message);
	assert_false(mac_check1(&b.mac, bytes[0], lengths[0]));
	assert_true(mac_check1(&a.mac, bytes[0], lengths[0]));
	assert_int_equal(finish(NOW), HANDSHAKE_OK);
	assert_int_equal(conclude(NOW), HANDSHAKE_FORGED);
}

static void psk_on_one_side_only(void **state)
{
	(void)state;
	identity_credentials(&a, NULL, &node_a, &authority);
	assert_int_not_equal(respond(), HANDSHAKE_OK);
}

static void other_network_id(void **state)
{
	(void)state;
	a.network_id = 2;
	assert_int_not_equal(respond(), HANDSHAKE_OK);
}

static void other_network_id_without_psk(void **state)
{
	(void)state;
	identity_credentials(&a, NULL, &node_a, &authority);
	identity_credentials(&b, NULL, &node_b, &authority);
	a.network_id = 2;
	respond();
	assert_int_equal(finish(NOW), HANDSHAKE_FORGED);
}

static void other_authority(void **state)
{
	struct identity stranger;

	(void)state;
	identity_authority(&stranger);
	identity_node(&node_a, "spoke-1", &stranger, NOW, DAY);
	identity_credentials(&a, psk, &node_a, &authority);
	assert_int_equal(respond(), HANDSHAKE_OK);
	assert_int_equal(finish(NOW), HANDSHAKE_OK);
	assert_int_equal(conclude(NOW), HANDSHAKE_CERTIFICATE);
	assert_string_equal(other.reason, "is of another network");
}

static void expired(void **state)
{
	(void)state;
	assert_int_equal(respond(), HANDSHAKE_OK);
	assert_int_equal(finish(NOW + 2 * DAY), HANDSHAKE_CERTIFICATE);
	assert_string_equal(one.reason, "has expired");
	/* Nothing has changed: with a clock that is right, it goes on. */
	assert_int_equal(finish(NOW), HANDSHAKE_OK);
	assert_int_equal(conclude(NOW + 2 * DAY), HANDSHAKE_CERTIFICATE);
	assert_int_equal(conclude(NOW), HANDSHAKE_OK);
	agree();
}

static void revoked(void **state)
{
	(void)state;
	b.revoked.serials = calloc(1, CERTIFICATE_SERIAL);
	b.revoked.count = 1;
	memcpy(b.revoked.serials[0], node_a.certificate.serial,
	       CERTIFICATE_SERIAL);
	assert_int_equal(respond(), HANDSHAKE_OK);
	assert_int_equal(finish(NOW), HANDSHAKE_OK);
	assert_int_equal(conclude(NOW), HANDSHAKE_REVOKED);
}

static void certificate_of_another_key(void **state)
{
	(void)state;
	noise_keypair_make(&a.own);
	assert_int_equal(respond(), HANDSHAKE_OK);
	assert_int_equal(finish(NOW), HANDSHAKE_OK);
	assert_int_equal(conclude(NOW), HANDSHAKE_KEY);
}

static void no_certificate(void **state)
{
	(void)state;
	a.own_length = 0;
	assert_int_equal(respond(), HANDSHAKE_OK);
	assert_int_equal(finish(NOW), HANDSHAKE_OK);
	assert_int_equal(conclude(NOW), HANDSHAKE_ANONYMOUS);
}

/* The authority's certificate may not be a node's, not even by its key. */
static void certificate_of_the_authority(void **state)
{
	(void)state;
	identity_credentials(&a, psk, &authority, &authority);
	assert_int_equal(respond(), HANDSHAKE_OK);
	assert_int_equal(finish(NOW), HANDSHAKE_OK);
	assert_int_not_equal(conclude(NOW), HANDSHAKE_OK);
}

/*
 * What is in front of the sender's index is not for the handshake, nor are the
 * MACs behind it.
 */
static void each_byte_counts(int which,
			     enum handshake_result (*take)(uint64_t now))
{
	size_t end = lengths[which] - message_macs(bytes[which][MESSAGE_TYPE]);

	for (size_t i = 12; i < end; i++) {
		if (i >= 16 && i < MESSAGE_HEADER)
			continue;	/* our own index: it is not found */
		bytes[which][i] ^= 0x10;
		assert_int_equal(take(NOW), HANDSHAKE_FORGED);
		bytes[which][i] ^= 0x10;
	}
}

static void each_bit_counts(void **state)
{
	(void)state;
	assert_int_equal(respond(), HANDSHAKE_OK);
	each_byte_counts(1, finish);
	assert_int_equal(finish(NOW), HANDSHAKE_OK);
	each_byte_counts(2, conclude);
	assert_int_equal(conclude(NOW), HANDSHAKE_OK);
	agree();
}

static void replay_of_each_message(void **state)
{
	struct message message;
	uint8_t old[3][MESSAGE_MAX];
	size_t old_lengths[3];

	(void)state;
	complete();
	memcpy(old, bytes, sizeof(old));
	memcpy(old_lengths, lengths, sizeof(old_lengths));
	/* The initiation draws an answer, but the old finish is no answer. */
	assert_true(message_parse(old[0], old_lengths[0], &message));
	assert_int_equal(handshake_respond(&other, &b, 33, &message, &place_b,
					   &seen_a, bytes[1], &lengths[1]),
			 HANDSHAKE_OK);
	assert_true(message_parse(old[2], old_lengths[2], &message));
	assert_int_equal(handshake_conclude(&other, &message, &place_b, NOW),
			 HANDSHAKE_FORGED);
	/* The old response is none to a new initiation. */
	assert_int_equal(respond(), HANDSHAKE_OK);
	assert_true(message_parse(old[1], old_lengths[1], &message));
	assert_int_equal(handshake_finish(&one, &message, &place_a, &seen_b,
					  NOW, bytes[2], &lengths[2]),
			 HANDSHAKE_FORGED);
	assert_int_equal(finish(NOW), HANDSHAKE_OK);
	/* And none is read twice. */
	assert_int_equal(finish(NOW), HANDSHAKE_FORGED);
	assert_int_equal(conclude(NOW), HANDSHAKE_OK);
	assert_int_equal(conclude(NOW), HANDSHAKE_FORGED);
	agree();
}

static void chacha_unless_both_have_aes(void **state)
{
	(void)state;
	a.aes = false;
	complete();
	assert_true(one.chacha);
	a.aes = true;
	b.aes = false;
	complete();
	assert_true(one.chacha);
}

/* NAT in front of whom, what either wants, and what comes of it. */
static void nat_and_encapsulation(void **state)
{
	static const enum config_encapsulation AUTO = CONFIG_ENCAPSULATION_AUTO,
		UDP = CONFIG_ENCAPSULATION_UDP, ESP = CONFIG_ENCAPSULATION_ESP;
	const struct {
		bool nat_a, nat_b;
		enum config_encapsulation a, b;
		bool udp;
	} matrix[] = {
		{ false, false, AUTO, AUTO, false },
		{ true, false, AUTO, AUTO, true },
		{ false, true, AUTO, AUTO, true },
		{ true, true, AUTO, AUTO, true },
		{ false, false, UDP, AUTO, true },
		{ false, false, AUTO, UDP, true },
		{ true, true, ESP, AUTO, false },
		{ true, true, AUTO, ESP, false },
		{ false, false, UDP, ESP, false },
		{ false, false, ESP, UDP, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(matrix); i++) {
		seen_a = place_a;
		seen_b = place_b;
		if (matrix[i].nat_a)
			seen_a.port = 40000;
		if (matrix[i].nat_b)
			nhrp_address_parse("198.51.100.1", &seen_b.address);
		a.encapsulation = matrix[i].a;
		b.encapsulation = matrix[i].b;
		complete();
		assert_int_equal(one.udp, matrix[i].udp);
		assert_int_equal(one.behind_nat, matrix[i].nat_a);
		assert_int_equal(other.behind_nat, matrix[i].nat_b);
	}
}

static void ephemeral_of_small_order(void **state)
{
	struct message message;

	(void)state;
	identity_credentials(&b, NULL, &node_b, &authority);
	identity_credentials(&a, NULL, &node_a, &authority);
	lengths[0] = handshake_begin(&one, &a, 11, &place_a, &seen_b,
				     bytes[0]);
	memset(bytes[0] + MESSAGE_HEADER, 0, NOISE_KEY);
	parse(0, &message);
	assert_int_equal(handshake_respond(&other, &b, 22, &message, &place_b,
					   &seen_a, bytes[1], &lengths[1]),
			 HANDSHAKE_FORGED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_agree),
		TEST(longest_certificate_fits_a_datagram),
		TEST(psk_alone),
		TEST(certificates_alone),
		TEST(wrong_psk),
		TEST(psk_on_one_side_only),
		TEST(other_network_id),
		TEST(other_network_id_without_psk),
		TEST(other_authority),
		TEST(expired),
		TEST(revoked),
		TEST(certificate_of_another_key),
		TEST(no_certificate),
		TEST(certificate_of_the_authority),
		TEST(each_bit_counts),
		TEST(replay_of_each_message),
		TEST(chacha_unless_both_have_aes),
		TEST(nat_and_encapsulation),
		TEST(ephemeral_of_small_order),
	};

	return sodium_init() < 0 ||
	       cmocka_run_group_tests(tests, NULL, NULL);
}
