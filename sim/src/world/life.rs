//! What people do, the provider's outages, and the end of all faults.

use super::asks::cells;
use super::clients::Op;
use super::cloud::by_people;
use super::{Ask, Event, World};
use crate::check::{Broken, LOST, Letter, Story};
use crate::clinic::{Act, Life};
use crate::parts::Records;

/// From the last start to the end of all faults.
const AFTER_LAST_MS: i64 = 10 * 60_000;
/// From there to the end: more than any lock, lease and sweep takes, and than a provider that cannot be asked is waited for
/// (the policy's retries: a little over four hours).
const QUIET_MS: i64 = 6 * 3_600_000;

impl World {
    /// These lives are to be lived, and then it is over.
    pub fn live(&mut self, lives: Vec<Life>) {
        let mut end_ms = self.now_ms();
        for (number, life) in lives.iter().enumerate() {
            self.stories.push(Story::new(life.id, life.by_staff));
            self.by_id.insert(life.id.to_string(), number);
            for (at_ms, act) in &life.acts {
                end_ms = end_ms.max(*at_ms);
                if let Act::Write(change) = act {
                    end_ms = end_ms.max(change.start_ms.unwrap_or(0));
                }
            }
        }
        self.done_acts = vec![0; lives.len()];
        self.lives = lives;
        for life in 0..self.lives.len() {
            self.plan_act(life);
        }
        self.start_timers();
        self.plan_outage();
        self.plan_full_queue();
        self.at_ms(end_ms + AFTER_LAST_MS, Event::Quiet);
    }

    fn plan_act(&mut self, life: usize) {
        if let Some((at_ms, _)) = self.lives[life].acts.get(self.done_acts[life]) {
            self.at_ms(*at_ms, Event::Act(life));
        }
    }

    pub(crate) fn act(&mut self, life: usize) {
        let (at_ms, act) = self.lives[life].acts[self.done_acts[life]].clone();
        self.done_acts[life] += 1;
        self.plan_act(life);
        let story = &mut self.stories[life];
        match act {
            Act::Write(change) => {
                self.log.line(
                    self.now_ns,
                    format_args!("appointment {life}: {}", said(&change)),
                );
                let known = story.write(change, at_ms);
                if story.by_staff {
                    self.give_staff(life, Op::Write(known));
                } else if self.options.parts.records == Records::Dataverse {
                    self.write_row(life, known);
                } else {
                    self.tell(life, known);
                }
            }
            Act::Wish(wish, step, channel) => {
                let Some(start_ms) = story.last(|change| change.start_ms) else {
                    return;
                };
                let wished = story.wish(wish, step, channel, start_ms, at_ms);
                self.log.line(
                    self.now_ns,
                    format_args!("appointment {life}: {wish:?} {step} {channel}"),
                );
                self.give_staff(life, Op::Wish(wished));
            }
        }
    }

    /// People write in Dataverse. It is what the application will read from now on; the webhook is a hint.
    fn write_row(&mut self, life: usize, known: usize) {
        let now_ms = self.now_ms();
        let Some(dataverse) = &mut self.cloud.dataverse else {
            return;
        };
        let story = &mut self.stories[life];
        let id = story.id;
        let writing = &mut story.known[known];
        let row = format!("punctual_appointments({id})");
        let mut body = cells(&writing.change);
        let (method, path) = match &writing.change {
            change if change.books => {
                body["punctual_appointmentid"] = id.to_string().into();
                ("POST", "punctual_appointments")
            }
            change if change.deletes => ("DELETE", row.as_str()),
            _ => ("PATCH", row.as_str()),
        };
        let faults = dataverse.faults.standing().to_vec();
        dataverse.faults.clear();
        let reply = by_people(dataverse, method, path, &body.to_string(), now_ms);
        for fault in faults {
            let added = dataverse.faults.add(fault);
            added.expect("it stood before");
        }
        let status = reply.response.status();
        assert!(
            status.is_success(),
            "what people write is right: {status} {}",
            String::from_utf8_lossy(reply.response.body())
        );
        writing.told_ms = Some(now_ms);
        writing.taken_ms = Some(now_ms);
        self.cloud_stirs();
    }

    fn plan_outage(&mut self) {
        let profile = self.options.profile;
        let (per_week, max_ms) = (profile.outages_per_week, profile.outage_max_ms);
        self.plan_trouble(per_week, max_ms, Event::OutageBegins);
    }

    /// Plans the next trouble of a kind that comes so often a week, for a minute up to `max_ms`.
    fn plan_trouble(&mut self, per_week: f64, max_ms: i64, begins: fn(i64) -> Event) {
        if per_week > 0.0 {
            let mean_ms = 7.0 * 86_400_000.0 / per_week;
            let in_ms = self.dice.between(1, (mean_ms * 2.0) as i64);
            let for_ms = self.dice.between(60_000, max_ms);
            self.after_ms(in_ms, begins(for_ms));
        }
    }

    pub(crate) fn outage(&mut self, for_ms: i64) {
        if self.faults {
            let now_ms = self.now_ms();
            self.outages.push((now_ms, now_ms + for_ms));
            self.log
                .line(self.now_ns, format_args!("the provider is out"));
            self.gates.with_lies(|lies| lies.provider_is_out = true);
            self.cloud.providers_are_out = true;
            self.after_ms(for_ms, Event::OutageEnds);
        }
    }

