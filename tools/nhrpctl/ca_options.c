// SPDX-License-Identifier: GPL-2.0-or-later
#include "ca_options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAYS_MAX 36500

/* Return: false. */
__attribute__((format(printf, 1, 2)))
static bool fail(const char *format, ...)
{
	va_list arguments;

	fputs("nhrpctl: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return false;
}

/* A decimal number without sign and blanks, or -1. */
static long number(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits && digits < 9 && !text[digits] ? atol(text) : -1;
}

/* "A/L", or "A" alone for a host. @given: the address with its host bits. */
static bool parse_prefix(const char *text, struct nhrp_prefix *prefix,
			 struct nhrp_address *given)
{
	const char *slash = strchr(text, '/');
	char address[NHRP_ADDRESS_TEXT];
	long length;

	snprintf(address, sizeof(address), "%.*s",
		 slash ? (int)(slash - text) : (int)strlen(text), text);
	if (!nhrp_address_parse(address, given))
		return false;
	length = slash ? number(slash + 1) : nhrp_address_bits(given);
	if (length < 0 || length > nhrp_address_bits(given))
		return false;
	nhrp_prefix_of(given, length, prefix);
	return true;
}

static bool add_address(struct certificate *claims, const char *text)
{
	struct nhrp_prefix *prefix = &claims->addresses[claims->address_count];
	struct nhrp_address given;

	if (claims->address_count == CERTIFICATE_ADDRESSES_MAX)
		return fail("--address: at most %d", CERTIFICATE_ADDRESSES_MAX);
	if (!parse_prefix(text, prefix, &given))
		return fail("--address: '%s' is not an address such as 9.0.0.2/32",
			    text);
	if (prefix->length != nhrp_address_bits(&given) ||
	    nhrp_address_is_any(&given) || nhrp_address_is_multicast(&given))
		return fail("--address: '%s' is not the address of one host; for what is behind it there is --prefix",
			    text);
	claims->address_count++;
	return true;
}

static bool add_prefix(struct certificate *claims, const char *text)
{
	struct nhrp_prefix *prefix = &claims->prefixes[claims->prefix_count];
	char right[NHRP_PREFIX_TEXT];
	struct nhrp_address given;

	if (claims->prefix_count == CERTIFICATE_PREFIXES_MAX)
		return fail("--prefix: at most %d", CERTIFICATE_PREFIXES_MAX);
	if (!parse_prefix(text, prefix, &given))
		return fail("--prefix: '%s' is not a prefix such as 10.0.64.0/24",
			    text);
	if (!nhrp_address_equal(&given, &prefix->address))
		return fail("--prefix: '%s' has host bits; the prefix is %s",
			    text, nhrp_prefix_format(prefix, right));
	claims->prefix_count++;
	return true;
}

static bool add_group(struct certificate *claims, const char *text)
{
	if (claims->group_count == CERTIFICATE_GROUPS_MAX)
		return fail("--group: at most %d", CERTIFICATE_GROUPS_MAX);
	if (!certificate_name_is_good(text))
		return fail("--group: '%s' is not a name of at most %d letters out of A-Z a-z 0-9 . - _",
			    text, CERTIFICATE_NAME_MAX - 1);
	strcpy(claims->groups[claims->group_count++], text);
	return true;
}

static bool set_days(struct ca_options *options, const char *text)
{
	long days = number(text);

	if (days < 1 || days > DAYS_MAX)
		return fail("--days: '%s' is not a number from 1 to %d", text,
			    DAYS_MAX);
	options->days = days;
	return true;
}

static bool set_option(struct ca_options *options, int letter,
		       const char *value)
{
	switch (letter) {
	case 'a':
		return add_address(&options->claims, value);
	case 'p':
		return add_prefix(&options->claims, value);
	case 'g':
		return add_group(&options->claims, value);
	case 'd':
		return set_days(options, value);
	case 'k':
		options->key = value;
		return true;
	case 'c':
		options->certificate = value;
		return true;
	default:
		options->authority = value;
		return true;
	}
}

/* The first argument that is no option, if it is the only one. */
static bool set_argument(struct ca_options *options, int argc,
			 char *const *argv)
{
	if (argc > 1)
		return fail("unknown word '%s' behind '%s'", argv[1], argv[0]);
	options->argument = argc ? argv[0] : NULL;
	return true;
}

int ca_options_parse(int argc, char *const *argv, const char *allowed,
		     struct ca_options *options)
{
	static const struct option names[] = {
		{ "address", required_argument, NULL, 'a' },
		{ "prefix", required_argument, NULL, 'p' },
		{ "group", required_argument, NULL, 'g' },
		{ "days", required_argument, NULL, 'd' },
		{ "key", required_argument, NULL, 'k' },
		{ "certificate", required_argument, NULL, 'c' },
		{ "authority", required_argument, NULL, 'A' },
		{ NULL }
	};
	bool good = true;
	int letter, index;

	memset(options, 0, sizeof(*options));
	optind = 0;
	while (good &&
	       (letter = getopt_long(argc, argv, ":", names, &index)) != -1) {
		if (letter == ':')
			good = fail("'%s' needs a value", argv[optind - 1]);
		else if (letter == '?')
			good = fail("unknown option '%s'", argv[optind - 1]);
		else if (!strchr(allowed, letter))
			good = fail("option '--%s' does not belong here",
				    names[index].name);
		else
			good = set_option(options, letter, optarg);
	}
	return good && set_argument(options, argc - optind, argv + optind) ?
	       0 : -1;
}
