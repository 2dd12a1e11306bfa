// SPDX-License-Identifier: GPL-2.0-or-later
#include "grammar.h"

#include <arpa/inet.h>
#include <string.h>

#include "ca.h"
#include "key.h"
#include "render.h"

enum argument {
	NO_ARGUMENT,
	MAY_ADDRESS,
	MUST_ADDRESS,
	MAY_NAME,
	MUST_NAME,
	MAY_FILE,
};

/**
 * struct rule - one command
 * @words: as the user types it
 * @request: as the daemon knows it
 * @family: of the addresses it takes, which then stand in place of the last
 *	    word of @request; 0: IPv4 or IPv6
 * @argument: what follows
 * @local: done here, without the daemon, and checks its own arguments
 * @stream: lines follow until one side closes
 * @render: turns an answer into text; NULL: nothing to print
 * @help: one line, or NULL: the rule is told by the one before
 */
struct rule {
	const char *words;
	const char *request[GRAMMAR_WORDS - 1];
	int family;
	enum argument argument;
	local_command *local;
	bool stream;
	void (*render)(FILE *out, const struct json_object *data);
	const char *help;
};

static const struct rule rules[] = {
	{ "show dmvpn", { "show", "dmvpn" }, .render = render_dmvpn,
	  .help = "peers of each interface (also without any command)" },
	{ "show dmvpn detail", { "show", "dmvpn" },
	  .render = render_dmvpn_detail },
	{ "show crypto", { "show", "crypto" }, .render = render_crypto,
	  .help = "sessions that protect an interface" },
	{ "show ip nhrp", { "show", "nhrp", "ipv4" }, .render = render_cache,
	  .help = "the NHRP cache and shortcuts" },
	{ "show ip nhrp brief", { "show", "nhrp", "ipv4" },
	  .render = render_cache_brief },
	{ "show ip nhrp nhs", { "show", "nhs", "ipv4" }, .render = render_nhs,
	  .help = "next hop servers" },
	{ "show ip nhrp nhs detail", { "show", "nhs", "ipv4" },
	  .render = render_nhs_detail },
	{ "show ip nhrp shortcut", { "show", "shortcut", "ipv4" },
	  .render = render_cache,
	  .help = "shortcut routes" },
	{ "show ip nhrp traffic", { "show", "traffic" },
	  .render = render_traffic,
	  .help = "NHRP packets sent and received, by type" },
	{ "show ipv6 nhrp", { "show", "nhrp", "ipv6" },
	  .render = render_cache,
	  .help = "likewise, with the same words after it" },
	{ "show ipv6 nhrp brief", { "show", "nhrp", "ipv6" },
	  .render = render_cache_brief },
	{ "show ipv6 nhrp nhs", { "show", "nhs", "ipv6" },
	  .render = render_nhs },
	{ "show ipv6 nhrp nhs detail", { "show", "nhs", "ipv6" },
	  .render = render_nhs_detail },
	{ "show ipv6 nhrp shortcut", { "show", "shortcut", "ipv6" },
	  .render = render_cache },
	{ "show ipv6 nhrp traffic", { "show", "traffic" },
	  .render = render_traffic },
	{ "cache", { "show", "cache" }, .render = render_cache,
	  .help = "the cache, IPv4 and IPv6" },
	{ "nhs", { "show", "nhs" }, .render = render_nhs_detail,
	  .help = "next hop servers, IPv4 and IPv6" },
	{ "shortcut", { "show", "shortcut" }, .render = render_cache,
	  .help = "shortcut routes, IPv4 and IPv6" },
	{ "traffic", { "show", "traffic" }, .render = render_traffic,
	  .help = "NHRP packets sent and received, by type" },
	{ "clear ip nhrp", { "clear", "cache", "ipv4" }, .family = AF_INET,
	  .argument = MAY_ADDRESS,
	  .help = "forget all that was learnt, or one address" },
	{ "clear ipv6 nhrp", { "clear", "cache", "ipv6" }, .family = AF_INET6,
	  .argument = MAY_ADDRESS },
	{ "clear crypto", { "clear", "crypto" }, .argument = MAY_ADDRESS,
	  .help = "make keys anew, with all or one NBMA address" },
	{ "purge", { "purge" }, .argument = MUST_ADDRESS,
	  .help = "take back what others were told of it" },
	{ "monitor", { "monitor" }, .stream = true, .render = render_event,
	  .help = "a line for each event" },
	{ "reload", { "reload" },
	  .help = "read the configuration file again" },
	{ "shutdown", { "shutdown" },
	  .help = "deregister, remove what nhrpd made, and end it" },
	{ "ca init", .local = ca_init, .argument = MAY_NAME,
	  .render = render_certificate,
	  .help = "make an authority: ca.key and ca.crt" },
	{ "ca sign", .local = ca_sign, .argument = MUST_NAME,
	  .render = render_certificate,
	  .help = "make a node's certificate: NAME.crt, for NAME.pub" },
	{ "ca show", .local = ca_show, .argument = MAY_FILE,
	  .render = render_certificate,
	  .help = "what a certificate says, and whether it is good" },
	{ "key generate", .local = key_generate, .argument = MAY_FILE,
	  .render = render_key,
	  .help = "make a node's private key, print the public one" },
	{ "key psk", .local = key_psk, .argument = MAY_FILE,
	  .render = render_key,
	  .help = "make a pre-shared key for a network" },
};

