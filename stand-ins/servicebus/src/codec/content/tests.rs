use std::sync::Arc;

use super::*;
use crate::broker::{Lock, State};
use crate::guid::Guid;
use expect_test::{Expect, expect};
use proptest::prelude::*;

fn unhex(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let pair = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap();
    digits.chunks(2).map(pair).collect()
}

fn show(content: &Content) -> String {
    format!(
        "id={:?} subject={:?} ttl={:?} due={:?} annotations={:?} application={:?} body={:?}",
        content.id(),
        content.properties.subject,
        content.ttl_ms,
        content.due_ms,
        content.annotations.keys().collect::<Vec<_>>(),
        content.application.as_inner(),
        String::from_utf8_lossy(&body_bytes(&content.body)),
    )
}

#[track_caller]
fn check(hex: &str, expected: Expect) {
    let seen = match decode(&unhex(hex)) {
        Ok(content) => show(&content),
        Err(malformed) => malformed.to_string(),
    };
    expected.assert_eq(&seen);
}

#[test]
fn messages_as_the_vendors_clients_write_them() {
    // Python: narrow encodings, a due time, an application property.
    check(
        "005372c12802a31c782d6f70742d7363686564756c65642d656e71756575652d74696d6583000001a20751f2c0
         005373c00906a1016140404040 40 005374c10602a1016e5400 005375a006626f64792d30",
        expect![[
            r#"id=Some("a") subject=None ttl=None due=Some(1795419140800) annotations=[] application={"n": Int(0)} body="body-0""#
        ]],
    );
    // JavaScript: wide encodings, an empty header and annotations, a body in JSON.
    check(
        "00537045 005372d10000000400000000 005373d00000000e00000001a10865786d706c652d31 005375a0082273696e676c6522",
        expect![[
            r#"id=Some("exmple-1") subject=None ttl=None due=None annotations=[] application={} body="\"single\"""#
        ]],
    );
    // A header with a time to live, an annotation of the sender's own, a body that is a value.
    check(
        "005370c0080340407000000bb8 005372c11902a313782d6f70742d706172746974696f6e2d6b6579a10162 005377a10568656c6c6f",
        expect![[
            r#"id=None subject=None ttl=Some(3000) due=None annotations=[Symbol(Symbol("x-opt-partition-key"))] application={} body="hello""#
        ]],
    );
    check(
        "",
        expect![[
            r#"id=None subject=None ttl=None due=None annotations=[] application={} body="""#
        ]],
    );
}

#[test]
fn what_is_no_message_says_so() {
    check(
        "40",
        expect!["a value with a numeric descriptor was expected"],
    );
    check(
        "005379 45",
        expect!["a message has a section that there is not"],
    );
    check("005375a0ff00", expect!["a value is cut short"]);
    check(
        "005373a10161",
        expect!["a value is not of the type that belongs here"],
    );
    check("005372c10602a301610045", expect!["a value is cut short"]);
}

#[test]
fn a_message_leaves_with_what_the_broker_knows() {
    let sent = unhex("005370c0080340407000000bb8 005373c00401a1016b 005375a00178");
    let entry = Entry {
        sequence_number: 72_043_423_689_408_512,
        content: Arc::new(decode(&sent).unwrap()),
        state: State::Active,
        lock: Some(Lock {
            token: Guid([7; 16]),
            until_ms: 1_795_422_577_000,
        }),
        enqueued_ms: 1_795_422_517_000,
        failed_deliveries: 3,
        expires_ms: None,
        dead_letter_of: Some("probe".into()),
    };
    let bytes = encode(&entry);
    let annotations = sections(&bytes).unwrap()[1].1;
    let annotations = read::<MessageAnnotations>(annotations).unwrap().0;
    let seen: Vec<String> = annotations
        .iter()
        .map(|(key, value)| format!("{key:?}={value:?}\n"))
        .collect();
    expect![[r#"
        Symbol(Symbol("x-opt-enqueued-time"))=Timestamp(Timestamp(1795422517000))
        Symbol(Symbol("x-opt-sequence-number"))=Long(72043423689408512)
        Symbol(Symbol("x-opt-enqueue-sequence-number"))=Long(0)
        Symbol(Symbol("x-opt-message-state"))=Int(0)
        Symbol(Symbol("x-opt-locked-until"))=Timestamp(Timestamp(1795422577000))
        Symbol(Symbol("x-opt-deadletter-source"))=String("probe")
    "#]]
    .assert_eq(&seen.concat());

    let again = decode(&bytes).unwrap();
    assert_eq!(again.header.delivery_count, 3);
    assert_eq!(again.ttl_ms, Some(3_000));
    assert!(
        again.annotations.is_empty(),
        "a message sent on starts afresh"
    );
    assert_eq!(again.body, entry.content.body);
}

#[test]
fn a_batch_is_its_members() {
    let member = unhex("005373c00401a1016b 005375a00178");
    let mut batch = unhex("005373c00401a1016b");
    for _ in 0..3 {
        batch.extend_from_slice(&data_section(&member));
    }
    let members = decode_batch(&batch).unwrap();
    assert_eq!(members, vec![decode(&member).unwrap(); 3]);
    assert!(decode_batch(&data_section(b"rubbish")).is_err());
}

#[test]
fn every_captured_message_is_read() {
    let root = std::env::var("PUNCTUAL_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    for name in ["wire-python.hex", "wire-js.hex"] {
        let Ok(lines) = std::fs::read_to_string(format!("{root}/data/wire/{name}")) else {
            println!("SKIPPED: the captures in {name} (../shared/data is not here)");
            continue;
        };
        let mut count = 0;
        for line in lines.lines().filter(|line| line.contains(" message ")) {
            let bytes = unhex(line.rsplit(' ').next().unwrap());
            let content = decode(&bytes).unwrap_or_else(|malformed| panic!("{malformed}: {line}"));
            assert!(!content.body.is_empty());
            count += 1;
        }
        assert!(count > 10, "{name} has {count} messages");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        let _ = (decode(&bytes), decode_batch(&bytes), body_bytes(&bytes));
    }

    /// Random bytes rarely come far; a good message with a few bytes changed does.
    #[test]
    fn no_damage_panics(at in 0usize..140, byte in any::<u8>(), cut in 0usize..140) {
        let mut bytes = unhex(
            "005370c0080340407000000bb8 005372c12802a31c782d6f70742d7363686564756c65642d656e71756575652d74696d65
             83000001a20751f2c0 005373c00906a1016140404040 40 005374c10602a1016e5400 005375a006626f64792d30",
        );
        let length = bytes.len();
        bytes[at % length] = byte;
        bytes.truncate(length - cut % length);
        let _ = (decode(&bytes), decode_batch(&bytes), body_bytes(&bytes));
    }
}
