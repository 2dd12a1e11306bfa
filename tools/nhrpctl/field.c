// SPDX-License-Identifier: GPL-2.0-or-later
#include "field.h"

static struct json_object *field(const struct json_object *object,
				 const char *name, enum json_type type)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, name, &value) ||
	    !json_object_is_type(value, type))
		return NULL;
	return value;
}

const char *field_string(const struct json_object *object, const char *name)
{
	struct json_object *value = field(object, name, json_type_string);

	return value ? json_object_get_string(value) : "";
}

int64_t field_number(const struct json_object *object, const char *name,
		     int64_t absent)
{
	struct json_object *value = field(object, name, json_type_int);

	return value ? json_object_get_int64(value) : absent;
}

bool field_bool(const struct json_object *object, const char *name)
{
	return json_object_get_boolean(field(object, name, json_type_boolean));
}

struct json_object *field_array(const struct json_object *object,
				const char *name)
{
	return field(object, name, json_type_array);
}

struct json_object *field_object(const struct json_object *object,
				 const char *name)
{
	return field(object, name, json_type_object);
}

size_t array_length(const struct json_object *array)
{
	if (!json_object_is_type(array, json_type_array))
		return 0;
	return json_object_array_length(array);
}

const char *array_text(const struct json_object *array, size_t index)
{
	const char *text = json_object_get_string(
		json_object_array_get_idx(array, index));

	return text ? text : "";
}
