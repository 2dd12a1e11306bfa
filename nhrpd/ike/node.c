// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nodes: what the key exchange by strongSwan keeps of a session.
 *
 *	RESTING --called--> DELAYED --> CALLING --child SA--> RESTING
 *	RESTING --last child SA gone--> LOST --another comes--> RESTING
 *	LOST --NODE_GRACE--> session_down()
 *	CALLING --strongSwan gave up, or NODE_TIMEOUT--> session_down()
 *
 * strongSwan does not tell that it gave up, so while it is calling it is
 * asked every NODE_CHECK whether it still does.
 *
 * A session stays up while it is called anew (strongSwan was restarted) or
 * has lost its last child SA (IKE was reauthenticated): the kernel's peer is
 * down at once if there are no keys, and up again with the next.
 *
 * Of two IKE SAs the older one carries what is sent to a node that called
 * again (load.c) until it has the new keys as well, which shows when it sends
 * by them. Then the older one is ended, NODE_SETTLE after the call at the
 * earliest: it is one of an earlier life of that node. So are orphans
 * (orphan.c).
 */
#include "node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "connection.h"
#include "daemon.h"
#include "interface.h"
#include "timer.h"
#include "xfrm.h"

#define NODE_CHECK 2000
#define NODE_TIMEOUT 30000
#define NODE_GRACE 2000
#define NODE_SETTLE 2000	/* for a node that called to have its SAs */
#define NODE_SETTLE_MAX 30000	/* if it sends nothing by them */
#define NODE_CROSSING 10000	/* calls of both are within that time */

static uint64_t now(const struct ike_node *node)
{
	return daemon_now(node->ike->interface->daemon);
}

static const char *name_of(const struct ike_node *node,
			   char name[IKE_NAME_MAX])
{
	return ike_connection_name(name, node->ike->interface->name,
				   node->session->if_id);
}

static void set_phase(struct ike_node *node, enum node_phase phase,
		      uint64_t delay)
{
	node->phase = phase;
	if (phase == NODE_RESTING)
		uv_timer_stop(node->timer);
	else
		timer_set(node->timer, delay);
}

/* ---- child SAs ---- */

/* After a restart strongSwan counts from 1 again, but SPIs are random. */
static struct node_child *find(struct ike_node *node,
			       const struct ike_child *sa)
{
	struct node_child *child;

	DL_FOREACH(node->children, child)
		if (child->sa.id == sa->id && child->sa.spi_in == sa->spi_in)
			break;
	return child;
}

struct node_child *node_child_find(struct ike_node *node, uint32_t spi)
{
	struct node_child *child;

	DL_FOREACH(node->children, child)
		if (child->sa.spi_in == spi || child->sa.spi_out == spi)
			break;
	return child;
}

static void remove_child(struct ike_node *node, struct node_child *child)
{
	DL_DELETE(node->children, child);
	free(child);
}

static int by_age(const struct node_child *a, const struct node_child *b)
{
	return (a->made < b->made) - (a->made > b->made);
}

/* Return: whether it was not known; the newest is the first. */
static bool note_child(struct ike_node *node, const struct ike_sa *sa,
		       const struct ike_child *report)
{
	struct node_child *child = find(node, report);
	bool added = !child;

	if (added) {
		child = calloc(1, sizeof(*child));
		if (!child)
			return false;
	}
	child->sa = *report;
	child->remote = sa->remote;
	child->ike_id = sa->id;
	child->made = now(node) - report->age * 1000;
	child->rekey = report->rekey ? now(node) + report->rekey * 1000 : 0;
	child->seen = true;
	if (added)
		DL_INSERT_INORDER(node->children, child, by_age);
	ike_orphan_found(node->ike, report->spi_out);
	return added;
}

void node_lose(struct ike_node *node, const struct ike_child *report)
{
	struct node_child *child = find(node, report);

	if (!child)
		return;
	remove_child(node, child);
	if (!node->children && node->phase == NODE_RESTING)
		set_phase(node, NODE_LOST, NODE_GRACE);
}

/* A child SA without a number was made by a strongSwan that is no more. */
static void note_orphan(struct ike_node *node, const struct node_child *child)
{
	ike_orphan_note(node->ike, node->session->if_id, &child->remote,
			child->sa.spi_out);
}

/* Two that called each other may both use both. */
static bool is_replaced(const struct ike_node *node,
			const struct node_child *child)
{
	const struct node_child *newest = node->children;

	return child->ike_id && child->ike_id != newest->ike_id &&
	       child->made + NODE_CROSSING < newest->made;
}

