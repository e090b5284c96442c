//! Does what a script of libp2p/test-plans' gossipsub-interop says, as one node of it or as several.
use std::{
    collections::{HashMap, HashSet},
    error::Error,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use clap::Parser;
use futures::StreamExt;
use libp2p::{
    Multiaddr, PeerId, Swarm,
    gossipsub::{
        self, ConfigBuilder, Event, IdentTopic, MessageAcceptance, MessageAuthenticity, MessageId, TopicHash, ValidationMode,
        partial_messages::Partial,
    },
    identify,
    identity::Keypair,
    multiaddr::Protocol,
    swarm::{self, NetworkBehaviour, SwarmEvent, dial_opts::DialOpts},
};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, sleep_until},
};

use crate::{
    emit,
    node::{Choice, HOUR, Muxer, Security, transports},
    parts::{ALL, Parts},
};

const MESSAGE_MAX: usize = 10 << 20;
const ID_BYTES: usize = 8;
const CONNECT_PATIENCE: Duration = Duration::from_secs(60);
const CONNECT_PAUSE: Duration = Duration::from_millis(200);

/// Does what a script of libp2p/test-plans' gossipsub-interop says, as the node that the host's name (node<N>) says, on port 9000, or as
/// several nodes of this machine. Messages that come are told of on standard output.
#[derive(Parser)]
#[command(name = "libp2p-rust-peer gossip-script", max_term_width = 120)]
pub struct Options {
    /// The script: a JSON object with a list "script"
    #[arg(long)]
    params: PathBuf,
    /// The nodes to be, with commas, instead of the one of the host's name
    #[arg(long, value_delimiter = ',')]
    nodes: Vec<u32>,
    /// All nodes are on 127.0.0.1, node N listens on this port + N
    #[arg(long)]
    port: Option<u16>,
    /// When the script begins, in milliseconds since 1970; by default now
    #[arg(long)]
    start: Option<i64>,
    /// Say nothing of messages
    #[arg(long)]
    quiet: bool,
}

/// Runs until the script is done.
pub async fn run(options: Options) -> Result<(), Box<dyn Error>> {
    let file: Value = serde_json::from_str(&std::fs::read_to_string(&options.params)?)?;
    let script = Arc::new(file["script"].as_array().cloned().ok_or("the file has no \"script\"")?);
    let nodes = if options.nodes.is_empty() { vec![named()?] } else { options.nodes.clone() };
    let now = OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
    let lead = options.start.map_or(0, |start| i128::from(start) - now);
    let start = Instant::now() + Duration::from_millis(lead.max(0) as u64);
    let running: Vec<_> = nodes
        .into_iter()
        .map(|number| {
            let (script, teller) = (script.clone(), Teller { number, quiet: options.quiet });
            let port = options.port;
            tokio::spawn(async move { play(teller, port, start, &script).await.map_err(|e| format!("node {number}: {e}")) })
        })
        .collect();
    for each in running {
        each.await??;
    }
    Ok(())
}

fn named() -> Result<u32, Box<dyn Error>> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname")?;
    Ok(name.trim().strip_prefix("node").ok_or("the host is not called node<N>: see --nodes")?.parse()?)
}

fn seeded(number: u32) -> Keypair {
    let mut seed = [0; 32];
    seed[..4].copy_from_slice(&number.to_le_bytes());
    Keypair::ed25519_from_bytes(seed).expect("32 bytes")
}

#[derive(Clone, Copy)]
struct Teller {
    number: u32,
    quiet: bool,
}

impl Teller {
    fn say(self, what: &str, mut fields: Value) {
        fields["time"] = OffsetDateTime::now_utc().format(&Rfc3339).expect("a time").into();
        fields["msg"] = what.into();
        fields["node_id"] = self.number.into();
        emit(&fields);
    }

    fn received(self, data: &[u8], topic: &TopicHash, from: Option<PeerId>) {
        if let (false, Some(id)) = (self.quiet, data.first_chunk()) {
            let from = from.map(|peer| peer.to_string());
            self.say("Received Message", json!({"id": u64::from_be_bytes(*id).to_string(), "topic": topic.as_str(), "from": from}));
        }
    }
}