#define RULES (sizeof(rules) / sizeof(rules[0]))

static const char *const argument_help[] = {
	[NO_ARGUMENT] = "",
	[MAY_ADDRESS] = " [ADDRESS]",
	[MUST_ADDRESS] = " ADDRESS",
	[MAY_NAME] = " [NAME]",
	[MUST_NAME] = " NAME",
	[MAY_FILE] = " [FILE]",
};

/** struct word - a word inside a rule, not terminated */
struct word {
	const char *text;
	size_t length;
};

/* Word @index of @words; of length 0 behind the last. */
static struct word nth_word(const char *words, int index)
{
	struct word word = { words, strcspn(words, " ") };

	while (index-- > 0 && word.length) {
		word.text += word.length + (word.text[word.length] == ' ');
		word.length = strcspn(word.text, " ");
	}
	return word;
}

static bool same_word(struct word a, struct word b)
{
	return a.length == b.length && !memcmp(a.text, b.text, a.length);
}

/** struct choice - the rules that fit the words so far */
struct choice {
	bool fits[RULES];
};

static bool begins(struct word word, const char *typed)
{
	size_t length = strlen(typed);

	return length && length <= word.length &&
	       !memcmp(word.text, typed, length);
}

static bool equals(struct word word, const char *typed)
{
	return word.length == strlen(typed) && begins(word, typed);
}

/*
 * Keep the rules whose word @index begins as @typed, or is just that if there
 * are such. Return: whether any is left; else all are kept.
 */
static bool narrow(struct choice *choice, int index, const char *typed)
{
	struct choice beginning = { 0 }, equal = { 0 };
	bool any_beginning = false, any_equal = false;

	for (size_t i = 0; i < RULES; i++) {
		struct word word = nth_word(rules[i].words, index);

		beginning.fits[i] = choice->fits[i] && begins(word, typed);
		equal.fits[i] = choice->fits[i] && equals(word, typed);
		any_beginning |= beginning.fits[i];
		any_equal |= equal.fits[i];
	}
	if (any_beginning)
		*choice = any_equal ? equal : beginning;
	return any_beginning;
}

/* The rule that ends before word @index, or NULL. */
static const struct rule *complete_rule(const struct choice *choice, int index)
{
	for (size_t i = 0; i < RULES; i++)
		if (choice->fits[i] && !nth_word(rules[i].words, index).length)
			return &rules[i];
	return NULL;
}

/* Print each word once that the rules allow at @index. */
static void print_allowed(const struct choice *choice, int index)
{
	struct word last = { "", 0 };

	for (size_t i = 0; i < RULES; i++) {
		struct word word = nth_word(rules[i].words, index);

		if (!choice->fits[i] || !word.length || same_word(word, last))
			continue;
		fprintf(stderr, "%s%.*s", last.length ? ", " : "",
			(int)word.length, word.text);
		last = word;
	}
	fputc('\n', stderr);
}

static int refuse_word(const struct choice *choice, int index,
		       const char *typed)
{
	bool more = false;

	for (size_t i = 0; i < RULES; i++)
		more |= choice->fits[i] &&
			nth_word(rules[i].words, index).length;
	fprintf(stderr, "nhrpctl: unknown word '%s', %s", typed,
		more ? "expected one of: " : "expected nothing more");
	print_allowed(choice, index);
	return -1;
}

