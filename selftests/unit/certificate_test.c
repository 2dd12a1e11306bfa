// SPDX-License-Identifier: GPL-2.0-or-later
#include <sodium.h>
#include <string.h>

#include "identity/certificate.h"
#include "test.h"

#define NOW 1800000000
#define SIGNATURE crypto_sign_BYTES

/* Where things are in the certificate of make_node(). */
enum {
	AT_VERSION = 4,
	AT_FLAGS = 5,
	AT_KEY = 14,
	AT_ISSUER = 46,
	AT_NOT_BEFORE = 78,
	AT_NOT_AFTER = 86,
	AT_NAME = 94,
	AT_ADDRESSES = AT_NAME + 1 + 7,		/* "spoke-1" */
	AT_PREFIXES = AT_ADDRESSES + 1 + 6 + 18,
	AT_GROUPS = AT_PREFIXES + 1 + 6,
	BODY = AT_GROUPS + 1 + 1 + 6,		/* "branch" */
};

struct network {
	uint8_t secret[CERTIFICATE_SECRET];
	struct certificate authority;
	uint8_t authority_bytes[CERTIFICATE_SIZE_MAX];
	size_t authority_length;
	struct certificate node;
	uint8_t bytes[CERTIFICATE_SIZE_MAX];
	size_t length;
};

static struct nhrp_prefix prefix(const char *address, uint8_t length)
{
	struct nhrp_prefix result;
	struct nhrp_address parsed;

	assert_true(nhrp_address_parse(address, &parsed));
	nhrp_prefix_of(&parsed, length, &result);
	return result;
}

static void make_authority(struct network *network)
{
	struct certificate *authority = &network->authority;

	crypto_sign_keypair(authority->key, network->secret);
	memcpy(authority->issuer, authority->key, CERTIFICATE_KEY);
	authority->is_authority = true;
	strcpy(authority->name, "example.net");
	authority->not_before = NOW - 1000;
	authority->not_after = NOW + 1000;
	network->authority_length = certificate_sign(authority,
						     network->secret,
						     network->authority_bytes);
	assert_int_not_equal(network->authority_length, 0);
}

static void make_node(struct network *network)
{
	struct certificate *node = &network->node;
	uint8_t secret[CERTIFICATE_SECRET];

	crypto_sign_keypair(node->key, secret);
	memcpy(node->issuer, network->authority.key, CERTIFICATE_KEY);
	memset(node->serial, 0xa5, CERTIFICATE_SERIAL);
	strcpy(node->name, "spoke-1");
	node->not_before = NOW - 100;
	node->not_after = NOW + 100;
	node->addresses[node->address_count++] = prefix("9.0.0.2", 32);
	node->addresses[node->address_count++] = prefix("2001:db8::2", 128);
	node->prefixes[node->prefix_count++] = prefix("10.0.64.0", 23);
	strcpy(node->groups[node->group_count++], "branch");
}

static void sign(struct network *network)
{
	network->length = certificate_sign(&network->node, network->secret,
					   network->bytes);
	assert_int_not_equal(network->length, 0);
}

static void make_network(struct network *network)
{
	memset(network, 0, sizeof(*network));
	make_authority(network);
	make_node(network);
	sign(network);
	assert_int_equal(network->length, BODY + SIGNATURE);
}

/* The bytes as they are now, signed anew, so that only what they say counts. */
static void sign_bytes(struct network *network)
{
	crypto_sign_detached(network->bytes + network->length - SIGNATURE,
			     NULL, network->bytes, network->length - SIGNATURE,
			     network->secret);
}

static const char *verify_at(struct network *network, uint64_t now)
{
	struct certificate certificate, empty = { 0 };
	const char *wrong = certificate_verify(network->bytes, network->length,
					       &network->authority, now,
					       &certificate);

	assert_memory_equal(&certificate, wrong ? &empty : &network->node,
			    sizeof(certificate));
	return wrong;
}

static void refused(struct network *network, const char *expected)
{
	const char *wrong = verify_at(network, NOW);

	assert_non_null(wrong);
	assert_string_equal(wrong, expected);
}