#[derive(NetworkBehaviour)]
struct Behaviour {
    identify: identify::Behaviour,
    gossip: gossipsub::Behaviour,
}

/// A message that was judged.
struct Judged {
    id: MessageId,
    from: PeerId,
    topic: TopicHash,
    data: Vec<u8>,
}

struct Player {
    teller: Teller,
    port: Option<u16>,
    start: Instant,
    swarm: Swarm<Behaviour>,
    delays: HashMap<String, Duration>,
    partial: HashSet<String>,
    parts: HashMap<(String, u64), Parts>,
    judging: mpsc::UnboundedSender<Judged>,
    judged: mpsc::UnboundedReceiver<Judged>,
}

async fn play(teller: Teller, port: Option<u16>, start: Instant, script: &[Value]) -> Result<(), String> {
    let swarm = begin(teller, port, params(teller.number, script)).map_err(|e| e.to_string())?;
    teller.say("PeerID", json!({"id": swarm.local_peer_id().to_string()}));
    let (judging, judged) = mpsc::unbounded_channel();
    let mut player = Player {
        teller,
        port,
        start,
        swarm,
        delays: HashMap::new(),
        partial: HashSet::new(),
        parts: HashMap::new(),
        judging,
        judged,
    };
    for instruction in script {
        player.step(instruction).await?;
    }
    Ok(())
}

/// What the node's initGossipSub says: a swarm is made of it.
fn params(number: u32, script: &[Value]) -> &Value {
    let ours = script.iter().map(|i| if i["nodeID"] == number { &i["instruction"] } else { i });
    ours.filter(|i| i["type"] == "initGossipSub").map(|i| &i["gossipSubParams"]).next().unwrap_or(&Value::Null)
}

fn begin(teller: Teller, port: Option<u16>, params: &Value) -> Result<Swarm<Behaviour>, Box<dyn Error>> {
    let keypair = seeded(teller.number);
    let choice = Choice { security: Security::Noise, muxer: Muxer::Yamux, stock: false };
    let behaviour = Behaviour {
        identify: identify::Behaviour::new(identify::Config::new("ipfs/0.1.0".into(), keypair.public())),
        gossip: gossipsub::Behaviour::new(MessageAuthenticity::Anonymous, config(teller, params)?)?,
    };
    let config = swarm::Config::with_tokio_executor().with_idle_connection_timeout(HOUR);
    let mut swarm = Swarm::new(transports(&keypair, choice)?, behaviour, keypair.public().to_peer_id(), config);
    swarm.listen_on(match port {
        Some(port) => format!("/ip4/127.0.0.1/tcp/{}", u32::from(port) + teller.number).parse()?,
        None => "/ip4/0.0.0.0/tcp/9000".parse()?,
    })?;
    Ok(swarm)
}

/// The library tells nothing of copies, but asks for the id of each message that comes.
fn config(teller: Teller, params: &Value) -> Result<gossipsub::Config, Box<dyn Error>> {
    let seen = Mutex::new(HashSet::new());
    let mut config = ConfigBuilder::default();
    config.validation_mode(ValidationMode::Anonymous).validate_messages().max_transmit_size(MESSAGE_MAX);
    config.message_id_fn(move |message| {
        let id = message.data[..message.data.len().min(ID_BYTES)].to_vec();
        if !seen.lock().expect("no panic").insert(id.clone()) {
            teller.received(&message.data, &message.topic, None);
        }
        MessageId::from(id)
    });
    let number = |name: &str| params[name].as_u64();
    number("D").map(|n| config.mesh_n(n as usize));
    number("Dlo").map(|n| config.mesh_n_low(n as usize));
    number("Dhi").map(|n| config.mesh_n_high(n as usize));
    number("Dscore").map(|n| config.retain_scores(n as usize));
    number("Dout").map(|n| config.mesh_outbound_min(n as usize));
    number("Dlazy").map(|n| config.gossip_lazy(n as usize));
    params["GossipFactor"].as_f64().map(|f| config.gossip_factor(f));
    number("HeartbeatInterval").map(|n| config.heartbeat_interval(Duration::from_nanos(n)));
    number("HeartbeatInitialDelay").map(|n| config.heartbeat_initial_delay(Duration::from_nanos(n)));
    number("HistoryLength").map(|n| config.history_length(n as usize));
    number("HistoryGossip").map(|n| config.history_gossip(n as usize));
    Ok(config.build()?)
}

