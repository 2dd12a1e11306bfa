// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "print.h"

static bool json, details, first;

void print_set_json(bool on)
{
	json = on;
}

void print_set_details(bool on)
{
	details = on;
}

bool print_details(void)
{
	return details;
}

void print_begin(void)
{
	first = true;
	if (json)
		fputc('[', stdout);
}

void print_end(void)
{
	if (json)
		puts("]");
}

/* The name of a member as a word of the command line. */
static void print_name(const char *name)
{
	for (; *name; name++)
		putchar(*name == '_' ? '-' : *name);
}

/*
 * "name value" for each member: what is true by its name alone, a member
 * named in the command line without a word by its value alone, and an object
 * within on a line of its own.
 */
static void print_text(struct json_object *o)
{
	const char *blank = "";

	json_object_object_foreach(o, name, value) {
		enum json_type type = json_object_get_type(value);

		if (type == json_type_boolean &&
		    !json_object_get_boolean(value))
			continue;
		fputs(type == json_type_object ? "\n    " : blank, stdout);
		blank = " ";
		if (!strcmp(name, "protocol") || !strcmp(name, "event")) {
			fputs(json_object_get_string(value), stdout);
			continue;
		}
		print_name(name);
		if (type == json_type_boolean)
			continue;
		putchar(' ');
		if (type == json_type_object)
			print_text(value);
		else
			fputs(json_object_get_string(value), stdout);
	}
}

static void print_one(struct json_object *o)
{
	if (json)
		fputs(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN),
		      stdout);
	else
		print_text(o);
	json_object_put(o);
}

void print_object(struct json_object *o)
{
	if (json && !first)
		putchar(',');
	first = false;
	print_one(o);
	if (!json)
		putchar('\n');
}

void print_line(struct json_object *o)
{
	print_one(o);
	putchar('\n');
	fflush(stdout);
}
