//! Filters, order, pages, expansion.

use super::*;

/// Five notifications of an appointment.
pub(super) fn stage() -> Stage {
    let mut stage = Stage::new();
    stage.step("POST punctual_appointments\n{\"punctual_appointmentid\":\"A1\",\"punctual_name\":\"It's Ann\",\"punctual_start\":\"2026-12-01T09:00:00Z\"}");
    stage.step(
        "POST punctual_appointments\n{\"punctual_appointmentid\":\"A2\",\"punctual_name\":\"bob\"}",
    );
    for number in 1..=5 {
        let appointment = if number < 5 { "A1" } else { "A2" };
        let step = if number % 2 == 1 { "\"P1D\"" } else { "null" };
        stage.step(&format!(
            "POST punctual_notifications\n{{\"punctual_notificationid\":\"N{number}\",\"punctual_key\":\"k{number}\",\"punctual_step\":{step},\"punctual_attempts\":{},\"punctual_dueat\":\"2026-12-0{number}T09:00:00Z\",\"punctual_appointment@odata.bind\":\"/punctual_appointments({appointment})\"}}",
            number / 2
        ));
    }
    stage
}

#[track_caller]
fn filter(filter: &str, expected: Expect) {
    let mut stage = stage();
    let answer = stage.step(&format!(
        "GET punctual_notifications?$select=punctual_key&$filter={filter}"
    ));
    let keys: Vec<_> = answer
        .match_indices("\"punctual_key\":\"")
        .map(|(at, found)| {
            answer[at + found.len()..]
                .split('"')
                .next()
                .unwrap()
                .to_owned()
        })
        .collect();
    let shown = match answer.starts_with("200") {
        true => keys.join(" "),
        false => answer,
    };
    expected.assert_eq(&shown);
}

#[test]
fn filters_compare() {
    filter("punctual_key eq 'K2'", expect!["k2"]);
    filter("punctual_key ne 'k2'", expect!["k1 k3 k4 k5"]);
    filter("punctual_attempts gt 1", expect!["k4 k5"]);
    filter(
        "punctual_attempts ge 1 and punctual_attempts lt 2",
        expect!["k2 k3"],
    );
    filter("punctual_dueat le 2026-12-02T09:00:00Z", expect!["k1 k2"]);
    filter(
        "punctual_dueat gt 2026-12-02T10:00:00%2B01:00",
        expect!["k3 k4 k5"],
    );
    filter("punctual_step eq null", expect!["k2 k4"]);
    filter("punctual_step ne null", expect!["k1 k3 k5"]);
    filter("punctual_step ne 'P1D'", expect!["k2 k4"]);
    filter(
        "punctual_attempts ne 0 and (punctual_step eq null or punctual_key eq 'k5')",
        expect!["k2 k4 k5"],
    );
    filter(
        "not (punctual_attempts eq 0) and not contains(punctual_key,'4')",
        expect!["k2 k3 k5"],
    );
    filter(
        "startswith(punctual_key,'K') and endswith(punctual_key,'3')",
        expect!["k3"],
    );
    filter("_punctual_appointment_value eq A2", expect!["k5"]);
    filter(
        "punctual_appointment/punctual_name eq 'it''s ann' and punctual_attempts eq 1",
        expect!["k2 k3"],
    );
    filter(
        "punctual_appointment/punctual_start gt 2026-01-01T00:00:00Z",
        expect!["k1 k2 k3 k4"],
    );
    filter("statecode eq 0 and statuscode eq 2", expect![[""]]);
}

#[test]
fn query_functions_of_the_platform_are_known() {
    let function = |name: &str, rest: &str| format!("Microsoft.Dynamics.CRM.{name}({rest})");
    filter(
        &function(
            "In",
            "PropertyName='punctual_key',PropertyValues=['k1','k5','x']",
        ),
        expect!["k1 k5"],
    );
    filter(
        &function(
            "In",
            "PropertyName='punctual_attempts',PropertyValues=['1','2']",
        ),
        expect!["k2 k3 k4 k5"],
    );
    filter(
        &function(
            "In",
            "PropertyName='punctual_notificationid',PropertyValues=['N4','N2','N9']",
        ),
        expect!["k2 k4"],
    );
    filter(
        &(function(
            "In",
            "PropertyName='punctual_notificationid',PropertyValues=['N4','N5']",
        ) + " and punctual_step ne null"),
        expect!["k5"],
    );
    filter(
        &function(
            "In",
            "PropertyName=\"punctual_key\",PropertyValues=[\"k3\"]",
        ),
        expect!["k3"],
    );
    filter(
        &function(
            "NotIn",
            "PropertyName='punctual_key',PropertyValues=['k1','k5']",
        ),
        expect!["k2 k3 k4"],
    );
    filter(
        &function(
            "Between",
            "PropertyName='punctual_attempts',PropertyValues=['1','2']",
        ),
        expect!["k2 k3 k4 k5"],
    );
    filter(
        &function("Today", "PropertyName='punctual_dueat'"),
        expect![[
            r#"501 {"error":{"code":"0x80060888","message":"The query function Today is not built into this stand-in of Dataverse."}}"#
        ]],
    );
}

