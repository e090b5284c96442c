"""multistream-select on a bare connection: specs/connections/README.md, multistream-select."""
from checks import Failed, check, ensure, turned_away
from noise import Handshake, framed, read_frame
from wire import MULTISTREAM, Closed, Late, line, read_line, varint

AREA = "multistream"
FLOOD = 20_000
FLOOD_BYTES_MAX = 64 * 1024
SILENCE_MAX = 40.0


@check(AREA, "an unknown protocol is answered with na, and the next proposal is taken")
def unknown(node):
    wire = node.wire()
    wire.send(line(MULTISTREAM) + line(b"/no/such/1.0.0") + line(b"/noise"))
    answers = [read_line(wire.exactly) for _ in range(3)]
    ensure(answers == [MULTISTREAM, b"na", b"/noise"], f"the answers were {answers}")


@check(AREA, "messages cut at every byte are understood")
def cut(node):
    wire = node.wire()
    for byte in line(MULTISTREAM) + line(b"/noise"):
        wire.send(bytes([byte]))
    answers = [read_line(wire.exactly) for _ in range(2)]
    ensure(answers == [MULTISTREAM, b"/noise"], f"the answers were {answers}")


@check(AREA, "the first message of Noise behind an optimistic proposal is not lost")
def optimistic(node):
    wire = node.wire()
    handshake = Handshake(wire)
    wire.send(line(MULTISTREAM) + line(b"/noise") + framed(handshake.first()))
    answers = [read_line(wire.exactly) for _ in range(2)]
    ensure(answers == [MULTISTREAM, b"/noise"], f"the answers were {answers}")
    handshake.second(read_frame(wire))


@check(AREA, "another version of multistream ends the connection")
def other_version(node):
    wire = node.wire()
    wire.send(line(b"/multistream/0.1.0") + line(b"/noise"))
    turned_away(wire)


@check(AREA, "a message without a newline ends the connection")
def no_newline(node):
    wire = node.wire()
    wire.send(line(MULTISTREAM) + varint(6) + b"/noise")
    turned_away(wire)


@check(AREA, "an empty message ends the connection or is answered with na")
def empty(node):
    wire = node.wire()
    wire.send(line(MULTISTREAM) + varint(0))
    try:
        ensure(read_line(wire.exactly) == MULTISTREAM, "no header came")
        wire.send(line(b"/noise"))
        answer = read_line(wire.exactly)
        ensure(answer in (b"na", b"/noise"), f"the answer was {answer!r}")
    except Closed:
        pass


@check(AREA, "the announcement of a huge message ends the connection before it is sent")
def huge(node):
    for length in (1 << 20, 1 << 31, 1 << 40, (1 << 63) - 1):
        wire = node.wire()
        wire.send(line(MULTISTREAM) + varint(length) + b"/")
        turned_away(wire)


@check(AREA, "a length without an end ends the connection")
def endless_varint(node):
    wire = node.wire()
    wire.send(line(MULTISTREAM) + b"\xff" * 64)
    turned_away(wire)


@check(AREA, "a flood of tiny messages is cut off, and costs the node few bytes")
def flood(node):
    wire = node.wire()
    try:
        wire.send(line(MULTISTREAM) + line(b"") * FLOOD)
    except Closed:
        return
    turned_away(wire, bytes_max=FLOOD_BYTES_MAX)


@check(AREA, "a flood of ls is cut off, and costs the node few bytes")
def flood_of_ls(node):
    wire = node.wire()
    try:
        wire.send(line(MULTISTREAM) + line(b"ls") * FLOOD)
    except Closed:
        return
    turned_away(wire, bytes_max=FLOOD_BYTES_MAX)


@check(AREA, "a peer that says nothing is turned away in time")
def silent(node):
    wire = node.wire()
    try:
        turned_away(wire, SILENCE_MAX)
    except Failed as failed:
        raise Failed(f"a silent connection was held for {SILENCE_MAX:g} s") from failed


@check(AREA, "a flood of tiny messages on a stream resets the stream or ends the connection, and costs few bytes")
def stream_flood(node):
    muxer = node.muxed()
    stream = muxer.number()
    received = 0
    try:
        muxer.data(stream, line(MULTISTREAM), 1)
        for _ in range(FLOOD // 100):
            muxer.data(stream, line(b"") * 100)
        while True:
            frame = muxer.read()
            received += len(frame.body)
            if frame.type == 3 or frame.id == stream and frame.flags & 8:
                break
    except Closed:
        pass
    except Late as late:
        raise Failed("neither the stream nor the connection ended") from late
    ensure(received <= FLOOD_BYTES_MAX, f"{received} bytes came back")
