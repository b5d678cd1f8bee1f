//! TLS: what is accepted, and each way to be refused. Every peer here is a genuine rustls server on loopback, but for the one that
//! offers only TLS 1.1, which rustls cannot.

use expect_test::{Expect, expect};
use punctual_servicebus::{
    Class, Error, Moment, UnixMs,
    transport::{
        Clock, connect_tcp,
        tls::{Tls, TlsOptions},
    },
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig, ServerConnection, SupportedProtocolVersion,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    version::{TLS12, TLS13},
};
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    time::{Duration, Instant},
};

const NAME: &str = "contoso.example.com";
const TIMEOUT: Duration = Duration::from_secs(20);

/// Time-outs by the machine's clock, time of day at will.
#[derive(Debug)]
struct TestClock {
    origin: Instant,
    unix_s: i64,
}

impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment::default() + self.origin.elapsed()
    }

    fn unix(&self) -> UnixMs {
        UnixMs(self.unix_s * 1000)
    }
}

/// The year 2026, whenever this runs.
const IN_2026_S: i64 = 1_780_000_000;
const IN_2036_S: i64 = 2_095_000_000;
const IN_2016_S: i64 = 1_464_000_000;

fn clock(unix_s: i64) -> Arc<dyn Clock> {
    Arc::new(TestClock {
        origin: Instant::now(),
        unix_s,
    })
}

/// An authority that signs certificates for the years 2020 to 2029.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        Self::with(KeyPair::generate().unwrap())
    }

    /// Azure's certificates are RSA.
    fn rsa() -> Self {
        Self::with(rsa_key())
    }

    fn with(key: KeyPair) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.not_before = date_time_ymd(2010, 1, 1);
        params.not_after = date_time_ymd(2049, 1, 1);
        let pem = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        Self { pem, issuer }
    }

    fn server(&self, name: &str, version: &'static SupportedProtocolVersion) -> Arc<ServerConfig> {
        self.server_with(KeyPair::generate().unwrap(), name, version)
    }

    fn server_with(
        &self,
        key: KeyPair,
        name: &str,
        version: &'static SupportedProtocolVersion,
    ) -> Arc<ServerConfig> {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2030, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key);
        Arc::new(config.unwrap())
    }

    fn trusted(&self) -> TlsOptions {
        TlsOptions {
            extra_ca_pem: Some(self.pem.clone()),
            only_extra_ca: true,
        }
    }
}

/// A key that guards nothing: making one takes longer than all tests here.
fn rsa_key() -> KeyPair {
    KeyPair::from_pem(include_str!("fixtures/rsa-for-tests.pem")).unwrap()
}

/// A server for one connection that gives back what it gets.
fn echo(config: Arc<ServerConfig>) -> impl FnOnce(TcpStream) {
    move |mut tcp| {
        let mut tls = ServerConnection::new(config).unwrap();
        let mut stream = rustls::Stream::new(&mut tls, &mut tcp);
        let mut buffer = [0; 64];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            if stream.write_all(&buffer[..count]).is_err() {
                return;
            }
        }
    }
}

/// Connects to `serve`. Gives the name that went out in the clear too.
fn connect(
    serve: impl FnOnce(TcpStream) + Send,
    options: &TlsOptions,
    clock: &Arc<dyn Clock>,
    timeout: Duration,
) -> Result<[u8; 4], Error> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| serve(listener.accept().unwrap().0));
        let tcp = connect_tcp(address, TIMEOUT).unwrap();
        let mut tls = Tls::connect(tcp, NAME, options, clock, timeout)?;
        tls.write_all(b"ping").unwrap();
        let mut answer = [0; 4];
        tls.read_exact(&mut answer).unwrap();
        Ok(answer)
    })
}

#[test]
fn a_good_certificate_is_taken_in_both_versions() {
    let authority = Authority::new();
    for version in [&TLS12, &TLS13] {
        let serve = echo(authority.server(NAME, version));
        let answer = connect(serve, &authority.trusted(), &clock(IN_2026_S), TIMEOUT);
        assert_eq!(answer, Ok(*b"ping"), "{version:?}");
    }
}

#[test]
fn rsa_is_taken_in_both_versions() {
    let authority = Authority::rsa();
    for version in [&TLS12, &TLS13] {
        let serve = echo(authority.server_with(rsa_key(), NAME, version));
        let answer = connect(serve, &authority.trusted(), &clock(IN_2026_S), TIMEOUT);
        assert_eq!(answer, Ok(*b"ping"), "{version:?}");
    }
}

/// The extra authority stands beside the public ones, not in their place, unless that is asked for.
#[test]
fn an_extra_authority_is_added() {
    let authority = Authority::new();
    let options = TlsOptions {
        only_extra_ca: false,
        ..authority.trusted()
    };
    let serve = echo(authority.server(NAME, &TLS13));
    assert_eq!(
        connect(serve, &options, &clock(IN_2026_S), TIMEOUT),
        Ok(*b"ping")
    );
}

#[track_caller]
fn check(
    serve: impl FnOnce(TcpStream) + Send,
    options: &TlsOptions,
    unix_s: i64,
    expected: Expect,
) {
    let error = connect(serve, options, &clock(unix_s), TIMEOUT).unwrap_err();
    expected.assert_eq(&format!("{:?}: {error}", error.class));
}

