/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SELFTESTS_UNIT_VECTORS_H
#define SELFTESTS_UNIT_VECTORS_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct vector - a packet as it is on the wire
 * @name: says who sent what
 * @bytes: from the fixed header on
 * @size: bytes there
 */
struct vector {
	const char *name;
	const uint8_t *bytes;
	size_t size;
};

extern const struct vector vectors[];
extern const size_t vector_count;

/** vector_find - the vector of a name; aborts if there is none */
const struct vector *vector_find(const char *name);

#endif /* SELFTESTS_UNIT_VECTORS_H */
