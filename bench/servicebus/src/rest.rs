//! HTTP, as the app uses it: a token and a JSON batch in one request. It gives no numbers, so nothing can be cancelled.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use punctual_servicebus::sas;
use serde::Serialize;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::work::{self, Figures, Work};

const ANSWER_BYTES_MAX: usize = 64 << 10;
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
const TOKEN_SECONDS: i64 = 600;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Member {
    body: &'static str,
    broker_properties: Properties,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    message_id: String,
    scheduled_enqueue_time_utc: String,
}

/// A connection that is kept.
pub struct Rest {
    requests: SendRequest<Full<Bytes>>,
    address: SocketAddr,
    queue: &'static str,
    _connection: JoinSet<()>,
}

impl Rest {
    /// Connects.
    pub async fn connect(address: SocketAddr, queue: &'static str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (requests, connection) = handshake(TokioIo::new(stream)).await?;
        let mut tasks = JoinSet::new();
        // It ends with an error when the server goes first; the request that notices says so.
        tasks.spawn(async { drop(connection.await) });
        Ok(Self {
            requests,
            address,
            queue,
            _connection: tasks,
        })
    }

    /// Does the half of the work that HTTP can do.
    pub async fn run(&mut self, work: Work) -> Result<Figures> {
        let started = Instant::now();
        let mut scheduled = 0;
        for call in 0..work.calls_max {
            tokio::time::timeout(ANSWER_WITHIN, self.schedule(call, work.batch)).await??;
            scheduled += work.batch;
            if started.elapsed().as_secs_f64() >= work.span_seconds {
                break;
            }
        }
        Ok(Figures {
            scheduled,
            schedule_seconds: started.elapsed().as_secs_f64(),
            ..Figures::default()
        })
    }

    async fn schedule(&mut self, call: u32, batch: u32) -> Result<()> {
        let now = Utc::now();
        let due = now + TimeDelta::seconds(work::AHEAD_SECONDS);
        let members: Vec<_> = (0..batch).map(|n| member(call, n, due)).collect();
        let resource = format!("http://{}/{}", self.address, self.queue);
        let expires = now.timestamp() + TOKEN_SECONDS;
        let token = sas::token(&resource, work::KEY_NAME, work::KEY, expires);
        let request = Request::post(format!("/{}/messages", self.queue))
            .header(header::HOST, self.address.to_string())
            .header(header::AUTHORIZATION, token)
            .header(
                header::CONTENT_TYPE,
                "application/vnd.microsoft.servicebus.json",
            )
            .body(Full::new(serde_json::to_vec(&members)?.into()))?;
        self.requests.ready().await?;
        let answer = self.requests.send_request(request).await?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX);
        let body = body.collect().await.map_err(anyhow::Error::from_boxed)?;
        ensure!(
            status == StatusCode::CREATED,
            "scheduling over HTTP: {status} {}",
            String::from_utf8_lossy(&body.to_bytes())
        );
        Ok(())
    }
}

fn member(call: u32, n: u32, due: DateTime<Utc>) -> Member {
    Member {
        body: work::BODY,
        broker_properties: Properties {
            message_id: format!("job-{call}-{n}"),
            scheduled_enqueue_time_utc: due.format("%a, %d %b %Y %H:%M:%S GMT").to_string(),
        },
    }
}