static void good_certificates(void **state)
{
	struct certificate parsed;
	struct network network;

	(void)state;
	make_network(&network);
	assert_null(verify_at(&network, NOW));
	assert_null(certificate_parse(network.authority_bytes,
				      network.authority_length, &parsed));
	assert_memory_equal(&parsed, &network.authority, sizeof(parsed));
	assert_true(certificate_is_signed(network.authority_bytes,
					  network.authority_length,
					  network.authority.key));
}

static void nothing_but_a_name(void **state)
{
	struct network network;

	(void)state;
	make_network(&network);
	network.node.address_count = 0;
	network.node.prefix_count = 0;
	network.node.group_count = 0;
	memset(network.node.addresses, 0, sizeof(network.node.addresses));
	memset(network.node.prefixes, 0, sizeof(network.node.prefixes));
	memset(network.node.groups, 0, sizeof(network.node.groups));
	sign(&network);
	assert_null(verify_at(&network, NOW));
}

static void as_many_as_allowed(void **state)
{
	struct network network;
	struct certificate *node = &network.node;

	(void)state;
	make_network(&network);
	while (node->address_count < CERTIFICATE_ADDRESSES_MAX)
		node->addresses[node->address_count++] = prefix("9.0.0.3", 32);
	while (node->prefix_count < CERTIFICATE_PREFIXES_MAX)
		node->prefixes[node->prefix_count++] = prefix("::", 0);
	while (node->group_count < CERTIFICATE_GROUPS_MAX)
		strcpy(node->groups[node->group_count++], "g");
	memset(node->name, 'n', CERTIFICATE_NAME_MAX - 1);
	sign(&network);
	assert_null(verify_at(&network, NOW));

	/* More than CERTIFICATE_SIZE_MAX bytes. */
	for (unsigned int i = 0; i < CERTIFICATE_GROUPS_MAX; i++)
		memset(node->groups[i], 'g', CERTIFICATE_NAME_MAX - 1);
	assert_int_equal(certificate_sign(node, network.secret, network.bytes),
			 0);
}

static void cut_short_or_too_long(void **state)
{
	struct certificate certificate;
	struct network network;

	(void)state;
	make_network(&network);
	for (size_t cut = 0; cut < network.length; cut++) {
		/* Exact allocations let the sanitizer see a byte too far. */
		uint8_t *bytes = malloc(cut + 1);
		const char *wrong;

		memcpy(bytes + 1, network.bytes, cut);
		wrong = certificate_parse(bytes + 1, cut, &certificate);
		assert_non_null(wrong);
		assert_string_equal(wrong, cut < 4 ? "is something else" :
				    cut < 5 ? "is of an unknown version" :
				    "is cut short");
		free(bytes);
	}
	network.length++;
	refused(&network, "has something behind its end");
	network.length = CERTIFICATE_SIZE_MAX + 1;
	assert_string_equal(certificate_parse(network.bytes,
					      CERTIFICATE_SIZE_MAX + 1,
					      &certificate), "is too long");
}

static void altered_anywhere(void **state)
{
	struct network network;

	(void)state;
	make_network(&network);
	for (size_t at = 0; at < network.length; at++) {
		for (unsigned int bit = 1; bit < 256; bit <<= 1) {
			network.bytes[at] ^= bit;
			assert_non_null(verify_at(&network, NOW));
			network.bytes[at] ^= bit;
		}
	}
	assert_null(verify_at(&network, NOW));
}

