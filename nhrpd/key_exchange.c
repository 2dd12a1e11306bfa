// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which key exchange protects an interface.
 */
#include "config.h"
#include "session.h"

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
