// SPDX-License-Identifier: GPL-2.0-or-later
/* "show dmvpn" and "show dmvpn detail". */
#include "duration.h"
#include "field.h"
#include "render.h"

#include <inttypes.h>
#include <string.h>

#define ADDRESS_WIDTH 15

static const char legend[] =
	"Legend: Attrb --> S - Static, D - Dynamic, I - Incomplete\n"
	"        N - NATed, L - Local, X - No Socket\n"
	"        T1 - Route Installed, T2 - Nexthop-override\n"
	"        # Ent --> Number of NHRP entries with same NBMA peer\n"
	"        NHS Status: E --> Expecting Replies, R --> Responding, "
	"W --> Waiting\n"
	"        UpDn Time --> Up or Down Time for a Tunnel\n"
	"======================================================="
	"===================\n\n";

/** struct peer - one row of the table, as text */
struct peer {
	char entries[24];	/* "" if the row above has the same NBMA */
	const char *nbma;	/* likewise */
	const char *protocol;
	const char *prefix;
	const char *state;
	struct duration updown;
	char attributes[16];
};

static void read_attributes(const struct json_object *array, char *text,
			    size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (size_t i = 0; i < array_length(array) && used < size; i++)
		used += snprintf(text + used, size - used, "%s",
				 array_text(array, i));
}

/* @above is the NBMA address of the row above. */
static void read_peer(const struct json_object *object, const char *above,
		      struct peer *peer)
{
	int64_t updown = field_number(object, "updown", -1);

	peer->nbma = field_string(object, "nbma");
	if (!*peer->nbma)
		peer->nbma = "UNKNOWN";
	snprintf(peer->entries, sizeof(peer->entries), "%" PRId64,
		 field_number(object, "entries", 1));
	if (!strcmp(peer->nbma, above)) {
		peer->nbma = "";
		*peer->entries = '\0';
	}
	peer->protocol = field_string(object, "protocol");
	peer->prefix = field_string(object, "prefix");
	peer->state = field_string(object, "state");
	if (updown < 0)
		strcpy(peer->updown.text, "never");
	else
		peer->updown = duration(updown);
	read_attributes(field_array(object, "attributes"), peer->attributes,
			sizeof(peer->attributes));
}

/*
 * The row up to the tunnel address. An address that is wider than its column
 * ends the line; the next one goes on in the column that would have followed.
 */
static void render_addresses(FILE *out, const struct peer *peer, int indent)
{
	fprintf(out, "%*s ", indent, peer->entries);
	if (strlen(peer->nbma) > ADDRESS_WIDTH)
		fprintf(out, "%s\n%*s", peer->nbma,
			indent + ADDRESS_WIDTH + 2, "");
	else
		fprintf(out, "%-*s ", ADDRESS_WIDTH, peer->nbma);
	if (strlen(peer->protocol) > ADDRESS_WIDTH)
		fprintf(out, "%s\n%*s", peer->protocol,
			indent + 2 * ADDRESS_WIDTH + 2, "");
	else
		fprintf(out, "%*s", ADDRESS_WIDTH, peer->protocol);
}

static void render_table(FILE *out, const struct json_object *peers)
{
	const char *above = "";

	fputs("\n # Ent  Peer NBMA Addr Peer Tunnel Add State  UpDn Tm Attrb\n"
	      " ----- --------------- --------------- ----- -------- -----\n",
	      out);
	for (size_t i = 0; i < array_length(peers); i++) {
		const struct json_object *object =
			json_object_array_get_idx(peers, i);
		struct peer peer;

		read_peer(object, above, &peer);
		above = field_string(object, "nbma");
		render_addresses(out, &peer, 6);
		fprintf(out, " %5s %8s %5s\n", peer.state, peer.updown.text,
			peer.attributes);
	}
	fputc('\n', out);
}

static void render_table_detail(FILE *out, const struct json_object *peers)
{
	const char *above = "";

	fputs("\n# Ent  Peer NBMA Addr Peer Tunnel Add State  UpDn Tm Attrb    "
	      "Target Network\n"
	      "----- --------------- --------------- ----- -------- ----- "
	      "-----------------\n", out);
	for (size_t i = 0; i < array_length(peers); i++) {
		const struct json_object *object =
			json_object_array_get_idx(peers, i);
		struct peer peer;

		read_peer(object, above, &peer);
		above = field_string(object, "nbma");
		render_addresses(out, &peer, 5);
		fprintf(out, " %5s %8s %4s %18s\n", peer.state,
			peer.updown.text, peer.attributes, peer.prefix);
	}
	fputc('\n', out);
}

