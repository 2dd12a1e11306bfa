#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""replay.py FILE: send the IPv4 packets of a capture once more.

FILE is a pcap of tcpdump -i any. They are sent as they are, with the addresses
they had.
"""

import socket
import struct
import sys

HEADERS = {113: 16, 276: 20}        # link types: bytes in front of IP


def packets(data):
    """The IP packets of a pcap."""
    order = '<' if data[:4] == b'\xd4\xc3\xb2\xa1' else '>'
    skip = HEADERS[struct.unpack(order + 'I', data[20:24])[0]]
    position = 24
    while position + 16 <= len(data):
        length = struct.unpack(order + 'I', data[position + 8:position + 12])[0]
        position += 16
        yield data[position + skip:position + length]
        position += length


def main():
    """Send them all, and tell how many."""
    with open(sys.argv[1], 'rb') as file:
        data = file.read()
    count = 0
    with socket.socket(socket.AF_INET, socket.SOCK_RAW,
                       socket.IPPROTO_RAW) as out:
        for packet in packets(data):
            out.sendto(packet, (socket.inet_ntoa(packet[16:20]), 0))
            count += 1
    print(count)


main()
