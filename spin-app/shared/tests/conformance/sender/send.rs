//! What was taken is found again; what was not is not.

use std::collections::HashSet;

use punctual_app::core::Channel;
use punctual_app::core::rendering::{Email, Message, Sms, SmsEncoding, SmsSize};
use punctual_app::senders::{Found, Outgoing, Sender, Sent};

use super::{NOW, Post};

pub async fn each_message_is_taken_under_an_id_of_its_own<P: Post>(post: &P) {
    let messages = [email("b", 1), sms("a", 1), email("c", 1)];
    let ids = send(post, &messages).await;
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 3);
    for (message, id) in messages.iter().zip(&ids) {
        assert_eq!(post.taken(&message.notification_id), 1);
        assert_eq!(&find(post, &message.notification_id).await, id);
    }
}

pub async fn what_was_never_sent_is_surely_not_there<P: Post>(post: &P) {
    send(post, &[email("a", 1)]).await;
    for unknown in ["b", "", "A", "a ", "%"] {
        let found = post.sender().find(unknown).await;
        assert!(matches!(found, Found::No), "{unknown:?}: {found:?}");
    }
}

/// A sender sends what it is told to: whether to send is decided elsewhere.
pub async fn a_second_attempt_is_a_second_message<P: Post>(post: &P) {
    let mut ids = send(post, &[email("a", 1)]).await;
    ids.extend(send(post, &[email("a", 2), email("a", 3)]).await);
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 3);
    assert_eq!(post.taken("a"), 3);
    assert!(ids.contains(&find(post, "a").await));
}

pub async fn nothing_to_send_sends_nothing<P: Post>(post: &P) {
    assert!(send(post, &[]).await.is_empty());
    assert!(!post.sender().name().is_empty());
}

async fn send<P: Post>(post: &P, messages: &[Outgoing]) -> Vec<String> {
    let sent = post.sender().send(messages, NOW).await;
    assert_eq!(sent.len(), messages.len());
    sent.into_iter()
        .map(|sent| match sent {
            Sent::Accepted {
                provider_message_id,
            } => provider_message_id,
            other => panic!("{other:?}"),
        })
        .collect()
}

async fn find<P: Post>(post: &P, notification: &str) -> String {
    match post.sender().find(notification).await {
        Found::Yes {
            provider_message_id,
            sent_at,
        } => {
            assert_eq!(sent_at, NOW);
            provider_message_id
        }
        other => panic!("{other:?}"),
    }
}

fn email(notification: &str, attempt: u32) -> Outgoing {
    let email = Email {
        subject: "Zoë’s \"check-up\"".to_owned(),
        text: "预约 🦷\n'; --".to_owned(),
        html: "<p>\\</p>".to_owned(),
    };
    Outgoing {
        notification_id: notification.to_owned(),
        appointment_id: "appointment".to_owned(),
        step: "P1D".to_owned(),
        channel: Channel::Email,
        recipient: "zoe@example.com".to_owned(),
        attempt,
        message: Message::Email(email),
    }
}

fn sms(notification: &str, attempt: u32) -> Outgoing {
    let size = SmsSize {
        encoding: SmsEncoding::Gsm7,
        segments: 1,
        units: 2,
    };
    let sms = Sms {
        text: "Hi".to_owned(),
        size,
    };
    Outgoing {
        channel: Channel::Sms,
        recipient: "+15550100".to_owned(),
        message: Message::Sms(sms),
        ..email(notification, attempt)
    }
}
