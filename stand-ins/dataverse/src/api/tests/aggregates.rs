//! `$apply`: groups, counts, sums. What an answer looks like is taken from Microsoft's page on aggregating with OData.

use super::queries::stage;
use super::*;

#[track_caller]
fn apply(apply: &str, expected: Expect) {
    let answer = stage().step(&format!("GET punctual_notifications?$apply={apply}"));
    expected.assert_eq(&answer);
}

#[test]
fn rows_are_counted_by_group_and_what_is_empty_is_left_out() {
    apply(
        "groupby((punctual_attempts),aggregate($count as count))",
        expect![[
            r#"200 {"value":[{"count":1,"punctual_attempts":0},{"count":2,"punctual_attempts":1},{"count":2,"punctual_attempts":2}]}"#
        ]],
    );
    apply(
        "filter(punctual_attempts gt 0 and not (punctual_key eq 'k3)'))/groupby((punctual_step,statuscode),aggregate($count as count))",
        expect![[
            r#"200 {"value":[{"count":2,"statuscode":1},{"count":2,"punctual_step":"P1D","statuscode":1}]}"#
        ]],
    );
    apply(
        "groupby((punctual_step))",
        expect![[r#"200 {"value":[{},{"punctual_step":"P1D"}]}"#]],
    );
    apply(
        "filter(punctual_key eq 'none')/groupby((punctual_step),aggregate($count as count))",
        expect![[r#"200 {"value":[]}"#]],
    );
    apply(
        "groupby((_punctual_appointment_value),aggregate($count as n))",
        expect![[
            r#"200 {"value":[{"_punctual_appointment_value":"A1","n":4},{"_punctual_appointment_value":"A2","n":1}]}"#
        ]],
    );
}

#[test]
fn all_rows_are_one_group_where_none_is_named() {
    apply(
        "filter(punctual_attempts ge 1)/aggregate($count as count,punctual_attempts with sum as total)",
        expect![[r#"200 {"value":[{"count":4,"total":6}]}"#]],
    );
    apply(
        "aggregate($count as count)",
        expect![[r#"200 {"value":[{"count":5}]}"#]],
    );
    apply(
        "aggregate(punctual_dueat with min as first,punctual_dueat with max as last,punctual_attempts with max as most)",
        expect![[
            r#"200 {"value":[{"first":"2026-12-01T09:00:00Z","last":"2026-12-05T09:00:00Z","most":2}]}"#
        ]],
    );
    // A count of nothing is zero; a sum of nothing is not there.
    apply(
        "filter(punctual_key eq 'none')/aggregate($count as count,punctual_attempts with sum as total)",
        expect![[r#"200 {"value":[{"count":0}]}"#]],
    );
    apply(
        "aggregate(punctual_lateness with sum as total)",
        expect![[r#"200 {"value":[{}]}"#]],
    );
}

#[test]
fn groups_are_labelled_if_that_is_asked_for() {
    let mut stage = stage();
    let label = "prefer: odata.include-annotations=\"OData.Community.Display.V1.FormattedValue\"";
    run(
        &mut stage,
        &[&format!(
            "GET punctual_notifications?$apply=groupby((statuscode),aggregate($count as count))|{label}"
        )],
        expect![[r#"
            200 preference-applied=odata.include-annotations="OData.Community.Display.V1.FormattedValue" {"value":[{"count":5,"count@OData.Community.Display.V1.FormattedValue":"5","statuscode":1,"statuscode@OData.Community.Display.V1.FormattedValue":"Active"}]}
        "#]],
    );
}

#[test]
fn what_cannot_be_aggregated_is_refused() {
    apply(
        "groupby((punctual_dueat))",
        expect![[
            r#"400 {"error":{"code":"0x80060888","message":"groupby with the datetime 'punctual_dueat' is not supported."}}"#
        ]],
    );
    apply(
        "groupby((punctual_nothing))",
        expect![[
            r#"400 {"error":{"code":"0x80060888","message":"Could not find a property named 'punctual_nothing' on type 'Microsoft.Dynamics.CRM.punctual_notification'."}}"#
        ]],
    );
    apply(
        "groupby(punctual_step)",
        expect![[
            r#"400 {"error":{"code":"0x80060888","message":"Syntax error in the filter at 'punctual_step'."}}"#
        ]],
    );
    apply(
        "aggregate(punctual_key with sum as total)",
        expect![[
            r#"400 {"error":{"code":"0x80060888","message":"'punctual_key' is no number."}}"#
        ]],
    );
    apply(
        "aggregate(punctual_attempts with sum)",
        expect![[
            r#"400 {"error":{"code":"0x80060888","message":"A figure in aggregate needs a name after 'as'."}}"#
        ]],
    );
    apply(
        "aggregate($count as a,punctual_attempts with sum as a)",
        expect![[r#"400 {"error":{"code":"0x80060888","message":"The name 'a' comes twice."}}"#]],
    );
    apply(
        "aggregate($count as count)/filter(count gt 1)",
        expect![[
            r#"400 {"error":{"code":"0x80060888","message":"Syntax error in the filter at '/filter'."}}"#
        ]],
    );
    apply(
        "filter(punctual_attempts gt 0)",
        expect![[
            r#"501 {"error":{"code":"0x80060888","message":"This transformation in $apply is not built into this stand-in of Dataverse."}}"#
        ]],
    );
    apply(
        "groupby((punctual_appointment/punctual_name))",
        expect![[
            r#"501 {"error":{"code":"0x80060888","message":"Aggregating over related rows is not built into this stand-in of Dataverse."}}"#
        ]],
    );
    apply(
        "aggregate(punctual_attempts with average as mean)",
        expect![[
            r#"501 {"error":{"code":"0x80060888","message":"Aggregating with average is not built into this stand-in of Dataverse."}}"#
        ]],
    );
    apply(
        "aggregate($count as count)&$orderby=count",
        expect![[
            r#"400 {"error":{"code":"0x80060888","message":"The query node SingleValueOpenPropertyAccess is not supported"}}"#
        ]],
    );
    apply(
        "aggregate($count as count)&$filter=punctual_attempts gt 0",
        expect![[
            r#"501 {"error":{"code":"0x80060888","message":"$apply beside other options is not built into this stand-in of Dataverse."}}"#
        ]],
    );
}

#[test]
fn an_aggregate_looks_at_so_many_rows_and_no_more() {
    let mut stage = Stage::with(Options {
        aggregate_rows: 2,
        ..Options::default()
    });
    let row = |number: i32| {
        format!(
            "POST punctual_notifications\n{{\"punctual_notificationid\":\"N{number}\",\"punctual_key\":\"k{number}\",\"punctual_lateness\":{}}}",
            -number
        )
    };
    run(
        &mut stage,
        &[
            &row(1),
            &row(2),
            "GET punctual_notifications?$apply=aggregate($count as count,punctual_lateness with sum as total)",
            &row(3),
            "GET punctual_notifications?$apply=aggregate($count as count)",
            "GET punctual_notifications?$apply=groupby((punctual_step))",
            "GET punctual_notifications?$apply=filter(punctual_lateness lt -1)/aggregate($count as count)",
        ],
        expect![[r#"
            204 odata-entityid=punctual_notifications(N1)
            204 odata-entityid=punctual_notifications(N2)
            200 {"value":[{"count":2,"total":-3}]}
            204 odata-entityid=punctual_notifications(N3)
            400 {"error":{"code":"0x8004e023","message":"AggregateQueryRecordLimit exceeded. Cannot perform this operation."}}
            400 {"error":{"code":"0x8004e023","message":"AggregateQueryRecordLimit exceeded. Cannot perform this operation."}}
            200 {"value":[{"count":2}]}
        "#]],
    );
}

#[test]
fn a_sum_is_no_wider_than_its_column() {
    let row = |number: i32| {
        format!(
            "POST punctual_notifications\n{{\"punctual_key\":\"k{number}\",\"punctual_notificationid\":\"N{number}\",\"punctual_lateness\":2000000000}}"
        )
    };
    check(
        &[
            &row(1),
            "GET punctual_notifications?$apply=aggregate(punctual_lateness with sum as total)",
            &row(2),
            "GET punctual_notifications?$apply=aggregate(punctual_lateness with sum as total)",
            "GET punctual_notifications?$apply=aggregate(versionnumber with sum as total)&tag=x",
        ],
        expect![[r#"
            204 odata-entityid=punctual_notifications(N1)
            200 {"value":[{"total":2000000000}]}
            204 odata-entityid=punctual_notifications(N2)
            500 {"error":{"code":"0x80041136","message":"Sql error: A SQL arithmetic overflow error occurred CRM ErrorCode: -2147217098 Sql ErrorCode: -2146232060 Sql Number: 8115"}}
            200 {"value":[{"total":2000071}]}
        "#]],
    );
}
