/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NHRPCTL_DURATION_H
#define NHRPCTL_DURATION_H

#include <stdint.h>

/** struct duration - a length of time in text */
struct duration {
	char text[24];
};

/**
 * duration() - a length of time as Cisco IOS writes it
 * @seconds: how long; a negative one counts as 0
 *
 * Return: "01:59:03" below a day, then "1d02h", from a week on "1w6d" and
 * from a year on "1y23w".
 */
struct duration duration(int64_t seconds);

#endif /* NHRPCTL_DURATION_H */