/* IPv6 passengers: IOS lists them instead of a table. */
static void render_list(FILE *out, const struct json_object *peers)
{
	for (size_t i = 0; i < array_length(peers); i++) {
		struct peer peer;

		read_peer(json_object_array_get_idx(peers, i), "", &peer);
		fprintf(out, "%5zu.Peer NBMA Address: %s\n"
			"        Tunnel IPv6 Address: %s\n"
			"        IPv6 Target Network: %s\n"
			"        # Ent: %s, Status: %s, UpDn Time: %s, "
			"Cache Attrib: %s\n",
			i + 1, peer.nbma, peer.protocol, peer.prefix,
			peer.entries, peer.state, peer.updown.text,
			peer.attributes);
	}
	fputc('\n', out);
}

static const char *role(const struct json_object *interface)
{
	const char *type = field_string(interface, "type");

	if (!strcmp(type, "hub"))
		return "Hub";
	if (!strcmp(type, "spoke"))
		return "Spoke";
	if (!strcmp(type, "hub/spoke"))
		return "Hub/Spoke";
	return "Unknown";
}

static bool is_ipv6(const struct json_object *interface)
{
	return !strcmp(field_string(interface, "family"), "ipv6");
}

void render_dmvpn(FILE *out, const struct json_object *data)
{
	fputs(legend, out);
	for (size_t i = 0; i < array_length(data); i++) {
		const struct json_object *interface =
			json_object_array_get_idx(data, i);
		const struct json_object *peers =
			field_array(interface, "peers");
		int64_t count = field_number(interface, "nbma_peers", 0);

		fprintf(out, "Interface: %s, %s NHRP Details\n",
			field_string(interface, "interface"),
			is_ipv6(interface) ? "IPv6" : "IPv4");
		if (is_ipv6(interface)) {
			fprintf(out, "Type:%s, Total NBMA Peers (v4/v6): %"
				PRId64 "\n", role(interface), count);
			render_list(out, peers);
		} else {
			fprintf(out, "Type:%s, NHRP Peers:%" PRId64 ",\n",
				role(interface), count);
			render_table(out, peers);
		}
	}
}

static void render_interface_detail(FILE *out,
				    const struct json_object *interface)
{
	const char *destination = field_string(interface, "destination");
	const char *up = field_bool(interface, "up") ? "up" : "down";

	fprintf(out, "Interface %s is %s/%s, Addr. is %s, VRF \"%s\"\n"
		"   Tunnel Src./Dest. addr: %s/%s, Tunnel VRF \"\"\n"
		"   Protocol/Transport: \"%s\", Protect \"%s\"\n",
		field_string(interface, "interface"), up, up,
		field_string(interface, "address"),
		field_string(interface, "vrf"),
		field_string(interface, "source"),
		*destination ? destination : "MGRE",
		*destination ? "GRE/IP" : "multi-GRE/IP",
		field_string(interface, "protection"));
}

void render_dmvpn_detail(FILE *out, const struct json_object *data)
{
	fputs(legend, out);
	for (size_t i = 0; i < array_length(data); i++) {
		const struct json_object *interface =
			json_object_array_get_idx(data, i);
		const struct json_object *servers =
			field_array(interface, "nhs");

		render_interface_detail(out, interface);
		for (size_t j = 0; j < array_length(servers); j++) {
			fputs(is_ipv6(interface) ? "\nIPv6 NHS: " :
			      "\nIPv4 NHS: ", out);
			render_server(out, json_object_array_get_idx(servers,
								     j),
				      false);
		}
		fprintf(out, "Type:%s, Total NBMA Peers (v4/v6): %" PRId64
			"\n", role(interface),
			field_number(interface, "nbma_peers", 0));
		if (is_ipv6(interface))
			render_list(out, field_array(interface, "peers"));
		else
			render_table_detail(out,
					    field_array(interface, "peers"));
	}
}
