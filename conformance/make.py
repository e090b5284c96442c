#!/usr/bin/env python3
"""Writes yamux.json, mplex.json, multistream.json, identify.json and perf.json, from the specifications and nothing else.

The files with signatures, envelope.json and noise-payload.json, are made by libp2p.interop.conformance.SignedCorpus in interop's tests.
"""
import json
import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))


def write(name, about, cases):
    with open(os.path.join(HERE, name + ".json"), "w") as f:
        f.write(json.dumps({"about": about}, ensure_ascii=False)[:-1] + ',\n "cases": [\n')
        f.write(",\n".join("  " + json.dumps(c, ensure_ascii=False) for c in cases))
        f.write("\n]}\n")


def varint(n):
    out = b""
    while n > 0x7F:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])


# ---- yamux: hashicorp/yamux spec.md; libp2p specs yamux/README.md

DATA, UPDATE, PING, GOAWAY = 0, 1, 2, 3
SYN, ACK, FIN, RST = 1, 2, 4, 8
FLAGS = {"SYN": SYN, "ACK": ACK, "FIN": FIN, "RST": RST}


def frame(kind, flags, stream, length, version=0):
    return struct.pack(">BBHII", version, kind, flags, stream, length)


def data(flags, stream, body):
    return frame(DATA, flags, stream, len(body)) + body


def wire_case(name, sent, connection="open", streams=(), answers=(), **more):
    return {"name": name, "sent": sent.hex(), "connection": connection, "streams": list(streams), "answers": list(answers), **more}


def stream(number, received=b"", end="open", **more):
    return {"stream": number, "received": received.hex(), "end": end, **more}


def yamux():
    ack = {"stream": 1, "flag": "ACK"}
    opened = frame(UPDATE, SYN, 1, 0)
    return [
        wire_case("a window update with SYN opens a stream", opened, streams=[stream(1)], answers=[ack]),
        wire_case("data with SYN opens a stream and is its first data", data(SYN, 1, b"hello"), streams=[stream(1, b"hello")], answers=[ack]),
        wire_case("data without a flag goes to the stream", opened + data(0, 1, b"ab") + data(0, 1, b"c"), streams=[stream(1, b"abc")]),
        wire_case("data of no length changes nothing", opened + frame(DATA, 0, 1, 0), streams=[stream(1)]),
        wire_case("FIN on a window update ends the peer's half", opened + data(0, 1, b"x") + frame(UPDATE, FIN, 1, 0), streams=[stream(1, b"x", "finished")]),
        wire_case("FIN on data ends the peer's half after that data", opened + data(FIN, 1, b"x"), streams=[stream(1, b"x", "finished")]),
        wire_case("SYN and FIN in one frame are legal", data(SYN | FIN, 1, b"all"), streams=[stream(1, b"all", "finished")], answers=[ack]),
        wire_case("RST ends both halves", opened + frame(UPDATE, RST, 1, 0), streams=[stream(1, b"", "reset", code=0)]),
        wire_case("the length of a window update with RST is an error code", opened + frame(UPDATE, RST, 1, 0x1002), streams=[stream(1, b"", "reset", code=0x1002)]),
        wire_case("a ping is answered with its own value", frame(PING, SYN, 0, 0xDEADBEEF), answers=[{"frame": frame(PING, ACK, 0, 0xDEADBEEF).hex()}]),
        wire_case("pings are answered each", frame(PING, SYN, 0, 1) + frame(PING, SYN, 0, 2),
                  answers=[{"frame": frame(PING, ACK, 0, 1).hex()}, {"frame": frame(PING, ACK, 0, 2).hex()}]),
        wire_case("an answer to no ping is passed over", frame(PING, ACK, 0, 77) + opened, streams=[stream(1)]),
        wire_case("what comes late for a stream that was reset is passed over", opened + frame(UPDATE, RST, 1, 0) + data(0, 1, b"late") + frame(UPDATE, 0, 1, 9)
                  + frame(UPDATE, SYN, 3, 0), streams=[stream(1, b"", "reset", code=0), stream(3)]),
        wire_case("a frame of a stream that never was", frame(UPDATE, 0, 7, 100), connection="closed", optional=True),
        wire_case("two streams at a time", opened + frame(UPDATE, SYN, 3, 0) + data(0, 3, b"three") + data(0, 1, b"one"),
                  streams=[stream(1, b"one"), stream(3, b"three")], answers=[ack, {"stream": 3, "flag": "ACK"}]),
        wire_case("a go-away does not end the streams there are", opened + frame(GOAWAY, 0, 0, 0) + data(0, 1, b"still"), streams=[stream(1, b"still")]),
        wire_case("another version", frame(DATA, SYN, 1, 0, version=1), connection="closed"),
        wire_case("an unknown type", frame(4, 0, 1, 0), connection="closed"),
        wire_case("data for the session", frame(DATA, 0, 0, 1) + b"x", connection="closed"),
        wire_case("a ping for a stream", frame(PING, SYN, 1, 1), optional=True),
        wire_case("a stream with a number of the other side", frame(UPDATE, SYN, 2, 0), connection="closed"),
        wire_case("a stream that is opened twice", opened + frame(UPDATE, SYN, 1, 0), connection="closed"),
        wire_case("data beyond the window of 256 KiB, by its header alone", opened + frame(DATA, 0, 1, 256 * 1024 + 1), connection="closed"),
        wire_case("window updates that add up to more than 32 bits", opened + frame(UPDATE, 0, 1, 0xFFFFFFFF) + frame(UPDATE, 0, 1, 0xFFFFFFFF), connection="closed"),
    ]


