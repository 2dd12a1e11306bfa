/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Unix socket of nhrpd: one JSON object a line, each way. */
#ifndef NHRPCTL_CONNECTION_H
#define NHRPCTL_CONNECTION_H

#include <json-c/json.h>
#include <stddef.h>

struct connection;

/**
 * connection_open() - connect to nhrpd
 * @path: its socket
 *
 * Return: the connection, or NULL with a message on stderr.
 */
struct connection *connection_open(const char *path);

/** connection_close() - close @connection; NULL is allowed. */
void connection_close(struct connection *connection);

/**
 * connection_send() - send a command
 * @words: the words of the command, in full
 * @count: how many
 *
 * Return: 0, or -1 with a message on stderr.
 */
int connection_send(struct connection *connection, const char *const *words,
		    size_t count);

/**
 * connection_receive() - wait for the next line of the daemon
 *
 * Return: the object (the caller's, json_object_put()), or NULL with a message
 * on stderr if the daemon closed the connection or sent something else.
 */
struct json_object *connection_receive(struct connection *connection);

#endif /* NHRPCTL_CONNECTION_H */
