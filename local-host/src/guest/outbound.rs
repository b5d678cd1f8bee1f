//! Requests that guests send, held to the hosts that the manifest allows them.

use std::pin::Pin;
use std::sync::Arc;

use http::{Request, Response};
use http_body_util::BodyExt;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks, default_send_request};

use super::state::{ComponentConfig, HostShared};

/// What keeps a response's body coming; it is driven until it ends.
type Worker = Box<dyn Future<Output = Result<(), Error>> + Send>;
type Answer = Result<(Response<WasiBody>, Worker), Error>;

/// An answer under way.
pub type OutboundFuture = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// The network as guests reach it by HTTP. A simulation puts its own in place of [`RealNetwork`].
pub trait OutboundHttp: Send + Sync + 'static {
    /// Sends a request that the manifest allows.
    fn send(&self, request: Request<WasiBody>, options: Option<RequestOptions>) -> OutboundFuture;
}

/// The network of this machine, with the usual certificate authorities for https.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealNetwork;

impl OutboundHttp for RealNetwork {
    fn send(&self, request: Request<WasiBody>, options: Option<RequestOptions>) -> OutboundFuture {
        Box::pin(async move {
            let (response, worker) = default_send_request(request, options).await?;
            let worker: Worker = Box::new(worker);
            Ok((response.map(BodyExt::boxed_unsync), worker))
        })
    }
}

/// Stands between a guest's `wasi:http/outgoing-handler` and the network.
pub(crate) struct OutboundHooks {
    pub shared: Arc<HostShared>,
    pub component: Arc<ComponentConfig>,
    /// The guest's number.
    pub guest: u64,
}

impl WasiHttpHooks for OutboundHooks {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _processed: Worker,
    ) -> Box<dyn Future<Output = Answer> + Send> {
        let uri = request.uri().to_string();
        if !self.component.allowed_hosts.allow(&uri, "https") {
            let authority = request
                .uri()
                .authority()
                .map_or("", |authority| authority.as_str());
            self.shared.log.line(&format!(
                "{} may not send to {}://{authority}: its allowed_outbound_hosts do not cover it",
                self.component.id,
                request.uri().scheme_str().unwrap_or("https"),
            ));
            return Box::new(async { Err(Error::HttpRequestDenied) });
        }
        let detail = format!("{} {uri}", request.method());
        let shared = self.shared.clone();
        // In a block of its own, so that nothing is sent before the call is counted.
        let answer = async move { shared.outbound.send(request, options).await };
        let life = self.shared.life.clone();
        let (component, guest) = (self.component.clone(), self.guest);
        Box::new(async move {
            let call = component.call(guest, "http", &detail);
            let died = |_| Error::InternalError(Some("the host has died".to_owned()));
            life.call(call, answer).await.map_err(died)?
        })
    }
}
