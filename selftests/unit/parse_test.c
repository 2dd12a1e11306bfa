// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading packets: what others send, and what nobody should.
 */
#include <stdlib.h>
#include <string.h>

#include "packet/checksum.h"
#include "packet/packet.h"
#include "test.h"
#include "vectors.h"

static struct nhrp_packet packet;
static struct nhrp_error error;

static void parse(const char *name)
{
	const struct vector *vector = vector_find(name);

	if (!nhrp_packet_parse(vector->bytes, vector->size, &packet, &error))
		fail_msg("%s: %s at %u", name, error.reason, error.offset);
}

static void assert_address(const struct nhrp_address *address,
			   const char *expected)
{
	char text[NHRP_ADDRESS_TEXT];

	assert_string_equal(nhrp_address_format(address, text), expected);
}

static void set_u16(uint8_t *bytes, uint16_t value)
{
	bytes[0] = value >> 8;
	bytes[1] = value & 0xff;
}

/* Makes size and checksum right again after a change. */
static void seal(uint8_t *bytes, size_t size)
{
	set_u16(bytes + 10, size);
	set_u16(bytes + 12, 0);
	set_u16(bytes + 12, nhrp_checksum(bytes, size));
}

/*
 * Parses a changed copy of a vector, in memory of exactly @size bytes so that
 * the sanitizer sees a read beyond them.
 */
static bool parse_changed(const struct vector *vector, size_t size,
			  size_t offset, uint8_t value)
{
	uint8_t *bytes = malloc(size ? size : 1);
	bool parsed;

	assert_non_null(bytes);
	memcpy(bytes, vector->bytes, size < vector->size ? size : vector->size);
	if (size > vector->size)
		memset(bytes + vector->size, 0xa5, size - vector->size);
	if (offset < size)
		bytes[offset] = value;
	if (size >= NHRP_FIXED_SIZE)
		seal(bytes, size);
	parsed = nhrp_packet_parse(bytes, size, &packet, &error);
	free(bytes);
	return parsed;
}

static void refuse_changed(const char *name, size_t offset, uint8_t value,
			   uint16_t code, const char *reason)
{
	const struct vector *vector = vector_find(name);

	assert_false(parse_changed(vector, vector->size, offset, value));
	assert_string_equal(error.reason, reason);
	assert_int_equal(error.code, code);
}

static void registration_request(void **state)
{
	struct nhrp_extension *nat;

	(void)state;
	parse("frr_registration_request");
	assert_int_equal(packet.afn, NHRP_AFN_IPV4);
	assert_int_equal(packet.protocol_type, NHRP_PROTOCOL_IPV4);
	assert_int_equal(packet.hop_count, 1);
	assert_int_equal(packet.type, NHRP_REGISTRATION_REQUEST);
	assert_int_equal(packet.flags, NHRP_FLAG_NAT);
	assert_int_equal(packet.request_id, 1);
	assert_address(&packet.source_nbma, "192.0.2.11");
	assert_address(&packet.source_protocol, "172.16.0.11");
	assert_address(&packet.destination_protocol, "172.16.0.1");
	assert_int_equal(packet.cie_count, 1);
	assert_int_equal(packet.cies[0].code, NHRP_CODE_SUCCESS);
	assert_int_equal(packet.cies[0].prefix_length, 32);
	assert_int_equal(packet.cies[0].holding_time, 600);
	assert_int_equal(packet.cies[0].nbma.length, 0);
	assert_int_equal(packet.cies[0].protocol.length, 0);
	assert_int_equal(packet.extension_count, 4);
	assert_int_equal(packet.extensions[0].type,
			 NHRP_EXTENSION_FORWARD_TRANSIT);
	assert_true(packet.extensions[0].compulsory);
	assert_int_equal(packet.extensions[0].cie_count, 0);
	nat = nhrp_extension_find(&packet, NHRP_EXTENSION_NAT_ADDRESS);
	assert_ptr_equal(nat, &packet.extensions[3]);
	assert_false(nat->compulsory);
	assert_int_equal(nat->cie_count, 1);
	assert_address(&nat->cies[0].nbma, "192.0.2.1");
	assert_address(&nat->cies[0].protocol, "172.16.0.1");
}

