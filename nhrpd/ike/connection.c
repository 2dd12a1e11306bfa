// SPDX-License-Identifier: GPL-2.0-or-later
#include "connection.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "config.h"

#define DPD_DELAY "10s"

/* Seconds that child SAs may take to be renewed. */
#define RENEWAL 60

/* Selectors of GRE between the two addresses of the IKE SA. */
#define SELECTOR "dynamic[gre]"

/* Don't wait for the outcome: commands behind this one would wait, too. */
#define AT_ONCE "-1"

const char *ike_connection_name(char name[IKE_NAME_MAX], const char *device,
				uint32_t if_id)
{
	/* No device has a colon in its name. */
	if (if_id)
		snprintf(name, IKE_NAME_MAX, "nhrpd:%s:%08x", device, if_id);
	else
		snprintf(name, IKE_NAME_MAX, "nhrpd:%s", device);
	return name;
}

bool ike_connection_is(const char *name, const char *device, uint32_t *if_id)
{
	char expected[IKE_NAME_MAX];
	size_t length;
	struct vici_string number;

	*if_id = 0;
	length = strlen(ike_connection_name(expected, device, 0));
	if (!strcmp(name, expected))
		return true;
	if (strncmp(name, expected, length) || name[length] != ':')
		return false;
	number.bytes = name + length + 1;
	number.length = strlen(number.bytes);
	*if_id = vici_number(&number, 16);
	return *if_id && number.length == 8;
}

static void add_proposals(struct vici_request *request, const char *key,
			  const char *proposals)
{
	char copy[1024], *rest = copy, *proposal;

	if (!proposals)
		return;
	snprintf(copy, sizeof(copy), "%s", proposals);
	vici_list(request, key);
	while ((proposal = strsep(&rest, ",")))
		vici_item(request, proposal);
	vici_list_end(request);
}

static void add_addresses(struct vici_request *request,
			  const struct ike_connection *connection)
{
	char text[NHRP_ADDRESS_TEXT];

	vici_list_of_one(request, "local_addrs",
			 nhrp_address_format(&connection->local, text));
	vici_list_of_one(request, "remote_addrs", connection->remote ?
			 nhrp_address_format(connection->remote, text) :
			 "%any");
	if (connection->port != IKE_PORT) {
		vici_key_number(request, "local_port", IKE_PORT_NAT);
		vici_key_number(request, "remote_port", connection->port);
	}
}

/*
 * Whether strongSwan reads an identity as what it wrote. It would take some
 * for patterns, and a comma within a part of a distinguished name for its end.
 */
static bool is_exact(const char *identity)
{
	const char *part = identity;

	if (!*identity || strlen(identity) == SESSION_NAME_MAX - 1)
		return false;
	for (; *identity; identity++)
		if (!isalnum((unsigned char)*identity) &&
		    !strchr(" ,.:=@/_-", *identity))
			return false;
	while ((part = strchr(part, ','))) {
		part++;
		if (!part[strcspn(part, ",=")] ||
		    part[strcspn(part, ",=")] == ',')
			return false;
	}
	return true;
}

static void add_authentication(struct vici_request *request,
			       const struct ike_connection *connection)
{
	const struct config_ike_profile *profile = connection->profile;
	const char *kind = profile->psk ? "psk" : "pubkey";
	const char *remote_id = is_exact(connection->identity) ?
				connection->identity : profile->remote_id;

	vici_section(request, "local");
	vici_key(request, "auth", kind);
	if (profile->local_id)
		vici_key(request, "id", profile->local_id);
	vici_section_end(request);
	vici_section(request, "remote");
	vici_key(request, "auth", kind);
	if (remote_id)
		vici_key(request, "id", remote_id);
	vici_section_end(request);
}

/*
 * strongSwan's own choice, a tenth more than until they are renewed, leaves a
 * second to renew what is renewed often; calls that cross each other need more.
 */
static void add_times(struct vici_request *request, uint32_t rekey)
{
	vici_key_number(request, "rekey_time", rekey);
	vici_key_number(request, "rand_time", rekey / 10);
	vici_key_number(request, "life_time", rekey + rekey / 10 + RENEWAL);
}

