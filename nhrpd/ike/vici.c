// SPDX-License-Identifier: GPL-2.0-or-later
#include "vici.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* ---- strings ---- */

bool vici_equal(const struct vici_string *string, const char *text)
{
	return string->length == strlen(text) &&
	       !memcmp(string->bytes, text, string->length);
}

void vici_copy(const struct vici_string *string, char *text, size_t size)
{
	size_t length = string->length < size ? string->length : size - 1;
	size_t i;

	for (i = 0; i < length; i++)
		text[i] = string->bytes[i] >= ' ' && string->bytes[i] <= '~' ?
			  string->bytes[i] : '?';
	text[length] = '\0';
}

static unsigned int digit(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	if (isxdigit((unsigned char)c))
		return tolower((unsigned char)c) - 'a' + 10;
	return UINT8_MAX;
}

uint64_t vici_number(const struct vici_string *string, unsigned int base)
{
	uint64_t number = 0;
	size_t i;

	for (i = 0; i < string->length; i++) {
		if (digit(string->bytes[i]) >= base ||
		    number > (UINT64_MAX - base) / base)
			return 0;
		number = number * base + digit(string->bytes[i]);
	}
	return number;
}

/* ---- reading ---- */

static bool has_name(enum vici_type type)
{
	return type == VICI_REQUEST || type == VICI_REGISTER ||
	       type == VICI_UNREGISTER || type == VICI_EVENT;
}

static void read_string(struct nhrp_reader *reader, size_t length,
			struct vici_string *string)
{
	const uint8_t *bytes = nhrp_read_bytes(reader, length);

	string->bytes = bytes ? (const char *)bytes : "";
	string->length = bytes ? length : 0;
}

bool vici_read_packet(struct vici_reader *reader, const uint8_t *bytes,
		      size_t length, enum vici_type *type,
		      struct vici_string *name)
{
	*reader = (struct vici_reader){
		.reader = { .bytes = bytes, .end = length },
	};
	*name = (struct vici_string){ .bytes = "" };
	*type = nhrp_read_u8(&reader->reader);
	if (*type > VICI_EVENT)
		return false;
	if (has_name(*type))
		read_string(&reader->reader, nhrp_read_u8(&reader->reader),
			    name);
	return !reader->reader.failed;
}

/* Whether an element may stand here; opens and closes what it does. */
static bool is_allowed(struct vici_reader *reader, enum vici_element element)
{
	switch (element) {
	case VICI_SECTION:
		return !reader->in_list && reader->depth++ < VICI_DEPTH_MAX;
	case VICI_SECTION_END:
		return !reader->in_list && reader->depth-- > 0;
	case VICI_KEY:
		return !reader->in_list;
	case VICI_LIST:
		if (reader->in_list)
			return false;
		reader->in_list = true;
		return true;
	case VICI_ITEM:
		return reader->in_list;
	case VICI_LIST_END:
		if (!reader->in_list)
			return false;
		reader->in_list = false;
		return true;
	default:
		return false;
	}
}

static void read_element(struct vici_reader *reader, struct vici_item *item)
{
	item->element = nhrp_read_u8(&reader->reader);
	if (!is_allowed(reader, item->element)) {
		reader->reader.failed = true;
		return;
	}
	if (item->element == VICI_SECTION || item->element == VICI_KEY ||
	    item->element == VICI_LIST)
		read_string(&reader->reader, nhrp_read_u8(&reader->reader),
			    &item->name);
	if (item->element == VICI_KEY || item->element == VICI_ITEM)
		read_string(&reader->reader, nhrp_read_u16(&reader->reader),
			    &item->value);
}

bool vici_next(struct vici_reader *reader, struct vici_item *item)
{
	*item = (struct vici_item){
		.name.bytes = "",
		.value.bytes = "",
	};
	if (nhrp_reader_left(&reader->reader))
		read_element(reader, item);
	else if (reader->depth || reader->in_list)
		reader->reader.failed = true;
	if (reader->reader.failed)
		item->element = VICI_END;
	return item->element != VICI_END;
}

/* ---- writing ---- */

static void write_name(struct vici_request *request, const char *name)
{
	size_t length = strlen(name);

	if (length > UINT8_MAX)
		request->writer.failed = true;
	nhrp_write_u8(&request->writer, length);
	nhrp_write_bytes(&request->writer, name, length);
}

static void write_value(struct vici_request *request, const char *value)
{
	size_t length = strlen(value);

	if (length > UINT16_MAX)
		request->writer.failed = true;
	nhrp_write_u16(&request->writer, length);
	nhrp_write_bytes(&request->writer, value, length);
}

void vici_begin(struct vici_request *request, enum vici_type type,
		const char *name)
{
	request->writer = (struct nhrp_writer){
		.bytes = request->bytes,
		.size = sizeof(request->bytes),
		.position = VICI_HEADER,
	};
	nhrp_write_u8(&request->writer, type);
	if (has_name(type))
		write_name(request, name);
}

void vici_section(struct vici_request *request, const char *name)
{
	nhrp_write_u8(&request->writer, VICI_SECTION);
	write_name(request, name);
}

void vici_section_end(struct vici_request *request)
{
	nhrp_write_u8(&request->writer, VICI_SECTION_END);
}

void vici_key(struct vici_request *request, const char *name,
	      const char *value)
{
	nhrp_write_u8(&request->writer, VICI_KEY);
	write_name(request, name);
	write_value(request, value);
}

void vici_key_number(struct vici_request *request, const char *name,
		     unsigned long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lu", value);
	vici_key(request, name, text);
}

void vici_list(struct vici_request *request, const char *name)
{
	nhrp_write_u8(&request->writer, VICI_LIST);
	write_name(request, name);
}

void vici_item(struct vici_request *request, const char *value)
{
	nhrp_write_u8(&request->writer, VICI_ITEM);
	write_value(request, value);
}

void vici_list_end(struct vici_request *request)
{
	nhrp_write_u8(&request->writer, VICI_LIST_END);
}

void vici_list_of_one(struct vici_request *request, const char *name,
		      const char *value)
{
	vici_list(request, name);
	vici_item(request, value);
	vici_list_end(request);
}

size_t vici_finish(struct vici_request *request)
{
	size_t length = request->writer.position;

	if (request->writer.failed)
		return 0;
	request->writer.position = 0;
	nhrp_write_u32(&request->writer, length - VICI_HEADER);
	request->writer.position = length;
	return length;
}
