//! The command line and the peer's description of itself.
use clap::{Parser, ValueEnum};
use libp2p::Multiaddr;
use serde_json::{Value, json};

use crate::node::{Choice, Key, Muxer, Security};

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Wire {
    Tcp,
    #[cfg(feature = "ws")]
    Ws,
    #[cfg(feature = "ws")]
    Wss,
    #[cfg(feature = "quic")]
    QuicV1,
    #[cfg(feature = "webrtc")]
    WebrtcDirect,
}

impl Wire {
    fn address(self) -> &'static str {
        match self {
            Wire::Tcp => "/ip4/127.0.0.1/tcp/0",
            #[cfg(feature = "ws")]
            Wire::Ws => "/ip4/127.0.0.1/tcp/0/ws",
            #[cfg(feature = "ws")]
            Wire::Wss => "/ip4/127.0.0.1/tcp/0/tls/ws",
            #[cfg(feature = "quic")]
            Wire::QuicV1 => "/ip4/127.0.0.1/udp/0/quic-v1",
            #[cfg(feature = "webrtc")]
            Wire::WebrtcDirect => "/ip4/127.0.0.1/udp/0/webrtc-direct",
        }
    }

    /// False where the transport has security and streams of its own.
    pub fn upgraded(self) -> bool {
        match self {
            #[cfg(feature = "quic")]
            Wire::QuicV1 => false,
            #[cfg(feature = "webrtc")]
            Wire::WebrtcDirect => false,
            _ => true,
        }
    }
}

/// A rust-libp2p node under remote control: commands as JSON lines on standard input, answers and events on standard
/// output; see interop/peers/README.md. The end of standard input stops it.
#[derive(Parser)]
#[command(name = "libp2p-rust-peer", max_term_width = 120)]
pub struct Options {
    #[arg(long, value_enum, default_value = "tcp")]
    pub transport: Wire,
    /// Ignored where the transport has its own
    #[arg(long, value_enum, default_value = "noise")]
    pub security: Security,
    /// Ignored where the transport has its own
    #[arg(long, value_enum, default_value = "yamux")]
    pub muxer: Muxer,
    /// Type of the identity key, made anew at each start
    #[arg(long, value_enum, default_value = "ed25519")]
    pub key: Key,
    /// Address to listen on, may be repeated; default: the transport's on 127.0.0.1, port 0
    #[arg(long, conflicts_with = "no_listen")]
    listen: Vec<Multiaddr>,
    /// Only dial
    #[arg(long)]
    no_listen: bool,
    /// Keep the limits of rust-libp2p that are raised otherwise
    #[arg(long)]
    stock_limits: bool,
    /// Print what this peer is and can do, as one line of JSON
    #[arg(long)]
    pub version: bool,
}

impl Options {
    pub fn listen(&self) -> Vec<Multiaddr> {
        if self.no_listen {
            vec![]
        } else if self.listen.is_empty() {
            vec![self.transport.address().parse().expect("a constant")]
        } else {
            self.listen.clone()
        }
    }

    pub fn choice(&self) -> Choice {
        Choice { security: self.security, muxer: self.muxer, stock: self.stock_limits }
    }
}

fn names<T: ValueEnum>() -> Vec<String> {
    T::value_variants().iter().filter_map(|v| v.to_possible_value()).map(|v| v.get_name().to_string()).collect()
}

/// The version that Cargo.lock pins.
fn locked(package: &str) -> &'static str {
    let lock = include_str!("../Cargo.lock");
    let entry = lock.split_once(&format!("name = \"{package}\"\nversion = \"")).expect("in the lock file").1;
    entry.split('"').next().expect("a version in quotes")
}

pub fn description() -> Value {
    json!({
        "peer": "rust",
        "version": locked("libp2p"),
        "runtime": format!("rust {}", env!("CARGO_PKG_RUST_VERSION")),
        "packages": {
            "libp2p": locked("libp2p"),
            "libp2p-mplex": locked("libp2p-mplex"),
            "libp2p-webrtc": locked("libp2p-webrtc"),
            "yamux": locked("yamux"),
        },
        "dials": names::<Wire>().into_iter().filter(|wire| wire != "wss").collect::<Vec<_>>(),
        "listens": names::<Wire>(),
        "security": names::<Security>(),
        "muxers": names::<Muxer>(),
        "keys": names::<Key>(),
        "features": {
            "transport": "both", "identify": "both", "echo": "both", "perf": "both",
            "gossip": "both", "bench": "both",
        },
    })
}
