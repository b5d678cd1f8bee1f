//! Those who ask: Dataverse with its events, staff at the API. What they do when no answer comes.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;

use super::{Ask, Event, World};
use crate::check::{ANSWER, Broken};
use crate::parts::Records;

/// Dataverse tries once more, and only after these.
const DATAVERSE_RETRIES: [u16; 3] = [502, 503, 504];
/// A request that is lost is noticed after so long.
const LOST_MS: i64 = 30_000;
/// Somebody finds out that an event was not taken, and has it sent again, within this.
const FOUND_OUT_MS: i64 = 6 * 3_600_000;

/// Something that staff have to do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Op {
    /// Write: the number of the writing.
    Write(usize),
    /// Wish: the number of the wish.
    Wish(usize),
}

/// What staff have to do, appointment by appointment: one thing after the other.
#[derive(Default)]
pub(crate) struct Staff {
    todo: HashMap<usize, VecDeque<Op>>,
    /// How often the first of them has been tried.
    tried: HashMap<usize, u32>,
}

impl Staff {
    pub(crate) fn next(&self, story: usize) -> Option<Op> {
        self.todo.get(&story)?.front().copied()
    }
}

impl World {
    /// Staff are to do something. They begin at once unless they are at something else about the same appointment.
    pub(crate) fn give_staff(&mut self, story: usize, op: Op) {
        let todo = self.staff.todo.entry(story).or_default();
        todo.push_back(op);
        if todo.len() == 1 {
            self.after_ms(0, Event::Send(Ask::Staff(story)));
        }
    }

    /// A writing is told by an event: perhaps twice, perhaps late, perhaps not at all.
    pub(crate) fn tell(&mut self, story: usize, known: usize) {
        let profile = self.options.profile;
        if self.faults && self.dice.chance(profile.forgotten) {
            self.log.line(
                self.now_ns,
                format_args!("forgotten: event {known} of appointment {story}"),
            );
            return;
        }
        let copies = 1 + u32::from(self.faults && self.dice.chance(profile.doubled));
        for _ in 0..copies {
            let late = self.faults && self.dice.chance(profile.late);
            let late_ms = if late {
                self.dice.between(0, profile.late_max_ms)
            } else {
                self.dice.between(0, 200)
            };
            self.after_ms(late_ms, Event::Send(Ask::Event(story, known, 1)));
        }
    }

    /// A request is sent, and arrives if it is not lost.
    pub(crate) fn send(&mut self, ask: Ask) {
        if self.faults && self.dice.chance(self.options.profile.request_lost) {
            self.tally.lost += 1;
            self.log
                .line(self.now_ns, format_args!("lost: {}", ask.title()));
            self.after_ms(LOST_MS, Event::Answered(ask, None));
            return;
        }
        self.log.line(self.now_ns, format_args!("{}", ask.title()));
        let under_way_ms = self.dice.between(0, 20);
        self.after_ms(under_way_ms, Event::Arrive(ask));
    }

    /// From here on the application may know.
    pub(crate) fn told(&mut self, ask: &mut Ask) {
        let now_ms = self.now_ms();
        match ask {
            Ask::Hook(hook) => hook.arrived_ms = now_ms,
            Ask::Reconcile => self.timers.sweep_began(now_ms),
            &mut Ask::Event(story, known, _) => {
                let known = &mut self.stories[story].known[known];
                known.told_ms.get_or_insert(now_ms);
            }
            &mut Ask::Staff(story) => {
                *self.staff.tried.entry(story).or_default() += 1;
                match self.staff.next(story) {
                    Some(Op::Write(known)) => {
                        let known = &mut self.stories[story].known[known];
                        known.told_ms.get_or_insert(now_ms);
                    }
                    // A wish counts from its last telling: it means the reminder as it is then.
                    Some(Op::Wish(wished)) => self.stories[story].wished[wished].told_ms = now_ms,
                    None => {}
                }
            }
            _ => {}
        }
    }

