// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * link_mgre.so: teaches ip(8) the link type "mgre". The options stand in one
 * table, which parsing, printing and the help follow. It keeps no state: "ip
 * link set" sends what was named, and the kernel leaves the rest unchanged.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <linux/mgre.h>

#include "iproute2.h"

/* ip(8) lends a buffer of this size for the attributes of a link. */
#define REQUEST_MAX	1024

struct option {
	const char *word;
	const char *name;	/* in JSON */
	int attribute;		/* IFLA_MGRE_ */
	const char *allowed;	/* NULL: a switch, with "no" to turn it off */

	/* Put the value, false: it is none of the allowed. */
	bool (*parse)(struct nlmsghdr *n, const struct option *o,
		      const char *value);
	void (*print)(const struct option *o, const struct rtattr *a);
};

/* Decimal, 0x hex or 0 octal, up to max, and nothing behind it. */
static bool parse_number(const char *text, uint32_t max, uint32_t *number)
{
	unsigned long long n;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	n = strtoull(text, &end, 0);
	if (*end || errno || n > max)
		return false;
	*number = n;
	return true;
}

static bool put_u8(struct nlmsghdr *n, const struct option *o, uint8_t value)
{
	return !addattr_l(n, REQUEST_MAX, o->attribute, &value, sizeof(value));
}

static bool put_u32(struct nlmsghdr *n, const struct option *o, uint32_t value)
{
	return !addattr_l(n, REQUEST_MAX, o->attribute, &value, sizeof(value));
}

static uint32_t get_u32(const struct rtattr *a)
{
	uint32_t value = 0;

	memcpy(&value, RTA_DATA(a),
	       RTA_PAYLOAD(a) < sizeof(value) ? RTA_PAYLOAD(a) : sizeof(value));
	return value;
}

static uint8_t get_u8(const struct rtattr *a)
{
	return RTA_PAYLOAD(a) ? *(const uint8_t *)RTA_DATA(a) : 0;
}

/* The value: in JSON under the option's name, in text behind its word. */
static void print_word(const struct option *o, const char *value)
{
	print_color_string(PRINT_FP, COLOR_NONE, NULL, "%s ", o->word);
	print_color_string(PRINT_ANY, COLOR_NONE, o->name, "%s ", value);
}

static void print_number(const struct option *o, uint32_t value)
{
	print_color_string(PRINT_FP, COLOR_NONE, NULL, "%s ", o->word);
	print_color_uint(PRINT_ANY, COLOR_NONE, o->name, "%u ", value);
}

static void print_hex(const struct option *o, uint32_t value)
{
	print_color_string(PRINT_FP, COLOR_NONE, NULL, "%s ", o->word);
	print_color_0xhex(PRINT_ANY, COLOR_NONE, o->name, "%#llx ", value);
}

static bool parse_address(struct nlmsghdr *n, const struct option *o,
			  const char *value)
{
	uint8_t address[16] = {};
	int length = 4;

	if (strcmp(value, "any") && inet_pton(AF_INET, value, address) != 1) {
		length = 16;
		if (inet_pton(AF_INET6, value, address) != 1)
			return false;
	}
	return !addattr_l(n, REQUEST_MAX, o->attribute, address, length);
}

static void print_address(const struct option *o, const struct rtattr *a)
{
	static const uint8_t any[16];
	int length = RTA_PAYLOAD(a);
	char text[INET6_ADDRSTRLEN];

	if (length != 4 && length != 16)
		return;
	if (!memcmp(RTA_DATA(a), any, length))
		print_word(o, "any");
	else if (inet_ntop(length == 4 ? AF_INET : AF_INET6, RTA_DATA(a), text,
			   sizeof(text)))
		print_word(o, text);
}

static bool parse_dev(struct nlmsghdr *n, const struct option *o,
		      const char *value)
{
	unsigned int index = 0;

	if (strcmp(value, "none")) {
		index = ll_name_to_index(value);
		if (!index)
			return false;
	}
	return put_u32(n, o, index);
}

static void print_dev(const struct option *o, const struct rtattr *a)
{
	uint32_t index = get_u32(a);

	if (index)
		print_word(o, ll_index_to_name(index));
}

