#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Lie as a node with keys can: in the place of its nhrpd, through its SAs.

  member.py DEVICE NBMA,IF_ID ACTION...

The actions are done one after the other, with the node at NBMA to which the
SAs of IF_ID lead. PROTOCOL is who this node says to be.

  register PROTOCOL [ADDRESS/LENGTH]     a registration, with a prefix
  purge PROTOCOL TARGET ADDRESS/LENGTH   a purge, for TARGET
  redirect PROTOCOL SOURCE DESTINATION   a redirect of such a packet
  request PROTOCOL DESTINATION [SERVER]  a resolution request, as if SERVER had
                                         passed it on
  guess PROTOCOL REQUESTER DESTINATION NEXT_HOP NBMA COUNT
                                         replies to requests nobody has seen
  answer PROTOCOL NEXT_HOP LENGTH NBMA [OFFSET]
                                         reply to the next request that comes:
                                         NEXT_HOP is at NBMA; with an OFFSET,
                                         to one whose id is so much further on
  flood PROTOCOL SECONDS                 registrations
  hear SECONDS                           print what comes, without an answer

Prints a line for each NHRP packet that comes: type, code of the first CIE
("-" without), source and destination protocol address.
"""

import os
import random
import select
import socket
import struct
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../nhrp"), os.path.join(HERE, "../kernel")]
import bad_packets  # noqa: E402
import genl  # noqa: E402
from bad_packets import address, cie, extension  # noqa: E402

TYPES = ["", "resolution-request", "resolution-reply", "registration-request",
         "registration-reply", "purge-request", "purge-reply",
         "error-indication", "traffic-indication"]
REVERSE_TRANSIT = 0x8005


class Packet:
    """What matters of an NHRP packet over IPv4."""

    def __init__(self, data):
        self.data, self.type = data, data[17]
        nbma, subaddress = data[18] & 0x3f, data[19] & 0x3f
        source, destination = data[20:22]
        self.flags, = struct.unpack_from(">H", data, 22)
        self.request_id, = struct.unpack_from(">I", data, 24)
        at = 28
        self.nbma = data[at:at + nbma]
        at += nbma + subaddress
        self.source = data[at:at + source]
        at += source
        self.destination = data[at:at + destination]
        at += destination
        end = struct.unpack_from(">H", data, 14)[0] or len(data)
        self.code = data[at] if at + 12 <= end and self.type < 7 else None

    def __str__(self):
        return " ".join([TYPES[self.type],
                         "-" if self.code is None else str(self.code),
                         socket.inet_ntoa(self.source),
                         socket.inet_ntoa(self.destination)])


class Member:
    def __init__(self, device, to):
        self.family = genl.Family()
        self.ifindex = socket.if_nametoindex(device)
        self.family.ask("dev-bind", {"ifindex": self.ifindex}, 0)
        nbma, if_id = to.split(",")
        self.endpoint = {"nbma": nbma, "if-id": int(if_id)}
        routes = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        routes.connect((nbma, 9))
        bad_packets.NBMA = self.own = routes.getsockname()[0]

    def send(self, packet, endpoint=None):
        """Not waiting for the kernel, which may refuse as it likes."""
        self.family.send(self.family.spec.commands["packet"],
                         self.family.spec.encode("mgre", {
                             "ifindex": self.ifindex,
                             "packet": {"endpoint": endpoint or self.endpoint,
                                        "data": packet.hex()}}), 0)

    def receive(self, seconds):
        """The NHRP packets that come, printed, with where they are from."""
        end = time.monotonic() + seconds
        packet = self.family.spec.commands["packet"]
        while True:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.family.sock], [], [],
                                              left)[0]:
                return
            for kind, _, _, data in self.family.messages():
                if kind != self.family.id or data[0] != packet:
                    continue
                values = self.family.spec.decode("mgre", data[4:])["packet"]
                parsed = Packet(bytes.fromhex(values["data"]))
                print(parsed, flush=True)
                yield values["endpoint"], parsed

    def hear(self, seconds):
        for _ in self.receive(float(seconds)):
            pass

    def register(self, protocol, prefix=None):
        if prefix:
            base, length = prefix.split("/")
            cies = cie(address(base), b"", prefix=int(length))
        else:
            cies = cie(b"", b"")
        self.send(bad_packets.registration(source=address(protocol),
                                           cies=cies))
        for _, packet in self.receive(3):
            if TYPES[packet.type] == "registration-reply":
                break

    def purge(self, protocol, target, prefix):
        base, length = prefix.split("/")
        self.send(bad_packets.packet(
            bad_packets.PURGE_REQUEST, target,
            cie(address(base), b"", 0, prefix=int(length)),
            source=address(protocol)))

    def redirect(self, protocol, source, destination):
        data = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28, 0, 0, 64, 17, 0,
                           address(source), address(destination)) + bytes(8)
        data = data[:10] + struct.pack(">H", bad_packets.checksum(
            data[:20])) + data[12:]
        self.send(bad_packets.packet(8, source, data, request_id=0,
                                     source=address(protocol)))

    def request(self, protocol, destination, server=None):
        record = extension(bad_packets.FORWARD_TRANSIT, b"" if not server else
                           cie(address(server), address(self.own)))
        self.send(bad_packets.packet(
            bad_packets.RESOLUTION_REQUEST, destination, cie(b"", b""),
            record + extension(REVERSE_TRANSIT), flags=0xc002,
            request_id=random.getrandbits(32), source=address(protocol)))

    def reply(self, requester, nbma, destination, request_id, binding,
              endpoint=None):
        """As if it had come a long way, in the name of our own address."""
        record = extension(REVERSE_TRANSIT, cie(binding["server"],
                                                address(self.own)))
        self.send(bad_packets.packet(
            bad_packets.RESOLUTION_REPLY, socket.inet_ntoa(destination),
            cie(binding["next_hop"], binding["nbma"],
                prefix=binding["length"]), record, flags=0xd002,
            request_id=request_id, source=requester, nbma=nbma), endpoint)

    def guess(self, protocol, requester, destination, next_hop, nbma, count):
        binding = {"server": address(protocol), "next_hop": address(next_hop),
                   "nbma": address(nbma), "length": 24}
        for number in range(int(count)):
            self.reply(address(requester), address(self.endpoint["nbma"]),
                       address(destination), number + 1, binding)

    def answer(self, protocol, next_hop, length, nbma, offset=0):
        binding = {"server": address(protocol), "next_hop": address(next_hop),
                   "nbma": address(nbma), "length": int(length)}
        for _, packet in self.receive(15):
            if TYPES[packet.type] != "resolution-request":
                continue
            self.reply(packet.source, packet.nbma, packet.destination,
                       packet.request_id + int(offset) & 0xffffffff, binding)
            break

    def flood(self, protocol, seconds):
        end = time.monotonic() + float(seconds)
        own, count = address(protocol), 0
        while time.monotonic() < end:
            for _ in range(100):
                count += 1
                source = own if count % 2 else \
                    struct.pack(">I", 0x09000000 + count % 65536)
                self.send(bad_packets.registration(source=source,
                                                   request_id=count))
            while select.select([self.family.sock], [], [], 0)[0]:
                try:
                    self.family.sock.recv(1 << 17, socket.MSG_DONTWAIT)
                except OSError:
                    continue
        print(count)


ACTIONS = {"register": (1, 2), "purge": (3, 3), "redirect": (3, 3),
           "request": (2, 3), "guess": (6, 6), "answer": (4, 5),
           "flood": (2, 2), "hear": (1, 1)}


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    member, words = Member(*sys.argv[1:3]), sys.argv[3:]
    print("bound", flush=True)
    while words:
        action, count = words.pop(0), 0
        while count < len(words) and words[count] not in ACTIONS:
            count += 1
        low, high = ACTIONS[action]
        if not low <= count <= high:
            sys.exit(__doc__)
        getattr(member, action)(*words[:count])
        words = words[count:]


if __name__ == "__main__":
    main()
