/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection to strongSwan that is made again whenever it breaks.
 */
#ifndef NHRPD_IKE_VICI_CLIENT_H
#define NHRPD_IKE_VICI_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "vici.h"

struct vici_client;

/**
 * struct vici_client_events - what a client tells
 * @connected: commands may be sent
 * @disconnected: commands without an answer so far will get none; @reason in
 *		  words. Also told after every try to connect that failed.
 * @event: one of those registered for came
 */
struct vici_client_events {
	void (*connected)(void *context);
	void (*disconnected)(void *context, const char *reason);
	void (*event)(void *context, const struct vici_string *name,
		      struct vici_reader *message);
};

/**
 * typedef vici_reply - the answer to a command
 * @context: of the client
 * @tag: as given with the command
 * @reply: the message; NULL: strongSwan doesn't know the command
 */
typedef void (*vici_reply)(void *context, uint32_t tag,
			   struct vici_reader *reply);

/**
 * vici_client_new - begin to connect
 * @path: of strongSwan's socket, outlives the client
 * @registered: names of events to register for, ends in NULL, outlives it
 * @events: callbacks, outlive it
 *
 * No callback comes before this has returned. Return: NULL if there is no
 * memory.
 */
struct vici_client *vici_client_new(uv_loop_t *loop, const char *path,
				    const char *const *registered,
				    const struct vici_client_events *events,
				    void *context);

/** vici_client_free - disconnect, tell nobody; NULL is allowed */
void vici_client_free(struct vici_client *client);

/**
 * vici_client_set_path - the socket's path is now at @path, and
 * @changed: another one: connect to it instead
 */
void vici_client_set_path(struct vici_client *client, const char *path,
			  bool changed);

/** vici_client_connected - whether commands may be sent */
bool vici_client_connected(const struct vici_client *client);

/**
 * vici_client_send - send a command; does nothing while not connected, and
 *		      disconnects if an earlier one has waited too long
 * @request: begun as VICI_REQUEST
 * @reply: gets the answer; NULL: nobody wants it
 * @tag: for @reply
 */
void vici_client_send(struct vici_client *client,
		      struct vici_request *request, vici_reply reply,
		      uint32_t tag);

#endif /* NHRPD_IKE_VICI_CLIENT_H */
