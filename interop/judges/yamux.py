"""Yamux frames (specs/yamux/README.md), sent and read one by one; nothing is done behind the judge's back but answering pings."""
import struct
from collections import namedtuple

from wire import Violated, line, read_line, MULTISTREAM

DATA, UPDATE, PING, GOAWAY = 0, 1, 2, 3
SYN, ACK, FIN, RST = 1, 2, 4, 8
WINDOW = 256 * 1024
NAMES = {DATA: "data", UPDATE: "window update", PING: "ping", GOAWAY: "go away"}

Frame = namedtuple("Frame", "type flags id length body")


def header(kind, flags, stream, length, version=0):
    return struct.pack(">BBHII", version, kind, flags, stream, length)


def parse(bytes12):
    version, kind, flags, stream, length = struct.unpack(">BBHII", bytes12)
    if version != 0 or kind > GOAWAY or flags > 15:
        raise Violated(f"a frame header {bytes12.hex()}")
    return kind, flags, stream, length


class Yamux:
    """One connection, of which the judge is the dialler: its streams have odd numbers."""

    def __init__(self, session):
        self.session = session
        self._next = 1
        self.may_send = {}  # what the peer's window of each stream has left
        self.pongs = []

    def frame(self, kind, flags, stream, length=0, body=b""):
        self.session.send(header(kind, flags, stream, length) + body)

    def number(self):
        self._next += 2
        return self._next - 2

    def data(self, stream, body, flags=0):
        """Sends a data frame, and keeps account of the window without heeding it."""
        self.may_send[stream] = self.may_send.get(stream, WINDOW) - len(body)
        self.frame(DATA, flags, stream, len(body), body)

    def read(self):
        """The next frame that is no ping."""
        while (frame := self._next_frame()).type == PING:
            pass
        return frame

    def _next_frame(self):
        """Any frame. The peer's pings are answered, answers to ours noted, windows counted."""
        kind, flags, stream, length = parse(self.session.exactly(12))
        body = self.session.exactly(length) if kind == DATA else b""
        if kind == PING and flags & SYN:
            self.frame(PING, ACK, 0, length)
        elif kind == PING:
            self.pongs.append(length)
        elif kind == UPDATE:
            self.may_send[stream] = self.may_send.get(stream, WINDOW) + length
        return Frame(kind, flags, stream, length, body)

    def stream(self, protocol, flags=0):
        """Opens a stream and has its protocol taken."""
        stream = self.number()
        self.data(stream, line(MULTISTREAM) + line(protocol), SYN | flags)
        reader = Reader(self, stream)
        if (first := read_line(reader.exactly)) != MULTISTREAM or (second := read_line(reader.exactly)) != protocol:
            raise Violated(f"the peer answered {first!r} instead of taking {protocol!r}")
        return reader

    def until_pong(self, value):
        """Sends a ping, and gives the frames that come before its answer."""
        self.frame(PING, SYN, 0, value)
        while value not in self.pongs:
            frame = self._next_frame()
            if frame.type != PING:
                yield frame
        self.pongs.remove(value)

    def ping(self, value):
        """Sends a ping and reads until it is answered; frames that come before are dropped."""
        for _ in self.until_pong(value):
            pass


class Reset(Exception):
    """The peer reset the stream."""


class Reader:
    """Reads one stream and grants nothing by itself; frames of others are dropped, what opens streams of the peer's too."""

    def __init__(self, muxer, stream):
        self.muxer, self.stream, self.held, self.finished = muxer, stream, b"", False
        self.spent = 0  # bytes received that were not granted again
        self.granted = False

    def more(self):
        """Takes the next frame; true if it was this stream's."""
        frame = self.muxer.read()
        if frame.type == GOAWAY:
            raise GoneAway(frame.length)
        if frame.id != self.stream:
            return False
        if self.finished and frame.body:
            raise Violated("data after FIN")
        self.held += frame.body
        self.spent += len(frame.body)
        if self.spent > WINDOW and not self.granted:
            raise Violated("the peer overran the window")
        if frame.flags & RST:
            raise Reset(frame.length if frame.type == UPDATE else 0)
        self.finished = self.finished or bool(frame.flags & FIN)
        return True

    def exactly(self, size):
        while len(self.held) < size:
            if self.finished:
                raise Violated("the stream ended too early")
            self.more()
        data, self.held = self.held[:size], self.held[size:]
        return data

    def grant(self):
        """Gives back to the peer what it has used of the window."""
        if self.spent:
            self.granted = True
            self.muxer.frame(UPDATE, 0, self.stream, self.spent)
            self.spent = 0


class GoneAway(Exception):
    """The peer said that it leaves."""

    def __init__(self, code):
        super().__init__(f"GoAway with code {code}")
        self.code = code
