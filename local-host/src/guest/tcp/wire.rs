//! A connection in memory. The guest holds one end, the harness the other.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Poll, Waker};

/// What a guest may have written that the other end has not taken yet.
const UNTAKEN_BYTES_MAX: usize = 1 << 20;

/// The harness's end of a connection. Clones share it. The guest's end ends with the guest.
#[derive(Clone)]
pub struct Wire {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Connecting,
    Open,
    Refused,
    /// The other end says no more.
    Finished,
    /// Broken off.
    Cut,
}

struct State {
    phase: Phase,
    from_guest: Vec<u8>,
    to_guest: VecDeque<u8>,
    guest_is_gone: bool,
    waiting: Vec<Waker>,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire")
            .field("phase", &self.lock().phase)
            .finish_non_exhaustive()
    }
}

impl Wire {
    fn lock(&self) -> MutexGuard<'_, State> {
        let state = self.shared.state.lock();
        state.expect("no holder of a wire panics")
    }

    fn change(&self, how: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        how(&mut state);
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Lets the guest in.
    pub fn accept(&self) {
        self.change(|state| state.phase = Phase::Open);
    }

    /// Nobody listens.
    pub fn refuse(&self) {
        self.change(|state| state.phase = Phase::Refused);
    }

    /// Takes up to `max` bytes of what the guest has sent.
    pub fn take(&self, max: usize) -> Vec<u8> {
        let mut taken = Vec::new();
        self.change(|state| {
            let count = state.from_guest.len().min(max);
            taken = state.from_guest.drain(..count).collect();
        });
        taken
    }

    /// Bytes that the guest has sent and nobody took.
    pub fn untaken(&self) -> usize {
        self.lock().from_guest.len()
    }

    /// Sends bytes to the guest.
    pub fn put(&self, bytes: &[u8]) {
        self.change(|state| state.to_guest.extend(bytes));
    }

    /// Says no more; the guest reads what is there and then the end.
    pub fn finish(&self) {
        self.change(|state| {
            if state.phase == Phase::Open {
                state.phase = Phase::Finished;
            }
        });
    }

    /// Breaks the connection off. What the guest has not read is lost, and so is what it sent and nobody took.
    pub fn cut(&self) {
        self.change(|state| {
            state.phase = Phase::Cut;
            state.to_guest.clear();
            state.from_guest.clear();
        });
    }

    /// Whether the guest has closed its end, or died.
    pub fn guest_is_gone(&self) -> bool {
        self.lock().guest_is_gone
    }
}

/// The guest's end.
pub(super) struct GuestEnd {
    wire: Wire,
}

impl Drop for GuestEnd {
    fn drop(&mut self) {
        self.wire.change(|state| state.guest_is_gone = true);
    }
}

impl GuestEnd {
    /// A new connection, not accepted yet, and its other end.
    pub(super) fn new() -> (Self, Wire) {
        let state = State {
            phase: Phase::Connecting,
            from_guest: Vec::new(),
            to_guest: VecDeque::new(),
            guest_is_gone: false,
            waiting: Vec::new(),
        };
        let wire = Wire {
            shared: Arc::new(Shared {
                state: Mutex::new(state),
            }),
        };
        (Self { wire: wire.clone() }, wire)
    }

    pub(super) fn phase(&self) -> Phase {
        self.wire.lock().phase
    }

    /// Bytes that came, at most `size`; none when there are none yet. An error: the connection has ended that way.
    pub(super) fn read(&self, size: usize) -> Result<Vec<u8>, Phase> {
        let mut state = self.wire.lock();
        let count = state.to_guest.len().min(size);
        if count > 0 || state.phase == Phase::Open {
            return Ok(state.to_guest.drain(..count).collect());
        }
        Err(state.phase)
    }

    /// How many bytes may be written now.
    pub(super) fn room(&self) -> Result<usize, Phase> {
        let state = self.wire.lock();
        match state.phase {
            Phase::Open => Ok(UNTAKEN_BYTES_MAX.saturating_sub(state.from_guest.len())),
            phase => Err(phase),
        }
    }

    pub(super) fn write(&self, bytes: &[u8]) -> Result<(), Phase> {
        let mut state = self.wire.lock();
        match state.phase {
            Phase::Open => {
                state.from_guest.extend(bytes);
                Ok(())
            }
            phase => Err(phase),
        }
    }

    /// Completes once `look` says so; asked again at each change.
    async fn until(&self, look: impl Fn(&State) -> bool) {
        std::future::poll_fn(|context| {
            let mut state = self.wire.lock();
            if look(&state) {
                return Poll::Ready(());
            }
            state.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    pub(super) async fn until_connected(&self) {
        self.until(|state| state.phase != Phase::Connecting).await;
    }

    pub(super) async fn until_readable(&self) {
        self.until(|state| !state.to_guest.is_empty() || state.phase != Phase::Open)
            .await;
    }

    pub(super) async fn until_writable(&self) {
        self.until(|state| {
            state.from_guest.len() < UNTAKEN_BYTES_MAX || state.phase != Phase::Open
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_go_both_ways_until_the_end() {
        let (guest, wire) = GuestEnd::new();
        assert_eq!(guest.room(), Err(Phase::Connecting));
        wire.accept();
        guest.write(b"hello").unwrap();
        assert_eq!(wire.take(2), b"he");
        assert_eq!((wire.take(9), wire.untaken()), (b"llo".to_vec(), 0));
        assert_eq!(guest.read(9), Ok(Vec::new()));
        wire.put(b"world");
        wire.finish();
        assert_eq!(guest.read(3), Ok(b"wor".to_vec()));
        assert_eq!(guest.read(3), Ok(b"ld".to_vec()));
        assert_eq!(guest.read(3), Err(Phase::Finished));
        assert!(!wire.guest_is_gone());
        drop(guest);
        assert!(wire.guest_is_gone());
    }

    #[test]
    fn a_cut_loses_what_was_on_its_way() {
        let (guest, wire) = GuestEnd::new();
        wire.accept();
        guest.write(b"lost").unwrap();
        wire.put(b"lost");
        wire.cut();
        assert_eq!(guest.read(9), Err(Phase::Cut));
        assert_eq!(guest.write(b"x"), Err(Phase::Cut));
        assert_eq!(wire.untaken(), 0);
    }
}
