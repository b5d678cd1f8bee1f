//! Each test is a list of requests, and what came back. Whatever is taken is held against the vendor's specification.

use expect_test::{Expect, expect};
use http::StatusCode;
use p256::ecdsa::signature::Verifier;
use punctual_stand_ins::messaging::Throttle;
use punctual_stand_ins::testing::{self, NOW_MS};
use punctual_stand_ins::{Fault, NoAnswer};
use punctual_vendor_specs::Spec;

use super::*;

mod sending;
mod telling;

pub(super) struct Stage {
    pub sendgrid: SendGrid,
    pub now_ms: i64,
    pub message_id: String,
    spec: Option<Spec>,
}

impl Stage {
    pub fn new() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        Self {
            sendgrid: SendGrid::new(options, 1),
            now_ms: NOW_MS,
            message_id: String::new(),
            spec: Spec::load("tsg_mail_v3.json"),
        }
    }

    pub fn wait(&mut self, seconds: i64) {
        self.now_ms += seconds * 1000;
        self.sendgrid.tick(self.now_ms);
    }

    /// `METHOD /path|header: value`, a line end and the body.
    #[track_caller]
    pub fn step(&mut self, line: &str) -> String {
        let (head, body) = line.split_once('\n').unwrap_or((line, ""));
        let mut head = head.to_owned();
        for (name, value) in [
            ("authorization", "Bearer SG.stand-in"),
            ("content-type", "application/json"),
        ] {
            if !head.contains(&format!("|{name}: ")) {
                head += &format!("|{name}: {value}");
            }
        }
        let request = testing::request(&format!("{head}\n{body}"));
        let reply = self.sendgrid.handle(&request, self.now_ms);
        let response = &reply.response;
        let path = request.uri().path();
        if let (Some(spec), "/v3/mail/send", "POST") = (&self.spec, path, request.method().as_str())
        {
            if response.status().is_success() {
                let mut found = spec.request(path, &request);
                // The specification calls top-level custom_args a string; the vendor's own client sends an object.
                found.retain(|it| !it.starts_with("/custom_args:"));
                assert!(found.is_empty(), "the request: {found:?}");
            }
            // What is not declared: a mock mail, throttling, services that fail; and `help` is null where there is none.
            if ![200, 429, 501, 503].contains(&response.status().as_u16()) {
                let mut found = spec.response(path, "post", response);
                found.retain(|it| !it.contains("/help:"));
                assert!(found.is_empty(), "the answer: {found:?}");
            }
        }
        if let Some(id) = response.headers().get("x-message-id") {
            self.message_id = id.to_str().unwrap().to_owned();
        }
        let limits = [
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
            "retry-after",
        ];
        let shown = testing::show(&reply, &limits);
        let shown = shown.split(" {").next().unwrap().to_owned();
        let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
        let errors = body["errors"].as_array().into_iter().flatten();
        let errors = errors.map(|it| {
            let field = it["field"]
                .as_str()
                .map(|field| format!("[{field}] "))
                .unwrap_or_default();
            format!(" {field}{}", it["message"].as_str().unwrap())
        });
        shown + &errors.collect::<String>()
    }

    /// What people received, one a line.
    pub fn received(&self) -> Vec<String> {
        let shown = self.sendgrid.inbox.all();
        shown
            .map(|it| format!("{} {} {:?}", it.to, it.text, it.marks))
            .collect()
    }
}

/// Mail that is fine, with members replaced or added; null takes one away.
pub(super) fn mail(changes: &str) -> String {
    let mut body = json!({
        "personalizations": [{ "to": [{ "email": "pat@example.com" }], "custom_args": { "reminder_id": "r-1" } }],
        "from": { "email": "clinic@example.com", "name": "Clinic" },
        "subject": "Reminder",
        "content": [{ "type": "text/plain", "value": "hi" }, { "type": "text/html", "value": "<p>hi</p>" }],
    });
    let changes: Value = serde_json::from_str(changes).unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(body.as_object_mut().unwrap().remove(name)),
            value => body[name] = value.clone(),
        }
    }
    format!("POST /v3/mail/send\n{body}")
}

#[track_caller]
fn run(stage: &mut Stage, steps: &[&str], expected: Expect) {
    let seen: Vec<_> = steps.iter().map(|step| stage.step(step)).collect();
    expected.assert_eq(&(seen.join("\n") + "\n"));
}

#[test]
fn only_keys_that_may_send_are_let_in() {
    let mut options = Options::default();
    options.api_keys.push(ApiKey {
        key: "SG.reader".into(),
        scopes: vec!["mail.read".into()],
    });
    let mut stage = Stage::with(options);
    let with = |key: &str| mail("{}").replace("/send", &format!("/send|authorization: {key}"));
    run(
        &mut stage,
        &[
            &with("Bearer SG.other"),
            &with("Basic x"),
            &with("Bearer SG.reader"),
            &mail("{}"),
            "GET /v3/mail/send",
            "GET /v3/stats",
            "GET /v3/user/webhooks/event/settings/signed/1",
            "GET /v3/user/webhooks/event/settings/signed/1|authorization: Bearer SG.reader",
        ],
        expect![[r#"
            401 The provided authorization grant is invalid, expired, or revoked
            401 The provided authorization grant is invalid, expired, or revoked
            403 access forbidden
            202
            405 method not allowed
            404 not found
            200
            403 access forbidden
        "#]],
    );
    stage.wait(60);
    assert_eq!(stage.received().len(), 1);
}

#[test]
fn limits_are_told_and_kept() {
    let mut stage = Stage::with(Options {
        throttle: Some(Throttle {
            requests: 2,
            window_ms: 60_000,
        }),
        ..Options::default()
    });
    let mail = mail("{}");
    run(
        &mut stage,
        &[&mail, &mail, &mail],
        expect![[r#"
        202 x-ratelimit-limit=2 x-ratelimit-remaining=1 x-ratelimit-reset=1795424460
        202 x-ratelimit-limit=2 x-ratelimit-remaining=0 x-ratelimit-reset=1795424460
        429 x-ratelimit-limit=2 x-ratelimit-remaining=0 x-ratelimit-reset=1795424460 too many requests
    "#]],
    );
    stage.wait(60);
    run(
        &mut stage,
        &[&mail],
        expect![[r#"
        202 x-ratelimit-limit=2 x-ratelimit-remaining=1 x-ratelimit-reset=1795424520
    "#]],
    );
    stage.wait(60);
    assert_eq!(stage.received().len(), 3);
}

#[test]
fn faults_strike_before_or_after_the_effect() {
    for (kind, sent) in [
        (FaultKind::Busy, 0),
        (FaultKind::Unauthorized, 0),
        (FaultKind::Refuse, 0),
        (FaultKind::Fail, 0),
        (FaultKind::Drop, 0),
        (FaultKind::FailAfter, 1),
        (FaultKind::LoseAnswer, 1),
        (FaultKind::NoAnswer, 1),
        (FaultKind::Slow, 1),
    ] {
        let mut stage = Stage::new();
        stage
            .sendgrid
            .faults
            .add(Fault::once("api.send", kind))
            .unwrap();
        stage.step(&mail("{}"));
        stage.wait(60);
        assert_eq!(stage.received().len(), sent, "{kind:?}");
    }
}
