//! TLS 1.2 and 1.3 by rustls, over any [`Transport`].
//!
//! The peer must show a certificate for the name that is given here, whatever address the transport was connected to. So a
//! private endpoint, or an address that was looked up elsewhere, is as safe as the public name.
//!
//! Who does the cryptography is chosen by a feature: `tls-rustcrypto` (the default) is all Rust and builds for
//! `wasm32-wasip2` with nothing but rustup; its authors call it a preview. `tls-ring` is audited, smaller and faster, and needs
//! clang to build for `wasm32-wasip2`. With both, ring is used.

use super::{Clock, Transport};
use crate::error::{Class, Error};
use rustls::{
    CertificateError, ClientConfig, ClientConnection, RootCertStore,
    client::WebPkiServerVerifier,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
    time_provider::TimeProvider,
};
use std::{
    io::{self, Read, Write},
    sync::Arc,
    time::Duration,
};

/// Whom to trust.
#[derive(Debug, Clone, Default)]
pub struct TlsOptions {
    /// Certificates in PEM that are trusted beside the public ones: for stand-ins, and for proxies that look inside.
    pub extra_ca_pem: Option<String>,
    /// Trust only the extra ones.
    pub only_extra_ca: bool,
}

/// The provider that was built in.
#[must_use]
#[cfg(feature = "tls-ring")]
pub fn provider() -> CryptoProvider {
    rustls::crypto::ring::default_provider()
}

/// The provider that was built in.
#[must_use]
#[cfg(all(feature = "tls-rustcrypto", not(feature = "tls-ring")))]
pub fn provider() -> CryptoProvider {
    rustls_rustcrypto::provider()
}

/// A TLS client stream.
///
/// Unlike `rustls::StreamOwned` each read reads the transport at most once. So a peer that sends one byte of a record now and
/// then cannot keep a read from returning, and the caller's deadline holds. `StreamOwned` is a [`Transport`] too.
#[derive(Debug)]
pub struct Tls<T> {
    connection: ClientConnection,
    transport: T,
}

impl<T: Transport> Tls<T> {
    /// Shakes hands within `timeout`. `name` is the namespace, such as `contoso.servicebus.windows.net`.
    ///
    /// # Errors
    /// [`Class::Configuration`] if the certificate or the version is wrong, [`Class::Retryable`] if the peer is silent or hangs up.
    #[cfg(any(feature = "tls-ring", feature = "tls-rustcrypto"))]
    pub fn connect(
        transport: T,
        name: &str,
        options: &TlsOptions,
        clock: &Arc<dyn Clock>,
        timeout: Duration,
    ) -> Result<Self, Error> {
        let config = config(options, provider(), clock)?;
        Self::connect_with(transport, name, config, clock, timeout)
    }

    /// The same with a configuration of your own: other provider, client certificate, pinned keys.
    ///
    /// # Errors
    /// As [`Tls::connect`].
    pub fn connect_with(
        mut transport: T,
        name: &str,
        config: Arc<ClientConfig>,
        clock: &Arc<dyn Clock>,
        timeout: Duration,
    ) -> Result<Self, Error> {
        let server_name = ServerName::try_from(name.to_owned())
            .map_err(|_| wrong(format!("{name} is not a host name")))?;
        let mut connection =
            ClientConnection::new(config, server_name).map_err(|error| wrong(error.to_string()))?;
        let deadline = clock.now() + timeout;
        while connection.is_handshaking() || connection.wants_write() {
            let left = deadline.since(clock.now());
            if left.is_zero() {
                let text = "the TLS handshake took too long";
                return Err(Error::new(Class::Retryable, "connect", text));
            }
            let step = transport
                .set_timeout(left.max(Duration::from_millis(1)))
                .and_then(|()| handshake_step(&mut connection, &mut transport));
            match step {
                Ok(()) => {}
                Err(error) if is_timeout(&error) => {}
                Err(error) => return Err(explain(&error, name)),
            }
        }
        Ok(Self {
            connection,
            transport,
        })
    }
}

