// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing packets: what was read comes out as it was, and what cannot be
 * written is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "packet/checksum.h"
#include "packet/packet.h"
#include "test.h"
#include "vectors.h"

static struct nhrp_packet packet;
static struct nhrp_packet again;
static struct nhrp_error error;

static struct nhrp_address address(const char *text)
{
	struct nhrp_address result;

	assert_true(nhrp_address_parse(text, &result));
	return result;
}

static void init(enum nhrp_type type)
{
	struct nhrp_address nbma = address("9.1.1.130");
	struct nhrp_address source = address("9.0.0.2");
	struct nhrp_address destination = address("9.0.0.1");

	nhrp_packet_init(&packet, type, &nbma, &source, &destination);
}

/* Builds into memory of exactly @size bytes, for the sanitizer to watch. */
static size_t build(size_t size, uint8_t **bytes)
{
	*bytes = malloc(size ? size : 1);
	assert_non_null(*bytes);
	return nhrp_packet_build(&packet, *bytes, size);
}

static void assert_same_cies(const struct nhrp_cie *a,
			     const struct nhrp_cie *b, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		assert_int_equal(a[i].code, b[i].code);
		assert_int_equal(a[i].prefix_length, b[i].prefix_length);
		assert_int_equal(a[i].mtu, b[i].mtu);
		assert_int_equal(a[i].holding_time, b[i].holding_time);
		assert_int_equal(a[i].preference, b[i].preference);
		assert_int_equal(a[i].port, b[i].port);
		assert_true(nhrp_address_equal(&a[i].nbma, &b[i].nbma));
		assert_true(nhrp_address_equal(&a[i].protocol,
					       &b[i].protocol));
	}
}

/* A subaddress of another length than a port's says nothing to us. */
static void unknown_subaddress(void **state)
{
	static uint8_t bytes[2048];
	struct nhrp_address nbma = address("9.1.1.134");
	const size_t cie = NHRP_FIXED_SIZE + NHRP_MANDATORY_SIZE + 3 * 4;
	size_t size;

	(void)state;
	init(NHRP_RESOLUTION_REPLY);
	nhrp_cie_init(nhrp_packet_add_cie(&packet), &nbma, &nbma, 32);
	packet.cies[0].port = 0x0102;
	size = nhrp_packet_build(&packet, bytes, sizeof(bytes));
	assert_int_equal(size, cie + 12 + 4 + 2 + 4);
	assert_int_equal(bytes[cie + 9], 2);
	assert_int_equal(bytes[cie + 16], 1);
	assert_int_equal(bytes[cie + 17], 2);
	bytes[cie + 8] = 0;	/* its address becomes part of it */
	bytes[cie + 9] = 0x40 | 6;
	bytes[12] = 0;
	bytes[13] = 0;
	size = nhrp_checksum(bytes, size);
	bytes[12] = size >> 8;
	bytes[13] = size & 0xff;
	assert_true(nhrp_packet_parse(bytes, sizeof(bytes), &again, &error));
	assert_int_equal(again.cies[0].port, 0);
	assert_true(nhrp_address_equal(&again.cies[0].protocol, &nbma));
}

static void assert_same_extensions(void)
{
	const struct nhrp_extension *a = packet.extensions;
	const struct nhrp_extension *b = again.extensions;
	size_t i;

	assert_int_equal(packet.extension_count, again.extension_count);
	for (i = 0; i < packet.extension_count; i++, a++, b++) {
		assert_int_equal(a->type, b->type);
		assert_int_equal(a->compulsory, b->compulsory);
		assert_int_equal(a->is_cie_list, b->is_cie_list);
		assert_int_equal(a->cie_count, b->cie_count);
		assert_int_equal(a->length, b->length);
		if (a->is_cie_list)
			assert_same_cies(a->cies, b->cies, a->cie_count);
		else
			assert_memory_equal(a->data, b->data, a->length);
	}
}

