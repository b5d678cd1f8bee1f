//! A clinic's life: who books what, moves it, calls it off. All of it out of the seed, before anything runs.

use chrono::{DateTime, Datelike, Days, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

use crate::dice::Dice;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Zones with their own ideas about summer, half hours and quarters.
const ZONES: [&str; 8] = [
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "UTC",
];

/// What an appointment's status may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Booked.
    Scheduled,
    /// Confirmed by the customer.
    Confirmed,
    /// Called off.
    Canceled,
    /// It took place.
    Completed,
    /// Nobody came.
    NoShow,
}

impl Status {
    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Confirmed => "confirmed",
            Self::Canceled => "canceled",
            Self::Completed => "completed",
            Self::NoShow => "no_show",
        }
    }

    /// `statecode` and `statuscode` in Dataverse.
    pub fn codes(self) -> (i64, i64) {
        match self {
            Self::Scheduled => (0, 1),
            Self::Confirmed => (0, 749_700_001),
            Self::Canceled => (1, 2),
            Self::Completed => (1, 749_700_002),
            Self::NoShow => (1, 749_700_003),
        }
    }

    /// The one with this `statuscode`.
    pub fn of_code(code: i64) -> Option<Self> {
        let all = [
            Self::Scheduled,
            Self::Confirmed,
            Self::Canceled,
            Self::Completed,
            Self::NoShow,
        ];
        all.into_iter().find(|status| status.codes().1 == code)
    }

    /// Whether reminders are sent at all.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Scheduled | Self::Confirmed)
    }
}

/// What somebody writes into an appointment. What is none stays as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    /// The first writing of it.
    pub books: bool,
    /// The beginning, in milliseconds since 1970.
    pub start_ms: Option<i64>,
    /// The status.
    pub status: Option<Status>,
    /// The address; none inside clears it.
    pub email: Option<Option<String>>,
    /// The number; none inside clears it.
    pub phone: Option<Option<String>>,
    /// The zone.
    pub zone: Option<&'static str>,
    /// Another text that no reminder depends on.
    pub notes: Option<String>,
    /// It is deleted.
    pub deletes: bool,
}

/// What staff do to one reminder of the present start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// It is not to be sent.
    Cancel,
    /// It is to be sent at once.
    SendNow,
}

/// Something that somebody does.
#[derive(Debug, Clone)]
pub enum Act {
    /// Writes an appointment.
    Write(Change),
    /// Wishes something about a reminder: step, channel.
    Wish(Wish, &'static str, &'static str),
}

/// One appointment's life.
pub struct Life {
    /// Its id.
    pub id: uuid::Uuid,
    /// Whether it is kept by staff in the API, and not in Dataverse.
    pub by_staff: bool,
    /// What is done when, in milliseconds since 1970, at least two seconds apart.
    pub acts: Vec<(i64, Act)>,
}

/// Steps of the default policy.
pub const STEPS: [&str; 3] = ["P7D", "P1D", "PT1H"];
/// Channels.
pub const CHANNELS: [&str; 2] = ["email", "sms"];

/// The lives of `appointments` booked within `days` from `begin_ms`.
pub fn lives(dice: &mut Dice, begin_ms: i64, appointments: usize, days: i64) -> Vec<Life> {
    (0..appointments)
        .map(|number| life(dice, begin_ms, number, days))
        .collect()
}

/// The worst that a timetable can do: everybody was booked in peace, and all begin at the same moment, at nine in the morning
/// of the tenth day. So all reminders of a step are due at once.
pub fn rush(dice: &mut Dice, begin_ms: i64, appointments: usize) -> Vec<Life> {
    let start_ms = (begin_ms / DAY_MS + 10) * DAY_MS + 9 * HOUR_MS;
    let spread_ms = 2 * DAY_MS;
    let booked_ms = |number: usize| {
        let part = i64::try_from(number).unwrap_or(0) * spread_ms;
        begin_ms + part / i64::try_from(appointments.max(1)).unwrap_or(1) / 1_000 * 1_000
    };
    let life = |number: usize| Life {
        id: dice.uuid(),
        by_staff: false,
        acts: vec![(
            booked_ms(number),
            Act::Write(Change {
                books: true,
                start_ms: Some(start_ms),
                status: Some(Status::Scheduled),
                email: Some(Some(format!("c{number}@example.com"))),
                phone: Some(Some(format!("+120255{:05}", number % 100_000))),
                zone: Some("UTC"),
                ..Change::default()
            }),
        )],
    };
    (0..appointments).map(life).collect()
}

