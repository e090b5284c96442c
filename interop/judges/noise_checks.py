"""Noise (specs/noise/README.md): what a dishonest dialler may try. Until it has proved who it is, it must get no further."""
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from checks import PING, Failed, check, ensure, turned_away
from noise import ED25519, PLAIN_MAX, SIGNED, Handshake, field, framed, identity_key, public_bytes, read_frame, secure
from wire import MULTISTREAM, Closed, Late, line, select
from yamux import DATA, SYN, Reader, Yamux, header

AREA = "noise"
TINY_RECORDS = 20_000


def begun(node):
    """A handshake whose second message has come."""
    wire = node.wire()
    select(wire.send, wire.exactly, b"/noise")
    handshake = Handshake(wire)
    wire.send(framed(handshake.first()))
    handshake.second(read_frame(wire))
    return wire, handshake


def refused(node, payload):
    """A third message with that payload must end the connection without a word that could be opened."""
    wire, handshake = begun(node)
    message, session = handshake.third(payload(handshake))
    wire.send(framed(message))
    try:
        session.send(line(MULTISTREAM) + line(b"/yamux/1.0.0"))
        answer = session.exactly(1)
    except Closed:
        return
    except Late as late:
        raise Failed("the connection stayed open") from late
    raise Failed(f"the node went on and said {answer!r}")


@check(AREA, "an honest handshake is taken, and the node's own signature is good")
def honest(node):
    session, key = secure(node.wire())
    ensure(len(key) == 36, f"the identity key has {len(key)} bytes")
    select(session.send, session.exactly, b"/yamux/1.0.0")


@check(AREA, "a signature of zeros is refused")
def zeros(node):
    refused(node, lambda h: h.payload(signature=bytes(64)))


@check(AREA, "a good signature with one bit changed is refused")
def changed(node):
    def payload(h):
        signature = bytearray(h.identity.sign(SIGNED + public_bytes(h.static)))
        signature[10] ^= 4
        return h.payload(signature=bytes(signature))
    refused(node, payload)


@check(AREA, "a signature by another key than the one shown is refused")
def another_signer(node):
    refused(node, lambda h: h.payload(signer=Ed25519PrivateKey.generate()))


@check(AREA, "a payload of another handshake, replayed, is refused")
def replayed_payload(node):
    refused(node, lambda h: h.payload(static=X25519PrivateKey.generate()))


@check(AREA, "a signature without its prefix is refused")
def no_prefix(node):
    refused(node, lambda h: h.payload(signature=h.identity.sign(public_bytes(h.static))))


@check(AREA, "a key of an unknown type is refused")
def unknown_key_type(node):
    refused(node, lambda h: h.payload(key=identity_key(9, public_bytes(h.identity))))


@check(AREA, "a key that says another type than it has is refused")
def wrong_key_type(node):
    for key_type in (0, 2, 3):
        refused(node, lambda h, t=key_type: h.payload(key=identity_key(t, public_bytes(h.identity))))


@check(AREA, "a key of the wrong length is refused")
def wrong_key_length(node):
    for key in (b"", b"\1" * 31, b"\1" * 33, b"\1" * 4096):
        refused(node, lambda h, k=key: h.payload(key=identity_key(ED25519, k)))


@check(AREA, "a payload that is empty, half or no protobuf is refused")
def no_payload(node):
    refused(node, lambda h: b"")
    refused(node, lambda h: field(1, identity_key(ED25519, public_bytes(h.identity))))
    refused(node, lambda h: field(2, h.identity.sign(SIGNED + public_bytes(h.static))))
    refused(node, lambda h: b"\xff" * 100)


@check(AREA, "an ephemeral key of low order is refused")
def low_order(node):
    for point in (bytes(32), b"\1" + bytes(31)):
        wire = node.wire()
        select(wire.send, wire.exactly, b"/noise")
        wire.send(framed(point))
        turned_away(wire)


