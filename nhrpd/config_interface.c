// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the statements of an interface mean together.
 */
#include <string.h>

#include "config_parser.h"

static void remove_map(struct config_interface *interface, size_t i)
{
	interface->map_count--;
	memmove(&interface->maps[i], &interface->maps[i + 1],
		(interface->map_count - i) * sizeof(*interface->maps));
}

/* Makes "map A nbma B [multicast]" part of "nhs A". */
static bool take_map(struct config_parser *parser, struct config_nhs *nhs)
{
	struct config_interface *interface = parser->interface;
	char text[NHRP_ADDRESS_TEXT];
	struct config_map *map;
	size_t i;

	for (i = 0; i < interface->map_count; i++) {
		map = &interface->maps[i];
		if (!nhrp_address_equal(&map->protocol, &nhs->protocol))
			continue;
		if (nhs->nbma_name[0] ||
		    (nhs->nbma.length &&
		     !nhrp_address_equal(&nhs->nbma, &map->nbma)))
			return config_fail(parser,
					   "interface %s: nhs %s and its map name different nbma addresses",
					   interface->name,
					   nhrp_address_format(&map->protocol,
							       text));
		nhs->nbma = map->nbma;
		nhs->multicast |= map->multicast;
		remove_map(interface, i);
		return true;
	}
	return true;
}

static bool check_nhs(struct config_parser *parser, struct config_nhs *nhs)
{
	struct config_interface *interface = parser->interface;
	char text[NHRP_ADDRESS_TEXT];
	size_t i;

	if (nhs->protocol.length && !take_map(parser, nhs))
		return false;
	if (!nhs->nbma.length && !nhs->nbma_name[0])
		return config_fail(parser,
				   "interface %s: nhs %s needs \"nbma ADDRESS|NAME\", or a map",
				   interface->name,
				   nhrp_address_format(&nhs->protocol, text));
	for (i = 0; i < interface->multicast_count; i++)
		if (nhrp_address_equal(&interface->multicast[i], &nhs->nbma))
			nhs->multicast = true;
	return true;
}

static bool check(struct config_parser *parser,
		  struct config_interface *interface)
{
	size_t i;

	if (!interface->network_id)
		return config_fail(parser,
				   "interface %s has no \"network-id NUMBER\"",
				   interface->name);
	if (interface->registration_timeout >= interface->holdtime)
		return config_fail(parser,
				   "interface %s: registration timeout %u must be less than holdtime %u",
				   interface->name,
				   interface->registration_timeout,
				   interface->holdtime);
	for (i = 0; i < interface->nhs_count; i++)
		if (!check_nhs(parser, &interface->nhs[i]))
			return false;
	return config_protection_check(parser);
}

bool config_end_section(struct config_parser *parser)
{
	unsigned int line = parser->line;

	parser->line = parser->section_line;
	if ((parser->interface && !check(parser, parser->interface)) ||
	    (parser->profile && !config_ike_end(parser)))
		return false;
	parser->line = line;
	parser->interface = NULL;
	parser->profile = NULL;
	return true;
}
