/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NHRP packets (RFC 2332 section 5, with Cisco's Traffic Indication, NAT
 * Address extension and form of authentication) between bytes and structures.
 *
 * No I/O, no allocation, no global state. A struct nhrp_packet owns everything
 * except @payload and may be copied by assignment: an NHS forwards a packet by
 * parsing, changing and building it, and replies by changing a copy of the
 * request. All numbers are in host byte order, all addresses in network order.
 */
#ifndef NHRPD_PACKET_PACKET_H
#define NHRPD_PACKET_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

#define NHRP_VERSION 1
#define NHRP_HOP_COUNT 255		/* that we send; IOS refuses 0 */
#define NHRP_FIXED_SIZE 20		/* RFC 2332 5.1 */
#define NHRP_MANDATORY_SIZE 8		/* 5.2.0.1, before the addresses */
#define NHRP_PACKET_MAX 65535
#define NHRP_PREFIX_HOST 0xff		/* prefix length of one address */

/* Bounds; what exceeds them is refused. 128 CIEs fill any 1500-byte packet. */
#define NHRP_CIES_MAX 128
#define NHRP_EXTENSIONS_MAX 16
#define NHRP_EXTENSION_CIES_MAX 32
#define NHRP_EXTENSION_DATA_MAX 1024
#define NHRP_AUTHENTICATION_MAX 8	/* Cisco's limit, without NUL */

/* ar$afn, the NBMA address family */
enum nhrp_afn {
	NHRP_AFN_IPV4 = 1,
	NHRP_AFN_IPV6 = 2,
};

/* ar$pro.type, the protocol address family */
enum nhrp_protocol_type {
	NHRP_PROTOCOL_IPV4 = 0x0800,
	NHRP_PROTOCOL_IPV6 = 0x86dd,
};

/* ar$op.type. A reply is its request + 1. */
enum nhrp_type {
	NHRP_RESOLUTION_REQUEST = 1,
	NHRP_RESOLUTION_REPLY = 2,
	NHRP_REGISTRATION_REQUEST = 3,
	NHRP_REGISTRATION_REPLY = 4,
	NHRP_PURGE_REQUEST = 5,
	NHRP_PURGE_REPLY = 6,
	NHRP_ERROR_INDICATION = 7,
	NHRP_TRAFFIC_INDICATION = 8,	/* draft-detienne-dmvpn-01 */
};

/* Flags of Resolution Requests and Replies, 5.2.1 and 5.2.2 */
enum nhrp_resolution_flag {
	NHRP_RESOLUTION_ROUTER = 0x8000,		/* Q */
	NHRP_RESOLUTION_AUTHORITATIVE = 0x4000,		/* A */
	NHRP_RESOLUTION_DESTINATION_STABLE = 0x2000,	/* D, replies only */
	NHRP_RESOLUTION_UNIQUE = 0x1000,		/* U */
	NHRP_RESOLUTION_SOURCE_STABLE = 0x0800,		/* S */
};

/* Flag of Registration Requests and Replies, 5.2.3 */
enum nhrp_registration_flag {
	NHRP_REGISTRATION_UNIQUE = 0x8000,		/* U */
};

/* Flag of Purge Requests and Replies, 5.2.5 */
enum nhrp_purge_flag {
	NHRP_PURGE_NO_REPLY = 0x8000,			/* N */
};

#define NHRP_FLAG_NAT 0x0002	/* Cisco; registration and resolution */

/* Code of a CIE; any but 0 in a reply is a NAK. */
enum nhrp_cie_code {
	NHRP_CODE_SUCCESS = 0,
	NHRP_CODE_PROHIBITED = 4,		/* administratively */
	NHRP_CODE_INSUFFICIENT_RESOURCES = 5,
	NHRP_CODE_NO_BINDING = 12,		/* FRR, opennhrp send 11 */
	NHRP_CODE_NOT_UNIQUE = 13,		/* binding exists, not unique */
	NHRP_CODE_ALREADY_REGISTERED = 14,	/* as unique, by another */
};

/* Code of an Error Indication, 5.2.7 */
enum nhrp_error_code {
	NHRP_ERROR_NONE = 0,			/* discard in silence */
	NHRP_ERROR_UNRECOGNIZED_EXTENSION = 1,
	NHRP_ERROR_LOOP_DETECTED = 3,		/* FRR, opennhrp send 2 */
	NHRP_ERROR_UNREACHABLE = 6,		/* protocol address */
	NHRP_ERROR_PROTOCOL = 7,
	NHRP_ERROR_SDU_SIZE = 8,		/* exceeded */
	NHRP_ERROR_INVALID_EXTENSION = 9,
	NHRP_ERROR_INVALID_REPLY = 10,		/* resolution reply */
	NHRP_ERROR_AUTHENTICATION = 11,		/* failure */
	NHRP_ERROR_HOP_COUNT = 15,		/* exceeded */
};

