// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What strongSwan tells: child SAs that come, go and are replaced, lists of
 * them, and its log.
 */
#include <stdio.h>
#include <string.h>

#include "connection.h"
#include "ike.h"
#include "interface.h"
#include "node.h"
#include "sa.h"

/* ---- child SAs ---- */

static void ike_end_sa(struct ike *ike, const struct ike_sa *sa)
{
	struct vici_request request;

	ike_sa_terminate(&request, sa->id);
	ike_send(ike, &request);
}

/*
 * Whether a session with the same node stands in the way of a new one. Both
 * sides may have called at once, and this one before its connection was
 * loaded: have the other call again, by that connection. A node that has
 * become another takes the place of what was there.
 */
static bool ike_is_known(struct ike *ike, const struct ike_sa *sa)
{
	struct session *session =
		session_find_address(ike->interface, &sa->remote,
				     ike_port(sa->port));
	struct ike_node *node;

	if (!session)
		return false;
	node = session->exchange;
	if (node && node->identity[0] &&
	    strcmp(node->identity, sa->identity)) {
		node_end(node);
		session_down(session, "another node has come in its place");
		return false;
	}
	ike_load(ike, session);
	return true;
}

/* The session of a node that came by the connection for anybody. */
static struct session *ike_admit_new(struct ike *ike, const struct ike_sa *sa,
				     uint32_t if_id)
{
	struct session *session;

	if (ike_is_known(ike, sa)) {
		ike_end_sa(ike, sa);
		return NULL;
	}
	session = session_add(ike->interface, &sa->remote, ike_port(sa->port),
			      if_id);
	if (!session) {
		ike_end_sa(ike, sa);
		ike_taken(ike);
	}
	return session;
}

static void ike_child_up(struct ike *ike, const struct ike_sa *sa,
			 const struct ike_child *child)
{
	struct session *session = session_find(ike->interface, child->if_id);
	struct ike_node *node;
	uint32_t if_id;

	if (!child->if_id || !sa->remote.length)
		return;
	if (!session)
		session = ike_admit_new(ike, sa, child->if_id);
	node = session ? node_get(ike, session) : NULL;
	if (node)
		node_up(node, sa, child);
	ike_connection_is(sa->name, ike->interface->name, &if_id);
	if (!if_id && child->if_id == ike->answer_if_id)
		ike_taken(ike);
}

static void ike_child_down(struct ike *ike, const struct ike_child *child)
{
	struct session *session = session_find(ike->interface, child->if_id);

	if (session && session->exchange)
		node_lose(session->exchange, child);
}

static void ike_child_listed(struct ike *ike, const struct ike_sa *sa,
			     const struct ike_child *child)
{
	if (child->live && !sa->closing)
		ike_child_up(ike, sa, child);
}

/* An IKE SA in a list: if it is one that is being called, it exists. */
static void ike_sa_listed(struct ike *ike, const struct ike_sa *sa,
			  uint32_t if_id)
{
	struct session *session = session_find(ike->interface, if_id);
	struct ike_node *node = session ? session->exchange : NULL;

	if (!node || sa->closing)
		return;
	node->found = true;
	node->established |= sa->established;
}

/* ---- events ---- */

static void event_updown(struct ike *ike, struct ike_report *report,
			 enum ike_part part, uint32_t if_id)
{
	(void)if_id;
	if (part == IKE_CHILD && report->up)
		ike_child_up(ike, &report->sa, &report->child);
	else if (part == IKE_CHILD)
		ike_child_down(ike, &report->child);
}

static void event_rekey(struct ike *ike, struct ike_report *report,
			enum ike_part part, uint32_t if_id)
{
	(void)if_id;
	if (part == IKE_CHILD_OLD)
		ike_child_down(ike, &report->child);
	else if (part == IKE_CHILD_NEW)
		ike_child_up(ike, &report->sa, &report->child);
}

static void event_list(struct ike *ike, struct ike_report *report,
		       enum ike_part part, uint32_t if_id)
{
	if (part == IKE_CHILD)
		ike_child_listed(ike, &report->sa, &report->child);
	else if (part == IKE_SA && if_id)
		ike_sa_listed(ike, &report->sa, if_id);
}

/* An IKE SA has another number, or address: look at its child SAs anew. */
static void event_changed(struct ike *ike, struct ike_report *report,
			  enum ike_part part, uint32_t if_id)
{
	struct vici_request request;

	(void)if_id;
	if (part != IKE_SA)
		return;
	ike_sa_list(&request, report->sa.name);
	ike_send(ike, &request);
}

static const struct {
	const char *name;
	void (*handle)(struct ike *ike, struct ike_report *report,
		       enum ike_part part, uint32_t if_id);
} ike_reports[] = {
	{ "child-updown", event_updown },
	{ "child-rekey", event_rekey },
	{ "list-sa", event_list },
	{ "ike-rekey", event_changed },
	{ "ike-update", event_changed },
};

static void ike_report(struct ike *ike, size_t kind,
		       const struct vici_reader *message)
{
	struct ike_report report;
	enum ike_part part;
	uint32_t if_id;

	ike_report_begin(&report, message);
	while (ike_report_next(&report, &part))
		if (ike_connection_is(report.sa.name, ike->interface->name,
				      &if_id))
			ike_reports[kind].handle(ike, &report, part, if_id);
}

/* Whether a line of strongSwan's log may be the reason why a call fails. */
static bool is_reason(const char *words)
{
	return strstr(words, "notify") || strstr(words, "retransmit") ||
	       strstr(words, "no ") || strstr(words, "not ") ||
	       strstr(words, "failed");
}

static void event_log(struct ike *ike, struct vici_reader *message)
{
	char name[IKE_NAME_MAX] = "", words[128] = "";
	struct session *session;
	struct ike_node *node;
	struct vici_item item;
	uint32_t if_id;

	while (vici_next(message, &item)) {
		if (vici_equal(&item.name, "ikesa-name"))
			vici_copy(&item.value, name, sizeof(name));
		else if (vici_equal(&item.name, "msg"))
			vici_copy(&item.value, words, sizeof(words));
	}
	if (!ike_connection_is(name, ike->interface->name, &if_id) || !if_id)
		return;
	session = session_find(ike->interface, if_id);
	node = session ? session->exchange : NULL;
	if (node && node->phase == NODE_CALLING && is_reason(words))
		memcpy(node->words, words, sizeof(words));
}

void ike_event(void *context, const struct vici_string *name,
	       struct vici_reader *message)
{
	struct ike *ike = context;
	size_t i;

	if (vici_equal(name, "log"))
		event_log(ike, message);
	for (i = 0; i < sizeof(ike_reports) / sizeof(ike_reports[0]); i++)
		if (vici_equal(name, ike_reports[i].name))
			ike_report(ike, i, message);
}