fn handshake_step<T: Transport>(
    connection: &mut ClientConnection,
    transport: &mut T,
) -> io::Result<()> {
    if connection.wants_write() {
        connection.write_tls(transport)?;
        return Ok(());
    }
    if connection.read_tls(transport)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    if let Err(error) = connection.process_new_packets() {
        // Tell the peer why. If it does not listen, the reason is still ours to report.
        let _ = connection.write_tls(transport);
        return Err(io::Error::new(io::ErrorKind::InvalidData, error));
    }
    Ok(())
}

impl<T: Transport> Read for Tls<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.connection.reader().read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            done => return done,
        }
        while self.connection.wants_write() {
            self.connection.write_tls(&mut self.transport)?;
        }
        self.connection.read_tls(&mut self.transport)?;
        self.connection
            .process_new_packets()
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        match self.connection.reader().read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                Err(io::ErrorKind::Interrupted.into())
            }
            done => done,
        }
    }
}

impl<T: Transport> Write for Tls<T> {
    /// Takes bytes only after those taken before are on their way, so that nothing piles up here.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.flush()?;
        let taken = self.connection.writer().write(bytes)?;
        match self.flush() {
            Err(error) if !is_timeout(&error) => Err(error),
            _ => Ok(taken),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        while self.connection.wants_write() {
            self.connection.write_tls(&mut self.transport)?;
        }
        self.transport.flush()
    }
}

impl<T: Transport> Transport for Tls<T> {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.transport.set_timeout(timeout)
    }
}

impl<T: Transport> Transport for rustls::StreamOwned<ClientConnection, T> {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.sock.set_timeout(timeout)
    }
}

/// A configuration that trusts as `options` say and reads the time from `clock`.
///
/// # Errors
/// [`Class::Configuration`] if the extra certificates cannot be read, or there are none to trust.
pub fn config(
    options: &TlsOptions,
    provider: CryptoProvider,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<ClientConfig>, Error> {
    let mut roots = RootCertStore::empty();
    if !options.only_extra_ca {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    if let Some(pem) = &options.extra_ca_pem {
        let unread = || wrong("the extra CA is no certificate in PEM");
        let mut certificates = CertificateDer::pem_slice_iter(pem.as_bytes()).peekable();
        certificates.peek().ok_or_else(unread)?;
        for certificate in certificates {
            let certificate = certificate.map_err(|_| unread())?;
            roots.add(certificate).map_err(|_| unread())?;
        }
    }
    let provider = Arc::new(provider);
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map_err(|error| wrong(format!("no certificates to trust: {error}")))?;
    let time = Arc::new(Time(Arc::clone(clock)));
    let config = ClientConfig::builder_with_details(provider, time)
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(error.to_string()))?
        .with_webpki_verifier(verifier)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

#[derive(Debug)]
struct Time(Arc<dyn Clock>);

impl TimeProvider for Time {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.unix().seconds()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}

fn wrong(text: impl Into<String>) -> Error {
    Error::new(Class::Configuration, "connect", text)
}

/// In words that say what to do.
fn explain(error: &io::Error, name: &str) -> Error {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let Some(tls) = inner else {
        let text = format!("the TLS handshake broke off: {error}");
        return Error::new(Class::Retryable, "connect", text);
    };
    match tls {
        rustls::Error::InvalidCertificate(certificate) => {
            let what = match certificate {
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                    "has expired, or the clock here is wrong".to_owned()
                }
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                    "is not valid yet, or the clock here is wrong".to_owned()
                }
                CertificateError::NotValidForName
                | CertificateError::NotValidForNameContext { .. } => {
                    format!("is not for {name}: another host answers there")
                }
                CertificateError::UnknownIssuer => {
                    "is from an issuer that is not trusted".to_owned()
                }
                CertificateError::BadSignature => {
                    "is not signed by the issuer that it names".to_owned()
                }
                other => format!("is not accepted: {other}"),
            };
            wrong(format!("the certificate {what}"))
        }
        rustls::Error::PeerIncompatible(_)
        | rustls::Error::AlertReceived(
            rustls::AlertDescription::ProtocolVersion | rustls::AlertDescription::HandshakeFailure,
        ) => wrong(format!(
            "no common version or cipher, TLS 1.2 is the least: {tls}"
        )),
        rustls::Error::InvalidMessage(_) => {
            wrong(format!("the peer does not speak TLS there: {tls}"))
        }
        other => wrong(format!("the TLS handshake failed: {other}")),
    }
}
