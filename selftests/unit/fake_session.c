// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "fake_kernel.h"
#include "fake_session.h"
#include "interface.h"

struct fake_exchange fake_exchange;

static void *fake_open(struct interface *interface)
{
	(void)interface;
	if (fake_exchange.refuse)
		return NULL;
	fake_exchange.opened++;
	return &fake_exchange;
}

static void fake_close(struct interface *interface)
{
	(void)interface;
	fake_exchange.opened--;
}

static void fake_moved(struct interface *interface)
{
	(void)interface;
	fake_exchange.moved++;
}

static void fake_start(struct session *session)
{
	(void)session;
	fake_exchange.started++;
}

static void fake_stop(struct session *session, const char *reason)
{
	(void)session;
	(void)reason;
	fake_exchange.stopped++;
}

static void fake_adopt(struct session *session)
{
	(void)session;
	fake_exchange.adopted++;
}

static void fake_info(const struct session *session, struct session_info *info)
{
	(void)session;
	*info = fake_exchange.info;
}

static void fake_reload(struct interface *interface)
{
	(void)interface;
	fake_exchange.reloaded++;
}

struct exchange_ops fake_ops = {
	.open = fake_open,
	.close = fake_close,
	.moved = fake_moved,
	.start = fake_start,
	.stop = fake_stop,
	.adopt = fake_adopt,
	.info = fake_info,
	.reload = fake_reload,
};

const struct exchange_ops *
session_key_exchange(const struct config_interface *config)
{
	return config->protection.kind == CONFIG_PROTECTION_NONE ? NULL :
								   &fake_ops;
}

/* Each test process makes a few; they live as long as it. */
const struct certificate *fake_certificate(const char *name,
					   const char *address,
					   const char *prefix, uint8_t length)
{
	static struct certificate pool[FAKE_MAX];
	static unsigned int next;
	struct certificate *certificate = &pool[next++ % FAKE_MAX];
	struct nhrp_address parsed = fake_address(address);

	memset(certificate, 0, sizeof(*certificate));
	strcpy(certificate->name, name);
	nhrp_prefix_host(&parsed, &certificate->addresses[0]);
	certificate->address_count = 1;
	if (!prefix)
		return certificate;
	parsed = fake_address(prefix);
	nhrp_prefix_of(&parsed, length, &certificate->prefixes[0]);
	certificate->prefix_count = 1;
	return certificate;
}

bool fake_up(struct session *session, const char *name,
	     const struct certificate *certificate)
{
	if (!session_admit(session, name, certificate)) {
		session_down(session, "refused");
		return false;
	}
	session_up(session);
	return true;
}

struct session *fake_call(struct interface *interface, const char *nbma,
			  uint16_t port, const char *name,
			  const struct certificate *certificate)
{
	struct nhrp_address address = fake_address(nbma);
	struct session *session =
		session_find_address(interface, &address, port);

	if (!session)
		session = session_add(interface, &address, port, 0);
	if (!session)
		abort();
	return fake_up(session, name, certificate) ? session : NULL;
}
