// SPDX-License-Identifier: GPL-2.0-or-later
/* show_crypto(): sessions, and what the key exchange tells of them. No keys. */
#include <inttypes.h>
#include <stdio.h>

#include "daemon.h"
#include "interface.h"
#include "session.h"
#include "show.h"

static void add(struct json_object *object, const char *name,
		struct json_object *value)
{
	json_object_object_add(object, name, value);
}

/* As ip-xfrm(8) has it; null if there is no security association. */
static struct json_object *show_spi(uint32_t spi)
{
	char text[16];

	if (!spi)
		return NULL;
	snprintf(text, sizeof(text), "0x%08" PRIx32, spi);
	return json_object_new_string(text);
}

static void add_info(struct json_object *object, const struct session *session)
{
	const struct interface *interface = session->interface;
	uint64_t now = daemon_now(interface->daemon);
	struct session_info info = { 0 };

	if (session->state == SESSION_UP && interface->exchange)
		interface->exchange_ops->info(session, &info);
	add(object, "algorithm", info.algorithm[0] ?
	    json_object_new_string(info.algorithm) : NULL);
	add(object, "udp", json_object_new_boolean(info.udp));
	add(object, "spi_in", show_spi(info.spi_in));
	add(object, "spi_out", show_spi(info.spi_out));
	add(object, "bytes_in", json_object_new_int64(info.bytes_in));
	add(object, "bytes_out", json_object_new_int64(info.bytes_out));
	add(object, "packets_in", json_object_new_int64(info.packets_in));
	add(object, "packets_out", json_object_new_int64(info.packets_out));
	add(object, "age", info.established ?
	    json_object_new_int64((now - info.established) / 1000) : NULL);
	add(object, "rekey", info.rekey ?
	    json_object_new_int64(info.rekey > now ?
				  (info.rekey - now + 999) / 1000 : 0) : NULL);
}

struct json_object *show_session(const struct session *session)
{
	const struct interface *interface = session->interface;
	struct json_object *object = json_object_new_object();
	uint64_t now = daemon_now(interface->daemon);

	add(object, "interface", json_object_new_string(interface->name));
	add(object, "identity", session->name[0] ?
	    json_object_new_string(session->name) : NULL);
	add(object, "nbma", show_address(&session->nbma));
	add(object, "port", json_object_new_int(session->port));
	add(object, "state",
	    json_object_new_string(session_state_name(session->state)));
	add(object, "since",
	    json_object_new_int64((now - session->changed) / 1000));
	add(object, "failures", json_object_new_int64(session->failures));
	add(object, "users", json_object_new_int64(session->users));
	add(object, "certified",
	    json_object_new_boolean(session->certificate != NULL));
	add(object, "if_id", json_object_new_int64(session->if_id));
	add_info(object, session);
	return object;
}

static int compare_sessions(const struct session *a, const struct session *b)
{
	int order = show_compare_addresses(&a->nbma, &b->nbma);

	return order ? order : (int)a->port - b->port;
}

struct json_object *show_crypto(struct daemon *daemon)
{
	struct json_object *array = json_object_new_array();
	struct interface *interface, *next;
	struct session *session;

	HASH_ITER(hh, daemon->interfaces, interface, next) {
		HASH_SORT(interface->sessions, compare_sessions);
		for (session = interface->sessions; session;
		     session = session->hh.next)
			json_object_array_add(array, show_session(session));
	}
	return array;
}