async fn place(port: Option<u16>, node: u32) -> Result<Multiaddr, String> {
    if let Some(port) = port {
        return format!("/ip4/127.0.0.1/tcp/{}", u32::from(port) + node).parse().map_err(|e| format!("{e}"));
    }
    let mut found = tokio::net::lookup_host(format!("node{node}:9000")).await.map_err(|e| e.to_string())?;
    let address = found.find(SocketAddr::is_ipv4).ok_or(format!("node{node} has no address"))?;
    Ok(Multiaddr::empty().with(Protocol::from(address.ip())).with(Protocol::Tcp(address.port())))
}

fn text<'a>(instruction: &'a Value, name: &str) -> Result<&'a str, String> {
    instruction[name].as_str().ok_or(format!("{instruction} has no {name}"))
}

fn number(instruction: &Value, name: &str) -> Result<u64, String> {
    instruction[name].as_u64().ok_or(format!("{instruction} has no {name}"))
}

fn seconds(instruction: &Value, name: &str) -> Result<Duration, String> {
    instruction[name].as_f64().map(Duration::from_secs_f64).ok_or(format!("{instruction} has no {name}"))
}

impl Player {
    async fn step(&mut self, mut instruction: &Value) -> Result<(), String> {
        while instruction["type"] == "ifNodeIDEquals" {
            if instruction["nodeID"] != self.teller.number {
                return Ok(());
            }
            instruction = &instruction["instruction"];
        }
        match text(instruction, "type")? {
            "initGossipSub" => {} // it has begun
            "connect" => {
                for to in instruction["connectTo"].as_array().into_iter().flatten() {
                    self.connect(to.as_u64().ok_or("connectTo is no list of nodes")? as u32).await?;
                }
            }
            "waitUntil" => self.wait(self.start + seconds(instruction, "elapsedSeconds")?).await,
            "setTopicValidationDelay" => {
                self.delays.insert(text(instruction, "topicID")?.into(), seconds(instruction, "delaySeconds")?);
            }
            "subscribeToTopic" => {
                let topic = text(instruction, "topicID")?;
                if instruction["partial"] == true {
                    self.enable_parts(topic);
                }
                self.gossip().subscribe(&IdentTopic::new(topic)).map_err(|e| e.to_string())?;
            }
            "publish" => self.publish(instruction)?,
            "addPartialMessage" => {
                let (topic, group) = (text(instruction, "topicID")?, number(instruction, "groupID")?);
                self.enable_parts(topic);
                let bits = number(instruction, "parts")? as u8;
                self.extend(topic, group, |parts| parts.fill(bits));
            }
            "publishPartial" if instruction["publishToNodeIDs"].is_array() => {
                return Err("publishPartial: the library chooses itself to whom parts go".into());
            }
            "publishPartial" => {
                let group = number(instruction, "groupID")?;
                self.teller.say("Publishing Parts", json!({"id": group.to_string()}));
                self.publish_parts(text(instruction, "topicID")?, group);
            }
            other => return Err(format!("instruction {other} is not known")),
        }
        Ok(())
    }

    fn gossip(&mut self) -> &mut gossipsub::Behaviour {
        &mut self.swarm.behaviour_mut().gossip
    }

    // ---- the network

    /// Lives until then.
    async fn wait(&mut self, until: Instant) {
        loop {
            tokio::select! {
                () = sleep_until(until) => return,
                event = self.swarm.select_next_some() => self.happened(event),
                Some(judged) = self.judged.recv() => self.pass_on(judged),
            }
        }
    }

