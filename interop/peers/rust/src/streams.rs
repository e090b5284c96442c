//! Streams of protocols that are named at run time: a behaviour that opens them on command and hands inbound ones over.
use std::{
    collections::{HashMap, VecDeque},
    convert::Infallible,
    sync::{Arc, RwLock},
    task::{Context, Poll},
};

use futures::future::{Ready, ready};
use libp2p::{
    Multiaddr, PeerId, Stream, StreamProtocol,
    core::{
        Endpoint, UpgradeInfo,
        transport::PortUse,
        upgrade::{InboundUpgrade, ReadyUpgrade},
    },
    swarm::{
        ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm, NetworkBehaviour,
        NotifyHandler, StreamUpgradeError, SubstreamProtocol, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
        handler::{ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound},
    },
};
use tokio::sync::{mpsc, oneshot};

pub type Opened = Result<Stream, String>;

pub struct Inbound {
    pub peer: PeerId,
    pub protocol: StreamProtocol,
    pub stream: Stream,
}

#[derive(Debug)]
pub enum Command {
    Open(StreamProtocol, oneshot::Sender<Opened>),
    /// Makes the connection look at the list of protocols again, which it does only when something happens to it.
    Wake,
}

pub struct Behaviour {
    protocols: Arc<RwLock<Vec<StreamProtocol>>>,
    inbound: mpsc::UnboundedSender<Inbound>,
    connections: HashMap<ConnectionId, PeerId>,
    commands: VecDeque<(PeerId, ConnectionId, Command)>,
}

impl Behaviour {
    pub fn new(protocols: Vec<StreamProtocol>, inbound: mpsc::UnboundedSender<Inbound>) -> Self {
        Self {
            protocols: Arc::new(RwLock::new(protocols)),
            inbound,
            connections: HashMap::new(),
            commands: VecDeque::new(),
        }
    }

    pub fn protocols(&self) -> Vec<StreamProtocol> {
        self.protocols.read().unwrap().clone()
    }

    pub fn serve(&mut self, protocol: StreamProtocol, serve: bool) {
        let mut protocols = self.protocols.write().unwrap();
        protocols.retain(|p| *p != protocol);
        if serve {
            protocols.push(protocol);
        }
        drop(protocols);
        for (&connection, &peer) in &self.connections {
            self.commands.push_back((peer, connection, Command::Wake));
        }
    }

    /// The oldest connection to the peer carries the stream.
    pub fn open(&mut self, peer: PeerId, protocol: StreamProtocol, reply: oneshot::Sender<Opened>) {
        let oldest = self.connections.iter().filter(|(_, p)| **p == peer).map(|(c, _)| *c).min();
        match oldest {
            Some(connection) => self.commands.push_back((peer, connection, Command::Open(protocol, reply))),
            None => drop(reply.send(Err(format!("not connected to {peer}")))),
        }
    }

    fn handler(&mut self, connection: ConnectionId, peer: PeerId) -> Handler {
        self.connections.insert(connection, peer);
        Handler { peer, protocols: self.protocols.clone(), inbound: self.inbound.clone(), opening: VecDeque::new() }
    }
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = Handler;
    type ToSwarm = Infallible;

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler(connection, peer))
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler(connection, peer))
    }

    fn on_swarm_event(&mut self, event: FromSwarm) {
        if let FromSwarm::ConnectionClosed(closed) = event {
            self.connections.remove(&closed.connection_id);
        }
    }

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        match self.commands.pop_front() {
            Some((peer_id, connection, event)) => {
                Poll::Ready(ToSwarm::NotifyHandler { peer_id, handler: NotifyHandler::One(connection), event })
            }
            None => Poll::Pending, // commands come between two polls of the swarm, from the task that polls it
        }
    }
}

pub struct Handler {
    peer: PeerId,
    protocols: Arc<RwLock<Vec<StreamProtocol>>>,
    inbound: mpsc::UnboundedSender<Inbound>,
    opening: VecDeque<(StreamProtocol, oneshot::Sender<Opened>)>,
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Command;
    type ToBehaviour = Infallible;
    type InboundProtocol = AnyOf;
    type OutboundProtocol = ReadyUpgrade<StreamProtocol>;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = oneshot::Sender<Opened>;

    fn listen_protocol(&self) -> SubstreamProtocol<AnyOf> {
        SubstreamProtocol::new(AnyOf(self.protocols.read().unwrap().clone()), ())
    }

    fn poll(
        &mut self,
        _: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Self::OutboundProtocol, Self::OutboundOpenInfo, Infallible>> {
        match self.opening.pop_front() {
            Some((protocol, reply)) => Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest {
                protocol: SubstreamProtocol::new(ReadyUpgrade::new(protocol), reply),
            }),
            None => Poll::Pending,
        }
    }

    fn on_behaviour_event(&mut self, command: Command) {
        if let Command::Open(protocol, reply) = command {
            self.opening.push_back((protocol, reply));
        }
    }

    fn on_connection_event(
        &mut self,
        event: ConnectionEvent<AnyOf, Self::OutboundProtocol, (), Self::OutboundOpenInfo>,
    ) {
        match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol: (stream, protocol), .. }) => {
                // whoever serves streams is gone only when the program ends
                let _ = self.inbound.send(Inbound { peer: self.peer, protocol, stream });
            }
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol: stream, info: reply }) => {
                let _ = reply.send(Ok(stream)); // a command that timed out waits no longer
            }
            ConnectionEvent::DialUpgradeError(DialUpgradeError { error, info: reply }) => {
                let _ = reply.send(Err(match error {
                    StreamUpgradeError::Timeout => "the negotiation of the stream timed out".into(),
                    StreamUpgradeError::NegotiationFailed => "the peer does not speak the protocol".into(),
                    StreamUpgradeError::Io(error) => error.to_string(),
                    StreamUpgradeError::Apply(never) => match never {},
                }));
            }
            _ => {}
        }
    }
}

/// Accepts any of the protocols and says which one it was.
pub struct AnyOf(Vec<StreamProtocol>);

impl UpgradeInfo for AnyOf {
    type Info = StreamProtocol;
    type InfoIter = std::vec::IntoIter<StreamProtocol>;

    fn protocol_info(&self) -> Self::InfoIter {
        self.0.clone().into_iter()
    }
}

impl InboundUpgrade<Stream> for AnyOf {
    type Output = (Stream, StreamProtocol);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Infallible>>;

    fn upgrade_inbound(self, stream: Stream, protocol: StreamProtocol) -> Self::Future {
        ready(Ok((stream, protocol)))
    }
}