#[test]
fn wrong_filters_are_refused_in_words() {
    filter(
        "punctual_nothing eq 1",
        expect![[
            r#"400 {"error":{"code":"0x80060888","message":"Could not find a property named 'punctual_nothing' on type 'Microsoft.Dynamics.CRM.punctual_notification'."}}"#
        ]],
    );
    filter(
        "punctual_appointment eq A1",
        expect![[
            r#"400 {"error":{"code":"0x80060888","message":"Could not find a property named 'punctual_appointment' on type 'Microsoft.Dynamics.CRM.punctual_notification'."}}"#
        ]],
    );
    filter(
        "punctual_key eq",
        expect![[
            r#"400 {"error":{"code":"0x80060888","message":"Expression expected at the end of the filter."}}"#
        ]],
    );
    filter(
        "punctual_key eq 'x",
        expect![[
            r#"400 {"error":{"code":"0x80060888","message":"There is an unterminated string literal in the filter."}}"#
        ]],
    );
    filter(
        "punctual_key eq 5",
        expect![[
            r#"400 {"error":{"code":"0x80060888","message":"A binary operator with incompatible types was detected at 'punctual_key'."}}"#
        ]],
    );
    filter(
        "punctual_attempts eq 'x'",
        expect![[
            r#"400 {"error":{"code":"0x80060888","message":"A binary operator with incompatible types was detected at 'punctual_attempts'."}}"#
        ]],
    );
    filter(
        "punctual_key in ('a','b')",
        expect![[
            r#"400 {"error":{"code":"0x80060888","message":"The operator 'in' is not supported; use Microsoft.Dynamics.CRM.In(PropertyName='…',PropertyValues=[…])."}}"#
        ]],
    );
    filter(
        "punctual_key like 'a'",
        expect![[
            r#"400 {"error":{"code":"0x80060888","message":"Syntax error in the filter at 'like'."}}"#
        ]],
    );
    filter(
        "(punctual_key eq 'a'",
        expect![[
            r#"400 {"error":{"code":"0x80060888","message":"Expression expected at the end of the filter."}}"#
        ]],
    );
    filter(
        "punctual_key eq 'a')",
        expect![[
            r#"400 {"error":{"code":"0x80060888","message":"Syntax error in the filter at ')'."}}"#
        ]],
    );
    filter(
        "substringof('a',punctual_key)",
        expect![[
            r#"400 {"error":{"code":"0x80060888","message":"An unknown function with name 'substringof' was found."}}"#
        ]],
    );
    filter(
        "contains(punctual_attempts,'1')",
        expect![[
            r#"400 {"error":{"code":"0x80060888","message":"contains needs a text, and 'punctual_attempts' is none."}}"#
        ]],
    );
    filter(
        &"(".repeat(200),
        expect![[
            r#"400 {"error":{"code":"0x80060888","message":"The filter is nested too deeply."}}"#
        ]],
    );
}

