//! The host against a component that pokes at it.

mod fixture;

use std::time::{Duration, Instant};

use fixture::{get, options, post, start};
use punctual_host::{CrashPoint, Host, VirtualClock, When};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

fn still_clock() -> VirtualClock {
    VirtualClock::starting_at("2026-03-01T09:00:00Z".parse().unwrap(), 0.0).unwrap()
}

#[tokio::test]
async fn a_request_reaches_its_component_as_under_spin() {
    let (host, _data) = start(|_| {}).await;
    let by_name = get(&host, "/users/ann/headers").await.text();
    assert!(by_name.contains("spin-path-match-name: ann\n"), "{by_name}");
    assert!(by_name.contains("spin-path-info: /headers\n"), "{by_name}");
    let reply = get(&host, "/headers?x=1").await;
    let address = host.address();
    let text = reply.text();
    let client = text
        .lines()
        .find(|line| line.starts_with("spin-client-addr: 127.0.0.1:"))
        .unwrap();
    let expected = format!(
        "spin-base-path: /\n{client}\nspin-component-route: \nspin-full-url: http://{address}/headers?x=1\n\
         spin-matched-route: /...\nspin-path-info: /headers\nspin-raw-component-route: /...\n"
    );
    assert_eq!(text, expected);
    assert_eq!(post(&host, "/echo", "body").await.text(), "/echo body");
    host.stop().await;
}

#[tokio::test]
async fn variables_and_environment_are_the_components_own() {
    let (host, _data) = start(|options| {
        options
            .variables
            .insert("greeting".to_owned(), "good day".to_owned());
    })
    .await;
    assert_eq!(
        get(&host, "/variable?greeting").await.text(),
        "Ok(\"good day, world\")"
    );
    assert!(
        get(&host, "/variable?port")
            .await
            .text()
            .contains("Undefined")
    );
    assert!(
        get(&host, "/variable?No")
            .await
            .text()
            .contains("InvalidName")
    );
    assert_eq!(
        get(&host, "/environment").await.text(),
        "[(\"COLOUR\", \"green\")]"
    );
}

#[tokio::test]
async fn files_are_mounted_and_only_read() {
    let (host, _data) = start(|_| {}).await;
    for (path, expected) in [
        ("/file?/web/hello.txt", "Ok(\"hello\")"),
        ("/file?/web/page.html", "Ok(\"page\")"),
        ("/file?/files/hello.txt", "Ok(\"hello\")"),
        // The pattern names texts alone.
        ("/file?/files/page.html", "NotFound"),
        ("/file?/web/../../../../etc/passwd", "Err"),
        ("/write?/web/hello.txt", "Err"),
        ("/write?/web/new.txt", "Err"),
        ("/remove?/web/hello.txt", "Err"),
        ("/bare/file?/web/hello.txt", "Err"),
    ] {
        let told = get(&host, path).await.text();
        assert!(told.contains(expected), "{path}: {told}");
    }
    assert_eq!(
        get(&host, "/file?/web/hello.txt").await.text(),
        "Ok(\"hello\")"
    );
}

#[tokio::test]
async fn a_failing_guest_costs_one_request() {
    let (host, _data) = start(|options| options.request_timeout = Duration::from_millis(500)).await;
    for (path, because) in [
        ("/trap", "unreachable"),
        ("/loop", "longer than"),
        ("/eat?300000000", "more memory"),
    ] {
        let started = Instant::now();
        assert_eq!(get(&host, path).await.status, 500, "{path}");
        assert!(started.elapsed() < Duration::from_secs(20));
        let lines = host.log().lines();
        let line = lines
            .iter()
            .rfind(|line| line.contains("failed on"))
            .unwrap();
        let path = path.split('?').next().unwrap();
        assert!(
            line.contains(&format!("\"guest\" failed on GET {path}")) && line.contains(because),
            "{lines:?}"
        );
    }
    assert!(
        host.log()
            .lines()
            .iter()
            .any(|line| line.starts_with("[guest]") && line.contains("as asked"))
    );
    assert_eq!(get(&host, "/eat?1000000").await.text(), "1000000");
}

