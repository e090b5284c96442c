"""What this node learned of its peers. py-libp2p keeps it in its peer store and tells nobody, so the messages are read here once more."""
from libp2p.crypto.pb.crypto_pb2 import PublicKey
from libp2p.identity.identify.pb.identify_pb2 import Identify
from libp2p.peer.envelope import consume_envelope
from libp2p.peer.id import ID
from multiaddr import Multiaddr

import streams

IDENTIFY, PUSH = "/ipfs/id/1.0.0", "/ipfs/id/push/1.0.0"
DOMAIN, PAYLOAD_TYPE = "libp2p-peer-record", b"\x03\x01"
KEY_TYPES = {0: "rsa", 1: "ed25519", 2: "secp256k1", 3: "ecdsa"}
BYTES_MAX = 65536


def messages(data):
    """The messages of a stream, each with its length in front."""
    at = 0
    while at < len(data):
        size = shift = 0
        while True:
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        if at + size > len(data):
            raise ValueError("the stream ended within an identify message")
        yield data[at:at + size]
        at += size


def address(data):
    try:
        return str(Multiaddr(data))
    except Exception:  # whatever the library cannot read, a judge shows
        return data.hex()


def opened(envelope, peer):
    """Verifies a signed peer record."""
    try:
        sealed, record = consume_envelope(envelope, DOMAIN)
        if sealed.payload_type != PAYLOAD_TYPE:
            raise ValueError(f"payload type is {sealed.payload_type.hex()}")
        if record.peer_id != peer or ID.from_pubkey(sealed.public_key) != peer:
            raise ValueError("the record is not about its signer and sender")
        addresses = [str(a) for a in record.addrs]
        return {"verified": True, "peerId": str(record.peer_id), "seq": str(record.seq), "addresses": addresses}
    except Exception as error:
        return {"verified": False, "error": str(error)}


class Identity:
    """What one peer has said of itself on this connection; a push that leaves something out leaves it as it was."""

    def __init__(self, peer):
        self._peer = peer
        self._said, self._count, self._record = Identify(), 0, None

    def take(self, data):
        for message in messages(data):
            said = Identify()
            said.ParseFromString(message)
            for field in ("listen_addrs", "protocols"):
                if getattr(said, field):
                    self._said.ClearField(field)
            self._said.MergeFrom(said)
            self._count += 1
            if said.signedPeerRecord:
                self._record = opened(said.signedPeerRecord, self._peer)

    def fields(self):
        said = self._said
        key = PublicKey()
        key.ParseFromString(said.public_key)
        return {
            "messages": self._count,
            "protocolVersion": said.protocol_version,
            "agentVersion": said.agent_version,
            "publicKey": KEY_TYPES.get(key.key_type) if said.public_key else None,
            "listenAddrs": [address(a) for a in said.listen_addrs],
            "observedAddr": address(said.observed_addr) if said.observed_addr else None,
            "protocols": list(said.protocols),
        }

    def whole(self):
        return {**self.fields(), "signedPeerRecord": self._record}


async def read(stream):
    data = b""
    async for part in streams.received(stream):
        data += part
        if len(data) > BYTES_MAX:
            raise ValueError(f"more than {BYTES_MAX} bytes of identify messages")
    return data