/* Code of a Traffic Indication */
enum nhrp_traffic_code {
	NHRP_TRAFFIC_REDIRECT = 0,
};

/* Types of extensions, 5.3, without the Compulsory bit */
enum nhrp_extension_type {
	NHRP_EXTENSION_END = 0,
	NHRP_EXTENSION_RESPONDER_ADDRESS = 3,
	NHRP_EXTENSION_FORWARD_TRANSIT = 4,	/* NHS record */
	NHRP_EXTENSION_REVERSE_TRANSIT = 5,	/* NHS record */
	NHRP_EXTENSION_AUTHENTICATION = 7,
	NHRP_EXTENSION_VENDOR_PRIVATE = 8,
	NHRP_EXTENSION_NAT_ADDRESS = 9,		/* Cisco, or RFC 2735's Device */
};						/* Capabilities: not CIEs */

/**
 * struct nhrp_cie - Client Information Entry, 5.2.0.1
 * @code: enum nhrp_cie_code
 * @prefix_length: 0, NHRP_PREFIX_HOST or leading bits of @protocol
 * @mtu: bytes, 0 for none
 * @holding_time: seconds
 * @preference: higher is better
 * @nbma: client NBMA address, may be empty
 * @protocol: client protocol address, may be empty
 * @port: UDP port of the client's key exchange behind NAT, 0: none. It is our
 *	  use of an NBMA subaddress of 2 bytes; others are ignored.
 */
struct nhrp_cie {
	uint8_t code;
	uint8_t prefix_length;
	uint16_t mtu;
	uint16_t holding_time;
	uint8_t preference;
	uint16_t port;
	struct nhrp_address nbma;
	struct nhrp_address protocol;
};

/**
 * struct nhrp_extension - one extension, 5.3
 * @type: enum nhrp_extension_type or any other 14-bit value
 * @compulsory: the C bit
 * @is_cie_list: @cies counts, otherwise @data: true for types 3, 4, 5 and for
 *		 9 where it is Cisco's
 * @length: bytes of @data
 * @cie_count: entries of @cies
 * @cies: what a CIE list holds
 * @data: what any other extension holds, as it came
 */
struct nhrp_extension {
	uint16_t type;
	bool compulsory;
	bool is_cie_list;
	uint16_t length;
	uint16_t cie_count;
	union {
		struct nhrp_cie cies[NHRP_EXTENSION_CIES_MAX];
		uint8_t data[NHRP_EXTENSION_DATA_MAX];
	};
};

/**
 * struct nhrp_packet - an NHRP packet
 * @afn: enum nhrp_afn
 * @protocol_type: enum nhrp_protocol_type
 * @hop_count: hops left
 * @type: enum nhrp_type
 * @flags: of the type's flag enum and NHRP_FLAG_NAT; types 1 to 6
 * @request_id: types 1 to 6
 * @code: enum nhrp_error_code (type 7) or nhrp_traffic_code (type 8)
 * @error_offset: where in @payload the error is; type 7
 * @source_nbma: of the requester; of the reporter in types 7 and 8
 * @source_protocol: likewise
 * @destination_protocol: routing target of requests and indications
 * @cie_count: entries of @cies; types 1 to 6
 * @extension_count: entries of @extensions, the End extension not counted
 * @payload_length: bytes at @payload
 * @payload: the NHRP packet in error (type 7) or the head of the redirected
 *	     IP packet (type 8). Borrowed: it points into the buffer that was
 *	     parsed, or to memory of whoever builds the packet.
 * @cies: mandatory part's CIEs
 * @extensions: in the order they have on the wire
 */
struct nhrp_packet {
	uint16_t afn;
	uint16_t protocol_type;
	uint8_t hop_count;
	uint8_t type;
	uint16_t flags;
	uint32_t request_id;
	uint16_t code;
	uint16_t error_offset;
	struct nhrp_address source_nbma;
	struct nhrp_address source_protocol;
	struct nhrp_address destination_protocol;
	uint16_t cie_count;
	uint16_t extension_count;
	uint16_t payload_length;
	const uint8_t *payload;
	struct nhrp_cie cies[NHRP_CIES_MAX];
	struct nhrp_extension extensions[NHRP_EXTENSIONS_MAX];
};