# ---- mplex: libp2p specs mplex/README.md; flags: 0 new, 1/2 message, 3/4 close, 5/6 reset (receiver/initiator)

def message(number, flag, body=b""):
    return varint(number << 3 | flag) + varint(len(body)) + body


def mplex():
    opened = message(0, 0, b"name")
    return [
        wire_case("a new stream, whose name means nothing", opened, streams=[stream(0)]),
        wire_case("a new stream without a name", message(0, 0), streams=[stream(0)]),
        wire_case("messages of the initiator", opened + message(0, 2, b"ab") + message(0, 2, b"c"), streams=[stream(0, b"abc")]),
        wire_case("a message of no length changes nothing", opened + message(0, 2), streams=[stream(0)]),
        wire_case("close ends the peer's half", opened + message(0, 2, b"x") + message(0, 4), streams=[stream(0, b"x", "finished")]),
        wire_case("reset ends both halves", opened + message(0, 6), streams=[stream(0, b"", "reset")]),
        wire_case("a large number", message(1 << 40, 0) + message(1 << 40, 2, b"far"), streams=[stream(1 << 40, b"far")]),
        wire_case("two streams at a time", opened + message(1, 0) + message(1, 2, b"one") + message(0, 2, b"zero"), streams=[stream(0, b"zero"), stream(1, b"one")]),
        wire_case("a message for a stream that never was is passed over", message(9, 2, b"lost") + opened, streams=[stream(0)]),
        wire_case("close and reset of a stream that never was are passed over", message(9, 4) + message(9, 6) + opened, streams=[stream(0)]),
        wire_case("a header of more than nine bytes", b"\xff" * 9 + b"\x01", connection="closed"),
        wire_case("a header that is not minimal", b"\x80\x00\x00", connection="closed", optional=True),
        wire_case("a message of more than 1 MiB, by its length alone", opened + varint(0 << 3 | 2) + varint((1 << 20) + 1), connection="closed"),
        wire_case("a flag that there is not", opened + message(0, 7), connection="closed"),
        wire_case("a stream that is opened twice", opened + opened, connection="closed"),
    ]


# ---- multistream-select 1.0: libp2p specs connections/README.md

def line(text):
    return varint(len(text) + 1) + text.encode() + b"\n"


MSS = line("/multistream/1.0.0")


def listener(name, sent, answer, result, **more):
    return {"name": name, "role": "listener", "speaks": ["/a/1", "/b/1"], "sent": sent.hex(), "answer": answer.hex(), "result": result, **more}


def dialer(name, proposes, sent, answer, result):
    return {"name": name, "role": "dialer", "proposes": proposes, "sent": sent.hex(), "answer": answer.hex(), "result": result}


def multistream():
    listing = line("/a/1") + line("/b/1")
    return [
        listener("one that it speaks", MSS + line("/a/1"), MSS + line("/a/1"), "/a/1"),
        listener("first one that it does not", MSS + line("/x/1") + line("/b/1"), MSS + line("na") + line("/b/1"), "/b/1"),
        listener("only the header yet", MSS, MSS, "more"),
        listener("half a header", MSS[:7], b"", "more"),
        listener("half a proposal", MSS + line("/a/1")[:3], MSS, "more"),
        listener("none that it speaks, and more may come", MSS + line("/x/1"), MSS + line("na"), "more"),
        listener("a prefix of one that it speaks is another", MSS + line("/a"), MSS + line("na"), "more"),
        listener("what comes behind is not its", MSS + line("/a/1") + b"\x05data", MSS + line("/a/1"), "/a/1", left="0564617461"),
        listener("ls, in the form that go, js and rust read", MSS + line("ls"), MSS + varint(len(listing) + 1) + listing + b"\n", "more"),
        listener("another header", line("/multistream/2.0.0"), b"", "violation"),
        listener("HTTP", b"GET / HTTP/1.1\r\n", b"", "violation"),
        listener("TLS", bytes.fromhex("16030100"), b"", "violation"),
        listener("a message without a newline", MSS + b"\x04/a/1", MSS, "violation"),
        listener("a message of no length", MSS + b"\x00", MSS, "violation"),
        listener("a message of 1025 bytes, by its length alone", MSS + varint(1025), MSS, "violation"),
        listener("a length of more than nine bytes", MSS + b"\xff" * 9 + b"\x01", MSS, "violation"),
        listener("a message of two lines", MSS + varint(6) + b"/a\n/b\n", MSS, "violation"),
        dialer("the first is spoken", ["/a/1", "/b/1"], MSS + line("/a/1"), MSS + line("/a/1"), "/a/1"),
        dialer("the second is spoken", ["/a/1", "/b/1"], MSS + line("na") + line("/b/1"), MSS + line("/a/1") + line("/b/1"), "/b/1"),
        dialer("none is spoken", ["/a/1"], MSS + line("na"), MSS + line("/a/1"), "violation"),
        dialer("another than was proposed", ["/a/1"], MSS + line("/b/1"), MSS + line("/a/1"), "violation"),
        dialer("no answer yet", ["/a/1"], MSS, MSS + line("/a/1"), "more"),
        dialer("na without the header", ["/a/1"], line("na"), MSS + line("/a/1"), "violation"),
    ]