static void malformed(void **state)
{
	static const char bad_name[] =
		"has a name that is empty or of other letters than A-Z a-z 0-9 . - _";
	static const struct {
		size_t at;
		uint8_t value;
		const char *wrong;
	} cases[] = {
		{ 0, 'X', "is something else" },
		{ AT_VERSION, 0, "is of an unknown version" },
		{ AT_VERSION, 2, "is of an unknown version" },
		{ AT_FLAGS, 2, "has unknown flags" },
		{ AT_FLAGS, 0x81, "has unknown flags" },
		{ AT_FLAGS, 1, "is of an authority but not signed by itself" },
		{ AT_NOT_AFTER, 1, "is valid at no time" },
		{ AT_NOT_BEFORE, 1, "is valid at no time" },
		{ AT_NAME, 0, bad_name },
		{ AT_NAME, 64, "has a name that is too long" },
		{ AT_NAME, 255, "has a name that is too long" },
		{ AT_NAME + 1, ' ', bad_name },
		{ AT_NAME + 7, '\0', bad_name },
		{ AT_ADDRESSES, 9, "has too many addresses or prefixes" },
		{ AT_ADDRESSES + 1, 0,
		  "has an address that is neither IPv4 nor IPv6" },
		{ AT_ADDRESSES + 1, 5,
		  "has an address that is neither IPv4 nor IPv6" },
		{ AT_ADDRESSES + 1, 255, "is cut short" },
		{ AT_ADDRESSES + 2, 33, "has a prefix that is too long" },
		{ AT_ADDRESSES + 2, 24, "has a prefix with host bits" },
		{ AT_ADDRESSES + 2, 31, "has an address that is not of one host" },
		{ AT_ADDRESSES + 3, 224,
		  "has an address that is not of one host" },
		{ AT_ADDRESSES + 8, 129, "has a prefix that is too long" },
		{ AT_PREFIXES, 33, "has too many addresses or prefixes" },
		{ AT_PREFIXES + 2, 16, "has a prefix with host bits" },
		{ AT_GROUPS, 9, "has too many groups" },
		{ AT_GROUPS, 0, "has something behind its end" },
		{ AT_GROUPS + 1, 0, bad_name },
		{ AT_GROUPS + 1, 5, "has something behind its end" },
		{ AT_GROUPS + 1, 64, "has a name that is too long" },
	};
	struct network network;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		make_network(&network);
		network.bytes[cases[i].at] = cases[i].value;
		sign_bytes(&network);
		refused(&network, cases[i].wrong);
	}
}

/* An address of zeros is nobody's; the prefix of length 0 is all. */
static void addresses_of_nobody(void **state)
{
	struct network network;

	(void)state;
	make_network(&network);
	memset(network.bytes + AT_ADDRESSES + 3, 0, 4);
	sign_bytes(&network);
	refused(&network, "has an address that is not of one host");
}

static void authorities(void **state)
{
	struct network network, other;

	(void)state;
	make_network(&network);
	make_network(&other);

	/* Of another network, as it is and with the issuer written over. */
	memcpy(network.bytes, other.bytes, other.length);
	refused(&network, "is of another network");
	memcpy(network.bytes + AT_ISSUER, network.authority.key,
	       CERTIFICATE_KEY);
	refused(&network, "has a wrong signature");

	/* Signed by the node itself. */
	make_network(&network);
	memcpy(network.bytes + AT_ISSUER, network.node.key, CERTIFICATE_KEY);
	refused(&network, "is signed by the node itself");

	/* The authority's own is no node's, and no node is an authority. */
	memcpy(network.bytes, network.authority_bytes,
	       network.authority_length);
	network.length = network.authority_length;
	refused(&network, "is of an authority, not of a node");
	make_network(&network);
	network.authority = network.node;
	memcpy(network.authority.key, network.node.issuer, CERTIFICATE_KEY);
	refused(&network,
		"is checked by one that is not of an authority");
}

static void an_authority_claims_nothing(void **state)
{
	struct network network;
	uint8_t bytes[CERTIFICATE_SIZE_MAX];

	(void)state;
	make_network(&network);
	network.authority.prefixes[0] = prefix("0.0.0.0", 0);
	network.authority.prefix_count = 1;
	assert_int_equal(certificate_sign(&network.authority, network.secret,
					  bytes), 0);
}

static void times(void **state)
{
	struct network network;

	(void)state;
	make_network(&network);
	assert_string_equal(verify_at(&network, NOW - 101),
			    "is not valid yet");
	assert_null(verify_at(&network, NOW - 100));
	assert_null(verify_at(&network, NOW + 100));
	assert_string_equal(verify_at(&network, NOW + 101), "has expired");

	network.node.not_before = 0;
	network.node.not_after = CERTIFICATE_TIME_MAX;
	sign(&network);
	assert_string_equal(verify_at(&network, NOW - 1001),
			    "is not valid yet");
	assert_null(verify_at(&network, NOW + 1000));
	assert_string_equal(verify_at(&network, NOW + 1001),
			    "is of an authority that has expired");
}

static void refused_to_sign(struct network *network)
{
	assert_int_equal(certificate_sign(&network->node, network->secret,
					  network->bytes), 0);
}

