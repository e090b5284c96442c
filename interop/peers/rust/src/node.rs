//! The rust-libp2p node: one muxer, one security protocol, one key.
use std::{error::Error, time::Duration};

use clap::ValueEnum;
use libp2p::{
    PeerId, StreamProtocol, Swarm, Transport,
    core::{
        muxing::StreamMuxerBox,
        transport::{Boxed, OrTransport, TransportError, upgrade},
        upgrade::Version,
    },
    gossipsub, identify,
    identity::Keypair,
    noise, ping, plaintext,
    swarm::{self, NetworkBehaviour},
    tcp, yamux,
};
use rsa::pkcs8::EncodePrivateKey;
use tokio::sync::mpsc;

use crate::{gossip, streams};

const RSA_BITS: usize = 2048;
const STREAMS_MAX: usize = 2000;
pub const HOUR: Duration = Duration::from_secs(3600);
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, ValueEnum)]
pub enum Key {
    Ed25519,
    Secp256k1,
    Rsa,
    Ecdsa,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Security {
    Noise,
    Plaintext,
    #[cfg(feature = "tls")]
    Tls,
}

impl Security {
    pub fn id(self) -> &'static str {
        match self {
            Security::Noise => "/noise",
            Security::Plaintext => "/plaintext/2.0.0",
            #[cfg(feature = "tls")]
            Security::Tls => "/tls/1.0.0",
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Muxer {
    Yamux,
    Mplex,
}

impl Muxer {
    pub fn id(self) -> &'static str {
        match self {
            Muxer::Yamux => "/yamux/1.0.0",
            Muxer::Mplex => "/mplex/6.7.0",
        }
    }
}

#[derive(Clone, Copy)]
pub struct Choice {
    pub security: Security,
    pub muxer: Muxer,
    /// Keep the limits of rust-libp2p that are raised otherwise.
    pub stock: bool,
}

#[derive(NetworkBehaviour)]
pub struct Behaviour {
    pub identify: identify::Behaviour,
    pub ping: ping::Behaviour,
    pub streams: streams::Behaviour,
    pub gossip: gossipsub::Behaviour,
}

pub fn key(kind: Key) -> Result<Keypair, Box<dyn Error>> {
    Ok(match kind {
        Key::Ed25519 => Keypair::generate_ed25519(),
        Key::Secp256k1 => Keypair::generate_secp256k1(),
        Key::Ecdsa => Keypair::generate_ecdsa(),
        Key::Rsa => {
            let private = rsa::RsaPrivateKey::new(&mut rand::thread_rng(), RSA_BITS)?;
            Keypair::rsa_from_pkcs8(&mut private.to_pkcs8_der()?.as_bytes().to_vec())?
        }
    })
}

pub fn swarm(
    keypair: &Keypair,
    choice: Choice,
    protocols: Vec<StreamProtocol>,
    inbound: mpsc::UnboundedSender<streams::Inbound>,
) -> Result<Swarm<Behaviour>, Box<dyn Error>> {
    let behaviour = Behaviour {
        // The envelope that it signs is the old form, which only rust reads and writes.
        identify: identify::Behaviour::new(
            identify::Config::new_with_signed_peer_record("ipfs/0.1.0".into(), keypair)
                .with_push_listen_addr_updates(true),
        ),
        ping: ping::Behaviour::new(ping::Config::new().with_timeout(PATIENCE).with_interval(HOUR)),
        streams: streams::Behaviour::new(protocols, inbound),
        gossip: gossip::behaviour(keypair, choice.stock)?,
    };
    let mut config = swarm::Config::with_tokio_executor().with_idle_connection_timeout(HOUR);
    if !choice.stock {
        config = config.with_max_negotiating_inbound_streams(STREAMS_MAX);
    }
    let id = keypair.public().to_peer_id();
    Ok(Swarm::new(transports(keypair, choice)?, behaviour, id, config))
}

pub type Connections = Boxed<(PeerId, StreamMuxerBox)>;

pub fn transports(keypair: &Keypair, choice: Choice) -> Result<Connections, Box<dyn Error>> {
    let tcp = || tcp::tokio::Transport::new(tcp::Config::default());
    let all = secured(tcp(), keypair, choice)?;
    #[cfg(feature = "ws")]
    let all = either(secured(web_socket(tcp())?, keypair, choice)?, all);
    #[cfg(feature = "quic")]
    let all = either(
        libp2p::quic::tokio::Transport::new(libp2p::quic::Config::new(keypair))
            .map(|(peer, connection), _| (peer, StreamMuxerBox::new(connection)))
            .boxed(),
        all,
    );
    #[cfg(feature = "webrtc")]
    let all = either(web_rtc(keypair)?, all);
    Ok(all)
}

/// It listens on wss under a certificate that nobody vouches for, which it could not dial itself: the library looks at certificates.
#[cfg(feature = "ws")]
fn web_socket(
    tcp: tcp::tokio::Transport,
) -> Result<libp2p::websocket::Config<tcp::tokio::Transport>, Box<dyn Error>> {
    use libp2p::websocket::{Config, tls};
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_string()])?;
    let (key, certificate) = (made.key_pair.serialize_der(), made.cert.der().to_vec());
    let mut config = Config::new(tcp);
    config.set_tls_config(tls::Config::new(tls::PrivateKey::new(key), [tls::Certificate::new(certificate)])?);
    Ok(config)
}

