// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/attr.h>

#include "entry.h"
#include "error.h"

/* A word of a command, and the value behind it. */
struct word {
	const char *word;
	enum entry_field field;
	const char *allowed;		/* NULL: no value follows */
	bool (*parse)(struct entry *e, const char *value);
};

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

static bool parse_address(const char *text, struct address *a)
{
	a->length = 4;
	if (inet_pton(AF_INET, text, a->bytes) == 1)
		return true;
	a->length = 16;
	return inet_pton(AF_INET6, text, a->bytes) == 1;
}

static bool parse_dev(struct entry *e, const char *value)
{
	e->ifindex = if_nametoindex(value);
	return e->ifindex;
}

static bool parse_nbma(struct entry *e, const char *value)
{
	return parse_address(value, &e->nbma);
}

static bool parse_if_id(struct entry *e, const char *value)
{
	return parse_number(value, UINT32_MAX, &e->if_id);
}

static bool parse_mark(struct entry *e, const char *value)
{
	return parse_number(value, UINT32_MAX, &e->mark);
}

static bool parse_priority(struct entry *e, const char *value)
{
	return parse_number(value, UINT32_MAX, &e->priority);
}

static bool parse_state(struct entry *e, const char *value)
{
	if (!strcmp(value, "up"))
		e->state = MGRE_PEER_STATE_UP;
	else if (!strcmp(value, "down"))
		e->state = MGRE_PEER_STATE_DOWN;
	else
		return false;
	return true;
}

static bool parse_hold(struct entry *e, const char *value)
{
	if (!strcmp(value, "forever"))
		return true;
	return parse_number(value, UINT32_MAX, &e->hold) && e->hold;
}

static bool parse_cookie(struct entry *e, const char *value)
{
	char byte[3] = {};

	for (; *value; value += 2) {
		char *end;

		if (e->cookie_length == sizeof(e->cookie) || !value[1])
			return false;
		memcpy(byte, value, 2);
		e->cookie[e->cookie_length++] = strtoul(byte, &end, 16);
		if (*end || byte[0] == '-' || byte[0] == '+')
			return false;
	}
	return true;
}

/* False: it is named already. */
static bool set_flag(struct entry *e, uint32_t flag, bool on)
{
	if (e->flags_named & flag)
		return false;
	e->flags_named |= flag;
	if (on)
		e->flags |= flag;
	return true;
}

static bool parse_multicast(struct entry *e, const char *value)
{
	return set_flag(e, MGRE_PEER_FLAGS_MULTICAST, strncmp(value, "no", 2));
}

static bool parse_fallback(struct entry *e, const char *value)
{
	return set_flag(e, MGRE_PEER_FLAGS_FALLBACK, strncmp(value, "no", 2));
}

static bool parse_transient(struct entry *e, const char *value)
{
	return set_flag(e, MGRE_PEER_FLAGS_TRANSIENT, strncmp(value, "no", 2));
}

static const struct word words[] = {
	{ "dev", ENTRY_DEV, "the name of a device", parse_dev },
	{ "nbma", ENTRY_NBMA, "an address", parse_nbma },
	{ "if-id", ENTRY_IF_ID, "0..4294967295", parse_if_id },
	{ "multicast", ENTRY_FLAGS, NULL, parse_multicast },
	{ "nomulticast", ENTRY_FLAGS, NULL, parse_multicast },
	{ "fallback", ENTRY_FLAGS, NULL, parse_fallback },
	{ "nofallback", ENTRY_FLAGS, NULL, parse_fallback },
	{ "transient", ENTRY_FLAGS, NULL, parse_transient },
	{ "notransient", ENTRY_FLAGS, NULL, parse_transient },
	{ "mark", ENTRY_MARK, "0..0xffffffff", parse_mark },
	{ "priority", ENTRY_PRIORITY, "0..0xffffffff", parse_priority },
	{ "state", ENTRY_STATE, "up or down", parse_state },
	{ "hold", ENTRY_HOLD, "1..4294967295 seconds or forever",
	  parse_hold },
	{ "cookie", ENTRY_COOKIE, "up to 64 bytes in hex", parse_cookie },
	{}
};

static const struct word *find_word(const char *text)
{
	const struct word *w;

	for (w = words; w->word; w++)
		if (!strcmp(w->word, text))
			return w;
	return NULL;
}

static bool parse_protocol(struct command *c, struct entry *e,
			   const char *text)
{
	e->named |= ENTRY_PROTOCOL;
	if (parse_address(text, &e->protocol))
		return true;
	error_at(c->line, EXIT_USAGE,
		 "\"%s\" is neither an address nor a known word", text);
	return false;
}

/* The value behind a word; a switch is its own. */
static bool parse_value(struct command *c, struct entry *e,
			const struct word *w)
{
	const char *value = w->allowed ? command_word(c) : w->word;

	if (!value) {
		error_at(c->line, EXIT_USAGE, "\"%s\" needs %s", w->word,
			 w->allowed);
		return false;
	}
	if (w->parse(e, value))
		return true;
	if (w->field == ENTRY_DEV)
		error_at(c->line, EXIT_REFUSED, "there is no device \"%s\"",
			 value);
	else if (w->allowed)
		error_at(c->line, EXIT_USAGE,
			 "\"%s %s\" is wrong, it needs %s", w->word, value,
			 w->allowed);
	else
		error_at(c->line, EXIT_USAGE, "\"%s\" is given twice",
			 w->word);
	return false;
}

