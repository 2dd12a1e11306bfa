/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A next hop server in the kernel: a kept peer and a permanent mapping.
 */
#ifndef NHRPD_NHC_INSTALL_H
#define NHRPD_NHC_INSTALL_H

struct interface;
struct nhc;

/** nhc_install - put peer and mapping in place, as far as they are known */
void nhc_install(struct nhc *nhc);

/** nhc_uninstall_mapping - remove the mapping, keep the peer */
void nhc_uninstall_mapping(struct nhc *nhc);

/** nhc_release_session - take part in the server's session no longer */
void nhc_release_session(struct nhc *nhc);

/**
 * nhc_uninstall - remove both, unless a static setting wants them, and take
 *		   part in the session no longer
 */
void nhc_uninstall(struct nhc *nhc);

/**
 * nhc_install_fallback - take the peers of failed servers down
 *
 * So that the kernel falls back to one that answers; while none answers, all
 * are up, for a server may forward without answering.
 */
void nhc_install_fallback(struct interface *interface);

#endif /* NHRPD_NHC_INSTALL_H */
