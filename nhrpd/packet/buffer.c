// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "buffer.h"

size_t nhrp_reader_left(const struct nhrp_reader *reader)
{
	return reader->failed ? 0 : reader->end - reader->position;
}

const uint8_t *nhrp_read_bytes(struct nhrp_reader *reader, size_t length)
{
	const uint8_t *bytes = reader->bytes + reader->position;

	if (reader->failed || length > nhrp_reader_left(reader)) {
		reader->failed = true;
		return NULL;
	}
	reader->position += length;
	return bytes;
}

uint8_t nhrp_read_u8(struct nhrp_reader *reader)
{
	const uint8_t *bytes = nhrp_read_bytes(reader, 1);

	return bytes ? bytes[0] : 0;
}

uint16_t nhrp_read_u16(struct nhrp_reader *reader)
{
	const uint8_t *bytes = nhrp_read_bytes(reader, 2);

	return bytes ? (uint16_t)(bytes[0] << 8 | bytes[1]) : 0;
}

uint32_t nhrp_read_u32(struct nhrp_reader *reader)
{
	const uint8_t *bytes = nhrp_read_bytes(reader, 4);

	return bytes ? (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
		       (uint32_t)bytes[2] << 8 | bytes[3] : 0;
}

uint64_t nhrp_read_u64(struct nhrp_reader *reader)
{
	uint64_t high = nhrp_read_u32(reader);
	uint32_t low = nhrp_read_u32(reader);

	return reader->failed ? 0 : high << 32 | low;
}

void nhrp_write_bytes(struct nhrp_writer *writer, const void *bytes,
		      size_t length)
{
	if (writer->failed || length > writer->size - writer->position) {
		writer->failed = true;
		return;
	}
	if (length)
		memcpy(writer->bytes + writer->position, bytes, length);
	writer->position += length;
}

void nhrp_write_u8(struct nhrp_writer *writer, uint8_t value)
{
	nhrp_write_bytes(writer, &value, 1);
}

void nhrp_write_u16(struct nhrp_writer *writer, uint16_t value)
{
	const uint8_t bytes[] = { value >> 8, value & 0xff };

	nhrp_write_bytes(writer, bytes, sizeof(bytes));
}

void nhrp_write_u32(struct nhrp_writer *writer, uint32_t value)
{
	nhrp_write_u16(writer, value >> 16);
	nhrp_write_u16(writer, value & 0xffff);
}

void nhrp_write_u64(struct nhrp_writer *writer, uint64_t value)
{
	nhrp_write_u32(writer, value >> 32);
	nhrp_write_u32(writer, value & UINT32_MAX);
}

void nhrp_write_u16_at(struct nhrp_writer *writer, size_t position,
		       uint16_t value)
{
	if (writer->failed || position + 2 > writer->position) {
		writer->failed = true;
		return;
	}
	writer->bytes[position] = value >> 8;
	writer->bytes[position + 1] = value & 0xff;
}
