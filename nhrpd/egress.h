/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Resolution, the answering side: Resolution Requests (RFC 2332, sections
 * 5.2.1 and 5.2.2).
 */
#ifndef NHRPD_EGRESS_H
#define NHRPD_EGRESS_H

struct received;

/**
 * egress_request - answer a Resolution Request as egress, refuse it, or pass
 * it on along the routed path
 */
void egress_request(struct received *received);

#endif /* NHRPD_EGRESS_H */
