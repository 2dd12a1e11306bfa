// SPDX-License-Identifier: GPL-2.0-or-later
/* "show ip nhrp traffic". */
#include "field.h"
#include "render.h"

#include <inttypes.h>

static const struct {
	const char *field;
	const char *title;
	const char *behind;	/* what follows it on its line */
} packet_types[] = {
	{ "resolution_request", "Resolution Request", "  " },
	{ "resolution_reply", "Resolution Reply", "  " },
	{ "registration_request", "Registration Request", "\n         " },
	{ "registration_reply", "Registration Reply", "  " },
	{ "purge_request", "Purge Request", "  " },
	{ "purge_reply", "Purge Reply", "\n         " },
	{ "error_indication", "Error Indication", "  " },
	{ "traffic_indication", "Traffic Indication", "  " },
};

#define PACKET_TYPES (sizeof(packet_types) / sizeof(packet_types[0]))

static void render_direction(FILE *out, const char *title,
			     const struct json_object *counters,
			     int64_t suppressed)
{
	int64_t total = 0;

	for (size_t i = 0; i < PACKET_TYPES; i++)
		total += field_number(counters, packet_types[i].field, 0);
	fprintf(out, "   %s: Total %" PRId64 "\n         ", title, total);
	for (size_t i = 0; i < PACKET_TYPES; i++)
		fprintf(out, "%" PRId64 " %s%s",
			field_number(counters, packet_types[i].field, 0),
			packet_types[i].title, packet_types[i].behind);
	fprintf(out, "%" PRId64 " Redirect Suppress\n", suppressed);
}

/* What happened to @what, how often. IOS has no such lines. */
static void render_counts(FILE *out, const char *what,
			  const struct json_object *counts)
{
	if (!counts)
		return;
	json_object_object_foreach((struct json_object *)counts, name, count) {
		int64_t n = json_object_get_int64(count);

		if (n)
			fprintf(out, "         %" PRId64 " %s: %s\n", n, what,
				name);
	}
}

void render_traffic(FILE *out, const struct json_object *data)
{
	for (size_t i = 0; i < array_length(data); i++) {
		const struct json_object *interface =
			json_object_array_get_idx(data, i);

		fprintf(out, "%s:\n", field_string(interface, "interface"));
		render_direction(out, "Sent", field_object(interface, "sent"),
				 field_number(interface,
					      "redirects_suppressed", 0));
		render_direction(out, "Rcvd",
				 field_object(interface, "received"), 0);
		render_counts(out, "discarded",
			      field_object(interface, "discarded"));
		render_counts(out, "handshakes",
			      field_object(interface, "handshakes"));
	}
}
