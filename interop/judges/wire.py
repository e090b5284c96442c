"""A TCP connection with time limits, unsigned varints, and multistream-select messages (specs/connections/README.md)."""
import socket
import struct
import time

MULTISTREAM = b"/multistream/1.0.0"


class Closed(Exception):
    """The peer ended the connection."""


class Late(Exception):
    """What was awaited did not come in time."""


class Violated(Exception):
    """What came is not what the specifications allow."""


class Wire:
    """The bare connection. Reading raises Closed at its end, however that comes, and Late after `seconds`."""

    def __init__(self, host, port, seconds=20.0):
        self._socket = socket.create_connection((host, port), timeout=seconds)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._held = b""
        self.seconds = seconds

    def send(self, data):
        try:
            self._socket.sendall(data)
        except TimeoutError as error:
            raise Late("the peer does not take what is sent") from error
        except OSError as error:
            raise Closed(str(error)) from error

    def some(self, seconds=None):
        """What is there, at least a byte."""
        if self._held:
            data, self._held = self._held, b""
            return data
        self._socket.settimeout(self.seconds if seconds is None else seconds)
        try:
            data = self._socket.recv(65536)
        except TimeoutError as error:
            raise Late("nothing came") from error
        except OSError as error:
            raise Closed(str(error)) from error
        finally:
            self._socket.settimeout(self.seconds)
        if not data:
            raise Closed("end of stream")
        return data

    def exactly(self, size, seconds=None):
        until = time.monotonic() + (self.seconds if seconds is None else seconds)
        data = b""
        try:
            while len(data) < size:
                data += self.some(max(0.001, until - time.monotonic()))
        except (Closed, Late):
            self._held = data  # as if it had not been looked at
            raise
        self._held = data[size:]
        return data[:size]

    def until_closed(self, seconds=None):
        """Reads to the end and says how many bytes came; Late if the end does not come in time."""
        until = time.monotonic() + (self.seconds if seconds is None else seconds)
        count = 0
        while True:
            try:
                count += len(self.some(max(0.001, until - time.monotonic())))
            except Closed:
                return count

    def close(self):
        self._socket.close()

    def abort(self):
        """Ends it with a reset."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def read_varint(exactly):
    number = shift = 0
    while True:
        (byte,) = exactly(1)
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number
        shift += 7
        if shift > 63:
            raise Violated("a varint of more than nine bytes")


def line(text):
    """A multistream message: its length, the text, a newline."""
    return varint(len(text) + 1) + text + b"\n"


def read_line(exactly):
    text = exactly(read_varint(exactly))
    if not text.endswith(b"\n"):
        raise Violated(f"a multistream message without a newline: {text!r}")
    return text[:-1]


def select(send, exactly, protocol):
    """Proposes one protocol and waits until it is taken."""
    send(line(MULTISTREAM) + line(protocol))
    for expected in (MULTISTREAM, protocol):
        answer = read_line(exactly)
        if answer != expected:
            raise Violated(f"{answer!r} instead of {expected!r}")
