"""Noise XX as libp2p uses it (specs/noise/README.md), the dialler's side, with every step open to abuse."""
import hashlib
import hmac
import struct

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from wire import Violated, select, varint

NAME = b"Noise_XX_25519_ChaChaPoly_SHA256"
SIGNED = b"noise-libp2p-static-key:"
PLAIN_MAX = 65535 - 16
ED25519 = 1


def public_bytes(key):
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def field(number, data):
    """A protobuf field of bytes."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def fields(data):
    """The fields of a protobuf message of bytes and varints, the last of each number."""
    found, at = {}, 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = number()
        value = number()
        if key & 7 == 2:
            value, at = data[at:at + value], at + value
        found[key >> 3] = value
    return found


def identity_key(key_type, data):
    """The `PublicKey` message of specs/peer-ids/peer-ids.md."""
    return varint(1 << 3) + varint(key_type) + field(2, data)


class Cipher:
    def __init__(self, key):
        self._aead, self._count = ChaCha20Poly1305(key), 0

    def _nonce(self):
        nonce = b"\0\0\0\0" + struct.pack("<Q", self._count)
        self._count += 1
        return nonce

    def seal(self, plain, bound=b""):
        return self._aead.encrypt(self._nonce(), plain, bound)

    def open(self, sealed, bound=b""):
        try:
            return self._aead.decrypt(self._nonce(), sealed, bound)
        except InvalidTag as error:
            raise Violated("a record that cannot be opened") from error


class Handshake:
    """The initiator's three messages, framed by two bytes of length. Attributes may be changed before they are used."""

    def __init__(self, wire):
        self.wire = wire
        self.ephemeral = X25519PrivateKey.generate()
        self.static = X25519PrivateKey.generate()
        self.identity = Ed25519PrivateKey.generate()
        self._chain = self._hash = NAME
        self._cipher = None
        self._mix_hash(b"")  # the prologue

    def _mix_hash(self, data):
        self._hash = hashlib.sha256(self._hash + data).digest()

    def _mix_key(self, secret):
        self._chain, key = self._derived(secret)
        self._cipher = Cipher(key)

    def _derived(self, secret):
        temporary = hmac.digest(self._chain, secret, "sha256")
        first = hmac.digest(temporary, b"\1", "sha256")
        return first, hmac.digest(temporary, first + b"\2", "sha256")

    def _seal(self, plain):
        sealed = self._cipher.seal(plain, self._hash)
        self._mix_hash(sealed)
        return sealed

    def _open(self, sealed):
        plain = self._cipher.open(sealed, self._hash)
        self._mix_hash(sealed)
        return plain

    def first(self, payload=b""):
        """-> e"""
        e = public_bytes(self.ephemeral)
        self._mix_hash(e)
        self._mix_hash(payload)
        return e + payload

    def second(self, message):
        """<- e, ee, s, es; checks the peer's signature, and gives its identity key, as a `PublicKey` message."""
        if len(message) < 96:
            raise Violated(f"a second handshake message of {len(message)} bytes")
        e, s, payload = message[:32], message[32:80], message[80:]
        self._mix_hash(e)
        self._remote = X25519PublicKey.from_public_bytes(e)
        self._mix_key(self.ephemeral.exchange(self._remote))
        static = self._open(s)
        self._mix_key(self.ephemeral.exchange(X25519PublicKey.from_public_bytes(static)))
        return verified(self._open(payload), static)

    def payload(self, signer=None, static=None, key=None, signature=None):
        """The `NoiseHandshakePayload`, true unless told otherwise."""
        key = identity_key(ED25519, public_bytes(self.identity)) if key is None else key
        if signature is None:
            signature = (signer or self.identity).sign(SIGNED + public_bytes(static or self.static))
        return field(1, key) + field(2, signature)

    def third(self, payload):
        """-> s, se; and the ciphers of both directions."""
        s = self._seal(public_bytes(self.static))
        self._mix_key(self.static.exchange(self._remote))
        message = s + self._seal(payload)
        ours, theirs = self._derived(b"")
        return message, Session(self.wire, Cipher(ours), Cipher(theirs))


def verified(payload, static):
    """Checks an Ed25519 peer's payload and returns its identity key."""
    found = fields(payload)
    key = fields(found[1])
    if key[1] != ED25519:
        raise Violated("the judge knows Ed25519 identities only")
    try:
        Ed25519PublicKey.from_public_bytes(key[2]).verify(found[2], SIGNED + static)
    except InvalidSignature as error:
        raise Violated("the peer's signature of its static key is wrong") from error
    return found[1]


def framed(message):
    return struct.pack(">H", len(message)) + message


def read_frame(wire):
    return wire.exactly(struct.unpack(">H", wire.exactly(2))[0])


class Session:
    """What comes after the handshake: records of at most 65519 plain bytes."""

    def __init__(self, wire, ours, theirs):
        self.wire, self._ours, self._theirs, self._held = wire, ours, theirs, b""

    def sealed(self, plain):
        return framed(self._ours.seal(plain))

    def send(self, data, record=PLAIN_MAX):
        out = [self.sealed(data[at:at + record]) for at in range(0, len(data), record)]
        self.wire.send(b"".join(out))

    def exactly(self, size):
        while len(self._held) < size:
            self._held += self._theirs.open(read_frame(self.wire))
        data, self._held = self._held[:size], self._held[size:]
        return data


def secure(wire):
    """Selects Noise and shakes hands as a good peer does; gives the session and the peer's identity key."""
    select(wire.send, wire.exactly, b"/noise")
    handshake = Handshake(wire)
    wire.send(framed(handshake.first()))
    key = handshake.second(read_frame(wire))
    message, session = handshake.third(handshake.payload())
    wire.send(framed(message))
    return session, key
