//! Who gets what the first did not take, and what several say together.

use std::cell::RefCell;

use futures::executor::block_on;

use super::*;
use crate::core::rendering::{Message, Sms, SmsEncoding, SmsSize};
use crate::core::{Channel, Reason};

/// Says what it is told to, and remembers who asked.
struct Scripted {
    name: &'static str,
    word: Sent,
    found: Found,
    got: RefCell<Vec<String>>,
}

impl Sender for Scripted {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn send(&self, messages: &[Outgoing], _: &Pace<'_>) -> Vec<Sent> {
        let ids = messages
            .iter()
            .map(|message| message.notification_id.clone());
        self.got.borrow_mut().extend(ids);
        vec![self.word.clone(); messages.len()]
    }

    async fn find(&self, _: &Asked) -> Found {
        self.found.clone()
    }
}

fn scripted(name: &'static str, word: Sent, found: Found) -> Scripted {
    Scripted {
        name,
        word,
        found,
        got: RefCell::default(),
    }
}

fn message(id: &str, only: Option<&str>) -> Outgoing {
    let size = SmsSize {
        encoding: SmsEncoding::Gsm7,
        segments: 1,
        units: 1,
    };
    Outgoing {
        notification_id: id.to_owned(),
        appointment_id: String::new(),
        step: String::new(),
        channel: Channel::Sms,
        recipient: String::new(),
        attempt: 1,
        repeat_id: String::new(),
        first_attempt_at: 0,
        start_at: 1,
        only: only.map(str::to_owned),
        trace: None,
        message: Message::Sms(Sms {
            text: String::new(),
            size,
        }),
        unsubscribe_url: None,
        calendar: None,
    }
}

fn accepted() -> Sent {
    Sent::Accepted {
        provider_message_id: "id".to_owned(),
    }
}

fn rejected() -> Sent {
    Sent::Rejected {
        reason: Reason::ProviderRejected,
        suppress: false,
        error: String::new(),
    }
}

fn send(outlet: &Outlet<Scripted>, messages: &[Outgoing]) -> Vec<Said<Sent>> {
    let pace = Pace {
        clock: &|| 0,
        begin_by: 0,
    };
    block_on(outlet.send(messages, &pace))
}

#[test]
fn the_second_gets_only_what_the_first_surely_did_not_take() {
    for (word, fails_over) in [
        (accepted(), false),
        (rejected(), false),
        (Sent::Unanswered(String::new()), false),
        (Sent::NotBegun, false),
        (Sent::Unavailable(None, String::new()), true),
        (Sent::Misconfigured(String::new()), true),
    ] {
        let outlet = Outlet {
            first: scripted("one", word.clone(), Found::No),
            second: Some(scripted("two", accepted(), Found::No)),
        };
        let said = send(&outlet, &[message("a", None)]);
        let (provider, expected) = if fails_over {
            ("two", accepted())
        } else {
            ("one", word)
        };
        assert_eq!((said[0].provider, &said[0].word), (provider, &expected));
        let second = outlet.second.expect("there is a second");
        assert_eq!(second.got.borrow().len(), usize::from(fails_over));
    }
}

#[test]
fn what_one_may_have_is_given_to_no_other() {
    let down = Sent::Unavailable(None, String::new());
    let outlet = Outlet {
        first: scripted("one", down.clone(), Found::No),
        second: Some(scripted("two", accepted(), Found::No)),
    };
    let messages = [
        message("a", Some("one")),
        message("b", Some("two")),
        message("c", Some("three")),
        message("d", None),
    ];
    let said = send(&outlet, &messages);
    assert_eq!(
        said[0],
        Said {
            provider: "one",
            word: down
        }
    );
    assert_eq!(
        said[1],
        Said {
            provider: "two",
            word: accepted()
        }
    );
    assert_eq!(said[2].word, Sent::Unanswered(GONE.to_owned()));
    assert_eq!(
        said[3],
        Said {
            provider: "two",
            word: accepted()
        }
    );
    assert_eq!(*outlet.first.got.borrow(), ["a", "d"]);
    assert_eq!(
        *outlet.second.expect("there is a second").got.borrow(),
        ["b", "d"]
    );
}

