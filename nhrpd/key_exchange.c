// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which key exchange protects an interface.
 */
#include "config.h"
#include "identity/certificate.h"
#include "session.h"

/* Until native/, ike/ and identity/ are there. */
#pragma weak native_ops
#pragma weak ike_ops

__attribute__((weak))
bool certificate_covers(const struct certificate *certificate,
			const struct nhrp_prefix *prefix)
{
	(void)certificate;
	(void)prefix;
	return false;
}

const struct exchange_ops *
session_key_exchange(const struct config_interface *config)
{
	switch (config->protection.kind) {
	case CONFIG_PROTECTION_NATIVE:
		return &native_ops;
	case CONFIG_PROTECTION_IKE:
		return &ike_ops;
	case CONFIG_PROTECTION_NONE:
		break;
	}
	return NULL;
}
