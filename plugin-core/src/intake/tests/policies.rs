//! The variable `reminder_policy`.

use expect_test::{Expect, expect};

use super::show_problem;
use crate::intake::read_policy;

#[track_caller]
fn check(json: &str, expected: Expect) {
    let shown = match read_policy(json) {
        Ok(policy) => {
            let steps: Vec<_> = policy
                .steps
                .iter()
                .map(|step| format!("{} {:?} {:?}", step.code, step.offset, step.channels))
                .collect();
            let window = policy.window.map_or("always".to_owned(), |window| {
                format!("{}..{}", window.opens_minute, window.closes_minute)
            });
            let cap = policy.daily_cap.map(|cap| format!(" {cap} a day"));
            let cap = cap.unwrap_or_default();
            format!(
                "{}\n{window} {} {} {:?}{cap}",
                steps.join("\n"),
                policy.default_time_zone,
                policy.default_locale,
                policy.retry_after_seconds
            )
        }
        Err(problem) => show_problem(&problem),
    };
    expected.assert_eq(&shown);
}

#[test]
fn the_default() {
    check(
        "",
        expect![[r#"
        P7D Offset::Days(7) [Channel::Email, Channel::Sms]
        P1D Offset::Days(1) [Channel::Email, Channel::Sms]
        PT1H Offset::Seconds(3600) [Channel::Email, Channel::Sms]
        always UTC en [15, 60, 240, 900, 3600, 10800]"#]],
    );
    assert_eq!(read_policy("{}"), read_policy(" "));
}

#[test]
fn a_policy_of_the_clinic() {
    check(
        r#"{"steps":[{"before":"P1W","channels":["email"]},{"before":"PT90M","channels":["sms","email"]},{"before":"P1D"}],
            "window":{"opens":"08:00","closes":"24:00"},"default_time_zone":"w. europe standard time","default_locale":"de-DE",
            "retry_after_seconds":[30]}"#,
        expect![[r#"
            P7D Offset::Days(7) [Channel::Email]
            PT1H30M Offset::Seconds(5400) [Channel::Sms, Channel::Email]
            P1D Offset::Days(1) [Channel::Email, Channel::Sms]
            480..1440 Europe/Berlin de-DE [30]"#]],
    );
    check(
        r#"{"steps":[],"daily_cap":3}"#,
        expect![[r#"

        always UTC en [15, 60, 240, 900, 3600, 10800] 3 a day"#]],
    );
    check(
        r#"{"steps":[],"window":null,"daily_cap":null,"retry_after_seconds":[]}"#,
        expect![[r#"

        always UTC en []"#]],
    );
}

#[test]
fn what_is_refused() {
    check(
        "[]",
        expect!["reminder_policy: Expected a JSON object, found a list."],
    );
    check(
        r#"{"step":[]}"#,
        expect![
            "reminder_policy.step: No such member. There are: steps, window, default_time_zone, default_locale, retry_after_seconds, daily_cap."
        ],
    );
    check(
        r#"{"steps":{}}"#,
        expect!["reminder_policy.steps: Expected a list, found an object."],
    );
    check(
        r#"{"steps":["P1D"]}"#,
        expect!["reminder_policy.steps[0]: Expected an object, found a text."],
    );
    check(
        r#"{"steps":[{"channels":["email"]}]}"#,
        expect!["reminder_policy.steps[0].before: Missing. Write a duration, as in P1D or PT1H."],
    );
    check(
        r#"{"steps":[{"before":"P1D","channel":["email"]}]}"#,
        expect!["reminder_policy.steps[0].channel: No such member. There are: before, channels."],
    );
    check(
        r#"{"steps":[{"before":"P1DT1H"}]}"#,
        expect![[
            r#"reminder_policy.steps[0].before: Not a duration that a step can have: "P1DT1H". Days are written P7D or P1W, exact time PT1H or PT1H30M; the two do not mix, and 366 days is the most."#
        ]],
    );
    check(
        r#"{"steps":[{"before":"PT0S"}]}"#,
        expect![
            "reminder_policy.steps[0].before: A reminder at the start itself is too late. Write a time before it, as in PT1H."
        ],
    );
    check(
        r#"{"steps":[{"before":7}]}"#,
        expect!["reminder_policy.steps[0].before: Expected a text, found a number."],
    );
    check(
        r#"{"steps":[{"before":"P7D"},{"before":"P1W"}]}"#,
        expect![
            "reminder_policy.steps[1].before: P7D stands twice. Put all of its channels into one step."
        ],
    );
    check(
        r#"{"steps":[{"before":"P1D","channels":["fax"]}]}"#,
        expect!["reminder_policy.steps[0].channels[0]: No such channel. There are: email, sms."],
    );
    check(
        r#"{"steps":[{"before":"P1D","channels":["sms","sms"]}]}"#,
        expect!["reminder_policy.steps[0].channels[1]: Stands twice; once is enough."],
    );
    check(
        r#"{"steps":[{"before":"P1D","channels":[]}]}"#,
        expect![
            "reminder_policy.steps[0].channels: Empty. Name email, sms or both, or leave the whole step out."
        ],
    );
    check(
        r#"{"window":{"opens":"08:00"}}"#,
        expect![
            "reminder_policy.window.closes: Missing. A window has opens and closes, as in 08:00."
        ],
    );
    check(
        r#"{"window":{"opens":"8:00","closes":"20:00"}}"#,
        expect![[
            r#"reminder_policy.window.opens: Not a time of day: "8:00". Write it as in 08:00."#
        ]],
    );
    check(
        r#"{"window":{"opens":"08:00","closes":"24:01"}}"#,
        expect![[
            r#"reminder_policy.window.closes: Not a time of day: "24:01". Write it as in 08:00."#
        ]],
    );
    check(
        r#"{"window":{"opens":"20:00","closes":"08:00"}}"#,
        expect![
            "reminder_policy.window: Opens must be before closes; a window lies within one day, 24:00 is its end."
        ],
    );
    check(
        r#"{"default_time_zone":"Middle Earth"}"#,
        expect![[
            r#"reminder_policy.default_time_zone: No such time zone: "Middle Earth". Write an IANA name, as in Europe/Berlin."#
        ]],
    );
    check(
        r#"{"default_locale":"de_DE"}"#,
        expect![[
            r#"reminder_policy.default_locale: Not a language tag: "de_DE". Write it as in en or pt-BR."#
        ]],
    );
    check(
        r#"{"retry_after_seconds":[15,0]}"#,
        expect![
            "reminder_policy.retry_after_seconds[1]: Expected whole seconds from 1 to 604800, found a number."
        ],
    );
    check(
        r#"{"retry_after_seconds":[1.5]}"#,
        expect![
            "reminder_policy.retry_after_seconds[0]: Expected whole seconds from 1 to 604800, found a number."
        ],
    );
    for (cap, found) in [
        ("0", "a number"),
        ("101", "a number"),
        ("1.5", "a number"),
        ("-1", "a number"),
        (r#""3""#, "a text"),
    ] {
        let problem = read_policy(&format!("{{\"daily_cap\":{cap}}}")).unwrap_err();
        let detail = format!("Expected null, or a whole number from 1 to 100, found {found}.");
        assert_eq!(
            (&*problem.field, problem.detail),
            ("reminder_policy.daily_cap", detail)
        );
    }
    let many = vec![r#"{"before":"P1D"}"#; 17].join(",");
    check(
        &format!("{{\"steps\":[{many}]}}"),
        expect!["reminder_policy.steps: 17 steps; 16 is the most."],
    );
}
