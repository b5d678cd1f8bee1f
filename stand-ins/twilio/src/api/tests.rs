//! Each test is a list of requests, and what came back. Whatever is taken is held against the vendor's specification.

use expect_test::{Expect, expect};
use punctual_stand_ins::messaging::Throttle;
use punctual_stand_ins::testing::{self, NOW_MS};
use punctual_stand_ins::{Fault, FaultKind, Manner};
use punctual_vendor_specs::Spec;
use serde_json::Value;

use crate::carrier::Fate;
use crate::{Options, Twilio};

mod sending;
mod telling;

const MESSAGES: &str = "/2010-04-01/Accounts/{AccountSid}/Messages.json";
const MESSAGE: &str = "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json";

pub(super) struct Stage {
    pub twilio: Twilio,
    pub now_ms: i64,
    /// The SID that was seen last.
    sid: String,
    /// The next page that was seen last.
    page: String,
    spec: Option<Spec>,
}

impl Stage {
    pub fn new() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        Self {
            twilio: Twilio::new(options, 1),
            now_ms: NOW_MS,
            sid: String::new(),
            page: String::new(),
            spec: Spec::load("twilio_api_v2010.messages.subset.json"),
        }
    }

    pub fn fault(mut self, fault: Fault) -> Self {
        self.twilio.faults.add(fault).unwrap();
        self
    }

    /// `METHOD /path|header: value`, a line end and the form. The path is below the account. `SID` and `PAGE` are the
    /// last that were seen. `+n` lets seconds pass.
    #[track_caller]
    pub fn step(&mut self, line: &str) -> String {
        if let Some(seconds) = line.strip_prefix('+') {
            self.now_ms += (seconds.parse::<f64>().unwrap() * 1000.0) as i64;
            self.twilio.tick(self.now_ms);
            return String::new();
        }
        let line = line.replace("SID", &self.sid);
        let (head, form) = line.split_once('\n').unwrap_or((&line, ""));
        let account = &self.twilio.options.account_sid;
        let mut head = head.replace("PAGE", &self.page);
        if !head.contains("/2010-04-01/") {
            head = head.replacen(" /", &format!(" /2010-04-01/Accounts/{account}/"), 1);
        }
        for (name, value) in [
            ("authorization", self.twilio.options.basic().as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ] {
            if !head.contains(&format!("|{name}: ")) {
                head += &format!("|{name}: {value}");
            }
        }
        let request = testing::request(&format!("{head}\n{form}"));
        let reply = self.twilio.handle(&request, self.now_ms);
        let response = &reply.response;
        let kept = reply.manner != Manner::Dropped;
        let mut body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
        if let (Some(spec), true) = (&self.spec, kept && response.status().is_success()) {
            let one = request.uri().path().contains("/Messages/");
            let path = if one { MESSAGE } else { MESSAGES };
            let found = spec.request(path, &request);
            assert!(found.is_empty(), "the request: {found:?}");
            let found = spec.response(path, request.method().as_str(), response);
            // The specification wants whole URIs where the service gives paths.
            let found: Vec<_> = found
                .iter()
                .filter(|it| !it.contains("_uri:") && !it.starts_with("/uri"))
                .collect();
            assert!(found.is_empty(), "the answer: {found:?}");
        }
        if let Some(sid) = body["sid"].as_str() {
            self.sid = sid.to_owned();
        }
        if let Some(page) = body["next_page_uri"].as_str() {
            self.page = page.to_owned();
        }
        let status = testing::show(&reply, &["retry-after", "www-authenticate"]);
        let status = status.split(" {").next().unwrap();
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        match &mut body {
            Value::Null => status.to_owned(),
            body if body["code"].is_u64() => {
                format!("{status} {} {}", body["code"], text(&body["message"]))
            }
            body if body["messages"].is_array() => {
                let messages = body["messages"].as_array().unwrap().iter();
                let texts: Vec<_> = messages.map(|it| text(&it["body"])).collect();
                let more = if body["next_page_uri"].is_null() {
                    ""
                } else {
                    " and more"
                };
                format!("{status} {}{more}", texts.join(", "))
                    .trim_end()
                    .to_owned()
            }
            body => format!(
                "{status} {} from {} segments {} error {}",
                text(&body["status"]),
                text(&body["from"]),
                text(&body["num_segments"]),
                body["error_code"],
            ),
        }
    }

    /// What people received, one a line.
    pub fn received(&self) -> Vec<String> {
        let shown = self.twilio.inbox.all();
        shown.map(|it| format!("{} {}", it.to, it.text)).collect()
    }
}

#[track_caller]
pub(super) fn run(stage: &mut Stage, steps: &[&str], expected: Expect) {
    let seen: Vec<_> = steps.iter().map(|step| stage.step(step)).collect();
    let seen: Vec<_> = seen.into_iter().filter(|line| !line.is_empty()).collect();
    expected.assert_eq(&(seen.join("\n") + "\n"));
}

#[track_caller]
fn check(steps: &[&str], expected: Expect) {
    run(&mut Stage::new(), steps, expected);
}

/// A message that is fine.
pub(super) const SEND: &str = "POST /Messages.json\nTo=%2B12025550123&From=%2B12025550100&Body=Hi";

