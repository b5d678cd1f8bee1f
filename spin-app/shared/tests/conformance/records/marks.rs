//! Marks are set by whoever saw them last.

use punctual_app::records::Records;

use super::Desk;

pub async fn a_mark_is_set_only_over_what_was_seen<D: Desk>(desk: &D) {
    let records = desk.records();
    assert_eq!(records.mark("a").await.unwrap(), None);
    // Name, expected, value, whether it is set.
    let steps = [
        ("a", Some(0), 1, false),
        ("a", None, 1, true),
        ("a", None, 2, false),
        ("a", None, 1, false),
        ("a", Some(2), 3, false),
        ("a", Some(1), 0, true),
        ("a", None, 5, false),
        ("a", Some(0), i64::MIN, true),
        ("a", Some(i64::MIN), i64::MAX, true),
        ("a", Some(i64::MAX), i64::MAX, true),
        ("b", Some(i64::MAX), 1, false),
        ("b", None, -1, true),
    ];
    let mut value = std::collections::HashMap::new();
    for (name, expected, next, set) in steps {
        let done = records.set_mark(name, expected, next).await.unwrap();
        assert_eq!(done, set, "{name} {expected:?} {next}");
        if set {
            value.insert(name, next);
        }
        let mark = records.mark(name).await.unwrap();
        assert_eq!(mark, value.get(name).copied(), "{name} {expected:?} {next}");
    }
}
