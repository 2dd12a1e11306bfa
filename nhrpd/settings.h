/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings: what the configuration says of an interface, put into force.
 */
#ifndef NHRPD_SETTINGS_H
#define NHRPD_SETTINGS_H

#include "endpoint.h"

struct config_interface;
struct interface;
struct peer;

/**
 * settings_peer - the kept peer of a server or static setting
 *
 * Its flags are what all settings that lead to @endpoint say together.
 * Return: the peer, or NULL after the kernel's refusal was logged.
 */
struct peer *settings_peer(struct interface *interface,
			   const struct endpoint *endpoint);

/**
 * settings_release_peer - a setting does not want that peer any more
 *
 * It goes unless another setting wants it, or mappings still lead to it: as
 * those of a client that has registered.
 */
void settings_release_peer(struct interface *interface,
			   const struct endpoint *endpoint);

/** settings_apply - static mappings and peers, when the device is there */
void settings_apply(struct interface *interface);

/**
 * settings_change - go over to new settings by their differences
 * @config: takes the place of interface->config; the old one must still exist
 *
 * What is in both stays untouched: no registration, peer or mapping of it is
 * interrupted.
 */
void settings_change(struct interface *interface,
		     const struct config_interface *config);

#endif /* NHRPD_SETTINGS_H */