static void assert_round_trip(void)
{
	static uint8_t bytes[2048];
	size_t size = nhrp_packet_build(&packet, bytes, sizeof(bytes));

	assert_int_not_equal(size, 0);
	if (!nhrp_packet_parse(bytes, size, &again, &error))
		fail_msg("%s at %u", error.reason, error.offset);
	assert_memory_equal(&packet, &again,
			    offsetof(struct nhrp_packet, source_nbma));
	assert_true(nhrp_address_equal(&packet.source_nbma,
				       &again.source_nbma));
	assert_true(nhrp_address_equal(&packet.source_protocol,
				       &again.source_protocol));
	assert_true(nhrp_address_equal(&packet.destination_protocol,
				       &again.destination_protocol));
	assert_int_equal(packet.cie_count, again.cie_count);
	assert_same_cies(packet.cies, again.cies, packet.cie_count);
	assert_int_equal(packet.payload_length, again.payload_length);
	if (packet.payload_length)
		assert_memory_equal(packet.payload, again.payload,
				    packet.payload_length);
	assert_same_extensions();
}

/* A packet whose every field has a value of its own */
static void fill(enum nhrp_type type)
{
	static const uint8_t payload[77] = { 0x45, 1, 2, 3 };
	struct nhrp_address nbma = address("9.1.1.134");
	struct nhrp_address protocol = address("9.0.0.3");
	struct nhrp_extension *extension;
	struct nhrp_cie *cie;

	init(type);
	packet.hop_count = 17;
	if (type == NHRP_ERROR_INDICATION || type == NHRP_TRAFFIC_INDICATION) {
		packet.code = 0x1234;
		packet.error_offset = 0x5678;
		packet.payload = payload;
		packet.payload_length = sizeof(payload);
	} else {
		packet.flags = 0xfedc;
		packet.request_id = 0x89abcdef;
		cie = nhrp_packet_add_cie(&packet);
		nhrp_cie_init(cie, &nbma, &protocol, 24);
		cie->code = NHRP_CODE_NOT_UNIQUE;
		cie->mtu = 1400;
		cie->holding_time = 65535;
		cie->preference = 200;
		cie->port = 40000;
		nhrp_packet_add_cie(&packet);
	}
	extension = nhrp_extension_add(&packet,
				       NHRP_EXTENSION_RESPONDER_ADDRESS);
	nhrp_cie_init(&extension->cies[0], &nbma, &protocol, 32);
	extension->cie_count = 1;
	nhrp_extension_add(&packet, NHRP_EXTENSION_FORWARD_TRANSIT);
	extension = nhrp_extension_add(&packet, 0x3fff);
	extension->length = 3;
	memcpy(extension->data, "\x80\0\1", 3);
	assert_true(nhrp_authentication_set(&packet, "secret"));
}

static void vectors_come_out_as_they_were(void **state)
{
	const struct vector *vector;
	uint8_t bytes[512];
	size_t expected;

	(void)state;
	for (vector = vectors; vector < vectors + vector_count; vector++) {
		assert_true(nhrp_packet_parse(vector->bytes, vector->size,
					      &packet, &error));
		expected = vector->size;
		/* its extensions part holds nothing but padding */
		if (!strcmp(vector->name, "opennhrp_error_indication"))
			expected -= 4 + 16;
		assert_int_equal(nhrp_packet_build(&packet, bytes,
						   sizeof(bytes)), expected);
		if (expected == vector->size)
			assert_memory_equal(bytes, vector->bytes, expected);
	}
}

static void all_types_round_trip(void **state)
{
	int type;

	(void)state;
	for (type = NHRP_RESOLUTION_REQUEST; type <= NHRP_TRAFFIC_INDICATION;
	     type++) {
		fill(type);
		assert_round_trip();
	}
}

static void families_round_trip(void **state)
{
	static const char *const nbma[] = { "9.1.1.130", "2001:db8:1::130" };
	static const char *const protocol[] = { "9.0.0.2", "2001:db8::2" };
	struct nhrp_address outer, inner, none;
	int i;

	(void)state;
	nhrp_address_set(&none, NULL, 0);
	for (i = 0; i < 4; i++) {
		outer = address(nbma[i & 1]);
		inner = address(protocol[i >> 1]);
		nhrp_packet_init(&packet, NHRP_PURGE_REQUEST, &outer, &inner,
				 &none);
		nhrp_cie_init(nhrp_packet_add_cie(&packet), &outer, &inner,
			      NHRP_PREFIX_HOST);
		assert_round_trip();
		assert_int_equal(packet.afn, i & 1 ? NHRP_AFN_IPV6 :
				 NHRP_AFN_IPV4);
		assert_int_equal(packet.protocol_type, i >> 1 ?
				 NHRP_PROTOCOL_IPV6 : NHRP_PROTOCOL_IPV4);
	}
}

