//! Guests: they run until they wait, and are let on, or killed.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use anyhow::Result;
use bytes::Bytes;
use http::Response;

use super::{Ask, Event, World};
use crate::check::{ANSWER, Broken};
use crate::gates::GuestName;
use crate::order::Next;

/// What the client of a killed guest waits until it notices.
const NOTICE_MS: i64 = 1_000;

/// A guest with the request that it answers.
pub(crate) struct Running {
    pub machine: usize,
    pub ask: Ask,
    future: Pin<Box<dyn Future<Output = Result<Response<Bytes>>> + Send>>,
    flag: Arc<Flag>,
    waker: Waker,
}

/// Up when the guest can go on.
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Running {
    pub(crate) fn new(
        machine: usize,
        ask: Ask,
        future: Pin<Box<dyn Future<Output = Result<Response<Bytes>>> + Send>>,
    ) -> Self {
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        let waker = flag.clone().into();
        Self {
            machine,
            ask,
            future,
            flag,
            waker,
        }
    }
}

impl World {
    /// Runs all guests until each waits for something that is the world's to give.
    pub(crate) async fn let_guests_run(&mut self) {
        let mut idle = 0;
        while idle < 2 {
            let awake = |running: &Running| running.flag.0.swap(false, Ordering::Relaxed);
            let ready: Vec<GuestName> = self
                .guests
                .iter()
                .filter(|(_, running)| awake(running))
                .map(|(name, _)| *name)
                .collect();
            if ready.is_empty() {
                // Tasks of the runtime, which carry requests to the network, have their turn.
                tokio::task::yield_now().await;
                idle += 1;
            } else {
                idle = 0;
            }
            for name in ready {
                self.poll(name);
            }
            if self.gates.take_wrote_outbox() {
                self.look_at_outbox();
            }
            for name in self.gates.take_struck() {
                self.kill(name, "after");
            }
        }
        self.take_traffic();
    }

    fn poll(&mut self, name: GuestName) {
        let Some(running) = self.guests.get_mut(&name) else {
            return;
        };
        let waker = running.waker.clone();
        let polled = running
            .future
            .as_mut()
            .poll(&mut Context::from_waker(&waker));
        let Poll::Ready(answered) = polled else {
            return;
        };
        let Some(Running { ask, .. }) = self.guests.remove(&name) else {
            return;
        };
        self.gates.forget(name);
        match answered {
            Ok(response) => {
                let status = response.status().as_u16();
                self.answer(name, ask, status, response.into_body());
            }
            Err(error) => {
                let story = format!("a component failed on {}: {error:#}", ask.title());
                self.break_promise(Broken {
                    promise: ANSWER,
                    story,
                    appointment: None,
                });
            }
        }
    }

    fn answer(&mut self, name: GuestName, ask: Ask, status: u16, body: Bytes) {
        let lost = self.faults && self.dice.chance(self.options.profile.answer_lost);
        self.log.detail(
            self.now_ns,
            format_args!(
                "guest {}.{} answers {} {status} {}",
                name.0,
                name.1,
                ask.title(),
                String::from_utf8_lossy(&body)
            ),
        );
        if lost {
            self.tally.lost += 1;
            self.log.line(
                self.now_ns,
                format_args!("lost: the answer {status} to {}", ask.title()),
            );
            self.after_ms(NOTICE_MS, Event::Answered(ask, None));
        } else {
            self.after_ms(0, Event::Answered(ask, Some((status, body))));
        }
    }

    /// A guest dies where it stands.
    pub(crate) fn kill(&mut self, name: GuestName, side: &str) {
        let Some(Running { ask, .. }) = self.guests.remove(&name) else {
            return;
        };
        self.gates.forget(name);
        self.tally.kills += 1;
        self.log.line(
            self.now_ns,
            format_args!(
                "killed: guest {}.{} of {}, {side} its call",
                name.0,
                name.1,
                ask.title()
            ),
        );
        self.after_ms(NOTICE_MS, Event::Answered(ask, None));
    }

    /// Guests whose call may have its effect now. One that has just come may be made to wait.
    pub(crate) fn guests_at_gates(&mut self) -> Vec<Next> {
        let (now_ns, profile) = (self.now_ns, self.options.profile);
        let (dice, faults) = (&mut self.dice, self.faults);
        self.gates.with_waiting(|waiting| {
            let mut ready = Vec::with_capacity(waiting.len() + 2);
            for waiting in waiting {
                let not_before_ns = *waiting.not_before_ns.get_or_insert_with(|| {
                    let pauses = faults && dice.chance(profile.pause);
                    let pause_ms = if pauses {
                        dice.between(1, profile.pause_max_ms)
                    } else {
                        0
                    };
                    now_ns + u64::try_from(pause_ms).unwrap_or(0) * 1_000_000
                });
                if not_before_ns <= now_ns {
                    ready.push(Next::Guest(waiting.guest, waiting.number));
                }
            }
            ready
        })
    }

    /// Lets a guest on from its gate, or kills it there.
    pub(crate) fn let_on(&mut self, number: u64) {
        let full = self.log.is_full();
        let found = self.gates.with_waiting(|waiting| {
            let found = waiting.iter().find(|waiting| waiting.number == number);
            found.map(|waiting| {
                (
                    waiting.guest,
                    if full {
                        short(&waiting.call)
                    } else {
                        String::new()
                    },
                )
            })
        });
        let Some((guest, call)) = found else { return };
        let kills = self.faults && self.dice.chance(self.options.profile.kill);
        let side = self.window.count();
        self.log.detail(
            self.now_ns,
            format_args!("guest {}.{} {call}", guest.0, guest.1),
        );
        match side {
            Some(false) => self.kill(guest, "before"),
            Some(true) => self.gates.let_on(number, true),
            None if kills && self.dice.chance(0.5) => self.kill(guest, "before"),
            None => self.gates.let_on(number, kills),
        }
    }
}

/// As much of a call as tells it from others.
fn short(call: &str) -> String {
    let words: Vec<&str> = call.split_whitespace().take(12).collect();
    words.join(" ")
}
