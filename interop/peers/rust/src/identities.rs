//! What this node learned of its peers. rust-libp2p drops a signed record in the form that the others send, so the message
//! is read once more, raw, and its record is verified here.
use std::{collections::HashMap, io};

use futures::AsyncReadExt;
use libp2p::{
    Multiaddr, PeerId, Stream,
    core::{PeerRecord, SignedEnvelope},
    identify,
    identity::{KeyType, PublicKey},
};
use prost::Message;
use serde_json::{Value, json};
use tokio::sync::watch;

const BYTES_MAX: usize = 65536;

pub fn key_name(key: &PublicKey) -> &'static str {
    match key.key_type() {
        KeyType::Ed25519 => "ed25519",
        KeyType::RSA => "rsa",
        KeyType::Secp256k1 => "secp256k1",
        KeyType::Ecdsa => "ecdsa",
    }
}

/// The fields of `identify.proto` in the libp2p specifications.
#[derive(Clone, PartialEq, Message)]
struct RawIdentify {
    #[prost(bytes = "vec", optional, tag = "1")]
    public_key: Option<Vec<u8>>,
    #[prost(bytes = "vec", repeated, tag = "2")]
    listen_addrs: Vec<Vec<u8>>,
    #[prost(string, repeated, tag = "3")]
    protocols: Vec<String>,
    #[prost(bytes = "vec", optional, tag = "4")]
    observed_addr: Option<Vec<u8>>,
    #[prost(string, optional, tag = "5")]
    protocol_version: Option<String>,
    #[prost(string, optional, tag = "6")]
    agent_version: Option<String>,
    #[prost(bytes = "vec", optional, tag = "8")]
    signed_peer_record: Option<Vec<u8>>,
}

#[derive(Clone, Default)]
pub struct Identity {
    messages: u64,
    protocol_version: String,
    agent_version: String,
    public_key: String,
    listen_addrs: Vec<String>,
    observed_addr: Option<String>,
    protocols: Vec<String>,
    /// Absent until the raw message has been read.
    signed_peer_record: Option<Value>,
}

impl Identity {
    pub fn json(&self) -> Value {
        json!({
            "messages": self.messages,
            "protocolVersion": self.protocol_version,
            "agentVersion": self.agent_version,
            "publicKey": self.public_key,
            "listenAddrs": self.listen_addrs,
            "observedAddr": self.observed_addr,
            "protocols": self.protocols,
        })
    }

    fn whole(&self) -> Value {
        let mut all = self.json();
        all["signedPeerRecord"] = self.signed_peer_record.clone().unwrap_or(Value::Null);
        all
    }
}

pub struct Identities {
    known: watch::Sender<HashMap<PeerId, Identity>>,
    pings: watch::Sender<HashMap<PeerId, Result<(), String>>>,
}

impl Identities {
    pub fn new() -> Self {
        Self { known: watch::Sender::new(HashMap::new()), pings: watch::Sender::new(HashMap::new()) }
    }

    pub fn gone(&self, peer: &PeerId) {
        self.known.send_modify(|known| drop(known.remove(peer)));
        self.pings.send_modify(|pings| drop(pings.remove(peer)));
    }

    /// Notes what became of the library's own ping.
    pub fn pinged(&self, peer: PeerId, outcome: Result<(), String>) {
        self.pings.send_modify(|pings| drop(pings.insert(peer, outcome)));
    }

    /// Waits for the ping that the library sends on each new connection, and gives its outcome.
    pub async fn library_ping(&self, peer: PeerId) -> Result<(), String> {
        let mut changes = self.pings.subscribe();
        let pings = changes.wait_for(|pings| pings.contains_key(&peer)).await.expect("the sender is in self");
        pings[&peer].clone()
    }

    /// Takes what the library understood of a message, its pushes merged in.
    pub fn received(&self, peer: PeerId, info: &identify::Info) -> Value {
        let mut event = Value::Null;
        self.known.send_modify(|known| {
            let identity = known.entry(peer).or_default();
            identity.messages += 1;
            identity.protocol_version = info.protocol_version.clone();
            identity.agent_version = info.agent_version.clone();
            identity.public_key = key_name(&info.public_key).into();
            identity.listen_addrs = info.listen_addrs.iter().map(ToString::to_string).collect();
            identity.observed_addr = Some(info.observed_addr.to_string());
            identity.protocols = info.protocols.iter().map(ToString::to_string).collect();
            event = identity.json();
        });
        event
    }

