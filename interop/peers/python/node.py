"""The py-libp2p node: one muxer, one security protocol, one key."""
import importlib.metadata
import platform

from libp2p import new_host
from libp2p.crypto import ed25519, rsa, secp256k1
from libp2p.crypto.x25519 import create_new_key_pair as x25519_key_pair
from libp2p.rcmgr import new_resource_manager
from libp2p.security.insecure.transport import PLAINTEXT_PROTOCOL_ID, InsecureTransport
from libp2p.security.noise.transport import PROTOCOL_ID as NOISE_PROTOCOL_ID
from libp2p.security.noise.transport import Transport as NoiseTransport
from libp2p.security.tls.transport import PROTOCOL_ID as TLS_PROTOCOL_ID
from libp2p.security.tls.transport import TLSTransport
from libp2p.stream_muxer.mplex.mplex import MPLEX_PROTOCOL_ID, Mplex
from libp2p.stream_muxer.yamux.yamux import PROTOCOL_ID as YAMUX_PROTOCOL_ID
from libp2p.stream_muxer.yamux.yamux import Yamux

from transports import TRANSPORTS, host_options

KEYS = {
    "ed25519": ed25519.create_new_key_pair,
    "secp256k1": secp256k1.create_new_key_pair,
    "rsa": rsa.create_new_key_pair,
}
SECURITY = {
    "noise": (NOISE_PROTOCOL_ID, lambda key: NoiseTransport(key, noise_privkey=x25519_key_pair().private_key)),
    "tls": (TLS_PROTOCOL_ID, TLSTransport),
    "plaintext": (PLAINTEXT_PROTOCOL_ID, InsecureTransport),
}
MUXERS = {
    "yamux": (YAMUX_PROTOCOL_ID, Yamux),
    "mplex": (MPLEX_PROTOCOL_ID, Mplex),
}
ECHO_BYTES_MAX = 4 << 20  # it is slow
NEGOTIATION_SECONDS = 30


def description():
    version = importlib.metadata.version("libp2p")
    return {
        "peer": "python",
        "version": version,
        "runtime": f"Python {platform.python_version()}",
        "packages": {"libp2p": version},
        "dials": list(TRANSPORTS),
        "listens": list(TRANSPORTS),
        "security": list(SECURITY),
        "muxers": list(MUXERS),
        "keys": list(KEYS),
        "features": {name: "both" for name in ("transport", "identify", "echo", "perf", "gossip")},
        "notes": {"echoBytesMax": ECHO_BYTES_MAX},
    }


def new_node(transport, security, muxer, key):
    pair = KEYS[key]()
    security_id, make = SECURITY[security]
    muxer_id, muxer_class = MUXERS[muxer]
    return new_host(
        key_pair=pair,
        sec_opt={security_id: make(pair)},
        muxer_opt={muxer_id: muxer_class},
        negotiate_timeout=NEGOTIATION_SECONDS,
        resource_manager=new_resource_manager(),
        **host_options(transport),
    )
