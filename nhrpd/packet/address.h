/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NBMA and protocol addresses: IPv4, IPv6 or none, in network byte order.
 */
#ifndef NHRPD_PACKET_ADDRESS_H
#define NHRPD_PACKET_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NHRP_ADDRESS_MAX 16	/* bytes of the longest address */
#define NHRP_ADDRESS_TEXT 46	/* longest text with its NUL */
#define NHRP_PREFIX_TEXT 50	/* ditto, with "/128" */

/**
 * struct nhrp_address - an address or its absence
 * @length: 4 for IPv4, 16 for IPv6, 0 for no address
 * @bytes: the address in network byte order, zeros beyond @length, so that
 *	   a whole struct may be compared or hashed as bytes
 */
struct nhrp_address {
	uint8_t length;
	uint8_t bytes[NHRP_ADDRESS_MAX];
};

/**
 * struct nhrp_prefix - an address prefix
 * @address: the network address; host bits are zero
 * @length: leading bits that count, at most 8 * @address.length
 */
struct nhrp_prefix {
	struct nhrp_address address;
	uint8_t length;
};

/**
 * nhrp_address_set - make an address from bytes
 * @address: the result
 * @bytes: @length bytes in network byte order; may be NULL if @length is 0
 * @length: 0, 4 or 16
 *
 * Return: false, and @address empty, if @length is none of these.
 */
bool nhrp_address_set(struct nhrp_address *address, const void *bytes,
		      size_t length);

/**
 * nhrp_address_parse - read "192.0.2.1" or "2001:db8::1"
 * @text: the whole text must be an address
 * @address: the result, empty if the text is no address
 *
 * Return: whether it was an address.
 */
bool nhrp_address_parse(const char *text, struct nhrp_address *address);

/**
 * nhrp_address_format - write an address as text
 * @address: what to write; an empty one gives "-"
 * @text: room for NHRP_ADDRESS_TEXT bytes
 *
 * Return: @text.
 */
const char *nhrp_address_format(const struct nhrp_address *address,
				char text[NHRP_ADDRESS_TEXT]);

/** nhrp_address_family - AF_INET, AF_INET6, or AF_UNSPEC if empty */
int nhrp_address_family(const struct nhrp_address *address);

/** nhrp_address_bits - bits of a host prefix: 32, 128, or 0 if empty */
uint8_t nhrp_address_bits(const struct nhrp_address *address);

/** nhrp_address_equal - same family and same bytes; two empty ones are equal */
bool nhrp_address_equal(const struct nhrp_address *a,
			const struct nhrp_address *b);

/** nhrp_address_is_any - empty, 0.0.0.0 or :: */
bool nhrp_address_is_any(const struct nhrp_address *address);

/** nhrp_address_is_multicast - 224.0.0.0/4, 255.255.255.255 or ff00::/8 */
bool nhrp_address_is_multicast(const struct nhrp_address *address);

/**
 * nhrp_prefix_of - the prefix of a given length that holds an address
 * @address: any address, host bits included
 * @length: leading bits; more than the address has means a host prefix
 * @prefix: the result, host bits cleared
 */
void nhrp_prefix_of(const struct nhrp_address *address, uint8_t length,
		    struct nhrp_prefix *prefix);

/** nhrp_prefix_contains - whether an address of the same family is inside */
bool nhrp_prefix_contains(const struct nhrp_prefix *prefix,
			  const struct nhrp_address *address);

/** nhrp_prefix_host - the prefix of one address */
void nhrp_prefix_host(const struct nhrp_address *address,
		      struct nhrp_prefix *prefix);

/** nhrp_prefix_equal - same address and same length */
bool nhrp_prefix_equal(const struct nhrp_prefix *a,
		       const struct nhrp_prefix *b);

/**
 * nhrp_prefix_format - write "192.0.2.0/24"
 * @prefix: what to write
 * @text: room for NHRP_PREFIX_TEXT bytes
 *
 * Return: @text.
 */
const char *nhrp_prefix_format(const struct nhrp_prefix *prefix,
			       char text[NHRP_PREFIX_TEXT]);

#endif /* NHRPD_PACKET_ADDRESS_H */
