// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages of the native key exchange: there and back, and cut anywhere.
 */
#include <stdlib.h>
#include <string.h>

#include "native/message.h"
#include "test.h"

static const uint8_t body[] = "a body of some bytes";
static const uint8_t cookie[MESSAGE_COOKIE_SEALED] = "cookie";
static const uint8_t nonce[MESSAGE_COOKIE_NONCE] = "nonce";

static struct message example(enum message_type type)
{
	struct message message = {
		.type = type,
		.network_id = 0x01020304,
		.body = body,
		.length = sizeof(body),
	};

	if (type <= MESSAGE_FINISH)
		message.sender = 0xa1a2a3a4;
	if (type != MESSAGE_INITIATION)
		message.receiver = 0xb1b2b3b4;
	if (type == MESSAGE_CONTROL) {
		message.nonce = 0x1122334455667788;
		message.length = MESSAGE_CONTROL_SEALED;
	}
	if (type == MESSAGE_COOKIE) {
		message.cookie_nonce = nonce;
		message.body = cookie;
		message.length = MESSAGE_COOKIE_SEALED;
	}
	return message;
}

/* On the heap, so that the sanitizer sees a read beyond the end. */
static bool parse(const uint8_t *bytes, size_t length, struct message *message)
{
	uint8_t *copy = malloc(length ? length : 1);
	bool good;

	assert_non_null(copy);
	memcpy(copy, bytes, length);
	good = message_parse(copy, length, message);
	if (good && message->length)
		assert_memory_equal(message->body,
				    bytes + (message->body - copy),
				    message->length);
	free(copy);
	return good;
}

static void each_type_there_and_back(void **state)
{
	uint8_t bytes[MESSAGE_MAX];
	struct message sent, got;
	size_t length;

	(void)state;
	for (int type = MESSAGE_INITIATION; type <= MESSAGE_COOKIE; type++) {
		sent = example(type);
		length = message_write(&sent, bytes, sizeof(bytes));
		assert_true(length > MESSAGE_HEADER);
		assert_true(message_parse(bytes, length, &got));
		assert_int_equal(got.type, type);
		assert_int_equal(got.network_id, sent.network_id);
		assert_int_equal(got.sender, sent.sender);
		assert_int_equal(got.receiver, sent.receiver);
		assert_int_equal(got.nonce, sent.nonce);
		assert_int_equal(got.length, sent.length);
		assert_memory_equal(got.body, sent.body, sent.length);
		assert_int_equal(message_write(&sent, bytes, length - 1), 0);
	}
}

static void control_and_cookie_have_their_size(void **state)
{
	struct message control = example(MESSAGE_CONTROL);
	struct message cookie = example(MESSAGE_COOKIE);
	uint8_t bytes[MESSAGE_MAX];

	(void)state;
	assert_int_equal(message_write(&control, bytes, sizeof(bytes)),
			 MESSAGE_CONTROL_SIZE);
	assert_int_equal(message_write(&cookie, bytes, sizeof(bytes)),
			 MESSAGE_COOKIE_SIZE);
}

static void cut_anywhere(void **state)
{
	uint8_t bytes[MESSAGE_MAX];
	struct message message;
	size_t length, cut;

	(void)state;
	for (int type = MESSAGE_INITIATION; type <= MESSAGE_COOKIE; type++) {
		message = example(type);
		length = message_write(&message, bytes, sizeof(bytes));
		for (cut = 0; cut < length; cut++)
			if (parse(bytes, cut, &message))
				assert_true(type <= MESSAGE_FINISH &&
					    cut >= MESSAGE_HEADER);
		assert_true(parse(bytes, length, &message));
	}
}

static void header_that_is_not_ours(void **state)
{
	/* An offset and a byte that must not be there. */
	static const uint8_t wrong[][2] = {
		{ 0, 1 }, { 3, 1 }, { 4, 0 }, { 4, 6 }, { 5, 0 }, { 5, 2 },
		{ 6, 1 }, { 7, 1 }, { 16, 1 },
	};
	struct message message = example(MESSAGE_INITIATION);
	uint8_t bytes[MESSAGE_MAX], copy[MESSAGE_MAX];
	size_t length = message_write(&message, bytes, sizeof(bytes));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		memcpy(copy, bytes, length);
		copy[wrong[i][0]] = wrong[i][1];
		assert_false(parse(copy, length, &message));
	}
	memset(bytes + 12, 0, 4);
	assert_false(parse(bytes, length, &message));
}

static void too_long(void **state)
{
	static uint8_t bytes[MESSAGE_MAX + 1];
	struct message message = example(MESSAGE_FINISH);

	(void)state;
	message_write(&message, bytes, sizeof(bytes));
	assert_true(parse(bytes, MESSAGE_MAX, &message));
	assert_false(parse(bytes, MESSAGE_MAX + 1, &message));
}

static void offer_there_and_back(void **state)
{
	const struct message_offer sent = {
		.flags = MESSAGE_OFFER_AES | MESSAGE_OFFER_UDP,
		.source = "source",
		.destination = "destin",
	};
	uint8_t bytes[MESSAGE_OFFER_SIZE + 1];
	struct message_offer got;

	(void)state;
	message_offer_write(&sent, bytes);
	assert_true(message_offer_parse(bytes, MESSAGE_OFFER_SIZE, &got));
	assert_memory_equal(&sent, &got, sizeof(sent));
	assert_false(message_offer_parse(bytes, MESSAGE_OFFER_SIZE - 1, &got));
	assert_false(message_offer_parse(bytes, MESSAGE_OFFER_SIZE + 1, &got));
}

static void terms_there_and_back(void **state)
{
	struct message_terms sent = {
		.index = 77,
		.spi = 0x12345678,
		.udp = true,
		.port = 2332,
		.certificate = body,
		.certificate_length = sizeof(body),
	}, got;
	uint8_t bytes[200];
	size_t length, cut;

	(void)state;
	nhrp_address_parse("192.0.2.1", &sent.seen);
	length = message_terms_write(&sent, bytes, sizeof(bytes));
	assert_int_equal(length, MESSAGE_TERMS_SIZE + sizeof(body));
	assert_true(message_terms_parse(bytes, length, &got));
	assert_int_equal(got.index, sent.index);
	assert_int_equal(got.spi, sent.spi);
	assert_true(got.udp && !got.chacha);
	assert_true(nhrp_address_equal(&got.seen, &sent.seen));
	assert_int_equal(got.port, 2332);
	assert_int_equal(got.certificate_length, sizeof(body));
	assert_memory_equal(got.certificate, body, sizeof(body));
	for (cut = 0; cut < length; cut++)
		assert_false(message_terms_parse(bytes, cut, &got));
	assert_false(message_terms_parse(bytes, length + 1, &got));
	bytes[9] = 5;
	assert_false(message_terms_parse(bytes, length, &got));
}

static void terms_with_a_reserved_spi(void **state)
{
	struct message_terms terms = { .spi = 255 };
	uint8_t bytes[MESSAGE_TERMS_SIZE];

	(void)state;
	nhrp_address_parse("192.0.2.1", &terms.seen);
	assert_int_equal(message_terms_write(&terms, bytes, sizeof(bytes)),
			 sizeof(bytes));
	assert_false(message_terms_parse(bytes, sizeof(bytes), &terms));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_there_and_back),
		cmocka_unit_test(control_and_cookie_have_their_size),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(header_that_is_not_ours),
		cmocka_unit_test(too_long),
		cmocka_unit_test(offer_there_and_back),
		cmocka_unit_test(terms_there_and_back),
		cmocka_unit_test(terms_with_a_reserved_spi),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