static bool parse_key(struct nlmsghdr *n, const struct option *o,
		      const char *value)
{
	struct in_addr quad;
	uint32_t key;

	if (inet_pton(AF_INET, value, &quad) == 1)
		return put_u32(n, o, ntohl(quad.s_addr));
	return parse_number(value, UINT32_MAX, &key) && put_u32(n, o, key);
}

static void print_key(const struct option *o, const struct rtattr *a)
{
	print_number(o, get_u32(a));
}

static bool parse_ttl(struct nlmsghdr *n, const struct option *o,
		      const char *value)
{
	uint32_t ttl = 0;

	if (strcmp(value, "inherit") &&
	    (!parse_number(value, UINT8_MAX, &ttl) || !ttl))
		return false;
	return put_u8(n, o, ttl);
}

static void print_ttl(const struct option *o, const struct rtattr *a)
{
	uint8_t ttl = get_u8(a);

	if (ttl)
		print_number(o, ttl);
	else
		print_word(o, "inherit");
}

static bool parse_tos(struct nlmsghdr *n, const struct option *o,
		      const char *value)
{
	uint32_t tos = 1;

	/* The two lowest bits are ECN's, which come from the inner packet. */
	if (strcmp(value, "inherit") &&
	    (rtnl_dsfield_a2n(&tos, value) || tos > UINT8_MAX || tos & 3))
		return false;
	return put_u8(n, o, tos);
}

static void print_tos(const struct option *o, const struct rtattr *a)
{
	uint8_t tos = get_u8(a);

	if (tos == 1)
		print_word(o, "inherit");
	else
		print_hex(o, tos);
}

static bool parse_fwmark(struct nlmsghdr *n, const struct option *o,
			 const char *value)
{
	uint32_t mark;

	return parse_number(value, UINT32_MAX, &mark) && put_u32(n, o, mark);
}

static void print_fwmark(const struct option *o, const struct rtattr *a)
{
	uint32_t mark = get_u32(a);

	if (mark || is_json_context())
		print_hex(o, mark);
}

static bool parse_redirect(struct nlmsghdr *n, const struct option *o,
			   const char *value)
{
	uint32_t seconds = 0;

	if (strcmp(value, "off") &&
	    (!parse_number(value, UINT32_MAX, &seconds) || !seconds))
		return false;
	return put_u32(n, o, seconds);
}

static void print_redirect(const struct option *o, const struct rtattr *a)
{
	uint32_t seconds = get_u32(a);

	if (seconds)
		print_number(o, seconds);
	else
		print_word(o, "off");
}

static bool parse_max_entries(struct nlmsghdr *n, const struct option *o,
			      const char *value)
{
	uint32_t entries;

	return parse_number(value, UINT32_MAX, &entries) && entries &&
	       put_u32(n, o, entries);
}

static void print_max_entries(const struct option *o, const struct rtattr *a)
{
	print_number(o, get_u32(a));
}

static bool parse_protect(struct nlmsghdr *n, const struct option *o,
			  const char *value)
{
	if (!strcmp(value, "none"))
		return put_u8(n, o, MGRE_PROTECT_NONE);
	return !strcmp(value, "require") && put_u8(n, o, MGRE_PROTECT_REQUIRE);
}

static void print_protect(const struct option *o, const struct rtattr *a)
{
	print_word(o, get_u8(a) == MGRE_PROTECT_NONE ? "none" : "require");
}

static void print_switch(const struct option *o, const struct rtattr *a)
{
	bool on = get_u8(a);

	if (!on)
		print_color_string(PRINT_FP, COLOR_NONE, NULL, "%s", "no");
	print_color_string(PRINT_FP, COLOR_NONE, NULL, "%s ", o->word);
	print_color_bool(PRINT_JSON, COLOR_NONE, o->name, NULL, on);
}