static void nothing_wrong_is_signed(void **state)
{
	struct network network;

	(void)state;
	make_network(&network);
	network.node.issuer[0] ^= 1;
	refused_to_sign(&network);

	make_network(&network);
	network.node.not_after = network.node.not_before - 1;
	refused_to_sign(&network);

	make_network(&network);
	network.node.not_after = CERTIFICATE_TIME_MAX + 1;
	refused_to_sign(&network);

	make_network(&network);
	strcpy(network.node.name, "two words");
	refused_to_sign(&network);
	network.node.name[0] = '\0';
	refused_to_sign(&network);
	memset(network.node.name, 'n', CERTIFICATE_NAME_MAX);
	refused_to_sign(&network);

	make_network(&network);
	network.node.addresses[0] = prefix("9.0.0.0", 24);
	refused_to_sign(&network);

	make_network(&network);
	network.node.prefixes[0].address.bytes[3] = 1;
	refused_to_sign(&network);

	make_network(&network);
	network.node.group_count = CERTIFICATE_GROUPS_MAX + 1;
	refused_to_sign(&network);
}

static void names(void **state)
{
	char longest[CERTIFICATE_NAME_MAX + 1] = "";

	(void)state;
	assert_true(certificate_name_is_good("spoke-1.example_NET"));
	assert_false(certificate_name_is_good(""));
	assert_false(certificate_name_is_good("a b"));
	assert_false(certificate_name_is_good("a/b"));
	assert_false(certificate_name_is_good("\xc3\xa4"));
	memset(longest, 'n', CERTIFICATE_NAME_MAX - 1);
	assert_true(certificate_name_is_good(longest));
	longest[CERTIFICATE_NAME_MAX - 1] = 'n';
	assert_false(certificate_name_is_good(longest));
}

static void coverage(void **state)
{
	static const struct {
		const char *address;
		uint8_t length;
		bool covered;
	} cases[] = {
		{ "9.0.0.2", 32, true },	/* its address */
		{ "9.0.0.3", 32, false },
		{ "9.0.0.2", 31, false },
		{ "2001:db8::2", 128, true },
		{ "2001:db8::3", 128, false },
		{ "2001:db8::2", 127, false },
		{ "10.0.64.0", 23, true },	/* its prefix */
		{ "10.0.64.0", 24, true },
		{ "10.0.65.0", 24, true },
		{ "10.0.65.255", 32, true },
		{ "10.0.66.0", 24, false },
		{ "10.0.64.0", 22, false },
		{ "10.0.0.0", 8, false },
		{ "0.0.0.0", 0, false },
		{ "::", 0, false },
		{ "a00:4000::", 23, false },	/* the same bytes */
	};
	struct nhrp_prefix none = { 0 };
	struct network network;

	(void)state;
	make_network(&network);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct nhrp_prefix asked = prefix(cases[i].address,
						  cases[i].length);

		assert_int_equal(certificate_covers(&network.node, &asked),
				 cases[i].covered);
		assert_false(certificate_covers(&network.authority, &asked));
	}
	assert_false(certificate_covers(&network.node, &none));
}

static void coverage_of_all(void **state)
{
	struct nhrp_prefix all = prefix("0.0.0.0", 0);
	struct nhrp_prefix other = prefix("::", 0);
	struct network network;

	(void)state;
	make_network(&network);
	network.node.prefixes[0] = all;
	assert_true(certificate_covers(&network.node, &all));
	assert_false(certificate_covers(&network.node, &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_certificates),
		cmocka_unit_test(nothing_but_a_name),
		cmocka_unit_test(as_many_as_allowed),
		cmocka_unit_test(cut_short_or_too_long),
		cmocka_unit_test(altered_anywhere),
		cmocka_unit_test(malformed),
		cmocka_unit_test(addresses_of_nobody),
		cmocka_unit_test(authorities),
		cmocka_unit_test(an_authority_claims_nothing),
		cmocka_unit_test(times),
		cmocka_unit_test(nothing_wrong_is_signed),
		cmocka_unit_test(names),
		cmocka_unit_test(coverage),
		cmocka_unit_test(coverage_of_all),
	};

	return cmocka_run_group_tests_name("certificate", tests, NULL, NULL);
}
