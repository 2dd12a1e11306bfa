// SPDX-License-Identifier: GPL-2.0-or-later
/* "ca show", and what "ca init" and "ca sign" made. */
#include "field.h"
#include "render.h"

#include <time.h>

static void render_line(FILE *out, const char *label, const char *text)
{
	fprintf(out, "  %-13s%s\n", label, text);
}

static void render_time(FILE *out, const char *label, int64_t seconds)
{
	time_t when = seconds;
	struct tm parts;
	char text[40];

	gmtime_r(&when, &parts);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &parts);
	render_line(out, label, text);
}

static void render_list(FILE *out, const char *label,
			const struct json_object *list)
{
	if (!array_length(list))
		return;
	fprintf(out, "  %-13s", label);
	for (size_t i = 0; i < array_length(list); i++)
		fprintf(out, "%s%s", i ? ", " : "", array_text(list, i));
	fputc('\n', out);
}

static void render_optional(FILE *out, const char *label, const char *text)
{
	if (*text)
		render_line(out, label, text);
}

void render_certificate(FILE *out, const struct json_object *data)
{
	const char *status = field_string(data, "status");

	fprintf(out, "%s:\n", field_string(data, "file"));
	render_line(out, field_bool(data, "authority") ? "Authority:" :
		    "Node:", field_string(data, "name"));
	render_line(out, "Serial:", field_string(data, "serial"));
	render_line(out, "Public key:", field_string(data, "key"));
	render_line(out, "Issuer:", field_string(data, "issuer"));
	render_time(out, "Valid from:", field_number(data, "not_before", 0));
	render_time(out, "Valid to:", field_number(data, "not_after", 0));
	render_list(out, "Addresses:", field_array(data, "addresses"));
	render_list(out, "Prefixes:", field_array(data, "prefixes"));
	render_list(out, "Groups:", field_array(data, "groups"));
	render_line(out, "Status:", *status ? status :
		    "not checked, for want of an authority");
	render_optional(out, "Private key:", field_string(data, "key_file"));
	render_optional(out, "Replaces:", field_string(data, "replaced"));
}