#[tokio::test]
async fn a_guest_sleeps_virtual_time() {
    let clock = still_clock();
    let shared = clock.clone();
    let (host, _data) = start(move |options| options.clock = shared).await;
    let url = host.url();
    let sleeper = tokio::spawn(async move {
        punctual_host::client::send("GET".parse()?, &format!("{url}/sleep?3600"), &[], "").await
    });
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(!sleeper.is_finished());
    clock.advance(Duration::from_secs(4000));
    let reply = tokio::time::timeout(Duration::from_secs(10), sleeper)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    let start = clock.now().timestamp() - 4000;
    assert_eq!(reply.text(), format!("{start} {}", start + 4000));
}

#[tokio::test]
async fn output_is_passed_on_by_line() {
    let (host, _data) = start(|_| {}).await;
    get(&host, "/print").await;
    let lines = host.log().lines();
    assert!(lines.contains(&"[guest] to stdout".to_owned()), "{lines:?}");
    assert!(lines.contains(&"[guest] to stderr".to_owned()), "{lines:?}");
}

#[tokio::test]
async fn databases_and_stores_are_kept_and_guarded() {
    let (host, data) = start(|_| {}).await;
    let made = post(
        &host,
        "/sql",
        "CREATE TABLE t (x)\nINSERT INTO t VALUES (?), (2)",
    )
    .await
    .text();
    assert!(made.ends_with(" 2"), "{made}");
    assert!(
        post(&host, "/sql", "SELEC")
            .await
            .text()
            .contains("syntax error")
    );
    assert!(
        get(&host, "/database?other")
            .await
            .text()
            .contains("AccessDenied")
    );
    assert!(
        get(&host, "/store?other")
            .await
            .text()
            .contains("AccessDenied")
    );
    assert!(
        get(&host, "/bare/database?default")
            .await
            .text()
            .contains("AccessDenied")
    );
    assert!(
        get(&host, "/bare/store?default")
            .await
            .text()
            .contains("AccessDenied")
    );
    assert_eq!(
        get(&host, "/store?default").await.text(),
        "None true [\"k\"]"
    );
    host.stop().await;

    let host = Host::start(options(data.path())).await.unwrap();
    let rows = post(&host, "/sql", "SELECT x FROM t ORDER BY x")
        .await
        .text();
    assert!(
        rows.contains("Integer(2)") && rows.contains("Integer(7)"),
        "{rows}"
    );
    assert!(
        get(&host, "/store?default")
            .await
            .text()
            .starts_with("Some(")
    );
}

#[tokio::test]
async fn the_network_is_closed_but_for_what_is_allowed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi")
                .await;
        }
    });
    let (host, _data) = start(|options| {
        options
            .variables
            .insert("port".to_owned(), port.to_string());
    })
    .await;
    assert_eq!(
        get(&host, &format!("/fetch?http://127.0.0.1:{port}/x"))
            .await
            .text(),
        "200 hi"
    );
    assert_eq!(
        get(&host, &format!("/connect?127.0.0.1:{port}"))
            .await
            .text(),
        "connected"
    );
    let refused = get(&host, "/fetch?http://example.com/").await.text();
    assert!(refused.contains("HttpRequestDenied"), "{refused}");
    assert!(
        host.log()
            .lines()
            .iter()
            .any(|line| line.contains("guest may not send to http://example.com"))
    );
    assert_eq!(
        get(&host, "/connect?127.0.0.1:1").await.text(),
        "PermissionDenied"
    );
    assert!(
        get(&host, "/resolve?localhost")
            .await
            .text()
            .starts_with("Err")
    );
}

