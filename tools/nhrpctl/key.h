/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys of a node and of a network. */
#ifndef NHRPCTL_KEY_H
#define NHRPCTL_KEY_H

#include <json-c/json.h>
#include <stdint.h>

#include "identity/key_file.h"

/** struct key_text - a public key in base64 */
struct key_text {
	char text[48];
};

/** key_text() - a public key in base64 */
struct key_text key_text(const uint8_t key[CERTIFICATE_KEY]);

/**
 * key_make() - make a key pair
 * @path: file for the private key; must not exist
 * @key: set to the public key
 *
 * The public key is written too, to @path with ".pub" in place of ".key", or
 * behind it. Return: its file name, to be freed, or NULL: stderr tells why.
 */
char *key_make(const char *path, uint8_t key[CERTIFICATE_KEY]);

/** key_generate() - "key generate", a local command, see grammar.h */
int key_generate(int argc, char *const *argv, struct json_object **answer);

/** key_psk() - "key psk", likewise */
int key_psk(int argc, char *const *argv, struct json_object **answer);

#endif /* NHRPCTL_KEY_H */
