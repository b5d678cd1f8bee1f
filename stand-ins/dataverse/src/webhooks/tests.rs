//! What is sent when, and what becomes of it.

use std::fmt::Write;

use bytes::Bytes;
use expect_test::{Expect, expect};
use http::Request;
use punctual_stand_ins::Fault;
use serde_json::Value as Json;

use super::*;
use crate::access::FixedToken;
use crate::api;
use crate::options::Options;

/// 2026-11-23T09:00:00Z
const NOW_MS: i64 = 1_795_424_400_000;
const ROW: &str = "0000000a-0000-4000-8000-000000000001";
const CREATE: &str = "POST punctual_appointments\n{\"punctual_appointmentid\":\"ROW\",\"punctual_name\":\"Check-up\",\"punctual_service\":\"a/b\",\"punctual_start\":\"2026-12-01T09:00:00Z\"}";
const MOVE: &str =
    "PATCH punctual_appointments(ROW)\n{\"punctual_start\":\"2026-12-02T09:00:00Z\"}";
const CANCEL: &str = "PATCH punctual_appointments(ROW)\n{\"statecode\":1,\"statuscode\":2}";
const DELETE: &str = "DELETE punctual_appointments(ROW)";

struct Stage {
    dataverse: Dataverse,
    now_ms: i64,
}

impl Stage {
    fn new() -> Self {
        Self::with(Options::default())
    }

    /// An environment in which the script after the import has set URL and key.
    fn with(options: Options) -> Self {
        let token = Box::new(FixedToken("t".into()));
        let dataverse = Dataverse::new(options, token, 1, NOW_MS).unwrap();
        let mut stage = Self {
            dataverse,
            now_ms: NOW_MS,
        };
        let endpoint = punctual_solution::endpoint_id();
        let endpoint = endpoint.trim_matches(['{', '}']);
        stage.api(&format!(
            "PATCH serviceendpoints({endpoint})|if-match: *\n{{\"url\":\"http://127.0.0.1:9/webhooks/dataverse\",\"authtype\":5,\"authvalue\":\"<settings><setting name=\\\"x-punctual-key\\\" value=\\\"k&amp;1\\\" /></settings>\"}}"
        ));
        stage
    }

    fn api(&mut self, line: &str) -> String {
        let line = line.replace("ROW", ROW);
        let (head, body) = line.split_once('\n').unwrap_or((&line, ""));
        let mut parts = head.split('|');
        let (method, path) = parts.next().unwrap().split_once(' ').unwrap();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/data/v9.2/{}", path.replace(' ', "%20")))
            .header("authorization", "Bearer t");
        for part in parts {
            let (name, value) = part.split_once(": ").unwrap();
            request = request.header(name, value);
        }
        let request = request.body(Bytes::from(body.to_owned())).unwrap();
        let reply = api::handle(&mut self.dataverse, &request, self.now_ms);
        let body = String::from_utf8_lossy(reply.response.body()).into_owned();
        let status = reply.response.status();
        assert!(status.is_success(), "{line}: {status} {body}");
        body
    }

    fn due(&mut self) -> Vec<Outgoing> {
        due(&mut self.dataverse, self.now_ms)
    }

    fn finish(&mut self, outgoing: &Outgoing, outcome: Outcome) {
        finished(&mut self.dataverse, outgoing.job, &outcome, self.now_ms);
    }

    /// The bodies that are due, each answered with 200.
    fn bodies(&mut self) -> Vec<Json> {
        let due = self.due();
        let read = |outgoing: &Outgoing| serde_json::from_slice(outgoing.request.body()).unwrap();
        let bodies = due.iter().map(read).collect();
        for outgoing in &due {
            self.finish(outgoing, Outcome::Status(200));
        }
        bodies
    }

    fn jobs(&mut self) -> String {
        let answer = self.api("GET asyncoperations?$select=messagename,statecode,statuscode,retrycount,message&$filter=operationtype eq 1");
        let answer: Json = serde_json::from_str(&answer).unwrap();
        let mut shown = String::new();
        for job in answer["value"].as_array().unwrap() {
            let _ = writeln!(
                shown,
                "{} {}/{} after {} retries: {}",
                job["messagename"].as_str().unwrap(),
                job["statecode"],
                job["statuscode"],
                job["retrycount"],
                job["message"],
            );
        }
        shown
    }
}

