// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Key exchange by strongSwan. It has one connection that answers whoever
 * comes and one for each node that is or shall be reached; what it then says
 * of child SAs moves the sessions. SAs and policies are its own doing.
 *
 * Who comes for the first time gets an if_id of strongSwan's choice. He gets a
 * connection of his own with that if_id at once, so that he keeps it when he
 * comes again.
 *
 * Whenever the connection to strongSwan has been made, it is told all
 * connections and lists all SAs: those are taken over, whether strongSwan,
 * nhrpd or none was restarted, and what has none any more is called.
 */
#include "ike.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "config.h"
#include "connection.h"
#include "daemon.h"
#include "interface.h"
#include "log.h"
#include "node.h"
#include "sa.h"
#include "timer.h"
#include "xfrm.h"

#define SWEEP_TIME 60000	/* ms between looks for connections to unload */
#define GONE_TIME 500		/* ms for strongSwan to tell that it did so */
#define CALL_SPREAD 10		/* ms for each node to call after a restart */
#define CALL_SPREAD_MAX 5000

/** struct loaded - a connection of a node that strongSwan holds */
struct loaded {
	uint32_t if_id;
	struct loaded *prev, *next;
};

static const char *const ike_registered[] = {
	"child-updown", "child-rekey", "ike-rekey", "ike-update", "list-sa",
	"log", NULL,
};

void ike_send(struct ike *ike, struct vici_request *request)
{
	vici_client_send(ike->client, request, NULL, 0);
}

uint16_t ike_port(uint16_t port)
{
	return port == IKE_PORT_NAT ? IKE_PORT : port;
}

/* ---- connections ---- */

static void ike_loaded(void *context, uint32_t tag, struct vici_reader *reply)
{
	struct ike *ike = context;
	struct session *session = session_find(ike->interface, tag);
	struct ike_node *node = session ? session->exchange : NULL;
	char reason[sizeof(node->words)];

	if (!ike_refused(reply, reason, sizeof(reason)))
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
	};
	struct vici_request request;

	if (!vici_client_connected(ike->client))
		return;
	ike_note_loaded(ike, connection.if_id);
	ike_connection_load(&request, &connection);
	vici_client_send(ike->client, &request, ike_loaded, connection.if_id);
}

static void ike_load_answer(struct ike *ike)
{
	struct ike_connection connection = {
		.profile = &ike->profile,
		.device = ike->interface->name,
		.local = ike->interface->nbma,
		.port = IKE_PORT,
		.if_id = ike->answer_if_id,
		.identity = "",
	};
	struct vici_request request;

	ike_connection_load(&request, &connection);
	vici_client_send(ike->client, &request, ike_loaded, 0);
}

static void ike_load_all(struct ike *ike)
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

static void ike_sweep(uv_timer_t *timer)
{
	struct ike *ike = timer->data;
	struct loaded *loaded, *next;

	timer_set(timer, SWEEP_TIME);
	if (!vici_client_connected(ike->client))
		return;
	DL_FOREACH_SAFE(ike->loaded, loaded, next)
		if (!session_find(ike->interface, loaded->if_id))
			ike_unload(ike, loaded);
}

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

