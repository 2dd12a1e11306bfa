// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet.h"

const char *nhrp_type_name(uint8_t type)
{
	switch (type) {
	case NHRP_RESOLUTION_REQUEST:
		return "Resolution Request";
	case NHRP_RESOLUTION_REPLY:
		return "Resolution Reply";
	case NHRP_REGISTRATION_REQUEST:
		return "Registration Request";
	case NHRP_REGISTRATION_REPLY:
		return "Registration Reply";
	case NHRP_PURGE_REQUEST:
		return "Purge Request";
	case NHRP_PURGE_REPLY:
		return "Purge Reply";
	case NHRP_ERROR_INDICATION:
		return "Error Indication";
	case NHRP_TRAFFIC_INDICATION:
		return "Traffic Indication";
	default:
		return "unknown";
	}
}

const char *nhrp_cie_code_name(uint8_t code)
{
	switch (code) {
	case NHRP_CODE_SUCCESS:
		return "success";
	case NHRP_CODE_PROHIBITED:
		return "administratively prohibited";
	case NHRP_CODE_INSUFFICIENT_RESOURCES:
		return "insufficient resources";
	case 11: /* FRR and opennhrp */
	case NHRP_CODE_NO_BINDING:
		return "no binding";
	case NHRP_CODE_NOT_UNIQUE:
		return "binding not unique";
	case NHRP_CODE_ALREADY_REGISTERED:
		return "unique address already registered";
	default:
		return "unknown";
	}
}

const char *nhrp_error_code_name(uint16_t code)
{
	switch (code) {
	case NHRP_ERROR_UNRECOGNIZED_EXTENSION:
		return "unrecognized extension";
	case 2: /* FRR and opennhrp */
	case NHRP_ERROR_LOOP_DETECTED:
		return "loop detected";
	case NHRP_ERROR_UNREACHABLE:
		return "protocol address unreachable";
	case NHRP_ERROR_PROTOCOL:
		return "protocol error";
	case NHRP_ERROR_SDU_SIZE:
		return "packet too long";
	case NHRP_ERROR_INVALID_EXTENSION:
		return "invalid extension";
	case NHRP_ERROR_INVALID_REPLY:
		return "invalid resolution reply";
	case NHRP_ERROR_AUTHENTICATION:
		return "authentication failure";
	case NHRP_ERROR_HOP_COUNT:
		return "hop count exceeded";
	default:
		return "unknown";
	}
}

bool nhrp_type_is_request(uint8_t type)
{
	return type == NHRP_RESOLUTION_REQUEST ||
	       type == NHRP_REGISTRATION_REQUEST ||
	       type == NHRP_PURGE_REQUEST;
}

bool nhrp_type_is_reply(uint8_t type)
{
	return type == NHRP_RESOLUTION_REPLY ||
	       type == NHRP_REGISTRATION_REPLY || type == NHRP_PURGE_REPLY;
}
