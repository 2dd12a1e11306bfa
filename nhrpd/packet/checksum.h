/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NHRPD_PACKET_CHECKSUM_H
#define NHRPD_PACKET_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/**
 * nhrp_checksum - the IP checksum of a packet (RFC 2332 5.1, ar$chksum)
 * @bytes: the packet
 * @length: its size; an odd tail counts as if a zero byte followed it
 *
 * Return: in host byte order, what belongs into a checksum field that is zero
 * in @bytes; 0 if the field is there and right.
 */
uint16_t nhrp_checksum(const uint8_t *bytes, size_t length);

#endif /* NHRPD_PACKET_CHECKSUM_H */
