#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Send NHRP packets that a hub must discard, in GRE to its NBMA address.

  bad_packets.py KIND HUB KEY

KIND is one of the functions below that have a docstring; it is also why the
hub discards them. The packets seem to come from the node at this end, which
calls itself 9.0.0.2. Prints how many were sent.
"""

import ipaddress
import random
import socket
import struct
import sys
import time

SPOKE, HUB, OTHER = "9.0.0.2", "9.0.0.1", "9.0.0.3"
BEHIND_OTHER = "10.0.65.2"
(RESOLUTION_REQUEST, RESOLUTION_REPLY, REGISTRATION_REQUEST,
 REGISTRATION_REPLY, PURGE_REQUEST, PURGE_REPLY) = range(1, 7)
IP_MTU_DISCOVER, IP_PMTUDISC_DONT = 10, 0
FORWARD_TRANSIT, RESPONDER, AUTHENTICATION = 0x8004, 0x8003, 0x8007
END = b"\x80\x00\x00\x00"


def address(text):
    return ipaddress.ip_address(text).packed


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def cie(protocol, nbma, hold=300, code=0, prefix=0xff):
    return struct.pack(">BBHHHBBBB", code, prefix, 0, 0, hold, len(nbma), 0,
                       len(protocol), 0) + nbma + protocol


def extension(kind, data=b""):
    return struct.pack(">HH", kind, len(data)) + data


def packet(kind, destination, cies=b"", extensions=b"", **header):
    """A packet from SPOKE; header fields by name, as they should be unless
    given."""
    source = header.get("source", address(SPOKE))
    nbma = header.get("nbma", address(NBMA))
    destination = address(destination)
    mandatory = struct.pack(">BBHI", header.get("source_length", len(source)),
                            header.get("destination_length",
                                       len(destination)),
                            header.get("flags", 0),
                            header.get("request_id", 7))
    mandatory += nbma + source + destination + cies
    if extensions:
        extensions += END
    size = 20 + len(mandatory) + len(extensions)
    data = struct.pack(">HH5xBHHHBBBB", header.get("family", 1),
                       header.get("protocol", 0x800),
                       header.get("hop_count", 255),
                       header.get("size", size), 0,
                       header.get("extensions_at",
                                  20 + len(mandatory) if extensions else 0),
                       header.get("version", 1), header.get("type", kind),
                       header.get("nbma_length", len(nbma)),
                       header.get("subaddress_length", 0))
    data += mandatory + extensions
    data = data[:12] + struct.pack(">H", checksum(data)) + data[14:]
    return data[:12] + header["checksum"] + data[14:] \
        if "checksum" in header else data


def registration(**header):
    extensions = header.pop("extensions", extension(RESPONDER))
    cies = header.pop("cies", cie(b"", b""))
    return packet(REGISTRATION_REQUEST, HUB, cies, extensions, **header)


def malformed():
    """truncated, garbled, or with lengths that do not fit"""
    good = registration()
    for length in range(1, len(good)):
        yield good[:length]
    for byte in range(len(good)):
        yield good[:byte] + bytes([good[byte] ^ 0x10]) + good[byte + 1:]
    generator = random.Random(2332)
    for length in range(1, 100):
        noise = bytes(generator.randrange(256) for _ in range(length))
        yield noise
        yield registration(cies=noise)
        yield registration(extensions=noise)
    for field, value in (
            ("version", 0), ("version", 2), ("family", 0), ("family", 3),
            ("protocol", 0x806), ("type", 0), ("type", 9), ("type", 255),
            ("size", 0), ("size", 19), ("size", 27), ("size", 65535),
            ("extensions_at", 19), ("extensions_at", 28),
            ("extensions_at", 65535), ("nbma_length", 0x3f),
            ("nbma_length", 5), ("subaddress_length", 4),
            ("source_length", 3), ("source_length", 16),
            ("destination_length", 255), ("checksum", b"\0\0")):
        yield registration(**{field: value})
    for cies in (b"\0", cie(b"", b"")[:-1], cie(b"12345", b""),
                 cie(b"", b"123456"), b"\xff" * 12, cie(b"", b"") * 200):
        yield registration(cies=cies)
    for extensions in (b"\x80", b"\x80\x03\x00", b"\x80\x03\xff\xff",
                       extension(RESPONDER, b"1234567"),
                       extension(FORWARD_TRANSIT, b"\xff" * 12)):
        yield registration(extensions=extensions)


def authentication():
    """without the secret of the network, or with another"""
    for secret in (None, b"secret1", b"secreT", b"s", b"secret\0",
                   b"123456789", b"x" * 200):
        data = b"" if secret is None else \
            extension(AUTHENTICATION, b"\0\0\0\1" + secret)
        yield registration(extensions=extension(RESPONDER) + data)
    for data in (b"", b"\0\0\0\1", b"\0\0\0\2secret"):
        yield registration(extensions=extension(AUTHENTICATION, data))
    yield packet(PURGE_REQUEST, HUB, cie(address(OTHER), b"", 0))
    yield packet(RESOLUTION_REQUEST, BEHIND_OTHER)


def unknown_extension():
    """a compulsory extension that nobody knows, for the responder"""
    for kind in (0x8001, 0x8002, 0x800b, 0xbfff):
        yield registration(extensions=extension(kind, b"data"))


def loop():
    """seen before: the hub's address is in the transit record"""
    record = extension(FORWARD_TRANSIT, cie(address(HUB), address(HUB_NBMA)))
    yield packet(RESOLUTION_REQUEST, BEHIND_OTHER, b"", record)


def hop_count():
    """to be forwarded, but it may go no further"""
    yield packet(RESOLUTION_REQUEST, BEHIND_OTHER, b"", extension(RESPONDER),
                 hop_count=0)


def unsolicited():
    """replies to questions that nobody asked"""
    reply = cie(address(OTHER), address("9.1.1.130"))
    for kind in (RESOLUTION_REPLY, REGISTRATION_REPLY, PURGE_REPLY):
        yield packet(kind, OTHER, reply, source=address(HUB),
                     nbma=address(HUB_NBMA))


def hijack():
    """claims of addresses that belong to others"""
    for victim in (HUB, OTHER):
        yield registration(source=address(victim))
        yield registration(cies=cie(address(victim), b""))
    for victim in (HUB, OTHER):
        yield packet(PURGE_REQUEST, HUB, cie(address(victim), b"", 0))


KINDS = {f.__name__: f for f in (malformed, authentication, unknown_extension,
                                 loop, hop_count, unsolicited, hijack)}


def main():
    global HUB_NBMA, NBMA

    kind, HUB_NBMA, key = sys.argv[1:]
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_GRE)
    # One of them is longer than a frame: fragment it.
    raw.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT)
    raw.connect((HUB_NBMA, 0))
    NBMA = raw.getsockname()[0]
    count = 0
    for data in KINDS[kind]():
        raw.send(struct.pack(">HHI", 0x2000, 0x2001, int(key)) + data)
        count += 1
        # The hub is to read them all, not to be flooded.
        time.sleep(0.002)
    print(count)


if __name__ == "__main__":
    main()
