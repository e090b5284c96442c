//! The owner of the swarm: does what only it can do, and reports what happens.
use std::{collections::HashMap, error::Error, sync::Arc, time::Duration};

use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use libp2p::{
    Multiaddr, PeerId, Swarm,
    core::ConnectedPoint,
    identify, ping,
    swarm::{ConnectionId, SwarmEvent, dial_opts::DialOpts, dial_opts::PeerCondition},
};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use crate::{
    commands::{Ask, Fields},
    echo::{self, ECHO},
    emit, gossip,
    identities::Identities,
    node::{Behaviour, BehaviourEvent},
    options::Options,
    perf::{self, PERF},
    streams::Inbound,
};

const FAREWELL: Duration = Duration::from_secs(2);

pub struct Peer {
    swarm: Swarm<Behaviour>,
    asked: mpsc::UnboundedReceiver<Ask>,
    arrivals: mpsc::UnboundedReceiver<Inbound>,
    identities: Arc<Identities>,
    /// Protocol ids of security and muxer, which the library does not tell: a node has only one of each.
    upgrades: Option<(&'static str, &'static str)>,
    connections: HashMap<ConnectionId, (PeerId, ConnectedPoint)>,
    dialling: HashMap<ConnectionId, oneshot::Sender<Fields>>,
    closing: Vec<(PeerId, oneshot::Sender<Fields>)>,
}

impl Peer {
    pub fn new(
        swarm: Swarm<Behaviour>,
        asked: mpsc::UnboundedReceiver<Ask>,
        arrivals: mpsc::UnboundedReceiver<Inbound>,
        identities: Arc<Identities>,
        options: &Options,
    ) -> Self {
        let upgrades = options.transport.upgraded().then(|| (options.security.id(), options.muxer.id()));
        Self {
            swarm,
            asked,
            arrivals,
            identities,
            upgrades,
            connections: HashMap::new(),
            dialling: HashMap::new(),
            closing: Vec::new(),
        }
    }

    /// Resolves when each listener has told an address.
    pub async fn listen(&mut self, on: Vec<Multiaddr>) -> Result<Vec<String>, Box<dyn Error>> {
        let mut silent = Vec::new();
        for address in on {
            silent.push(self.swarm.listen_on(address)?);
        }
        while !silent.is_empty() {
            match self.swarm.select_next_some().await {
                SwarmEvent::NewListenAddr { listener_id, .. } => silent.retain(|id| *id != listener_id),
                SwarmEvent::ListenerClosed { reason, .. } => return Err(format!("cannot listen: {reason:?}").into()),
                event => self.happened(event),
            }
        }
        let me = *self.swarm.local_peer_id();
        let whole = |address: &Multiaddr| address.clone().with_p2p(me).unwrap_or_else(|a| a).to_string();
        Ok(self.swarm.listeners().map(whole).collect())
    }

    pub async fn run(&mut self) {
        loop {
            tokio::select! {
                event = self.swarm.select_next_some() => self.happened(event),
                Some(ask) = self.asked.recv() => self.answer(ask),
                Some(arrival) = self.arrivals.recv() => drop(tokio::spawn(serve(arrival))),
            }
        }
    }

    /// Closes all connections, for as long as that takes within reason.
    pub async fn stop(&mut self) {
        for peer in self.swarm.connected_peers().copied().collect::<Vec<_>>() {
            let _ = self.swarm.disconnect_peer_id(peer); // it may have gone by now
        }
        let gone = async {
            while !self.connections.is_empty() {
                let event = self.swarm.select_next_some().await;
                self.happened(event);
            }
        };
        let _ = tokio::time::timeout(FAREWELL, gone).await;
    }

    fn answer(&mut self, ask: Ask) {
        match ask {
            Ask::Dial { address, force, reply } => self.dial(address, force, reply),
            Ask::Close { peer, reply } => match self.swarm.disconnect_peer_id(peer) {
                Ok(()) => self.closing.push((peer, reply)),
                Err(()) => drop(reply.send(Ok(json!({})))),
            },
            Ask::Connections { reply } => {
                let list: Vec<_> = self.connections.values().map(|(peer, point)| self.described(peer, point)).collect();
                let _ = reply.send(Ok(json!({"connections": list})));
            }
            Ask::Serve { protocol, serve, reply } => {
                self.swarm.behaviour_mut().streams.serve(protocol, serve);
                let ours = self.swarm.behaviour().streams.protocols();
                let library = [identify::PROTOCOL_NAME, identify::PUSH_PROTOCOL_NAME, ping::PROTOCOL_NAME];
                let protocols: Vec<_> = library.iter().chain(&ours).map(ToString::to_string).collect();
                let _ = reply.send(Ok(json!({"protocols": protocols})));
            }
            Ask::Open { peer, protocol, reply } => self.swarm.behaviour_mut().streams.open(peer, protocol, reply),
            Ask::Gossip { ask, reply } => drop(reply.send(gossip::answer(&mut self.swarm.behaviour_mut().gossip, ask))),
        }
    }