/* A node that sends by the newest SAs has them, and may be sent to by them. */
static bool has_settled(const struct ike_node *node)
{
	const struct node_child *newest = node->children;
	struct xfrm_usage usage;

	return now(node) - newest->made >= NODE_SETTLE_MAX ||
	       xfrm_sa_usage(node->ike->xfrm, &node->ike->interface->nbma,
			     newest->sa.spi_in, &usage) || usage.packets;
}

static void end_replaced(uv_timer_t *timer)
{
	struct ike_node *node = timer->data;
	struct vici_request request;
	struct node_child *child, *next;

	if (!node->children)
		return;
	if (!has_settled(node)) {
		timer_set(timer, NODE_SETTLE);
		return;
	}
	ike_orphans_delete(node->ike, node->session->if_id);
	DL_FOREACH_SAFE(node->children, child, next) {
		if (!is_replaced(node, child))
			continue;
		ike_sa_replaced(&request, child->ike_id);
		ike_send(node->ike, &request);
		/* Of two renewals that crossed strongSwan tells no end. */
		remove_child(node, child);
	}
}

/* ---- life ---- */

static void timer_ends(uv_timer_t *timer);

struct ike_node *node_get(struct ike *ike, struct session *session)
{
	struct ike_node *node = session->exchange;

	if (node)
		return node;
	node = calloc(1, sizeof(*node));
	if (!node)
		return NULL;
	node->timer = timer_new(ike->interface->daemon->loop, timer_ends,
				node);
	node->replaced_timer = timer_new(ike->interface->daemon->loop,
					 end_replaced, node);
	if (!node->timer || !node->replaced_timer) {
		timer_free(node->timer);
		timer_free(node->replaced_timer);
		free(node);
		return NULL;
	}
	node->ike = ike;
	node->session = session;
	session->exchange = node;
	DL_APPEND(ike->nodes, node);
	return node;
}

void node_free(struct ike_node *node)
{
	while (node->children)
		remove_child(node, node->children);
	node->session->exchange = NULL;
	DL_DELETE(node->ike->nodes, node);
	timer_free(node->timer);
	timer_free(node->replaced_timer);
	free(node);
}

static void end_sa(struct ike *ike, uint32_t id)
{
	struct vici_request request;

	ike_sa_terminate(&request, id);
	ike_send(ike, &request);
}

static void end_call(struct ike_node *node)
{
	struct vici_request request;
	char name[IKE_NAME_MAX];

	ike_connection_terminate(&request, name_of(node, name));
	ike_send(node->ike, &request);
}

void node_end(struct ike_node *node)
{
	struct node_child *child;

	ike_orphans_delete(node->ike, node->session->if_id);
	DL_FOREACH(node->children, child) {
		if (child->ike_id)
			end_sa(node->ike, child->ike_id);
		else
			note_orphan(node, child);
	}
	if (node->phase == NODE_CALLING)
		end_call(node);
	node_free(node);
}

void node_down(struct ike_node *node, const char *reason)
{
	struct session *session = node->session;

	node_free(node);
	session_down(session, reason);
}

/* ---- keys ---- */

/* Whether @sa is of the node that the session is with. */
static bool is_same(const struct ike_node *node, const struct ike_sa *sa)
{
	const struct session *session = node->session;

	if (node->identity[0])
		return !strcmp(node->identity, sa->identity);
	return nhrp_address_equal(&session->nbma, &sa->remote);
}

static void follow_address(struct ike_node *node, const struct ike_sa *sa)
{
	struct session *session = node->session;

	if (nhrp_address_equal(&session->nbma, &sa->remote) &&
	    session->port == ike_port(sa->port))
		return;
	session_moved(session, &sa->remote, ike_port(sa->port));
	ike_load(node->ike, node->session);
}

/*
 * From now on the node is called, and answered, by its identity: others may
 * come from the same address.
 */
static bool admit(struct ike_node *node, const struct ike_sa *sa)
{
	if (!strcmp(node->identity, sa->identity) &&
	    node->session->state == SESSION_UP)
		return true;
	if (!session_admit(node->session, sa->identity, NULL))
		return false;
	snprintf(node->identity, sizeof(node->identity), "%s", sa->identity);
	ike_load(node->ike, node->session);
	return true;
}

static void refuse(struct ike_node *node, const struct ike_sa *sa)
{
	struct session *session = node->session;

	end_sa(node->ike, sa->id);
	node_end(node);
	session_down(session, "not who it should be");
}