#[tokio::test]
async fn a_seed_makes_randomness_repeat() {
    let random = async |seed| {
        let (host, _data) = start(|options| options.random_seed = seed).await;
        let (first, second) = (
            get(&host, "/random").await.text(),
            get(&host, "/random").await.text(),
        );
        assert_ne!(first, second);
        (first, second)
    };
    assert_eq!(random(Some(7)).await, random(Some(7)).await);
    assert_ne!(random(Some(7)).await, random(Some(8)).await);
    assert_ne!(random(None).await, random(None).await);
}

const TWO_STEPS: &str =
    "BEGIN IMMEDIATE\nINSERT INTO t VALUES (1)\nINSERT INTO t VALUES (2)\nCOMMIT";

#[tokio::test]
async fn a_crash_at_any_call_leaves_all_or_nothing() {
    for call in 1..=4 {
        for when in [When::Before, When::After] {
            let (host, data) = start(|_| {}).await;
            post(&host, "/sql", "CREATE TABLE t (x)").await;
            assert_eq!(host.calls(), 1);
            host.crash_at(Some(CrashPoint {
                call: 1 + call,
                when,
            }));
            let reply = fixture::try_post(&host, "/sql", TWO_STEPS).await;
            assert!(reply.is_err(), "a dead host does not answer: {reply:?}");
            assert!(host.is_dead());
            assert!(fixture::try_post(&host, "/sql", "SELECT 1").await.is_err());
            host.kill().await;

            let host = Host::start(options(data.path())).await.unwrap();
            let rows = post(&host, "/sql", "SELECT count(*) FROM t").await.text();
            let committed = call == 4 && when == When::After;
            let expected = if committed {
                "Integer(2)"
            } else {
                "Integer(0)"
            };
            assert!(rows.contains(expected), "{when:?} call {call}: {rows}");
        }
    }
}

#[tokio::test]
async fn calls_can_be_traced() {
    let (host, _data) = start(|options| options.trace_calls = true).await;
    post(&host, "/sql", "CREATE TABLE t\t(x)").await;
    get(&host, "/store?default").await;
    let expected = [
        "guest sqlite CREATE TABLE t (x)",
        "guest key-value get",
        "guest key-value set",
        "guest key-value exists",
        "guest key-value get-keys",
    ];
    assert_eq!(host.call_trace(), expected);
}

#[tokio::test]
async fn a_stopped_host_frees_its_port_and_lets_requests_end() {
    let (host, data) = start(|_| {}).await;
    let (url, address) = (host.url(), host.address());
    let slow = tokio::spawn(async move {
        punctual_host::client::send("GET".parse()?, &format!("{url}/sleep?1"), &[], "").await
    });
    tokio::time::sleep(Duration::from_millis(400)).await;
    host.stop().await;
    assert_eq!(slow.await.unwrap().unwrap().status, 200);
    let mut again = options(data.path());
    again.listen = address;
    Host::start(again).await.unwrap();
}

#[tokio::test]
async fn the_control_port_shows_and_sets_the_clock() {
    let clock = still_clock();
    let shared = clock.clone();
    let (host, data) = start(move |options| {
        options.clock = shared;
        options.control = Some("127.0.0.1:0".parse().unwrap());
    })
    .await;
    let url = format!("{}/clock", host.control_url().unwrap());
    let send = async |method: &str, body: &str| {
        punctual_host::client::send(method.parse().unwrap(), &url, &[], body.to_owned())
            .await
            .unwrap()
    };
    assert_eq!(
        send("GET", "").await.text(),
        r#"{"now":"2026-03-01T09:00:00Z","speed":0.0}"#
    );
    let stepped = send("POST", r#"{"advance_seconds":60}"#).await;
    assert_eq!(stepped.json().unwrap()["now"], "2026-03-01T09:01:00Z");
    let wrong = send("POST", "{}").await;
    assert_eq!(
        (
            wrong.status.as_u16(),
            wrong.headers["content-type"].to_str().unwrap()
        ),
        (400, "application/problem+json")
    );
    assert_eq!(send("PUT", "").await.status, 405);
    let mut open = options(data.path());
    open.control = Some("0.0.0.0:0".parse().unwrap());
    assert!(Host::start(open).await.is_err());
}
