/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: a Unix stream socket on which clients such as nhrpctl
 * send commands, one JSON object a line, and get one line back for each:
 *
 *	{"command":["show","cache"]}
 *	{"status":0,"data":[...]}	or	{"status":1,"error":"..."}
 *
 * command.c has the commands. After "monitor", a line follows for each event.
 * Whoever the mode of the socket lets connect may look; only root and the
 * daemon's own user may change anything.
 */
#ifndef NHRPD_CONTROL_H
#define NHRPD_CONTROL_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#define CONTROL_SOCKET "/run/nhrpd/nhrpd.sock"

struct control;
struct control_client;
struct daemon;

/**
 * control_start - listen for clients
 * @daemon: what commands work on; its loop runs
 * @path: of the socket, made with mode 0660. One that nobody listens on is
 *	  replaced, and its directory is made if only that is missing.
 *
 * Return: the socket, or NULL after the reason was logged.
 */
struct control *control_start(struct daemon *daemon, const char *path);

/**
 * control_stop - close the socket and all connections
 *
 * Its name vanishes at once, its memory as the loop runs on. NULL is allowed.
 */
void control_stop(struct control *control);

/** control_daemon - the daemon that @client talks to */
struct daemon *control_daemon(const struct control_client *client);

/** control_may_change - whether @client is root or the daemon's own user */
bool control_may_change(const struct control_client *client);

/**
 * control_send - queue a line to a client
 * @object: becomes the client's
 */
void control_send(struct control_client *client, struct json_object *object);

/** control_queued - bytes queued to @client that it has not read so far */
size_t control_queued(const struct control_client *client);

/**
 * control_subscribe - events go to @client from here on
 *
 * What else it sends is ignored. Return: false if there is no memory.
 */
bool control_subscribe(struct control_client *client);

#endif /* NHRPD_CONTROL_H */
