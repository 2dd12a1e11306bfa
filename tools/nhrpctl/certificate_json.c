// SPDX-License-Identifier: GPL-2.0-or-later
#include "certificate_json.h"

#include <sodium.h>

#include "key.h"

static void add_text(struct json_object *object, const char *name,
		     const char *text)
{
	json_object_object_add(object, name,
			       text ? json_object_new_string(text) : NULL);
}

static struct json_object *prefixes_json(const struct nhrp_prefix *prefixes,
					 unsigned int count)
{
	struct json_object *array = json_object_new_array();
	char text[NHRP_PREFIX_TEXT];

	for (unsigned int i = 0; i < count; i++)
		json_object_array_add(array, json_object_new_string(
			nhrp_prefix_format(&prefixes[i], text)));
	return array;
}

static struct json_object *groups_json(const struct certificate *certificate)
{
	struct json_object *array = json_object_new_array();

	for (unsigned int i = 0; i < certificate->group_count; i++)
		json_object_array_add(array, json_object_new_string(
			certificate->groups[i]));
	return array;
}

struct serial_text serial_text(const struct certificate *certificate)
{
	struct serial_text result;

	sodium_bin2hex(result.text, sizeof(result.text), certificate->serial,
		       CERTIFICATE_SERIAL);
	return result;
}

struct json_object *certificate_json(const char *file,
				     const struct certificate *certificate,
				     const char *status)
{
	struct json_object *object = json_object_new_object();

	add_text(object, "file", file);
	add_text(object, "name", certificate->name);
	json_object_object_add(object, "authority", json_object_new_boolean(
		certificate->is_authority));
	add_text(object, "serial", serial_text(certificate).text);
	add_text(object, "key", key_text(certificate->key).text);
	add_text(object, "issuer", key_text(certificate->issuer).text);
	json_object_object_add(object, "not_before", json_object_new_int64(
		certificate->not_before));
	json_object_object_add(object, "not_after", json_object_new_int64(
		certificate->not_after));
	json_object_object_add(object, "addresses", prefixes_json(
		certificate->addresses, certificate->address_count));
	json_object_object_add(object, "prefixes", prefixes_json(
		certificate->prefixes, certificate->prefix_count));
	json_object_object_add(object, "groups", groups_json(certificate));
	add_text(object, "status", status);
	return object;
}
