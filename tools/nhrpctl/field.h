/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fields of a JSON object, with a default for those that are absent.
 *
 * The daemon may be older or newer than nhrpctl, so no field is taken for
 * granted: absent, null and wrong types all read as the default.
 */
#ifndef NHRPCTL_FIELD_H
#define NHRPCTL_FIELD_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * field_string() - the string @name of @object, or "" (never NULL).
 * It lives as long as @object.
 */
const char *field_string(const struct json_object *object, const char *name);

/** field_number() - the integer @name of @object, or @absent. */
int64_t field_number(const struct json_object *object, const char *name,
		     int64_t absent);

/** field_bool() - the boolean @name of @object, or false. */
bool field_bool(const struct json_object *object, const char *name);

/** field_array() - the array @name of @object, or NULL. */
struct json_object *field_array(const struct json_object *object,
				const char *name);

/** field_object() - the object @name of @object, or NULL. */
struct json_object *field_object(const struct json_object *object,
				 const char *name);

/** array_length() - elements of @array, 0 if it is NULL or no array. */
size_t array_length(const struct json_object *array);

/** array_text() - element @index of @array as text, or "" (never NULL). */
const char *array_text(const struct json_object *array, size_t index);

#endif /* NHRPCTL_FIELD_H */
