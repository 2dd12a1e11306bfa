// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "cie.h"
#include "extension.h"

#define COMPULSORY 0x8000
#define TYPE_MASK 0x3fff
#define HEADER_SIZE 4

/* RFC 2735's Device Capabilities has Cisco's NAT Address' number. */
#define DEVICE_CAPABILITIES_SIZE 8

static bool is_cie_list(uint16_t type, size_t length)
{
	switch (type) {
	case NHRP_EXTENSION_RESPONDER_ADDRESS:
	case NHRP_EXTENSION_FORWARD_TRANSIT:
	case NHRP_EXTENSION_REVERSE_TRANSIT:
		return true;
	case NHRP_EXTENSION_NAT_ADDRESS:
		return length != DEVICE_CAPABILITIES_SIZE;
	default:
		return false;
	}
}

static bool is_recognized(const struct nhrp_extension *extension)
{
	return extension->is_cie_list ||
	       extension->type == NHRP_EXTENSION_AUTHENTICATION ||
	       extension->type == NHRP_EXTENSION_VENDOR_PRIVATE;
}

static bool read_cies(const uint8_t *value, size_t length,
		      const struct nhrp_packet *packet,
		      struct nhrp_extension *extension)
{
	struct nhrp_reader reader = { .bytes = value, .end = length };

	while (nhrp_reader_left(&reader)) {
		if (extension->cie_count == NHRP_EXTENSION_CIES_MAX)
			return false;
		nhrp_cie_read(&reader, packet,
			      &extension->cies[extension->cie_count++]);
	}
	return !reader.failed;
}

static const char *read_value(const uint8_t *value, size_t length,
			      struct nhrp_packet *packet,
			      struct nhrp_extension *extension)
{
	if (is_cie_list(extension->type, length)) {
		extension->is_cie_list = true;
		if (!read_cies(value, length, packet, extension))
			return "extension with a malformed list of CIEs";
		return NULL;
	}
	if (length > sizeof(extension->data))
		return "extension too long";
	if (length)
		memcpy(extension->data, value, length);
	extension->length = length;
	return NULL;
}

/* Reads one extension; *end tells whether it was the End extension. */
static const char *read_one(struct nhrp_reader *reader,
			    struct nhrp_packet *packet, bool *end)
{
	uint16_t head = nhrp_read_u16(reader);
	uint16_t length = nhrp_read_u16(reader);
	const uint8_t *value = nhrp_read_bytes(reader, length);
	uint16_t type = head & TYPE_MASK;
	struct nhrp_extension *extension;

	if (!value)
		return "extension longer than the packet";
	*end = type == NHRP_EXTENSION_END;
	if (*end)
		return NULL;
	if (type != NHRP_EXTENSION_VENDOR_PRIVATE &&
	    nhrp_extension_find(packet, type))
		return "extension that occurs twice";
	extension = nhrp_extension_add(packet, type);
	if (!extension)
		return "too many extensions";
	extension->compulsory = head & COMPULSORY;
	extension->is_cie_list = false;
	return read_value(value, length, packet, extension);
}

const char *nhrp_extensions_read(struct nhrp_reader *reader,
				 struct nhrp_packet *packet)
{
	const char *reason;
	bool end = false;
	size_t start;

	while (!end) {
		start = reader->position;
		reason = read_one(reader, packet, &end);
		if (reason) {
			reader->position = start;
			return reason;
		}
	}
	return NULL;
}

static void write_one(struct nhrp_writer *writer,
		      const struct nhrp_packet *packet,
		      const struct nhrp_extension *extension)
{
	size_t start = writer->position;
	size_t i;

	nhrp_write_u16(writer, extension->type |
		       (extension->compulsory ? COMPULSORY : 0));
	nhrp_write_u16(writer, 0);
	if (extension->is_cie_list)
		for (i = 0; i < extension->cie_count; i++)
			nhrp_cie_write(writer, packet, &extension->cies[i]);
	else
		nhrp_write_bytes(writer, extension->data, extension->length);
	nhrp_write_u16_at(writer, start + 2,
			  writer->position - start - HEADER_SIZE);
}

void nhrp_extensions_write(struct nhrp_writer *writer,
			   const struct nhrp_packet *packet)
{
	size_t i;

	for (i = 0; i < packet->extension_count; i++)
		write_one(writer, packet, &packet->extensions[i]);
	nhrp_write_u16(writer, COMPULSORY | NHRP_EXTENSION_END);
	nhrp_write_u16(writer, 0);
}

struct nhrp_extension *nhrp_extension_find(struct nhrp_packet *packet,
					   uint16_t type)
{
	size_t i;

	for (i = 0; i < packet->extension_count; i++)
		if (packet->extensions[i].type == type)
			return &packet->extensions[i];
	return NULL;
}

struct nhrp_extension *nhrp_extension_add(struct nhrp_packet *packet,
					  uint16_t type)
{
	struct nhrp_extension *extension;

	if (packet->extension_count == NHRP_EXTENSIONS_MAX)
		return NULL;
	extension = &packet->extensions[packet->extension_count++];
	extension->type = type;
	extension->compulsory = type == NHRP_EXTENSION_RESPONDER_ADDRESS ||
				type == NHRP_EXTENSION_FORWARD_TRANSIT ||
				type == NHRP_EXTENSION_REVERSE_TRANSIT ||
				type == NHRP_EXTENSION_AUTHENTICATION;
	extension->is_cie_list = is_cie_list(type, 0);
	extension->length = 0;
	extension->cie_count = 0;
	return extension;
}

void nhrp_extension_remove(struct nhrp_packet *packet, uint16_t type)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < packet->extension_count; i++) {
		if (packet->extensions[i].type == type)
			continue;
		if (kept != i)
			packet->extensions[kept] = packet->extensions[i];
		kept++;
	}
	packet->extension_count = kept;
}

bool nhrp_extension_add_cie(struct nhrp_extension *extension,
			    const struct nhrp_cie *cie)
{
	if (extension->cie_count == NHRP_EXTENSION_CIES_MAX)
		return false;
	extension->cies[extension->cie_count++] = *cie;
	return true;
}

const struct nhrp_cie *
nhrp_extension_find_cie(const struct nhrp_extension *extension,
			const struct nhrp_address *protocol)
{
	size_t i;

	if (!extension || !extension->is_cie_list)
		return NULL;
	for (i = 0; i < extension->cie_count; i++)
		if (nhrp_address_equal(&extension->cies[i].protocol, protocol))
			return &extension->cies[i];
	return NULL;
}

const struct nhrp_extension *
nhrp_extension_unrecognized(const struct nhrp_packet *packet)
{
	size_t i;

	for (i = 0; i < packet->extension_count; i++)
		if (packet->extensions[i].compulsory &&
		    !is_recognized(&packet->extensions[i]))
			return &packet->extensions[i];
	return NULL;
}
