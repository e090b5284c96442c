//! A rust-libp2p node under remote control: commands as JSON lines on standard input, answers and events on standard output.
mod commands;
mod echo;
mod gossip;
mod identities;
mod node;
mod options;
mod parts;
mod peer;
mod perf;
mod script;
mod streams;

use std::{error::Error, io::Write, process::ExitCode, sync::Arc, time::Duration};

use clap::Parser;
use libp2p::StreamProtocol;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    signal::unix::{SignalKind, signal},
    sync::{mpsc, oneshot},
};

use crate::{
    commands::Commands,
    echo::ECHO,
    identities::Identities,
    options::{Options, description},
    peer::Peer,
    perf::PERF,
};

const TIMEOUT_MILLIS: u64 = 30_000;

pub fn emit(message: &Value) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{message}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0); // whoever read the answers is gone
    }
}

async fn answer(line: &str, commands: &Commands) {
    let request: Value = match serde_json::from_str(line) {
        Ok(request) => request,
        Err(error) => return emit(&json!({"id": null, "ok": false, "error": format!("not JSON: {error}")})),
    };
    let limit = request["timeoutMs"].as_u64().unwrap_or(TIMEOUT_MILLIS);
    let name = request["do"].as_str().unwrap_or("");
    let done = tokio::time::timeout(Duration::from_millis(limit), commands.run(name, &request)).await;
    let mut message = json!({"id": request["id"]});
    match done.unwrap_or_else(|_| Err(format!("timed out after {limit} ms"))) {
        Ok(fields) => {
            message["ok"] = true.into();
            if let Value::Object(fields) = fields {
                message.as_object_mut().expect("made above").extend(fields);
            }
        }
        Err(error) => {
            message["ok"] = false.into();
            message["error"] = error.into();
        }
    }
    emit(&message);
}

/// Runs the commands of standard input until it ends or says stop.
async fn listen_to_commands(commands: Commands, stop: oneshot::Sender<()>) {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if line.trim().is_empty() {
            continue;
        }
        if let Ok(request) = serde_json::from_str::<Value>(&line) {
            if request["do"] == "stop" {
                emit(&json!({"id": request["id"], "ok": true}));
                break;
            }
        }
        let commands = commands.clone();
        tokio::spawn(async move { answer(&line, &commands).await });
    }
    let _ = stop.send(()); // the node may have ended by itself
}

async fn run(options: Options) -> Result<(), Box<dyn Error>> {
    let keypair = node::key(options.key)?;
    let (inbound, arrivals) = mpsc::unbounded_channel();
    let protocols = vec![StreamProtocol::new(ECHO), StreamProtocol::new(PERF)];
    let swarm = node::swarm(&keypair, options.choice(), protocols, inbound)?;
    let identities = Arc::new(Identities::new());
    let (asks, asked) = mpsc::unbounded_channel();
    let mut peer = Peer::new(swarm, asked, arrivals, identities.clone(), &options);
    let addresses = peer.listen(options.listen()).await?;

    let mut ready = description();
    ready["event"] = "ready".into();
    ready["peerId"] = keypair.public().to_peer_id().to_string().into();
    ready["addresses"] = addresses.into();
    emit(&ready);

    let (stop, stopped) = oneshot::channel();
    tokio::spawn(listen_to_commands(Commands { swarm: asks, identities }, stop));
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        () = peer.run() => {}
        _ = stopped => {}
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    peer.stop().await;
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("gossip-script") {
        return ended(script::run(script::Options::parse_from(std::env::args().skip(1))).await);
    }
    let options = Options::parse();
    if options.version {
        emit(&description());
        return ExitCode::SUCCESS;
    }
    ended(run(options).await)
}

fn ended(outcome: Result<(), Box<dyn Error>>) -> ExitCode {
    match outcome {
        Ok(()) => std::process::exit(0), // not waiting for the thread that reads standard input
        Err(error) => {
            eprintln!("libp2p-rust-peer: {error}");
            ExitCode::FAILURE
        }
    }
}
