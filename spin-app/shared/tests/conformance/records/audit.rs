//! The audit trail.

use punctual_app::core::Instant;
use punctual_app::records::audit::{Audit, AuditEntry};

use super::{Desk, NOW};

fn entry(n: u32, at: Instant, subject: Option<&str>) -> AuditEntry {
    AuditEntry {
        id: format!("c0000000-0000-4000-8000-{n:012}"),
        at,
        role: "staff".to_owned(),
        action: "reminder.cancel".to_owned(),
        subject: subject.map(str::to_owned),
        outcome: "done".to_owned(),
    }
}

pub async fn entries_come_back_the_newest_first<D: Desk>(desk: &D) {
    let records = desk.records();
    records.note(&[]).await.unwrap();
    let all: Vec<_> = (1..=5)
        .map(|n| {
            let subject = (n % 2 == 0).then_some("email");
            // Two of the same time each, in the order of nothing.
            entry(n, NOW + i64::from(n / 2) * D::TICK_MS, subject)
        })
        .collect();
    records.note(&all[..2]).await.unwrap();
    records.note(&all[2..]).await.unwrap();
    for limit in 1..=6 {
        let (mut seen, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = records.audit(None, after.as_deref(), limit).await.unwrap();
            assert!(page.items.len() <= limit as usize);
            seen.extend(page.items);
            let Some(next) = page.next else { break };
            after = Some(next);
        }
        let mut expected = all.clone();
        expected.reverse();
        assert_eq!(seen, expected, "{limit} a page");
    }
    let some = records.audit(Some("email"), None, 10).await.unwrap();
    assert_eq!(some.items, [all[3].clone(), all[1].clone()]);
    let none = records.audit(Some("' or 1 eq 1"), None, 10).await.unwrap();
    assert!(none.items.is_empty());
}

pub async fn an_entry_is_there_once<D: Desk>(desk: &D) {
    let once = entry(1, NOW, None);
    desk.records()
        .note(std::slice::from_ref(&once))
        .await
        .unwrap();
    // Its answer was lost; what is there already stays as it is.
    let again = AuditEntry {
        outcome: "refused 409".to_owned(),
        ..once.clone()
    };
    desk.another().records().note(&[again]).await.unwrap();
    let all = desk.records().audit(None, None, 10).await.unwrap();
    assert_eq!(all.items, [once]);
}
