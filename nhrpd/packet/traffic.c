// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet.h"

#define IPV4_HEADER 20
#define IPV4_SOURCE 12
#define IPV4_DESTINATION 16
#define IPV6_HEADER 40
#define IPV6_SOURCE 8
#define IPV6_DESTINATION 24

bool nhrp_traffic_addresses(const uint8_t *bytes, size_t length,
			    struct nhrp_address *source,
			    struct nhrp_address *destination)
{
	if (length >= IPV4_HEADER && bytes[0] >> 4 == 4)
		return nhrp_address_set(source, bytes + IPV4_SOURCE, 4) &&
		       nhrp_address_set(destination, bytes + IPV4_DESTINATION,
					4);
	if (length >= IPV6_HEADER && bytes[0] >> 4 == 6)
		return nhrp_address_set(source, bytes + IPV6_SOURCE, 16) &&
		       nhrp_address_set(destination, bytes + IPV6_DESTINATION,
					16);
	return false;
}