/// What an event says, in a line: message, target's columns, images.
fn brief(body: &Json) -> String {
    let keys = |pairs: &Json| -> Vec<String> {
        let pairs = pairs.as_array().into_iter().flatten();
        pairs
            .map(|pair| pair["key"].as_str().unwrap().to_owned())
            .collect()
    };
    let target = &body["InputParameters"][0]["value"];
    let columns = match target["Attributes"].is_array() {
        true => keys(&target["Attributes"]).join(","),
        false => target["__type"]
            .as_str()
            .unwrap_or("nothing")
            .split(':')
            .next()
            .unwrap()
            .to_owned(),
    };
    let images = |name: &str| {
        let images = body[name].as_array().into_iter().flatten();
        let shown = images.map(|image| {
            let columns = keys(&image["value"]["Attributes"]).join(",");
            format!("{}({columns})", image["key"].as_str().unwrap())
        });
        shown.collect::<Vec<_>>().join(" ")
    };
    format!(
        "{} {columns}\n  pre: {}\n  post: {}\n",
        body["MessageName"].as_str().unwrap(),
        images("PreEntityImages"),
        images("PostEntityImages"),
    )
    .replace("punctual_", "")
}

#[track_caller]
fn check(steps: &[&str], expected: Expect) {
    let mut stage = Stage::new();
    let mut seen = String::new();
    for step in steps {
        stage.api(step);
        for body in stage.bodies() {
            seen += &brief(&body);
        }
    }
    expected.assert_eq(&seen);
}

