// SPDX-License-Identifier: GPL-2.0-or-later
/* "show ip nhrp", "show ip nhrp brief" and "show ip nhrp shortcut". */
#include "duration.h"
#include "field.h"
#include "render.h"

#include <string.h>

/* IOS knows three types of entry; ours are finer. */
static const char *ios_type(const char *type)
{
	if (!strcmp(type, "nhs"))
		return "static";
	if (!strcmp(type, "negative"))
		return "incomplete";
	if (!strcmp(type, "cached"))
		return "dynamic";
	return type;
}

static void render_flags(FILE *out, const struct json_object *entry)
{
	const struct json_object *flags = field_array(entry, "flags");

	fputs("Flags:", out);
	for (size_t i = 0; i < array_length(flags); i++)
		fprintf(out, " %s", array_text(flags, i));
	fputc('\n', out);
}

/* What the node calls its NBMA address, where a NAT gives it another. */
static const char *claimed(const struct json_object *entry)
{
	const char *address = field_string(entry, "claimed_nbma");

	return strcmp(address, field_string(entry, "nbma")) ? address : "";
}

static void render_entry(FILE *out, const struct json_object *entry)
{
	int64_t expires = field_number(entry, "expires", -1);
	const char *protocol = field_string(entry, "protocol");
	const char *nbma = field_string(entry, "nbma");

	fputs(field_string(entry, "prefix"), out);
	if (*protocol && *nbma)
		fprintf(out, " via %s", protocol);
	fprintf(out, "\n   %s created %s, ", field_string(entry, "interface"),
		duration(field_number(entry, "created", 0)).text);
	if (expires < 0)
		fputs("never expire\n", out);
	else
		fprintf(out, "expire %s\n", duration(expires).text);
	fprintf(out, "   Type: %s, ", ios_type(field_string(entry, "type")));
	render_flags(out, entry);
	if (*nbma)
		fprintf(out, "   NBMA address: %s\n", nbma);
	if (*claimed(entry))
		fprintf(out, "    (Claimed NBMA address: %s)\n",
			claimed(entry));
}

void render_cache(FILE *out, const struct json_object *data)
{
	for (size_t i = 0; i < array_length(data); i++)
		render_entry(out, json_object_array_get_idx(data, i));
}

/*
 * An address wider than its column sends the rest to the next line, where
 * it goes on at @next.
 */
static void brief_column(FILE *out, const char *text, int width, int next)
{
	int length = strlen(text);

	fputs(text, out);
	if (length > width)
		fprintf(out, "\n%*s", next, "");
	else
		fprintf(out, "%*s", width - length + 1, "");
}

void render_cache_brief(FILE *out, const struct json_object *data)
{
	fputs("   Target             Via            NBMA           Mode   "
	      "Intfc   Claimed\n", out);
	for (size_t i = 0; i < array_length(data); i++) {
		const struct json_object *entry =
			json_object_array_get_idx(data, i);
		const char *prefix = field_string(entry, "prefix");
		int length = strlen(prefix);

		if (length < 20)
			fprintf(out, "%*s", 20 - length, "");
		brief_column(out, prefix, length < 20 ? length : 20, 21);
		brief_column(out, field_string(entry, "protocol"), 15, 37);
		brief_column(out, field_string(entry, "nbma"), 15, 53);
		fprintf(out, "%-8s %-7s <%3s>\n",
			ios_type(field_string(entry, "type")),
			field_string(entry, "interface"), claimed(entry));
	}
}
