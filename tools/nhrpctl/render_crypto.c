// SPDX-License-Identifier: GPL-2.0-or-later
/* "show crypto": a line a session, and three more where it has keys. */
#include "duration.h"
#include "field.h"
#include "render.h"

#include <inttypes.h>
#include <string.h>

#define PEER_TEXT 64

static void format_peer(const struct json_object *session,
			char text[PEER_TEXT])
{
	const char *nbma = field_string(session, "nbma");

	snprintf(text, PEER_TEXT, strchr(nbma, ':') ? "[%s]:%" PRId64 :
						      "%s:%" PRId64,
		 nbma, field_number(session, "port", 0));
}

static void render_direction(FILE *out, const struct json_object *session,
			     const char *direction)
{
	char spi[16], bytes[16], packets[16];

	snprintf(spi, sizeof(spi), "spi_%s", direction);
	snprintf(bytes, sizeof(bytes), "bytes_%s", direction);
	snprintf(packets, sizeof(packets), "packets_%s", direction);
	fprintf(out, "  %s %s %" PRId64 " bytes %" PRId64 " packets", direction,
		field_string(session, spi), field_number(session, bytes, 0),
		field_number(session, packets, 0));
}

static struct duration rekey_in(const struct json_object *session)
{
	int64_t seconds = field_number(session, "rekey", -1);
	struct duration never = { "-" };

	return seconds < 0 ? never : duration(seconds);
}

static void render_session(FILE *out, const struct json_object *session)
{
	const char *identity = field_string(session, "identity");
	const char *algorithm = field_string(session, "algorithm");
	int64_t age = field_number(session, "age", -1);
	char peer[PEER_TEXT];

	format_peer(session, peer);
	fprintf(out, "%-21s %-8s %8s %s\n", peer,
		field_string(session, "state"),
		duration(field_number(session, "since", 0)).text,
		*identity ? identity : "-");
	if (!*algorithm)
		return;
	fprintf(out, "  %s %s, age %s, rekey in %s\n", algorithm,
		field_bool(session, "udp") ? "udp" : "esp",
		age < 0 ? "-" : duration(age).text, rekey_in(session).text);
	render_direction(out, session, "in");
	fputc('\n', out);
	render_direction(out, session, "out");
	fputc('\n', out);
}

void render_crypto(FILE *out, const struct json_object *data)
{
	const char *last = "";

	for (size_t i = 0; i < array_length(data); i++) {
		const struct json_object *session =
			json_object_array_get_idx(data, i);
		const char *interface = field_string(session, "interface");

		if (strcmp(interface, last))
			fprintf(out, "%s:\n%-21s %-8s %8s %s\n", interface,
				"Peer", "State", "UpDn Tm", "Identity");
		last = interface;
		render_session(out, session);
	}
}
