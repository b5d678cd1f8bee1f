//! Bytes that genuine peers were seen to send, and what we make of them and in their place.

mod support;

use expect_test::expect;
use punctual_servicebus::{
    codec::{
        Value,
        frame::{Frame, FrameBuffer, SaslFrame, write_heartbeat},
        message::{Body, Message},
    },
    ops::{
        cbs,
        lock::{LockToken, renew_lock},
        management::Request,
        peek::peek_messages,
        schedule::{SequenceNumber, cancel_scheduled},
    },
};
use support::{hex, to_hex};

fn frame(text: &str) -> Frame {
    let mut buffer = FrameBuffer::new(65_536);
    buffer.feed(&hex(text));
    let frame = buffer.frame().unwrap().unwrap();
    assert_eq!(buffer.pending_bytes(), 0);
    frame
}

/// Service Bus, in noodlefrenzy/node-amqp10#299: an array of sym32.
#[test]
fn mechanisms_of_service_bus() {
    let offered = frame(
        "0000003f02010000 005340c03201e02f04b3 00000007 4d535342434253 00000005 504c41494e
         00000009 414e4f4e594d4f5553 00000008 45585445524e414c",
    );
    let names = ["MSSBCBS", "PLAIN", "ANONYMOUS", "EXTERNAL"].map(str::to_owned);
    assert_eq!(offered, Frame::Sasl(SaslFrame::Mechanisms(names.to_vec())));
}

/// The standard allows one symbol in place of an array of one.
#[test]
fn a_lone_mechanism() {
    let offered = frame("00000019 02010000 005340c00c01 a309 414e4f4e594d4f5553");
    let names = vec!["ANONYMOUS".to_owned()];
    assert_eq!(offered, Frame::Sasl(SaslFrame::Mechanisms(names)));
}

/// The gateway of Azure, in Azure/azure-iot-sdk-node#1089.
#[test]
fn open_of_azure() {
    let open = frame(
        "0000005b02000000 005310c04e0a
         a12e446576696365476174657761795f3764616230663432633536323431633362653562393332383335666332313734
         a1096c6f63616c686f7374 7000010000 601fff 700003a980 4040404040",
    );
    let Frame::Amqp {
        channel: 0,
        performative,
        payload,
    } = open
    else {
        panic!("{open:?}");
    };
    assert!(payload.is_empty());
    expect![[r#"Open(Open { container_id: "DeviceGateway_7dab0f42c56241c3be5b932835fc2174", hostname: Some("localhost"), max_frame_size: MaxFrameSize(65536), channel_max: ChannelMax(8191), idle_time_out: Some(240000), outgoing_locales: None, incoming_locales: None, offered_capabilities: None, desired_capabilities: None, properties: None })"#]].assert_eq(&format!("{performative:?}"));
}

#[test]
fn heartbeat() {
    let mut bytes = Vec::new();
    write_heartbeat(&mut bytes);
    assert_eq!(to_hex(&bytes), "0000000802000000");
}

/// The body of a request as we write it.
#[track_caller]
fn check_body(request: &Request, expected: &str) {
    let message = request.encode("id", "reply", 14_000).unwrap();
    let expected = to_hex(&hex(expected));
    let message = to_hex(&message);
    assert!(
        message.ends_with(&expected),
        "{message} does not end with {expected}"
    );
}

/// Byte for byte what the SDK for Python 7.15.0 sends. Numbers in an array are 8 bytes each: one SDK that wrote them short had
/// the wrong messages cancelled (azure-service-bus-go#177).
#[test]
fn bodies_of_requests() {
    check_body(
        &cancel_scheduled(&[SequenceNumber(2)]),
        "005377c11f02a11073657175656e63652d6e756d62657273e00a01810000000000000002",
    );
    check_body(
        &peek_messages(SequenceNumber(1), 10),
        "005377c12a04a11466726f6d2d73657175656e63652d6e756d6265725501a10d6d6573736167652d636f756e74540a",
    );
    let token = LockToken::from_delivery_tag(&hex("24b80918bd1fe9120bb40db9544b1a77")).unwrap();
    check_body(
        &renew_lock(token),
        "005377c12202a10b6c6f636b2d746f6b656e73e0120198 1809b8241fbd12e90bb40db9544b1a77",
    );
}

/// The body of a captured message, whichever widths its writer chose.
fn body(text: &str) -> String {
    let message = Message::decode(&hex(text)).unwrap();
    let Body::Value(Value::Map(map)) = &message.body else {
        panic!("{message:?}");
    };
    let entry = |(key, value)| format!("{key:?}: {value:?}");
    let entries: Vec<String> = map.iter().map(entry).collect();
    entries.join("\n")
}

#[test]
fn narrow_and_wide_say_the_same() {
    let narrow = body(
        "005373c0300d98908b2e4054734b31a62dd39dc1ed5b09404040a11170726f62652f246d616e6167656d656e74404040
         4040404040005374c1a608a1146173736f6369617465642d6c696e6b2d6e616d65a12436363237636361392d34346364
         2d346662322d616633372d386665306138646130396236a11c636f6d2e6d6963726f736f66743a7365727665722d7469
         6d656f7574700000ea60a1096f7065726174696f6ea126636f6d2e6d6963726f736f66743a63616e63656c2d73636865
         64756c65642d6d657373616765a10474797065a10b656e746974792d6d676d74005377c11f02a11073657175656e6365
         2d6e756d62657273e00a01810000000000000002",
    );
    let wide = body(
        "005377d10000002800000002a11073657175656e63652d6e756d62657273f00000000d00000001810000000000000002",
    );
    assert_eq!(narrow, wide);
    expect![[r#"String("sequence-numbers"): Array(Array([Long(2)]))"#]].assert_eq(&wide);
}

/// A batch of three, with the envelope that the SDK for Python puts around it.
#[test]
fn a_batch_is_data_sections() {
    let member = "005375a003010203";
    let batch = format!(
        "005373c00401a10164 {}",
        format!("005375a008{member}").repeat(3)
    );
    let message = Message::decode(&hex(&batch)).unwrap();
    assert_eq!(message.body, Body::Data(vec![hex(member); 3]));
}

/// Against the SDK for Python, whose token had this signature.
#[test]
fn a_token() {
    let audience = cbs::audience("localhost:5994", "probe");
    let token = punctual_servicebus::sas::token(
        &audience,
        "RootManageSharedAccessKey",
        "SAS_KEY_VALUE",
        1_795_422_577,
    );
    assert_eq!(
        token,
        "SharedAccessSignature sr=sb%3A%2F%2Flocalhost%3A5994%2Fprobe\
         &sig=8cGM6pdGAnvriY9u%2FYqJyFPca2eOghp3LH7Q405mNGw%3D\
         &se=1795422577&skn=RootManageSharedAccessKey"
    );
}

/// Signatures made by the SDK for Python, if they are there.
#[test]
fn tokens_of_the_sdk() {
    let Some(text) = support::shared("vectors/servicebus_sas.json") else {
        return;
    };
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let vectors = json["vectors"].as_array().unwrap();
    assert!(!vectors.is_empty());
    for vector in vectors {
        let text = |key: &str| vector[key].as_str().unwrap().to_owned();
        let expires_at_s = vector["expiry"].as_i64().unwrap();
        let (resource, name, key) = (text("resource_uri"), text("key_name"), text("key"));
        let token = punctual_servicebus::sas::token(&resource, &name, &key, expires_at_s);
        assert_eq!(token, text("token"), "{}", text("name"));
    }
}
