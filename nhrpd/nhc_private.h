/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What nhc.c and nhc_reply.c share.
 */
#ifndef NHRPD_NHC_PRIVATE_H
#define NHRPD_NHC_PRIVATE_H

#include "nhc.h"

/** nhc_set_state - go over to a state, and tell so */
void nhc_set_state(struct nhc *nhc, enum nhc_state state);

/** nhc_take_turns - a server came or failed: who should begin or rest does */
void nhc_take_turns(struct interface *interface);

#endif /* NHRPD_NHC_PRIVATE_H */
