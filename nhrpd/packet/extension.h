/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The extensions part of a packet on the wire, RFC 2332 5.3.
 */
#ifndef NHRPD_PACKET_EXTENSION_H
#define NHRPD_PACKET_EXTENSION_H

#include "buffer.h"
#include "packet.h"

/**
 * nhrp_extensions_read - take all extensions, the End extension included
 * @reader: stands at the first one and ends where the packet ends
 * @packet: gets them; its families are known
 *
 * Return: NULL, or what is wrong with the extension that begins where @reader
 * now stands.
 */
const char *nhrp_extensions_read(struct nhrp_reader *reader,
				 struct nhrp_packet *packet);

/** nhrp_extensions_write - append all extensions and the End extension */
void nhrp_extensions_write(struct nhrp_writer *writer,
			   const struct nhrp_packet *packet);

#endif /* NHRPD_PACKET_EXTENSION_H */
