// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Certificates as bytes, numbers in network byte order:
 *
 *	"MGRE"  version 1  flags (1: authority)  serial 8
 *	key 32  issuer 32  not before 8  not after 8
 *	name: length 1, letters
 *	addresses: count 1; each: bytes of the address 1 (4 or 16),
 *		prefix length 1, the address
 *	prefixes: likewise
 *	groups: count 1; each: length 1, letters
 *	Ed25519 signature 64 of all before it
 */
#include <sodium.h>
#include <string.h>

#include "certificate.h"
#include "packet/buffer.h"

#define MAGIC "MGRE"
#define MAGIC_SIZE 4
#define VERSION_1 1
#define FLAG_AUTHORITY 1
#define SIGNATURE crypto_sign_BYTES
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
		"abcdefghijklmnopqrstuvwxyz" \
		"0123456789.-_"

bool certificate_name_is_good(const char *name)
{
	size_t length = strspn(name, LETTERS);

	return length && length < CERTIFICATE_NAME_MAX && !name[length];
}

static void read_copy(struct nhrp_reader *reader, void *to, size_t length)
{
	const uint8_t *bytes = nhrp_read_bytes(reader, length);

	if (bytes)
		memcpy(to, bytes, length);
}

static const char *read_name(struct nhrp_reader *reader,
			     char name[CERTIFICATE_NAME_MAX])
{
	uint8_t length = nhrp_read_u8(reader);

	if (length >= CERTIFICATE_NAME_MAX)
		return "has a name that is too long";
	read_copy(reader, name, length);
	if (reader->failed)
		return "is cut short";
	/* A NUL among the letters would be another way to write the same. */
	if (strlen(name) != length || !certificate_name_is_good(name))
		return "has a name that is empty or of other letters than A-Z a-z 0-9 . - _";
	return NULL;
}

static const char *read_prefix(struct nhrp_reader *reader,
			       struct nhrp_prefix *prefix)
{
	uint8_t size = nhrp_read_u8(reader);
	uint8_t length = nhrp_read_u8(reader);
	const uint8_t *bytes = nhrp_read_bytes(reader, size);
	struct nhrp_address address;

	if (!bytes)
		return "is cut short";
	if (!size || !nhrp_address_set(&address, bytes, size))
		return "has an address that is neither IPv4 nor IPv6";
	if (length > nhrp_address_bits(&address))
		return "has a prefix that is too long";
	nhrp_prefix_of(&address, length, prefix);
	if (!nhrp_address_equal(&prefix->address, &address))
		return "has a prefix with host bits";
	return NULL;
}

/* @prefixes has room for @most. */
static const char *read_prefixes(struct nhrp_reader *reader, unsigned int most,
				 struct nhrp_prefix *prefixes,
				 unsigned int *count)
{
	const char *wrong;

	*count = nhrp_read_u8(reader);
	if (*count > most)
		return "has too many addresses or prefixes";
	for (unsigned int i = 0; i < *count; i++) {
		wrong = read_prefix(reader, &prefixes[i]);
		if (wrong)
			return wrong;
	}
	return NULL;
}

static const char *read_groups(struct nhrp_reader *reader,
			       struct certificate *certificate)
{
	const char *wrong;

	certificate->group_count = nhrp_read_u8(reader);
	if (certificate->group_count > CERTIFICATE_GROUPS_MAX)
		return "has too many groups";
	for (unsigned int i = 0; i < certificate->group_count; i++) {
		wrong = read_name(reader, certificate->groups[i]);
		if (wrong)
			return wrong;
	}
	return NULL;
}

static const char *read_head(struct nhrp_reader *reader,
			     struct certificate *certificate)
{
	const uint8_t *magic = nhrp_read_bytes(reader, MAGIC_SIZE);
	uint8_t flags;

