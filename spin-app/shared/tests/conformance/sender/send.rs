//! What was taken is found again; what was not is not.

use std::collections::HashSet;

use punctual_app::core::Channel;
use punctual_app::senders::outlet::among;
use punctual_app::senders::{Asked, Found, Outgoing, Sender, Sent};

use super::{Finds, NOW, Post, find, message, send};

pub async fn each_message_is_taken_under_an_id_of_its_own<P: Post>(post: &P) {
    let channels = P::CHANNELS.iter().cycle();
    let messages: Vec<Outgoing> = channels.zip(1..=3).map(|(c, n)| message(*c, n)).collect();
    let ids = taken(post, &messages).await;
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 3);
    for (message, id) in messages.iter().zip(&ids) {
        assert_eq!(post.taken(&message.notification_id), 1);
        match (P::FINDS, found(post, message).await) {
            (
                Finds::Itself | Finds::AmongOthers,
                Found::Yes {
                    provider_message_id,
                    sent_at,
                },
            ) => {
                assert_eq!((&provider_message_id, sent_at), (id, NOW));
            }
            (Finds::ByRepeating, Found::Repeatable) | (Finds::Never, Found::Unclear(_)) => {}
            (_, other) => panic!("{other:?}"),
        }
    }
}

pub async fn what_was_never_sent_is_surely_not_there<P: Post>(post: &P) {
    let channel = P::CHANNELS[0];
    taken(post, &[message(channel, 1)]).await;
    let mut stranger = message(channel, 2);
    if P::FINDS == Finds::AmongOthers {
        // Whoever got another text may have got this one with other words.
        let open = found(post, &stranger).await;
        assert!(matches!(open, Found::Unclear(_)), "{open:?}");
        stranger.recipient = "+12025550115".to_owned();
    }
    let found = found(post, &stranger).await;
    let as_it_should = match P::FINDS {
        Finds::Itself | Finds::AmongOthers => found == Found::No,
        Finds::ByRepeating => found == Found::Repeatable,
        Finds::Never => matches!(found, Found::Unclear(_)),
    };
    assert!(as_it_should, "{found:?}");
}

/// A sender sends what it is told to: whether to send is decided elsewhere. Only who says that it recognises a
/// repetition may be given one blindly, and must.
pub async fn a_second_attempt_is_a_second_message_unless_repetitions_are_known<P: Post>(post: &P) {
    let channel: Channel = P::CHANNELS[0];
    let first = message(channel, 1);
    let second = Outgoing {
        attempt: 2,
        ..first.clone()
    };
    let mut ids = taken(post, std::slice::from_ref(&first)).await;
    ids.extend(taken(post, std::slice::from_ref(&second)).await);
    match P::FINDS {
        Finds::ByRepeating => {
            assert_eq!((post.taken(&first.notification_id), &ids[0]), (1, &ids[1]))
        }
        Finds::Itself if ids[0] == ids[1] => assert_eq!(post.taken(&first.notification_id), 1),
        _ => assert_eq!(post.taken(&first.notification_id), 2),
    }
}

pub async fn nothing_to_send_sends_nothing<P: Post>(post: &P) {
    assert!(send(&post.sender(), &[]).await.is_empty());
    assert!(!post.sender().name().is_empty());
}

async fn taken<P: Post>(post: &P, messages: &[Outgoing]) -> Vec<String> {
    let sent = send(&post.sender(), messages).await;
    let id = |sent| match sent {
        Sent::Accepted {
            provider_message_id,
        } => provider_message_id,
        other => panic!("{other:?}"),
    };
    sent.into_iter().map(id).collect()
}

/// What it says, with candidates looked through as if no other reminder accounted for any.
async fn found<P: Post>(post: &P, message: &Outgoing) -> Found {
    match find(&post.sender(), message).await {
        Found::Candidates(candidates) => {
            let asked = Asked {
                notification_id: String::new(),
                repeat_id: String::new(),
                recipient: None,
                text: None,
                first_attempt_at: NOW,
                quiet_since: NOW,
                now: NOW + 60_000,
            };
            among(candidates, &HashSet::new(), &asked)
        }
        found => found,
    }
}
