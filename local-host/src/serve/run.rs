//! One request in one fresh guest, within its limits.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use bytes::Bytes;
use http::{Request, Response};
use hyper::body::{Body, Incoming};
use tokio::sync::oneshot;
use wasmtime::component::Resource;
use wasmtime::{Store, UpdateDeadline};
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::{ErrorCode, Scheme};
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;
use wasmtime_wasi_http::p2::types::{HostIncomingRequest, HostResponseOutparam};
use wasmtime_wasi_http::{WasiBody, WasiHttpView};

use crate::application::Served;
use crate::engine::{self, EPOCH};
use crate::guest::{GuestState, HostShared};

/// Lets a component answer. The guest may go on after its answer has begun, until its time is up.
///
/// Time is up when both the real and the virtual clock have moved on by `timeout`: a standing or stepped clock
/// must not end a request, nor a fast one. A guest that computes is stopped by the processor time it takes.
pub(super) async fn run(
    shared: &Arc<HostShared>,
    served: &Served,
    request: Request<Incoming>,
    timeout: Duration,
) -> Result<Response<WasiBody>> {
    let turn = engine::turn().await;
    let Begun {
        mut store,
        answer: receiver,
        handling,
    } = begin(shared, served, request, timeout)?;
    let (ended_sender, ended) = oneshot::channel();
    let clock = shared.clock.clone();
    let log = shared.log.clone();
    let id = served.config.id.clone();
    shared.life.spawn_blocking(async move {
        let result = tokio::select! {
            result = handling.run(&mut store) => result.map_err(anyhow::Error::from),
            _ = async { tokio::join!(tokio::time::sleep(timeout), clock.sleep(timeout)) } => {
                Err(anyhow!("it took longer than {} s", timeout.as_secs_f64()))
            }
        };
        let result = match result {
            Err(error) if store.data().memory.refused => {
                Err(error.context("it was refused more memory than its limit"))
            }
            result => result,
        };
        // The guest's connections close here, before anybody learns that it has ended.
        drop(store);
        drop(turn);
        if let Err(Err(late)) = ended_sender.send(result) {
            log.line(&format!(
                "component {id:?} failed after its answer had begun: {}",
                reason(&late)
            ));
        }
    });
    match receiver.await {
        Ok(answer) => answer.map_err(|code| anyhow!("it answered with an error: {code:?}")),
        // The guest ended, or was ended, without an answer.
        Err(_) => match ended.await.context("it was stopped")? {
            Ok(()) => bail!("it gave no answer"),
            Err(error) => bail!("{}", reason(&error)),
        },
    }
}

/// A guest that is about to handle a request.
pub(crate) struct Begun {
    pub store: Store<GuestState>,
    /// Where its answer arrives; nothing comes when the guest ends without one.
    pub answer: oneshot::Receiver<Answer>,
    pub handling: Handling,
}

/// What a guest answers, or the code of its failure.
pub(crate) type Answer = Result<Response<HyperOutgoingBody>, ErrorCode>;

/// What is left to be done in a guest's store.
pub(crate) struct Handling {
    ready: ProxyPre<GuestState>,
    request: Resource<HostIncomingRequest>,
    outparam: Resource<HostResponseOutparam>,
}

impl Handling {
    pub(crate) async fn run(self, store: &mut Store<GuestState>) -> wasmtime::Result<()> {
        let proxy = self.ready.instantiate_async(&mut *store).await?;
        let handler = proxy.wasi_http_incoming_handler();
        handler
            .call_handle(store, self.request, self.outparam)
            .await
    }
}

/// Hands a request to a fresh guest, which has not run yet.
pub(crate) fn begin<B>(
    shared: &Arc<HostShared>,
    served: &Served,
    request: Request<B>,
    timeout: Duration,
) -> Result<Begun>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<wasmtime_wasi_http::Error>,
{
    let mut store = new_store(shared, served, timeout)?;
    let (sender, answer) = oneshot::channel();
    let request = store
        .data_mut()
        .http()
        .new_incoming_request(Scheme::Http, request)?;
    let outparam = store.data_mut().http().new_response_outparam(sender)?;
    let ready = served.ready.clone();
    let handling = Handling {
        ready,
        request,
        outparam,
    };
    Ok(Begun {
        store,
        answer,
        handling,
    })
}

fn new_store(
    shared: &Arc<HostShared>,
    served: &Served,
    timeout: Duration,
) -> Result<Store<GuestState>> {
    let state = GuestState::new(shared.clone(), served.config.clone())?;
    let mut store = Store::new(served.ready.engine(), state);
    store.limiter(|state| &mut state.memory);
    let most_ticks = timeout.as_millis().div_ceil(EPOCH.as_millis());
    let mut ticks = 0;
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |context| {
        ticks += 1;
        if context.data().shared.life.is_dead() {
            return Err(wasmtime::Error::new(crate::life::Died));
        }
        if ticks > most_ticks {
            return Err(wasmtime::Error::msg(
                "it computed for longer than its time limit",
            ));
        }
        Ok(UpdateDeadline::Yield(1))
    });
    Ok(store)
}

/// The causes of a failure in one line, without the guest's backtrace.
pub(crate) fn reason(error: &anyhow::Error) -> String {
    let causes = error.chain().map(ToString::to_string);
    let causes =
        causes.filter(|cause| !cause.starts_with("error while executing at wasm backtrace"));
    let causes: Vec<String> = causes.map(|cause| cause.replace('\n', " ")).collect();
    causes.join(": ")
}