	if (!magic || memcmp(magic, MAGIC, MAGIC_SIZE))
		return "is something else";
	if (nhrp_read_u8(reader) != VERSION_1)
		return "is of an unknown version";
	flags = nhrp_read_u8(reader);
	if (flags & ~FLAG_AUTHORITY)
		return "has unknown flags";
	certificate->is_authority = flags & FLAG_AUTHORITY;
	read_copy(reader, certificate->serial, CERTIFICATE_SERIAL);
	read_copy(reader, certificate->key, CERTIFICATE_KEY);
	read_copy(reader, certificate->issuer, CERTIFICATE_KEY);
	certificate->not_before = nhrp_read_u64(reader);
	certificate->not_after = nhrp_read_u64(reader);
	return NULL;
}

static const char *read_body(struct nhrp_reader *reader,
			     struct certificate *certificate)
{
	const char *wrong = read_head(reader, certificate);

	if (!wrong)
		wrong = read_name(reader, certificate->name);
	if (!wrong)
		wrong = read_prefixes(reader, CERTIFICATE_ADDRESSES_MAX,
				      certificate->addresses,
				      &certificate->address_count);
	if (!wrong)
		wrong = read_prefixes(reader, CERTIFICATE_PREFIXES_MAX,
				      certificate->prefixes,
				      &certificate->prefix_count);
	if (!wrong)
		wrong = read_groups(reader, certificate);
	if (!wrong && reader->failed)
		wrong = "is cut short";
	if (!wrong && nhrp_reader_left(reader) > SIGNATURE)
		wrong = "has something behind its end";
	if (!wrong && nhrp_reader_left(reader) < SIGNATURE)
		wrong = "is cut short";
	return wrong;
}

static bool is_host(const struct nhrp_prefix *prefix)
{
	return prefix->length == nhrp_address_bits(&prefix->address) &&
	       !nhrp_address_is_any(&prefix->address) &&
	       !nhrp_address_is_multicast(&prefix->address);
}

/* Whether what it says makes sense. */
static const char *check(const struct certificate *certificate)
{
	bool own_issuer = !memcmp(certificate->key, certificate->issuer,
				  CERTIFICATE_KEY);

	if (certificate->not_after > CERTIFICATE_TIME_MAX ||
	    certificate->not_before > certificate->not_after)
		return "is valid at no time";
	if (certificate->is_authority && !own_issuer)
		return "is of an authority but not signed by itself";
	if (!certificate->is_authority && own_issuer)
		return "is signed by the node itself";
	if (certificate->is_authority &&
	    (certificate->address_count || certificate->prefix_count ||
	     certificate->group_count))
		return "is of an authority and claims addresses or groups";
	for (unsigned int i = 0; i < certificate->address_count; i++)
		if (!is_host(&certificate->addresses[i]))
			return "has an address that is not of one host";
	return NULL;
}

const char *certificate_parse(const uint8_t *bytes, size_t length,
			      struct certificate *certificate)
{
	struct nhrp_reader reader = { .bytes = bytes, .end = length };
	const char *wrong;

	memset(certificate, 0, sizeof(*certificate));
	if (length > CERTIFICATE_SIZE_MAX)
		return "is too long";
	wrong = read_body(&reader, certificate);
	if (!wrong)
		wrong = check(certificate);
	if (wrong)
		memset(certificate, 0, sizeof(*certificate));
	return wrong;
}

static void write_name(struct nhrp_writer *writer, const char *name)
{
	size_t length = strnlen(name, CERTIFICATE_NAME_MAX);

	nhrp_write_u8(writer, length);
	nhrp_write_bytes(writer, name, length);
}

static void write_prefixes(struct nhrp_writer *writer,
			   const struct nhrp_prefix *prefixes,
			   unsigned int count)
{
	nhrp_write_u8(writer, count);
	for (unsigned int i = 0; i < count; i++) {
		const struct nhrp_address *address = &prefixes[i].address;

		nhrp_write_u8(writer, address->length);
		nhrp_write_u8(writer, prefixes[i].length);
		nhrp_write_bytes(writer, address->bytes, address->length);
	}
}

