/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of the control socket: from the words of a request to what
 * they do and the answer.
 */
#ifndef NHRPD_COMMAND_H
#define NHRPD_COMMAND_H

#include <json-c/json.h>

struct control_client;

/**
 * command_run - do what a request says
 * @client: who asks
 * @request: {"command":[words]}, or NULL if it was no JSON
 *
 * Return: the answer, always one, {"status":0,...} or {"status":1,...}. The
 * caller's.
 */
struct json_object *command_run(struct control_client *client,
				struct json_object *request);

/** command_error - the answer {"status":1,"error":"..."}. The caller's. */
__attribute__((format(printf, 1, 2)))
struct json_object *command_error(const char *format, ...);

#endif /* NHRPD_COMMAND_H */
