// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What every responder does with a request that ends here.
 */
#include "responder.h"

#include "config.h"
#include "error_indication.h"
#include "interface.h"
#include "receive.h"

bool responder_accepts(struct received *received)
{
	struct nhrp_error error = {
		.code = NHRP_ERROR_UNRECOGNIZED_EXTENSION,
		.reason = "unknown compulsory extension",
	};

	if (!nhrp_extension_unrecognized(received->packet))
		return true;
	receive_drop(received, TRAFFIC_DROP_EXTENSION, error.reason);
	error_indication_send(received, &error);
	return false;
}

void responder_fill(const struct interface *interface,
		    struct nhrp_packet *reply, const struct nhrp_address *own)
{
	struct nhrp_extension *responder =
		nhrp_extension_find(reply, NHRP_EXTENSION_RESPONDER_ADDRESS);
	struct nhrp_cie cie;

	if (!responder || !responder->is_cie_list)
		return;
	nhrp_cie_init(&cie, &interface->nbma, own, nhrp_address_bits(own));
	cie.holding_time = interface->config->holdtime;
	responder->cie_count = 0;
	nhrp_extension_add_cie(responder, &cie);
}
