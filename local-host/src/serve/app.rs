//! The HTTP trigger: finds the component for a request and lets it answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::uri::{Authority, Scheme};
use http::{HeaderValue, Request, Response, StatusCode, Uri, header};
use hyper::body::Incoming;
use wasmtime_wasi_http::WasiBody;

use super::{run, whole};
use crate::application::{Application, Served};
use crate::guest::HostShared;
use crate::life::Died;

/// The application as it is served.
pub(crate) struct App {
    pub shared: Arc<HostShared>,
    pub application: Application,
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
        let served = match self.direct(&mut request, client) {
            Ok(served) => served,
            Err(status) => return Ok(empty(status)),
        };
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

    /// Finds who answers a request, and dresses it as the component is entitled to see it.
    pub(crate) fn direct<B>(
        &self,
        request: &mut Request<B>,
        client: SocketAddr,
    ) -> Result<&Served, StatusCode> {
        let path = request.uri().path().to_owned();
        let found = self.application.routes.find(&path);
        let found = found.ok_or(StatusCode::NOT_FOUND)?;
        let served = self.application.components.get(found.component());
        let served = served.ok_or(StatusCode::NOT_FOUND)?;
        let uri = full_uri(request).ok_or(StatusCode::BAD_REQUEST)?;
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
        Ok(served)
    }
}

fn empty(status: StatusCode) -> Response<WasiBody> {
    let mut response = Response::new(whole(""));
    *response.status_mut() = status;
    response
}

/// The request's URI with scheme and host, which guests are entitled to.
fn full_uri<B>(request: &Request<B>) -> Option<Uri> {
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
