/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A DNS that answers when it is told to, in place of libuv's threads.
 */
#ifndef SELFTESTS_UNIT_FAKE_DNS_H
#define SELFTESTS_UNIT_FAKE_DNS_H

#include <stdbool.h>

/** fake_dns_asked - whether a question waits for its answer */
bool fake_dns_asked(void);

/**
 * fake_dns_answer - answer it
 * @first, @second: IPv4 addresses; @second may be NULL, and with @first NULL
 *		    there is no such name
 */
void fake_dns_answer(const char *first, const char *second);

#endif /* SELFTESTS_UNIT_FAKE_DNS_H */
