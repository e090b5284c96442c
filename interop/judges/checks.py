"""What all checks share: how they are declared, how a node is reached, and what counts as being turned away."""
import time
from collections import namedtuple

import noise
from wire import Closed, Late, Wire, select
from yamux import GOAWAY, RST, UPDATE, GoneAway, Reader, Reset, Yamux

CHECKS = []
Check = namedtuple("Check", "area name run")
ECHO, PING = b"/echo/1.0.0", b"/ipfs/ping/1.0.0"
# specs/yamux/README.md, Go Away; and PROTOCOL_VIOLATION of the error codes for connections (specs pull request 623)
PROTOCOL_ERRORS = (1, 0x1003)


class Failed(Exception):
    """The node did what it must not do."""


def check(area, name):
    """Declares a check: a function that takes the node and raises if it misbehaves."""
    def declare(run):
        CHECKS.append(Check(area, name, run))
        return run
    return declare


def ensure(condition, complaint):
    if not condition:
        raise Failed(complaint)


class Node:
    """The node under judgement."""

    def __init__(self, host, port):
        self.host, self.port = host, port

    def wire(self, seconds=20.0):
        return Wire(self.host, self.port, seconds)

    def secured(self):
        return noise.secure(self.wire())[0]

    def muxed(self):
        session = self.secured()
        select(session.send, session.exactly, b"/yamux/1.0.0")
        return Yamux(session)

    def must_be_well(self):
        """A new connection answers pings: what was done to others has not hurt the node."""
        muxer = self.muxed()
        stream = muxer.stream(PING)
        muxer.data(stream.stream, bytes(range(32)))
        ensure(stream.exactly(32) == bytes(range(32)), "a ping came back changed")
        muxer.session.wire.close()


def turned_away(wire, seconds=5.0, bytes_max=4096):
    """The peer must end the bare connection soon, and say little before."""
    try:
        count = wire.until_closed(seconds)
    except Late as late:
        raise Failed(f"the connection was still open after {seconds:g} s") from late
    ensure(count <= bytes_max, f"{count} bytes came before the end")


def session_ends(muxer, seconds=5.0):
    """The peer must end the session; the code of its GoAway, or None if it closed without one."""
    until = time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            frame = muxer.read()
            if frame.type == GOAWAY:
                return frame.length  # it may wait for us to close the socket
    except Closed:
        return None
    except Late:
        pass
    raise Failed(f"the session was still open after {seconds:g} s")


def violation(muxer):
    """What was sent breaks Yamux: the session must end, and a GoAway must name a protocol error."""
    code = session_ends(muxer)
    ensure(code is None or code in PROTOCOL_ERRORS, f"GoAway with code {code}, which names no protocol error")


def echoes(muxer, size=1000):
    """A new stream of this connection still works."""
    stream = muxer.stream(ECHO)
    data = bytes(i * 7 % 251 for i in range(size))
    muxer.data(stream.stream, data)
    ensure(stream.exactly(size) == data, "the echo is not what was sent")
    return stream


__all__ = ["CHECKS", "Closed", "ECHO", "Failed", "GoneAway", "Late", "Node", "PING", "RST", "Reader", "Reset", "UPDATE",
           "check", "echoes", "ensure", "session_ends", "turned_away", "violation"]