#[test]
fn only_those_with_credentials_are_let_in() {
    let key = "U0swMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjphcGkta2V5LXNlY3JldA==";
    let good = format!("GET /Messages.json|authorization: Basic {key}");
    check(
        &[
            &good,
            "GET /Messages.json|authorization: Basic QUM6eA==",
            "GET /Messages.json|authorization: Bearer x",
            "GET /2010-04-01/Accounts/ACffffffffffffffffffffffffffffffff/Messages.json",
            "GET /Calls.json",
            "DELETE /Messages.json",
        ],
        expect![[r#"
            200
            401 www-authenticate=Basic realm="Twilio API" 20003 Authenticate
            401 www-authenticate=Basic realm="Twilio API" 20003 Authenticate
            404 20404 The requested resource /2010-04-01/Accounts/ACffffffffffffffffffffffffffffffff/Messages.json was not found
            404 20404 The requested resource /2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Calls.json was not found
            405 20004 Method not allowed
        "#]],
    );
}

#[test]
fn lists_are_filtered_and_come_in_pages() {
    let mut stage = Stage::new();
    for (number, to) in [(1, "0123"), (2, "0124"), (3, "0123"), (4, "0123")] {
        stage.step(&format!(
            "POST /Messages.json\nTo=%2B1202555{to}&From=%2B12025550100&Body=text{number}"
        ));
        stage.step("+60");
    }
    run(
        &mut stage,
        &[
            "GET /Messages.json",
            "GET /Messages.json?To=%2B12025550123&PageSize=2",
            "GET PAGE",
            "GET /Messages.json?DateSent%3E=2026-11-23T09:02:00Z",
            "GET /Messages.json?DateSent%3C=2026-11-23T09:00:30Z",
            "GET /Messages.json?DateSent=2026-11-23&From=%2B12025550100&To=%2B12025550124",
            "GET /Messages.json?DateSent=2026-11-22",
            "GET /Messages.json?DateSent=yesterday",
            "GET /Messages.json?Tu=1",
            "GET /Messages.json?Page=1",
        ],
        expect![[r#"
            200 text4, text3, text2, text1
            200 text4, text3 and more
            200 text1
            200 text4, text3
            200 text1
            200 text2
            200
            400 20001 DateSent must be a date or a time in ISO 8601
            400 20001 there is no parameter "Tu"
            400 20001 a Page needs its PageToken
        "#]],
    );
}

#[test]
fn a_message_is_read_canceled_emptied_and_forgotten() {
    let scheduled = "POST /Messages.json\nTo=%2B12025550123&MessagingServiceSid=MG0123456789abcdef0123456789abcdef&Body=x&ScheduleType=fixed&SendAt=2026-11-24T09:00:00Z";
    let mut stage = Stage::new();
    run(
        &mut stage,
        &[
            SEND,
            "GET /Messages/SID.json",
            "+10",
            "GET /Messages/SID.json",
            "POST /Messages/SID.json\nStatus=canceled",
            "POST /Messages/SID.json\nBody=",
            "POST /Messages/SID.json\nBody=new",
            "DELETE /Messages/SID.json",
            "GET /Messages/SID.json",
            scheduled,
            "POST /Messages/SID.json\nStatus=canceled",
            "+100000",
            "GET /Messages/SID.json",
        ],
        expect![[r#"
            201 queued from +12025550100 segments 1 error null
            200 queued from +12025550100 segments 1 error null
            200 delivered from +12025550100 segments 1 error null
            400 30409 a message that is delivered cannot be canceled
            200 delivered from +12025550100 segments 1 error null
            400 20001 there are Status=canceled and an empty Body
            204
            404 20404 The requested resource Messages/SM910a2dec89025cc1beeb8da1658eec67.json was not found
            201 scheduled from - segments 0 error null
            200 canceled from - segments 0 error null
            200 canceled from - segments 0 error null
        "#]],
    );
    assert_eq!(stage.received(), ["+12025550123 Hi"]);
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
        (FaultKind::HalfAnswer, 1),
        (FaultKind::NoAnswer, 1),
        (FaultKind::Slow, 1),
    ] {
        let mut stage = Stage::new().fault(Fault::once("api.create", kind));
        stage.step(SEND);
        stage.step("+10");
        assert_eq!(stage.received().len(), sent, "{kind:?}");
        stage.step(SEND);
        stage.step("+10");
        assert_eq!(stage.received().len(), sent + 1, "{kind:?}");
    }
    let mut busy = Fault::once("api", FaultKind::Busy);
    busy.retry_after_seconds = Some(7);
    let mut stage = Stage::new().fault(busy);
    run(
        &mut stage,
        &[SEND],
        expect![[r#"
        429 retry-after=7 20429 Too Many Requests
    "#]],
    );
}

#[test]
fn too_many_requests_are_turned_away() {
    let mut stage = Stage::with(Options {
        throttle: Some(Throttle {
            requests: 1,
            window_ms: 1_000,
        }),
        ..Options::default()
    });
    run(
        &mut stage,
        &[SEND, SEND, "+1", SEND],
        expect![[r#"
        201 queued from +12025550100 segments 1 error null
        429 20429 Too Many Requests
        201 queued from +12025550100 segments 1 error null
    "#]],
    );
}