static void add_child(struct vici_request *request,
		      const struct ike_connection *connection)
{
	char if_id[16] = "%unique";

	if (connection->if_id)
		snprintf(if_id, sizeof(if_id), "%u", connection->if_id);
	vici_section(request, "children");
	vici_section(request, IKE_CHILD_NAME);
	vici_key(request, "mode", "transport");
	vici_list_of_one(request, "local_ts", SELECTOR);
	vici_list_of_one(request, "remote_ts", SELECTOR);
	vici_key(request, "if_id_in", if_id);
	vici_key(request, "if_id_out", if_id);
	add_times(request, connection->profile->rekey);
	vici_key_number(request, "priority", connection->priority);
	vici_key_number(request, "replay_window", CONFIG_REPLAY_WINDOW);
	vici_key(request, "dpd_action", "clear");
	add_proposals(request, "esp_proposals",
		      connection->profile->esp_proposals);
	vici_section_end(request);
	vici_section_end(request);
}

void ike_connection_load(struct vici_request *request,
			 const struct ike_connection *connection)
{
	char name[IKE_NAME_MAX];

	vici_begin(request, VICI_REQUEST, "load-conn");
	vici_section(request, ike_connection_name(name, connection->device,
						  connection->remote ?
						  connection->if_id : 0));
	vici_key_number(request, "version", connection->profile->version);
	add_addresses(request, connection);
	/* Transport mode is between two addresses that stay (RFC 4555). */
	vici_key(request, "mobike", "no");
	/*
	 * When two call each other at once both have two IKE SAs from then
	 * on. None of them is closed because of the other: what the other node
	 * still sends by it would be lost.
	 */
	vici_key(request, "unique", "never");
	vici_key(request, "dpd_delay", DPD_DELAY);
	add_proposals(request, "proposals",
		      connection->profile->ike_proposals);
	add_authentication(request, connection);
	add_child(request, connection);
	vici_section_end(request);
}

void ike_connection_unload(struct vici_request *request, const char *name)
{
	vici_begin(request, VICI_REQUEST, "unload-conn");
	vici_key(request, "name", name);
}

void ike_connection_list(struct vici_request *request)
{
	vici_begin(request, VICI_REQUEST, "get-conns");
}

void ike_connection_initiate(struct vici_request *request, const char *name)
{
	vici_begin(request, VICI_REQUEST, "initiate");
	vici_key(request, "ike", name);
	vici_key(request, "child", IKE_CHILD_NAME);
	vici_key(request, "timeout", AT_ONCE);
}

void ike_connection_terminate(struct vici_request *request, const char *name)
{
	vici_begin(request, VICI_REQUEST, "terminate");
	vici_key(request, "ike", name);
	vici_key(request, "force", "yes");
	vici_key(request, "timeout", AT_ONCE);
}

void ike_sa_replaced(struct vici_request *request, uint32_t id)
{
	ike_sa_terminate(request, id);
	vici_key(request, "force", "yes");
}

void ike_sa_terminate(struct vici_request *request, uint32_t id)
{
	vici_begin(request, VICI_REQUEST, "terminate");
	vici_key_number(request, "ike-id", id);
	vici_key(request, "timeout", AT_ONCE);
}

void ike_child_rekey(struct vici_request *request, uint32_t id)
{
	vici_begin(request, VICI_REQUEST, "rekey");
	vici_key_number(request, "child-id", id);
}

void ike_sa_list(struct vici_request *request, const char *name)
{
	vici_begin(request, VICI_REQUEST, "list-sas");
	if (name)
		vici_key(request, "ike", name);
}

bool ike_refused(struct vici_reader *reply, char *reason, size_t size)
{
	struct vici_item item;
	bool refused = false;

	snprintf(reason, size, "command not known");
	if (!reply)
		return true;
	while (vici_next(reply, &item)) {
		if (item.element != VICI_KEY)
			continue;
		if (vici_equal(&item.name, "success"))
			refused = !vici_equal(&item.value, "yes");
		else if (vici_equal(&item.name, "errmsg"))
			vici_copy(&item.value, reason, size);
	}
	return refused;
}