    fn dial(&mut self, address: Multiaddr, force: bool, reply: oneshot::Sender<Fields>) {
        let peer = address.iter().find_map(|part| match part {
            libp2p::multiaddr::Protocol::P2p(peer) => Some(peer),
            _ => None,
        });
        let there = self.connections.values().find(|(p, _)| Some(*p) == peer);
        if let (Some((peer, point)), false) = (there, force) {
            let _ = reply.send(Ok(self.dialled(peer, point)));
            return;
        }
        let options = match peer {
            Some(peer) => DialOpts::peer_id(peer).condition(PeerCondition::Always).addresses(vec![address]).build(),
            None => DialOpts::unknown_peer_id().address(address).build(),
        };
        let connection = options.connection_id();
        match self.swarm.dial(options) {
            Ok(()) => drop(self.dialling.insert(connection, reply)),
            Err(error) => drop(reply.send(Err(error.to_string()))),
        }
    }

    fn dialled(&self, peer: &PeerId, point: &ConnectedPoint) -> Value {
        let mut fields = json!({"peerId": peer.to_string(), "address": point.get_remote_address().to_string()});
        self.add_upgrades(&mut fields);
        fields
    }

    fn described(&self, peer: &PeerId, point: &ConnectedPoint) -> Value {
        let mut fields = json!({
            "peer": peer.to_string(),
            "address": point.get_remote_address().to_string(),
            "direction": if point.is_dialer() { "outbound" } else { "inbound" },
        });
        self.add_upgrades(&mut fields);
        fields
    }

    fn add_upgrades(&self, fields: &mut Value) {
        if let Some((security, muxer)) = self.upgrades {
            fields["security"] = security.into();
            fields["muxer"] = muxer.into();
        }
    }

    fn happened(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, num_established, .. } => {
                if num_established.get() == 1 {
                    emit(&json!({"event": "connected", "peer": peer_id.to_string()}));
                }
                if let Some(reply) = self.dialling.remove(&connection_id) {
                    let _ = reply.send(Ok(self.dialled(&peer_id, &endpoint)));
                }
                self.connections.insert(connection_id, (peer_id, endpoint));
            }
            SwarmEvent::ConnectionClosed { peer_id, connection_id, num_established, .. } => {
                self.connections.remove(&connection_id);
                if num_established == 0 {
                    self.identities.gone(&peer_id);
                    emit(&json!({"event": "disconnected", "peer": peer_id.to_string()}));
                    for (_, reply) in self.closing.extract_if(.., |(peer, _)| *peer == peer_id) {
                        let _ = reply.send(Ok(json!({})));
                    }
                }
            }
            SwarmEvent::OutgoingConnectionError { connection_id, error, .. } => {
                if let Some(reply) = self.dialling.remove(&connection_id) {
                    let _ = reply.send(Err(whole(&error)));
                }
            }
            SwarmEvent::IncomingConnectionError { error, .. } => eprintln!("incoming connection: {}", whole(&error)),
            SwarmEvent::Behaviour(BehaviourEvent::Identify(event)) => self.identified(event),
            SwarmEvent::Behaviour(BehaviourEvent::Gossip(event)) => {
                if let Some(message) = gossip::told(event) {
                    emit(&message);
                }
            }
            SwarmEvent::Behaviour(BehaviourEvent::Ping(ping::Event { peer, result, .. })) => {
                self.identities.pinged(peer, result.map(drop).map_err(|error| whole(&error)));
            }
            _ => {}
        }
    }

    fn identified(&self, event: identify::Event) {
        match event {
            identify::Event::Received { peer_id, info, .. } => {
                let mut message = self.identities.received(peer_id, &info);
                message["event"] = "identified".into();
                message["peer"] = peer_id.to_string().into();
                emit(&message);
            }
            identify::Event::Error { peer_id, error, .. } => eprintln!("identify of {peer_id}: {}", whole(&error)),
            _ => {}
        }
    }
}

/// An error with those that caused it, which its own text may leave out.
fn whole(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

async fn serve(Inbound { peer, protocol, mut stream }: Inbound) {
    match protocol.as_ref() {
        ECHO => {
            let served = echo::serve(stream).await;
            let mut event =
                json!({"event": "echoed", "peer": peer.to_string(), "bytes": served.bytes, "sha256": served.sha256});
            if let Err(error) = served.end {
                event["error"] = error.to_string().into();
            }
            emit(&event);
        }
        PERF => {
            if let Err(error) = perf::serve(stream).await {
                eprintln!("perf for {peer}: {error}");
            }
        }
        _ => {
            let mut block = [0; 4096];
            loop {
                match stream.read(&mut block).await {
                    Ok(0) => break,
                    Ok(_) => {}
                    Err(_) => return, // reset by the peer, as it may
                }
            }
            let _ = stream.close().await; // likewise
        }
    }
}
