/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cookies: what nhrpd knows of a mapping beyond what the kernel does, in the
 * bytes that the kernel keeps for the next nhrpd.
 */
#ifndef NHRPD_COOKIE_H
#define NHRPD_COOKIE_H

#include <stdbool.h>

#include "cache.h"
#include "mgre.h"

/** cookie_write - fill @map's cookie from @binding */
void cookie_write(const struct cache_binding *binding, struct mgre_map *map);

/**
 * cookie_read - complete a binding from @map
 *
 * Return: false, and nothing changed, if the cookie is not one of nhrpd's.
 */
bool cookie_read(const struct mgre_map *map, struct cache_binding *binding);

#endif /* NHRPD_COOKIE_H */
