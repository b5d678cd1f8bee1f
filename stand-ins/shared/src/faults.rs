//! Faults on demand: what goes wrong, where, how often.
//!
//! A stand-in names the points at which it can be made to fail. A test, in any language, sets a [`Fault`] on a
//! point or on a group of points. At each point the stand-in asks [`Faults::strike`] and does what it says.

use serde::{Deserialize, Serialize};

use crate::Random;

const LARGEST_COUNT_OF_FAULTS: usize = 1_000;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// Nothing is done and the answer is the service's "busy, come back later".
    Busy,
    /// Nothing is done and the answer is that the token is not, or no longer, good.
    Unauthorized,
    /// Nothing is done and the answer is a refusal.
    Refuse,
    /// Nothing is done and the answer is that the service failed.
    Fail,
    /// It is done, and the answer is that the service failed.
    FailAfter,
    /// Somebody else gets there first.
    Race,
    /// It is done twice.
    Twice,
    /// Nothing is done and the link (AMQP) is detached as if the service moved it.
    Detach,
    /// Nothing is done and the connection is gone.
    Drop,
    /// It is done, and the connection is gone before the answer.
    LoseAnswer,
    /// It is done, and the connection is gone amid the answer.
    HalfAnswer,
    /// It is done, no answer comes, and the connection stays.
    NoAnswer,
    /// It is done, and the answer takes `delay_ms`.
    Slow,
}

/// What can go wrong where something is asked for.
pub const ASKED: &[FaultKind] = &[
    FaultKind::Busy,
    FaultKind::Unauthorized,
    FaultKind::Refuse,
    FaultKind::Fail,
    FaultKind::Drop,
    FaultKind::LoseAnswer,
    FaultKind::HalfAnswer,
    FaultKind::NoAnswer,
    FaultKind::Slow,
];

/// What can go wrong where something is done.
pub const WRITTEN: &[FaultKind] = &[
    FaultKind::Busy,
    FaultKind::Unauthorized,
    FaultKind::Refuse,
    FaultKind::Fail,
    FaultKind::FailAfter,
    FaultKind::Drop,
    FaultKind::LoseAnswer,
    FaultKind::HalfAnswer,
    FaultKind::NoAnswer,
    FaultKind::Slow,
];

/// What can go wrong on the way of a message, to a person or back to the sender.
pub const CARRIED: &[FaultKind] = &[FaultKind::Drop, FaultKind::Twice, FaultKind::Slow];

/// A fault that stands until it has struck `times` times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// A point's name (`amqp.management.cancel`), or the beginning of several up to a dot (`amqp.management`, `amqp`).
    pub at: String,
    /// What goes wrong there.
    pub kind: FaultKind,
    /// How often it strikes; null is for ever.
    #[serde(default = "once")]
    pub times: Option<u32>,
    /// How many chances it lets pass before the first strike.
    #[serde(default)]
    pub after: u32,
    /// How likely each strike is after that, from 0 to 1.
    #[serde(default = "certain")]
    pub probability: f64,
    /// For [`FaultKind::Slow`]: how long the answer is held back.
    #[serde(default)]
    pub delay_ms: u64,
    /// For [`FaultKind::Busy`] over HTTP: what `Retry-After` says; null leaves the header out.
    #[serde(default)]
    pub retry_after_seconds: Option<u32>,
}

fn once() -> Option<u32> {
    Some(1)
}

fn certain() -> f64 {
    1.0
}

impl Fault {
    /// A fault that strikes once, at the first chance.
    pub fn once(at: &str, kind: FaultKind) -> Self {
        Self {
            at: at.to_owned(),
            kind,
            times: once(),
            after: 0,
            probability: certain(),
            delay_ms: 0,
            retry_after_seconds: None,
        }
    }

    fn covers(&self, point: &str) -> bool {
        let rest = point.strip_prefix(self.at.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// A place at which a stand-in can fail, and how.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Point {
    /// Words between dots, from the general to the special.
    pub name: &'static str,
    /// The kinds that mean something here.
    pub kinds: &'static [FaultKind],
}

impl Point {
    /// A place of this name.
    pub const fn new(name: &'static str, kinds: &'static [FaultKind]) -> Self {
        Self { name, kinds }
    }
}

/// A fault that has struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strike {
    /// What to do.
    pub kind: FaultKind,
    /// For [`FaultKind::Slow`].
    pub delay_ms: u64,
    /// For [`FaultKind::Busy`] over HTTP.
    pub retry_after_seconds: Option<u32>,
}

/// The faults that stand, and the points that there are.
#[derive(Debug)]
pub struct Faults {
    points: &'static [Point],
    standing: Vec<Fault>,
}

impl Faults {
    /// No faults yet, at these points.
    pub fn at(points: &'static [Point]) -> Self {
        Self {
            points,
            standing: Vec::new(),
        }
    }

