/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections of strongSwan: one that answers whoever comes, "nhrpd:DEVICE",
 * and one for each node that we know, "nhrpd:DEVICE:IF_ID", to call it and to
 * answer it under the same if_id as before.
 */
#ifndef NHRPD_IKE_CONNECTION_H
#define NHRPD_IKE_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "packet/address.h"
#include "sa.h"
#include "vici.h"

struct config_ike_profile;

#define IKE_PORT 500
#define IKE_PORT_NAT 4500
#define IKE_CHILD_NAME "gre"

/**
 * struct ike_connection - what a connection is made of
 * @profile: how to authenticate and encrypt
 * @device: name of the interface
 * @local: own NBMA address
 * @remote: that of the node, or NULL: anybody
 * @port: of a node behind NAT, else IKE_PORT
 * @if_id: of the SAs, 0: a new one for each node, chosen by strongSwan
 * @identity: of the node, or "": as the profile has it
 * @priority: of the policies; a greater number is a lower priority
 */
struct ike_connection {
	const struct config_ike_profile *profile;
	const char *device;
	struct nhrp_address local;
	const struct nhrp_address *remote;
	uint16_t port;
	uint32_t if_id;
	const char *identity;
	uint32_t priority;
};

/** ike_connection_name - of a node's connection; if @if_id is 0: anybody's */
const char *ike_connection_name(char name[IKE_NAME_MAX], const char *device,
				uint32_t if_id);

/**
 * ike_connection_is - whether @name is that of a connection of a device
 * @if_id: of the node, 0 if it is the connection for anybody
 */
bool ike_connection_is(const char *name, const char *device, uint32_t *if_id);

/* The commands, each begun in @request. */
void ike_connection_load(struct vici_request *request,
			 const struct ike_connection *connection);
void ike_connection_unload(struct vici_request *request, const char *name);
void ike_connection_initiate(struct vici_request *request, const char *name);

/** ike_connection_list - the names of all there are, also of others */
void ike_connection_list(struct vici_request *request);

/** ike_connection_terminate - all IKE SAs of a connection, at once */
void ike_connection_terminate(struct vici_request *request, const char *name);

/** ike_sa_replaced - end an IKE SA without waiting for the other */
void ike_sa_replaced(struct vici_request *request, uint32_t id);

/** ike_sa_terminate - one IKE SA, after telling the other */
void ike_sa_terminate(struct vici_request *request, uint32_t id);

/** ike_child_rekey - replace a child SA by a new one */
void ike_child_rekey(struct vici_request *request, uint32_t id);

/** ike_sa_list - ask for "list-sa" events; @name: NULL: of all connections */
void ike_sa_list(struct vici_request *request, const char *name);

/**
 * ike_refused - whether a command was refused
 * @reply: the answer, NULL: the command is not known
 * @reason: strongSwan's words
 */
bool ike_refused(struct vici_reader *reply, char *reason, size_t size);

#endif /* NHRPD_IKE_CONNECTION_H */
