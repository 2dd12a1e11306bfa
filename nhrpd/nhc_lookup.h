/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The NBMA address of a next hop server that is configured by name.
 */
#ifndef NHRPD_NHC_LOOKUP_H
#define NHRPD_NHC_LOOKUP_H

#include "packet/address.h"

struct nhc;

/**
 * nhc_lookup_start - ask the DNS, unless it is being asked
 *
 * nhc_looked_up() gets the answer; of the addresses that the name has it is
 * the one after that in use.
 */
void nhc_lookup_start(struct nhc *nhc);

/** nhc_lookup_cancel - no answer is wanted any more */
void nhc_lookup_cancel(struct nhc *nhc);

/** nhc_looked_up - @nbma is the answer, or NULL if there was none */
void nhc_looked_up(struct nhc *nhc, const struct nhrp_address *nbma);

#endif /* NHRPD_NHC_LOOKUP_H */