/* One word, and its value if it has one. */
static bool parse_word(struct command *c, struct entry *e, const char *text,
		       unsigned int allowed)
{
	const struct word *w = find_word(text);

	if (!w && allowed & ~e->named & ENTRY_PROTOCOL)
		return parse_protocol(c, e, text);
	if (!w) {
		error_at(c->line, EXIT_USAGE, "unknown word \"%s\"", text);
		return false;
	}
	if (!(allowed & w->field)) {
		error_at(c->line, EXIT_USAGE, "\"%s\" does not belong here",
			 text);
		return false;
	}
	if (e->named & w->field && w->allowed) {
		error_at(c->line, EXIT_USAGE, "\"%s\" is given twice", text);
		return false;
	}
	e->named |= w->field;
	return parse_value(c, e, w);
}

bool entry_parse(struct command *c, struct entry *e, unsigned int required,
		 unsigned int allowed)
{
	const struct word *w;
	const char *text;

	*e = (struct entry){};
	while ((text = command_word(c)))
		if (!parse_word(c, e, text, required | allowed))
			return false;
	if (required & ~e->named & ENTRY_PROTOCOL) {
		error_at(c->line, EXIT_USAGE,
			 "the protocol address is missing");
		return false;
	}
	if (e->named & ENTRY_IF_ID)
		required |= ENTRY_NBMA;
	for (w = words; w->word; w++) {
		if (!(required & ~e->named & w->field))
			continue;
		error_at(c->line, EXIT_USAGE, "\"%s\" is missing", w->word);
		return false;
	}
	return true;
}

static void put_address(struct nl_msg *msg, int type, const struct address *a)
{
	nla_put(msg, type, a->length, a->bytes);
}

static void put_endpoint(struct nl_msg *msg, int type, const struct entry *e)
{
	struct nlattr *nest;

	if (!(e->named & ENTRY_NBMA))
		return;
	nest = nla_nest_start(msg, type);
	put_address(msg, MGRE_A_ENDPOINT_NBMA, &e->nbma);
	if (e->named & ENTRY_IF_ID)
		nla_put_u32(msg, MGRE_A_ENDPOINT_IF_ID, e->if_id);
	nla_nest_end(msg, nest);
}

void entry_put_dev(struct nl_msg *msg, const struct entry *e)
{
	if (e->named & ENTRY_DEV)
		nla_put_u32(msg, MGRE_A_IFINDEX, e->ifindex);
}

void entry_put_peer(struct nl_msg *msg, const struct entry *e)
{
	struct nla_bitfield32 flags = {
		.value = e->flags,
		.selector = e->flags_named,
	};
	struct nlattr *nest;

	entry_put_dev(msg, e);
	nest = nla_nest_start(msg, MGRE_A_PEER);
	put_endpoint(msg, MGRE_A_PEER_ENDPOINT, e);
	if (e->named & ENTRY_FLAGS)
		nla_put(msg, MGRE_A_PEER_FLAGS, sizeof(flags), &flags);
	if (e->named & ENTRY_STATE)
		nla_put_u32(msg, MGRE_A_PEER_STATE, e->state);
	if (e->named & ENTRY_MARK)
		nla_put_u32(msg, MGRE_A_PEER_MARK, e->mark);
	if (e->named & ENTRY_PRIORITY)
		nla_put_u32(msg, MGRE_A_PEER_PRIORITY, e->priority);
	nla_nest_end(msg, nest);
}

void entry_put_map(struct nl_msg *msg, const struct entry *e)
{
	struct nlattr *nest;

	entry_put_dev(msg, e);
	nest = nla_nest_start(msg, MGRE_A_MAP);
	if (e->named & ENTRY_PROTOCOL)
		put_address(msg, MGRE_A_MAP_PROTOCOL, &e->protocol);
	put_endpoint(msg, MGRE_A_MAP_ENDPOINT, e);
	if (e->hold)
		nla_put_u32(msg, MGRE_A_MAP_HOLD, e->hold);
	if (e->named & ENTRY_COOKIE)
		nla_put(msg, MGRE_A_MAP_COOKIE, e->cookie_length, e->cookie);
	nla_nest_end(msg, nest);
}

void entry_get_endpoint(struct entry *e, struct nlattr *endpoint)
{
	struct nlattr *a[MGRE_A_ENDPOINT_MAX + 1];

	if (nla_parse_nested(a, MGRE_A_ENDPOINT_MAX, endpoint, NULL))
		return;
	if (a[MGRE_A_ENDPOINT_NBMA]) {
		e->named |= ENTRY_NBMA;
		e->nbma.length = nla_memcpy(e->nbma.bytes,
					    a[MGRE_A_ENDPOINT_NBMA],
					    sizeof(e->nbma.bytes));
	}
	if (a[MGRE_A_ENDPOINT_IF_ID]) {
		e->named |= ENTRY_IF_ID;
		e->if_id = nla_get_u32(a[MGRE_A_ENDPOINT_IF_ID]);
	}
}

bool entry_matches(const struct entry *e, struct nlattr *endpoint)
{
	struct entry other = {};

	if (!(e->named & ENTRY_NBMA))
		return true;
	if (!endpoint)
		return false;
	entry_get_endpoint(&other, endpoint);
	if (e->nbma.length != other.nbma.length ||
	    memcmp(e->nbma.bytes, other.nbma.bytes, e->nbma.length))
		return false;
	return !(e->named & ENTRY_IF_ID) || e->if_id == other.if_id;
}