    pub async fn protocols_when(&self, peer: PeerId, protocol: &str, present: bool) -> Vec<String> {
        let has = |known: &HashMap<PeerId, Identity>| match known.get(&peer) {
            Some(identity) => identity.protocols.iter().any(|p| p == protocol) == present,
            None => false,
        };
        let mut changes = self.known.subscribe();
        let known = changes.wait_for(has).await.expect("the sender is in self");
        known[&peer].protocols.clone()
    }

    /// Waits for the library's first message of this peer and says whether the raw one is still to be read.
    pub async fn first(&self, peer: PeerId) -> bool {
        let mut changes = self.known.subscribe();
        let known = changes.wait_for(|known| known.contains_key(&peer)).await.expect("the sender is in self");
        known[&peer].signed_peer_record.is_none()
    }

    pub fn of(&self, peer: PeerId) -> Result<Value, String> {
        self.known.borrow().get(&peer).map(Identity::whole).ok_or_else(|| format!("not connected to {peer}"))
    }

    /// Reads the messages of an identify stream; go and js may send several, of which later ones add to earlier ones.
    pub async fn read(&self, peer: PeerId, stream: Stream, fresh: bool) -> io::Result<()> {
        let mut bytes = Vec::new();
        stream.take(BYTES_MAX as u64 + 1).read_to_end(&mut bytes).await?;
        if bytes.len() > BYTES_MAX {
            return Err(io::Error::other(format!("more than {BYTES_MAX} bytes of identify messages")));
        }
        let mut message = RawIdentify::default();
        let mut rest = bytes.as_slice();
        let mut messages = 0;
        while !rest.is_empty() {
            message.merge_length_delimited(&mut rest).map_err(io::Error::other)?;
            messages += 1;
        }
        if messages == 0 {
            return Err(io::Error::other("the identify stream ended without a message"));
        }
        self.known.send_modify(|known| {
            let identity = known.entry(peer).or_default();
            identity.messages += if fresh { messages } else { 0 };
            identity.take(peer, message);
        });
        Ok(())
    }
}

impl Identity {
    fn take(&mut self, peer: PeerId, message: RawIdentify) {
        let address = |bytes: Vec<u8>| match Multiaddr::try_from(bytes.clone()) {
            Ok(address) => address.to_string(),
            Err(_) => hex::encode(bytes), // what rust-libp2p passes over, a judge shows
        };
        self.protocol_version = message.protocol_version.unwrap_or_default();
        self.agent_version = message.agent_version.unwrap_or_default();
        self.listen_addrs = message.listen_addrs.into_iter().map(address).collect();
        self.observed_addr = message.observed_addr.map(address);
        self.protocols = message.protocols;
        self.signed_peer_record = Some(match message.signed_peer_record {
            Some(envelope) => match open(peer, &envelope) {
                Ok(record) => record,
                Err(error) => json!({"verified": false, "error": error}),
            },
            None => Value::Null,
        });
    }
}

/// Both forms are tried: that of the other implementations, and the older one of rust itself.
fn open(peer: PeerId, bytes: &[u8]) -> Result<Value, String> {
    let envelope = SignedEnvelope::from_protobuf_encoding(bytes).map_err(|e| e.to_string())?;
    let (record, old) = match PeerRecord::from_signed_envelope_interop(envelope.clone()) {
        Ok(record) => (record, false),
        Err(error) => (PeerRecord::from_signed_envelope(envelope).map_err(|_| error.to_string())?, true),
    };
    // that the record is about its signer has been checked
    if record.peer_id() != peer {
        return Err(format!("the record of {peer} is about {}", record.peer_id()));
    }
    let mut shown = json!({
        "verified": true,
        "peerId": record.peer_id().to_string(),
        "seq": record.seq().to_string(),
        "addresses": record.addresses().iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    if old {
        shown["form"] = "old".into();
    }
    Ok(shown)
}
