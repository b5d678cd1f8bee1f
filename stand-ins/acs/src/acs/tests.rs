//! Each test is a list of requests, and what came back. Whatever is taken is held against the vendor's specifications.

use expect_test::{Expect, expect};
use http::StatusCode;
use punctual_stand_ins::messaging::Throttle;
use punctual_stand_ins::testing::{self, NOW_MS};
use punctual_stand_ins::{Fault, Manner, NoAnswer};
use punctual_vendor_specs::Spec;
use serde_json::Value;

use super::*;

mod emails;
mod telling;
mod texts;

pub(super) struct Stage {
    pub acs: Acs,
    pub now_ms: i64,
    specs: [Option<Spec>; 2],
}

impl Stage {
    pub fn new() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        Self {
            acs: Acs::new(options, 1),
            now_ms: NOW_MS,
            specs: [
                "acs_sms_2026-01-23.resolved.json",
                "acs_email_2025-09-01.resolved.json",
            ]
            .map(Spec::load),
        }
    }

    pub fn wait(&mut self, seconds: i64) {
        self.now_ms += seconds * 1000;
        self.acs.tick(self.now_ms);
    }

    /// `METHOD /path|header: value`, a line end and the body. It is signed unless it has an authorization.
    #[track_caller]
    pub fn step(&mut self, line: &str) -> String {
        let (head, body) = line.split_once('\n').unwrap_or((line, ""));
        let mut head = head.to_owned();
        for (name, value) in [
            ("host", "acs.example.com"),
            ("content-type", "application/json"),
        ] {
            if !head.contains(&format!("|{name}: ")) {
                head += &format!("|{name}: {value}");
            }
        }
        let signed = !head.contains("|authorization: ");
        let mut request = testing::request(&format!("{head}\n{body}"));
        if signed {
            request = access::sign(request, &self.acs.options.access_key, self.now_ms);
        }
        let reply = self.acs.handle(&request, self.now_ms);
        if reply.manner != Manner::Dropped {
            self.compare(&request, &reply.response);
        }
        testing::show(
            &reply,
            &["operation-location", "retry-after", "x-ms-error-code"],
        )
    }

    #[track_caller]
    fn compare(&self, request: &Request<Bytes>, response: &Response<Bytes>) {
        let path = request.uri().path();
        let (spec, path) = match path.starts_with("/emails/operations/") {
            true => (&self.specs[1], "/emails/operations/{operationId}"),
            false => (&self.specs[usize::from(path.starts_with("/emails"))], path),
        };
        let Some(spec) = spec.as_ref().filter(|_| response.status().is_success()) else {
            return;
        };
        let found = spec.request(path, request);
        assert!(found.is_empty(), "the request: {found:?}");
        let found = spec.response(path, request.method().as_str(), response);
        assert!(found.is_empty(), "the answer: {found:?}");
    }

    /// What people received, one a line.
    pub fn received(&self) -> Vec<String> {
        let shown = self.acs.inbox.all();
        shown
            .map(|it| format!("{} {} {:?}", it.to, it.text, it.marks))
            .collect()
    }
}

/// Answers without the random parts of ids.
#[track_caller]
pub(super) fn run(stage: &mut Stage, steps: &[&str], expected: Expect) {
    let seen: Vec<_> = steps.iter().map(|step| short(&stage.step(step))).collect();
    expected.assert_eq(&(seen.join("\n") + "\n"));
}

/// `Outgoing_2026…_noam` becomes `Outgoing…`.
fn short(text: &str) -> String {
    let mut parts = text.split("Outgoing_");
    let mut shown = parts.next().unwrap().to_owned();
    for part in parts {
        shown += "Outgoing…";
        shown += part.split_once("_noam").map_or(part, |(_, rest)| rest);
    }
    shown
}

