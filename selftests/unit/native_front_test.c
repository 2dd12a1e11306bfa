// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What stands around the handshake: MACs and cookies before it, limits, and
 * the sealed messages after it.
 */
#include <sodium.h>
#include <string.h>

#include "hash.h"
#include "native/limit.h"
#include "native/mac.h"
#include "native/sealed.h"
#include "test.h"

static const uint8_t psk[MAC_KEY] = "psk";
static const uint8_t authority[MAC_KEY] = "authority";

static struct place place(const char *address, uint16_t port)
{
	struct place result = { .port = port };

	assert_true(nhrp_address_parse(address, &result.address));
	return result;
}

static size_t initiation(uint8_t *bytes)
{
	static const uint8_t body[68] = "noise";
	const struct message message = {
		.type = MESSAGE_INITIATION,
		.network_id = 1,
		.sender = 5,
		.body = body,
		.length = sizeof(body),
	};

	return message_write(&message, bytes, MESSAGE_MAX);
}

/* ---- MACs ---- */

static void mac1_of_the_same_network_only(void **state)
{
	struct mac_keys keys[4];
	uint8_t bytes[MESSAGE_MAX];
	size_t length = initiation(bytes), i;

	(void)state;
	mac_keys_derive(&keys[0], psk, NULL);
	mac_keys_derive(&keys[1], NULL, psk);
	mac_keys_derive(&keys[2], psk, authority);
	mac_keys_derive(&keys[3], NULL, authority);
	mac_sign1(&keys[0], bytes, length);
	assert_true(mac_check1(&keys[0], bytes, length));
	for (i = 1; i < 4; i++)
		assert_false(mac_check1(&keys[i], bytes, length));
	for (i = 0; i < length - MESSAGE_MAC; i++) {
		bytes[i] ^= 1;
		assert_false(mac_check1(&keys[0], bytes, length));
		bytes[i] ^= 1;
	}
}

/* Gets a cookie for an initiation, which is signed with it. */
static void get_cookie(struct mac_secret *secret, uint64_t now,
		       const struct place *source, uint8_t *bytes,
		       size_t length)
{
	uint8_t answer[MESSAGE_COOKIE_SIZE], cookie[MAC_COOKIE];
	struct message sent, got;
	struct mac_keys keys;

	mac_keys_derive(&keys, psk, NULL);
	mac_sign1(&keys, bytes, length);
	assert_true(message_parse(bytes, length, &sent));
	assert_int_equal(mac_write_cookie(&keys, secret, now, source, &sent,
					  answer), sizeof(answer));
	/* Nobody must gain by writing another's address. */
	assert_true(sizeof(answer) <= length);
	assert_true(message_parse(answer, sizeof(answer), &got));
	assert_int_equal(got.receiver, sent.sender);
	assert_true(mac_read_cookie(&keys, &got, sent.mac1, cookie));
	mac_sign2(cookie, bytes, length);
}

static void cookie_is_of_its_source_and_time(void **state)
{
	struct mac_secret secret = { .made = 0 };
	struct place source = place("192.0.2.1", 2332);
	struct place port = place("192.0.2.1", 2333);
	struct place address = place("192.0.2.2", 2332);
	uint8_t bytes[MESSAGE_MAX];
	size_t length = initiation(bytes);

	(void)state;
	assert_false(mac_check2(&secret, 1000, &source, bytes, length));
	get_cookie(&secret, 1000, &source, bytes, length);
	assert_true(mac_check2(&secret, 1000, &source, bytes, length));
	assert_false(mac_check2(&secret, 1000, &port, bytes, length));
	assert_false(mac_check2(&secret, 1000, &address, bytes, length));
	assert_true(mac_check2(&secret, 1000 + MAC_COOKIE_LIFETIME, &source,
			       bytes, length));
	assert_false(mac_check2(&secret, 1000 + 2 * MAC_COOKIE_LIFETIME,
				&source, bytes, length));
}

static void cookie_of_a_secret_that_lay_idle(void **state)
{
	struct mac_secret secret = { .made = 0 };
	struct place source = place("192.0.2.1", 2332);
	uint8_t bytes[MESSAGE_MAX];
	size_t length = initiation(bytes);

	(void)state;
	get_cookie(&secret, 1000, &source, bytes, length);
	assert_false(mac_check2(&secret, 1000 + 3 * MAC_COOKIE_LIFETIME,
				&source, bytes, length));
}

static void forged_cookie(void **state)
{
	struct mac_secret secret = { .made = 0 };
	struct place source = place("192.0.2.1", 2332);
	uint8_t bytes[MESSAGE_MAX], answer[MESSAGE_COOKIE_SIZE];
	uint8_t cookie[MAC_COOKIE];
	size_t length = initiation(bytes);
	struct message sent, got;
	struct mac_keys keys;

	(void)state;
	mac_keys_derive(&keys, psk, NULL);
	mac_sign1(&keys, bytes, length);
	message_parse(bytes, length, &sent);
	mac_write_cookie(&keys, &secret, 1000, &source, &sent, answer);
	answer[sizeof(answer) - 1] ^= 1;
	message_parse(answer, sizeof(answer), &got);
	assert_false(mac_read_cookie(&keys, &got, sent.mac1, cookie));
	answer[sizeof(answer) - 1] ^= 1;
	assert_false(mac_read_cookie(&keys, &got, sent.mac2, cookie));
	assert_true(mac_read_cookie(&keys, &got, sent.mac1, cookie));
}