    /// What came of a request.
    pub(crate) fn answered(&mut self, ask: Ask, answer: Option<(u16, Bytes)>) {
        let status = answer.as_ref().map(|(status, _)| *status);
        if let Some((status, body)) = &answer
            && (*status >= 500 && *status != 503 || matches!(status, 400 | 401 | 405 | 413 | 415))
        {
            let text = String::from_utf8_lossy(body);
            self.break_promise(Broken {
                promise: ANSWER,
                story: format!("{} was answered {status} {text}", ask.title()),
                appointment: None,
            });
        }
        match ask {
            Ask::Hook(hook) => self.hook_answered(&hook, answer.as_ref()),
            Ask::Event(story, known, attempt) => self.event_answered(story, known, attempt, status),
            Ask::Staff(story) => self.staff_answered(story, status),
            Ask::Deliver(timer, _) => self.delivered(timer),
            Ask::Reconcile => self.reconciled(answer.as_ref()),
            Ask::Letters => self.letters(answer),
            Ask::Resubmit(_) => {}
        }
        self.wake_timers();
    }

    fn event_answered(&mut self, story: usize, known: usize, attempt: u32, status: Option<u16>) {
        let now_ms = self.now_ms();
        let writing = &mut self.stories[story].known[known];
        match status {
            Some(200) => {
                writing.taken_ms.get_or_insert(now_ms);
                writing.planned_ms.get_or_insert(now_ms);
                self.timers.noticed(now_ms);
            }
            Some(status) if DATAVERSE_RETRIES.contains(&status) && attempt == 1 => {
                let wait_ms = self.dice.between(1_000, 60_000);
                self.after_ms(wait_ms, Event::Send(Ask::Event(story, known, attempt + 1)));
            }
            // It is lost, unless somebody notices.
            _ if writing.taken_ms.is_none() && self.faults && self.dice.chance(0.7) => {
                let wait_ms = self.dice.between(1_000, FOUND_OUT_MS);
                self.after_ms(wait_ms, Event::Send(Ask::Event(story, known, 1)));
            }
            _ if !self.faults && writing.taken_ms.is_none() => {
                self.after_ms(5_000, Event::Send(Ask::Event(story, known, 1)));
            }
            _ => {}
        }
    }

    fn staff_answered(&mut self, story: usize, status: Option<u16>) {
        let now_ms = self.now_ms();
        let tried = self.staff.tried.get(&story).copied().unwrap_or(0);
        let op = self.staff.next(story);
        let done = match (op, status) {
            (Some(Op::Write(known)), Some(status)) => {
                let writing = &mut self.stories[story].known[known];
                let again = tried > 1;
                // Whoever asks again may find it done.
                let done = matches!(status, 200 | 201 | 204)
                    || (again && writing.change.books && status == 409)
                    || (again && writing.change.deletes && status == 404);
                if done {
                    writing.taken_ms.get_or_insert(now_ms);
                    // In Dataverse it is a row like any other: a webhook tells of it, or the sweep finds it.
                    if self.options.parts.records == Records::Embedded {
                        writing.planned_ms.get_or_insert(now_ms);
                    }
                    self.timers.noticed(now_ms);
                } else if status != 503 {
                    let text = format!("staff about appointment {story} were answered {status}");
                    self.break_promise(Broken {
                        promise: ANSWER,
                        story: text,
                        appointment: None,
                    });
                }
                done
            }
            (Some(Op::Wish(wished)), Some(200 | 202)) => {
                self.stories[story].wished[wished].taken_ms = Some(now_ms);
                self.timers.noticed(now_ms);
                true
            }
            // Too late, or nothing to wish about.
            (Some(Op::Wish(_)), Some(404 | 409)) | (None, _) => true,
            _ => false,
        };
        if !done {
            let wait_ms = self.dice.between(2_000, 90_000);
            self.after_ms(wait_ms, Event::Send(Ask::Staff(story)));
            return;
        }
        self.staff.tried.remove(&story);
        if let Some(todo) = self.staff.todo.get_mut(&story) {
            todo.pop_front();
            if !todo.is_empty() {
                self.after_ms(0, Event::Send(Ask::Staff(story)));
            }
        }
    }

    /// Whoever resubmits dead letters puts every one back.
    fn letters(&mut self, answer: Option<(u16, Bytes)>) {
        self.after_ms(4 * 3_600_000, Event::LookAtLetters);
        let Some((200, body)) = answer else { return };
        let list: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        let items = list["items"].as_array().cloned().unwrap_or_default();
        for item in items {
            if let Some(id) = item["id"].as_str() {
                self.after_ms(0, Event::Send(Ask::Resubmit(id.to_owned())));
            }
        }
    }
}
