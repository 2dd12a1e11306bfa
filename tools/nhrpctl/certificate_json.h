/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NHRPCTL_CERTIFICATE_JSON_H
#define NHRPCTL_CERTIFICATE_JSON_H

#include <json-c/json.h>

#include "identity/certificate.h"

/** struct serial_text - a serial number in hexadecimal */
struct serial_text {
	char text[2 * CERTIFICATE_SERIAL + 1];
};

/** serial_text() - the serial number of a certificate */
struct serial_text serial_text(const struct certificate *certificate);

/**
 * certificate_json() - all that a certificate says
 * @file: where it is
 * @status: what is wrong, "good", or NULL: it was not checked
 */
struct json_object *certificate_json(const char *file,
				     const struct certificate *certificate,
				     const char *status);

#endif /* NHRPCTL_CERTIFICATE_JSON_H */
