// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "packet.h"

void nhrp_packet_init(struct nhrp_packet *packet, enum nhrp_type type,
		      const struct nhrp_address *source_nbma,
		      const struct nhrp_address *source_protocol,
		      const struct nhrp_address *destination_protocol)
{
	memset(packet, 0, offsetof(struct nhrp_packet, cies));
	packet->type = type;
	packet->hop_count = NHRP_HOP_COUNT;
	packet->afn = source_nbma->length == 16 ? NHRP_AFN_IPV6 :
						  NHRP_AFN_IPV4;
	packet->protocol_type = source_protocol->length == 16 ||
				destination_protocol->length == 16 ?
				NHRP_PROTOCOL_IPV6 : NHRP_PROTOCOL_IPV4;
	packet->source_nbma = *source_nbma;
	packet->source_protocol = *source_protocol;
	packet->destination_protocol = *destination_protocol;
}

void nhrp_packet_init_reply(struct nhrp_packet *reply,
			    const struct nhrp_packet *request)
{
	*reply = *request;
	reply->type = request->type + 1;
	reply->hop_count = NHRP_HOP_COUNT;
	if (reply->type == NHRP_RESOLUTION_REPLY)
		reply->cie_count = 0;
	nhrp_extension_remove(reply, NHRP_EXTENSION_AUTHENTICATION);
}

bool nhrp_packet_init_error(struct nhrp_packet *packet,
			    const struct nhrp_packet *offending,
			    const struct nhrp_address *source_nbma,
			    const struct nhrp_address *source_protocol,
			    const struct nhrp_error *error,
			    const uint8_t *bytes, size_t length)
{
	if (error->code == NHRP_ERROR_NONE ||
	    offending->type == NHRP_ERROR_INDICATION ||
	    length > NHRP_PACKET_MAX)
		return false;
	nhrp_packet_init(packet, NHRP_ERROR_INDICATION, source_nbma,
			 source_protocol,
			 nhrp_type_is_reply(offending->type) ?
			 &offending->destination_protocol :
			 &offending->source_protocol);
	packet->protocol_type = offending->protocol_type;
	packet->code = error->code;
	packet->error_offset = error->offset;
	packet->payload = bytes;
	packet->payload_length = length;
	return true;
}
