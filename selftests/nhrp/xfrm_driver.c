// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xfrm_driver: nhrpd's XFRM client by hand, for xfrm.sh.
 *
 * Reads commands from standard input, a word or a number each, addresses as
 * text. After each it writes "= 0" or "= -ERRNO WORDS", and events as they
 * come, each a line of standard output:
 *
 *   add SOURCE DESTINATION SPI IF_ID ALGORITHM SPORT DPORT WINDOW SOFT HARD
 *		SECONDS
 *   delete DESTINATION SPI
 *   usage DESTINATION SPI
 *   ports DESTINATION SPI IF_ID SPORT DPORT
 *   dump
 *   policy SOURCE DESTINATION IF_ID
 *   nopolicy SOURCE DESTINATION IF_ID
 *   leftover		search the process for keys that were not wiped
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "xfrm.h"

#define LINE_MAX_LENGTH 512

/* What all keys consist of */
#define KEY_BYTE 0xa7

static struct xfrm *xfrm;

static void print_id(const char *what, const struct xfrm_sa_id *id)
{
	char source[NHRP_ADDRESS_TEXT], destination[NHRP_ADDRESS_TEXT];

	printf("%s %s %s %#x %u\n", what,
	       nhrp_address_format(&id->source, source),
	       nhrp_address_format(&id->destination, destination), id->spi,
	       id->if_id);
}

static void expired(void *context, const struct xfrm_sa_id *id, bool hard)
{
	(void)context;
	print_id(hard ? "hard" : "soft", id);
}

static void deleted(void *context, const struct xfrm_sa_id *id)
{
	(void)context;
	print_id("deleted", id);
}

static void flushed(void *context)
{
	(void)context;
	puts("flushed");
}

static void moved(void *context, const struct xfrm_sa_id *id,
		  const struct nhrp_address *source, uint16_t port)
{
	char text[NHRP_ADDRESS_TEXT];

	(void)context;
	printf("moved %#x to %s port %u\n", id->spi,
	       nhrp_address_format(source, text), port);
}

static void acquire(void *context, uint32_t if_id)
{
	(void)context;
	printf("acquire %u\n", if_id);
}

static void unpoliced(void *context, uint32_t if_id)
{
	(void)context;
	printf("unpoliced %u\n", if_id);
}

static void lost(void *context)
{
	(void)context;
	puts("lost");
}

static const struct xfrm_events events = {
	.expired = expired,
	.deleted = deleted,
	.flushed = flushed,
	.moved = moved,
	.acquire = acquire,
	.unpoliced = unpoliced,
	.lost = lost,
};

static struct nhrp_address address(void)
{
	const char *word = strtok(NULL, " ");
	struct nhrp_address result;

	nhrp_address_parse(word ? word : "", &result);
	return result;
}

static uint64_t number(void)
{
	const char *word = strtok(NULL, " ");

	return word ? strtoull(word, NULL, 0) : 0;
}

static int add(void)
{
	struct xfrm_sa sa = { 0 };

	sa.source = address();
	sa.destination = address();
	sa.spi = number();
	sa.if_id = number();
	sa.algorithm = number();
	sa.source_port = number();
	sa.destination_port = number();
	sa.replay_window = number();
	sa.soft_packets = number();
	sa.hard_packets = number();
	sa.hard_seconds = number();
	memset(sa.key, KEY_BYTE, sizeof(sa.key));
	int result = xfrm_sa_add(xfrm, &sa);

	explicit_bzero(&sa, sizeof(sa));
	return result;
}

static int usage(void)
{
	struct nhrp_address destination = address();
	struct xfrm_usage use;
	int result = xfrm_sa_usage(xfrm, &destination, number(), &use);

	if (!result)
		printf("usage %" PRIu64 " bytes %" PRIu64 " packets\n",
		       use.bytes, use.packets);
	return result;
}

static int ports(void)
{
	struct xfrm_sa_id id = { .destination = address() };
	uint16_t source_port;

	id.spi = number();
	id.if_id = number();
	source_port = number();
	return xfrm_sa_set_ports(xfrm, &id, source_port, number());
}

static void dumped(const struct xfrm_sa_id *id, void *context)
{
	print_id(context, id);
}

static int policy(bool wanted)
{
	struct nhrp_address source = address();
	struct nhrp_address destination = address();

	return wanted ? xfrm_policy_set(xfrm, &source, &destination,
					number()) :
			xfrm_policy_delete(xfrm, &source, &destination,
					   number());
}

/* The number of places in a mapping that look like a key. */
static int leftover_in(uint8_t *bytes, size_t length)
{
	size_t run = 0, i;
	int found = 0;

	for (i = 0; i < length; i++) {
		run = bytes[i] == KEY_BYTE ? run + 1 : 0;
		found += run == XFRM_KEY_SIZE;
	}
	return found;
}

/* All that this process may write to. */
static int leftover(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long start, end;
	char line[LINE_MAX_LENGTH];
	int found = 0;

	if (!maps)
		return -errno;
	while (fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx rw", &start, &end) == 2 &&
		    strstr(line, " rw"))
			found += leftover_in((uint8_t *)start, end - start);
	fclose(maps);
	printf("leftover %d\n", found);
	return 0;
}

static int command(char *line)
{
	const char *word = strtok(line, " ");
	struct nhrp_address destination;

	if (!word)
		return -EINVAL;
	if (!strcmp(word, "add"))
		return add();
	if (!strcmp(word, "delete")) {
		destination = address();
		return xfrm_sa_delete(xfrm, &destination, number());
	}
	if (!strcmp(word, "usage"))
		return usage();
	if (!strcmp(word, "ports"))
		return ports();
	if (!strcmp(word, "dump"))
		return xfrm_sa_dump(xfrm, dumped, "dumped");
	if (!strcmp(word, "policy"))
		return policy(true);
	if (!strcmp(word, "nopolicy"))
		return policy(false);
	if (!strcmp(word, "leftover"))
		return leftover();
	return -EINVAL;
}

/* A command comes in one piece: it is written by one echo. */
static void readable(uv_poll_t *poll, int status, int what)
{
	char line[LINE_MAX_LENGTH];
	ssize_t length;
	int result;

	(void)what;
	length = read(STDIN_FILENO, line, sizeof(line) - 1);
	if (status < 0 || length <= 0) {
		uv_stop(poll->loop);
		return;
	}
	line[length - 1] = '\0';
	result = command(line);
	printf("= %d%s%s\n", result, result ? " " : "",
	       result ? xfrm_error(xfrm) : "");
}

int main(void)
{
	uv_poll_t input;
	uv_loop_t loop;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (uv_loop_init(&loop))
		return 1;
	xfrm = xfrm_open(&loop, &events, NULL);
	if (!xfrm)
		return 1;
	uv_poll_init(&loop, &input, STDIN_FILENO);
	uv_poll_start(&input, UV_READABLE, readable);
	puts("ready");
	uv_run(&loop, UV_RUN_DEFAULT);
	xfrm_close(xfrm);
	uv_close((uv_handle_t *)&input, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	return uv_loop_close(&loop) ? 1 : 0;
}