fn life(dice: &mut Dice, begin_ms: i64, number: usize, days: i64) -> Life {
    let id = dice.uuid();
    let by_staff = dice.chance(0.25);
    let mut zone = *dice.pick(&ZONES);
    let booked_ms = begin_ms + dice.between(0, days * DAY_MS - 1) / 1_000 * 1_000;
    let first_ms = start(dice, booked_ms, zone);
    let contact = |dice: &mut Dice, kind: &str| match kind {
        "email" => {
            (!dice.chance(0.05)).then(|| format!("c{number}-{}@example.com", dice.below(1000)))
        }
        _ => (!dice.chance(0.05)).then(|| format!("+1202555{:04}", dice.below(10_000))),
    };
    let mut acts = vec![(
        booked_ms,
        Act::Write(Change {
            books: true,
            start_ms: Some(first_ms),
            status: Some(Status::Scheduled),
            email: Some(contact(dice, "email")),
            phone: Some(contact(dice, "sms")),
            zone: Some(zone),
            ..Change::default()
        }),
    )];
    let (mut at_ms, mut start_ms, mut before_ms) = (booked_ms, first_ms, first_ms);
    let mut open = true;
    for _ in 0..6 {
        // Most of what is done is done well before; some of it right before a reminder or the appointment.
        let left_ms = start_ms - at_ms;
        if left_ms < 4_000 || !dice.chance(0.45) {
            break;
        }
        let close = [7 * DAY_MS, DAY_MS, HOUR_MS, 0];
        at_ms = if dice.chance(0.4) {
            let moment = start_ms - *dice.pick(&close) + dice.between(-90_000, 60_000);
            moment.max(at_ms + 2_000)
        } else {
            at_ms + 2_000 + dice.between(0, left_ms)
        };
        at_ms = at_ms / 1_000 * 1_000;
        let act = match dice.below(100) {
            0..22 => {
                before_ms = start_ms;
                start_ms = start(dice, at_ms, zone);
                write(|change| change.start_ms = Some(start_ms))
            }
            22..34 => {
                std::mem::swap(&mut start_ms, &mut before_ms);
                write(|change| change.start_ms = Some(start_ms))
            }
            34..48 if open => {
                open = false;
                write(|change| change.status = Some(Status::Canceled))
            }
            34..48 => {
                open = true;
                write(|change| change.status = Some(Status::Scheduled))
            }
            48..55 => {
                acts.push((at_ms, write(|change| change.deletes = true)));
                break;
            }
            55..67 => {
                let (email, phone) = (contact(dice, "email"), contact(dice, "sms"));
                let both = dice.chance(0.5);
                write(|change| {
                    change.email = Some(email);
                    change.phone = both.then_some(phone);
                })
            }
            67..72 => {
                zone = *dice.pick(&ZONES);
                write(|change| change.zone = Some(zone))
            }
            72..78 if open => write(|change| change.status = Some(Status::Confirmed)),
            72..78 => write(|change| change.notes = Some("called again".to_owned())),
            78..88 => Act::Wish(
                Wish::SendNow,
                dice.pick::<&str>(&STEPS),
                dice.pick::<&str>(&CHANNELS),
            ),
            88..94 => Act::Wish(
                Wish::Cancel,
                dice.pick::<&str>(&STEPS),
                dice.pick::<&str>(&CHANNELS),
            ),
            _ => write(|change| change.notes = Some(format!("note {at_ms}"))),
        };
        acts.push((at_ms, act));
    }
    let over = !matches!(acts.last(), Some((_, Act::Write(change))) if change.deletes);
    if over && open && start_ms > at_ms && dice.chance(0.3) {
        let status = if dice.chance(0.8) {
            Status::Completed
        } else {
            Status::NoShow
        };
        acts.push((
            start_ms + dice.between(600, 7_200) * 1_000,
            write(|change| change.status = Some(status)),
        ));
    }
    Life { id, by_staff, acts }
}

fn write(how: impl FnOnce(&mut Change)) -> Act {
    let mut change = Change::default();
    how(&mut change);
    Act::Write(change)
}

/// A start after `now_ms`: mostly one to four weeks ahead, sometimes tomorrow, sometimes in minutes.
fn start(dice: &mut Dice, now_ms: i64, zone: &str) -> i64 {
    let ahead_ms = match dice.below(100) {
        0..65 => dice.between(8 * DAY_MS, 28 * DAY_MS),
        65..85 => dice.between(DAY_MS, 8 * DAY_MS),
        85..95 => dice.between(HOUR_MS, DAY_MS),
        _ => return now_ms + dice.between(2, 90) * MINUTE_MS,
    };
    let zone: Tz = zone.parse().unwrap_or(Tz::UTC);
    let now =
        DateTime::from_timestamp_millis(now_ms + ahead_ms).unwrap_or(DateTime::<Utc>::MIN_UTC);
    let mut day = now.with_timezone(&zone).date_naive();
    while matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && dice.chance(0.7) {
        day = day + Days::new(1);
    }
    // Mostly in the day, and now and then at night, where clocks are changed.
    let minutes = if dice.chance(0.95) {
        dice.between(8 * 12, 18 * 12) * 5
    } else {
        dice.between(0, 4 * 12) * 5
    };
    let time =
        NaiveTime::from_num_seconds_from_midnight_opt(u32::try_from(minutes * 60).unwrap_or(0), 0);
    let local = day.and_time(time.unwrap_or_default());
    let at = zone.from_local_datetime(&local).earliest();
    let at_ms = at.map_or(now_ms + ahead_ms, |at| at.timestamp_millis());
    (at_ms / 1_000 * 1_000).max(now_ms + 2 * MINUTE_MS)
}