#[test]
fn no_time_for_the_second_leaves_the_word_of_the_first() {
    let down = Sent::Unavailable(Some(7), String::new());
    let outlet = Outlet {
        first: scripted("one", down.clone(), Found::No),
        second: Some(scripted("two", Sent::NotBegun, Found::No)),
    };
    let said = send(&outlet, &[message("a", None)]);
    assert_eq!(
        said[0],
        Said {
            provider: "one",
            word: down
        }
    );
}

fn asked() -> Asked {
    Asked {
        notification_id: String::new(),
        repeat_id: String::new(),
        recipient: None,
        text: None,
        first_attempt_at: 0,
        quiet_since: 0,
        now: SETTLED_MS,
    }
}

fn yes() -> Found {
    Found::Yes {
        provider_message_id: "id".to_owned(),
        sent_at: 0,
    }
}

#[test]
fn whoever_may_have_been_called_is_asked() {
    let outlet = Outlet {
        first: scripted("one", accepted(), Found::No),
        second: Some(scripted("two", accepted(), yes())),
    };
    let find = |called| together(block_on(outlet.find(called, &asked())));
    assert_eq!(
        find(None),
        Said {
            provider: "two",
            word: yes()
        }
    );
    assert_eq!(
        find(Some("one")),
        Said {
            provider: "one",
            word: Found::No
        }
    );
    assert_eq!(find(Some("gone")).word, Found::Unclear(GONE.to_owned()));
}

#[test]
fn only_if_nobody_has_it_may_it_go_out_again() {
    let unclear = || Found::Unclear(String::new());
    let gave_up = || Found::Rejected(Reason::ProviderRejected, String::new());
    for (one, two, expected) in [
        (Found::No, Found::No, Found::No),
        (Found::No, yes(), yes()),
        (unclear(), yes(), yes()),
        (Found::No, unclear(), unclear()),
        (Found::Repeatable, unclear(), unclear()),
        (gave_up(), unclear(), unclear()),
        (Found::Repeatable, Found::No, Found::Repeatable),
        (gave_up(), Found::No, gave_up()),
    ] {
        for (one, two) in [(one.clone(), two.clone()), (two, one)] {
            let said = [("one", one), ("two", two)].map(|(provider, word)| Said { provider, word });
            assert_eq!(together(said.into()).word, expected);
        }
    }
}

#[test]
fn a_candidate_is_ours_by_its_words_and_by_being_nobody_elses() {
    let candidate = |id: &str, sent_at, same_words| Candidate {
        provider_message_id: id.to_owned(),
        sent_at,
        same_words,
    };
    let taken: HashSet<String> = ["taken".to_owned()].into();
    let check = |candidates: &[Candidate], now, expected: &str| {
        let asked = Asked { now, ..asked() };
        let told = match among(candidates.to_vec(), &taken, &asked) {
            Found::Yes {
                provider_message_id,
                ..
            } => provider_message_id,
            Found::No => "no".to_owned(),
            Found::Unclear(_) => "unclear".to_owned(),
            other => format!("{other:?}"),
        };
        assert_eq!(told, expected);
    };
    check(&[], SETTLED_MS, "no");
    check(&[], SETTLED_MS - 1, "unclear");
    check(&[candidate("taken", 1, true)], SETTLED_MS, "no");
    check(
        &[
            candidate("taken", 1, true),
            candidate("b", 3, true),
            candidate("a", 2, true),
        ],
        SETTLED_MS,
        "a",
    );
    check(&[candidate("a", 2, false)], SETTLED_MS, "unclear");
    check(&[candidate("a", 1, false), candidate("b", 2, true)], 0, "b");
}