/**
 * struct nhrp_error - why a packet was refused
 * @code: the code to put into an Error Indication, or NHRP_ERROR_NONE to
 *	  discard the packet in silence. If there is a code, the packet's
 *	  families and three addresses were read and may be used to answer.
 * @offset: byte of the packet where the error is
 * @reason: what was wrong, for the log; a constant string
 */
struct nhrp_error {
	uint16_t code;
	uint16_t offset;
	const char *reason;
};

/* ---- whole packets: packet.c ---- */

/**
 * nhrp_packet_parse - read a packet
 * @bytes: the NHRP packet, beginning with its fixed header
 * @length: bytes there; those beyond the packet's own size are ignored
 * @packet: the result; its @payload points into @bytes
 * @error: what was wrong, if the packet is refused
 *
 * Accepts what RFC 2332 allows and what IOS, FRR and opennhrp send: any order
 * of extensions, bytes after the End extension, unknown extensions (kept).
 * Unused fields are ignored. It is left to the caller to look at hop count,
 * authentication, nhrp_extension_unrecognized() and the sense of it all.
 *
 * Return: whether @packet is a well-formed packet.
 */
bool nhrp_packet_parse(const uint8_t *bytes, size_t length,
		       struct nhrp_packet *packet, struct nhrp_error *error);

/**
 * nhrp_packet_build - write a packet
 * @packet: what to write; an End extension is added if there are others
 * @bytes: where to
 * @size: room there: the NBMA network's MTU less encapsulation. 5.1 forbids
 *	  longer packets (NHRP_ERROR_SDU_SIZE).
 *
 * Return: bytes written, or 0 if the packet does not fit or can't be
 * expressed (an address of a family other than the packet's).
 */
size_t nhrp_packet_build(const struct nhrp_packet *packet, uint8_t *bytes,
			 size_t size);

/**
 * nhrp_packet_init - begin a packet of our own
 * @packet: the result: no flags, CIEs, extensions or payload, hop count
 *	    NHRP_HOP_COUNT, families as the addresses have
 * @type: enum nhrp_type
 * @source_nbma: our NBMA address, or the requester's in a reply
 * @source_protocol: likewise
 * @destination_protocol: of the node to reach, or the responder's
 *
 * @source_protocol and @destination_protocol are of one family; either, not
 * both, may be empty.
 */
void nhrp_packet_init(struct nhrp_packet *packet, enum nhrp_type type,
		      const struct nhrp_address *source_nbma,
		      const struct nhrp_address *source_protocol,
		      const struct nhrp_address *destination_protocol);

/**
 * nhrp_packet_init_reply - begin the reply to a request
 * @reply: the result: a copy of @request with the type of its reply and a
 *	   fresh hop count. It keeps addresses, flags, request id and all
 *	   extensions (5.2.2, 5.2.4, 5.2.6) but the Authentication, which is
 *	   hop by hop. A Resolution Reply has no CIE yet, other replies have
 *	   the request's.
 * @request: type 1, 3 or 5
 */
void nhrp_packet_init_reply(struct nhrp_packet *reply,
			    const struct nhrp_packet *request);

/**
 * nhrp_packet_init_error - begin an Error Indication, 5.2.7
 * @packet: the result
 * @offending: the packet in error, of which families and addresses are used
 * @source_nbma: our NBMA address
 * @source_protocol: our protocol address
 * @error: code and offset
 * @bytes: the offending packet as it came; borrowed as payload
 * @length: bytes there
 *
 * Return: false if @error has no code, or if @offending is itself an Error
 * Indication, which is NEVER answered with another.
 */
bool nhrp_packet_init_error(struct nhrp_packet *packet,
			    const struct nhrp_packet *offending,
			    const struct nhrp_address *source_nbma,
			    const struct nhrp_address *source_protocol,
			    const struct nhrp_error *error,
			    const uint8_t *bytes, size_t length);

/** nhrp_type_name - "Resolution Request" and so on, "unknown" for the rest */
const char *nhrp_type_name(uint8_t type);

/** nhrp_cie_code_name - text of a CIE code, with FRR's 11 as no binding */
const char *nhrp_cie_code_name(uint8_t code);

/** nhrp_error_code_name - text of an Error Indication's code, FRR's 2 too */
const char *nhrp_error_code_name(uint16_t code);

/** nhrp_type_is_request - whether replies answer it: types 1, 3 and 5 */
bool nhrp_type_is_request(uint8_t type);

/** nhrp_type_is_reply - types 2, 4 and 6, which go to the source protocol */
bool nhrp_type_is_reply(uint8_t type);

/* ---- client information entries: cie.c ---- */

