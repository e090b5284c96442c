"""A proxy between two peers that reads what they say: multistream and plaintext first, then every header of Yamux. It judges the frames
that the subject sends to an unmodified peer, which no connection of our own could show: what is emitted when all goes well.

Encryption cannot be looked into from outside, so both peers are told to use plaintext.
"""
import socket
import threading
from collections import Counter, namedtuple

from checks import Failed, ensure
from peer import Peer
from wire import Violated
from yamux import ACK, DATA, FIN, GOAWAY, NAMES, PING, RST, SYN, UPDATE, WINDOW, parse

DATA_MAX = 64 * 1024
ECHO_BYTES = 16 << 20
SMALL_STREAMS = 30
PLAINTEXT, YAMUX = b"/plaintext/2.0.0", b"/yamux/1.0.0"

Seen = namedtuple("Seen", "ours type flags id length")  # ours: sent by the subject


class Reading:
    """One direction, in pieces of any size: lines up to plaintext, its one message, lines up to Yamux, frames."""

    def __init__(self, take):
        self._take, self._steps = take, self._conversation()
        self._held, self._wants = b"", next(self._steps)

    def feed(self, data):
        self._held += data
        while len(self._held) >= self._wants:
            piece, self._held = self._held[:self._wants], self._held[self._wants:]
            self._wants = self._steps.send(piece)

    def _prefixed(self):
        number = shift = 0
        while True:
            (byte,) = yield 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        return (yield number) if number else b""

    def _lines(self, last):
        while (yield from self._prefixed()) != last + b"\n":
            pass

    def _conversation(self):
        yield from self._lines(PLAINTEXT)
        yield from self._prefixed()
        yield from self._lines(YAMUX)
        while True:
            kind, flags, stream, length = parse((yield 12))
            self._take(kind, flags, stream, length)
            while kind == DATA and length > 0:
                length -= len((yield min(length, 16384)))


class Tee:
    """Listens on loopback, and connects whoever comes to the target."""

    def __init__(self, target, subject_dials):
        self._target, self._subject_dials = target, subject_dials
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"/ip4/127.0.0.1/tcp/{self._listener.getsockname()[1]}"
        self.seen, self.errors, self._lock = [], [], threading.Lock()
        self._carriers = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                dialler, _ = self._listener.accept()
            except OSError:
                return  # closed
            listener = socket.create_connection(self._target)
            for sender, receiver, ours in ((dialler, listener, self._subject_dials), (listener, dialler, not self._subject_dials)):
                carrier = threading.Thread(target=self._carry, args=(sender, receiver, ours), daemon=True)
                carrier.start()
                self._carriers.append(carrier)

    def _carry(self, sender, receiver, ours):
        def take(*header):
            with self._lock:
                self.seen.append(Seen(ours, *header))

        reading = Reading(take)
        try:
            while data := sender.recv(65536):
                reading.feed(data)  # before it is handed on: nobody can have used a grant that is not counted here
                receiver.sendall(data)
            receiver.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # one of the two has gone, as they do at the end
        except Violated as error:
            self.errors.append(f"{'the subject' if ours else 'the peer'} sent {error}")

    def finish(self):
        for carrier in self._carriers:
            carrier.join(20)
        self._listener.close()


def conversation(subject, other, subject_dials):
    """Everything that two peers do with streams, and a close by the subject; what the tee saw."""
    dialler, listener = (subject, other) if subject_dials else (other, subject)
    port = int(listener.ready["addresses"][0].split("/")[4])
    tee = Tee(("127.0.0.1", port), subject_dials)
    dialler.do("dial", address=f"{tee.address}/p2p/{listener.ready['peerId']}")
    theirs, ours = other.ready["peerId"], subject.ready["peerId"]
    for who, peer in ((subject, theirs), (other, ours)):
        who.do("ping", peer=peer)
        who.do("identify", peer=peer)
        who.do("echo", peer=peer, bytes=ECHO_BYTES, seed=3)
        for _ in range(SMALL_STREAMS):
            who.do("open", peer=peer, protocol="/echo/1.0.0", message="c0ffee")
    subject.do("perf", peer=theirs, upload=ECHO_BYTES, download=ECHO_BYTES)
    subject.do("close", peer=theirs)
    tee.finish()
    return tee


