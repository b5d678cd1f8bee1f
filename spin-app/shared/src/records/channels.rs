//! Which channels send. A switch is kept as a mark: its value is the instant of the last change, negative for off, and its
//! note what was said then. So delivery reads both switches with what it reads anyway.

use super::RecordsError;
use crate::core::{ALL_ON, Channel, Code, Instant, Switches, code};

/// A channel's switch. One that nobody ever touched is on.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelState {
    /// The channel.
    pub channel: Channel,
    /// Whether it sends.
    pub sending: bool,
    /// When it was last changed.
    pub changed_at: Option<Instant>,
    /// What was said then.
    pub reason: Option<String>,
}

/// The port.
#[allow(async_fn_in_trait)]
pub trait Channels {
    /// All channels, in the order of the contract.
    async fn channels(&self) -> Result<Vec<ChannelState>, RecordsError>;

    /// Keeps a switch if it was last changed at `before`; false when somebody was faster.
    async fn set_channel(
        &self,
        state: &ChannelState,
        before: Option<Instant>,
    ) -> Result<bool, RecordsError>;
}

/// The mark's name.
pub fn mark_of(channel: Channel) -> String {
    format!("channel_{}", code(channel))
}

/// The mark's value.
pub fn value_of(state: &ChannelState) -> i64 {
    let at = state.changed_at.unwrap_or(0).max(1);
    if state.sending { at } else { -at }
}

/// The switches in marks and their notes; others are passed over.
pub fn states(marks: &[(String, i64, Option<String>)]) -> Vec<ChannelState> {
    let state = |(channel, _): &(Channel, &str)| {
        let name = mark_of(*channel);
        let found = marks.iter().find(|(known, _, _)| *known == name);
        ChannelState {
            channel: *channel,
            sending: found.is_none_or(|(_, value, _)| *value >= 0),
            changed_at: found.map(|(_, value, _)| value.abs()),
            reason: found.and_then(|(_, _, note)| note.clone()),
        }
    };
    Channel::TABLE.iter().map(state).collect()
}

/// The same for the fence.
pub fn switches(states: &[ChannelState]) -> Switches {
    let mut switches = ALL_ON;
    for state in states {
        match state.channel {
            Channel::Email => switches.email = state.sending,
            Channel::Sms => switches.sms = state.sending,
        }
    }
    switches
}
