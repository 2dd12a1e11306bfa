/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Next hop server: registers clients (RFC 2332, sections 5.2.3 and 5.2.4).
 */
#ifndef NHRPD_NHS_H
#define NHRPD_NHS_H

struct received;

/**
 * nhs_registration_request - register a client, or refuse to
 *
 * No client needs to be configured. The reply goes straight to where the
 * client is, also if a server passed the request on.
 */
void nhs_registration_request(struct received *received);

#endif /* NHRPD_NHS_H */
