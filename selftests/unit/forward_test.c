// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an NHS does to packets: replies, errors, extensions, authentication.
 */
#include <string.h>

#include "packet/packet.h"
#include "test.h"
#include "vectors.h"

static struct nhrp_packet packet;
static struct nhrp_packet other;
static struct nhrp_error error;

static struct nhrp_address address(const char *text)
{
	struct nhrp_address result;

	assert_true(nhrp_address_parse(text, &result));
	return result;
}

static void parse(const char *name)
{
	const struct vector *vector = vector_find(name);

	assert_true(nhrp_packet_parse(vector->bytes, vector->size, &packet,
				      &error));
}

static void replies_are_made_of_requests(void **state)
{
	(void)state;
	parse("ios_registration_request_authenticated");
	nhrp_packet_init_reply(&other, &packet);
	assert_int_equal(other.type, NHRP_REGISTRATION_REPLY);
	assert_int_equal(other.hop_count, NHRP_HOP_COUNT);
	assert_int_equal(other.request_id, packet.request_id);
	assert_int_equal(other.flags, packet.flags);
	assert_true(nhrp_address_equal(&other.source_protocol,
				       &packet.source_protocol));
	assert_int_equal(other.cie_count, 1);
	assert_int_equal(other.extension_count, packet.extension_count - 1);
	assert_null(nhrp_extension_find(&other,
					NHRP_EXTENSION_AUTHENTICATION));
	assert_int_equal(other.extensions[3].type, NHRP_EXTENSION_NAT_ADDRESS);

	parse("frr_resolution_request_forwarded");
	nhrp_packet_init_reply(&other, &packet);
	assert_int_equal(other.type, NHRP_RESOLUTION_REPLY);
	assert_int_equal(other.cie_count, 0);
	assert_int_equal(other.extensions[0].cie_count, 1);
}

static void errors_go_to_who_sent_the_packet(void **state)
{
	const struct vector *vector = vector_find("frr_resolution_request");
	struct nhrp_address nbma = address("192.0.2.1");
	struct nhrp_address protocol = address("172.16.0.1");
	struct nhrp_error loop = { .code = NHRP_ERROR_LOOP_DETECTED,
				   .offset = 56 };
	struct nhrp_address expected = address("172.16.0.11");

	(void)state;
	parse("frr_resolution_request");
	assert_true(nhrp_packet_init_error(&other, &packet, &nbma, &protocol,
					   &loop, vector->bytes,
					   vector->size));
	assert_int_equal(other.type, NHRP_ERROR_INDICATION);
	assert_int_equal(other.code, 3);
	assert_int_equal(other.error_offset, 56);
	assert_true(nhrp_address_equal(&other.destination_protocol,
				       &expected));
	assert_ptr_equal(other.payload, vector->bytes);
	assert_int_equal(other.payload_length, vector->size);

	/* a reply was sent by its destination, on behalf of its source */
	parse("frr_resolution_reply");
	assert_true(nhrp_packet_init_error(&other, &packet, &nbma, &protocol,
					   &loop, NULL, 0));
	expected = address("172.16.0.12");
	assert_true(nhrp_address_equal(&other.destination_protocol,
				       &expected));
}

static void errors_are_never_answered_with_errors(void **state)
{
	struct nhrp_address nbma = address("192.0.2.1");
	struct nhrp_address protocol = address("172.16.0.1");
	struct nhrp_error wrong = { .code = NHRP_ERROR_PROTOCOL };

	(void)state;
	parse("error_indication");
	assert_false(nhrp_packet_init_error(&other, &packet, &nbma, &protocol,
					    &wrong, NULL, 0));
	parse("frr_resolution_request");
	wrong.code = NHRP_ERROR_NONE;
	assert_false(nhrp_packet_init_error(&other, &packet, &nbma, &protocol,
					    &wrong, NULL, 0));
}

static void removed_extensions_leave_the_order(void **state)
{
	(void)state;
	parse("vendor_private");
	nhrp_extension_remove(&packet, NHRP_EXTENSION_VENDOR_PRIVATE);
	assert_int_equal(packet.extension_count, 4);
	assert_int_equal(packet.extensions[0].type, 3);
	assert_int_equal(packet.extensions[1].type, 11);
	assert_memory_equal(packet.extensions[1].data, "\1\2\3", 3);
	assert_int_equal(packet.extensions[2].type, 4);
	assert_int_equal(packet.extensions[3].type, 5);
	nhrp_extension_remove(&packet, 99);
	assert_int_equal(packet.extension_count, 4);
}