static void resolution_reply(void **state)
{
	struct nhrp_extension *transit;

	(void)state;
	parse("frr_resolution_reply_forwarded");
	assert_int_equal(packet.hop_count, 63);
	assert_int_equal(packet.flags, NHRP_RESOLUTION_ROUTER |
			 NHRP_RESOLUTION_AUTHORITATIVE |
			 NHRP_RESOLUTION_DESTINATION_STABLE |
			 NHRP_RESOLUTION_SOURCE_STABLE);
	assert_address(&packet.cies[0].nbma, "192.0.2.12");
	assert_address(&packet.cies[0].protocol, "172.16.0.12");
	transit = nhrp_extension_find(&packet, NHRP_EXTENSION_REVERSE_TRANSIT);
	assert_int_equal(transit->cie_count, 1);
	assert_address(&transit->cies[0].protocol, "172.16.0.1");

	parse("frr_resolution_reply_prefix");
	assert_int_equal(packet.cies[0].prefix_length, 24);
	assert_address(&packet.destination_protocol, "192.168.1.1");
}

static void traffic_indication(void **state)
{
	struct nhrp_address source, destination;

	(void)state;
	parse("frr_traffic_indication");
	assert_int_equal(packet.code, NHRP_TRAFFIC_REDIRECT);
	assert_int_equal(packet.cie_count, 0);
	assert_int_equal(packet.extension_count, 0);
	assert_address(&packet.destination_protocol, "192.168.1.1");
	assert_int_equal(packet.payload_length, 84);
	assert_true(nhrp_traffic_addresses(packet.payload,
					   packet.payload_length, &source,
					   &destination));
	assert_address(&source, "192.168.1.1");
	assert_address(&destination, "192.168.2.1");

	parse("traffic_indication_authenticated");
	assert_int_equal(packet.payload_length, 64);
	assert_int_equal(packet.extension_count, 1);
}

static void traffic_of_either_family_or_none(void **state)
{
	uint8_t bytes[40] = { 0x60 };
	struct nhrp_address source, destination;

	(void)state;
	memset(bytes + 8, 0x20, 16);
	memset(bytes + 24, 0x21, 16);
	assert_true(nhrp_traffic_addresses(bytes, 40, &source, &destination));
	assert_address(&destination,
		       "2121:2121:2121:2121:2121:2121:2121:2121");
	assert_false(nhrp_traffic_addresses(bytes, 39, &source, &destination));
	bytes[0] = 0x45;
	assert_true(nhrp_traffic_addresses(bytes, 20, &source, &destination));
	assert_false(nhrp_traffic_addresses(bytes, 19, &source, &destination));
	bytes[0] = 0x55;
	assert_false(nhrp_traffic_addresses(bytes, 40, &source, &destination));
	assert_false(nhrp_traffic_addresses(bytes, 0, &source, &destination));
}

static void error_indication(void **state)
{
	(void)state;
	parse("error_indication");
	assert_int_equal(packet.code, NHRP_ERROR_AUTHENTICATION);
	assert_int_equal(packet.error_offset, 52);
	assert_int_equal(packet.request_id, 0);
	assert_int_equal(packet.payload_length, 72);

	parse("opennhrp_error_indication");
	assert_int_equal(packet.payload_length, 60);
	assert_int_equal(packet.extension_count, 0);
}

static void purge_of_several(void **state)
{
	struct nhrp_prefix prefix;
	char text[NHRP_PREFIX_TEXT];

	(void)state;
	parse("purge_request");
	assert_int_equal(packet.cie_count, 2);
	assert_address(&packet.cies[0].nbma, "-");
	nhrp_cie_prefix(&packet.cies[0], &packet.source_protocol, &prefix);
	assert_string_equal(nhrp_prefix_format(&prefix, text), "9.0.0.2/32");
	nhrp_cie_prefix(&packet.cies[1], &packet.source_protocol, &prefix);
	assert_string_equal(nhrp_prefix_format(&prefix, text), "10.0.64.0/24");
}

static void extensions_that_only_look_alike(void **state)
{
	(void)state;
	parse("device_capabilities");
	assert_int_equal(packet.cie_count, 0);
	assert_false(packet.extensions[0].is_cie_list);
	assert_int_equal(packet.extensions[0].length, 8);
	assert_null(nhrp_extension_unrecognized(&packet));

	parse("vendor_private");
	assert_int_equal(packet.extension_count, 6);
	assert_int_equal(packet.extensions[1].type,
			 NHRP_EXTENSION_VENDOR_PRIVATE);
	assert_int_equal(packet.extensions[2].type,
			 NHRP_EXTENSION_VENDOR_PRIVATE);
	assert_int_equal(packet.extensions[3].type, 11);
	assert_memory_equal(packet.extensions[3].data, "\1\2\3", 3);
	assert_null(nhrp_extension_unrecognized(&packet));
}

