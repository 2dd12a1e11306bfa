/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Revocation list: a text file of serial numbers, one a line in hexadecimal,
 * with comments after '#'.
 */
#ifndef NHRPD_IDENTITY_REVOKED_H
#define NHRPD_IDENTITY_REVOKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "certificate.h"
#include "key_file.h"

/** struct revoked - serial numbers, sorted */
struct revoked {
	uint8_t (*serials)[CERTIFICATE_SERIAL];
	size_t count;
};

/**
 * revoked_parse - read a list from memory
 * @name: stands for the file name in errors
 *
 * Return: 0, or -1 with @error filled ("name:line: ..."), @list empty then.
 */
int revoked_parse(const char *name, const char *text, size_t length,
		  struct revoked *list, struct key_file_error *error);

/** revoked_read - read a file; as revoked_parse() */
int revoked_read(const char *path, struct revoked *list,
		 struct key_file_error *error);

/** revoked_has - whether a certificate is on the list */
bool revoked_has(const struct revoked *list,
		 const struct certificate *certificate);

/** revoked_free - free what a list holds */
void revoked_free(struct revoked *list);

#endif /* NHRPD_IDENTITY_REVOKED_H */
