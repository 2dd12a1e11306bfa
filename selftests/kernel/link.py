#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Ask the kernel itself for mgre devices that the plug-in of ip(8) would not.

  link.py NAME    for each line "ATTRIBUTE HEX" of standard input, ask for a
                  device NAME with local 192.0.2.1 and that attribute, and
                  print the refusal, or "accepted"

ATTRIBUTE is a number, or a name as in IFLA_MGRE_NAME.
"""

import os
import re
import socket
import struct
import sys

import genl
from genl import attribute

NETLINK_ROUTE, RTM_NEWLINK, NLM_F_EXCL, NLM_F_CREATE = 0, 16, 0x200, 0x400
IFLA_IFNAME, IFLA_LINKINFO, IFLA_INFO_KIND, IFLA_INFO_DATA = 3, 18, 1, 2
HEADER = os.path.join(genl.TOP, "kmod/uapi/linux/mgre.h")


def numbers():
    """The attributes' numbers by their names, from the header."""
    with open(HEADER, encoding="utf-8") as f:
        names = re.findall(r"^\tIFLA_MGRE_(\w+),", f.read(), re.M)
    return {name.lower(): number for number, name in enumerate(names)}


class Links(genl.Family):
    def __init__(self):  # pylint: disable=super-init-not-called
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                  NETLINK_ROUTE)
        self.sock.bind((0, 0))
        self.sock.setsockopt(genl.SOL_NETLINK, genl.EXT_ACK, 1)
        self.sock.setsockopt(genl.SOL_NETLINK, genl.CAP_ACK, 1)
        self.sequence = 0

    def make(self, name, data):
        self.sequence += 1
        body = bytes(16) + attribute(IFLA_IFNAME, name.encode() + b"\0") + \
            attribute(IFLA_LINKINFO, attribute(IFLA_INFO_KIND, b"mgre\0") +
                      attribute(IFLA_INFO_DATA, data))
        self.sock.send(struct.pack(
            "=IHHII", 16 + len(body), RTM_NEWLINK,
            genl.NLM_F_REQUEST | genl.NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
            self.sequence, 0) + body)
        for _ in self.answers():
            pass


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    known, links = numbers(), Links()
    for line in sys.stdin:
        name, payload = line.split()
        number = known[name] if name in known else int(name)
        data = attribute(number, bytes.fromhex(payload))
        if name != "local":
            data += attribute(known["local"],
                              socket.inet_aton("192.0.2.1"))
        try:
            links.make(sys.argv[1], data)
            print("accepted")
        except genl.Refused as refusal:
            print(refusal)
    return 0


if __name__ == "__main__":
    sys.exit(main())