static void both_families(void **state)
{
	(void)state;
	parse("ipv6_over_ipv4_registration_request");
	assert_address(&packet.source_nbma, "9.1.1.130");
	assert_address(&packet.source_protocol, "2001:db8::2");
	parse("ipv6_over_ipv6_resolution_reply");
	assert_address(&packet.cies[0].nbma, "2001:db8:1::3");
	assert_int_equal(packet.cies[0].prefix_length, 64);
	parse("ipv4_over_ipv6_registration_request");
	assert_address(&packet.source_nbma, "2001:db8:1::2");
	assert_address(&packet.source_protocol, "9.0.0.2");
}

static void bytes_beyond_the_packet_are_ignored(void **state)
{
	uint8_t bytes[512];
	size_t i;

	(void)state;
	for (i = 0; i < vector_count; i++) {
		memset(bytes, 0xff, sizeof(bytes));
		memcpy(bytes, vectors[i].bytes, vectors[i].size);
		assert_true(nhrp_packet_parse(bytes, sizeof(bytes), &packet,
					      &error));
	}
}

static void every_truncation_is_refused(void **state)
{
	const struct vector *vector;
	uint8_t *bytes;
	size_t size;

	(void)state;
	for (vector = vectors; vector < vectors + vector_count; vector++) {
		for (size = 0; size < vector->size; size++) {
			bytes = malloc(size ? size : 1);
			assert_non_null(bytes);
			memcpy(bytes, vector->bytes, size);
			assert_false(nhrp_packet_parse(bytes, size, &packet,
						       &error));
			assert_int_equal(error.code, NHRP_ERROR_NONE);
			assert_non_null(error.reason);
			free(bytes);
		}
	}
}

/* With size and checksum made right, only a whole last part saves it. */
static void every_sealed_truncation_is_refused(void **state)
{
	const struct vector *vector;
	size_t size;

	(void)state;
	for (vector = vectors; vector < vectors + vector_count; vector++) {
		if (!strcmp(vector->name, "opennhrp_error_indication") ||
		    !strcmp(vector->name, "frr_traffic_indication") ||
		    !strcmp(vector->name, "error_indication"))
			continue;
		for (size = 0; size < vector->size; size++)
			if (parse_changed(vector, size, SIZE_MAX, 0))
				/* the one CIE of this is not compulsory */
				assert_true(!strcmp(vector->name,
						    "purge_reply") &&
					    size == 40);
	}
}

static void every_changed_byte_is_survived(void **state)
{
	static const uint8_t values[] = { 0, 1, 4, 0x10, 0x7f, 0x80, 0xff };
	const struct vector *vector;
	size_t offset, i;

	(void)state;
	for (vector = vectors; vector < vectors + vector_count; vector++)
		for (offset = 0; offset < vector->size; offset++)
			for (i = 0; i < sizeof(values); i++)
				if (!parse_changed(vector, vector->size,
						   offset, values[i]))
					assert_non_null(error.reason);
}

static void wrong_headers(void **state)
{
	const char *name = "frr_registration_request";

	(void)state;
	refuse_changed(name, 1, 3, NHRP_ERROR_NONE,
		       "NBMA family other than IPv4 and IPv6");
	refuse_changed(name, 2, 9, NHRP_ERROR_NONE,
		       "protocol family other than IPv4 and IPv6");
	refuse_changed(name, 16, 2, NHRP_ERROR_NONE, "version other than 1");
	refuse_changed(name, 17, 0, NHRP_ERROR_PROTOCOL,
		       "unknown packet type");
	refuse_changed(name, 17, 9, NHRP_ERROR_PROTOCOL,
		       "unknown packet type");
	refuse_changed(name, 18, 0x44, NHRP_ERROR_NONE,
		       "addresses cut short, or not of their family");
	refuse_changed(name, 18, 16, NHRP_ERROR_NONE,
		       "addresses cut short, or not of their family");
	refuse_changed(name, 19, 1, NHRP_ERROR_NONE,
		       "NBMA subaddress, which IP has not");
	refuse_changed(name, 20, 5, NHRP_ERROR_NONE,
		       "addresses cut short, or not of their family");
	refuse_changed(name, 14, 1, NHRP_ERROR_PROTOCOL,
		       "extensions outside their part of the packet");
	refuse_changed(name, 15, 39, NHRP_ERROR_PROTOCOL,
		       "extensions outside their part of the packet");
	refuse_changed(name, 15, 93, NHRP_ERROR_PROTOCOL,
		       "extensions outside their part of the packet");
}

