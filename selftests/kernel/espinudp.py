#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Let the kernel take ESP out of UDP: keep a socket open that says so.

  espinudp.py PORT     print "ready" and stay
"""

import signal
import socket
import sys

UDP_ENCAP, UDP_ENCAP_ESPINUDP = 100, 2

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("0.0.0.0", int(sys.argv[1])))
sock.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP)
print("ready", flush=True)
signal.pause()
