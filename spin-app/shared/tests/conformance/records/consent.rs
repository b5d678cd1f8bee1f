//! Who must not be written to, and who else is the same person.

use punctual_app::core::{Channel, NotificationStatus, Reason};
use punctual_app::records::Records;
use punctual_app::records::consent::{Consent, Suppression};

use super::{Desk, HOUR_MS, NOW, booked, fresh, store, write};

fn entry(channel: Channel, address: &str, reason: Reason) -> Suppression {
    Suppression {
        channel,
        address: address.to_owned(),
        reason,
        source: "test",
    }
}

async fn suppress<D: Desk>(desk: &D, entry: &Suppression) -> bool {
    let done = desk.records().suppress(entry, NOW).await;
    done.expect("an address can be suppressed")
}

async fn suppressed<D: Desk>(
    desk: &D,
    asked: &[(Channel, &str)],
) -> Vec<(Channel, String, Reason)> {
    let asked: Vec<_> = asked.iter().map(|(c, a)| (*c, (*a).to_owned())).collect();
    let mut found = desk.records().suppressed(&asked).await.expect("readable");
    found.sort_by(|a, b| a.1.cmp(&b.1));
    found
}

pub async fn what_is_suppressed_is_found_on_its_channel_alone<D: Desk>(desk: &D) {
    assert!(
        suppressed(desk, &[(Channel::Email, "a@example.com")])
            .await
            .is_empty()
    );
    assert!(
        suppress(
            desk,
            &entry(Channel::Email, "a@example.com", Reason::AddressSuppressed)
        )
        .await
    );
    assert!(suppress(desk, &entry(Channel::Sms, "+12025550114", Reason::OptedOut)).await);
    let asked = [
        (Channel::Email, "a@example.com"),
        (Channel::Sms, "a@example.com"),
        (Channel::Email, "+12025550114"),
        (Channel::Email, "'; DROP TABLE suppressions; --"),
        (Channel::Sms, "+12025550114"),
    ];
    let found = suppressed(desk, &asked).await;
    let expected = [
        (Channel::Sms, "+12025550114".to_owned(), Reason::OptedOut),
        (
            Channel::Email,
            "a@example.com".to_owned(),
            Reason::AddressSuppressed,
        ),
    ];
    assert_eq!(found, expected);
    assert!(suppressed(desk, &[]).await.is_empty());
}

pub async fn who_says_it_again_says_nothing_new<D: Desk>(desk: &D) {
    let stop = entry(Channel::Sms, "+12025550114", Reason::OptedOut);
    assert!(suppress(desk, &stop).await);
    assert!(!suppress(desk, &stop).await);
    assert!(!suppress(&desk.another(), &stop).await);
}

pub async fn the_list_has_the_newest_first_and_filters<D: Desk>(desk: &D) {
    let records = desk.records();
    let all = [
        entry(Channel::Email, "a@example.com", Reason::AddressSuppressed),
        entry(Channel::Sms, "+12025550114", Reason::OptedOut),
        entry(Channel::Email, "b@example.com", Reason::OptedOut),
        entry(Channel::Email, "b@example.com", Reason::AddressSuppressed),
    ];
    for (entry, n) in all.iter().zip(0..) {
        let done = records.suppress(entry, NOW + n * D::TICK_MS).await;
        assert!(done.expect("an address can be suppressed"));
    }
    let told = async |channel, text: Option<&str>, limit| {
        let (mut seen, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = records.suppressions(channel, text, after.as_deref(), limit);
            let page = page.await.expect("readable");
            seen.extend(page.items.into_iter().map(|it| {
                assert_eq!(it.source, "test");
                let place = (it.since - NOW) / D::TICK_MS;
                let entry = &all[usize::try_from(place).unwrap()];
                assert_eq!(
                    (it.channel, &it.address, it.reason),
                    (entry.channel, &entry.address, entry.reason)
                );
                place
            }));
            let Some(next) = page.next else { break seen };
            after = Some(next);
        }
    };
    for limit in [1, 2, 100] {
        assert_eq!(told(None, None, limit).await, [3, 2, 1, 0]);
    }
    assert_eq!(told(Some(Channel::Email), None, 2).await, [3, 2, 0]);
    assert_eq!(told(None, Some("B@exa"), 100).await, [3, 2]);
    assert_eq!(told(Some(Channel::Sms), Some("0114"), 100).await, [1]);
    assert!(told(None, Some("'%_"), 100).await.is_empty());
}

