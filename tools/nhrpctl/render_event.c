// SPDX-License-Identifier: GPL-2.0-or-later
/* One line for one event of "monitor": time, event, then name and value. */
#include "field.h"
#include "render.h"

#include <string.h>

static void render_value(FILE *out, const char *name,
			 struct json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_null:
		return;
	case json_type_array:
		if (!array_length(value))
			return;
		fprintf(out, " %s", name);
		for (size_t i = 0; i < array_length(value); i++)
			fprintf(out, "%c%s", i ? ',' : ' ',
				array_text(value, i));
		return;
	default:
		fprintf(out, " %s %s", name, json_object_get_string(value));
	}
}

void render_event(FILE *out, const struct json_object *data)
{
	const char *time = field_string(data, "time");

	if (!json_object_is_type(data, json_type_object))
		return;
	fprintf(out, "%s%s%s", time, *time ? " " : "",
		field_string(data, "event"));
	json_object_object_foreach((struct json_object *)data, name, value) {
		if (strcmp(name, "event") && strcmp(name, "time"))
			render_value(out, name, value);
	}
	fputc('\n', out);
}
