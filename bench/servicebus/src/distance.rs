//! Distance: a proxy on loopback that holds every byte back for half a round-trip, each way, and counts the round-trips.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

const CONNECTIONS_MAX: usize = 8;
const CHUNK_BYTES: usize = 64 << 10;
/// Chunks under way in one direction. Whoever sends more has to wait, as on any line.
const CHUNKS_MAX: usize = 256;

/// A line to a server. It ends, with its connections, when this is dropped.
pub struct Distance {
    address: SocketAddr,
    turns: Arc<Turns>,
    _line: JoinSet<()>,
}

/// Counts how often the client speaks after it has heard something: each time it may have waited for what it heard.
#[derive(Default)]
struct Turns {
    count: AtomicU32,
    speaking: AtomicBool,
}

impl Distance {
    /// A line to `server` on which an answer takes `round_trip`.
    pub async fn new(server: SocketAddr, round_trip: Duration) -> Result<Self> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let turns = Arc::new(Turns::default());
        let mut line = JoinSet::new();
        line.spawn(serve(listener, server, round_trip / 2, turns.clone()));
        Ok(Self {
            address,
            turns,
            _line: line,
        })
    }

    /// Where the line begins.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Round-trips up to now: times that the client spoke after it had heard something, or for the first time.
    pub fn round_trips(&self) -> u32 {
        self.turns.count.load(Ordering::SeqCst)
    }
}

impl Turns {
    fn client_speaks(&self) {
        if !self.speaking.swap(true, Ordering::SeqCst) {
            self.count.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn client_hears(&self) {
        self.speaking.store(false, Ordering::SeqCst);
    }
}

async fn serve(listener: TcpListener, server: SocketAddr, one_way: Duration, turns: Arc<Turns>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        while connections.len() >= CONNECTIONS_MAX {
            connections.join_next().await;
        }
        connections.spawn(carry(client, server, one_way, turns.clone()));
    }
}

/// Carries both directions of a connection until either ends.
async fn carry(client: TcpStream, server: SocketAddr, one_way: Duration, turns: Arc<Turns>) {
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    if client.set_nodelay(true).is_err() || server.set_nodelay(true).is_err() {
        return;
    }
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let (to, back) = (turns.clone(), turns);
    tokio::join!(
        direction(
            from_client,
            to_server,
            one_way,
            move || to.client_speaks(),
            || ()
        ),
        direction(
            from_server,
            to_client,
            one_way,
            || (),
            move || back.client_hears()
        ),
    );
}

/// Carries one direction: `taken` is called as bytes come in, `given` as they go out.
async fn direction(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    one_way: Duration,
    taken: impl Fn(),
    given: impl Fn(),
) {
    let (sender, mut under_way) = mpsc::channel::<(Instant, Bytes)>(CHUNKS_MAX);
    let take = async move {
        let mut buffer = vec![0; CHUNK_BYTES];
        while let Ok(count @ 1..) = from.read(&mut buffer).await {
            taken();
            let chunk = Bytes::copy_from_slice(&buffer[..count]);
            if sender
                .send((Instant::now() + one_way, chunk))
                .await
                .is_err()
            {
                break;
            }
        }
    };
    let give = async move {
        while let Some((due, chunk)) = under_way.recv().await {
            tokio::time::sleep_until(due).await;
            // Before the bytes go out: whoever reads them may answer at once.
            given();
            if to.write_all(&chunk).await.is_err() {
                return;
            }
        }
        // The end of the stream travels too.
        let _ = to.shutdown().await;
    };
    tokio::join!(take, give);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_said_without_waiting_for_an_answer_is_one_round_trip() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = server.local_addr().unwrap();
        let echo = tokio::spawn(async move {
            let (mut stream, _) = server.accept().await.unwrap();
            let mut word = [0; 4];
            while stream.read_exact(&mut word).await.is_ok() {
                stream.write_all(&word).await.unwrap();
            }
        });
        let round_trip = Duration::from_millis(4);
        let line = Distance::new(address, round_trip).await.unwrap();
        let mut client = TcpStream::connect(line.address()).await.unwrap();
        let mut heard = [0; 4];
        let started = Instant::now();
        for halves in [["on", "e "], ["tw", "o "]] {
            for half in halves {
                client.write_all(half.as_bytes()).await.unwrap();
            }
            client.read_exact(&mut heard).await.unwrap();
            assert_eq!(heard, *halves.concat().as_bytes());
        }
        assert_eq!(line.round_trips(), 2);
        assert!(started.elapsed() >= round_trip * 2);
        drop(client);
        echo.await.unwrap();
    }
}
