//! /echo/1.0.0: every byte comes back, and FIN answers FIN.
use std::{io, time::Instant};

use aes::Aes256;
use ctr::cipher::{KeyIvInit, StreamCipher};
use futures::{AsyncReadExt, AsyncWriteExt};
use libp2p::Stream;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub const ECHO: &str = "/echo/1.0.0";
const BLOCK: usize = 65536;

pub struct Served {
    pub bytes: u64,
    pub sha256: String,
    pub end: io::Result<()>,
}

pub async fn serve(mut stream: Stream) -> Served {
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let end = echo_back(&mut stream, &mut hash, &mut bytes).await;
    Served { bytes, sha256: hex::encode(hash.finalize()), end }
}

async fn echo_back(stream: &mut Stream, hash: &mut Sha256, bytes: &mut u64) -> io::Result<()> {
    let mut block = vec![0; BLOCK];
    loop {
        let size = stream.read(&mut block).await?;
        if size == 0 {
            return stream.close().await;
        }
        hash.update(&block[..size]);
        *bytes += size as u64;
        stream.write_all(&block[..size]).await?;
        stream.flush().await?;
    }
}

/// Pseudo-random bytes: the AES-256-CTR key stream, key = SHA-256 of the seed's decimal text, counter from zero.
struct Random(ctr::Ctr128BE<Aes256>);

impl Random {
    fn new(seed: &str) -> Self {
        Self(ctr::Ctr128BE::new(&Sha256::digest(seed.as_bytes()), &[0; 16].into()))
    }

    fn fill(&mut self, block: &mut [u8]) {
        block.fill(0);
        self.0.apply_keystream(block);
    }
}

/// Sends seeded bytes while it reads what comes back, then half-closes and reads to the end.
pub async fn run(stream: Stream, bytes: u64, seed: &str, chunk: usize) -> io::Result<Value> {
    let start = Instant::now();
    let (mut reader, mut writer) = stream.split();
    let writing = async {
        let mut random = Random::new(seed);
        let mut hash = Sha256::new();
        let mut block = vec![0; chunk];
        let mut left = bytes;
        while left > 0 {
            let part = &mut block[..left.min(chunk as u64) as usize];
            random.fill(part);
            hash.update(&part);
            writer.write_all(part).await?;
            left -= part.len() as u64;
        }
        writer.close().await?;
        Ok::<_, io::Error>(hash)
    };
    let reading = async {
        let mut hash = Sha256::new();
        let mut block = vec![0; BLOCK];
        let mut received = 0;
        loop {
            match reader.read(&mut block).await? {
                0 => return Ok::<_, io::Error>((received, hash)),
                size => {
                    hash.update(&block[..size]);
                    received += size as u64;
                }
            }
        }
    };
    let (sent, (received, back)) = futures::try_join!(writing, reading)?;
    Ok(json!({
        "bytes": bytes,
        "receivedBytes": received,
        "sentSha256": hex::encode(sent.finalize()),
        "receivedSha256": hex::encode(back.finalize()),
        "millis": start.elapsed().as_millis() as u64,
    }))
}
