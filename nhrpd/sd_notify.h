/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Telling systemd how we are, by its datagram protocol (sd_notify(3)), and
 * leaving sockets with it, which then are there without us and for the next
 * nhrpd (FileDescriptorStoreMax= of systemd.service(5)).
 */
#ifndef NHRPD_SD_NOTIFY_H
#define NHRPD_SD_NOTIFY_H

#include <stdbool.h>

/** sd_notify_send - send a state such as "READY=1"; does nothing elsewhere */
void sd_notify_send(const char *state);

/** sd_notify_reloading - a reload begins; "READY=1" ends it */
void sd_notify_reloading(void);

/** sd_notify_stopping - this process ends, what was stored stays stored */
void sd_notify_stopping(void);

/**
 * sd_notify_store - leave a copy of a descriptor with systemd
 * @name: up to 255 printable characters, without a colon
 *
 * The same descriptor under the same name once more does no harm. Return:
 * whether there is somebody who was told; not, whether it is kept.
 */
bool sd_notify_store(const char *name, int descriptor);

/**
 * sd_notify_forget - systemd shall close what it has under a name
 *
 * Not after sd_notify_stopping().
 */
void sd_notify_forget(const char *name);

/**
 * sd_notify_take - take over a descriptor that was left with systemd
 *
 * It stays there as well. Return: the descriptor, which is the caller's and is
 * closed on exec, or -1; one that was taken is not found again.
 */
int sd_notify_take(const char *name);

/** sd_notify_close_others - close what nobody took, here and with systemd */
void sd_notify_close_others(void);

#endif /* NHRPD_SD_NOTIFY_H */
