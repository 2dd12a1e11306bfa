/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What nhrpd may do: no more than it needs.
 */
#ifndef NHRPD_PRIVILEGES_H
#define NHRPD_PRIVILEGES_H

/**
 * privileges_drop - keep CAP_NET_ADMIN and CAP_NET_RAW, and no way to more
 * @user: name of whom to become if we are root, or NULL: stay who we are
 *
 * From then on there are no core dumps, and only root may look into its memory.
 *
 * To be called before there are threads, and before the first file is opened:
 * what cannot be read then could not be read again at a reload either.
 *
 * Return: 0, or -1 after the reason was logged.
 */
int privileges_drop(const char *user);

#endif /* NHRPD_PRIVILEGES_H */
