/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates of a network's own authority: who a node is, and what it may
 * claim in NHRP. Pure functions on bytes.
 *
 * A certificate is signed with Ed25519. The authority's own is signed by
 * itself and may claim nothing.
 */
#ifndef NHRPD_IDENTITY_CERTIFICATE_H
#define NHRPD_IDENTITY_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet/address.h"

#define CERTIFICATE_KEY 32		/* Ed25519 public key */
#define CERTIFICATE_SECRET 64		/* Ed25519 secret key, libsodium's */
#define CERTIFICATE_SERIAL 8
#define CERTIFICATE_NAME_MAX 64		/* with NUL */
#define CERTIFICATE_ADDRESSES_MAX 8
#define CERTIFICATE_PREFIXES_MAX 32
#define CERTIFICATE_GROUPS_MAX 8
#define CERTIFICATE_SIZE_MAX 1024	/* bytes on the wire: one datagram */
#define CERTIFICATE_TIME_MAX 253402300799	/* the end of the year 9999 */

/**
 * struct certificate - what an authority says of a key
 * @serial: random, to be named in a revocation list
 * @is_authority: it may sign others
 * @name: of the node: letters, digits, '.', '-' and '_'
 * @key: Ed25519 public key of the node
 * @issuer: Ed25519 public key of the authority
 * @not_before, @not_after: seconds since 1970, at most CERTIFICATE_TIME_MAX
 * @addresses: protocol addresses that are the node's own: host prefixes
 * @prefixes: what it may announce to be behind it
 * @groups: names of the same letters as @name
 */
struct certificate {
	uint8_t serial[CERTIFICATE_SERIAL];
	bool is_authority;
	char name[CERTIFICATE_NAME_MAX];
	uint8_t key[CERTIFICATE_KEY];
	uint8_t issuer[CERTIFICATE_KEY];
	uint64_t not_before;
	uint64_t not_after;
	struct nhrp_prefix addresses[CERTIFICATE_ADDRESSES_MAX];
	unsigned int address_count;
	struct nhrp_prefix prefixes[CERTIFICATE_PREFIXES_MAX];
	unsigned int prefix_count;
	char groups[CERTIFICATE_GROUPS_MAX][CERTIFICATE_NAME_MAX];
	unsigned int group_count;
};

/** certificate_name_is_good - whether it may be a node's or a group's name */
bool certificate_name_is_good(const char *name);

/**
 * certificate_parse - read a certificate; its signature is not looked at
 * @bytes: @length bytes, all of which must be the certificate
 * @certificate: the result; all zeros if the bytes are refused
 *
 * There is one way only to write a certificate: what is parsed and signed
 * again is the same bytes. Return: NULL, or what is wrong in words that go on
 * from "the certificate": "is cut short".
 */
const char *certificate_parse(const uint8_t *bytes, size_t length,
			      struct certificate *certificate);

/**
 * certificate_sign - write a certificate
 * @secret: the authority's
 * @bytes: where to, CERTIFICATE_SIZE_MAX bytes
 *
 * Return: bytes written; 0 if it does not fit, if @secret is not that of the
 * issuer, or if certificate_parse() would refuse it.
 */
size_t certificate_sign(const struct certificate *certificate,
			const uint8_t secret[CERTIFICATE_SECRET],
			uint8_t *bytes);

/** certificate_is_signed - whether its signature is one of the key @issuer */
bool certificate_is_signed(const uint8_t *bytes, size_t length,
			   const uint8_t issuer[CERTIFICATE_KEY]);

/**
 * certificate_verify - parse a node's certificate, check it by an authority's
 * @authority: the network's, trusted
 * @now: seconds since 1970
 * @certificate: the result; all zeros if it is refused
 *
 * Revocation is not looked at, see revoked.h. Return: NULL, or what is wrong:
 * "is of another network", "has expired" and so on.
 */
const char *certificate_verify(const uint8_t *bytes, size_t length,
			       const struct certificate *authority,
			       uint64_t now, struct certificate *certificate);

/**
 * certificate_covers - whether its owner may claim all of @prefix
 *
 * True inside one of its addresses or prefixes.
 */
bool certificate_covers(const struct certificate *certificate,
			const struct nhrp_prefix *prefix);

#endif /* NHRPD_IDENTITY_CERTIFICATE_H */
