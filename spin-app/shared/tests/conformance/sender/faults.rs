//! What a provider's refusals and its silence mean.

use punctual_app::core::Reason;
use punctual_app::http::HttpError;
use punctual_app::senders::{Outgoing, Sent};

use super::provider::{AT_ONCE, answer};
use super::{Remote, id, message, send, send_while};

fn messages<P: Remote>(count: u32) -> Vec<Outgoing> {
    (1..=count)
        .map(|number| message(P::CHANNELS[0], number))
        .collect()
}

pub async fn who_refuses_us_is_not_asked_again_for_the_rest<P: Remote>(post: &P) {
    for status in [401, 403] {
        let before = post.provider().calls();
        post.provider().fail_always(Ok(answer(status)));
        let sent = send(&post.sender(), &messages::<P>(100)).await;
        assert!(
            sent.iter()
                .all(|sent| matches!(sent, Sent::Misconfigured(_))),
            "{sent:?}"
        );
        assert!(post.provider().calls() - before <= AT_ONCE, "{status}");
    }
    assert!(post.provider().is_empty());
}

pub async fn too_many_requests_wait_as_long_as_wished<P: Remote>(post: &P) {
    let mut refusal = answer(429);
    refusal
        .headers
        .push(("retry-after".to_owned(), "77".to_owned()));
    post.provider().fail(Ok(refusal));
    let sent = send(&post.sender(), &messages::<P>(1)).await;
    assert!(
        matches!(sent[0], Sent::Unavailable(Some(77), _)),
        "{sent:?}"
    );
    post.provider().fail(Ok(answer(503)));
    let sent = send(&post.sender(), &messages::<P>(1)).await;
    assert!(matches!(sent[0], Sent::Unavailable(None, _)), "{sent:?}");
    assert!(post.provider().is_empty());
}

pub async fn what_did_not_leave_was_not_taken<P: Remote>(post: &P) {
    post.provider()
        .fail(Err(HttpError::NotSent("no way".to_owned())));
    let sent = send(&post.sender(), &messages::<P>(1)).await;
    assert!(matches!(sent[0], Sent::Unavailable(None, _)), "{sent:?}");
}

pub async fn a_lost_answer_says_nothing<P: Remote>(post: &P) {
    post.provider()
        .fail(Err(HttpError::NoAnswer("silence".to_owned())));
    let sent = send(&post.sender(), &messages::<P>(1)).await;
    assert!(matches!(sent[0], Sent::Unanswered(_)), "{sent:?}");
    // The word of a gateway is no better.
    for status in [502, 504] {
        post.provider().fail(Ok(answer(status)));
        let sent = send(&post.sender(), &messages::<P>(1)).await;
        assert!(matches!(sent[0], Sent::Unanswered(_)), "{status}: {sent:?}");
    }
}

pub async fn a_message_that_is_refused_takes_no_other_along<P: Remote>(post: &P) {
    post.provider().fail(Ok(answer(400)));
    let sent = send(&post.sender(), &messages::<P>(3)).await;
    let rejected = Sent::Rejected {
        reason: Reason::ProviderRejected,
        suppress: false,
        error: format!(
            "{} answered 400",
            punctual_app::senders::Sender::name(&post.sender())
        ),
    };
    assert_eq!(
        sent.iter().filter(|sent| **sent == rejected).count(),
        1,
        "{sent:?}"
    );
    assert_eq!(
        (1..=3).map(|number| post.taken(&id(number))).sum::<usize>(),
        2
    );
}

pub async fn no_call_begins_too_late<P: Remote>(post: &P) {
    let sent = send_while(&post.sender(), &messages::<P>(50), 1_000).await;
    let begun = sent
        .iter()
        .filter(|sent| matches!(sent, Sent::Accepted { .. }))
        .count();
    assert_eq!((begun, post.provider().calls()), (21, 21));
    assert!(sent[21..].iter().all(|sent| *sent == Sent::NotBegun));
}

pub async fn no_call_begins_after_the_appointment<P: Remote>(post: &P) {
    let mut messages = messages::<P>(3);
    messages[1].start_at = super::NOW;
    let sent = send(&post.sender(), &messages).await;
    assert_eq!(sent[1], Sent::NotBegun);
    assert_eq!(post.provider().calls(), 2);
}

pub async fn so_many_at_once_and_no_more<P: Remote>(post: &P) {
    let sent = send(&post.sender(), &messages::<P>(50)).await;
    assert!(
        sent.iter()
            .all(|sent| matches!(sent, Sent::Accepted { .. }))
    );
    assert_eq!(post.provider().most_at_once(), AT_ONCE);
}

/// What providers say quotes the message. None of it may reach a row, a log or a metric.
pub async fn no_error_names_anybody<P: Remote>(post: &P) {
    const PLANTED: [&str; 8] = [
        "zoe@example.com",
        "+12025550114",
        "12025550114",
        "2025550114",
        "planted-key",
        "Zoë",
        "Hi &",
        "预约",
    ];
    let quoting = PLANTED.join(" ");
    let bodies = [
        serde_json::json!({"errors": [{"message": quoting, "field": quoting, "help": quoting}]}),
        serde_json::json!({"code": 99999, "message": quoting, "more_info": quoting, "status": 400}),
        serde_json::json!({"code": quoting, "message": quoting}),
        serde_json::json!({"error": {"code": "12025550114", "message": quoting, "target": quoting}}),
        serde_json::json!({"error": {"code": quoting, "message": quoting}}),
        serde_json::json!({"value": [{"to": "+12025550114", "httpStatusCode": 400, "successful": false, "errorMessage": quoting}]}),
        serde_json::json!({"id": quoting, "status": quoting, "sid": quoting}),
        serde_json::json!(quoting),
    ];
    for status in [
        200, 202, 400, 401, 403, 404, 413, 422, 429, 500, 502, 503, 504, 599,
    ] {
        for body in &bodies {
            let mut refusal = answer(status);
            refusal.body = body.to_string().into_bytes();
            post.provider().fail(Ok(refusal.clone()));
            let sent = send(&post.sender(), &messages::<P>(1)).await;
            let told = match &sent[0] {
                // An id is an id; it is kept where ids are kept.
                Sent::Accepted { .. } => String::new(),
                other => format!("{other:?}"),
            };
            post.provider().fail(Ok(refusal));
            let found = match super::find(&post.sender(), &messages::<P>(1)[0]).await {
                punctual_app::senders::Found::Yes { .. } => String::new(),
                other => format!("{other:?}"),
            };
            post.provider().forgive();
            for planted in PLANTED {
                assert!(!told.contains(planted), "{status} {body}: {told}");
                assert!(!found.contains(planted), "{status} {body}: {found}");
            }
        }
    }
}