static void added_extensions_are_compulsory_where_the_rfc_says(void **state)
{
	static const struct {
		uint16_t type;
		bool compulsory, is_cie_list;
	} cases[] = {
		{ NHRP_EXTENSION_RESPONDER_ADDRESS, true, true },
		{ NHRP_EXTENSION_FORWARD_TRANSIT, true, true },
		{ NHRP_EXTENSION_REVERSE_TRANSIT, true, true },
		{ NHRP_EXTENSION_AUTHENTICATION, true, false },
		{ NHRP_EXTENSION_VENDOR_PRIVATE, false, false },
		{ NHRP_EXTENSION_NAT_ADDRESS, false, true },
	};
	const struct nhrp_extension *extension;
	size_t i;

	(void)state;
	packet.extension_count = 0;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		extension = nhrp_extension_add(&packet, cases[i].type);
		assert_int_equal(extension->compulsory, cases[i].compulsory);
		assert_int_equal(extension->is_cie_list, cases[i].is_cie_list);
		assert_int_equal(extension->cie_count, 0);
		assert_int_equal(extension->length, 0);
	}
	assert_null(nhrp_extension_unrecognized(&packet));
}

static void unrecognized_only_if_compulsory(void **state)
{
	(void)state;
	parse("vendor_private");
	assert_null(nhrp_extension_unrecognized(&packet));
	packet.extensions[3].compulsory = true;
	assert_ptr_equal(nhrp_extension_unrecognized(&packet),
			 &packet.extensions[3]);

	parse("device_capabilities");
	packet.extensions[0].compulsory = true;
	assert_ptr_equal(nhrp_extension_unrecognized(&packet),
			 &packet.extensions[0]);
}

static void transit_records_grow_up_to_their_bound(void **state)
{
	struct nhrp_address nbma = address("9.1.1.10");
	struct nhrp_address protocol = address("9.0.0.1");
	struct nhrp_address stranger = address("9.0.0.9");
	struct nhrp_extension *transit;
	struct nhrp_cie cie;
	size_t i;

	(void)state;
	parse("frr_resolution_request");
	transit = nhrp_extension_find(&packet, NHRP_EXTENSION_FORWARD_TRANSIT);
	assert_null(nhrp_extension_find_cie(transit, &protocol));
	nhrp_cie_init(&cie, &nbma, &protocol, NHRP_PREFIX_HOST);
	for (i = 0; i < NHRP_EXTENSION_CIES_MAX; i++)
		assert_true(nhrp_extension_add_cie(transit, &cie));
	assert_false(nhrp_extension_add_cie(transit, &cie));
	assert_ptr_equal(nhrp_extension_find_cie(transit, &protocol),
			 transit->cies);
	assert_null(nhrp_extension_find_cie(transit, &stranger));
	assert_null(nhrp_extension_find_cie(NULL, &protocol));
}

static void prefixes_of_entries(void **state)
{
	struct nhrp_address requester = address("9.0.0.2");
	struct nhrp_address client = address("10.0.64.1");
	struct nhrp_prefix prefix;
	char text[NHRP_PREFIX_TEXT];
	struct nhrp_cie cie;
	size_t i;
	static const struct {
		uint8_t length;
		const char *prefix;
	} cases[] = {
		{ 0, "10.0.64.1/32" }, { 255, "10.0.64.1/32" },
		{ 32, "10.0.64.1/32" }, { 33, "10.0.64.1/32" },
		{ 24, "10.0.64.0/24" }, { 1, "0.0.0.0/1" },
	};

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		nhrp_cie_init(&cie, NULL, &client, cases[i].length);
		nhrp_cie_prefix(&cie, &requester, &prefix);
		assert_string_equal(nhrp_prefix_format(&prefix, text),
				    cases[i].prefix);
	}
	nhrp_cie_init(&cie, NULL, NULL, 0);
	nhrp_cie_prefix(&cie, &requester, &prefix);
	assert_string_equal(nhrp_prefix_format(&prefix, text), "9.0.0.2/32");
}

static void mtus_that_are_none(void **state)
{
	static const struct {
		uint16_t announced, usable;
	} cases[] = {
		{ 0, 0 }, { 575, 0 }, { 576, 576 }, { 1400, 1400 },
		{ 1499, 1499 }, { 1500, 0 }, { 17912, 0 }, { 17916, 0 },
	};
	struct nhrp_cie cie;
	size_t i;

	(void)state;
	nhrp_cie_init(&cie, NULL, NULL, 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cie.mtu = cases[i].announced;
		assert_int_equal(nhrp_cie_mtu(&cie), cases[i].usable);
	}
}

