/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taking over what the kernel holds: from an earlier nhrpd, or after events
 * were lost.
 */
#ifndef NHRPD_TAKEOVER_H
#define NHRPD_TAKEOVER_H

struct interface;

/**
 * takeover_start - take over all peers, mappings and routes of a device
 *
 * Nothing is flushed; mappings of next hop servers and static ones that the
 * configuration no longer has are removed one by one.
 */
void takeover_start(struct interface *interface);

/** takeover_again - compare with the kernel after events were lost */
void takeover_again(struct interface *interface);

#endif /* NHRPD_TAKEOVER_H */
