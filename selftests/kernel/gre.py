#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Send a GRE packet by a raw socket, as anybody with the right could.

  gre.py SOURCE DESTINATION KEY [FROM TO]    an inner UDP packet
  gre.py SOURCE DESTINATION KEY nhrp         an NHRP packet

The exit status is 3 if netfilter has refused it.
"""

import ipaddress
import socket
import struct
import sys

NHRP = bytes.fromhex("0001080000000000000001000000000000000004000400")


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def udp(source, destination):
    payload = struct.pack("!HHHH", 9, 9, 12, 0) + b"mgre"
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0,
                         64, socket.IPPROTO_UDP, 0,
                         ipaddress.ip_address(source).packed,
                         ipaddress.ip_address(destination).packed)
    return header[:10] + struct.pack("!H", checksum(header)) + \
        header[12:] + payload


def main():
    source, destination, key = sys.argv[1:4]
    if sys.argv[4:] == ["nhrp"]:
        protocol, inner = 0x2001, NHRP
    else:
        protocol, inner = 0x0800, udp(*(sys.argv[4:] or
                                        ["10.9.0.2", "10.9.0.1"]))
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_GRE)
    sock.bind((source, 0))
    try:
        sock.sendto(struct.pack("!HHI", 0x2000, protocol, int(key)) + inner,
                    (destination, 0))
    except PermissionError as e:
        print(e)
        sys.exit(3)


main()