static void ike_event(void *context, const struct vici_string *name,
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

/* ---- taking over what strongSwan has ---- */

static void ike_list(struct ike *ike);

static void ike_listed(void *context, uint32_t tag, struct vici_reader *reply)
{
	struct ike *ike = context;
	struct ike_node *node, *next;
	uint64_t spread;
	unsigned int count;

	(void)tag;
	(void)reply;
	ike->listing = false;
	if (ike->list_again) {
		ike_list(ike);
		return;
	}
	DL_COUNT(ike->nodes, node, count);
	spread = count * CALL_SPREAD < CALL_SPREAD_MAX ?
		 count * CALL_SPREAD : CALL_SPREAD_MAX;
	DL_FOREACH_SAFE(ike->nodes, node, next)
		node_sweep(node, randombytes_uniform(spread) + 1);
}

static void ike_list(struct ike *ike)
{
	struct vici_request request;
	struct ike_node *node;

	ike->list_again = ike->listing;
	if (ike->listing)
		return;
	ike->listing = true;
	DL_FOREACH(ike->nodes, node)
		node_doubt(node);
	ike_sa_list(&request, NULL);
	vici_client_send(ike->client, &request, ike_listed, 0);
}

static void ike_connected(void *context)
{
	struct ike *ike = context;

	log_info("%s: connected to strongSwan", ike->interface->name);
	ike->absent = false;
	ike_load_all(ike);
	ike_list(ike);
}

static void ike_disconnected(void *context, const char *reason)
{
	struct ike *ike = context;
	struct ike_node *node;

	if (!ike->absent)
		log_warning("%s: strongSwan at %s: %s", ike->interface->name,
			    ike->profile.socket, reason);
	ike->absent = true;
	ike->listing = false;
	ike->list_again = false;
	DL_FOREACH(ike->nodes, node)
		node->called = false;
}

static const struct vici_client_events ike_client_events = {
	.connected = ike_connected,
	.disconnected = ike_disconnected,
	.event = ike_event,
};

/* ---- what the kernel lost ---- */

static void ike_replace(struct ike *ike, struct ike_node *node)
{
	struct vici_request request;
	struct node_child *child;

	DL_FOREACH(node->children, child) {
		if (!child->gone)
			continue;
		child->gone = false;
		ike_child_rekey(&request, child->sa.id);
		ike_send(ike, &request);
	}
}

static void ike_replace_all(uv_timer_t *timer)
{
	struct ike *ike = timer->data;
	struct ike_node *node;

	DL_FOREACH(ike->nodes, node)
		ike_replace(ike, node);
}

static void ike_sa_deleted(void *context, const struct xfrm_sa_id *id)
{
	struct ike *ike = context;
	struct session *session = session_find(ike->interface, id->if_id);
	struct node_child *child = session && session->exchange ?
		node_child_find(session->exchange, id->spi) : NULL;

	if (!child)
		return;
	child->gone = true;
	timer_set(ike->gone_timer, GONE_TIME);
}

static void ike_sas_flushed(void *context)
{
	struct ike *ike = context;
	struct node_child *child;
	struct ike_node *node;

	DL_FOREACH(ike->nodes, node)
		DL_FOREACH(node->children, child)
			child->gone = true;
	timer_set(ike->gone_timer, 0);
}

/* strongSwan does not notice when somebody deletes its SAs. */
static const struct xfrm_events ike_xfrm_events = {
	.deleted = ike_sa_deleted,
	.flushed = ike_sas_flushed,
};

/* ---- the interface ---- */

static void ike_close_state(struct ike *ike)
{
	struct loaded *loaded, *next;

	while (ike->nodes)
		node_free(ike->nodes);
	DL_FOREACH_SAFE(ike->loaded, loaded, next)
		free(loaded);
	vici_client_free(ike->client);
	xfrm_close(ike->xfrm);
	timer_free(ike->sweep_timer);
	timer_free(ike->gone_timer);
	config_ike_free(&ike->profile);
	free(ike);
}

static bool ike_open_state(struct ike *ike)
{
	uv_loop_t *loop = ike->interface->daemon->loop;

	ike->sweep_timer = timer_new(loop, ike_sweep, ike);
	ike->gone_timer = timer_new(loop, ike_replace_all, ike);
	if (!ike->sweep_timer || !ike->gone_timer)
		return false;
	timer_set(ike->sweep_timer, SWEEP_TIME);
	ike->xfrm = xfrm_open(loop, &ike_xfrm_events, ike);
	if (!ike->xfrm)
		return false;
	ike->client = vici_client_new(loop, ike->profile.socket,
				      ike_registered, &ike_client_events, ike);
	return ike->client;
}

/* Takes what the configuration says now. */
static bool ike_take_profile(struct ike *ike)
{
	struct interface *interface = ike->interface;
	const struct config_ike_profile *profile =
		config_find_ike(interface->daemon->config,
				interface->config->protection.profile);
	struct config_ike_profile copy;

	if (!profile || !config_ike_copy(&copy, profile))
		return false;
	config_ike_free(&ike->profile);
	ike->profile = copy;
	return true;
}

static void *ike_open(struct interface *interface)
{
	struct ike *ike = calloc(1, sizeof(*ike));

	if (!ike)
		return NULL;
	ike->interface = interface;
	if (ike_take_profile(ike) && ike_open_state(ike))
		return ike;
	log_error("%s: no key exchange by ike profile %s", interface->name,
		  interface->config->protection.profile);
	ike_close_state(ike);
	return NULL;
}

static void ike_close(struct interface *interface)
{
	ike_close_state(interface->exchange);
}

/* SAs of the old address are of no use. */
static void ike_moved(struct interface *interface)
{
	struct ike *ike = interface->exchange;
	struct ike_node *node, *next;
	struct session *session;

	DL_FOREACH_SAFE(ike->nodes, node, next) {
		session = node->session;
		node_end(node);
		session_down(session, "own address has changed");
	}
	ike_load_answer(ike);
}

/* SAs that there are stay as they are until they are renewed. */
static void ike_reload(struct interface *interface)
{
	struct ike *ike = interface->exchange;
	char *before = strdup(ike->profile.socket);

	if (!before || !ike_take_profile(ike)) {
		log_error("%s: ike profile %s: out of memory",
			  interface->name, ike->profile.name);
	} else {
		vici_client_set_path(ike->client, ike->profile.socket,
				     strcmp(before, ike->profile.socket));
		ike_load_all(ike);
	}
	free(before);
}

static void ike_start(struct session *session)
{
	struct ike_node *node = node_get(session->interface->exchange,
					 session);

	if (node)
		node_call(node, 0);
	else
		session_down(session, "out of memory");
}

static void ike_stop(struct session *session, const char *reason)
{
	(void)reason;
	if (session->exchange)
		node_end(session->exchange);
}

/* Its SAs are found in a list, or made anew if they are not. */
static void ike_adopt(struct session *session)
{
	struct ike *ike = session->interface->exchange;

	if (!node_get(ike, session))
		session_down(session, "out of memory");
	else if (vici_client_connected(ike->client))
		ike_list(ike);
}

static void ike_add_usage(struct ike *ike, const struct nhrp_address *to,
			  uint32_t spi, uint64_t *bytes, uint64_t *packets)
{
	struct xfrm_usage usage;

	if (xfrm_sa_usage(ike->xfrm, to, spi, &usage))
		return;
	*bytes += usage.bytes;
	*packets += usage.packets;
}

static void ike_info(const struct session *session, struct session_info *info)
{
	struct ike *ike = session->interface->exchange;
	const struct ike_node *node = session->exchange;
	const struct node_child *child = node ? node->children : NULL;

	if (!child)
		return;
	snprintf(info->algorithm, sizeof(info->algorithm), "%s",
		 child->sa.algorithm);
	info->udp = child->sa.udp;
	info->spi_in = child->sa.spi_in;
	info->spi_out = child->sa.spi_out;
	info->established = child->made;
	info->rekey = child->rekey;
	DL_FOREACH(node->children, child) {
		ike_add_usage(ike, &ike->interface->nbma, child->sa.spi_in,
			      &info->bytes_in, &info->packets_in);
		ike_add_usage(ike, &session->nbma, child->sa.spi_out,
			      &info->bytes_out, &info->packets_out);
	}
}

const struct exchange_ops ike_ops = {
	.open = ike_open,
	.close = ike_close,
	.moved = ike_moved,
	.reload = ike_reload,
	.start = ike_start,
	.stop = ike_stop,
	.adopt = ike_adopt,
	.info = ike_info,
};