@check(AREA, "a first message that is too short or empty is refused")
def short(node):
    for message in (b"", b"\1" * 31):
        wire = node.wire()
        select(wire.send, wire.exactly, b"/noise")
        wire.send(framed(message))
        turned_away(wire)


@check(AREA, "a third message that cannot be opened is refused")
def garbage(node):
    wire, _ = begun(node)
    wire.send(framed(b"\7" * 200))
    turned_away(wire)


@check(AREA, "a payload in the first message does no harm: the handshake goes on or ends, and nothing else")
def early_payload(node):
    wire = node.wire()
    select(wire.send, wire.exactly, b"/noise")
    handshake = Handshake(wire)
    wire.send(framed(handshake.first(line(MULTISTREAM) + line(b"/yamux/1.0.0"))))
    try:
        handshake.second(read_frame(wire))
    except Closed:
        pass


@check(AREA, "application data instead of the third message is refused")
def early_data(node):
    wire, handshake = begun(node)
    _, session = handshake.third(handshake.payload())
    wire.send(session.sealed(line(MULTISTREAM) + line(b"/yamux/1.0.0")))
    turned_away(wire)


@check(AREA, "data right behind the third message is taken")
def behind_the_third(node):
    wire, handshake = begun(node)
    message, session = handshake.third(handshake.payload())
    wire.send(framed(message) + session.sealed(line(MULTISTREAM) + line(b"/yamux/1.0.0")))
    select(lambda _: None, session.exactly, b"/yamux/1.0.0")


@check(AREA, "the third message, sent twice, ends the connection")
def third_twice(node):
    wire, handshake = begun(node)
    message, session = handshake.third(handshake.payload())
    wire.send(framed(message) + framed(message))
    turned_away(wire)


def muxed(session):
    select(session.send, session.exactly, b"/yamux/1.0.0")
    return Yamux(session)


def ping(muxer, stream):
    muxer.data(stream.stream, bytes(32))
    ensure(stream.exactly(32) == bytes(32), "a ping came back changed")


@check(AREA, "a record sent twice ends the connection")
def record_twice(node):
    session = node.secured()
    muxer = muxed(session)
    ping(muxer, muxer.stream(PING))
    record = session.sealed(b"\0\2\0\1\0\0\0\0\0\0\0\7")  # a ping of Yamux
    session.wire.send(record + record)
    turned_away(session.wire)


@check(AREA, "a record with one bit changed ends the connection")
def record_changed(node):
    session = node.secured()
    record = bytearray(session.sealed(line(MULTISTREAM) + line(b"/yamux/1.0.0")))
    record[5] ^= 1
    session.wire.send(bytes(record))
    turned_away(session.wire)


@check(AREA, "a record too short for its tag ends the connection")
def no_tag(node):
    for size in (0, 1, 15):
        session = node.secured()
        session.wire.send(framed(bytes(size)))
        turned_away(session.wire)


@check(AREA, "records of the greatest size are taken")
def greatest(node):
    session = node.secured()
    muxer = muxed(session)
    stream = muxer.stream(b"/echo/1.0.0")
    data = bytes(i % 251 for i in range(PLAIN_MAX - 12))
    muxer.data(stream.stream, data)
    ensure(stream.exactly(len(data)) == data, "the echo is not what was sent")


@check(AREA, "a flood of empty and one-byte records slows nothing down, or ends the connection")
def tiny_records(node):
    session = node.secured()
    try:
        select(lambda data: session.send(data, record=1), session.exactly, b"/yamux/1.0.0")
        for _ in range(20):
            session.wire.send(b"".join(session.sealed(b"") for _ in range(TINY_RECORDS // 20)))
        muxer = Yamux(session)
        stream = muxer.number()
        body = line(MULTISTREAM) + line(PING)
        session.send(header(DATA, SYN, stream, len(body)) + body, record=1)
        reader = Reader(muxer, stream)
        reader.exactly(len(body))
        ping(muxer, reader)
    except Closed:
        pass