static const struct option options[] = {
	{ "remote", "remote", IFLA_MGRE_REMOTE, "ADDRESS|any",
	  parse_address, print_address },
	{ "local", "local", IFLA_MGRE_LOCAL, "ADDRESS|any",
	  parse_address, print_address },
	{ "dev", "dev", IFLA_MGRE_LINK, "NAME|none", parse_dev, print_dev },
	{ "key", "key", IFLA_MGRE_KEY, "0..4294967295|A.B.C.D",
	  parse_key, print_key },
	{ "ttl", "ttl", IFLA_MGRE_TTL, "1..255|inherit", parse_ttl, print_ttl },
	{ "tos", "tos", IFLA_MGRE_TOS, "DSFIELD|inherit",
	  parse_tos, print_tos },
	{ "pmtudisc", "pmtudisc", IFLA_MGRE_PMTUDISC, NULL,
	  NULL, print_switch },
	{ "fwmark", "fwmark", IFLA_MGRE_FWMARK, "0..0xffffffff",
	  parse_fwmark, print_fwmark },
	{ "redirect", "redirect", IFLA_MGRE_REDIRECT, "SECONDS|off",
	  parse_redirect, print_redirect },
	{ "max-entries", "max_entries", IFLA_MGRE_MAX_ENTRIES, "1..16777216",
	  parse_max_entries, print_max_entries },
	{ "accept-unknown", "accept_unknown", IFLA_MGRE_ACCEPT_UNKNOWN, NULL,
	  NULL, print_switch },
	{ "protect", "protect", IFLA_MGRE_PROTECT, "none|require",
	  parse_protect, print_protect },
	{}
};

static void mgre_help(FILE *f)
{
	size_t i;

	fprintf(f, "Usage: ... mgre");
	for (i = 0; options[i].word; i++) {
		if (i && i % 2 == 0)
			fprintf(f, "\n               ");
		if (options[i].allowed)
			fprintf(f, " [ %s %s ]", options[i].word,
				options[i].allowed);
		else
			fprintf(f, " [ [no]%s ]", options[i].word);
	}
	fprintf(f, "\n");
}

/* The option of this name; *off: it was named with "no" before it. */
static const struct option *find_option(const char *word, bool *off)
{
	size_t i;

	for (i = 0; options[i].word; i++) {
		const struct option *o = &options[i];

		*off = !o->allowed && !strncmp(word, "no", 2) &&
		       !strcmp(word + 2, o->word);
		if (*off || !strcmp(word, o->word))
			return o;
	}
	return NULL;
}

/* The option's value in argv[1], if it has one; false: it is wrong. */
static bool parse_value(struct link_util *lu, const struct option *o, bool off,
			int argc, char **argv, struct nlmsghdr *n)
{
	if (!o->allowed)
		return put_u8(n, o, !off);
	if (argc < 2) {
		fprintf(stderr, "%s: \"%s\" needs a value: %s\n", lu->id,
			o->word, o->allowed);
		return false;
	}
	if (o->parse(n, o, argv[1]))
		return true;
	fprintf(stderr, "%s: \"%s %s\" is wrong: %s\n", lu->id, o->word,
		argv[1], o->allowed);
	return false;
}

/* ip link add|set ... type mgre ARGV: 0, or -1 with the reason printed. */
static int mgre_parse(struct link_util *lu, int argc, char **argv,
		      struct nlmsghdr *n)
{
	bool seen[IFLA_MGRE_MAX + 1] = {};
	const struct option *o;
	bool off;

	for (; argc > 0; argc -= o->allowed ? 2 : 1,
			 argv += o->allowed ? 2 : 1) {
		o = find_option(*argv, &off);
		if (!o) {
			if (strcmp(*argv, "help"))
				fprintf(stderr, "%s: unknown option \"%s\"\n",
					lu->id, *argv);
			mgre_help(stderr);
			return -1;
		}
		if (seen[o->attribute]) {
			fprintf(stderr, "%s: \"%s\" is given twice\n", lu->id,
				o->word);
			return -1;
		}
		seen[o->attribute] = true;
		if (!parse_value(lu, o, off, argc, argv, n))
			return -1;
	}
	return 0;
}

static void mgre_print(struct link_util *lu, FILE *f, struct rtattr *tb[])
{
	size_t i;

	(void)lu;
	(void)f;
	if (!tb)
		return;
	for (i = 0; options[i].word; i++) {
		const struct option *o = &options[i];

		if (tb[o->attribute])
			o->print(o, tb[o->attribute]);
	}
}

static void mgre_print_help(struct link_util *lu, int argc, char **argv,
			    FILE *f)
{
	(void)lu;
	(void)argc;
	(void)argv;
	mgre_help(f);
}

__attribute__((visibility("default")))
struct link_util mgre_link_util = {
	.id = "mgre",
	.maxattr = IFLA_MGRE_MAX,
	.parse_opt = mgre_parse,
	.print_opt = mgre_print,
	.print_help = mgre_print_help,
};