static void authentication_in_ciscos_form(void **state)
{
	(void)state;
	parse("ios_registration_request_authenticated");
	assert_true(nhrp_authentication_check(&packet, "test123"));
	assert_true(nhrp_authentication_check(&packet, ""));
	assert_false(nhrp_authentication_check(&packet, "test12"));
	assert_false(nhrp_authentication_check(&packet, "test1234"));
	assert_false(nhrp_authentication_check(&packet, "Test123"));
	parse("ios_registration_request");
	assert_false(nhrp_authentication_check(&packet, "test123"));
	assert_true(nhrp_authentication_check(&packet, ""));
}

static void authentication_of_wrong_lengths(void **state)
{
	struct nhrp_extension *extension;
	uint16_t length;

	(void)state;
	parse("ios_registration_request_authenticated");
	extension = nhrp_extension_find(&packet,
					NHRP_EXTENSION_AUTHENTICATION);
	assert_int_equal(extension->length, 11);
	memset(extension->data + 11, 0, NHRP_EXTENSION_DATA_MAX - 11);
	for (length = 0; length <= NHRP_EXTENSION_DATA_MAX; length++) {
		extension->length = length;
		assert_int_equal(nhrp_authentication_check(&packet, "test123"),
				 length == 11);
	}
	extension->length = 11;
	extension->data[3] = 2; /* another security parameter index */
	assert_false(nhrp_authentication_check(&packet, "test123"));
}

static void authentication_is_made_anew_at_each_hop(void **state)
{
	(void)state;
	parse("ios_registration_request_authenticated");
	assert_true(nhrp_authentication_set(&packet, "12345678"));
	assert_int_equal(packet.extension_count, 5);
	assert_int_equal(packet.extensions[3].type,
			 NHRP_EXTENSION_AUTHENTICATION);
	assert_int_equal(packet.extensions[3].length, 12);
	assert_memory_equal(packet.extensions[3].data, "\0\0\0\00112345678",
			    12);
	assert_true(nhrp_authentication_set(&packet, ""));
	assert_int_equal(packet.extension_count, 4);
	assert_true(nhrp_authentication_set(&packet, "x"));
	assert_int_equal(packet.extensions[4].type,
			 NHRP_EXTENSION_AUTHENTICATION);
	assert_true(packet.extensions[4].compulsory);
	assert_false(nhrp_authentication_set(&packet, "123456789"));

	parse("error_indication");
	assert_true(nhrp_authentication_set(&packet, "secret"));
	assert_int_equal(packet.extension_count, 0);
}

static void names_for_people(void **state)
{
	int type;

	(void)state;
	assert_string_equal(nhrp_type_name(1), "Resolution Request");
	assert_string_equal(nhrp_type_name(8), "Traffic Indication");
	assert_string_equal(nhrp_type_name(9), "unknown");
	assert_string_equal(nhrp_cie_code_name(12), "no binding");
	assert_string_equal(nhrp_cie_code_name(11), "no binding");
	assert_string_equal(nhrp_error_code_name(2), "loop detected");
	assert_string_equal(nhrp_error_code_name(3), "loop detected");
	assert_string_equal(nhrp_error_code_name(4), "unknown");
	for (type = 0; type < 10; type++) {
		assert_int_equal(nhrp_type_is_request(type),
				 type == 1 || type == 3 || type == 5);
		assert_int_equal(nhrp_type_is_reply(type),
				 type == 2 || type == 4 || type == 6);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replies_are_made_of_requests),
		cmocka_unit_test(errors_go_to_who_sent_the_packet),
		cmocka_unit_test(errors_are_never_answered_with_errors),
		cmocka_unit_test(removed_extensions_leave_the_order),
		cmocka_unit_test(
			added_extensions_are_compulsory_where_the_rfc_says),
		cmocka_unit_test(unrecognized_only_if_compulsory),
		cmocka_unit_test(transit_records_grow_up_to_their_bound),
		cmocka_unit_test(prefixes_of_entries),
		cmocka_unit_test(mtus_that_are_none),
		cmocka_unit_test(authentication_in_ciscos_form),
		cmocka_unit_test(authentication_of_wrong_lengths),
		cmocka_unit_test(authentication_is_made_anew_at_each_hop),
		cmocka_unit_test(names_for_people),
	};

	return cmocka_run_group_tests_name("forward", tests, NULL, NULL);
}