static void write_body(struct nhrp_writer *writer,
		       const struct certificate *certificate)
{
	nhrp_write_bytes(writer, MAGIC, MAGIC_SIZE);
	nhrp_write_u8(writer, VERSION_1);
	nhrp_write_u8(writer, certificate->is_authority ? FLAG_AUTHORITY : 0);
	nhrp_write_bytes(writer, certificate->serial, CERTIFICATE_SERIAL);
	nhrp_write_bytes(writer, certificate->key, CERTIFICATE_KEY);
	nhrp_write_bytes(writer, certificate->issuer, CERTIFICATE_KEY);
	nhrp_write_u64(writer, certificate->not_before);
	nhrp_write_u64(writer, certificate->not_after);
	write_name(writer, certificate->name);
	write_prefixes(writer, certificate->addresses,
		       certificate->address_count);
	write_prefixes(writer, certificate->prefixes,
		       certificate->prefix_count);
	nhrp_write_u8(writer, certificate->group_count);
	for (unsigned int i = 0; i < certificate->group_count; i++)
		write_name(writer, certificate->groups[i]);
}

static bool is_issuer(const struct certificate *certificate,
		      const uint8_t secret[CERTIFICATE_SECRET])
{
	uint8_t key[CERTIFICATE_KEY];

	crypto_sign_ed25519_sk_to_pk(key, secret);
	return !memcmp(key, certificate->issuer, CERTIFICATE_KEY);
}

size_t certificate_sign(const struct certificate *certificate,
			const uint8_t secret[CERTIFICATE_SECRET],
			uint8_t *bytes)
{
	struct nhrp_writer writer = {
		.bytes = bytes, .size = CERTIFICATE_SIZE_MAX - SIGNATURE,
	};
	struct certificate again;
	size_t length;

	if (certificate->address_count > CERTIFICATE_ADDRESSES_MAX ||
	    certificate->prefix_count > CERTIFICATE_PREFIXES_MAX ||
	    certificate->group_count > CERTIFICATE_GROUPS_MAX ||
	    !is_issuer(certificate, secret))
		return 0;
	write_body(&writer, certificate);
	if (writer.failed)
		return 0;
	crypto_sign_detached(bytes + writer.position, NULL, bytes,
			     writer.position, secret);
	length = writer.position + SIGNATURE;
	return certificate_parse(bytes, length, &again) ? 0 : length;
}

bool certificate_is_signed(const uint8_t *bytes, size_t length,
			   const uint8_t issuer[CERTIFICATE_KEY])
{
	return length > SIGNATURE &&
	       !crypto_sign_verify_detached(bytes + length - SIGNATURE, bytes,
					    length - SIGNATURE, issuer);
}

/* Whether a certificate of @authority that reads well may be trusted. */
static const char *trust(const uint8_t *bytes, size_t length,
			 const struct certificate *authority, uint64_t now,
			 const struct certificate *certificate)
{
	if (!authority->is_authority)
		return "is checked by one that is not of an authority";
	if (certificate->is_authority)
		return "is of an authority, not of a node";
	if (memcmp(certificate->issuer, authority->key, CERTIFICATE_KEY))
		return "is of another network";
	if (!certificate_is_signed(bytes, length, authority->key))
		return "has a wrong signature";
	if (now < authority->not_before || now < certificate->not_before)
		return "is not valid yet";
	if (now > certificate->not_after)
		return "has expired";
	if (now > authority->not_after)
		return "is of an authority that has expired";
	return NULL;
}

const char *certificate_verify(const uint8_t *bytes, size_t length,
			       const struct certificate *authority,
			       uint64_t now, struct certificate *certificate)
{
	const char *wrong = certificate_parse(bytes, length, certificate);

	if (!wrong)
		wrong = trust(bytes, length, authority, now, certificate);
	if (wrong)
		memset(certificate, 0, sizeof(*certificate));
	return wrong;
}

static bool covered(const struct nhrp_prefix *prefixes, unsigned int count,
		    const struct nhrp_prefix *prefix)
{
	for (unsigned int i = 0; i < count; i++)
		if (prefix->length >= prefixes[i].length &&
		    nhrp_prefix_contains(&prefixes[i], &prefix->address))
			return true;
	return false;
}

bool certificate_covers(const struct certificate *certificate,
			const struct nhrp_prefix *prefix)
{
	return covered(certificate->addresses, certificate->address_count,
		       prefix) ||
	       covered(certificate->prefixes, certificate->prefix_count,
		       prefix);
}
