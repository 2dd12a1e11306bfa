// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whatever is parsed as a packet can be built again, and what is built is
 * parsed as the same packet.
 */
#include <stdlib.h>
#include <string.h>

#include "packet/checksum.h"
#include "packet/packet.h"

#define SIZE_OFFSET 10
#define CHECKSUM_OFFSET 12

static void set_u16(uint8_t *bytes, uint16_t value)
{
	bytes[0] = value >> 8;
	bytes[1] = value & 0xff;
}

/* Parse, build, parse, build: both built packets must be the same bytes. */
static void round_trip(const uint8_t *bytes, size_t size)
{
	static uint8_t first[NHRP_PACKET_MAX], second[NHRP_PACKET_MAX];
	static struct nhrp_packet packet;
	struct nhrp_error error = { .reason = NULL };
	size_t first_size, second_size;

	if (!nhrp_packet_parse(bytes, size, &packet, &error)) {
		if (!error.reason)
			abort();
		return;
	}
	first_size = nhrp_packet_build(&packet, first, sizeof(first));
	if (!first_size || first_size > size)
		abort();
	if (!nhrp_packet_parse(first, first_size, &packet, &error))
		abort();
	second_size = nhrp_packet_build(&packet, second, sizeof(second));
	if (second_size != first_size || memcmp(first, second, first_size))
		abort();
}

/* The calls that an NHS makes before it forwards or answers. */
static void forward(const uint8_t *bytes, size_t size)
{
	static struct nhrp_packet packet, reply;
	static uint8_t built[NHRP_PACKET_MAX];
	struct nhrp_address source, destination;
	struct nhrp_extension *extension;
	struct nhrp_prefix prefix;
	struct nhrp_error error;
	size_t i;

	if (!nhrp_packet_parse(bytes, size, &packet, &error))
		return;
	for (i = 0; i < packet.cie_count; i++)
		nhrp_cie_prefix(&packet.cies[i], &packet.source_protocol,
				&prefix);
	if (packet.payload)
		nhrp_traffic_addresses(packet.payload, packet.payload_length,
				       &source, &destination);
	nhrp_authentication_check(&packet, "secret");
	nhrp_authentication_set(&packet, "secret");
	extension = nhrp_extension_find(&packet,
					NHRP_EXTENSION_FORWARD_TRANSIT);
	if (extension && packet.cie_count)
		nhrp_extension_add_cie(extension, &packet.cies[0]);
	nhrp_packet_build(&packet, built, sizeof(built));
	if (!nhrp_type_is_request(packet.type))
		return;
	nhrp_packet_init_reply(&reply, &packet);
	nhrp_packet_build(&reply, built, sizeof(built));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *sealed;

	if (size > NHRP_PACKET_MAX)
		return 0;
	round_trip(data, size);
	if (size < NHRP_FIXED_SIZE)
		return 0;

	/* Few mutations have a good checksum: make it good. */
	sealed = malloc(size);
	if (!sealed)
		abort();
	memcpy(sealed, data, size);
	set_u16(sealed + SIZE_OFFSET, size);
	set_u16(sealed + CHECKSUM_OFFSET, 0);
	set_u16(sealed + CHECKSUM_OFFSET, nhrp_checksum(sealed, size));
	round_trip(sealed, size);
	forward(sealed, size);
	free(sealed);
	return 0;
}
