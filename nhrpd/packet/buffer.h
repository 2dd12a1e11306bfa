/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bounds-checked reading and writing of big endian bytes. An access beyond the
 * end does nothing but mark the reader or writer as failed, for good; so a
 * sequence of accesses needs one check at its end.
 */
#ifndef NHRPD_PACKET_BUFFER_H
#define NHRPD_PACKET_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct nhrp_reader - where reading has got to
 * @bytes: not owned
 * @end: bytes that may be read
 * @position: next byte to read
 * @failed: whether something beyond @end was asked for
 */
struct nhrp_reader {
	const uint8_t *bytes;
	size_t end;
	size_t position;
	bool failed;
};

/** nhrp_reader_left - bytes not read yet; 0 once failed */
size_t nhrp_reader_left(const struct nhrp_reader *reader);

/**
 * nhrp_read_bytes - take @length bytes
 *
 * Return: the first of them, or NULL if there are fewer.
 */
const uint8_t *nhrp_read_bytes(struct nhrp_reader *reader, size_t length);

/** nhrp_read_u8 - take one byte; 0 once failed */
uint8_t nhrp_read_u8(struct nhrp_reader *reader);

/** nhrp_read_u16 - take two bytes, to host byte order; 0 once failed */
uint16_t nhrp_read_u16(struct nhrp_reader *reader);

/** nhrp_read_u32 - take four bytes, to host byte order; 0 once failed */
uint32_t nhrp_read_u32(struct nhrp_reader *reader);

/** nhrp_read_u64 - take eight bytes, to host byte order; 0 once failed */
uint64_t nhrp_read_u64(struct nhrp_reader *reader);

/**
 * struct nhrp_writer - where writing has got to
 * @bytes: not owned
 * @size: room there
 * @position: next byte to write
 * @failed: whether there was not room enough
 */
struct nhrp_writer {
	uint8_t *bytes;
	size_t size;
	size_t position;
	bool failed;
};

/** nhrp_write_bytes - append @length bytes */
void nhrp_write_bytes(struct nhrp_writer *writer, const void *bytes,
		      size_t length);

/** nhrp_write_u8 - append one byte */
void nhrp_write_u8(struct nhrp_writer *writer, uint8_t value);

/** nhrp_write_u16 - append two bytes, from host byte order */
void nhrp_write_u16(struct nhrp_writer *writer, uint16_t value);

/** nhrp_write_u32 - append four bytes, from host byte order */
void nhrp_write_u32(struct nhrp_writer *writer, uint32_t value);

/** nhrp_write_u64 - append eight bytes, from host byte order */
void nhrp_write_u64(struct nhrp_writer *writer, uint64_t value);

/** nhrp_write_u16_at - overwrite two bytes that were written before */
void nhrp_write_u16_at(struct nhrp_writer *writer, size_t position,
		       uint16_t value);

#endif /* NHRPD_PACKET_BUFFER_H */