/// Its DTLS takes the cryptography that the process has chosen, and panics if there are several and none is chosen.
#[cfg(feature = "webrtc")]
fn web_rtc(keypair: &Keypair) -> Result<Connections, Box<dyn Error>> {
    use libp2p_webrtc::tokio::{Certificate, Transport as WebRtc};
    let _ = rustls::crypto::ring::default_provider().install_default(); // refused if it was chosen before
    let certificate = Certificate::generate(&mut rand_new::rng())?;
    Ok(WebRtc::new(keypair.clone(), certificate)
        .map(|(peer, connection), _| (peer, StreamMuxerBox::new(connection)))
        .boxed())
}

#[cfg(any(feature = "ws", feature = "quic", feature = "webrtc"))]
fn either(first: Connections, second: Connections) -> Connections {
    OrTransport::new(first, second).map(|connection, _| connection.into_inner()).boxed()
}

fn secured<T>(raw: T, keypair: &Keypair, choice: Choice) -> Result<Connections, Box<dyn Error>>
where
    T: Transport + Send + Unpin + 'static,
    T::Output: futures::AsyncRead + futures::AsyncWrite + Send + Unpin + 'static,
    T::Error: Send + Sync + 'static,
    T::Dial: Send,
    T::ListenerUpgrade: Send,
    TransportError<T::Error>: Error,
{
    // What most rust-libp2p nodes run: with a single protocol to propose, the first message follows the proposal at once.
    let selected: upgrade::Builder<T> = raw.upgrade(Version::V1Lazy);
    macro_rules! muxed {
        ($authenticated:expr) => {
            match choice.muxer {
                Muxer::Yamux => {
                    let mut config = yamux::Config::default();
                    if !choice.stock {
                        config.set_max_num_streams(STREAMS_MAX);
                    }
                    $authenticated.multiplex(config).timeout(PATIENCE).map(|(p, m), _| (p, StreamMuxerBox::new(m))).boxed()
                }
                Muxer::Mplex => {
                    let mut config = libp2p_mplex::Config::default();
                    if !choice.stock {
                        config.set_max_num_streams(STREAMS_MAX);
                    }
                    $authenticated.multiplex(config).timeout(PATIENCE).map(|(p, m), _| (p, StreamMuxerBox::new(m))).boxed()
                }
            }
        };
    }
    Ok(match choice.security {
        Security::Noise => muxed!(selected.authenticate(noise::Config::new(keypair)?)),
        Security::Plaintext => muxed!(selected.authenticate(plaintext::Config::new(keypair))),
        #[cfg(feature = "tls")]
        Security::Tls => muxed!(selected.authenticate(libp2p::tls::Config::new(keypair)?)),
    })
}