pub async fn one_of_the_list_is_taken_back_whatever_its_reason<D: Desk>(desk: &D) {
    let (records, bounced) = (
        desk.records(),
        entry(Channel::Email, "a@example.com", Reason::AddressSuppressed),
    );
    assert!(suppress(desk, &bounced).await);
    let find = async || {
        let found = records.suppression(Channel::Email, "a@example.com", bounced.reason);
        found.await.expect("readable")
    };
    let listed = find().await.expect("it is there");
    let other = records.suppression(Channel::Email, "a@example.com", Reason::OptedOut);
    assert_eq!(other.await.unwrap(), None);
    // The id says nothing of the address, and is another one's neither.
    assert!(
        !records
            .unsuppress("b0000000-0000-4000-8000-000000000001")
            .await
            .unwrap()
    );
    assert!(!records.unsuppress("' OR true --").await.unwrap());
    assert!(records.unsuppress(&listed.id).await.unwrap());
    assert!(!records.unsuppress(&listed.id).await.unwrap());
    assert_eq!(find().await, None);
}

pub async fn only_what_the_person_said_is_taken_back<D: Desk>(desk: &D) {
    let (channel, number) = (Channel::Sms, "+12025550114");
    assert!(suppress(desk, &entry(channel, number, Reason::AddressSuppressed)).await);
    assert!(suppress(desk, &entry(channel, number, Reason::OptedOut)).await);
    let found = suppressed(desk, &[(channel, number)]).await;
    assert_eq!(found, [(channel, number.to_owned(), Reason::OptedOut)]);
    assert!(
        desk.records()
            .lift(channel, number)
            .await
            .expect("liftable")
    );
    assert!(
        !desk
            .records()
            .lift(channel, number)
            .await
            .expect("liftable")
    );
    let found = suppressed(desk, &[(channel, number)]).await;
    assert_eq!(
        found,
        [(channel, number.to_owned(), Reason::AddressSuppressed)]
    );
}

pub async fn a_row_is_found_by_what_its_provider_calls_it<D: Desk>(desk: &D) {
    store(desk, &[booked(1)]).await;
    let mut rows = [fresh(1, 1), fresh(2, 1), fresh(3, 1)];
    for (row, provider) in rows.iter_mut().zip(["twilio", "acs", "twilio"]) {
        row.provider = Some(provider.to_owned());
        row.provider_message_id = Some("SM1".to_owned());
        row.first_attempt_at = Some(NOW);
        row.held_by = Some(provider.to_owned());
        row.template = Some("reminder/en@1".to_owned());
    }
    rows[2].provider_message_id = None;
    write(desk, &mut rows).await;
    let ids = ["SM1".to_owned(), "SM2".to_owned()];
    let found = desk
        .records()
        .of_provider("twilio", &ids)
        .await
        .expect("readable");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].core.id, rows[0].core.id);
    assert_eq!(found[0].first_attempt_at, Some(NOW));
    assert_eq!(found[0].held_by.as_deref(), Some("twilio"));
    assert_eq!(found[0].template.as_deref(), Some("reminder/en@1"));
    let none = desk
        .records()
        .of_provider("twilio", &[])
        .await
        .expect("readable");
    assert!(none.is_empty());
}

pub async fn the_same_person_is_who_has_the_same_address_or_number<D: Desk>(desk: &D) {
    let mut all = [booked(1), booked(2), booked(3), booked(4)];
    let contacts = [
        (Some("Zoe@example.com"), Some("+12025550114")),
        // What somebody typed before it is not seen everywhere.
        (
            Some(if D::MERGES {
                " zoe@example.com"
            } else {
                "zoe@Example.com"
            }),
            None,
        ),
        (None, Some("+12025550114")),
        (Some("else@example.com"), None),
    ];
    for (dated, (email, phone)) in all.iter_mut().zip(contacts) {
        dated.appointment.email = email.map(str::to_owned);
        dated.appointment.phone = phone.map(str::to_owned);
    }
    store(desk, &all).await;
    let mut rows = [
        fresh(1, 1),
        fresh(2, 2),
        fresh(3, 3),
        fresh(4, 4),
        fresh(5, 3),
        fresh(9, 3),
    ];
    rows[4].core.status = NotificationStatus::Canceled;
    write(desk, &mut rows).await;
    let others = desk
        .records()
        .others(&all[0].appointment, NOW, NOW + 8 * HOUR_MS)
        .await;
    let others: Vec<String> = others
        .expect("readable")
        .into_iter()
        .map(|row| row.core.id)
        .collect();
    assert_eq!(others, [rows[1].core.id.clone(), rows[2].core.id.clone()]);
    let nobody = booked(7).appointment;
    let none = desk.records().others(&nobody, NOW, NOW + 8 * HOUR_MS).await;
    assert!(none.expect("readable").is_empty());
}