/*
 * Follow the words as far as they go. Return: how many were words of a
 * command and not its argument, or -1.
 */
static int follow_words(struct choice *choice, int argc, char *const *argv)
{
	for (int index = 0; index < argc; index++) {
		const struct rule *rule = complete_rule(choice, index);

		if (narrow(choice, index, argv[index]))
			continue;
		if (rule && rule->argument)
			return index;
		return refuse_word(choice, index, argv[index]);
	}
	return argc;
}

/*
 * Whether the first @count words stand for the same in all rules that fit;
 * if not, say so.
 */
static bool unambiguous(const struct choice *choice, int count,
			char *const *argv)
{
	const struct rule *first = NULL;

	for (size_t i = 0; i < RULES; i++) {
		if (!choice->fits[i])
			continue;
		if (!first)
			first = &rules[i];
		for (int index = 0; index < count; index++) {
			if (same_word(nth_word(first->words, index),
				      nth_word(rules[i].words, index)))
				continue;
			fprintf(stderr, "nhrpctl: '%s' is ambiguous: ",
				argv[index]);
			print_allowed(choice, index);
			return false;
		}
	}
	return true;
}

static int check_address(const struct rule *rule, const char *text)
{
	unsigned char bytes[16];

	if (rule->family != AF_INET6 && inet_pton(AF_INET, text, bytes) == 1)
		return 0;
	if (rule->family != AF_INET && inet_pton(AF_INET6, text, bytes) == 1)
		return 0;
	fprintf(stderr, "nhrpctl: %s: '%s' is not an %s address\n",
		rule->words, text, rule->family == AF_INET ? "IPv4" :
		rule->family == AF_INET6 ? "IPv6" : "IPv4 or IPv6");
	return -1;
}

static int parse_argument(const struct rule *rule, int argc,
			  char *const *argv, struct parsed_command *command)
{
	if (!argc && rule->argument == MUST_ADDRESS) {
		fprintf(stderr, "nhrpctl: %s: an address must follow\n",
			rule->words);
		return -1;
	}
	if (argc > 1) {
		fprintf(stderr, "nhrpctl: %s: nothing may follow '%s', but "
			"'%s' does\n", rule->words, argv[0], argv[1]);
		return -1;
	}
	if (!argc)
		return 0;
	if (rule->family)
		command->count--;
	command->words[command->count++] = argv[0];
	return check_address(rule, argv[0]);
}

static void set_request(const struct rule *rule,
			struct parsed_command *command)
{
	memset(command, 0, sizeof(*command));
	while (rule->request[command->count]) {
		command->words[command->count] = rule->request[command->count];
		command->count++;
	}
	command->local = rule->local;
	command->stream = rule->stream;
	command->render = rule->render;
}

int grammar_parse(int argc, char *const *argv, struct parsed_command *command)
{
	struct choice choice;
	const struct rule *rule;
	int followed;

	if (!argc) {
		set_request(&rules[0], command);
		return 0;
	}
	memset(choice.fits, true, sizeof(choice.fits));
	followed = follow_words(&choice, argc, argv);
	if (followed < 0 || !unambiguous(&choice, followed, argv))
		return -1;
	rule = complete_rule(&choice, followed);
	if (!rule) {
		fprintf(stderr, "nhrpctl: a word is missing behind '%s', one "
			"of: ", argv[argc - 1]);
		print_allowed(&choice, followed);
		return -1;
	}
	set_request(rule, command);
	if (rule->local) {
		command->argc = argc - followed + 1;
		command->argv = argv + followed - 1;
		return 0;
	}
	return parse_argument(rule, argc - followed, argv + followed, command);
}

void grammar_help(FILE *out)
{
	for (size_t i = 0; i < RULES; i++) {
		const char *argument = argument_help[rules[i].argument];
		int width = 26 - (int)strlen(rules[i].words);

		if (rules[i].help)
			fprintf(out, "  %s%-*s %s\n", rules[i].words, width,
				argument, rules[i].help);
		else
			fprintf(out, "  %s%s\n", rules[i].words, argument);
	}
}
