//! /perf/1.0.0 (libp2p specs, perf/perf.md): 8 bytes big-endian say how much the server shall send back, then the upload,
//! then FIN; the server answers after that FIN and finishes.
use std::{io, time::Instant};

use futures::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use libp2p::Stream;
use serde_json::{Value, json};

pub const PERF: &str = "/perf/1.0.0";
const BLOCK: usize = 65536;

pub async fn serve(mut stream: Stream) -> io::Result<()> {
    let mut header = [0; 8];
    stream.read_exact(&mut header).await?;
    let mut block = vec![0; BLOCK];
    while stream.read(&mut block).await? > 0 {}
    block.fill(0);
    send(&mut stream, u64::from_be_bytes(header), &block).await?;
    stream.close().await
}

async fn send<W: AsyncWrite + Unpin>(writer: &mut W, bytes: u64, block: &[u8]) -> io::Result<()> {
    let mut left = bytes;
    while left > 0 {
        let size = left.min(block.len() as u64) as usize;
        writer.write_all(&block[..size]).await?;
        left -= size as u64;
    }
    Ok(())
}

/// The upload lasts until the first byte (or the end) that comes back, the download from there to the end.
pub async fn run(stream: Stream, upload: u64, download: u64) -> io::Result<Value> {
    let start = Instant::now();
    let (mut reader, mut writer) = stream.split();
    let writing = async {
        writer.write_all(&download.to_be_bytes()).await?;
        send(&mut writer, upload, &[0; BLOCK]).await?;
        writer.close().await
    };
    let reading = async {
        let mut block = vec![0; BLOCK];
        let mut received = 0;
        let mut uploaded = None;
        loop {
            let size = reader.read(&mut block).await?;
            uploaded.get_or_insert_with(Instant::now);
            if size == 0 {
                return Ok::<_, io::Error>((received, uploaded.unwrap_or(start)));
            }
            received += size as u64;
        }
    };
    let ((), (received, uploaded)) = futures::try_join!(writing, reading)?;
    if received != download {
        return Err(io::Error::other(format!("asked for {download} bytes, got {received}")));
    }
    Ok(json!({
        "uploadBytes": upload,
        "downloadBytes": received,
        "uploadMillis": (uploaded - start).as_millis() as u64,
        "downloadMillis": uploaded.elapsed().as_millis() as u64,
    }))
}
