//! Gossipsub: what the owner of the swarm is asked to do with it, and what it tells.
use libp2p::{
    PeerId,
    gossipsub::{Behaviour, ConfigBuilder, Event, IdentTopic, Message, MessageAuthenticity, ValidationMode},
    identity::Keypair,
};
use serde_json::{Value, json};

use crate::commands::Fields;

const MESSAGE_MAX: usize = 1 << 20; // go's and java's; rust's own is 64 KiB

pub enum Ask {
    Subscribe { topic: String, wanted: bool },
    Publish { topic: String, data: Vec<u8> },
    InMesh { topic: String, peer: PeerId },
}

pub fn behaviour(keypair: &Keypair, stock: bool) -> Result<Behaviour, String> {
    let mut config = ConfigBuilder::default();
    config.validation_mode(ValidationMode::Strict);
    if !stock {
        config.max_transmit_size(MESSAGE_MAX);
    }
    let config = config.build().map_err(|e| e.to_string())?;
    Behaviour::new(MessageAuthenticity::Signed(keypair.clone()), config).map_err(str::to_string)
}

pub fn answer(gossip: &mut Behaviour, ask: Ask) -> Fields {
    match ask {
        Ask::Subscribe { topic, wanted: true } => {
            gossip.subscribe(&IdentTopic::new(topic)).map_err(|e| e.to_string())?;
            Ok(json!({}))
        }
        Ask::Subscribe { topic, wanted: false } => {
            if !gossip.unsubscribe(&IdentTopic::new(&topic)) {
                return Err(format!("not subscribed to {topic}"));
            }
            Ok(json!({}))
        }
        Ask::Publish { topic, data } => {
            let id = gossip.publish(IdentTopic::new(topic), data).map_err(|e| e.to_string())?;
            Ok(json!({"messageId": hex::encode(id.0)}))
        }
        Ask::InMesh { topic, peer } => {
            Ok(json!({"in": gossip.mesh_peers(&IdentTopic::new(topic).hash()).any(|p| *p == peer)}))
        }
    }
}

/// The event of the contract for a message that was delivered.
pub fn told(event: Event) -> Option<Value> {
    match event {
        Event::Message { message_id, message: Message { source, data, topic, .. }, .. } => Some(json!({
            "event": "message",
            "topic": topic.into_string(),
            "from": source.map(|peer| peer.to_string()),
            "data": hex::encode(data),
            "id": hex::encode(message_id.0),
        })),
        _ => None,
    }
}
