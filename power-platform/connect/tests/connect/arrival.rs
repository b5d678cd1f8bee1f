//! What it is for: after a change in Dataverse, an event arrives where Punctual is, with the key.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use punctual_stand_in_dataverse::store::Changes;
use punctual_stand_in_dataverse::value::Value;
use serde_json::Value as Json;

use crate::environment::{Environment, KEY};

const LONGEST: Duration = Duration::from_secs(20);

/// Takes one request, answers 200, and gives its head and its body.
fn hear(listener: &TcpListener) -> (String, Json) {
    let (mut stream, _) = listener.accept().expect("somebody calls");
    stream.set_read_timeout(Some(LONGEST)).expect("a limit");
    let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a line");
        let line = line.trim_end().to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(bytes) = line.strip_prefix("content-length: ") {
            length = bytes.parse().expect("a length");
        }
        head += &format!("{line}\n");
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    stream.write_all(answer.as_bytes()).expect("an answer");
    (head, serde_json::from_slice(&body).expect("JSON"))
}

/// Makes a row and changes a column of it.
fn book(environment: &Environment, table: &str, column: &str) {
    environment.dataverse.with(|dataverse, now_ms| {
        let act = dataverse.act(now_ms, |work| {
            let table = work.table(table)?;
            let cell = |at_ms| Some(Value::Instant(at_ms));
            let row = Changes::from([(column.to_owned(), cell(1_900_000_000_000))]);
            let id = work.create(table, row)?;
            work.update(
                table,
                id,
                Changes::from([(column.to_owned(), cell(1_900_000_060_000))]),
            )
        });
        act.expect("it can be booked");
    });
}

#[track_caller]
fn check(arguments: &[&str], table: &str, column: &str) {
    let environment = Environment::imported();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let here = format!("http://{}", listener.local_addr().expect("an address"));
    let mapping = environment.file("mapping.json", "{\"preset\":\"appointment\"}");
    let arguments: Vec<_> = arguments
        .iter()
        .map(|it| {
            if *it == "MAPPING" {
                mapping.as_str()
            } else {
                it
            }
        })
        .collect();
    let told = environment.connect(&[&["--webhook", &here], arguments.as_slice()].concat());
    assert_eq!(told.code, Some(0), "{}{}", told.report, told.progress);
    book(&environment, table, column);
    let mut messages = Vec::new();
    for _ in 0..2 {
        let (head, body) = hear(&listener);
        assert!(
            head.starts_with("post /webhooks/dataverse http/1.1\n"),
            "{head}"
        );
        assert!(head.contains(&format!("x-punctual-key: {KEY}\n")), "{head}");
        assert_eq!(body["PrimaryEntityName"], table);
        let images = body["PostEntityImages"].as_array().expect("images");
        let image = images.iter().any(|image| image["key"] == "punctual");
        messages.push((
            body["MessageName"].as_str().unwrap_or_default().to_owned(),
            image,
        ));
    }
    messages.sort();
    let expected = [("Create".to_owned(), false), ("Update".to_owned(), true)];
    assert_eq!(messages, expected);
}

#[test]
fn events_of_the_solutions_table_arrive() {
    check(&[], "punctual_appointment", "punctual_start");
}

#[test]
fn events_of_a_registered_table_arrive() {
    check(
        &["--registration", "MAPPING"],
        "appointment",
        "scheduledstart",
    );
}
