// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "address.h"

#define IPV4_LENGTH 4
#define IPV6_LENGTH 16

bool nhrp_address_set(struct nhrp_address *address, const void *bytes,
		      size_t length)
{
	memset(address, 0, sizeof(*address));
	if (length != 0 && length != IPV4_LENGTH && length != IPV6_LENGTH)
		return false;
	if (length)
		memcpy(address->bytes, bytes, length);
	address->length = length;
	return true;
}

bool nhrp_address_parse(const char *text, struct nhrp_address *address)
{
	uint8_t bytes[NHRP_ADDRESS_MAX];

	if (inet_pton(AF_INET, text, bytes) == 1)
		return nhrp_address_set(address, bytes, IPV4_LENGTH);
	if (inet_pton(AF_INET6, text, bytes) == 1)
		return nhrp_address_set(address, bytes, IPV6_LENGTH);
	nhrp_address_set(address, NULL, 0);
	return false;
}

const char *nhrp_address_format(const struct nhrp_address *address,
				char text[NHRP_ADDRESS_TEXT])
{
	if (!address->length ||
	    !inet_ntop(nhrp_address_family(address), address->bytes, text,
		       NHRP_ADDRESS_TEXT))
		strcpy(text, "-");
	return text;
}

int nhrp_address_family(const struct nhrp_address *address)
{
	switch (address->length) {
	case IPV4_LENGTH:
		return AF_INET;
	case IPV6_LENGTH:
		return AF_INET6;
	default:
		return AF_UNSPEC;
	}
}

uint8_t nhrp_address_bits(const struct nhrp_address *address)
{
	return address->length * 8;
}

bool nhrp_address_equal(const struct nhrp_address *a,
			const struct nhrp_address *b)
{
	return a->length == b->length &&
	       !memcmp(a->bytes, b->bytes, a->length);
}

bool nhrp_address_is_any(const struct nhrp_address *address)
{
	size_t i;

	for (i = 0; i < address->length; i++)
		if (address->bytes[i])
			return false;
	return true;
}

bool nhrp_address_is_multicast(const struct nhrp_address *address)
{
	static const uint8_t broadcast[] = { 255, 255, 255, 255 };

	switch (address->length) {
	case IPV4_LENGTH:
		return (address->bytes[0] & 0xf0) == 0xe0 ||
		       !memcmp(address->bytes, broadcast, sizeof(broadcast));
	case IPV6_LENGTH:
		return address->bytes[0] == 0xff;
	default:
		return false;
	}
}

void nhrp_prefix_of(const struct nhrp_address *address, uint8_t length,
		    struct nhrp_prefix *prefix)
{
	uint8_t bits = nhrp_address_bits(address);
	size_t i;

	prefix->address = *address;
	prefix->length = length < bits ? length : bits;
	for (i = 0; i < address->length; i++) {
		if (prefix->length >= 8 * (i + 1))
			continue;
		if (prefix->length <= 8 * i)
			prefix->address.bytes[i] = 0;
		else
			prefix->address.bytes[i] &=
				0xff << (8 * (i + 1) - prefix->length);
	}
}

void nhrp_prefix_host(const struct nhrp_address *address,
		      struct nhrp_prefix *prefix)
{
	nhrp_prefix_of(address, nhrp_address_bits(address), prefix);
}

bool nhrp_prefix_contains(const struct nhrp_prefix *prefix,
			  const struct nhrp_address *address)
{
	struct nhrp_prefix masked;

	if (address->length != prefix->address.length)
		return false;
	nhrp_prefix_of(address, prefix->length, &masked);
	return nhrp_address_equal(&masked.address, &prefix->address);
}

bool nhrp_prefix_equal(const struct nhrp_prefix *a,
		       const struct nhrp_prefix *b)
{
	return a->length == b->length &&
	       nhrp_address_equal(&a->address, &b->address);
}

const char *nhrp_prefix_format(const struct nhrp_prefix *prefix,
			       char text[NHRP_PREFIX_TEXT])
{
	char address[NHRP_ADDRESS_TEXT];

	snprintf(text, NHRP_PREFIX_TEXT, "%s/%u",
		 nhrp_address_format(&prefix->address, address),
		 prefix->length);
	return text;
}
