/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The messages of VICI, strongSwan's control protocol: packets with a type
 * and perhaps a name in front, and a tree of sections, keys and lists.
 */
#ifndef NHRPD_IKE_VICI_H
#define NHRPD_IKE_VICI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet/buffer.h"

/* The longest packet that strongSwan sends or takes, without its length. */
#define VICI_PACKET_MAX (512 * 1024)

/* Bytes that come in front of a packet: its length, big endian. */
#define VICI_HEADER 4

/* Room for whatever we ask for. */
#define VICI_REQUEST_MAX 8192

/* Sections within sections; strongSwan has 5 of them at most. */
#define VICI_DEPTH_MAX 16

enum vici_type {
	VICI_REQUEST = 0,	/* has a name */
	VICI_RESPONSE = 1,
	VICI_REQUEST_UNKNOWN = 2,
	VICI_REGISTER = 3,	/* has a name */
	VICI_UNREGISTER = 4,	/* has a name */
	VICI_CONFIRM = 5,
	VICI_EVENT_UNKNOWN = 6,
	VICI_EVENT = 7,		/* has a name */
};

enum vici_element {
	VICI_END = 0,		/* nothing more; not on the wire */
	VICI_SECTION = 1,	/* has a name */
	VICI_SECTION_END = 2,
	VICI_KEY = 3,		/* has a name and a value */
	VICI_LIST = 4,		/* has a name */
	VICI_ITEM = 5,		/* has a value */
	VICI_LIST_END = 6,
};

/** struct vici_string - bytes within a packet, not ended by NUL */
struct vici_string {
	const char *bytes;
	size_t length;
};

/** vici_equal - whether a string is @text */
bool vici_equal(const struct vici_string *string, const char *text);

/**
 * vici_copy - copy a string that others can choose, as text
 * @size: room at @text, with NUL; what is too long is cut
 *
 * What is not printable ASCII becomes a question mark.
 */
void vici_copy(const struct vici_string *string, char *text, size_t size);

/** vici_number - an unsigned number; 0 if it is none */
uint64_t vici_number(const struct vici_string *string, unsigned int base);

/**
 * struct vici_reader - where reading a message has got to
 * @reader: the bytes
 * @depth: sections that are open
 * @in_list: a list is open
 */
struct vici_reader {
	struct nhrp_reader reader;
	unsigned int depth;
	bool in_list;
};

/** struct vici_item - an element; @name and @value are empty if it has none */
struct vici_item {
	enum vici_element element;
	struct vici_string name;
	struct vici_string value;
};

/**
 * vici_read_packet - begin to read a packet
 * @bytes: without the length in front
 * @type: of the packet
 * @name: of it, empty if its type has none
 *
 * Return: false if it is malformed; else @reader is at the message in it.
 */
bool vici_read_packet(struct vici_reader *reader, const uint8_t *bytes,
		      size_t length, enum vici_type *type,
		      struct vici_string *name);

/**
 * vici_next - take the next element
 *
 * Return: false, and @item a VICI_END, at the end of the message or where it
 * is malformed; the latter leaves @reader->reader.failed set.
 */
bool vici_next(struct vici_reader *reader, struct vici_item *item);

/**
 * struct vici_request - a packet that is being built
 * @writer: where it has got to, behind the room for the length
 */
struct vici_request {
	struct nhrp_writer writer;
	uint8_t bytes[VICI_REQUEST_MAX];
};

/* Whatever does not fit marks the request as failed: see vici_finish(). */

/** vici_begin - begin a packet; @name only for a type that has one */
void vici_begin(struct vici_request *request, enum vici_type type,
		const char *name);

void vici_section(struct vici_request *request, const char *name);
void vici_section_end(struct vici_request *request);
void vici_key(struct vici_request *request, const char *name,
	      const char *value);
void vici_key_number(struct vici_request *request, const char *name,
		     unsigned long value);
void vici_list(struct vici_request *request, const char *name);
void vici_item(struct vici_request *request, const char *value);
void vici_list_end(struct vici_request *request);

/** vici_list_of_one - a list with one item */
void vici_list_of_one(struct vici_request *request, const char *name,
		      const char *value);

/** vici_finish - fill in the length; return: bytes in all, 0 if too long */
size_t vici_finish(struct vici_request *request);

#endif /* NHRPD_IKE_VICI_H */
