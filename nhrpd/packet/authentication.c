// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The Authentication extension in the form that Cisco IOS, FRR and opennhrp
 * use instead of RFC 2332 5.3.4's: a reserved u16, an SPI of 1, and 1 to 8
 * characters in clear. It tells networks apart; it is no security.
 */
#include <string.h>

#include "packet.h"

#define SPI_SIZE 4

static const uint8_t spi[SPI_SIZE] = { 0, 0, 0, 1 };

/* In constant time: both are padded to full size, and all of it is compared. */
static bool equal(const uint8_t *a, size_t a_length, const uint8_t *b,
		  size_t b_length)
{
	uint8_t padded[2][SPI_SIZE + NHRP_AUTHENTICATION_MAX] = { { 0 } };
	uint8_t difference = a_length != b_length;
	size_t i;

	memcpy(padded[0], a, a_length);
	memcpy(padded[1], b, b_length);
	for (i = 0; i < sizeof(padded[0]); i++)
		difference |= padded[0][i] ^ padded[1][i];
	return !difference;
}

static bool set_data(struct nhrp_extension *extension, const char *secret)
{
	size_t length = strlen(secret);

	if (length > NHRP_AUTHENTICATION_MAX)
		return false;
	memcpy(extension->data, spi, SPI_SIZE);
	memcpy(extension->data + SPI_SIZE, secret, length);
	extension->length = SPI_SIZE + length;
	return true;
}

bool nhrp_authentication_set(struct nhrp_packet *packet, const char *secret)
{
	struct nhrp_extension *extension;

	if (!*secret || packet->type == NHRP_ERROR_INDICATION) {
		nhrp_extension_remove(packet, NHRP_EXTENSION_AUTHENTICATION);
		return true;
	}
	extension = nhrp_extension_find(packet, NHRP_EXTENSION_AUTHENTICATION);
	if (!extension)
		extension = nhrp_extension_add(packet,
					       NHRP_EXTENSION_AUTHENTICATION);
	return extension && set_data(extension, secret);
}

bool nhrp_authentication_check(struct nhrp_packet *packet, const char *secret)
{
	struct nhrp_extension wanted;
	struct nhrp_extension *found;

	if (!*secret)
		return true;
	found = nhrp_extension_find(packet, NHRP_EXTENSION_AUTHENTICATION);
	if (!found || found->length > SPI_SIZE + NHRP_AUTHENTICATION_MAX ||
	    !set_data(&wanted, secret))
		return false;
	return equal(found->data, found->length, wanted.data, wanted.length);
}
