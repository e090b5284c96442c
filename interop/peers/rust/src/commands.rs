//! The commands that run beside the swarm: each gets its arguments and returns the fields of its answer.
use std::{
    fmt::Display,
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::{AsyncReadExt, AsyncWriteExt};
use libp2p::{Multiaddr, PeerId, Stream, StreamProtocol};
use rand::RngCore;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use crate::{
    echo::{self, ECHO},
    gossip,
    identities::Identities,
    perf::{self, PERF},
    streams::Opened,
};

const OPEN_BYTES_MAX: u64 = 65536;
const CHUNK_MAX: u64 = 16 << 20;
const MESH_POLL: Duration = Duration::from_millis(20);

pub type Fields = Result<Value, String>;

/// What only the owner of the swarm can do.
pub enum Ask {
    Dial { address: Multiaddr, force: bool, reply: oneshot::Sender<Fields> },
    Close { peer: PeerId, reply: oneshot::Sender<Fields> },
    Connections { reply: oneshot::Sender<Fields> },
    Serve { protocol: StreamProtocol, serve: bool, reply: oneshot::Sender<Fields> },
    Open { peer: PeerId, protocol: StreamProtocol, reply: oneshot::Sender<Opened> },
    Gossip { ask: gossip::Ask, reply: oneshot::Sender<Fields> },
}

#[derive(Clone)]
pub struct Commands {
    pub swarm: mpsc::UnboundedSender<Ask>,
    pub identities: Arc<Identities>,
}

impl Commands {
    pub async fn run(&self, name: &str, with: &Value) -> Fields {
        match name {
            "dial" => {
                let (address, force) = (text(with, "address")?.parse().map_err(said)?, flag(with, "force", false));
                self.ask(|reply| Ask::Dial { address, force, reply }).await
            }
            "close" if flag(with, "abort", false) => Err("rust-libp2p cannot end a connection without a farewell".into()),
            "close" => {
                let peer = peer(with)?;
                self.ask(|reply| Ask::Close { peer, reply }).await
            }
            "connections" => self.ask(|reply| Ask::Connections { reply }).await,
            "handle" | "unhandle" => {
                let (protocol, serve) = (protocol(with)?, name == "handle");
                self.ask(|reply| Ask::Serve { protocol, serve, reply }).await
            }
            "open" => self.message(with).await,
            "ping" => self.ping(with).await,
            "identify" => self.identify(with).await,
            "awaitProtocol" => {
                let (peer, protocol) = (peer(with)?, text(with, "protocol")?);
                let protocols = self.identities.protocols_when(peer, protocol, flag(with, "present", true)).await;
                Ok(json!({"protocols": protocols}))
            }
            "echo" => self.echo(with).await,
            "perf" => {
                let (upload, download) = (number(with, "upload", 0)?, number(with, "download", 0)?);
                perf::run(self.stream(peer(with)?, PERF).await?, upload, download).await.map_err(said)
            }
            "subscribe" | "unsubscribe" => {
                let (topic, wanted) = (text(with, "topic")?.to_string(), name == "subscribe");
                self.gossip(gossip::Ask::Subscribe { topic, wanted }).await
            }
            "publish" => {
                let (topic, data) = (text(with, "topic")?.to_string(), hex::decode(text(with, "data")?).map_err(said)?);
                self.gossip(gossip::Ask::Publish { topic, data }).await
            }
            "awaitMesh" => self.await_mesh(with).await,
            "benchHandshakes" => self.handshakes(with).await,
            "benchStreams" => self.streams(with).await,
            "benchRoundTrips" => self.round_trips(with).await,
            _ => Err(format!("unknown command {name}")),
        }
    }

    async fn ask(&self, ask: impl FnOnce(oneshot::Sender<Fields>) -> Ask) -> Fields {
        let (reply, answer) = oneshot::channel();
        self.swarm.send(ask(reply)).map_err(said)?;
        answer.await.map_err(|_| "the node has stopped".to_string())?
    }

    async fn gossip(&self, ask: gossip::Ask) -> Fields {
        self.ask(|reply| Ask::Gossip { ask, reply }).await
    }

    /// The library does not tell of its meshes, so it is asked again and again.
    async fn await_mesh(&self, with: &Value) -> Fields {
        let (topic, peer) = (text(with, "topic")?, peer(with)?);
        while self.gossip(gossip::Ask::InMesh { topic: topic.to_string(), peer }).await? != json!({"in": true}) {
            tokio::time::sleep(MESH_POLL).await;
        }
        Ok(json!({}))
    }

    async fn stream(&self, peer: PeerId, protocol: &str) -> Opened {
        let (reply, opened) = oneshot::channel();
        let protocol = StreamProtocol::try_from_owned(protocol.to_string()).map_err(said)?;
        self.swarm.send(Ask::Open { peer, protocol, reply }).map_err(said)?;
        opened.await.map_err(|_| "the connection ended before the stream was open".to_string())?
    }

    async fn message(&self, with: &Value) -> Fields {
        let message = hex::decode(with["message"].as_str().unwrap_or("")).map_err(said)?;
        let (mut reader, mut writer) = self.stream(peer(with)?, text(with, "protocol")?).await?.split();
        let writing = async {
            writer.write_all(&message).await?;
            writer.close().await
        };
        let reading = async {
            let mut received = Vec::new();
            (&mut reader).take(OPEN_BYTES_MAX + 1).read_to_end(&mut received).await?;
            Ok::<_, io::Error>(received)
        };
        let ((), received) = futures::try_join!(writing, reading).map_err(said)?;
        if received.len() as u64 > OPEN_BYTES_MAX {
            return Err(format!("more than {OPEN_BYTES_MAX} bytes came back"));
        }
        Ok(json!({"received": hex::encode(received)}))
    }

    /// The library pings by its own clock only: at once, which must have gone well, and then seldom. So this one is ours. It comes
    /// after the library's, since a rust peer that is sent a second ping stream resets the first.
    async fn ping(&self, with: &Value) -> Fields {
        let peer = peer(with)?;
        self.identities.library_ping(peer).await?;
        let mut stream = self.stream(peer, "/ipfs/ping/1.0.0").await?;
        let start = Instant::now();
        round_trip(&mut stream).await.map_err(said)?;
        let millis = millis_since(start);
        stream.close().await.map_err(said)?;
        Ok(json!({"millis": millis}))
    }

    async fn identify(&self, with: &Value) -> Fields {
        let (peer, fresh) = (peer(with)?, flag(with, "fresh", false));
        if self.identities.first(peer).await || fresh {
            let stream = self.stream(peer, "/ipfs/id/1.0.0").await?;
            self.identities.read(peer, stream, fresh).await.map_err(said)?;
        }
        self.identities.of(peer)
    }

    async fn echo(&self, with: &Value) -> Fields {
        let (bytes, chunk) = (number(with, "bytes", 0)?, number(with, "chunk", 65536)?);
        if chunk < 1 || chunk > CHUNK_MAX {
            return Err(format!("chunk must be from 1 to {CHUNK_MAX}"));
        }
        let seed = match &with["seed"] {
            Value::Null => "1".to_string(),
            Value::String(seed) => seed.clone(),
            seed => seed.to_string(),
        };
        let stream = self.stream(peer(with)?, with["protocol"].as_str().unwrap_or(ECHO)).await?;
        echo::run(stream, bytes, &seed, chunk as usize).await.map_err(said)
    }

    async fn handshakes(&self, with: &Value) -> Fields {
        let (count, start) = (number(with, "count", 1)?, Instant::now());
        let address: Multiaddr = text(with, "address")?.parse().map_err(said)?;
        for _ in 0..count {
            let address = address.clone();
            let dialled = self.ask(|reply| Ask::Dial { address, force: true, reply }).await?;
            let peer = text(&dialled, "peerId")?.parse().map_err(said)?;
            // With lazy negotiation the dialler believes in a connection before the listener has agreed; its identify tells.
            self.identities.first(peer).await;
            self.ask(|reply| Ask::Close { peer, reply }).await?;
        }
        Ok(counted(count, start))
    }

    async fn streams(&self, with: &Value) -> Fields {
        let (count, start) = (number(with, "count", 1)?, Instant::now());
        let peer = peer(with)?;
        for _ in 0..count {
            let mut stream = self.stream(peer, ECHO).await?;
            round_trip(&mut stream).await.map_err(said)?;
            stream.close().await.map_err(said)?;
            if stream.read(&mut [0]).await.map_err(said)? > 0 {
                return Err("more came back than was sent".into());
            }
        }
        Ok(counted(count, start))
    }

    async fn round_trips(&self, with: &Value) -> Fields {
        let peer = peer(with)?;
        self.identities.library_ping(peer).await?;
        let mut stream = self.stream(peer, "/ipfs/ping/1.0.0").await?;
        let (count, start) = (number(with, "count", 1)?, Instant::now());
        for _ in 0..count {
            round_trip(&mut stream).await.map_err(said)?;
        }
        let answer = counted(count, start);
        stream.close().await.map_err(said)?;
        Ok(answer)
    }
}

fn counted(count: u64, start: Instant) -> Value {
    json!({"count": count, "millis": millis_since(start)})
}

async fn round_trip(stream: &mut Stream) -> io::Result<()> {
    let mut sent = [0; 32];
    rand::thread_rng().fill_bytes(&mut sent);
    stream.write_all(&sent).await?;
    stream.flush().await?;
    let mut received = [0; 32];
    stream.read_exact(&mut received).await?;
    if sent == received { Ok(()) } else { Err(io::Error::other("other bytes came back than were sent")) }
}

fn millis_since(start: Instant) -> f64 {
    start.elapsed().as_micros() as f64 / 1000.0
}

fn said(error: impl Display) -> String {
    error.to_string()
}

fn text<'a>(with: &'a Value, name: &str) -> Result<&'a str, String> {
    with[name].as_str().ok_or_else(|| format!("{name} must be given, as text"))
}

fn flag(with: &Value, name: &str, otherwise: bool) -> bool {
    with[name].as_bool().unwrap_or(otherwise)
}

fn number(with: &Value, name: &str, otherwise: u64) -> Result<u64, String> {
    match &with[name] {
        Value::Null => Ok(otherwise),
        value => value.as_u64().ok_or_else(|| format!("{name} must be a whole number")),
    }
}

fn peer(with: &Value) -> Result<PeerId, String> {
    text(with, "peer")?.parse().map_err(said)
}

fn protocol(with: &Value) -> Result<StreamProtocol, String> {
    StreamProtocol::try_from_owned(text(with, "protocol")?.to_string()).map_err(said)
}
