//! What may be sent and what may not, and what reaches people.

use super::*;

#[track_caller]
fn refused(changes: &str, expected: Expect) {
    let mut stage = Stage::new();
    run(&mut stage, &[&mail(changes)], expected);
    stage.wait(300_000);
    assert_eq!(stage.received().len(), 0);
}

#[test]
fn a_sloppy_request_is_refused() {
    refused(
        r#"{"from":null}"#,
        expect![[r#"
        400 [from] from is required.
    "#]],
    );
    refused(
        r#"{"from":{"email":"clinic"}}"#,
        expect![[r#"
        400 [from.email] from.email must be an email address.
    "#]],
    );
    refused(
        r#"{"from":{"email":"me@elsewhere.example"}}"#,
        expect![[r#"
            403 [from] The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.
        "#]],
    );
    refused(
        r#"{"personalizations":[]}"#,
        expect![[r#"
        400 [personalizations] personalizations must have 1 to 1000 items.
    "#]],
    );
    refused(
        r#"{"personalizations":[{"to":[]}]}"#,
        expect![[r#"
        400 [personalizations.0.to] personalizations.0.to must have 1 to 1000 items.
    "#]],
    );
    refused(
        r#"{"personalizations":[{"to":[{"email":"pat at example.com"}]}]}"#,
        expect![[r#"
            400 [personalizations.0.to.0.email] personalizations.0.to.0.email must be an email address.
        "#]],
    );
    let twice = r#"{"personalizations":[{"to":[{"email":"pat@example.com"}],"cc":[{"email":"PAT@example.com"}]}]}"#;
    refused(
        twice,
        expect![[r#"
        400 [personalizations.0] Each email address in the personalization block should be unique between to, cc, and bcc.
    "#]],
    );
    refused(
        r#"{"subject":null}"#,
        expect![[r#"
        400 [subject] The subject is required. You can get around this requirement if you use a template with a subject defined or if every personalization has a subject defined.
    "#]],
    );
    refused(
        r#"{"subject":""}"#,
        expect![[r#"
        400 [subject] subject must have 1 or more characters.
    "#]],
    );
    refused(
        r#"{"content":null}"#,
        expect![[r#"
        400 [content] Unless a valid template_id is provided, the content parameter is required. There must be at least one defined content block.
    "#]],
    );
    refused(
        r#"{"content":[{"type":"text/plain","value":""}]}"#,
        expect![[r#"
            400 [content.0.value] content.0.value must have 1 or more characters.
        "#]],
    );
    refused(
        r#"{"content":[{"type":"text/html","value":"a"},{"type":"text/plain","value":"b"}]}"#,
        expect![[r#"
            400 [content] If present, text/plain and text/html may only be provided once and text/plain must be first.
        "#]],
    );
    refused(
        r#"{"contents":[]}"#,
        expect![[r#"
        400 [contents] contents is not known.
    "#]],
    );
    refused(
        r#"{"custom_args":"r-1"}"#,
        expect![[r#"
        400 [custom_args] custom_args must be an object.
    "#]],
    );
    refused(
        r#"{"custom_args":{"reminder":1}}"#,
        expect![[r#"
        400 [custom_args.reminder] custom_args.reminder must be a string.
    "#]],
    );
    let large = json!({ "custom_args": { "a": "x".repeat(10_000) } });
    refused(
        &large.to_string(),
        expect![[r#"
        400 [personalizations.0.custom_args] The total size of custom arguments must be no more than 10000 bytes.
    "#]],
    );
    refused(
        r#"{"headers":{"Reply-To":"a@example.com"}}"#,
        expect![[r#"
        400 [headers.Reply-To] This header is reserved and cannot be set.
    "#]],
    );
    refused(
        r#"{"headers":{"List-Unsubscribe":"<a>\r\nBcc: x@example.com"}}"#,
        expect![[r#"
            400 [headers.List-Unsubscribe] A header has a name of ASCII letters and a value on one line.
        "#]],
    );
    refused(
        r#"{"reply_to":{"email":"a@example.com"},"reply_to_list":[{"email":"a@example.com"}]}"#,
        expect![[r#"
            400 [reply_to_list] reply_to and reply_to_list cannot be used together.
        "#]],
    );
    refused(
        r#"{"categories":["a","a"]}"#,
        expect![[r#"
        400 [categories] The categories must be unique.
    "#]],
    );
    refused(
        r#"{"send_at":1795700000}"#,
        expect![[r#"
        400 [send_at] Scheduling more than 72 hours in advance is forbidden.
    "#]],
    );
    refused(
        r#"{"attachments":[{"content":"é","filename":"a.ics"}]}"#,
        expect![[r#"
            400 [attachments.0.content] The attachment content must be base64 encoded.
        "#]],
    );
    refused(
        r#"{"template_id":"d-1"}"#,
        expect![[r#"
        501 [template_id] this is not built in this stand-in
    "#]],
    );
    refused(
        r#"{"tracking_settings":{"subscription_tracking":{"enable":true}}}"#,
        expect![[r#"
            501 [tracking_settings.subscription_tracking] this is not built in this stand-in
        "#]],
    );
    refused(
        r#"{"mail_settings":{"sandbox_mode":{"enable":true}}}"#,
        expect![[r#"
            200
        "#]],
    );
    let form = "POST /v3/mail/send|content-type: application/x-www-form-urlencoded\na=b";
    run(
        &mut Stage::new(),
        &[form, "POST /v3/mail/send\n{"],
        expect![[r#"
            400 Content-Type should be application/json.
            400 Bad Request
        "#]],
    );
}

#[test]
fn every_recipient_gets_a_letter_of_their_own() {
    let mut stage = Stage::new();
    let several = r#"{
        "personalizations":[
            {"to":[{"email":"a@example.com"},{"email":"b@example.com"}],"bcc":[{"email":"c@example.com"}],"custom_args":{"id":"1"}},
            {"to":[{"email":"a@example.com"}],"subject":"Other","headers":{"X-Two":"2"},"send_at":1795428000}
        ],
        "custom_args":{"id":"0","clinic":"x"},"headers":{"List-Unsubscribe":"<https://example.com/u/1>"},"categories":["reminder"]
    }"#;
    run(
        &mut stage,
        &[&mail(several)],
        expect![[r#"
        202
    "#]],
    );
    stage.wait(60);
    expect![[r#"
        a@example.com hi {"clinic": "x", "header List-Unsubscribe": "<https://example.com/u/1>", "id": "1"}
        b@example.com hi {"clinic": "x", "header List-Unsubscribe": "<https://example.com/u/1>", "id": "1"}
        c@example.com hi {"clinic": "x", "header List-Unsubscribe": "<https://example.com/u/1>", "id": "1"}"#]].assert_eq(&stage.received().join("\n"));
    assert!(
        stage
            .sendgrid
            .inbox
            .all()
            .all(|it| it.id == stage.message_id)
    );
    stage.wait(3_600);
    let last = stage.sendgrid.inbox.all().last().unwrap();
    assert_eq!(
        (last.subject.as_deref(), last.to.as_str()),
        (Some("Other"), "a@example.com")
    );
}
