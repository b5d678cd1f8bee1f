//! TLS for stand-ins: a certificate authority made for the occasion, and certificates signed by it.

use std::sync::Arc;

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// A certificate authority whose private key never leaves this process.
///
/// Clients trust it by [`pem`](Self::pem). The keys are ECDSA P-256.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: rcgen::Certificate,
}

/// What a certificate says.
pub struct Leaf {
    /// DNS names and IP addresses that it is good for.
    pub names: Vec<String>,
    /// First and last year of validity. One in the past makes a certificate that clients must refuse.
    pub years: (i32, i32),
}

impl Default for Leaf {
    /// Good for this machine, from 2020 to 2099.
    fn default() -> Self {
        let names = ["localhost", "127.0.0.1", "::1"];
        Self {
            names: names.map(str::to_owned).to_vec(),
            years: (2020, 2099),
        }
    }
}

impl Authority {
    /// A new authority with a new key.
    pub fn new() -> Result<Self> {
        let mut params = CertificateParams::default();
        let key = KeyPair::generate().context("cannot make a key")?;
        // A name of its own, so that a client which trusts another authority finds no issuer.
        let mark: String = key.public_key_raw()[1..5]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        params
            .distinguished_name
            .push(DnType::CommonName, format!("Punctual stand-ins {mark}"));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2099, 1, 1);
        let certificate = params
            .self_signed(&key)
            .context("cannot sign the authority's certificate")?;
        Ok(Self {
            issuer: Issuer::new(params, key),
            certificate,
        })
    }

    /// The authority's certificate, for clients to trust.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// The authority's certificate in DER, for clients that take it so.
    pub fn der(&self) -> &[u8] {
        self.certificate.der()
    }

    /// A server that shows a certificate like this, and speaks TLS 1.2 and 1.3.
    pub fn server(&self, leaf: &Leaf) -> Result<Arc<ServerConfig>> {
        let mut params = CertificateParams::new(leaf.names.clone())
            .context("a name in the certificate is not a name")?;
        params.not_before = rcgen::date_time_ymd(leaf.years.0, 1, 1);
        params.not_after = rcgen::date_time_ymd(leaf.years.1, 1, 1);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate().context("cannot make a key")?;
        let certificate = params
            .signed_by(&key, &self.issuer)
            .context("cannot sign the certificate")?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        Ok(Arc::new(config))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::{ClientConfig, RootCertStore};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_rustls::{TlsAcceptor, TlsConnector};

    /// A handshake over a pipe; the answer is what the client made of it.
    async fn handshake(
        trusted: &Authority,
        server: Arc<ServerConfig>,
        name: &str,
    ) -> Result<String, String> {
        let (near, far) = tokio::io::duplex(64 << 10);
        let serving = tokio::spawn(async move {
            let mut stream = TlsAcceptor::from(server).accept(far).await?;
            stream.write_all(b"hello").await?;
            stream.shutdown().await
        });
        let mut roots = RootCertStore::empty();
        roots.add(trusted.der().to_vec().into()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = name.to_owned().try_into().unwrap();
        let stream = TlsConnector::from(Arc::new(config))
            .connect(name, near)
            .await;
        let mut said = String::new();
        match stream {
            Ok(mut stream) => stream.read_to_string(&mut said).await.unwrap(),
            Err(error) => return Err(error.to_string()),
        };
        serving.await.unwrap().unwrap();
        Ok(said)
    }

    #[tokio::test]
    async fn clients_accept_what_they_should_and_nothing_else() {
        let (authority, other) = (Authority::new().unwrap(), Authority::new().unwrap());
        let good = authority.server(&Leaf::default()).unwrap();
        let expired = Leaf {
            years: (2020, 2021),
            ..Leaf::default()
        };
        let expired = authority.server(&expired).unwrap();

        let said = handshake(&authority, good.clone(), "localhost").await;
        assert_eq!(said.as_deref(), Ok("hello"));
        let cases = [
            (
                &authority,
                good.clone(),
                "example.com",
                "not valid for name",
            ),
            (&other, good, "localhost", "UnknownIssuer"),
            (&authority, expired, "localhost", "expired"),
        ];
        for (trusted, server, name, complaint) in cases {
            let refused = handshake(trusted, server, name).await.unwrap_err();
            assert!(refused.contains(complaint), "{refused}");
        }
    }
}
