//! A person writes back: stop, or start again.

use super::{App, FlowError};
use crate::core::consent::{Reply as Said, read_reply};
use crate::core::{Channel, Reason};
use crate::receipts::Reply;
use crate::records::Records;
use crate::records::consent::{Consent, Suppression};

/// What follows from a reply.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Follows {
    /// Nothing more.
    Nothing,
    /// One text that confirms the stop.
    Confirm,
}

/// Does what the person says. The number is suppressed before anything is confirmed, and only whoever suppressed it
/// confirms: so a repeated webhook confirms nothing twice. A death in between costs the confirmation, never the stop.
pub async fn take<R: Records + Consent, Q>(
    app: &App<'_, R, Q>,
    reply: &Reply,
) -> Result<Follows, FlowError> {
    let (mark, follows) = match read_reply(&reply.text) {
        Some(Said::Stop) => {
            let entry = Suppression {
                channel: Channel::Sms,
                address: reply.from.clone(),
                reason: Reason::OptedOut,
                source: "reply",
            };
            let is_new = app.records.suppress(&entry, (app.clock)()).await?;
            // Where the carrier answers by itself, a second answer would be one too many, and would not arrive.
            let confirm = is_new && !reply.answered;
            (
                "replies_stop",
                if confirm {
                    Follows::Confirm
                } else {
                    Follows::Nothing
                },
            )
        }
        // From somebody who had said stop, YES is what carriers take for START; from anybody else it lifts nothing.
        Some(Said::Start | Said::Yes) => {
            let lifted = app.records.lift(Channel::Sms, &reply.from).await?;
            (
                if lifted {
                    "replies_start"
                } else {
                    "replies_other"
                },
                Follows::Nothing,
            )
        }
        // Carriers and providers answer HELP by themselves.
        Some(Said::Help) | None => ("replies_other", Follows::Nothing),
    };
    app.records.raise(&[(mark, 1)]).await;
    Ok(follows)
}
