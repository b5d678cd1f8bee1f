//! `timers/pump.sh` itself, with the machine's sh and curl, against a server that notes when calls begin and end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use punctual_deploy_checks::deploy;

/// Long enough for a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// A call as the server saw it.
struct Call {
    begun: Instant,
    answered: Instant,
    head: String,
}

/// Answers each call with the next status, and the last one for ever; the address, and the calls.
fn server(statuses: &'static [u16], holds: Duration) -> (String, Receiver<Call>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!(
        "http://{}/deliver?wait=1",
        listener.local_addr().expect("an address")
    );
    let (sender, calls) = mpsc::channel();
    thread::spawn(move || {
        for (index, stream) in listener.incoming().enumerate() {
            let mut stream = stream.expect("a connection");
            let begun = Instant::now();
            let mut head = String::new();
            let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
            while !head.ends_with("\r\n\r\n") {
                if reader.read_line(&mut head).expect("a line") == 0 {
                    break;
                }
            }
            thread::sleep(holds);
            let status = statuses[index.min(statuses.len() - 1)];
            let body = r#"{"received":2,"sent":2}"#;
            let _ = write!(
                stream,
                "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            let call = Call {
                begun,
                answered: Instant::now(),
                head,
            };
            if sender.send(call).is_err() {
                return;
            }
        }
    });
    (url, calls)
}

struct Pump {
    child: Child,
    _key: tempfile::NamedTempFile,
}

/// Starts it, or says that it cannot.
fn pump(url: &str, key: &str, seconds: &str, calls: &str) -> Option<Pump> {
    if Command::new("curl").arg("--version").output().is_err() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: pump.sh (no curl on the PATH)");
        return None;
    }
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(key.as_bytes()).expect("it can be written");
    let mut sh = Command::new("sh");
    sh.arg(deploy("spinkube/base/timers/pump.sh"))
        .env("URL", url)
        .env("KEY_FILE", file.path())
        .env("RUN_SECONDS", seconds)
        .env("CALLS", calls)
        .env("no_proxy", "*")
        .stdout(Stdio::piped());
    let child = sh.spawn().expect("there is a shell");
    Some(Pump { child, _key: file })
}

impl Pump {
    fn end(mut self) -> (ExitStatus, String) {
        let began = Instant::now();
        while self.child.try_wait().expect("it can be asked").is_none() {
            if began.elapsed() > PATIENCE {
                let _ = self.child.kill();
                panic!("pump.sh does not end");
            }
            thread::sleep(Duration::from_millis(20));
        }
        let status = self.child.wait().expect("it has ended");
        let mut said = String::new();
        let mut output = self.child.stdout.take().expect("a pipe");
        output.read_to_string(&mut said).expect("text");
        (status, said)
    }
}

#[test]
fn the_next_call_begins_within_a_second_of_the_last_answer() {
    let (url, calls) = server(&[200], Duration::from_millis(700));
    // A key that curl's configuration would take amiss if it were not escaped.
    let Some(pump) = pump(&url, "a\"b\\c\n", "4", "0") else {
        return;
    };
    let (status, said) = pump.end();
    assert!(status.success());
    let calls: Vec<Call> = calls.try_iter().collect();
    assert!(calls.len() >= 3, "{} calls", calls.len());
    for pair in calls.windows(2) {
        let gap = pair[1].begun.saturating_duration_since(pair[0].answered);
        assert!(gap < Duration::from_secs(1), "a gap of {gap:?}");
    }
    for call in &calls {
        assert!(
            call.head.starts_with("POST /deliver?wait=1 HTTP/1.1\r\n"),
            "{}",
            call.head
        );
        assert!(
            call.head.contains("x-punctual-key: a\"b\\c\r\n"),
            "{}",
            call.head
        );
    }
    assert_eq!(
        said.lines().count(),
        calls.len(),
        "what was done is said: {said}"
    );
}

#[test]
fn it_goes_on_after_failures_and_forgets_them() {
    let (url, calls) = server(&[503, 500, 200], Duration::ZERO);
    let Some(pump) = pump(&url, "key", "30", "1") else {
        return;
    };
    let (status, _) = pump.end();
    assert!(status.success(), "one call succeeded, which was enough");
    assert_eq!(calls.try_iter().count(), 3);
}

#[test]
fn a_job_whose_calls_all_fail_has_failed() {
    let (url, calls) = server(&[401], Duration::ZERO);
    let Some(pump) = pump(&url, "wrong", "2", "0") else {
        return;
    };
    let (status, said) = pump.end();
    assert_eq!(status.code(), Some(1));
    assert_eq!(said, "");
    // It does not hammer on a door that stays shut.
    assert!(calls.try_iter().count() <= 3);
}