static void wrong_entries_and_extensions(void **state)
{
	const char *name = "frr_registration_request";

	(void)state;
	refuse_changed(name, 15, 51, NHRP_ERROR_PROTOCOL, "malformed CIE");
	refuse_changed(name, 48, 16, NHRP_ERROR_PROTOCOL, "malformed CIE");
	refuse_changed(name, 49, 1, NHRP_ERROR_PROTOCOL, "malformed CIE");
	refuse_changed(name, 57, 4, NHRP_ERROR_INVALID_EXTENSION,
		       "extension that occurs twice");
	refuse_changed(name, 55, 4, NHRP_ERROR_INVALID_EXTENSION,
		       "extension with a malformed list of CIEs");
	refuse_changed(name, 66, 1, NHRP_ERROR_INVALID_EXTENSION,
		       "extension longer than the packet");
	refuse_changed(name, 76, 16, NHRP_ERROR_INVALID_EXTENSION,
		       "extension with a malformed list of CIEs");
	assert_int_equal(error.offset, 64);
}

static void wrong_checksum(void **state)
{
	const struct vector *vector = vector_find("frr_registration_request");
	uint8_t bytes[92];

	(void)state;
	memcpy(bytes, vector->bytes, sizeof(bytes));
	bytes[12] ^= 1;
	assert_false(nhrp_packet_parse(bytes, sizeof(bytes), &packet, &error));
	assert_int_equal(error.code, NHRP_ERROR_PROTOCOL);
	assert_int_equal(error.offset, 12);
	assert_string_equal(error.reason, "wrong checksum");
	assert_address(&packet.source_protocol, "172.16.0.11");
}

static void more_than_the_bounds(void **state)
{
	static uint8_t bytes[40 + 129 * 12];
	static uint8_t extensions[40 + 18 * 4];
	size_t i;

	(void)state;
	memcpy(bytes, vector_find("purge_reply")->bytes, 40);
	assert_int_equal(sizeof(bytes), 40 + (NHRP_CIES_MAX + 1) * 12);
	seal(bytes, sizeof(bytes) - 12);
	assert_true(nhrp_packet_parse(bytes, sizeof(bytes), &packet, &error));
	assert_int_equal(packet.cie_count, NHRP_CIES_MAX);
	seal(bytes, sizeof(bytes));
	assert_false(nhrp_packet_parse(bytes, sizeof(bytes), &packet, &error));
	assert_string_equal(error.reason, "too many CIEs");
	assert_int_equal(error.code, NHRP_ERROR_PROTOCOL);

	memcpy(extensions, bytes, 40);
	set_u16(extensions + 14, 40);
	for (i = 0; i < NHRP_EXTENSIONS_MAX; i++)
		set_u16(extensions + 40 + 4 * i, 100 + i);
	seal(extensions, sizeof(extensions));
	assert_true(nhrp_packet_parse(extensions, sizeof(extensions), &packet,
				      &error));
	assert_int_equal(packet.extension_count, NHRP_EXTENSIONS_MAX);
	set_u16(extensions + 40 + 4 * i, 100 + i);
	seal(extensions, sizeof(extensions));
	assert_false(nhrp_packet_parse(extensions, sizeof(extensions), &packet,
				       &error));
	assert_string_equal(error.reason, "too many extensions");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registration_request),
		cmocka_unit_test(resolution_reply),
		cmocka_unit_test(traffic_indication),
		cmocka_unit_test(traffic_of_either_family_or_none),
		cmocka_unit_test(error_indication),
		cmocka_unit_test(purge_of_several),
		cmocka_unit_test(extensions_that_only_look_alike),
		cmocka_unit_test(both_families),
		cmocka_unit_test(bytes_beyond_the_packet_are_ignored),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(every_sealed_truncation_is_refused),
		cmocka_unit_test(every_changed_byte_is_survived),
		cmocka_unit_test(wrong_headers),
		cmocka_unit_test(wrong_entries_and_extensions),
		cmocka_unit_test(wrong_checksum),
		cmocka_unit_test(more_than_the_bounds),
	};

	return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
