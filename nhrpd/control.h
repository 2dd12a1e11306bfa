/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: a Unix stream socket on which clients such as nhrpctl
 * send commands, one JSON object a line, and get one line back for each:
 *
 *	{"command":["show","cache"]}
 *	{"status":0,"data":[...]}	or	{"status":1,"error":"..."}
 *
 * After {"command":["monitor"]} a line follows for each event; see monitor.h.
 * Whoever the mode of the socket lets connect may look; only root and the
 * daemon's own user may change anything.
 */
#ifndef NHRPD_CONTROL_H
#define NHRPD_CONTROL_H

#include <json-c/json.h>
#include <stdbool.h>

#define CONTROL_SOCKET "/run/nhrpd/nhrpd.sock"

struct control;
struct control_client;
struct daemon;

/**
 * control_open - listen for clients
 * @daemon: what commands work on; its loop runs
 * @path: of the socket, made with mode 0660. One that nobody listens on is
 *	  replaced, and its directory is made if only that is missing.
 *
 * Return: the socket, or NULL after the reason was logged.
 */
struct control *control_open(struct daemon *daemon, const char *path);

/**
 * control_close - close the socket and all connections, remove @path
 *
 * Memory is freed as the loop runs on; NULL is allowed.
 */
void control_close(struct control *control);

/**
 * control_send - queue a line to a client
 * @object: becomes the client's
 *
 * Does not block.
 */
void control_send(struct control_client *client, struct json_object *object);

/** control_queued - bytes queued to @client that it has not read so far */
size_t control_queued(const struct control_client *client);

#endif /* NHRPD_CONTROL_H */
