// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbers, addresses, names and paths in the configuration.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "config_parser.h"

static bool read_number(const char *word, uint32_t *value)
{
	uint64_t sum = 0;

	for (; isdigit((unsigned char)*word) && sum <= UINT32_MAX; word++)
		sum = sum * 10 + (*word - '0');
	*value = sum;
	return !*word && sum <= UINT32_MAX;
}

bool config_number(struct config_parser *parser, const char *what, uint32_t min,
		   uint32_t max, uint32_t *value)
{
	const char *word = config_word(parser);

	if (word && read_number(word, value) && *value >= min && *value <= max)
		return true;
	if (!word)
		return config_fail(parser, "%s is missing: %u to %u", what, min,
				   max);
	return config_fail(parser, "%s must be %u to %u, not \"%.40s\"", what,
			   min, max, word);
}

static bool host_address(struct config_parser *parser, const char *what,
			 const char *word, struct nhrp_address *address)
{
	if (!word)
		return config_fail(parser, "%s is missing", what);
	if (!nhrp_address_parse(word, address))
		return config_fail(parser,
				   "%s must be an IPv4 or IPv6 address, not \"%.60s\"",
				   what, word);
	if (nhrp_address_is_any(address) || nhrp_address_is_multicast(address))
		return config_fail(parser,
				   "%s must be the address of one host, which %.60s is not",
				   what, word);
	return true;
}

bool config_protocol(struct config_parser *parser, const char *what,
		     struct nhrp_address *address)
{
	const char *word = config_word(parser);

	if (!host_address(parser, what, word, address))
		return false;
	if (parser->prefix == CONFIG_PREFIX_IP && address->length != 4)
		return config_fail(parser,
				   "%s must be an IPv4 address after \"ip nhrp\", not %s",
				   what, word);
	if (parser->prefix == CONFIG_PREFIX_IPV6 && address->length != 16)
		return config_fail(parser,
				   "%s must be an IPv6 address after \"ipv6 nhrp\", not %s",
				   what, word);
	return true;
}

bool config_nbma(struct config_parser *parser, const char *what,
		 struct nhrp_address *address)
{
	return host_address(parser, what, config_word(parser), address);
}

/* Letters, digits, hyphens, dots; not what only wants to be an address. */
static bool is_name(const char *word)
{
	bool letter = false;
	size_t label = 0;
	const char *c;

	for (c = word; *c; c++) {
		if (*c == '.' && !label)
			return false;
		if (!isalnum((unsigned char)*c) && !strchr("-_.", *c))
			return false;
		label = *c == '.' ? 0 : label + 1;
		if (label > 63)
			return false;
		letter |= isalpha((unsigned char)*c) != 0;
	}
	return letter && c - word <= CONFIG_NAME_MAX;
}

bool config_nbma_or_name(struct config_parser *parser, struct config_nhs *nhs)
{
	const char *word = config_word(parser);

	if (word && !nhrp_address_parse(word, &nhs->nbma)) {
		if (!is_name(word))
			return config_fail(parser,
					   "nbma must be an address or a DNS name, not \"%.60s\"",
					   word);
		strcpy(nhs->nbma_name, word);
		return true;
	}
	return host_address(parser, "nbma", word, &nhs->nbma);
}

char *config_beside(const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');
	char *joined;

	if (*path == '/' || !slash)
		return strdup(path);
	if (asprintf(&joined, "%.*s/%s", (int)(slash - file), file, path) < 0)
		return NULL;
	return joined;
}
