//! How long the service waits on a connection, and for what (AMQP limits and timeouts in its protocol guide). All by
//! the steady clock.

use super::Now;

/// What the service's `open` says.
pub(super) const IDLE_TIME_OUT_MS: u32 = 240_000;
const LONGEST_HANDSHAKE_MS: u64 = 60_000;
const LONGEST_WITHOUT_TOKEN_MS: u64 = 20_000;
const LONGEST_WITHOUT_LINK_MS: u64 = 300_000;

/// What happened last, and when.
pub(super) struct Patience {
    opened_ms: u64,
    heard_ms: u64,
    said_ms: u64,
    linked_ms: u64,
    peer_idle_ms: Option<u64>,
    is_open: bool,
    /// A token was shown, though it may have ended since.
    has_trusted: bool,
}

impl Patience {
    /// The connection was made.
    pub(super) fn new(now: Now) -> Self {
        let made_ms = now.steady_ms;
        Self {
            opened_ms: made_ms,
            heard_ms: made_ms,
            said_ms: made_ms,
            linked_ms: made_ms,
            peer_idle_ms: None,
            is_open: false,
            has_trusted: false,
        }
    }

    /// The client said something.
    pub(super) fn heard(&mut self, now: Now) {
        self.heard_ms = now.steady_ms;
    }

    /// Something was sent to the client.
    pub(super) fn said(&mut self, now: Now) {
        self.said_ms = now.steady_ms;
    }

    /// `open` came, with what the client takes for silence.
    pub(super) fn opened(&mut self, idle_time_out_ms: Option<u32>, now: Now) {
        self.is_open = true;
        self.peer_idle_ms = idle_time_out_ms
            .filter(|idle_ms| *idle_ms > 0)
            .map(u64::from);
        (self.opened_ms, self.linked_ms) = (now.steady_ms, now.steady_ms);
    }

    /// There is a token.
    pub(super) fn trusts(&mut self) {
        self.has_trusted = true;
    }

    /// There is a link.
    pub(super) fn linked(&mut self, now: Now) {
        self.linked_ms = now.steady_ms;
    }

    /// When the service ends the connection, if nothing happens until then, and why.
    pub(super) fn deadline(&self) -> (u64, &'static str) {
        if !self.is_open {
            return (
                self.opened_ms + LONGEST_HANDSHAKE_MS,
                "The handshake took too long.",
            );
        }
        let silent = (
            self.heard_ms + u64::from(IDLE_TIME_OUT_MS),
            "The connection was silent for longer than the idle timeout.",
        );
        let alone = (
            self.linked_ms + LONGEST_WITHOUT_LINK_MS,
            "The connection was inactive for more than the allowed 300000 milliseconds and is closed.",
        );
        let unknown = (
            self.opened_ms + LONGEST_WITHOUT_TOKEN_MS,
            "The connection did not show a token within 20 seconds.",
        );
        let unknown = (!self.has_trusted).then_some(unknown);
        let others = [Some(alone), unknown].into_iter().flatten();
        others.fold(
            silent,
            |first, other| if other.0 < first.0 { other } else { first },
        )
    }

    /// When the client must hear something: at half of what it takes for silence.
    pub(super) fn sign_of_life_ms(&self) -> Option<u64> {
        self.peer_idle_ms.map(|idle_ms| self.said_ms + idle_ms / 2)
    }
}
