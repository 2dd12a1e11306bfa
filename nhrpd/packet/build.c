// SPDX-License-Identifier: GPL-2.0-or-later
#include "checksum.h"
#include "cie.h"
#include "extension.h"

/* Where in the fixed header (5.1) what is known last is written. */
#define SIZE_OFFSET 10
#define CHECKSUM_OFFSET 12
#define EXTENSIONS_OFFSET 14

static void write_fixed(struct nhrp_writer *writer,
			const struct nhrp_packet *packet)
{
	static const uint8_t snap[5];

	nhrp_write_u16(writer, packet->afn);
	nhrp_write_u16(writer, packet->protocol_type);
	nhrp_write_bytes(writer, snap, sizeof(snap));
	nhrp_write_u8(writer, packet->hop_count);
	nhrp_write_u16(writer, 0); /* size */
	nhrp_write_u16(writer, 0); /* checksum */
	nhrp_write_u16(writer, 0); /* extensions */
	nhrp_write_u8(writer, NHRP_VERSION);
	nhrp_write_u8(writer, packet->type);
	nhrp_write_u8(writer, packet->source_nbma.length);
	nhrp_write_u8(writer, 0); /* subaddress */
}

static bool is_indication(const struct nhrp_packet *packet)
{
	return packet->type == NHRP_ERROR_INDICATION ||
	       packet->type == NHRP_TRAFFIC_INDICATION;
}

static void write_mandatory(struct nhrp_writer *writer,
			    const struct nhrp_packet *packet)
{
	size_t protocol_length = nhrp_protocol_length(packet->protocol_type);

	nhrp_write_u8(writer, packet->source_protocol.length);
	nhrp_write_u8(writer, packet->destination_protocol.length);
	if (is_indication(packet)) {
		nhrp_write_u16(writer, 0);
		nhrp_write_u16(writer, packet->code);
		nhrp_write_u16(writer, packet->error_offset);
	} else {
		nhrp_write_u16(writer, packet->flags);
		nhrp_write_u32(writer, packet->request_id);
	}
	nhrp_address_write(writer, &packet->source_nbma,
			   nhrp_nbma_length(packet->afn));
	nhrp_address_write(writer, &packet->source_protocol, protocol_length);
	nhrp_address_write(writer, &packet->destination_protocol,
			   protocol_length);
}

static void write_body(struct nhrp_writer *writer,
		       const struct nhrp_packet *packet)
{
	size_t i;

	if (is_indication(packet)) {
		nhrp_write_bytes(writer, packet->payload,
				 packet->payload_length);
		return;
	}
	for (i = 0; i < packet->cie_count; i++)
		nhrp_cie_write(writer, packet, &packet->cies[i]);
}

size_t nhrp_packet_build(const struct nhrp_packet *packet, uint8_t *bytes,
			 size_t size)
{
	struct nhrp_writer writer = {
		.bytes = bytes,
		.size = size < NHRP_PACKET_MAX ? size : NHRP_PACKET_MAX,
	};

	write_fixed(&writer, packet);
	write_mandatory(&writer, packet);
	write_body(&writer, packet);
	if (packet->extension_count) {
		nhrp_write_u16_at(&writer, EXTENSIONS_OFFSET, writer.position);
		nhrp_extensions_write(&writer, packet);
	}
	nhrp_write_u16_at(&writer, SIZE_OFFSET, writer.position);
	if (writer.failed)
		return 0;
	nhrp_write_u16_at(&writer, CHECKSUM_OFFSET,
			  nhrp_checksum(bytes, writer.position));
	return writer.position;
}
