// SPDX-License-Identifier: GPL-2.0-or-later
#include "ca.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ca_options.h"
#include "certificate_json.h"
#include "identity/key_file.h"
#include "status.h"

/** struct shown - a certificate, and its bytes to check them */
struct shown {
	uint8_t bytes[CERTIFICATE_SIZE_MAX];
	size_t length;
	struct certificate certificate;
};

static int read_shown(const char *file, struct shown *shown)
{
	struct key_file_error error;

	if (!key_file_read_certificate(file, shown->bytes, &shown->length,
				       &shown->certificate, &error))
		return 0;
	fprintf(stderr, "nhrpctl: %s\n", error.text);
	return -1;
}

static const char *check_authority(const struct shown *shown, uint64_t now)
{
	const struct certificate *certificate = &shown->certificate;

	if (!certificate_is_signed(shown->bytes, shown->length,
				   certificate->key))
		return "has a wrong signature";
	if (now < certificate->not_before)
		return "is not valid yet";
	return now > certificate->not_after ? "has expired" : NULL;
}

/*
 * Check with @authority, or with that of this folder if there is one.
 * Return: 0 and @status set, or -1 if the authority's cannot be read.
 */
static int check(const struct shown *shown, const char *authority,
		 const char **status)
{
	struct certificate again;
	struct shown by;

	*status = NULL;
	if (!authority && shown->certificate.is_authority) {
		*status = check_authority(shown, time(NULL));
	} else {
		if (!authority && access(CA_CERTIFICATE, F_OK))
			return 0;
		if (read_shown(authority ? authority : CA_CERTIFICATE, &by))
			return -1;
		*status = certificate_verify(shown->bytes, shown->length,
					     &by.certificate, time(NULL),
					     &again);
	}
	if (!*status)
		*status = "good";
	return 0;
}

int ca_show(int argc, char *const *argv, struct json_object **answer)
{
	struct ca_options options;
	struct shown shown;
	const char *file, *status;

	if (ca_options_parse(argc, argv, "A", &options))
		return EXIT_USAGE;
	file = options.argument ? options.argument : CA_CERTIFICATE;
	if (read_shown(file, &shown) ||
	    check(&shown, options.authority, &status))
		return EXIT_REFUSED;
	*answer = certificate_json(file, &shown.certificate, status);
	if (!status || !strcmp(status, "good"))
		return EXIT_SUCCESS;
	fprintf(stderr, "nhrpctl: %s: the certificate %s\n", file, status);
	return EXIT_REFUSED;
}