/**
 * nhrp_cie_init - an entry for one client
 * @cie: the result, all other fields zero
 * @nbma: client NBMA address, NULL for none
 * @protocol: client protocol address, NULL for none
 * @prefix_length: 0, NHRP_PREFIX_HOST, or leading bits
 */
void nhrp_cie_init(struct nhrp_cie *cie, const struct nhrp_address *nbma,
		   const struct nhrp_address *protocol, uint8_t prefix_length);

/**
 * nhrp_packet_add_cie - append an empty entry to the mandatory part
 *
 * Return: the zeroed entry, or NULL if there are NHRP_CIES_MAX.
 */
struct nhrp_cie *nhrp_packet_add_cie(struct nhrp_packet *packet);

/**
 * nhrp_cie_prefix - the addresses that an entry stands for
 * @cie: its @protocol, or if that is empty @fallback, gives the address
 * @fallback: the source protocol address of the packet's common header
 * @prefix: the result
 *
 * 0, 0xff and anything longer than the address mean one host (5.2.0.1).
 */
void nhrp_cie_prefix(const struct nhrp_cie *cie,
		     const struct nhrp_address *fallback,
		     struct nhrp_prefix *prefix);

/**
 * nhrp_cie_mtu - the MTU that an entry announces, if it is one to be used
 *
 * Return: bytes, or 0 if there is none, or one below 576 or from 1500 up: IOS
 * announces 17912 and 17916, which say nothing of the path.
 */
uint16_t nhrp_cie_mtu(const struct nhrp_cie *cie);

/* ---- extensions: extension.c ---- */

/** nhrp_extension_find - the first extension of a type, or NULL */
struct nhrp_extension *nhrp_extension_find(struct nhrp_packet *packet,
					   uint16_t type);

/**
 * nhrp_extension_add - append an empty extension
 * @packet: where to
 * @type: enum nhrp_extension_type; sets Compulsory for types 3, 4, 5 and 7
 *
 * Return: it, or NULL if there are NHRP_EXTENSIONS_MAX.
 */
struct nhrp_extension *nhrp_extension_add(struct nhrp_packet *packet,
					  uint16_t type);

/** nhrp_extension_remove - remove all extensions of a type, order kept */
void nhrp_extension_remove(struct nhrp_packet *packet, uint16_t type);

/**
 * nhrp_extension_add_cie - append an entry to a CIE list
 * @extension: one with @is_cie_list
 * @cie: copied
 *
 * Return: false if the list is full.
 */
bool nhrp_extension_add_cie(struct nhrp_extension *extension,
			    const struct nhrp_cie *cie);

/**
 * nhrp_extension_find_cie - the entry of a protocol address in a CIE list
 * @extension: NULL or no CIE list finds nothing
 * @protocol: the address
 *
 * Finds loops in transit records and the NAT Address of a node.
 */
const struct nhrp_cie *
nhrp_extension_find_cie(const struct nhrp_extension *extension,
			const struct nhrp_address *protocol);

/**
 * nhrp_extension_unrecognized - first compulsory extension not known here
 *
 * A responder answers it with NHRP_ERROR_UNRECOGNIZED_EXTENSION; a transit NHS
 * forwards the packet, but neither caches from it nor adds itself to its
 * transit records (5.3).
 *
 * Return: it, or NULL.
 */
const struct nhrp_extension *
nhrp_extension_unrecognized(const struct nhrp_packet *packet);

/**
 * nhrp_authentication_set - make the Authentication extension anew
 * @packet: gets Cisco's form of @secret, in place of what it had or at the
 *	    end; Error Indications have no extensions, so theirs stay without
 * @secret: at most NHRP_AUTHENTICATION_MAX characters; "" removes it
 *
 * Return: false if there is no room or @secret is too long.
 */
bool nhrp_authentication_set(struct nhrp_packet *packet, const char *secret);

/**
 * nhrp_authentication_check - whether a packet carries our secret
 * @packet: as it came
 * @secret: as above; "" accepts every packet
 *
 * Takes the same time whatever the packet's secret is.
 */
bool nhrp_authentication_check(struct nhrp_packet *packet, const char *secret);

/* ---- heads of redirected IP packets: traffic.c ---- */

/**
 * nhrp_traffic_addresses - between whom an IP packet goes
 * @bytes: its beginning: payload of a Traffic Indication, or what the kernel
 *	   showed of a packet to redirect
 * @length: bytes there
 * @source: its source address
 * @destination: its destination address
 *
 * Return: false if this is no whole IPv4 or IPv6 header.
 */
bool nhrp_traffic_addresses(const uint8_t *bytes, size_t length,
			    struct nhrp_address *source,
			    struct nhrp_address *destination);

#endif /* NHRPD_PACKET_PACKET_H */
