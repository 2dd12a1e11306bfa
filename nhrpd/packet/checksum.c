// SPDX-License-Identifier: GPL-2.0-or-later
#include "checksum.h"

uint16_t nhrp_checksum(const uint8_t *bytes, size_t length)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i + 1 < length; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	if (length & 1)
		sum += (uint32_t)bytes[length - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}
