/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A key exchange that does what a test says, in place of nhrpd's own.
 */
#ifndef SELFTESTS_UNIT_FAKE_SESSION_H
#define SELFTESTS_UNIT_FAKE_SESSION_H

#include "identity/certificate.h"
#include "session.h"

/**
 * struct fake_exchange - what it was asked to do
 * @refuse: it cannot be opened
 * @opened, @moved, @started, @stopped, @adopted, @reloaded: how often
 * @info: what it tells of every session
 */
struct fake_exchange {
	bool refuse;
	unsigned int opened, moved, started, stopped, adopted, reloaded;
	struct session_info info;
};

extern struct fake_exchange fake_exchange;

/** fake_ops - what interfaces with any protection use */
extern struct exchange_ops fake_ops;

/** fake_certificate - one that covers an address and, if not NULL, a prefix */
const struct certificate *fake_certificate(const char *name,
					   const char *address,
					   const char *prefix, uint8_t length);

/**
 * fake_up - a node proves who it is
 * @session: a session that was started
 * @certificate: NULL: it may claim anything
 *
 * Return: whether NHRP admits it; it is up, or down and perhaps gone, then.
 */
bool fake_up(struct session *session, const char *name,
	     const struct certificate *certificate);

/** fake_call - a node calls us, and proves who it is; NULL if refused */
struct session *fake_call(struct interface *interface, const char *nbma,
			  uint16_t port, const char *name,
			  const struct certificate *certificate);

#endif /* SELFTESTS_UNIT_FAKE_SESSION_H */
