// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The statements that name other nodes: nhs and map.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "config_parser.h"

#define NHS_USAGE "nhs ADDRESS|dynamic [nbma ADDRESS|NAME] [multicast] " \
		  "[priority 0-255] [no-fallback]"
#define MAP_USAGE "map ADDRESS [nbma] ADDRESS [multicast], or " \
		  "map multicast dynamic|ADDRESS"

enum nhs_option {
	NHS_NBMA,
	NHS_MULTICAST,
	NHS_PRIORITY,
	NHS_NO_FALLBACK,
	NHS_OPTIONS,
};

static const char *const nhs_options[NHS_OPTIONS] = {
	"nbma", "multicast", "priority", "no-fallback",
};

/* Takes one option, which must not be in @seen yet. */
static bool parse_nhs_option(struct config_parser *parser,
			     struct config_nhs *nhs, unsigned int *seen)
{
	const char *word = config_word(parser);
	unsigned int option;
	uint32_t value;

	for (option = 0; option < NHS_OPTIONS; option++)
		if (!strcmp(word, nhs_options[option]))
			break;
	if (option == NHS_OPTIONS)
		return config_unknown(parser, word, nhs_options, NHS_OPTIONS);
	if (*seen & 1u << option)
		return config_fail(parser, "\"%s\" occurs twice", word);
	*seen |= 1u << option;
	switch (option) {
	case NHS_NBMA:
		return config_nbma_or_name(parser, nhs);
	case NHS_MULTICAST:
		nhs->multicast = true;
		return true;
	case NHS_NO_FALLBACK:
		nhs->fallback = false;
		return true;
	default:
		if (!config_number(parser, "priority", 0, UINT8_MAX, &value))
			return false;
		nhs->priority = value;
		return true;
	}
}

static bool same_nhs(const struct config_nhs *a, const struct config_nhs *b)
{
	if (a->protocol.length || b->protocol.length)
		return nhrp_address_equal(&a->protocol, &b->protocol);
	return a->family == b->family &&
	       nhrp_address_equal(&a->nbma, &b->nbma) &&
	       !strcmp(a->nbma_name, b->nbma_name);
}

static bool add_nhs(struct config_parser *parser, const struct config_nhs *nhs)
{
	struct config_interface *interface = parser->interface;
	struct config_nhs *grown;
	size_t i;

	for (i = 0; i < interface->nhs_count; i++)
		if (same_nhs(&interface->nhs[i], nhs))
			return config_fail(parser, "this nhs is already there");
	grown = config_grow(parser, interface->nhs, &interface->nhs_count,
			    sizeof(*grown));
	if (!grown)
		return false;
	interface->nhs = grown;
	grown[interface->nhs_count - 1] = *nhs;
	return true;
}

bool config_nhs(struct config_parser *parser)
{
	struct config_nhs nhs = { .fallback = true };
	bool dynamic = config_accept(parser, "dynamic");
	unsigned int seen = 0;

	if (parser->next == parser->word_count && !dynamic)
		return config_fail(parser, "usage: " NHS_USAGE);
	if (!dynamic && !config_protocol(parser, "nhs", &nhs.protocol))
		return false;
	nhs.family = nhrp_address_family(&nhs.protocol);
	if (dynamic)
		nhs.family = parser->prefix == CONFIG_PREFIX_IPV6 ? AF_INET6 :
								    AF_INET;
	while (parser->next < parser->word_count)
		if (!parse_nhs_option(parser, &nhs, &seen))
			return false;
	if (dynamic && !nhs.nbma.length && !nhs.nbma_name[0])
		return config_fail(parser,
				   "\"nhs dynamic\" needs \"nbma ADDRESS|NAME\"");
	return add_nhs(parser, &nhs);
}

static bool add_multicast(struct config_parser *parser)
{
	struct config_interface *interface = parser->interface;
	struct nhrp_address nbma, *grown;
	size_t i;

	if (!config_nbma(parser, "map multicast", &nbma) ||
	    !config_end(parser, MAP_USAGE))
		return false;
	for (i = 0; i < interface->multicast_count; i++)
		if (nhrp_address_equal(&interface->multicast[i], &nbma))
			return parser->prefix != CONFIG_PREFIX_NONE ||
			       config_fail(parser, "this map is already there");
	grown = config_grow(parser, interface->multicast,
			    &interface->multicast_count, sizeof(*grown));
	if (!grown)
		return false;
	interface->multicast = grown;
	grown[interface->multicast_count - 1] = nbma;
	return true;
}

static bool map_multicast(struct config_parser *parser)
{
	if (!config_accept(parser, "dynamic"))
		return add_multicast(parser);
	if (!config_end(parser, MAP_USAGE) ||
	    !config_once(parser, CONFIG_ONCE_MULTICAST_DYNAMIC, true))
		return false;
	parser->interface->multicast_dynamic = true;
	return true;
}

static bool add_map(struct config_parser *parser, const struct config_map *map)
{
	struct config_interface *interface = parser->interface;
	struct config_map *grown;
	size_t i;

	for (i = 0; i < interface->map_count; i++)
		if (nhrp_address_equal(&interface->maps[i].protocol,
				       &map->protocol))
			return config_fail(parser,
					   "this protocol address has a map already");
	grown = config_grow(parser, interface->maps, &interface->map_count,
			    sizeof(*grown));
	if (!grown)
		return false;
	interface->maps = grown;
	grown[interface->map_count - 1] = *map;
	return true;
}

bool config_map(struct config_parser *parser)
{
	struct config_map map = { 0 };

	if (parser->next == parser->word_count)
		return config_fail(parser, "usage: " MAP_USAGE);
	if (config_accept(parser, "multicast"))
		return map_multicast(parser);
	if (!config_protocol(parser, "map", &map.protocol))
		return false;
	config_accept(parser, "nbma");
	if (!config_nbma(parser, "nbma", &map.nbma))
		return false;
	map.multicast = config_accept(parser, "multicast");
	return config_end(parser, MAP_USAGE) && add_map(parser, &map);
}