    /// The points at which faults can be set.
    pub fn points(&self) -> &'static [Point] {
        self.points
    }

    /// The faults that still stand.
    pub fn standing(&self) -> &[Fault] {
        &self.standing
    }

    /// Adds a fault. The error says what is wrong with it: a fault that could never strike is refused.
    pub fn add(&mut self, fault: Fault) -> Result<(), String> {
        if self.standing.len() >= LARGEST_COUNT_OF_FAULTS {
            return Err(format!(
                "{LARGEST_COUNT_OF_FAULTS} faults stand already; clear them first"
            ));
        }
        if !(0.0..=1.0).contains(&fault.probability) {
            return Err("probability must be between 0 and 1".into());
        }
        if fault.times == Some(0) {
            return Err("times must be 1 or more, or null for ever".into());
        }
        let mut covered = self
            .points
            .iter()
            .filter(|point| fault.covers(point.name))
            .peekable();
        if covered.peek().is_none() {
            let names: Vec<_> = self.points.iter().map(|point| point.name).collect();
            return Err(format!(
                "no point is called {:?}; there are {}",
                fault.at,
                names.join(", ")
            ));
        }
        if !covered.any(|point| point.kinds.contains(&fault.kind)) {
            return Err(format!("{:?} means nothing at {:?}", fault.kind, fault.at));
        }
        self.standing.push(fault);
        Ok(())
    }

    /// Takes all faults away.
    pub fn clear(&mut self) {
        self.standing.clear();
    }

    /// Whether a fault strikes at this point now. The one that was set first goes first.
    pub fn strike(&mut self, point: &str, random: &mut Random) -> Option<Strike> {
        if self.standing.is_empty() {
            return None;
        }
        let kinds = self.points.iter().find(|known| known.name == point)?.kinds;
        for index in 0..self.standing.len() {
            let fault = &mut self.standing[index];
            if !fault.covers(point) || !kinds.contains(&fault.kind) {
                continue;
            }
            if fault.after > 0 {
                fault.after -= 1;
                continue;
            }
            if !random.chance(fault.probability) {
                continue;
            }
            let strike = Strike {
                kind: fault.kind,
                delay_ms: fault.delay_ms,
                retry_after_seconds: fault.retry_after_seconds,
            };
            match &mut fault.times {
                Some(1) => drop(self.standing.remove(index)),
                Some(left) => *left -= 1,
                None => {}
            }
            return Some(strike);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINTS: &[Point] = &[
        Point {
            name: "rest.send",
            kinds: &[FaultKind::Busy, FaultKind::Drop],
        },
        Point {
            name: "amqp.attach",
            kinds: &[FaultKind::Detach],
        },
    ];

    #[track_caller]
    fn check(fault: &str, point: &str, chances: usize, strikes: &str) {
        let (mut faults, mut random) = (Faults::at(POINTS), Random::seeded(1));
        faults.add(serde_json::from_str(fault).unwrap()).unwrap();
        let struck: String = (0..chances)
            .map(|_| {
                if faults.strike(point, &mut random).is_some() {
                    'x'
                } else {
                    '.'
                }
            })
            .collect();
        assert_eq!(struck, strikes);
    }

    #[test]
    fn a_fault_strikes_where_and_as_often_as_it_says() {
        check(r#"{"at":"rest.send","kind":"busy"}"#, "rest.send", 3, "x..");
        check(
            r#"{"at":"rest","kind":"busy","times":2}"#,
            "rest.send",
            3,
            "xx.",
        );
        check(
            r#"{"at":"rest","kind":"drop","times":null}"#,
            "rest.send",
            4,
            "xxxx",
        );
        check(
            r#"{"at":"rest.send","kind":"drop","after":2}"#,
            "rest.send",
            4,
            "..x.",
        );
        check(
            r#"{"at":"rest.send","kind":"busy"}"#,
            "amqp.attach",
            2,
            "..",
        );
        check(
            r#"{"at":"rest.send","kind":"busy","probability":0}"#,
            "rest.send",
            2,
            "..",
        );
    }

    #[track_caller]
    fn refused(fault: &str, why: &str) {
        let fault: Fault = serde_json::from_str(fault).unwrap();
        assert_eq!(Faults::at(POINTS).add(fault).unwrap_err(), why);
    }

    #[test]
    fn a_fault_that_could_never_strike_is_refused() {
        refused(
            r#"{"at":"rest.se","kind":"busy"}"#,
            "no point is called \"rest.se\"; there are rest.send, amqp.attach",
        );
        refused(
            r#"{"at":"amqp","kind":"busy"}"#,
            "Busy means nothing at \"amqp\"",
        );
        refused(
            r#"{"at":"rest","kind":"busy","times":0}"#,
            "times must be 1 or more, or null for ever",
        );
        refused(
            r#"{"at":"rest","kind":"busy","probability":2}"#,
            "probability must be between 0 and 1",
        );
    }
}