/// Each way for a certificate to be wrong, one line each.
fn refusals(version: &'static SupportedProtocolVersion) -> String {
    let authority = Authority::new();
    let trusted = authority.trusted();
    let namesake = Authority::new().trusted();
    let other = "fabrikam.example.com";
    let cases = [
        ("expired", NAME, &trusted, IN_2036_S),
        ("not valid yet", NAME, &trusted, IN_2016_S),
        ("another name", other, &trusted, IN_2026_S),
        ("unknown issuer", NAME, &TlsOptions::default(), IN_2026_S),
        ("namesake of the issuer", NAME, &namesake, IN_2026_S),
    ];
    let line = |(case, name, options, unix_s): (&str, &str, &TlsOptions, i64)| {
        let serve = echo(authority.server(name, version));
        let error = connect(serve, options, &clock(unix_s), TIMEOUT).unwrap_err();
        format!("{case}: {:?}: {error}\n", error.class)
    };
    cases.into_iter().map(line).collect()
}

#[test]
fn wrong_times_names_and_issuers_are_refused() {
    let refusals_13 = refusals(&TLS13);
    assert_eq!(refusals(&TLS12), refusals_13);
    expect![[r#"
        expired: Configuration: connect: the certificate has expired, or the clock here is wrong
        not valid yet: Configuration: connect: the certificate is not valid yet, or the clock here is wrong
        another name: Configuration: connect: the certificate is not for contoso.example.com: another host answers there
        unknown issuer: Configuration: connect: the certificate is from an issuer that is not trusted
        namesake of the issuer: Configuration: connect: the certificate is not signed by the issuer that it names
    "#]].assert_eq(&refusals_13);
}

/// A server that knows nothing newer than TLS 1.1: it either says so in its hello, or refuses ours with an alert.
#[test]
fn old_versions_are_refused() {
    let trusted = Authority::new().trusted();
    let answer = |bytes: Vec<u8>| {
        move |mut tcp: TcpStream| {
            let mut hello = [0; 4096];
            let _ = tcp.read(&mut hello);
            tcp.write_all(&bytes).unwrap();
            while matches!(tcp.read(&mut hello), Ok(1..)) {}
        }
    };
    // ServerHello: version 3.2, random, no session id, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
    let mut hello = vec![0x16, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
    hello.extend([7; 32]);
    hello.extend([0, 0, 0x2f, 0]);
    check(
        answer(hello),
        &trusted,
        IN_2026_S,
        expect![
            "Configuration: connect: no common version or cipher, TLS 1.2 is the least: peer is incompatible: ServerDoesNotSupportTls12Or13"
        ],
    );
    let alert = vec![0x15, 3, 2, 0, 2, 2, 70];
    check(
        answer(alert),
        &trusted,
        IN_2026_S,
        expect![
            "Configuration: connect: no common version or cipher, TLS 1.2 is the least: received fatal alert: ProtocolVersion"
        ],
    );
}

#[test]
fn what_is_no_tls_is_refused() {
    let trusted = Authority::new().trusted();
    let says = |bytes: &'static [u8]| {
        move |mut tcp: TcpStream| {
            let mut buffer = [0; 4096];
            let _ = tcp.read(&mut buffer);
            let _ = tcp.write_all(bytes);
        }
    };
    check(
        says(b"AMQP\x00\x01\x00\x00"),
        &trusted,
        IN_2026_S,
        expect![
            "Configuration: connect: the peer does not speak TLS there: received corrupt message of type InvalidContentType"
        ],
    );
    check(
        says(b""),
        &trusted,
        IN_2026_S,
        expect!["Retryable: connect: the TLS handshake broke off: unexpected end of file"],
    );
}

#[test]
fn a_silent_peer_is_given_up() {
    let silent = |mut tcp: TcpStream| while matches!(tcp.read(&mut [0; 64]), Ok(1..)) {};
    let timeout = Duration::from_millis(200);
    let result = connect(silent, &TlsOptions::default(), &clock(IN_2026_S), timeout);
    let error = result.unwrap_err();
    expect!["Retryable: connect: the TLS handshake took too long"]
        .assert_eq(&format!("{:?}: {error}", error.class));
}

#[test]
fn bad_settings_are_refused_before_anything_is_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let check = |name, pem: &str, expected: &str| {
        let options = TlsOptions {
            extra_ca_pem: Some(pem.to_owned()),
            only_extra_ca: true,
        };
        let tcp = connect_tcp(address, TIMEOUT).unwrap();
        let error = Tls::connect(tcp, name, &options, &clock(IN_2026_S), TIMEOUT).unwrap_err();
        assert_eq!(
            (error.class, error.text.as_str()),
            (Class::Configuration, expected)
        );
    };
    let pem = Authority::new().pem;
    check("not a name", &pem, "not a name is not a host name");
    let unread = "the extra CA is no certificate in PEM";
    check(NAME, "", unread);
    check(
        NAME,
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        unread,
    );
    check(NAME, "-----BEGIN CERTIFICATE-----\n", unread);
}

/// The name goes out in the first message, so that a gateway for many namespaces knows whom it is for.
#[test]
fn the_name_is_announced() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let hello = std::thread::scope(|scope| {
        let server = scope.spawn(|| {
            let mut acceptor = rustls::server::Acceptor::default();
            let mut tcp = listener.accept().unwrap().0;
            loop {
                acceptor.read_tls(&mut tcp).unwrap();
                if let Some(accepted) = acceptor.accept().unwrap() {
                    return accepted.client_hello().server_name().map(str::to_owned);
                }
            }
        });
        let tcp = connect_tcp(address, TIMEOUT).unwrap();
        let options = TlsOptions::default();
        assert!(Tls::connect(tcp, NAME, &options, &clock(IN_2026_S), TIMEOUT).is_err());
        server.join().unwrap()
    });
    assert_eq!(hello.as_deref(), Some(NAME));
}
