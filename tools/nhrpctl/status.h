/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NHRPCTL_STATUS_H
#define NHRPCTL_STATUS_H

/* Exit statuses of nhrpctl, beside 0. */
enum {
	EXIT_REFUSED = 1,
	EXIT_USAGE = 2,
	EXIT_UNREACHABLE = 3,
};

#endif /* NHRPCTL_STATUS_H */
