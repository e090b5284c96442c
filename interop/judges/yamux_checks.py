"""Yamux (specs/yamux/README.md): windows, flags, and floods. A violation must end the session, and nothing else may."""
import time

from checks import ECHO, Failed, GoneAway, Reset, check, echoes, ensure, session_ends, violation
from wire import MULTISTREAM, Closed, Late, line
from yamux import ACK, DATA, FIN, GOAWAY, PING as PING_FRAME, RST, SYN, UPDATE, WINDOW, Reader, header

AREA = "yamux"
BLOCK = 16 * 1024
STORM = 10_000
BACKLOG = 1000
BACKLOG_MAX = 256
EMPTY_FRAMES = 5000


def stalled_echo(muxer):
    """An echo stream on which the judge writes all that it may and grants nothing: both directions fill up. The count of bytes
    that were sent, and the reader with what came back unread."""
    stream = muxer.stream(ECHO)
    number, sent = stream.stream, 0
    while True:
        allowed = min(BLOCK, muxer.may_send[number])
        if allowed > 0:
            muxer.data(number, bytes([sent // BLOCK % 251]) * allowed)
            sent += allowed
            continue
        try:
            muxer.session.wire.seconds = 1.0
            stream.more()
        except Late:
            return stream, sent  # the peer neither grants nor sends: its echo waits for our window
        finally:
            muxer.session.wire.seconds = 20.0


@check(AREA, "1 MiB comes back whole over a stream whose windows are heeded")
def echo(node):
    muxer = node.muxed()
    stream = muxer.stream(ECHO)
    size, sent, received = 1 << 20, 0, bytearray()
    while len(received) < size:
        allowed = min(BLOCK, muxer.may_send[stream.stream], size - sent)
        if allowed > 0:
            muxer.data(stream.stream, bytes([sent // BLOCK % 251]) * allowed, FIN if sent + allowed == size else 0)
            sent += allowed
        if len(received) < sent:
            if not stream.held:
                stream.more()
            received += stream.held
            stream.held = b""
            stream.grant()
    expected = b"".join(bytes([i % 251]) * BLOCK for i in range(size // BLOCK))
    ensure(bytes(received) == expected, "the bytes came back changed")
    while not stream.finished:
        stream.more()


@check(AREA, "a stream that nobody reads stalls itself only: others, and pings, go on")
def deadlock(node):
    muxer = node.muxed()
    stalled_echo(muxer)
    echoes(muxer)
    muxer.ping(77)


@check(AREA, "a stream that stalled both ways goes on when its windows open, and nothing is lost")
def resumed(node):
    muxer = node.muxed()
    stream, sent = stalled_echo(muxer)
    received = 0
    muxer.frame(DATA, FIN, stream.stream)
    while not (stream.finished and not stream.held):
        received += len(stream.held)
        stream.held = b""
        stream.grant()
        stream.more()
    received += len(stream.held)
    ensure(received == sent, f"{received} bytes came back of {sent}")


@check(AREA, "one byte more than the window ends the session")
def overrun(node):
    muxer = node.muxed()
    stream, _ = stalled_echo(muxer)
    ensure(muxer.may_send[stream.stream] == 0, "the window is not known")
    muxer.data(stream.stream, b"!")
    violation(muxer)


@check(AREA, "frames without data do no harm")
def empty_frames(node):
    muxer = node.muxed()
    stream = muxer.stream(ECHO)
    for at in range(0, EMPTY_FRAMES, 100):
        muxer.session.send(header(DATA, 0, stream.stream, 0) * 100)
    muxer.data(stream.stream, b"still here")
    ensure(stream.exactly(10) == b"still here", "the echo is not what was sent")
    muxer.frame(UPDATE, 0, stream.stream, 0)
    muxer.data(stream.stream, b"and here")
    ensure(stream.exactly(8) == b"and here", "the echo is not what was sent")


@check(AREA, "a peer that grants one byte at a time is given one byte at a time")
def one_byte_windows(node):
    muxer = node.muxed()
    stream, _ = stalled_echo(muxer)
    for _ in range(50):
        had = stream.spent
        stream.granted = True
        muxer.frame(UPDATE, 0, stream.stream, 1)
        while stream.spent == had:
            stream.more()
        ensure(stream.spent == had + 1, f"{stream.spent - had} bytes came for a window of one")


@check(AREA, "combined flags are taken: SYN with data, SYN with FIN, ACK with FIN")
def combined(node):
    muxer = node.muxed()
    number = muxer.number()
    body = line(MULTISTREAM) + line(ECHO) + b"all at once"
    muxer.data(number, body, SYN | FIN)
    stream = Reader(muxer, number)
    expected = line(MULTISTREAM) + line(ECHO) + b"all at once"
    ensure(stream.exactly(len(expected)) == expected, "the answer is not the expected one")
    while not stream.finished:
        stream.more()
    stream = muxer.stream(ECHO)
    muxer.data(stream.stream, b"last", ACK | FIN)
    ensure(stream.exactly(4) == b"last", "the echo is not what was sent")
    while not stream.finished:
        stream.more()
    echoes(muxer)


@check(AREA, "a window update opens a stream as well as data does")
def opened_by_update(node):
    muxer = node.muxed()
    number = muxer.number()
    muxer.frame(UPDATE, SYN, number, 0)
    muxer.data(number, line(MULTISTREAM) + line(ECHO))
    stream = Reader(muxer, number)
    expected = line(MULTISTREAM) + line(ECHO)
    ensure(stream.exactly(len(expected)) == expected, "the answer is not the expected one")


@check(AREA, "headers and bodies cut at every byte are understood")
def cut(node):
    muxer = node.muxed()
    number = muxer.number()
    body = line(MULTISTREAM) + line(ECHO) + b"bit by bit"
    muxer.session.send(header(DATA, SYN, number, len(body)) + body, record=1)
    stream = Reader(muxer, number)
    ensure(stream.exactly(len(body)) == body, "the answer is not the expected one")


def ends(name, *frames):
    """Declares a check that these frames, sent behind a stream that works, end the session."""
    @check(AREA, name)
    def run(node):
        for frame in frames:
            muxer = node.muxed()
            echoes(muxer)
            muxer.session.send(frame)
            violation(muxer)


ends("another version ends the session", header(DATA, SYN, 3, 0, version=1))
ends("an unknown type of frame ends the session", header(4, 0, 3, 0), header(255, 0, 0, 0))
ends("data or a window update for stream 0 ends the session", header(DATA, 0, 0, 0), header(UPDATE, 0, 0, 1), header(DATA, SYN, 0, 0))
ends("a stream with a number of the other side's ends the session", header(UPDATE, SYN, 2, 0), header(DATA, SYN, 4, 0))
ends("a stream opened twice ends the session", header(UPDATE, SYN, 1, 0))
ends("a data frame of more than the window ends the session before its data comes",
     header(DATA, 0, 1, 0xFFFFFFFF), header(DATA, 0, 1, 1 << 31), header(DATA, 0, 1, 64 << 20), header(DATA, SYN, 3, WINDOW + 1))
ends("a window beyond 2^32 bytes ends the session", header(UPDATE, 0, 1, 0xFFFFFFFF) * 2)


@check(AREA, "frames for a stream that never was end the session or are passed over")
def never_opened(node):
    for frame in (header(DATA, 0, 99, 5) + b"hello", header(UPDATE, 0, 99, 1), header(DATA, 0, 98, 5) + b"hello"):
        muxer = node.muxed()
        echoes(muxer)
        muxer.session.send(frame)
        try:
            muxer.ping(5)
        except Closed:
            pass
        except Late as late:
            raise Failed("neither an answer nor an end") from late


@check(AREA, "data after FIN resets the stream or ends the session")
def after_fin(node):
    muxer = node.muxed()
    stream, _ = stalled_echo(muxer)  # it stays open, since its echo cannot go out
    muxer.frame(DATA, FIN, stream.stream)
    muxer.data(stream.stream, b"more")
    try:
        while True:
            stream.more()
    except (Reset, GoneAway, Closed):
        pass
    except Late as late:
        raise Failed("the stream goes on") from late


@check(AREA, "a reset in the middle ends that stream only, and late frames for it do no harm")
def reset(node):
    muxer = node.muxed()
    stream, _ = stalled_echo(muxer)
    muxer.frame(UPDATE, RST, stream.stream)
    muxer.frame(UPDATE, 0, stream.stream, 1000)
    muxer.frame(UPDATE, RST, stream.stream)
    muxer.frame(DATA, FIN, stream.stream)
    echoes(muxer)


@check(AREA, "after our GoAway, an open stream may end well or the session ends, and no stream is opened to us")
def go_away(node):
    muxer = node.muxed()
    stream = muxer.stream(ECHO)
    muxer.frame(GOAWAY, 0, 0, 0)
    before = time.monotonic()
    try:
        muxer.data(stream.stream, b"farewell", FIN)
        ensure(stream.exactly(8) == b"farewell", "the echo is not what was sent")
        while not stream.finished:
            stream.more()
    except (Closed, GoneAway):
        pass
    ensure(time.monotonic() - before < 10, "neither happened soon")


@check(AREA, "a GoAway with a code ends the session in peace")
def go_away_with_error(node):
    for code in (1, 2, 77):
        muxer = node.muxed()
        muxer.frame(GOAWAY, 0, 0, code)
        try:
            session_ends(muxer, 10)
        except Failed:
            muxer.ping(3)  # staying is allowed too, dying half is not


@check(AREA, "a storm of pings that nobody reads is survived, with bounded answers, each true")
def ping_storm(node):
    muxer = node.muxed()
    for at in range(0, STORM, 100):
        muxer.session.send(b"".join(header(PING_FRAME, SYN, 0, 1000 + i) for i in range(at, at + 100)))
    muxer.session.wire.seconds = 1.0
    try:
        while True:
            muxer.read()  # takes the answers, and what else comes
    except Late:
        pass
    muxer.session.wire.seconds = 20.0
    ensure(len(muxer.pongs) <= STORM, "more answers than pings")
    ensure(len(set(muxer.pongs)) == len(muxer.pongs), "a ping was answered twice")
    ensure(all(1000 <= value < 1000 + STORM for value in muxer.pongs), "an answer to a ping that was not sent")
    muxer.ping(0xFFFFFFFF)  # in the storm it might have been passed over, now it must be answered
    echoes(muxer)


@check(AREA, "answers to pings that were never sent do no harm")
def unasked_pongs(node):
    muxer = node.muxed()
    muxer.session.send(b"".join(header(PING_FRAME, ACK, 0, i) for i in range(1000)))
    echoes(muxer)


@check(AREA, "of streams that say nothing, no more than the backlog are kept; the rest are refused, and the others live")
def backlog(node):
    muxer = node.muxed()
    echo_stream = muxer.stream(ECHO)
    numbers = [muxer.number() for _ in range(BACKLOG)]
    refused = set()
    try:
        muxer.session.send(b"".join(header(UPDATE, SYN, number, 0) for number in numbers))
        for frame in muxer.until_pong(9):
            if frame.type == GOAWAY:
                return
            if frame.flags & RST:
                refused.add(frame.id)
    except Closed:
        return  # a session that opens a thousand silent streams may be ended
    ensure(BACKLOG - len(refused) <= BACKLOG_MAX, f"{BACKLOG - len(refused)} silent streams are kept")
    muxer.data(echo_stream.stream, b"old")
    ensure(echo_stream.exactly(3) == b"old", "the echo is not what was sent")
    muxer.session.send(b"".join(header(UPDATE, RST, number, 0) for number in numbers))
    echoes(muxer)


@check(AREA, "streams opened and reset in a rush do not exhaust the node")
def rapid_reset(node):
    muxer = node.muxed()
    try:
        for _ in range(50):
            numbers = [muxer.number() for _ in range(100)]
            muxer.session.send(b"".join(header(UPDATE, SYN, n, 0) + header(UPDATE, RST, n, 0) for n in numbers))
        muxer.ping(4)
    except Closed:
        pass


@check(AREA, "a connection cut in the middle of a frame leaves the node well")
def cut_off(node):
    muxer = node.muxed()
    stream = muxer.stream(ECHO)
    muxer.session.send(header(DATA, 0, stream.stream, 5000) + b"only this")
    muxer.session.wire.abort()
    node.must_be_well()
