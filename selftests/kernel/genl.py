#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Speak the generic netlink family mgre as its YAML spec describes it.

For the tests that need what mgrectl does not offer: a daemon's part, and
messages that are wrong. ATTRIBUTES is a JSON object by the spec's names;
binary values are IP addresses or hex, {"raw": HEX} is a payload of any length
and "#N" an attribute by its number.

  genl.py call OPERATION ATTRIBUTES [create] [excl]   print what is answered
  genl.py dump OPERATION ATTRIBUTES
  genl.py try          for each line "OPERATION ATTRIBUTES [FLAG...]" of
                       standard input print its refusal, or "accepted"
  genl.py own DEVICE   bind the device and print "bound", then each message
  genl.py listen       join the group, print "listening", then each event

Messages are printed as one JSON object a line. A refusal is printed as
"NAME: what the kernel says" on standard error, and the exit status is 1.
"""

import errno
import ipaddress
import json
import os
import socket
import struct
import sys

import yaml

NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLM_F_FLAGS = {"excl": 0x200, "create": 0x400}
NLMSG_ERROR, NLMSG_DONE, GENL_CTRL, NETLINK_GENERIC = 2, 3, 16, 16
NLM_F_ACK_TLVS = 0x200
NLA_F_NESTED = 0x8000
SOL_NETLINK, ADD_MEMBERSHIP, CAP_ACK, EXT_ACK = 270, 1, 10, 11

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")


class Refused(Exception):
    pass


class Spec:
    """Numbers and names of the spec."""

    def __init__(self):
        path = os.path.join(TOP, "Documentation/netlink/specs/mgre.yaml")
        with open(path, encoding="utf-8") as f:
            spec = yaml.load(f, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.commands = {o["name"]: i + 1 for i, o in
                         enumerate(spec["operations"]["list"])}
        self.sets = {s["name"]: [(a["name"], a["type"],
                                  a.get("nested-attributes"))
                                 for a in s["attributes"]]
                     for s in spec["attribute-sets"]}

    def encode_value(self, kind, nested, value):
        if isinstance(value, dict) and "raw" in value:
            return bytes.fromhex(value["raw"])
        if kind == "nest":
            return self.encode(nested, value)
        if kind == "bitfield32":
            return struct.pack("=II", *value)
        if kind == "binary":
            try:
                return ipaddress.ip_address(value).packed
            except ValueError:
                return bytes.fromhex(value)
        return value.to_bytes({"u16": 2, "u32": 4, "u64": 8}[kind],
                              sys.byteorder)

    def encode(self, name, values):
        """Attributes of a set, from an object by their names."""
        out = b""
        members = {m[0]: (i + 1, m[1], m[2])
                   for i, m in enumerate(self.sets[name])}
        for key, value in values.items():
            if key.startswith("#"):
                kind, number, payload = None, int(key[1:]), \
                    bytes.fromhex(value["raw"])
            else:
                number, kind, nested = members[key]
                payload = self.encode_value(kind, nested, value)
            if kind == "nest":
                number |= NLA_F_NESTED
            out += attribute(number, payload)
        return out

    def decode_value(self, name, kind, nested, payload):
        if kind == "nest":
            return self.decode(nested, payload)
        if kind == "bitfield32":
            return list(struct.unpack("=II", payload))
        if kind == "flag":
            return True
        if kind in ("u16", "u32", "u64"):
            return int.from_bytes(payload, sys.byteorder)
        if name in ("nbma", "local", "protocol"):
            return str(ipaddress.ip_address(payload))
        return payload.hex()

    def decode(self, name, data):
        out = {}
        for number, payload in attributes(data):
            if number > len(self.sets[name]):
                raise ValueError(f"attribute {number} of {name} is not "
                                 "in the spec")
            key, kind, nested = self.sets[name][number - 1]
            if kind != "pad":
                out[key] = self.decode_value(key, kind, nested, payload)
        return out


def attribute(number, payload):
    return struct.pack("=HH", len(payload) + 4, number) + payload + \
        bytes(-len(payload) % 4)


def attributes(data):
    """The (number, payload) of each attribute."""
    while len(data) >= 4:
        length, number = struct.unpack_from("=HH", data)
        yield number & 0x3fff, data[4:length]
        data = data[(length + 3) & ~3:]


class Family:
    """A socket, and the family on the other side."""

    def __init__(self):
        self.spec = Spec()
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                  NETLINK_GENERIC)
        self.sock.bind((0, 0))
        self.sock.setsockopt(SOL_NETLINK, EXT_ACK, 1)
        self.sock.setsockopt(SOL_NETLINK, CAP_ACK, 1)
        self.id, self.sequence = GENL_CTRL, 0
        self.send(3, attribute(2, b"mgre\0"), 0)
        for _, data in self.answers():
            found = dict(attributes(data))
            group = dict(attributes(next(attributes(found[7]))[1]))
            self.group = struct.unpack("=I", group[2])[0]
            ident = struct.unpack("=H", found[1])[0]
        self.id = ident

    def send(self, command, data, flags):
        self.sequence += 1
        self.sock.send(struct.pack(
            "=IHHIIBBH", 20 + len(data), self.id,
            NLM_F_REQUEST | NLM_F_ACK | flags, self.sequence, 0, command, 1,
            0) + data)

    def messages(self):
        """Each message: its type, flags, sequence number and payload."""
        data = self.sock.recv(1 << 17)
        while len(data) >= 16:
            length, kind, flags, sequence, _ = struct.unpack_from(
                "=IHHII", data)
            yield kind, flags, sequence, data[16:length]
            data = data[(length + 3) & ~3:]

    def answers(self):
        """The (command, attributes) of each answer to the last message."""
        while True:
            for kind, flags, sequence, data in self.messages():
                if sequence != self.sequence:
                    continue
                if kind not in (NLMSG_ERROR, NLMSG_DONE):
                    yield data[0], data[4:]
                    continue
                code = struct.unpack_from("=i", data)[0]
                if code < 0:
                    skip = 20 if kind == NLMSG_ERROR else 4
                    words = dict(attributes(data[skip:])).get(1, b"\0") \
                        if flags & NLM_F_ACK_TLVS else b"\0"
                    raise Refused(f"{errno.errorcode[-code]}: "
                                  f"{words[:-1].decode()}")
                return

    def ask(self, operation, values, flags):
        self.send(self.spec.commands[operation],
                  self.spec.encode("mgre", values), flags)
        for command, data in self.answers():
            self.show(command, data)

    def attempt(self, line):
        """How one line of "try" ends."""
        operation, rest = line.split(None, 1)
        values, end = json.JSONDecoder().raw_decode(rest)
        flags = sum(NLM_F_FLAGS[word] for word in rest[end:].split())
        try:
            self.ask(operation, values, flags)
        except Refused as refusal:
            return str(refusal)
        return "accepted"

    def show(self, command, data):
        names = {v: k for k, v in self.spec.commands.items()}
        print(json.dumps({"message": names[command],
                          **self.spec.decode("mgre", data)}), flush=True)

    def follow(self):
        """Print what comes, for ever."""
        while True:
            for kind, _, _, data in self.messages():
                if kind == self.id:
                    self.show(data[0], data[4:])


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    verb, words = sys.argv[1], sys.argv[2:]
    try:
        family = Family()
        if verb in ("call", "dump"):
            flags = NLM_F_DUMP if verb == "dump" else 0
            for word in words[2:]:
                flags |= NLM_F_FLAGS[word]
            family.ask(words[0], json.loads(words[1]), flags)
        elif verb == "try":
            for line in sys.stdin:
                print(f"{family.attempt(line)}  <- {line.strip()}")
        elif verb == "own":
            family.ask("dev-bind",
                       {"ifindex": socket.if_nametoindex(words[0])}, 0)
            print("bound", flush=True)
            family.follow()
        elif verb == "listen":
            family.sock.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, family.group)
            print("listening", flush=True)
            family.follow()
        else:
            sys.exit(__doc__)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
