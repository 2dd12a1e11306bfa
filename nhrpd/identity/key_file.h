/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys and certificates in files: one line of base64 each. All must be regular
 * files, a symbolic link to one will do, that not everybody may write. Those
 * that are trusted must belong to root or to us, and no other may write them;
 * those with secrets must be closed to all others as well.
 */
#ifndef NHRPD_IDENTITY_KEY_FILE_H
#define NHRPD_IDENTITY_KEY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "certificate.h"

#define KEY_FILE_PSK 32			/* bytes of a pre-shared key */
#define KEY_FILE_ERROR_MAX 512

/**
 * struct key_file_error - why a file was refused
 * @text: "file: what is wrong and what is allowed"
 */
struct key_file_error {
	char text[KEY_FILE_ERROR_MAX];
};

/** key_file_read_psk - a pre-shared key; wipe it: 0 or -1, @error filled */
int key_file_read_psk(const char *path, uint8_t psk[KEY_FILE_PSK],
		      struct key_file_error *error);

/** key_file_read_secret - an Ed25519 secret key; wipe it: 0 or -1 */
int key_file_read_secret(const char *path, uint8_t secret[CERTIFICATE_SECRET],
			 struct key_file_error *error);

/** key_file_read_public - an Ed25519 public key: 0 or -1 */
int key_file_read_public(const char *path, uint8_t key[CERTIFICATE_KEY],
			 struct key_file_error *error);

/** key_file_parse_public - from a line of base64: whether it is one */
bool key_file_parse_public(const char *text, uint8_t key[CERTIFICATE_KEY]);

/**
 * key_file_read_text - any file that is trusted and without secrets
 * @text: room for @room bytes; gets no NUL
 *
 * Return: bytes read, or -1 with @error filled, also if there are more.
 */
ssize_t key_file_read_text(const char *path, char *text, size_t room,
			   struct key_file_error *error);

/**
 * key_file_read_certificate - a certificate, parsed and not verified
 * @bytes: gets the bytes as signed, CERTIFICATE_SIZE_MAX of room
 * @length: set
 *
 * Return: 0 or -1.
 */
int key_file_read_certificate(const char *path, uint8_t *bytes, size_t *length,
			      struct certificate *certificate,
			      struct key_file_error *error);

/** key_file_read_authority - the certificate of a trusted authority: 0 or -1 */
int key_file_read_authority(const char *path, struct certificate *authority,
			    struct key_file_error *error);

/** key_file_write_secret - new file of mode 0600 (never over another): 0, -1 */
int key_file_write_secret(const char *path, const uint8_t *secret,
			  size_t length, struct key_file_error *error);

/**
 * key_file_write_public - write a public key or a certificate
 *
 * New file of mode 0644; one that is there is replaced in one step. Return: 0
 * or -1.
 */
int key_file_write_public(const char *path, const uint8_t *bytes,
			  size_t length, struct key_file_error *error);

#endif /* NHRPD_IDENTITY_KEY_FILE_H */
