#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Attack a protected network as the provider can: by packets of any source.

  provider.py clear KIND SOURCE TARGET KEY COUNT
      GRE without ESP, from SOURCE to the router TARGET: KIND is "data" (a
      datagram to port 9999 of a host of TARGET's), "registration", "purge"
      or "redirect".
  provider.py replay FILE [forward|reverse|shuffled] [KEY=VALUE...]
      Send the packets of a capture again, with another "source" (address) or
      a "flip" (this many bytes before the end a bit is turned over).
  provider.py truncate FILE
  provider.py alter FILE
      Send the UDP messages of a capture cut short or too long, or as long as
      they were with bits turned over.
  provider.py flood AUTHORITY TARGET SECONDS SOURCE
      Send initiations of the key exchange that differ, each made as well as
      somebody can who knows the authority's public key (base64), but is no
      member; from SOURCE, or from "many" addresses.

Prints how many packets were sent.
"""

import base64
import hashlib
import ipaddress
import os
import random
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../nhrp"))
import bad_packets  # noqa: E402

MARK, PORT, TRAFFIC_INDICATION = 9999, 2332, 8
# What a network's nodes and hosts are called, by the address of the router.
NODES = {"9.1.1.10": ("9.0.0.1", "10.1.0.2"),
         "9.1.1.130": ("9.0.0.2", "10.0.64.2"),
         "9.1.1.134": ("9.0.0.3", "10.0.65.2")}
# Length of the header in front of IP, by the type of a capture.
LINKS = {1: 14, 113: 16, 276: 20}

raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
sent = 0


def send(packet):
    global sent
    raw.sendto(packet, (socket.inet_ntoa(packet[16:20]), 0))
    sent += 1


def ip(source, target, protocol, payload):
    """The kernel fills in the checksum and the rest."""
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64,
                       protocol, 0, socket.inet_aton(source),
                       socket.inet_aton(target)) + payload


def udp(source_port, port, payload):
    return struct.pack(">HHHH", source_port, port, 8 + len(payload), 0) + \
        payload


def inner(source, target):
    """A packet from host to host, with its checksum as nobody else sets it."""
    packet = ip(source, target, 17, udp(MARK, MARK, b"clear" * 10))
    return packet[:10] + struct.pack(">H", bad_packets.checksum(
        packet[:20])) + packet[12:]


def nhrp(kind, source, target):
    """What SOURCE could say to TARGET."""
    protocol, host = NODES[target]
    bad_packets.NBMA = source
    claimed = bad_packets.address(NODES.get(source, ("9.0.0.4",))[0])
    if kind == "registration":
        return bad_packets.registration(source=claimed)
    if kind == "purge":
        behind = bad_packets.address("10.0.65.0")
        return bad_packets.packet(bad_packets.PURGE_REQUEST, protocol,
                                  bad_packets.cie(behind, b"", prefix=24),
                                  source=claimed)
    return bad_packets.packet(TRAFFIC_INDICATION, host,
                              inner(host, "10.0.65.9"), source=claimed,
                              request_id=0)


def clear(kind, source, target, key, count):
    for _ in range(int(count)):
        if kind == "data":
            host = NODES[target][1]
            other = NODES.get(source, (None, "10.0.66.2"))[1]
            protocol, payload = 0x800, inner(other, host)
        else:
            protocol, payload = 0x2001, nhrp(kind, source, target)
        send(ip(source, target, 47, struct.pack(">HHI", 0x2000, protocol,
                                                int(key)) + payload))
        time.sleep(0.002)


def capture(path):
    """The IP packets of a file, each once."""
    with open(path, "rb") as f:
        data = f.read()
    order = "<" if data[:4] == b"\xd4\xc3\xb2\xa1" else ">"
    skip = LINKS[struct.unpack_from(order + "I", data, 20)[0]]
    position, packets = 24, []
    while position + 16 <= len(data):
        length = struct.unpack_from(order + "I", data, position + 8)[0]
        packet = data[position + 16 + skip:position + 16 + length]
        total = struct.unpack_from(">H", packet, 2)[0]
        packets.append(packet[:total])
        position += 16 + length
    return packets


def replay(path, order="forward", *changes):
    changes = dict(change.split("=") for change in changes)
    packets = capture(path)
    if order == "reverse":
        packets.reverse()
    if order == "shuffled":
        random.Random(2332).shuffle(packets)
    for packet in packets:
        packet = bytearray(packet)
        # Offload may have left the checksum to a device that there is not.
        if packet[9] == socket.IPPROTO_UDP:
            packet[26:28] = bytes(2)
        if "source" in changes:
            packet[12:16] = socket.inet_aton(changes["source"])
        if "flip" in changes:
            packet[-int(changes["flip"])] ^= 1
        send(bytes(packet))
        time.sleep(0.002)


def messages(path):
    """The UDP datagrams of a file, as header and payload."""
    return [(packet[:28], packet[28:]) for packet in capture(path)
            if packet[9] == socket.IPPROTO_UDP]


def again(header, payload):
    send(header[:24] + struct.pack(">HH", 8 + len(payload), 0) + payload)


def truncate(path):
    for header, payload in messages(path):
        for length in range(0, len(payload), 5):
            again(header, payload[:length])
        again(header, payload + b"more")
        time.sleep(0.001)


def alter(path):
    generator = random.Random(2332)
    for header, payload in messages(path):
        for _ in range(20):
            byte = generator.randrange(len(payload))
            again(header, payload[:byte] + bytes([payload[byte] ^
                  1 << generator.randrange(8)]) + payload[byte + 1:])
        again(header, os.urandom(len(payload)))
        time.sleep(0.001)


def mac_key(authority):
    return hashlib.blake2b(b"mgre native mac1\0\1" + authority,
                           digest_size=32).digest()


def initiation(key):
    """Without a psk all of it but the ephemeral key is known to anybody."""
    message = struct.pack(">IBBHIII", 0, 1, 1, 0, 1,
                          random.randrange(1, 1 << 32), 0) + os.urandom(32) + \
        bytes(20)
    return message + hashlib.blake2b(message, key=key,
                                     digest_size=16).digest() + bytes(16)


def flood(authority, target, seconds, source):
    key = mac_key(base64.b64decode(authority))
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        for _ in range(20):
            origin = source if source != "many" else socket.inet_ntoa(
                struct.pack(">I", random.randrange(0x0b000000, 0x7e000000)))
            send(ip(origin, target, 17,
                    udp(PORT if source != "many" else
                        random.randrange(1024, 65536), PORT,
                        initiation(key))))
        # At most 2000 a second: more than that no router of this test, which
        # share one processor with all else, can even read.
        time.sleep(0.01)


def main():
    verbs = {f.__name__: f for f in (clear, replay, truncate, alter, flood)}
    if len(sys.argv) < 3 or sys.argv[1] not in verbs:
        sys.exit(__doc__)
    verbs[sys.argv[1]](*sys.argv[2:])
    print(sent)


if __name__ == "__main__":
    main()
