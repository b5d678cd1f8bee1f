//! Each test is a list of requests, and what came back.

use std::fmt::Write;

use super::*;
use crate::access::{Caller, FixedToken};
use crate::limits::ServiceProtection;
use crate::options::Options;
use expect_test::{Expect, expect};
use punctual_stand_ins::testing::{self, NOW_MS};
use punctual_stand_ins::{Fault, Manner};
use serde_json::Value as Json;

mod aggregates;
mod batches;
mod conditions;
mod faults;
mod metadata;
mod queries;
mod rows;

struct Stage {
    dataverse: Dataverse,
    now_ms: i64,
    etag: String,
    link: String,
}

impl Stage {
    fn new() -> Self {
        Self::with(Options::default())
    }

    fn with(options: Options) -> Self {
        let token = Box::new(FixedToken("t".into()));
        Self {
            dataverse: Dataverse::new(options, token, 1, NOW_MS).unwrap(),
            now_ms: NOW_MS,
            etag: String::new(),
            link: String::new(),
        }
    }

    fn fault(mut self, fault: Fault) -> Self {
        self.dataverse.faults.add(fault).unwrap();
        self
    }

    /// `METHOD path|header: value|…` and the body after a line end. `A1` is the id of an appointment, `N1` of a
    /// notification; `ETAG` and `LINK` are the last that were seen. `+n` lets seconds pass.
    fn step(&mut self, line: &str) -> String {
        if let Some(seconds) = line.strip_prefix('+') {
            self.now_ms += seconds.parse::<i64>().unwrap() * 1000;
            return String::new();
        }
        let line = line.replace("ETAG", &self.etag).replace("LINK", &self.link);
        let line = ids(&line);
        let (head, body) = line.split_once('\n').unwrap_or((&line, ""));
        let (first, headers) = head.split_once('|').unwrap_or((head, ""));
        let (method, path) = first.split_once(' ').unwrap();
        let path = path
            .strip_prefix("http://org.example.com/api/data/v9.2/")
            .unwrap_or(path);
        let path = path
            .replace(' ', "%20")
            .replace('\'', "%27")
            .replace('"', "%22");
        let mut line =
            format!("{method} http://org.example.com/api/data/v9.2/{path}|host: org.example.com");
        let headers: Vec<_> = headers.split('|').filter(|it| !it.is_empty()).collect();
        if !headers.iter().any(|it| it.starts_with("authorization: ")) {
            line += "|authorization: Bearer t";
        }
        for header in headers.iter().filter(|it| **it != "authorization: ") {
            line += &format!("|{header}");
        }
        let request = testing::request(&format!("{line}\n{body}"));
        let reply = handle(&mut self.dataverse, &request, self.now_ms);
        self.show(&reply)
    }

    fn show(&mut self, reply: &Reply) -> String {
        let mut shown = reply.response.status().as_u16().to_string();
        if reply.manner != Manner::Whole {
            let _ = write!(shown, " {:?}", reply.manner);
        }
        for name in ["odata-entityid", "retry-after", "preference-applied"] {
            if let Some(value) = reply.response.headers().get(name) {
                let value = value.to_str().unwrap();
                let value = value.replace("http://org.example.com/api/data/v9.2/", "");
                let _ = write!(shown, " {name}={value}");
            }
        }
        if let Ok(json) = serde_json::from_slice::<Json>(reply.response.body()) {
            if let Some(etag) = json.get("@odata.etag").and_then(Json::as_str) {
                self.etag = etag.to_owned();
            }
            if let Some(link) = json.get("@odata.nextLink").and_then(Json::as_str) {
                self.link = link.to_owned();
            }
            let _ = write!(shown, " {}", brief(json));
        } else if !reply.response.body().is_empty() {
            let _ = write!(shown, " {}", String::from_utf8_lossy(reply.response.body()));
        }
        names(&shown)
    }
}

/// JSON without what is the same everywhere.
fn brief(mut json: Json) -> Json {
    if let Json::Object(members) = &mut json {
        members.remove("@odata.context");
        members.remove("@odata.etag");
        if members.contains_key("@odata.nextLink") {
            members.insert("@odata.nextLink".into(), "…".into());
        }
        for value in members.values_mut() {
            *value = brief(value.take());
        }
    }
    if let Json::Array(items) = &mut json {
        for item in items {
            *item = brief(item.take());
        }
    }
    json
}

fn id(letter: char, number: usize) -> String {
    format!(
        "0000000{}-0000-4000-8000-00000000000{number}",
        if letter == 'A' { 'a' } else { 'b' }
    )
}

fn ids(text: &str) -> String {
    let mut text = text.to_owned();
    for number in 1..=9 {
        for letter in ['A', 'N'] {
            text = text.replace(&format!("{letter}{number}"), &id(letter, number));
        }
    }
    text
}

fn names(text: &str) -> String {
    let mut text = text.to_owned();
    for number in 1..=9 {
        for letter in ['A', 'N'] {
            text = text.replace(&id(letter, number), &format!("{letter}{number}"));
        }
    }
    text
}

/// Runs the steps, one a line of the expectation.
#[track_caller]
fn run(stage: &mut Stage, steps: &[&str], expected: Expect) {
    let mut seen = String::new();
    for step in steps {
        let answer = stage.step(step);
        if !answer.is_empty() {
            seen += &answer;
            seen.push('\n');
        }
    }
    expected.assert_eq(&seen);
}

#[track_caller]
fn check(steps: &[&str], expected: Expect) {
    run(&mut Stage::new(), steps, expected);
}
