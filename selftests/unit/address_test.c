// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <sys/socket.h>

#include "packet/address.h"
#include "test.h"

static struct nhrp_address address(const char *text)
{
	struct nhrp_address result;

	assert_true(nhrp_address_parse(text, &result));
	return result;
}

static struct nhrp_prefix prefix(const char *text, uint8_t length)
{
	struct nhrp_address within = address(text);
	struct nhrp_prefix result;

	nhrp_prefix_of(&within, length, &result);
	return result;
}

static void parse_and_format(void **state)
{
	static const char *const texts[] = {
		"0.0.0.0", "9.1.1.130", "255.255.255.255", "::",
		"2001:db8::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	};
	char text[NHRP_ADDRESS_TEXT];
	struct nhrp_address parsed;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		parsed = address(texts[i]);
		assert_string_equal(nhrp_address_format(&parsed, text),
				    texts[i]);
	}
}

static void refuse_what_is_no_address(void **state)
{
	static const char *const texts[] = {
		"", "9.1.1", "9.1.1.256", "9.1.1.1 ", "9.1.1.1/32", "hub",
		"2001:db8::1::2", "2001:db8::g", "-",
	};
	struct nhrp_address parsed;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_false(nhrp_address_parse(texts[i], &parsed));
		assert_int_equal(parsed.length, 0);
	}
}

static void set_only_known_lengths(void **state)
{
	static const uint8_t bytes[20] = { 1, 2, 3, 4, 5 };
	struct nhrp_address set;
	size_t length;

	(void)state;
	for (length = 0; length <= sizeof(bytes); length++) {
		assert_int_equal(nhrp_address_set(&set, bytes, length),
				 length == 0 || length == 4 || length == 16);
		if (length == 4)
			assert_int_equal(set.bytes[4], 0);
	}
}

static void families(void **state)
{
	struct nhrp_address v4 = address("9.0.0.1");
	struct nhrp_address v6 = address("2001:db8::1");
	struct nhrp_address none;
	char text[NHRP_ADDRESS_TEXT];

	(void)state;
	nhrp_address_set(&none, NULL, 0);
	assert_int_equal(nhrp_address_family(&v4), AF_INET);
	assert_int_equal(nhrp_address_family(&v6), AF_INET6);
	assert_int_equal(nhrp_address_family(&none), AF_UNSPEC);
	assert_int_equal(nhrp_address_bits(&v4), 32);
	assert_int_equal(nhrp_address_bits(&v6), 128);
	assert_int_equal(nhrp_address_bits(&none), 0);
	assert_string_equal(nhrp_address_format(&none, text), "-");
}

static void equality(void **state)
{
	struct nhrp_address a = address("9.0.0.1");
	struct nhrp_address b = address("9.0.0.2");
	struct nhrp_address mapped = address("900:1::");
	struct nhrp_address none;

	(void)state;
	nhrp_address_set(&none, NULL, 0);
	assert_true(nhrp_address_equal(&a, &a));
	assert_false(nhrp_address_equal(&a, &b));
	assert_false(nhrp_address_equal(&a, &mapped));
	assert_false(nhrp_address_equal(&a, &none));
	assert_true(nhrp_address_equal(&none, &none));
}

static void special_addresses(void **state)
{
	static const struct {
		const char *text;
		bool any, multicast;
	} cases[] = {
		{ "0.0.0.0", true, false },
		{ "::", true, false },
		{ "9.0.0.1", false, false },
		{ "::1", false, false },
		{ "223.255.255.255", false, false },
		{ "224.0.0.5", false, true },
		{ "239.255.255.255", false, true },
		{ "240.0.0.0", false, false },
		{ "255.255.255.255", false, true },
		{ "ff02::1", false, true },
		{ "fe80::1", false, false },
	};
	struct nhrp_address parsed;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		parsed = address(cases[i].text);
		assert_int_equal(nhrp_address_is_any(&parsed), cases[i].any);
		assert_int_equal(nhrp_address_is_multicast(&parsed),
				 cases[i].multicast);
	}
}

static void prefixes_lose_host_bits(void **state)
{
	static const struct {
		const char *address;
		uint8_t length;
		const char *prefix;
	} cases[] = {
		{ "10.0.65.129", 24, "10.0.65.0/24" },
		{ "10.0.65.129", 25, "10.0.65.128/25" },
		{ "10.0.65.129", 1, "0.0.0.0/1" },
		{ "10.0.65.129", 0, "0.0.0.0/0" },
		{ "10.0.65.129", 32, "10.0.65.129/32" },
		{ "10.0.65.129", 255, "10.0.65.129/32" },
		{ "2001:db8:65:1::9", 48, "2001:db8:65::/48" },
		{ "2001:db8:65:1::9", 127, "2001:db8:65:1::8/127" },
		{ "2001:db8::9", 255, "2001:db8::9/128" },
	};
	char text[NHRP_PREFIX_TEXT];
	struct nhrp_prefix result;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		result = prefix(cases[i].address, cases[i].length);
		assert_string_equal(nhrp_prefix_format(&result, text),
				    cases[i].prefix);
	}
}

static void prefixes_contain(void **state)
{
	struct nhrp_prefix net = prefix("10.0.64.0", 23);
	struct nhrp_prefix all = prefix("0.0.0.0", 0);
	struct nhrp_prefix same = prefix("10.0.65.7", 23);
	struct nhrp_prefix narrower = prefix("10.0.64.0", 24);
	struct nhrp_address inside = address("10.0.65.255");
	struct nhrp_address outside = address("10.0.66.0");
	struct nhrp_address v6 = address("::");

	(void)state;
	assert_true(nhrp_prefix_contains(&net, &inside));
	assert_false(nhrp_prefix_contains(&net, &outside));
	assert_true(nhrp_prefix_contains(&all, &outside));
	assert_false(nhrp_prefix_contains(&all, &v6));
	assert_true(nhrp_prefix_equal(&net, &same));
	assert_false(nhrp_prefix_equal(&net, &narrower));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_and_format),
		cmocka_unit_test(refuse_what_is_no_address),
		cmocka_unit_test(set_only_known_lengths),
		cmocka_unit_test(families),
		cmocka_unit_test(equality),
		cmocka_unit_test(special_addresses),
		cmocka_unit_test(prefixes_lose_host_bits),
		cmocka_unit_test(prefixes_contain),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
