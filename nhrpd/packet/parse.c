// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "checksum.h"
#include "cie.h"
#include "extension.h"

/* What the fixed and mandatory headers say about the rest of the packet. */
struct header {
	uint16_t size;
	uint16_t extensions;
	uint8_t version;
	uint8_t nbma_length;
	uint8_t subaddress_length;
	uint8_t source_length;
	uint8_t destination_length;
};

static bool refuse(struct nhrp_error *error, uint16_t code, size_t offset,
		   const char *reason)
{
	error->code = code;
	error->offset = offset;
	error->reason = reason;
	return false;
}

/* 5.1: nothing wrong here can be answered, for want of addresses. */
static bool read_fixed(struct nhrp_reader *reader, struct nhrp_packet *packet,
		       struct header *header, struct nhrp_error *error)
{
	packet->afn = nhrp_read_u16(reader);
	packet->protocol_type = nhrp_read_u16(reader);
	nhrp_read_bytes(reader, 5); /* ar$pro.snap */
	packet->hop_count = nhrp_read_u8(reader);
	header->size = nhrp_read_u16(reader);
	nhrp_read_u16(reader); /* ar$chksum */
	header->extensions = nhrp_read_u16(reader);
	header->version = nhrp_read_u8(reader);
	packet->type = nhrp_read_u8(reader);
	header->nbma_length = nhrp_read_u8(reader);
	header->subaddress_length = nhrp_read_u8(reader);

	if (reader->failed)
		return refuse(error, NHRP_ERROR_NONE, reader->position,
			      "shorter than the fixed header");
	if (header->version != NHRP_VERSION)
		return refuse(error, NHRP_ERROR_NONE, 16,
			      "version other than 1");
	if (!nhrp_nbma_length(packet->afn))
		return refuse(error, NHRP_ERROR_NONE, 0,
			      "NBMA family other than IPv4 and IPv6");
	if (!nhrp_protocol_length(packet->protocol_type))
		return refuse(error, NHRP_ERROR_NONE, 2,
			      "protocol family other than IPv4 and IPv6");
	if (header->size > reader->end)
		return refuse(error, NHRP_ERROR_NONE, 10,
			      "packet cut short of its size");
	reader->end = header->size;
	if (reader->position > reader->end)
		return refuse(error, NHRP_ERROR_NONE, 10,
			      "packet size less than its header");
	return true;
}

/* 5.2.0.1 and 5.2.7 up to the addresses; the two differ in 4 bytes. */
static bool read_mandatory(struct nhrp_reader *reader,
			   struct nhrp_packet *packet, struct header *header,
			   struct nhrp_error *error)
{
	size_t protocol_length = nhrp_protocol_length(packet->protocol_type);

	header->source_length = nhrp_read_u8(reader);
	header->destination_length = nhrp_read_u8(reader);
	packet->flags = nhrp_read_u16(reader);
	packet->request_id = nhrp_read_u32(reader);
	if (packet->type == NHRP_ERROR_INDICATION ||
	    packet->type == NHRP_TRAFFIC_INDICATION) {
		packet->code = packet->request_id >> 16;
		packet->error_offset = packet->request_id & 0xffff;
		packet->request_id = 0;
		packet->flags = 0;
	}
	if (header->subaddress_length)
		return refuse(error, NHRP_ERROR_NONE, 19,
			      "NBMA subaddress, which IP has not");
	nhrp_address_read(reader, header->nbma_length,
			  nhrp_nbma_length(packet->afn),
			  &packet->source_nbma);
	nhrp_address_read(reader, header->source_length, protocol_length,
			  &packet->source_protocol);
	nhrp_address_read(reader, header->destination_length, protocol_length,
			  &packet->destination_protocol);
	if (reader->failed)
		return refuse(error, NHRP_ERROR_NONE, reader->position,
			      "addresses cut short, or not of their family");
	return true;
}

/* What can be checked once the packet has addresses to answer to. */
static bool check_header(const struct nhrp_reader *reader,
			 const struct nhrp_packet *packet,
			 const struct header *header, struct nhrp_error *error)
{
	if (nhrp_checksum(reader->bytes, header->size))
		return refuse(error, NHRP_ERROR_PROTOCOL, 12,
			      "wrong checksum");
	if (packet->type < NHRP_RESOLUTION_REQUEST ||
	    packet->type > NHRP_TRAFFIC_INDICATION)
		return refuse(error, NHRP_ERROR_PROTOCOL, 17,
			      "unknown packet type");
	if (header->extensions && (header->extensions < reader->position ||
				   header->extensions > header->size))
		return refuse(error, NHRP_ERROR_PROTOCOL, 14,
			      "extensions outside their part of the packet");
	return true;
}

static bool read_cies(struct nhrp_reader *reader, struct nhrp_packet *packet,
		      struct nhrp_error *error)
{
	struct nhrp_cie *cie;
	size_t start;

	while (nhrp_reader_left(reader)) {
		start = reader->position;
		cie = nhrp_packet_add_cie(packet);
		if (!cie)
			return refuse(error, NHRP_ERROR_PROTOCOL, start,
				      "too many CIEs");
		nhrp_cie_read(reader, packet, cie);
		if (reader->failed)
			return refuse(error, NHRP_ERROR_PROTOCOL, start,
				      "malformed CIE");
	}
	return true;
}

static bool read_body(struct nhrp_reader *reader, struct nhrp_packet *packet,
		      struct nhrp_error *error)
{
	if (packet->type == NHRP_ERROR_INDICATION ||
	    packet->type == NHRP_TRAFFIC_INDICATION) {
		packet->payload_length = nhrp_reader_left(reader);
		packet->payload = nhrp_read_bytes(reader,
						  packet->payload_length);
		return true;
	}
	return read_cies(reader, packet, error);
}

bool nhrp_packet_parse(const uint8_t *bytes, size_t length,
		       struct nhrp_packet *packet, struct nhrp_error *error)
{
	struct nhrp_reader reader = { .bytes = bytes, .end = length };
	struct header header;
	const char *reason;

	memset(packet, 0, offsetof(struct nhrp_packet, cies));
	if (!read_fixed(&reader, packet, &header, error) ||
	    !read_mandatory(&reader, packet, &header, error) ||
	    !check_header(&reader, packet, &header, error))
		return false;
	if (header.extensions)
		reader.end = header.extensions;
	if (!read_body(&reader, packet, error))
		return false;
	if (!header.extensions)
		return true;
	reader.end = header.size;
	reason = nhrp_extensions_read(&reader, packet);
	if (reason)
		return refuse(error, NHRP_ERROR_INVALID_EXTENSION,
			      reader.position, reason);
	return true;
}
