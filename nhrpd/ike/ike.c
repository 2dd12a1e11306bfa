// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Key exchange by strongSwan. It has one connection that answers whoever
 * comes and one for each node that is or shall be reached; what it then says
 * of child SAs moves the sessions. SAs and policies are its own doing.
 *
 * Whenever the connection to strongSwan has been made, it is told all
 * connections and lists all SAs: those are taken over, whether strongSwan,
 * nhrpd or none was restarted, and what has none any more is called.
 */
#include "ike.h"

#include <errno.h>
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
#include "timer.h"
#include "xfrm.h"

#define GONE_TIME 500		/* ms for strongSwan to tell that it did so */
#define CALL_SPREAD 10		/* ms for each node to call after a restart */
#define CALL_SPREAD_MAX 5000

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
		node_unknown(node);
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

/* New child SAs bring their policy along. */
static void ike_unpoliced(void *context, uint32_t if_id)
{
	struct ike *ike = context;
	struct node_child *child;
	struct ike_node *node;

	DL_FOREACH(ike->nodes, node) {
		if (if_id && node->session->if_id != if_id)
			continue;
		DL_FOREACH(node->children, child)
			child->gone = true;
		timer_set(ike->gone_timer, GONE_TIME);
	}
}

static bool ike_has_sa(struct ike *ike, const struct nhrp_address *to,
		       uint32_t spi)
{
	struct xfrm_usage usage;

	return xfrm_sa_usage(ike->xfrm, to, spi, &usage) != -ESRCH;
}

/* What was deleted may have been told, and not heard. */
static void ike_sas_lost(void *context)
{
	struct ike *ike = context;
	struct node_child *child;
	struct ike_node *node;

	DL_FOREACH(ike->nodes, node)
		DL_FOREACH(node->children, child)
			child->gone |= !ike_has_sa(ike, &ike->interface->nbma,
						   child->sa.spi_in) ||
				       !ike_has_sa(ike, &node->session->nbma,
						   child->sa.spi_out);
	timer_set(ike->gone_timer, GONE_TIME);
}

/* strongSwan does not notice when somebody deletes its SAs or policies. */
static const struct xfrm_events ike_xfrm_events = {
	.deleted = ike_sa_deleted,
	.flushed = ike_sas_flushed,
	.unpoliced = ike_unpoliced,
	.lost = ike_sas_lost,
};

/* ---- the interface ---- */

static void ike_close_state(struct ike *ike)
{
	while (ike->nodes)
		node_free(ike->nodes);
	ike_forget_loaded(ike);
	ike_orphans_forget(ike);
	vici_client_free(ike->client);
	xfrm_close(ike->xfrm);
	timer_free(ike->sweep_timer);
	timer_free(ike->check_timer);
	timer_free(ike->gone_timer);
	config_ike_free(&ike->profile);
	free(ike);
}

static bool ike_open_state(struct ike *ike)
{
	uv_loop_t *loop = ike->interface->daemon->loop;

	ike->sweep_timer = timer_new(loop, ike_sweep, ike);
	ike->check_timer = timer_new(loop, ike_check, ike);
	ike->gone_timer = timer_new(loop, ike_replace_all, ike);
	if (!ike->sweep_timer || !ike->check_timer || !ike->gone_timer)
		return false;
	ike->xfrm = xfrm_open(loop, &ike_xfrm_events, ike);
	if (!ike->xfrm)
		return false;
	ike->client = vici_client_new(loop, ike->profile.socket,
				      ike_registered, &ike_client_events, ike);
	if (!ike->client)
		return false;
	ike_sweep(ike->sweep_timer);
	ike_check(ike->check_timer);
	return true;
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
	.unconfirmed = true,
	.open = ike_open,
	.close = ike_close,
	.moved = ike_moved,
	.reload = ike_reload,
	.start = ike_start,
	.stop = ike_stop,
	.adopt = ike_adopt,
	.info = ike_info,
};
