/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Client Information Entries on the wire, and addresses in them.
 */
#ifndef NHRPD_PACKET_CIE_H
#define NHRPD_PACKET_CIE_H

#include "buffer.h"
#include "packet.h"

/** nhrp_nbma_length - bytes of an NBMA address of an afn, 0 if not known */
size_t nhrp_nbma_length(uint16_t afn);

/** nhrp_protocol_length - bytes of a protocol address, 0 if not known */
size_t nhrp_protocol_length(uint16_t protocol_type);

/**
 * nhrp_address_read - take an address
 * @reader: where from; fails if @length is neither 0 nor @expected
 * @length: from the packet: 0 or bytes of the address. The type bit of a T/L
 *	    byte (E.164) makes a length that no address has.
 * @expected: bytes of an address of the packet's family
 * @address: the result
 */
void nhrp_address_read(struct nhrp_reader *reader, size_t length,
		       size_t expected, struct nhrp_address *address);

/** nhrp_address_write - append an address; fails likewise */
void nhrp_address_write(struct nhrp_writer *writer,
			const struct nhrp_address *address, size_t expected);

/** nhrp_cie_read - take an entry of a packet with these families */
void nhrp_cie_read(struct nhrp_reader *reader, const struct nhrp_packet *packet,
		   struct nhrp_cie *cie);

/** nhrp_cie_write - append an entry to a packet with these families */
void nhrp_cie_write(struct nhrp_writer *writer,
		    const struct nhrp_packet *packet,
		    const struct nhrp_cie *cie);

#endif /* NHRPD_PACKET_CIE_H */