void node_up(struct ike_node *node, const struct ike_sa *sa,
	     const struct ike_child *child)
{
	uint32_t last = node->children ? node->children->ike_id : 0;
	bool added;

	if (!is_same(node, sa)) {
		end_sa(node->ike, sa->id);
		ike_taken(node->ike);
		if (node->session->state == SESSION_IDLE)
			node_free(node);
		return;
	}
	follow_address(node, sa);
	if (!admit(node, sa)) {
		refuse(node, sa);
		return;
	}
	set_phase(node, NODE_RESTING, 0);
	node->called = false;
	added = note_child(node, sa, child);
	if (added && sa->id != last) {
		/* The policy of another one comes after that of this one. */
		ike_load(node->ike, node->session);
		timer_set(node->replaced_timer, NODE_SETTLE);
	}
	if (added || node->session->state != SESSION_UP)
		session_up(node->session);
}

/* ---- calls ---- */

static struct ike_node *tagged(struct ike *ike, uint32_t tag)
{
	struct session *session = session_find(ike->interface, tag);

	return session ? session->exchange : NULL;
}

static void call_answered(void *context, uint32_t tag,
			  struct vici_reader *reply)
{
	struct ike_node *node = tagged(context, tag);
	char reason[128], words[128];

	if (!ike_refused(reply, reason, sizeof(reason)) || !node ||
	    node->phase != NODE_CALLING)
		return;
	snprintf(words, sizeof(words), "%s",
		 node->words[0] ? node->words : reason);
	node_down(node, words);
}

static void give_up(struct ike_node *node, const char *otherwise)
{
	char words[128];

	snprintf(words, sizeof(words), "%s",
		 node->words[0] ? node->words : otherwise);
	end_call(node);
	node_down(node, words);
}

static void call_checked(void *context, uint32_t tag,
			 struct vici_reader *reply)
{
	struct ike_node *node = tagged(context, tag);

	(void)reply;
	if (!node || node->phase != NODE_CALLING)
		return;
	if (!node->found)
		give_up(node, "strongSwan gave up");
	else if (node->established && ++node->childless > 1)
		give_up(node, "no child SA");
}

static void check_call(struct ike_node *node)
{
	struct vici_request request;
	char name[IKE_NAME_MAX];

	if (now(node) >= node->deadline) {
		give_up(node, node->called ? "no answer" :
					     "strongSwan is not there");
		return;
	}
	timer_set(node->timer, NODE_CHECK);
	if (!node->called)
		return;
	node->found = false;
	node->established = false;
	ike_sa_list(&request, name_of(node, name));
	vici_client_send(node->ike->client, &request, call_checked,
			 node->session->if_id);
}

static void call_now(struct ike_node *node)
{
	struct vici_request request;
	char name[IKE_NAME_MAX];

	set_phase(node, NODE_CALLING, NODE_CHECK);
	if (!vici_client_connected(node->ike->client))
		return;
	node->called = true;
	ike_load(node->ike, node->session);
	ike_connection_initiate(&request, name_of(node, name));
	vici_client_send(node->ike->client, &request, call_answered,
			 node->session->if_id);
}

void node_call(struct ike_node *node, uint64_t delay)
{
	node->deadline = now(node) + delay + NODE_TIMEOUT;
	node->words[0] = '\0';
	node->called = false;
	node->childless = 0;
	if (delay)
		set_phase(node, NODE_DELAYED, delay);
	else
		call_now(node);
}

static void timer_ends(uv_timer_t *timer)
{
	struct ike_node *node = timer->data;

	switch (node->phase) {
	case NODE_DELAYED:
		call_now(node);
		break;
	case NODE_CALLING:
		check_call(node);
		break;
	case NODE_LOST:
		node_down(node, "closed by the other, or silent");
		break;
	case NODE_RESTING:
		break;
	}
}

/* ---- lists ---- */

void node_unknown(struct ike_node *node)
{
	struct node_child *child;

	node->called = false;
	DL_FOREACH(node->children, child)
		child->ike_id = 0;
}

void node_doubt(struct ike_node *node)
{
	struct node_child *child;

	DL_FOREACH(node->children, child)
		child->seen = false;
}

static void miss_child(struct ike_node *node, struct node_child *child)
{
	if (!child->ike_id) {
		note_orphan(node, child);
		timer_set(node->replaced_timer, NODE_SETTLE);
	}
	remove_child(node, child);
}

void node_sweep(struct ike_node *node, uint64_t delay)
{
	struct node_child *child, *next;

	DL_FOREACH_SAFE(node->children, child, next)
		if (!child->seen)
			miss_child(node, child);
	if (!node->children && node->phase != NODE_DELAYED && !node->called)
		node_call(node, delay);
}
