// SPDX-License-Identifier: GPL-2.0-or-later
/* "show ip nhrp nhs" and "show ip nhrp nhs detail". */
#include "duration.h"
#include "field.h"
#include "render.h"

#include <inttypes.h>
#include <string.h>

/*
 * The letters of the legend: what is expected of the server, and whether
 * it does it.
 */
static const char *letters(const struct json_object *nhs)
{
	const char *state = field_string(nhs, "state");

	if (!strcmp(state, "registered"))
		return "RE";
	if (!strcmp(state, "waiting") || !strcmp(state, "standby"))
		return "W";
	return "E";
}

void render_server(FILE *out, const struct json_object *nhs, bool detail)
{
	int64_t ago = field_number(nhs, "last_reply", -1);
	const char *protocol = field_string(nhs, "protocol");
	const char *nbma = field_string(nhs, "nbma");

	fprintf(out, "%s  %-2s", *protocol ? protocol : "dynamic",
		letters(nhs));
	if (*nbma)
		fprintf(out, " NBMA Address: %s", nbma);
	fprintf(out, " priority = %" PRId64 " cluster = %" PRId64,
		field_number(nhs, "priority", 0),
		field_number(nhs, "cluster", 0));
	if (detail) {
		fprintf(out, "  req-sent %" PRId64 "  req-failed %" PRId64
			"  repl-recv %" PRId64,
			field_number(nhs, "requests_sent", 0),
			field_number(nhs, "requests_failed", 0),
			field_number(nhs, "replies_received", 0));
		if (ago >= 0)
			fprintf(out, " (%s ago)", duration(ago).text);
	}
	fputc('\n', out);
}

static void render_servers(FILE *out, const struct json_object *data,
			   bool detail)
{
	const char *last = "";

	fputs("Legend: E=Expecting replies, R=Responding, W=Waiting\n", out);
	for (size_t i = 0; i < array_length(data); i++) {
		const struct json_object *nhs =
			json_object_array_get_idx(data, i);
		const char *interface = field_string(nhs, "interface");

		if (strcmp(interface, last))
			fprintf(out, "%s:\n", interface);
		last = interface;
		render_server(out, nhs, detail);
	}
}

void render_nhs(FILE *out, const struct json_object *data)
{
	render_servers(out, data, false);
}

void render_nhs_detail(FILE *out, const struct json_object *data)
{
	render_servers(out, data, true);
}
