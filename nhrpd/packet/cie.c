// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "cie.h"

#define MTU_MIN 576
#define MTU_LIMIT 1500

/* Type and length of a subaddress, RFC 2332, section 5.1 */
#define SUBADDRESS_RESERVED 0x80
#define SUBADDRESS_LENGTH 0x3f

#define PORT_LENGTH 2

size_t nhrp_nbma_length(uint16_t afn)
{
	switch (afn) {
	case NHRP_AFN_IPV4:
		return 4;
	case NHRP_AFN_IPV6:
		return 16;
	default:
		return 0;
	}
}

size_t nhrp_protocol_length(uint16_t protocol_type)
{
	switch (protocol_type) {
	case NHRP_PROTOCOL_IPV4:
		return 4;
	case NHRP_PROTOCOL_IPV6:
		return 16;
	default:
		return 0;
	}
}

void nhrp_address_read(struct nhrp_reader *reader, size_t length,
		       size_t expected, struct nhrp_address *address)
{
	const uint8_t *bytes = nhrp_read_bytes(reader, length);

	if (!bytes || (length && length != expected)) {
		reader->failed = true;
		length = 0;
	}
	nhrp_address_set(address, bytes, length);
}

void nhrp_address_write(struct nhrp_writer *writer,
			const struct nhrp_address *address, size_t expected)
{
	if (address->length && address->length != expected)
		writer->failed = true;
	nhrp_write_bytes(writer, address->bytes, address->length);
}

static void nhrp_port_read(struct nhrp_reader *reader, uint8_t type_length,
			   uint16_t *port)
{
	*port = 0;
	if (type_length & SUBADDRESS_RESERVED)
		reader->failed = true;
	else if (type_length == PORT_LENGTH)
		*port = nhrp_read_u16(reader);
	else
		nhrp_read_bytes(reader, type_length & SUBADDRESS_LENGTH);
}

void nhrp_cie_read(struct nhrp_reader *reader, const struct nhrp_packet *packet,
		   struct nhrp_cie *cie)
{
	uint8_t nbma_length, subaddress_length, protocol_length;

	cie->code = nhrp_read_u8(reader);
	cie->prefix_length = nhrp_read_u8(reader);
	nhrp_read_u16(reader);
	cie->mtu = nhrp_read_u16(reader);
	cie->holding_time = nhrp_read_u16(reader);
	nbma_length = nhrp_read_u8(reader);
	subaddress_length = nhrp_read_u8(reader);
	protocol_length = nhrp_read_u8(reader);
	cie->preference = nhrp_read_u8(reader);
	nhrp_address_read(reader, nbma_length, nhrp_nbma_length(packet->afn),
			  &cie->nbma);
	nhrp_port_read(reader, subaddress_length, &cie->port);
	nhrp_address_read(reader, protocol_length,
			  nhrp_protocol_length(packet->protocol_type),
			  &cie->protocol);
}

void nhrp_cie_write(struct nhrp_writer *writer,
		    const struct nhrp_packet *packet,
		    const struct nhrp_cie *cie)
{
	nhrp_write_u8(writer, cie->code);
	nhrp_write_u8(writer, cie->prefix_length);
	nhrp_write_u16(writer, 0);
	nhrp_write_u16(writer, cie->mtu);
	nhrp_write_u16(writer, cie->holding_time);
	nhrp_write_u8(writer, cie->nbma.length);
	nhrp_write_u8(writer, cie->port ? PORT_LENGTH : 0);
	nhrp_write_u8(writer, cie->protocol.length);
	nhrp_write_u8(writer, cie->preference);
	nhrp_address_write(writer, &cie->nbma, nhrp_nbma_length(packet->afn));
	if (cie->port)
		nhrp_write_u16(writer, cie->port);
	nhrp_address_write(writer, &cie->protocol,
			   nhrp_protocol_length(packet->protocol_type));
}

void nhrp_cie_init(struct nhrp_cie *cie, const struct nhrp_address *nbma,
		   const struct nhrp_address *protocol, uint8_t prefix_length)
{
	memset(cie, 0, sizeof(*cie));
	if (nbma)
		cie->nbma = *nbma;
	if (protocol)
		cie->protocol = *protocol;
	cie->prefix_length = prefix_length;
}

struct nhrp_cie *nhrp_packet_add_cie(struct nhrp_packet *packet)
{
	struct nhrp_cie *cie;

	if (packet->cie_count == NHRP_CIES_MAX)
		return NULL;
	cie = &packet->cies[packet->cie_count++];
	memset(cie, 0, sizeof(*cie));
	return cie;
}

void nhrp_cie_prefix(const struct nhrp_cie *cie,
		     const struct nhrp_address *fallback,
		     struct nhrp_prefix *prefix)
{
	uint8_t length = cie->prefix_length;

	nhrp_prefix_of(cie->protocol.length ? &cie->protocol : fallback,
		       length ? length : NHRP_PREFIX_HOST, prefix);
}

uint16_t nhrp_cie_mtu(const struct nhrp_cie *cie)
{
	return cie->mtu >= MTU_MIN && cie->mtu < MTU_LIMIT ? cie->mtu : 0;
}