def one_flag(frames):
    combined = [f for f in frames if f.ours and f.flags & (f.flags - 1)]
    ensure(not combined, f"{len(combined)} frames have several flags, the first: {combined[:1]}")


def sizes(frames):
    large = [f for f in frames if f.ours and f.type == DATA and f.length > DATA_MAX]
    ensure(not large, f"a data frame has {max(f.length for f in large) if large else 0} bytes")


def windows(ours):
    """Checks that one side never sends more than the other has granted."""
    def run(frames):
        left = {}
        for f in frames:
            if f.ours == ours and f.type == DATA:
                left[f.id] = left.get(f.id, WINDOW) - f.length
                ensure(left[f.id] >= 0, f"stream {f.id} is {-left[f.id]} bytes beyond its window")
            elif f.ours != ours and f.type == UPDATE and not f.flags & RST:
                left[f.id] = left.get(f.id, WINDOW) + f.length
    return run


def go_away_last(frames):
    ours = [f for f in frames if f.ours]
    at = [i for i, f in enumerate(ours) if f.type == GOAWAY]
    ensure(at, "no GoAway was sent when the connection was closed")
    ensure(at == [len(ours) - 1], f"{len(ours) - 1 - at[0]} frames follow the GoAway")
    ensure(ours[-1].length == 0, f"the GoAway has code {ours[-1].length}")


def lives(frames):
    """Each stream of the subject's has a higher number than the one before, and says nothing after FIN or RST."""
    ended, last = set(), 0
    for f in frames:
        if not f.ours or f.type not in (DATA, UPDATE):
            continue
        if f.flags & SYN:
            ensure(f.id > last, f"stream {f.id} after {last}")
            last = f.id
        ensure(f.id not in ended or f.type == UPDATE, f"stream {f.id} sends data after its end")
        if f.flags & (FIN | RST):
            ended.add(f.id)


def answers(frames):
    """Each stream that the peer opened is acknowledged or refused, each ping answered."""
    asked = {f.id for f in frames if not f.ours and f.type in (DATA, UPDATE) and f.flags & SYN}
    told = {f.id for f in frames if f.ours and f.flags & (ACK | RST)}
    ensure(asked <= told, f"streams {sorted(asked - told)[:5]} were neither acknowledged nor refused")
    pings = Counter(f.length for f in frames if not f.ours and f.type == PING and f.flags & SYN)
    pongs = Counter(f.length for f in frames if f.ours and f.type == PING and f.flags & ACK)
    ensure(pings == pongs, f"{sum(pings.values())} pings had {sum(pongs.values())} answers")


RULES = [
    ("no frame has more than one flag", one_flag),
    ("no data frame is longer than 64 KiB", sizes),
    ("no window of the peer's is overrun", windows(True)),
    ("the peer overran no window, as we count them", windows(False)),
    ("stream numbers rise, and nothing follows FIN or RST", lives),
    ("streams and pings of the peer are answered", answers),
    ("a GoAway is sent, once and last", go_away_last),
]


def judged(subject_name, other_name):
    """The results of all rules in both directions, as those of the checks."""
    options = ["--security", "plaintext", "--muxer", "yamux"]
    for subject_dials in (True, False):
        area = f"tee: {subject_name} x {other_name}" if subject_dials else f"tee: {other_name} x {subject_name}"
        subject = other = None
        try:
            subject, other = Peer(subject_name, *options), Peer(other_name, *options)
            tee = conversation(subject, other, subject_dials)
        finally:
            for peer in (subject, other):
                if peer is not None:
                    peer.stop()
        counts = Counter(NAMES[f.type] for f in tee.seen if f.ours)
        print(f"     {area}: {subject_name} sent {', '.join(f'{n} {name} frames' for name, n in counts.most_common())}")
        for name, rule in RULES:
            complaint = "; ".join(tee.errors) or None
            try:
                rule(tee.seen)
            except Failed as failed:
                complaint = str(failed)
            yield {"area": area, "check": name, "status": "fail" if complaint else "pass", "millis": 0, "reason": complaint}
