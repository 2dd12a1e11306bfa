/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Request ids of registrations and purges (RFC 2332, section 5.2.0.1): unique
 * per request, the same on each retransmission, and never repeated after a
 * restart. (Those of resolutions are random: resolve.c.)
 */
#ifndef NHRPD_REQUEST_ID_H
#define NHRPD_REQUEST_ID_H

#include <stdint.h>

struct daemon;

/**
 * request_id_start - choose the first id from the wall clock
 *
 * The clock counts 1/64 s, so that an id never comes back while fewer than 64
 * requests a second are made on average; it wraps after two years, long after
 * any holding time. No file is needed to be unique over restarts.
 */
void request_id_start(struct daemon *daemon);

/** request_id_next - an id for a new request, host byte order, never 0 */
uint32_t request_id_next(struct daemon *daemon);

#endif /* NHRPD_REQUEST_ID_H */