#[test]
fn each_change_is_an_event() {
    check(
        &[CREATE, MOVE, CANCEL, DELETE],
        expect![[r#"
        Create createdby,createdon,modifiedby,modifiedon,modifiedonbehalfby,ownerid,owningbusinessunit,owninguser,appointmentid,name,service,start,statecode,statuscode,timezoneruleversionnumber
          pre: 
          post: AsynchronousStepPrimaryName(appointmentid,name)
        Update modifiedby,modifiedon,modifiedonbehalfby,appointmentid,start
          pre: 
          post: AsynchronousStepPrimaryName(appointmentid,name) punctual(service,start,statecode,statuscode)
        Update modifiedby,modifiedon,modifiedonbehalfby,appointmentid,statecode,statuscode
          pre: 
          post: AsynchronousStepPrimaryName(appointmentid,name) punctual(service,start,statecode,statuscode)
        Delete EntityReference
          pre: punctual(service,start,statecode,statuscode)
          post: 
    "#]],
    );
}

#[test]
fn a_change_of_columns_and_state_is_two_events() {
    let both = "PATCH punctual_appointments(ROW)\n{\"statecode\":1,\"statuscode\":2,\"punctual_notes\":\"ill\"}";
    check(
        &[CREATE, both],
        expect![[r#"
        Create createdby,createdon,modifiedby,modifiedon,modifiedonbehalfby,ownerid,owningbusinessunit,owninguser,appointmentid,name,service,start,statecode,statuscode,timezoneruleversionnumber
          pre: 
          post: AsynchronousStepPrimaryName(appointmentid,name)
        Update modifiedby,modifiedon,modifiedonbehalfby,appointmentid,notes
          pre: 
          post: AsynchronousStepPrimaryName(appointmentid,name) punctual(notes,service,start,statecode,statuscode)
        Update modifiedby,modifiedon,modifiedonbehalfby,appointmentid,statecode,statuscode
          pre: 
          post: AsynchronousStepPrimaryName(appointmentid,name) punctual(notes,service,start,statecode,statuscode)
    "#]],
    );
}

#[test]
fn nobody_hears_of_what_does_not_matter() {
    let renamed = "PATCH punctual_appointments(ROW)\n{\"punctual_name\":\"Other\"}";
    let bypassed = MOVE.replace('\n', "|MSCRM.BypassBusinessLogicExecution: CustomAsync\n");
    let other = "POST punctual_notifications\n{\"punctual_key\":\"k\"}";
    check(
        &[CREATE, renamed, &bypassed, other],
        expect![[r#"
        Create createdby,createdon,modifiedby,modifiedon,modifiedonbehalfby,ownerid,owningbusinessunit,owninguser,appointmentid,name,service,start,statecode,statuscode,timezoneruleversionnumber
          pre: 
          post: AsynchronousStepPrimaryName(appointmentid,name)
    "#]],
    );
}

#[test]
fn a_body_is_written_as_the_platform_does() {
    let mut stage = Stage::new();
    stage.api(&CREATE.replace(
        "punctual_appointments\n",
        "punctual_appointments?tag=console\n",
    ));
    let due = stage.due();
    let text = std::str::from_utf8(due[0].request.body()).unwrap();
    assert!(text.contains(r#""value":"a\/b""#), "{text}");
    assert!(
        text.contains(r#""key":"punctual_start","value":"\/Date(1796115600000)\/""#),
        "{text}"
    );
    assert!(
        text.contains(r#"{"key":"tag","value":"console"}"#),
        "{text}"
    );
    let target = text.split("\"InputParameters\":").nth(1).unwrap();
    assert!(
        target.starts_with(r#"[{"key":"Target","value":{"__type":"Entity:http:\/\/schemas"#),
        "{target}"
    );
    let request = &due[0].request;
    let mut shown = format!("{} {}\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        let value = value.to_str().unwrap();
        let value = if name.as_str().contains("correlation") {
            "…"
        } else {
            value
        };
        let _ = writeln!(shown, "{name}: {value}");
    }
    expect![[r#"
        POST http://127.0.0.1:9/webhooks/dataverse
        content-type: application/json; charset=utf-8
        x-ms-dynamics-organization: org5550100.crm.dynamics.com
        x-ms-dynamics-entity-name: punctual_appointment
        x-ms-dynamics-request-name: Create
        x-ms-correlation-request-id: …
        x-punctual-key: k&1
    "#]]
    .assert_eq(&shown);
}

#[test]
fn keys_go_into_a_header_or_into_the_query() {
    let mut seen = String::new();
    for (kind, value) in [
        (4, "a key&b"),
        (
            6,
            "<settings><setting name=\\\"code\\\" value=\\\"x y\\\" /></settings>",
        ),
        (5, "no settings"),
    ] {
        let mut stage = Stage::new();
        let endpoint = punctual_solution::endpoint_id();
        let endpoint = endpoint.trim_matches(['{', '}']);
        stage.api(&format!(
            "PATCH serviceendpoints({endpoint})\n{{\"authtype\":{kind},\"authvalue\":\"{value}\"}}"
        ));
        let shown = stage.api(&format!(
            "GET serviceendpoints({endpoint})?$select=isauthvalueset"
        ));
        assert!(shown.contains("\"isauthvalueset\":true"), "{shown}");
        let whole = stage.api(&format!("GET serviceendpoints({endpoint})"));
        assert!(!whole.contains("authvalue\":\""), "{whole}");
        stage.api(CREATE);
        let due = stage.due();
        let uri = due
            .first()
            .map(|outgoing| outgoing.request.uri().to_string());
        let _ = writeln!(seen, "{uri:?} {}", stage.jobs().trim());
    }
    expect![[r#"
        Some("http://127.0.0.1:9/webhooks/dataverse?code=a%20key%26b") Create 0/0 after null retries: null
        Some("http://127.0.0.1:9/webhooks/dataverse?code=x%20y") Create 0/0 after null retries: null
        None Create 3/31 after 0 retries: "The webhook was not called: the endpoint's authvalue must be <settings><setting name=\"…\" value=\"…\" /></settings>."
    "#]].assert_eq(&seen);
}

#[track_caller]
fn outcomes(outcomes: &[Outcome], expected: Expect) {
    let mut stage = Stage::new();
    stage.api(CREATE);
    let mut seen = String::new();
    for outcome in outcomes {
        let due = stage.due();
        assert_eq!(due.len(), 1);
        assert!(stage.due().is_empty(), "it is handed out once");
        stage.finish(&due[0], outcome.clone());
        let next = stage
            .dataverse
            .webhooks
            .next_due_ms()
            .map(|at| at - stage.now_ms);
        let _ = writeln!(seen, "attempt {}, next in {next:?}", due[0].attempt);
        stage.now_ms += 5_000;
    }
    seen += &stage.jobs();
    expected.assert_eq(&seen);
}

#[test]
fn there_is_one_repetition_and_only_for_three_statuses() {
    use Outcome::{Broken, Status, TimedOut};
    outcomes(
        &[Status(200)],
        expect![[r#"
        attempt 1, next in None
    "#]],
    );
    outcomes(
        &[Status(503), Status(204)],
        expect![[r#"
        attempt 1, next in Some(5000)
        attempt 2, next in None
    "#]],
    );
    outcomes(
        &[Status(502), Status(504)],
        expect![[r#"
        attempt 1, next in Some(5000)
        attempt 2, next in None
        Create 3/31 after 1 retries: "The webhook call failed with status 504."
    "#]],
    );
    outcomes(
        &[Status(500)],
        expect![[r#"
        attempt 1, next in None
        Create 3/31 after 0 retries: "The webhook call failed with status 500."
    "#]],
    );
    outcomes(
        &[Status(429)],
        expect![[r#"
        attempt 1, next in None
        Create 3/31 after 0 retries: "The webhook call failed with status 429."
    "#]],
    );
    outcomes(
        &[TimedOut],
        expect![[r#"
        attempt 1, next in None
        Create 3/31 after 0 retries: "The webhook call failed because it timed out."
    "#]],
    );
    outcomes(
        &[Broken],
        expect![[r#"
        attempt 1, next in None
        Create 3/31 after 0 retries: "The webhook call failed because the connection failed."
    "#]],
    );
}

#[test]
fn a_body_over_the_limit_loses_its_parts() {
    let options = Options {
        webhook_body_bytes: 2_000,
        ..Options::default()
    };
    let mut stage = Stage::with(options);
    stage.api(CREATE);
    let due = stage.due();
    let body: Json = serde_json::from_slice(due[0].request.body()).unwrap();
    for gone in [
        "InputParameters",
        "ParentContext",
        "PreEntityImages",
        "PostEntityImages",
    ] {
        assert!(body.get(gone).is_none(), "{gone}");
    }
    assert_eq!(body["PrimaryEntityId"], ROW);
    assert_eq!(
        due[0].request.headers()["x-ms-dynamics-msg-size-exceeded"],
        "true"
    );
}

#[test]
fn webhooks_are_lost_doubled_and_overtaken_on_demand() {
    let mut stage = Stage::new();
    let mut slow = Fault::once("webhook.update", FaultKind::Slow);
    slow.delay_ms = 10_000;
    let faults = [
        Fault::once("webhook.create", FaultKind::Twice),
        slow,
        Fault::once("webhook.delete", FaultKind::Drop),
    ];
    for fault in faults {
        stage.dataverse.faults.add(fault).unwrap();
    }
    for step in [CREATE, MOVE, CANCEL, DELETE] {
        stage.api(step);
    }
    let mut first = stage.bodies();
    let operations: Vec<_> = first
        .iter()
        .map(|body| body["OperationId"].clone())
        .collect();
    assert_eq!(operations[0], operations[1]);
    stage.now_ms += 10_000;
    first.extend(stage.bodies());
    let order: Vec<_> = first
        .iter()
        .map(|body| {
            let target = body["InputParameters"][0]["value"]["Attributes"].to_string();
            let what = if target.contains("statecode") {
                "with state"
            } else {
                "without"
            };
            format!("{} {what}", body["MessageName"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        order,
        [
            "Create with state",
            "Create with state",
            "Update with state",
            "Update without"
        ]
    );
    assert_eq!(stage.dataverse.webhooks.waiting(), 0);
}

#[test]
fn what_is_rolled_back_is_not_told() {
    let mut stage = Stage::new();
    stage.api(CREATE);
    stage.bodies();
    let targets = format!(
        "{{\"punctual_appointmentid\":\"{ROW}\",\"punctual_notes\":\"x\"}},{{\"punctual_appointmentid\":\"{}\"}}",
        Guid::NIL
    );
    let request =
        Request::post("/api/data/v9.2/punctual_appointments/Microsoft.Dynamics.CRM.UpdateMultiple")
            .header("authorization", "Bearer t")
            .body(Bytes::from(format!("{{\"Targets\":[{targets}]}}")))
            .unwrap();
    let reply = api::handle(&mut stage.dataverse, &request, NOW_MS);
    assert_eq!(reply.response.status(), 404);
    assert!(stage.due().is_empty());
}

#[test]
fn a_disabled_step_is_silent_and_another_may_be_registered() {
    let mut stage = Stage::new();
    for step in punctual_solution::webhook::STEPS {
        let id = punctual_solution::step_id(step);
        let id = id.trim_matches(['{', '}']).to_owned();
        stage.api(&format!(
            "PATCH sdkmessageprocessingsteps({id})\n{{\"statecode\":1,\"statuscode\":2}}"
        ));
    }
    stage.api(CREATE);
    assert!(stage.due().is_empty());
    let filter = stage.api("GET sdkmessagefilters?$select=sdkmessagefilterid&$filter=sdkmessageid/name%20eq%20%27Update%27%20and%20primaryobjecttypecode%20eq%20%27punctual_appointment%27");
    let filter: Json = serde_json::from_str(&filter).unwrap();
    let filter = filter["value"][0]["sdkmessagefilterid"].as_str().unwrap();
    let endpoint = punctual_solution::endpoint_id();
    let endpoint = endpoint.trim_matches(['{', '}']);
    stage.api(&format!("POST sdkmessageprocessingsteps\n{{\"name\":\"mine\",\"stage\":40,\"mode\":1,\"rank\":1,\"eventhandler_serviceendpoint@odata.bind\":\"/serviceendpoints({endpoint})\",\"sdkmessageid@odata.bind\":\"/sdkmessages(20bebb1b-ea3e-db11-86a7-000a3a5473e8)\",\"sdkmessagefilterid@odata.bind\":\"/sdkmessagefilters({filter})\"}}"));
    stage.api("PATCH punctual_appointments(ROW)\n{\"punctual_name\":\"Other\"}");
    assert_eq!(stage.bodies().len(), 1);
}
