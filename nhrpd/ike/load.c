// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The connections that strongSwan holds for an interface.
 *
 * Who comes for the first time gets an if_id of strongSwan's choice. He gets a
 * connection of his own with that if_id at once, so that he keeps it when he
 * comes again. It is unloaded some time after his session was freed.
 *
 * Others speak with strongSwan as well: "swanctl --load-all", with which its
 * unit begins, unloads all that is in no file. Nobody is told, so we look.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "connection.h"
#include "daemon.h"
#include "ike.h"
#include "interface.h"
#include "log.h"
#include "node.h"
#include "timer.h"

#define SWEEP_TIME 60000	/* ms between looks for connections to unload */
#define CHECK_TIME 5000		/* ms between looks for those that are gone */
#define PRIORITY_FIRST 1	/* no other is as high */

/** struct loaded - a connection of a node that strongSwan holds */
struct loaded {
	uint32_t if_id;
	struct loaded *prev, *next;
};

static void ike_loaded(void *context, uint32_t tag, struct vici_reader *reply)
{
	struct ike *ike = context;
	struct session *session = session_find(ike->interface, tag);
	struct ike_node *node = session ? session->exchange : NULL;
	char reason[sizeof(node->words)];
	bool refused = ike_refused(reply, reason, sizeof(reason));

	if (node)
		node->loaded = !refused;
	else if (!tag)
		ike->answers = !refused;
	if (!refused)
		return;
	log_limited(&ike->interface->daemon->limit, 3,
		    "%s: strongSwan refuses what ike profile %s says: %s",
		    ike->interface->name, ike->profile.name, reason);
	if (node)
		memcpy(node->words, reason, sizeof(reason));
}

static void ike_note_loaded(struct ike *ike, uint32_t if_id)
{
	struct loaded *loaded;

	DL_FOREACH(ike->loaded, loaded)
		if (loaded->if_id == if_id)
			return;
	loaded = calloc(1, sizeof(*loaded));
	if (!loaded)
		return;
	loaded->if_id = if_id;
	DL_APPEND(ike->loaded, loaded);
}

/*
 * Who is called installs the SA that it sends by before the caller has it.
 * strongSwan keeps sending by the one whose policy has the higher priority: it
 * is the older one, until that is ended (see node.c). The time makes it so
 * beyond a restart.
 */
static uint32_t ike_next_priority(struct ike *ike)
{
	uint32_t seconds = daemon_now(ike->interface->daemon) / 1000;

	ike->priority = (seconds > ike->priority ? seconds : ike->priority) + 1;
	return ike->priority;
}

void ike_load(struct ike *ike, const struct session *session)
{
	const struct ike_node *node = session->exchange;
	struct ike_connection connection = {
		.profile = &ike->profile,
		.device = ike->interface->name,
		.local = ike->interface->nbma,
		.remote = &session->nbma,
		.port = session->port,
		.if_id = session->if_id,
		.identity = node ? node->identity : "",
		.priority = ike_next_priority(ike),
	};
	struct vici_request request;

	if (!vici_client_connected(ike->client))
		return;
	ike_note_loaded(ike, connection.if_id);
	ike_connection_load(&request, &connection);
	vici_client_send(ike->client, &request, ike_loaded, connection.if_id);
}

void ike_load_answer(struct ike *ike)
{
	struct ike_connection connection = {
		.profile = &ike->profile,
		.device = ike->interface->name,
		.local = ike->interface->nbma,
		.port = IKE_PORT,
		.if_id = ike->answer_if_id,
		.identity = "",
		.priority = PRIORITY_FIRST,
	};
	struct vici_request request;

	ike_connection_load(&request, &connection);
	vici_client_send(ike->client, &request, ike_loaded, 0);
}

void ike_load_all(struct ike *ike)
{
	struct ike_node *node;

	ike_load_answer(ike);
	DL_FOREACH(ike->nodes, node)
		ike_load(ike, node->session);
}

/*
 * strongSwan counts if_ids from 1 whenever it starts, which sessions may have
 * from before. They are chosen here from then on, each for one node.
 */
void ike_taken(struct ike *ike)
{
	do
		ike->answer_if_id = randombytes_random();
	while (!ike->answer_if_id ||
	       session_find(ike->interface, ike->answer_if_id));
	ike_load_answer(ike);
}

static void ike_unload(struct ike *ike, struct loaded *loaded)
{
	struct vici_request request;
	char name[IKE_NAME_MAX];

	ike_connection_unload(&request,
			      ike_connection_name(name, ike->interface->name,
						  loaded->if_id));
	ike_send(ike, &request);
	DL_DELETE(ike->loaded, loaded);
	free(loaded);
}

void ike_sweep(uv_timer_t *timer)
{
	struct ike *ike = timer->data;
	struct loaded *loaded, *next;

	timer_set(timer, SWEEP_TIME);
	if (!vici_client_connected(ike->client))
		return;
	ike_orphans_sweep(ike);
	DL_FOREACH_SAFE(ike->loaded, loaded, next)
		if (!session_find(ike->interface, loaded->if_id))
			ike_unload(ike, loaded);
}

/* Return: whether the connection for anybody is among those listed. */
static bool ike_mark_listed(struct ike *ike, struct vici_reader *reply)
{
	struct session *session;
	struct ike_node *node;
	struct vici_item item;
	char name[IKE_NAME_MAX];
	bool answers = false;
	uint32_t if_id;

	DL_FOREACH(ike->nodes, node)
		node->listed = false;
	while (vici_next(reply, &item)) {
		vici_copy(&item.value, name, sizeof(name));
		if (!ike_connection_is(name, ike->interface->name, &if_id))
			continue;
		session = session_find(ike->interface, if_id);
		node = session ? session->exchange : NULL;
		if (node)
			node->listed = true;
		answers |= !if_id;
	}
	return answers;
}

static void ike_checked(void *context, uint32_t tag, struct vici_reader *reply)
{
	struct ike *ike = context;
	struct ike_node *node;
	bool answers;

	(void)tag;
	if (!reply)
		return;
	answers = ike_mark_listed(ike, reply);
	if (ike->answers && !answers) {
		log_info("%s: others unloaded its connection of strongSwan",
			 ike->interface->name);
		ike_load_answer(ike);
	}
	DL_FOREACH(ike->nodes, node)
		if (node->loaded && !node->listed)
			ike_load(ike, node->session);
}

void ike_check(uv_timer_t *timer)
{
	struct ike *ike = timer->data;
	struct vici_request request;

	timer_set(timer, CHECK_TIME);
	ike_connection_list(&request);
	vici_client_send(ike->client, &request, ike_checked, 0);
}

void ike_forget_loaded(struct ike *ike)
{
	struct loaded *loaded, *next;

	DL_FOREACH_SAFE(ike->loaded, loaded, next)
		free(loaded);
	ike->loaded = NULL;
}