/* ---- limits ---- */

static void bucket_fills_up_again(void **state)
{
	struct limit limit = { .burst = 3, .rate = 2, .most = 10 };
	struct place a = place("192.0.2.1", 0), b = place("192.0.2.2", 0);
	int i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_true(limit_take(&limit, &a.address, 1000));
	assert_false(limit_take(&limit, &a.address, 1000));
	assert_true(limit_take(&limit, &b.address, 1000));
	assert_false(limit_take(&limit, &a.address, 1499));
	assert_true(limit_take(&limit, &a.address, 1500));
	assert_false(limit_take(&limit, &a.address, 1501));
	for (i = 0; i < 3; i++)
		assert_true(limit_take(&limit, &a.address, 100000));
	assert_false(limit_take(&limit, &a.address, 100000));
	limit_clear(&limit);
}

static void table_does_not_grow(void **state)
{
	struct limit limit = { .burst = 1, .rate = 1, .most = 2 };
	struct place a = place("192.0.2.1", 0), b = place("192.0.2.2", 0);
	struct place c = place("192.0.2.3", 0);

	(void)state;
	assert_true(limit_take(&limit, &a.address, 1000));
	assert_true(limit_take(&limit, &b.address, 1500));
	assert_false(limit_take(&limit, &c.address, 1600));
	assert_true(limit_take(&limit, &c.address, 2000));
	/* a made room; b is still remembered. */
	assert_false(limit_take(&limit, &b.address, 2000));
	limit_clear(&limit);
}

/* ---- sealed messages ---- */

static void sealed_pair(struct sealed *a, struct sealed *b)
{
	memset(a, 0, sizeof(*a));
	memset(b, 0, sizeof(*b));
	randombytes_buf(a->send.key, NOISE_KEY);
	randombytes_buf(b->send.key, NOISE_KEY);
	memcpy(b->receive.key, a->send.key, NOISE_KEY);
	memcpy(a->receive.key, b->send.key, NOISE_KEY);
}

static unsigned int open_sealed(struct sealed *sealed, const uint8_t *bytes,
				bool *newest)
{
	struct message message;

	assert_true(message_parse(bytes, MESSAGE_CONTROL_SIZE, &message));
	return sealed_read(sealed, bytes, &message, newest);
}

static void each_number_once(void **state)
{
	uint8_t bytes[SEALED_WINDOW + 2][MESSAGE_CONTROL_SIZE];
	struct sealed a, b;
	bool newest;
	int i;

	(void)state;
	sealed_pair(&a, &b);
	for (i = 0; i < SEALED_WINDOW + 2; i++)
		sealed_write(&a, SEALED_PROBE, 1, 9, bytes[i]);
	assert_int_equal(open_sealed(&b, bytes[1], &newest), SEALED_PROBE);
	assert_true(newest);
	assert_int_equal(open_sealed(&b, bytes[1], &newest), 0);
	assert_int_equal(open_sealed(&b, bytes[0], &newest), SEALED_PROBE);
	assert_false(newest);
	assert_int_equal(open_sealed(&b, bytes[0], &newest), 0);
	assert_int_equal(open_sealed(&b, bytes[SEALED_WINDOW + 1], &newest),
			 SEALED_PROBE);
	/* 2 is the oldest that the window still has. */
	assert_int_equal(open_sealed(&b, bytes[1], &newest), 0);
	assert_int_equal(open_sealed(&b, bytes[2], &newest), SEALED_PROBE);
	assert_int_equal(open_sealed(&b, bytes[2], &newest), 0);
	assert_int_equal(open_sealed(&a, bytes[3], &newest), 0);
}

static void number_is_authenticated(void **state)
{
	uint8_t bytes[MESSAGE_CONTROL_SIZE];
	struct sealed a, b;
	bool newest;

	(void)state;
	sealed_pair(&a, &b);
	sealed_write(&a, SEALED_CLOSE, 1, 9, bytes);
	for (size_t i = 8; i < sizeof(bytes); i++) {
		if (i >= 12 && i < 16)
			continue;	/* not used: must be zero */
		bytes[i] ^= 1;
		assert_int_equal(open_sealed(&b, bytes, &newest), 0);
		bytes[i] ^= 1;
	}
	assert_int_equal(open_sealed(&b, bytes, &newest), SEALED_CLOSE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mac1_of_the_same_network_only),
		cmocka_unit_test(cookie_is_of_its_source_and_time),
		cmocka_unit_test(cookie_of_a_secret_that_lay_idle),
		cmocka_unit_test(forged_cookie),
		cmocka_unit_test(bucket_fills_up_again),
		cmocka_unit_test(table_does_not_grow),
		cmocka_unit_test(each_number_once),
		cmocka_unit_test(number_is_authenticated),
	};

	hash_start();
	return sodium_init() < 0 ||
	       cmocka_run_group_tests(tests, NULL, NULL);
}