static void fullest_packet_round_trips(void **state)
{
	static uint8_t bytes[NHRP_PACKET_MAX];
	struct nhrp_extension *extension;
	size_t size;

	(void)state;
	init(NHRP_RESOLUTION_REPLY);
	while (nhrp_packet_add_cie(&packet))
		;
	assert_int_equal(packet.cie_count, NHRP_CIES_MAX);
	while ((extension = nhrp_extension_add(&packet, 0x100 +
					       packet.extension_count))) {
		memset(extension->data, 0x5a, sizeof(extension->data));
		extension->length = sizeof(extension->data);
	}
	assert_int_equal(packet.extension_count, NHRP_EXTENSIONS_MAX);
	size = nhrp_packet_build(&packet, bytes, sizeof(bytes));
	assert_int_equal(size, 20 + 8 + 12 + NHRP_CIES_MAX * 12 +
			 NHRP_EXTENSIONS_MAX * (4 + NHRP_EXTENSION_DATA_MAX) +
			 4);
	assert_true(nhrp_packet_parse(bytes, size, &again, &error));
	assert_same_extensions();
}

static void too_little_room_is_refused(void **state)
{
	uint8_t *bytes;
	size_t size, whole;

	(void)state;
	fill(NHRP_REGISTRATION_REQUEST);
	whole = build(1024, &bytes);
	free(bytes);
	assert_int_not_equal(whole, 0);
	for (size = 0; size < whole; size++) {
		assert_int_equal(build(size, &bytes), 0);
		free(bytes);
	}
	assert_int_equal(build(whole, &bytes), whole);
	assert_int_equal(nhrp_checksum(bytes, whole), 0);
	free(bytes);
}

static void no_packet_exceeds_its_size_field(void **state)
{
	static uint8_t payload[65535], bytes[70000];

	(void)state;
	init(NHRP_ERROR_INDICATION);
	packet.payload = payload;
	packet.payload_length = 65535 - 40;
	assert_int_equal(nhrp_packet_build(&packet, bytes, sizeof(bytes)),
			 65535);
	packet.payload_length++;
	assert_int_equal(nhrp_packet_build(&packet, bytes, sizeof(bytes)), 0);
}

static void addresses_of_another_family_are_refused(void **state)
{
	struct nhrp_address v6 = address("2001:db8::1");
	uint8_t bytes[512];
	struct nhrp_cie *cie;

	(void)state;
	init(NHRP_REGISTRATION_REQUEST);
	packet.destination_protocol = v6;
	assert_int_equal(nhrp_packet_build(&packet, bytes, 512), 0);
	init(NHRP_REGISTRATION_REQUEST);
	packet.source_nbma = v6;
	assert_int_equal(nhrp_packet_build(&packet, bytes, 512), 0);
	init(NHRP_REGISTRATION_REQUEST);
	cie = nhrp_packet_add_cie(&packet);
	nhrp_cie_init(cie, &v6, NULL, 0);
	assert_int_equal(nhrp_packet_build(&packet, bytes, 512), 0);
	nhrp_cie_init(cie, NULL, NULL, 0);
	assert_int_not_equal(nhrp_packet_build(&packet, bytes, 512), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_subaddress),
		cmocka_unit_test(vectors_come_out_as_they_were),
		cmocka_unit_test(all_types_round_trip),
		cmocka_unit_test(families_round_trip),
		cmocka_unit_test(fullest_packet_round_trips),
		cmocka_unit_test(too_little_room_is_refused),
		cmocka_unit_test(no_packet_exceeds_its_size_field),
		cmocka_unit_test(addresses_of_another_family_are_refused),
	};

	return cmocka_run_group_tests_name("build", tests, NULL, NULL);
}