# ---- identify: libp2p specs identify/README.md. Field numbers: 1 publicKey, 2 listenAddrs, 3 protocols, 4 observedAddr, 5 protocolVersion,
# 6 agentVersion, 8 signedPeerRecord

def field(number, value):
    return varint(number << 3 | 2) + varint(len(value)) + value


def delimited(*messages):
    return b"".join(varint(len(m)) + m for m in messages)


TCP4 = bytes.fromhex("047f000001060fa1")  # /ip4/127.0.0.1/tcp/4001
TCP6 = bytes.fromhex("29" + "00" * 15 + "01" + "060fa1")  # /ip6/::1/tcp/4001


def identify():
    agent, version = field(6, b"someone/1"), field(5, b"ipfs/0.1.0")
    seen = field(4, bytes.fromhex("04010203040609c4"))
    rest = {"agentVersion": "someone/1", "protocolVersion": "ipfs/0.1.0", "listenAddrs": ["/ip4/127.0.0.1/tcp/4001"], "protocols": ["/a/1", "/b/1"],
            "observedAddr": "/ip4/1.2.3.4/tcp/2500"}
    one = field(2, TCP4) + field(3, b"/a/1") + field(3, b"/b/1") + seen + version + agent
    empty = {"agentVersion": None, "protocolVersion": None, "listenAddrs": [], "protocols": [], "observedAddr": None}

    def case(name, sent, learned):
        return {"name": name, "sent": sent.hex(), "learned": learned}

    return [
        case("one message", delimited(one), rest),
        case("the same in another order", delimited(agent + field(3, b"/a/1") + version + field(2, TCP4) + seen + field(3, b"/b/1")), rest),
        case("the same in three messages, as go and js send what is long", delimited(field(2, TCP4) + field(3, b"/a/1"), field(3, b"/b/1") + agent, version + seen), rest),
        case("the last of a field that is said twice counts", delimited(field(6, b"other/0") + one), rest),
        case("over messages too", delimited(field(6, b"other/0"), one), rest),
        case("lists are joined", delimited(field(2, TCP4), field(2, TCP6)), {**empty, "listenAddrs": ["/ip4/127.0.0.1/tcp/4001", "/ip6/::1/tcp/4001"]}),
        case("unknown fields are passed over", delimited(one + field(99, b"new") + varint(50 << 3) + varint(7)), rest),
        case("an address that is none is passed over", delimited(field(2, b"\xff\xff\xff") + one), rest),
        case("an empty message says nothing", delimited(b""), empty),
        case("no message at all", b"", "violation"),
        case("a message that is cut off", delimited(one)[:-3], "violation"),
        case("a field longer than its message", delimited(varint(6 << 3 | 2) + varint(100) + b"short"), "violation"),
        case("a message of more than 8 KiB, by its length alone", varint(8193), "violation"),
        case("more than ten messages", delimited(*[field(3, b"/%d" % i) for i in range(11)]), "violation"),
        case("a group, which protobuf no longer has", delimited(varint(6 << 3 | 3)), "violation"),
    ]


# ---- perf: libp2p specs perf/perf.md

def perf():
    def case(name, sent, answered):
        return {"name": name, "sent": sent.hex(), "answered": answered}

    return [
        case("nothing up, nothing down", struct.pack(">Q", 0), 0),
        case("nothing up, one byte down", struct.pack(">Q", 1), 1),
        case("more than a window down", struct.pack(">Q", 300_000), 300_000),
        case("five bytes up, three down", struct.pack(">Q", 3) + b"hello", 3),
        case("up only", struct.pack(">Q", 0) + bytes(1000), 0),
        case("a header that is cut off", struct.pack(">Q", 3)[:7], "reset"),
        case("no header", b"", "reset"),
    ]


if __name__ == "__main__":
    write("yamux", "What a listener sees of what a dialer sent. See README.md.", yamux())
    write("mplex", "What a listener sees of what a dialer sent. See README.md.", mplex())
    write("multistream", "What each end answers, and what is agreed on. See README.md.", multistream())
    write("identify", "What is learned of the messages of a whole identify stream. See README.md.", identify())
    write("perf", "What a server answers to a whole stream, after FIN. See README.md.", perf())
