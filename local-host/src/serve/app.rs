//! The HTTP trigger: finds the component for a request and lets it answer.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::uri::{Authority, Scheme};
use http::{HeaderValue, Request, Response, StatusCode, Uri, header};
use hyper::body::Incoming;
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::p2::bindings::ProxyPre;

use super::{run, whole};
use crate::guest::{ComponentConfig, GuestState, HostShared};
use crate::life::Died;
use crate::routes::Routes;

/// A component that is ready to answer.
pub(crate) struct Served {
    pub config: Arc<ComponentConfig>,
    pub ready: ProxyPre<GuestState>,
}

/// The application as it is served.
pub(crate) struct App {
    pub shared: Arc<HostShared>,
    pub routes: Routes,
    pub components: BTreeMap<String, Served>,
    pub request_timeout: Duration,
}

impl App {
    /// Answers one request.
    pub(crate) async fn answer(
        self: Arc<Self>,
        mut request: Request<Incoming>,
        client: SocketAddr,
    ) -> Result<Response<WasiBody>, Died> {
        let path = request.uri().path().to_owned();
        let Some(found) = self.routes.find(&path) else {
            return Ok(empty(StatusCode::NOT_FOUND));
        };
        let Some(served) = self.components.get(found.component()) else {
            return Ok(empty(StatusCode::NOT_FOUND));
        };
        let Some(uri) = full_uri(&request) else {
            return Ok(empty(StatusCode::BAD_REQUEST));
        };
        let host = uri
            .authority()
            .map_or("localhost", Authority::as_str)
            .to_owned();
        if let (false, Ok(host)) = (
            request.headers().contains_key(header::HOST),
            HeaderValue::try_from(&host),
        ) {
            request.headers_mut().insert(header::HOST, host);
        }
        request.headers_mut().remove(header::CONNECTION);
        found.set_headers(request.headers_mut(), &uri, &host, client);
        *request.uri_mut() = uri;

        let name = format!("{} {path}", request.method());
        let answered = run::run(&self.shared, served, request, self.request_timeout).await;
        if self.shared.life.is_dead() {
            return Err(Died);
        }
        Ok(answered.unwrap_or_else(|error| {
            self.shared.log.line(&format!(
                "component {:?} failed on {name}: {error}",
                served.config.id
            ));
            empty(StatusCode::INTERNAL_SERVER_ERROR)
        }))
    }
}

fn empty(status: StatusCode) -> Response<WasiBody> {
    let mut response = Response::new(whole(""));
    *response.status_mut() = status;
    response
}

/// The request's URI with scheme and host, which guests are entitled to.
fn full_uri(request: &Request<Incoming>) -> Option<Uri> {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let mut parts = request.uri().clone().into_parts();
    parts.scheme = Some(Scheme::HTTP);
    if parts.authority.is_none() {
        parts.authority = host.unwrap_or("localhost").parse().ok();
    }
    Uri::from_parts(parts).ok()
}
