/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Output: objects made of JSON, shown as JSON or as one line of text. */
#ifndef MGRECTL_PRINT_H
#define MGRECTL_PRINT_H

#include <stdbool.h>

#include <json-c/json.h>

void print_set_json(bool on);

/* More than is seen at a glance: counters, header, cookie. */
void print_set_details(bool on);
bool print_details(void);

/* Begin and end a list; in JSON that is one array, empty or not. */
void print_begin(void);
void print_end(void);

/* Print an object of a list; takes it over. */
void print_object(struct json_object *o);

/* Print an object that stands alone on its line; takes it over. */
void print_line(struct json_object *o);

#endif /* MGRECTL_PRINT_H */