#[test]
fn pages_follow_each_other_whatever_is_written_meanwhile() {
    let first = "GET punctual_notifications?$select=punctual_key&$orderby=punctual_step desc,punctual_attempts desc&$filter=statecode eq 0&$count=true|prefer: odata.maxpagesize=2";
    run(
        &mut stage(),
        &[
            first,
            "POST punctual_notifications\n{\"punctual_notificationid\":\"N6\",\"punctual_key\":\"k6\",\"punctual_step\":\"P1D\",\"punctual_attempts\":9}",
            "DELETE punctual_notifications(N3)",
            "GET LINK|prefer: odata.maxpagesize=2",
            "GET LINK|prefer: odata.maxpagesize=2",
            "GET punctual_notifications?$skiptoken=x",
        ],
        expect![[r#"
            200 preference-applied=odata.maxpagesize=2 {"@odata.count":5,"@odata.nextLink":"…","value":[{"punctual_key":"k5","punctual_notificationid":"N5"},{"punctual_key":"k3","punctual_notificationid":"N3"}]}
            204 odata-entityid=punctual_notifications(N6)
            204
            200 preference-applied=odata.maxpagesize=2 {"@odata.count":5,"@odata.nextLink":"…","value":[{"punctual_key":"k1","punctual_notificationid":"N1"},{"punctual_key":"k4","punctual_notificationid":"N4"}]}
            200 preference-applied=odata.maxpagesize=2 {"@odata.count":5,"value":[{"punctual_key":"k2","punctual_notificationid":"N2"}]}
            400 {"error":{"code":"0x80060888","message":"The paging cookie is malformed; follow @odata.nextLink as it is."}}
        "#]],
    );
}

#[test]
fn top_order_and_counts() {
    run(
        &mut stage(),
        &[
            "GET punctual_notifications?$select=punctual_key&$top=2&$orderby=punctual_dueat desc|prefer: odata.maxpagesize=1",
            "GET punctual_notifications/$count?$filter=punctual_attempts eq 1",
            "GET punctual_notifications?$top=0",
            "GET punctual_notifications?$skip=1",
            "GET punctual_notifications?fetchXml=x",
            "GET punctual_notifications?$orderby=punctual_key up",
            "GET punctual_notifications?$select=nothing",
            "GET punctual_nothings",
        ],
        expect![[r#"
            200 preference-applied=odata.maxpagesize=1 {"value":[{"punctual_key":"k5","punctual_notificationid":"N5"},{"punctual_key":"k4","punctual_notificationid":"N4"}]}
            200 2
            400 {"error":{"code":"0x80060888","message":"$top must be a whole number above zero."}}
            400 {"error":{"code":"0x80060888","message":"Skip Clause is not supported in CRM"}}
            501 {"error":{"code":"0x80060888","message":"The query option fetchXml is not built into this stand-in of Dataverse."}}
            400 {"error":{"code":"0x80060888","message":"Syntax error in $orderby at 'punctual_key up'."}}
            400 {"error":{"code":"0x80060888","message":"Could not find a property named 'nothing' on type 'Microsoft.Dynamics.CRM.punctual_notification'."}}
            404 {"error":{"code":"0x8006088a","message":"Resource not found for the segment 'punctual_nothings'."}}
        "#]],
    );
}

#[test]
fn related_rows_come_along() {
    run(
        &mut stage(),
        &[
            "GET punctual_appointments(A1)?$select=punctual_name&$expand=punctual_appointment_notifications($select=punctual_key,punctual_attempts;$filter=punctual_attempts gt 0 and contains(punctual_key,'k');$orderby=punctual_key desc;$top=2)",
            "GET punctual_appointments?$select=punctual_name&$expand=punctual_appointment_notifications($select=punctual_key;$filter=punctual_attempts gt 1)",
            "GET punctual_appointments(A1)/punctual_appointment_notifications?$select=punctual_key&$filter=punctual_attempts eq 1",
            "GET punctual_appointments(A1)?$expand=nothing",
            "GET punctual_appointments(A1)?$expand=punctual_appointment_notifications($select=punctual_key",
        ],
        expect![[r#"
            200 {"punctual_appointment_notifications":[{"punctual_attempts":2,"punctual_key":"k4","punctual_notificationid":"N4"},{"punctual_attempts":1,"punctual_key":"k3","punctual_notificationid":"N3"}],"punctual_appointmentid":"A1","punctual_name":"It's Ann"}
            200 {"value":[{"punctual_appointment_notifications":[{"punctual_key":"k4","punctual_notificationid":"N4"}],"punctual_appointmentid":"A1","punctual_name":"It's Ann"},{"punctual_appointment_notifications":[{"punctual_key":"k5","punctual_notificationid":"N5"}],"punctual_appointmentid":"A2","punctual_name":"bob"}]}
            200 {"value":[{"punctual_key":"k2","punctual_notificationid":"N2"},{"punctual_key":"k3","punctual_notificationid":"N3"}]}
            400 {"error":{"code":"0x80060888","message":"Could not find a property named 'nothing' on type 'Microsoft.Dynamics.CRM.punctual_appointment'."}}
            400 {"error":{"code":"0x80060888","message":"Syntax error in $expand."}}
        "#]],
    );
}

#[test]
fn bulk_delete_takes_what_its_query_means() {
    let body = |conditions: &str| {
        format!(
            "POST BulkDelete\n{{\"JobName\":\"old\",\"StartDateTime\":\"2026-01-01T00:00:00Z\",\"RecurrencePattern\":\"\",\"SendEmailNotification\":false,\"ToRecipients\":[],\"CCRecipients\":[],\"QuerySet\":[{{\"EntityName\":\"punctual_notification\",\"Criteria\":{{\"FilterOperator\":\"And\",\"Conditions\":[{conditions}]}}}}]}}"
        )
    };
    let mut stage = stage();
    let older = body(
        "{\"AttributeName\":\"punctual_dueat\",\"Operator\":\"LessThan\",\"Values\":[{\"Value\":\"2026-12-03T00:00:00Z\",\"Type\":\"System.DateTime\"}]}",
    );
    assert!(stage.step(&older).starts_with("200 {\"JobId\":"));
    run(
        &mut stage,
        &[
            "GET punctual_notifications?$select=punctual_key",
            &body(""),
            &body(
                "{\"AttributeName\":\"punctual_dueat\",\"Operator\":\"OlderThanXDays\",\"Values\":[{\"Value\":1}]}",
            ),
        ],
        expect![[r#"
            200 {"value":[{"punctual_key":"k3","punctual_notificationid":"N3"},{"punctual_key":"k4","punctual_notificationid":"N4"},{"punctual_key":"k5","punctual_notificationid":"N5"}]}
            501 {"error":{"code":"0x80060888","message":"BulkDelete without a condition is not built into this stand-in of Dataverse."}}
            501 {"error":{"code":"0x80060888","message":"The operator OlderThanXDays in BulkDelete is not built into this stand-in of Dataverse."}}
        "#]],
    );
}
