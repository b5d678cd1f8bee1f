//! The channels' switches.

use punctual_app::core::{Channel, Instant};
use punctual_app::records::Records;
use punctual_app::records::channels::{ChannelState, Channels};

use super::{Desk, NOW, booked, fresh, row_id, store, write};

fn state(channel: Channel, sending: bool, at: Instant, reason: Option<&str>) -> ChannelState {
    ChannelState {
        channel,
        sending,
        changed_at: Some(at),
        reason: reason.map(str::to_owned),
    }
}

async fn all<D: Desk>(desk: &D) -> Vec<ChannelState> {
    desk.records().channels().await.expect("readable")
}

pub async fn both_are_on_until_somebody_switches_one_off<D: Desk>(desk: &D) {
    let untouched = all(desk).await;
    let told: Vec<_> = untouched
        .iter()
        .map(|it| (it.channel, it.sending))
        .collect();
    assert_eq!(told, [(Channel::Email, true), (Channel::Sms, true)]);
    assert!(untouched.iter().all(|it| it.changed_at.is_none()));
    // Other marks are no switches.
    desk.records().set_mark("channel", None, -1).await.unwrap();
    assert_eq!(all(desk).await, untouched);

    let off = state(Channel::Sms, false, NOW, Some("it's \"wrong\""));
    assert!(desk.records().set_channel(&off, None).await.unwrap());
    assert_eq!(all(desk).await, [untouched[0].clone(), off]);
    let on = state(Channel::Sms, true, NOW + 1, None);
    assert!(desk.records().set_channel(&on, Some(NOW)).await.unwrap());
    assert_eq!(all(desk).await, [untouched[0].clone(), on]);
}

pub async fn a_switch_is_set_only_over_what_was_seen<D: Desk>(desk: &D) {
    let (first, second) = (
        state(Channel::Email, false, NOW, None),
        state(Channel::Email, true, NOW + 5, None),
    );
    let set = async |state: &ChannelState, before| {
        let done = desk.another().records().set_channel(state, before).await;
        done.expect("a switch can be set")
    };
    assert!(!set(&first, Some(NOW)).await);
    assert!(set(&first, None).await);
    assert!(!set(&second, None).await);
    assert!(!set(&second, Some(NOW + 5)).await);
    assert_eq!(all(desk).await[0], first);
    assert!(set(&second, Some(NOW)).await);
    assert_eq!(all(desk).await[0], second);
}

pub async fn whoever_delivers_learns_it_with_the_rows<D: Desk>(desk: &D) {
    store(desk, &[booked(1)]).await;
    write(desk, &mut [fresh(1, 1)]).await;
    let switches = async || {
        let due = desk.records().for_delivery(&[row_id(1)]).await.unwrap();
        assert_eq!(due.rows.len(), 1);
        (due.switches.email, due.switches.sms)
    };
    assert_eq!(switches().await, (true, true));
    let off = state(Channel::Email, false, NOW, None);
    desk.records().set_channel(&off, None).await.unwrap();
    assert_eq!(switches().await, (false, true));
    let off = state(Channel::Sms, false, NOW, None);
    desk.records().set_channel(&off, None).await.unwrap();
    assert_eq!(switches().await, (false, false));
    let on = state(Channel::Email, true, NOW + 1, None);
    desk.records().set_channel(&on, Some(NOW)).await.unwrap();
    assert_eq!(switches().await, (true, false));
}
