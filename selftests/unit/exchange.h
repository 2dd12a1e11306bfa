/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A whole nhrpd on the fake kernel, and packets to and from it.
 *
 * The network is that of the book: hub 9.0.0.1 at 9.1.1.10, spokes 9.0.0.2 at
 * 9.1.1.130 with 10.0.64.0/24 and 9.0.0.3 at 9.1.1.134 with 10.0.65.0/24, and
 * 10.1.0.0/24 behind the hub.
 */
#ifndef SELFTESTS_UNIT_EXCHANGE_H
#define SELFTESTS_UNIT_EXCHANGE_H

#include "daemon.h"
#include "fake_kernel.h"
#include "interface.h"

#define HUB "9.0.0.1"
#define HUB_NBMA "9.1.1.10"
#define SPOKE1 "9.0.0.2"
#define SPOKE1_NBMA "9.1.1.130"
#define SPOKE2 "9.0.0.3"
#define SPOKE2_NBMA "9.1.1.134"

#define DEVICE 3	/* ifindex of mgre0 */
#define LAN 2		/* ifindex of another device */

extern struct daemon node;
extern struct nhrp_packet out;	/* what exchange_sent() has read */

/** exchange_hub - start nhrpd as the hub; @settings are more of its lines */
void exchange_hub(const char *settings);

/** exchange_spoke - start nhrpd as spoke 1 */
void exchange_spoke(const char *settings);

/** exchange_reload - the same node, with other settings */
void exchange_reload(const char *settings);

/** exchange_end - stop it; a test's teardown */
int exchange_end(void **state);

/** exchange_interface - mgre0 */
struct interface *exchange_interface(void);

/** exchange_request - begin a packet from a node with one empty CIE in it */
void exchange_request(struct nhrp_packet *packet, enum nhrp_type type,
		      const char *nbma, const char *source,
		      const char *destination);

/** exchange_receive - let nhrpd have a packet that comes from @nbma */
void exchange_receive(const struct nhrp_packet *packet, const char *nbma);

/** exchange_receive_by - the same, through a session */
void exchange_receive_by(const struct nhrp_packet *packet,
			 const struct session *session);

/**
 * exchange_sent - take the oldest packet that nhrpd sent, into `out`
 *
 * Fails the test unless it is of @type and was sent to @nbma.
 */
void exchange_sent(enum nhrp_type type, const char *nbma);

/** exchange_sent_by - the same, and through a session */
void exchange_sent_by(enum nhrp_type type, const struct session *session);

/** exchange_silent - fails the test if nhrpd has sent anything */
void exchange_silent(void);

/** exchange_pass - let time pass for nhrpd */
void exchange_pass(unsigned int ms);

/** exchange_wait - let time pass until nhrpd has sent something */
void exchange_wait(void);

/** exchange_register - let a spoke register at the hub, and expect success */
void exchange_register(const char *nbma, const char *protocol);

/** assert_address - @address is what @text says; "-" for none */
void assert_address(const struct nhrp_address *address, const char *text);

/** assert_mapped - the kernel maps @protocol to @nbma, or not if NULL */
void assert_mapped(const char *protocol, const char *nbma);

#endif /* SELFTESTS_UNIT_EXCHANGE_H */