    pub(crate) fn end_outage(&mut self) {
        self.log
            .line(self.now_ns, format_args!("the provider is back"));
        self.gates.with_lies(|lies| lies.provider_is_out = false);
        self.cloud.providers_are_out = false;
        if self.faults {
            self.plan_outage();
        }
    }

    fn plan_full_queue(&mut self) {
        let profile = self.options.profile;
        if self.bus.is_some() {
            self.plan_trouble(
                profile.full_per_week,
                profile.full_max_ms,
                Event::QueueFills,
            );
        }
    }

    pub(crate) fn queue_fills(&mut self, for_ms: i64) {
        if self.faults {
            let now_ms = self.now_ms();
            self.outages.push((now_ms, now_ms + for_ms));
            self.room_in_queue(false);
            self.after_ms(for_ms, Event::QueueEmpties);
        }
    }

    pub(crate) fn queue_empties(&mut self) {
        self.room_in_queue(true);
        if self.faults {
            self.plan_full_queue();
        }
    }

    fn room_in_queue(&mut self, has_room: bool) {
        if let Some(bus) = &mut self.bus {
            bus.has_room(has_room);
            let what = if has_room { "has room" } else { "is full" };
            self.log.line(self.now_ns, format_args!("the queue {what}"));
        }
    }

    /// No more faults: hosts come back, and what was not taken is sent once more, in any order.
    pub(crate) fn quiet(&mut self) {
        self.log.line(self.now_ns, format_args!("no more faults"));
        self.faults = false;
        self.gates.with_lies(|lies| lies.provider_is_out = false);
        self.room_in_queue(true);
        self.bus_calms_down();
        self.cloud_calms_down();
        for machine in 0..self.machines.len() {
            self.start_machine(machine);
        }
        let mut untaken: Vec<(usize, usize)> = Vec::new();
        for (number, story) in self.stories.iter().enumerate() {
            if story.by_staff || self.options.parts.records == Records::Dataverse {
                continue;
            }
            let missing = story.known.iter().enumerate();
            let missing = missing.filter(|(_, known)| known.taken_ms.is_none());
            untaken.extend(missing.map(|(known, _)| (number, known)));
        }
        self.dice.shuffle(&mut untaken);
        for (story, known) in untaken {
            let in_ms = self.dice.between(0, 60_000);
            self.after_ms(in_ms, Event::Send(Ask::Event(story, known, 1)));
        }
        self.after_ms(QUIET_MS, Event::Over);
    }

    /// Judges what the provider has taken since the last look.
    pub(crate) fn look_at_outbox(&mut self) {
        let letters = self.new_letters();
        for letter in letters.expect("what a guest wrote can be read") {
            self.receive(&letter);
        }
    }

    fn new_letters(&mut self) -> rusqlite::Result<Vec<Letter>> {
        let mut query = self.reader.prepare_cached(
            "SELECT id, notification_id, appointment_id, channel, recipient FROM outbox WHERE id > ?1 ORDER BY id",
        )?;
        let rows = query.query_map([self.outbox_seen], |row| {
            let letter = Letter {
                notification: row.get(1)?,
                appointment: row.get(2)?,
                channel: row.get(3)?,
                recipient: row.get(4)?,
            };
            Ok((row.get::<_, i64>(0)?, letter))
        })?;
        let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        if let Some((last, _)) = rows.last() {
            self.outbox_seen = *last;
        }
        Ok(rows.into_iter().map(|(_, letter)| letter).collect())
    }

    /// The provider takes a message.
    pub(crate) fn receive(&mut self, letter: &Letter) {
        let now_ms = self.now_ms();
        self.tally.sent += 1;
        self.timers.noticed(now_ms);
        self.log.line(
            self.now_ns,
            format_args!(
                "sent: {} of notification {}, appointment {}",
                letter.channel,
                letter.notification,
                self.by_id
                    .get(&letter.appointment)
                    .map_or(usize::MAX, |number| *number)
            ),
        );
        let Some(story) = self.by_id.get(&letter.appointment) else {
            return self.break_promise(Broken {
                promise: LOST,
                story: "a reminder of an appointment that nobody booked".to_owned(),
                appointment: None,
            });
        };
        let profile = self.options.profile;
        let judged = self.sends.judge(
            letter,
            &self.stories[*story],
            now_ms,
            profile.grace_ms(),
            profile.slack_ms(),
        );
        if let Err(broken) = judged {
            self.break_promise(broken);
        }
    }
}

/// What is written, in a few words.
fn said(change: &crate::clinic::Change) -> String {
    let mut said = Vec::new();
    if change.books {
        said.push("booked".to_owned());
    }
    if let Some(start_ms) = change.start_ms {
        let start = chrono::DateTime::from_timestamp_millis(start_ms).unwrap_or_default();
        said.push(format!("at {}", start.to_rfc3339()));
    }
    if let Some(status) = change.status {
        said.push(status.name().to_owned());
    }
    if change.email.is_some() || change.phone.is_some() {
        said.push("contact".to_owned());
    }
    if let Some(zone) = change.zone {
        said.push(format!("in {zone}"));
    }
    if change.deletes {
        said.push("deleted".to_owned());
    }
    if change.notes.is_some() {
        said.push("notes".to_owned());
    }
    said.join(", ")
}
