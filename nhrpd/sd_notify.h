/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Telling systemd how we are, by its datagram protocol (sd_notify(3)).
 */
#ifndef NHRPD_SD_NOTIFY_H
#define NHRPD_SD_NOTIFY_H

/** sd_notify_send - send a state such as "READY=1"; does nothing elsewhere */
void sd_notify_send(const char *state);

/** sd_notify_reloading - a reload begins; "READY=1" ends it */
void sd_notify_reloading(void);

#endif /* NHRPD_SD_NOTIFY_H */