pub(super) fn answer(status: u16, body: &str) -> Answer {
    let mut response = Response::new(Bytes::from(body.to_owned()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    Ok(response)
}

#[test]
fn only_those_who_sign_or_have_a_token_are_let_in() {
    let mut stage = Stage::new();
    let get = "GET /emails/operations/8540c0de-899f-5cce-acb5-3ec493af3800?api-version=2025-09-01";
    run(
        &mut stage,
        &[
            get,
            &format!("{get}|authorization: Bearer t"),
            &format!("{get}|authorization: Basic x"),
            "GET /sms?api-version=2026-01-23",
            "POST /sms\n{}",
            "POST /sms?api-version=2019-01-01\n{}",
            "POST /sms?api-version=latest\n{}",
            "POST /sms/optouts:add?api-version=2021-03-07\n{}",
            "GET /calls?api-version=2026-01-23",
            "POST /sms?api-version=2026-01-23|content-type: text/plain\n{}",
        ],
        expect![[r#"
            404 x-ms-error-code=OperationNotFound {"error":{"code":"OperationNotFound","message":"There is no such operation."}}
            401 x-ms-error-code=Denied {"error":{"code":"Denied","message":"this resource takes no tokens"}}
            401 x-ms-error-code=Denied {"error":{"code":"Denied","message":"expected a bearer token, or HMAC-SHA256 with SignedHeaders=x-ms-date;host;x-ms-content-sha256"}}
            405 x-ms-error-code=MethodNotAllowed {"error":{"code":"MethodNotAllowed","message":"this takes POST"}}
            400 x-ms-error-code=MissingApiVersionParameter {"error":{"code":"MissingApiVersionParameter","message":"The api-version query parameter is required."}}
            400 x-ms-error-code=UnsupportedApiVersion {"error":{"code":"UnsupportedApiVersion","message":"The api-version is not supported here; the first that is: 2021-03-07"}}
            400 x-ms-error-code=UnsupportedApiVersion {"error":{"code":"UnsupportedApiVersion","message":"The api-version is not supported here; the first that is: 2021-03-07"}}
            400 x-ms-error-code=UnsupportedApiVersion {"error":{"code":"UnsupportedApiVersion","message":"The api-version is not supported here; the first that is: 2025-09-17"}}
            404 x-ms-error-code=NotFound {"error":{"code":"NotFound","message":"there is no such resource"}}
            415 x-ms-error-code=UnsupportedMediaType {"error":{"code":"UnsupportedMediaType","message":"The body must be application/json."}}
        "#]],
    );
    stage.acs.trust(Box::new(|token, _| match token {
        "t" => Ok(()),
        _ => Err("the token is not good".into()),
    }));
    let with = |token: &str| format!("{get}|authorization: Bearer {token}");
    run(
        &mut stage,
        &[&with("t"), &with("u")],
        expect![[r#"
        404 x-ms-error-code=OperationNotFound {"error":{"code":"OperationNotFound","message":"There is no such operation."}}
        401 x-ms-error-code=Denied {"error":{"code":"Denied","message":"the token is not good"}}
    "#]],
    );
}

#[test]
fn faults_strike_before_or_after_the_effect() {
    for (point, line) in [("sms.send", texts::SEND), ("email.send", emails::SEND)] {
        for (kind, sent) in [
            (FaultKind::Busy, 0),
            (FaultKind::Unauthorized, 0),
            (FaultKind::Refuse, 0),
            (FaultKind::Fail, 0),
            (FaultKind::Drop, 0),
            (FaultKind::FailAfter, 1),
            (FaultKind::LoseAnswer, 1),
            (FaultKind::HalfAnswer, 1),
            (FaultKind::NoAnswer, 1),
            (FaultKind::Slow, 1),
        ] {
            let mut stage = Stage::new();
            stage.acs.faults.add(Fault::once(point, kind)).unwrap();
            stage.step(line);
            stage.wait(60);
            assert_eq!(stage.received().len(), sent, "{point} {kind:?}");
        }
    }
}