    async fn connect(&mut self, to: u32) -> Result<(), String> {
        let peer = seeded(to).public().to_peer_id();
        let until = Instant::now() + CONNECT_PATIENCE;
        while !self.swarm.is_connected(&peer) {
            let dial = DialOpts::peer_id(peer).addresses(vec![place(self.port, to).await?]).build();
            let id = dial.connection_id();
            let mut under_way = self.swarm.dial(dial).is_ok();
            while under_way {
                tokio::select! {
                    event = self.swarm.select_next_some() => {
                        under_way = !matches!(&event, SwarmEvent::ConnectionEstablished { connection_id, .. }
                            | SwarmEvent::OutgoingConnectionError { connection_id, .. } if *connection_id == id);
                        self.happened(event);
                    }
                    Some(judged) = self.judged.recv() => self.pass_on(judged),
                }
            }
            if self.swarm.is_connected(&peer) {
                return Ok(());
            }
            if Instant::now() > until {
                return Err(format!("cannot connect to node {to}"));
            }
            self.wait(Instant::now() + CONNECT_PAUSE).await; // it may not be there yet
        }
        Ok(())
    }

    fn happened(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::Behaviour(BehaviourEvent::Gossip(Event::Message { propagation_source, message_id, message })) => {
                let delay = self.delays.get(message.topic.as_str()).copied().unwrap_or_default();
                let judging = self.judging.clone();
                tokio::spawn(async move {
                    sleep(delay).await;
                    let judged = Judged { id: message_id, from: propagation_source, topic: message.topic, data: message.data };
                    let _ = judging.send(judged); // the node may have ended
                });
            }
            SwarmEvent::Behaviour(BehaviourEvent::Gossip(Event::Partial { topic_hash, peer_id, group_id, message, metadata })) => {
                self.parts_came(&topic_hash, peer_id, &group_id, message, metadata);
            }
            _ => {}
        }
    }

    fn pass_on(&mut self, judged: Judged) {
        self.teller.received(&judged.data, &judged.topic, Some(judged.from));
        self.gossip().report_message_validation_result(&judged.id, &judged.from, MessageAcceptance::Accept);
    }

    fn publish(&mut self, instruction: &Value) -> Result<(), String> {
        let id = number(instruction, "messageID")?;
        let mut data = vec![0; (number(instruction, "messageSizeBytes")? as usize).max(ID_BYTES)];
        data[..ID_BYTES].copy_from_slice(&id.to_be_bytes());
        if !self.teller.quiet {
            self.teller.say("Publishing", json!({"id": id.to_string()}));
        }
        let topic = IdentTopic::new(text(instruction, "topicID")?);
        self.gossip().publish(topic, data).map_err(|e| e.to_string())?;
        Ok(())
    }

    // ---- parts of messages

    fn enable_parts(&mut self, topic: &str) {
        if self.partial.insert(topic.into()) {
            self.gossip().enable_partials_for_topic(IdentTopic::new(topic).hash(), true);
        }
    }

    /// Adds to the parts we have; gives what we have before and then.
    fn extend(&mut self, topic: &str, group: u64, more: impl FnOnce(&mut Parts)) -> (u8, u8) {
        let parts = self.parts.entry((topic.into(), group)).or_insert_with(|| Parts::new(group));
        let before = parts.bits();
        more(parts);
        let now = parts.bits();
        if before != ALL && now == ALL {
            self.teller.say("All parts received", json!({"id": group.to_string()}));
        }
        (before, now)
    }

    fn parts_came(&mut self, topic: &TopicHash, from: PeerId, group: &[u8], sent: Option<Vec<u8>>, metadata: Option<Vec<u8>>) {
        let Ok(name) = group.try_into() else {
            return self.gossip().report_invalid_partial(from, topic);
        };
        let name = u64::from_be_bytes(name);
        let mut malformed = false;
        let (before, now) = self.extend(topic.as_str(), name, |parts| {
            malformed = sent.is_some_and(|sent| parts.take(&sent).is_err());
        });
        if malformed {
            self.gossip().report_invalid_partial(from, topic);
        }
        if now != before || metadata.is_some_and(|bits| bits != [now]) {
            self.publish_parts(topic.as_str(), name);
        }
    }

    fn publish_parts(&mut self, topic: &str, group: u64) {
        let parts = self.parts.entry((topic.into(), group)).or_insert_with(|| Parts::new(group)).clone();
        let of = parts.group_id();
        if let Err(error) = self.gossip().publish_partial(IdentTopic::new(topic), parts) {
            eprintln!("node {}: parts of {of:?} were not published: {error}", self.teller.number);
        }
    }
}
