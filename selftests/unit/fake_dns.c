// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>
#include <uv.h>

#include "fake_dns.h"
#include "test.h"

static uv_getaddrinfo_t *question;
static uv_getaddrinfo_cb answered;

/* The dynamic linker lets these win over libuv's. */
int uv_getaddrinfo(uv_loop_t *loop, uv_getaddrinfo_t *request,
		   uv_getaddrinfo_cb callback, const char *node,
		   const char *service, const struct addrinfo *hints)
{
	(void)loop;
	(void)node;
	(void)service;
	(void)hints;
	assert_null(question);
	question = request;
	answered = callback;
	return 0;
}

void uv_freeaddrinfo(struct addrinfo *list)
{
	(void)list;
}

static void answer(int status, struct addrinfo *list)
{
	uv_getaddrinfo_t *request = question;

	assert_non_null(request);
	question = NULL;
	answered(request, status, list);
}

int uv_cancel(uv_req_t *request)
{
	assert_ptr_equal(request, question);
	answer(UV_ECANCELED, NULL);
	return 0;
}

bool fake_dns_asked(void)
{
	return question;
}

void fake_dns_answer(const char *first, const char *second)
{
	const char *const texts[] = { first, second };
	struct sockaddr_in addresses[2];
	struct addrinfo list[2];
	int i;

	memset(addresses, 0, sizeof(addresses));
	memset(list, 0, sizeof(list));
	for (i = 0; i < 2 && texts[i]; i++) {
		addresses[i].sin_family = AF_INET;
		assert_int_equal(inet_pton(AF_INET, texts[i],
					   &addresses[i].sin_addr), 1);
		list[i].ai_family = AF_INET;
		list[i].ai_addr = (struct sockaddr *)&addresses[i];
		list[i].ai_addrlen = sizeof(addresses[i]);
		if (i)
			list[i - 1].ai_next = &list[i];
	}
	if (first)
		answer(0, list);
	else
		answer(UV_EAI_NONAME, NULL);
}
