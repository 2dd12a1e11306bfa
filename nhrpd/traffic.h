/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counters of an interface: NHRP packets by type, and why some were dropped.
 */
#ifndef NHRPD_TRAFFIC_H
#define NHRPD_TRAFFIC_H

#include <stdint.h>

/* Packet types are 1 to 8; index 0 counts what has no valid type. */
#define TRAFFIC_TYPES 9

enum traffic_drop {
	TRAFFIC_DROP_MALFORMED,		/* could not be parsed */
	TRAFFIC_DROP_AUTHENTICATION,	/* missing or wrong authentication */
	TRAFFIC_DROP_EXTENSION,		/* unknown compulsory extension */
	TRAFFIC_DROP_LOOP,		/* we are in its transit list, or its source */
	TRAFFIC_DROP_HOP_COUNT,		/* would be forwarded with none left */
	TRAFFIC_DROP_UNREACHABLE,	/* nowhere to forward it */
	TRAFFIC_DROP_UNSOLICITED,	/* reply to nothing that we asked */
	TRAFFIC_DROP_POLICY,		/* not allowed to say this */
	TRAFFIC_DROP_UNPROTECTED,	/* by no session that is up */
	TRAFFIC_DROP_AUTHORITY,		/* not covered by its certificate */
	TRAFFIC_DROP_STATE,		/* not expected in this role */
	TRAFFIC_DROP_SEND,		/* the kernel refused to send it */
	TRAFFIC_DROPS
};

/**
 * struct traffic - what went through an interface since it appeared
 * @rx: packets received, by type
 * @tx: packets sent, by type; retransmissions count
 * @forwarded: packets forwarded for others, by type; they are in @tx too
 * @drops: packets discarded, by enum traffic_drop
 * @redirects_suppressed: redirect events that gave no Traffic Indication
 * @lost: upcalls that the kernel could not deliver
 */
struct traffic {
	uint64_t rx[TRAFFIC_TYPES];
	uint64_t tx[TRAFFIC_TYPES];
	uint64_t forwarded[TRAFFIC_TYPES];
	uint64_t drops[TRAFFIC_DROPS];
	uint64_t redirects_suppressed;
	uint64_t lost;
};

/** traffic_drop_name - the reason in words that fit a JSON key */
const char *traffic_drop_name(enum traffic_drop reason);

#endif /* NHRPD_TRAFFIC_H */
