//! The variable `reminder_policy`: which reminders there are, when they may go out, how failures are retried.

use serde_json::{Map, Value};

use super::contact::is_locale;
use super::duration;
use super::object::{expected, list, object, only, problem, read, text};
use crate::types::{Channel, Offset, Policy, Problem, Step, Window};
use crate::zones;

const NAME: &str = "reminder_policy";
const MEMBERS: [&str; 6] = [
    "steps",
    "window",
    "default_time_zone",
    "default_locale",
    "retry_after_seconds",
    "daily_cap",
];
/// What each step and channel costs is a row and a message per appointment.
const MAX_STEPS: usize = 16;
const MAX_RETRIES: usize = 20;
/// A retry later than a week after the due time tells nobody anything.
const MAX_RETRY_SECONDS: u64 = 7 * 86_400;

/// More than this in a day is as good as no limit.
const MAX_DAILY_CAP: u64 = 100;

/// Reads the variable; an empty text is the default policy, and so is each member that is left out.
pub fn read_policy(json: &str) -> Result<Policy, Problem> {
    let mut policy = standard();
    if json.trim().is_empty() {
        return Ok(policy);
    }
    let map = read(json.as_bytes(), NAME)?;
    only(&map, NAME, &MEMBERS)?;
    if let Some(value) = map.get("steps") {
        policy.steps = steps(value)?;
    }
    if let Some(value) = map.get("window") {
        policy.window = if value.is_null() {
            None
        } else {
            Some(window(value)?)
        };
    }
    if let Some(value) = map.get("default_time_zone") {
        policy.default_time_zone = time_zone(value)?;
    }
    if let Some(value) = map.get("default_locale") {
        policy.default_locale = locale(value)?;
    }
    if let Some(value) = map.get("retry_after_seconds") {
        policy.retry_after_seconds = retries(value)?;
    }
    if let Some(value) = map.get("daily_cap") {
        policy.daily_cap = if value.is_null() {
            None
        } else {
            Some(daily_cap(value)?)
        };
    }
    Ok(policy)
}

/// A week, a day and an hour before, by email and SMS, at any hour. The retries cover a provider's short
/// hiccup within minutes and an outage of a morning: about 4 h 20 min in all, seven attempts.
fn standard() -> Policy {
    let step = |offset| Step {
        code: duration::code(offset),
        offset,
        channels: vec![Channel::Email, Channel::Sms],
    };
    Policy {
        steps: vec![
            step(Offset::Days(7)),
            step(Offset::Days(1)),
            step(Offset::Seconds(3_600)),
        ],
        window: None,
        default_time_zone: "UTC".to_owned(),
        default_locale: "en".to_owned(),
        retry_after_seconds: vec![15, 60, 240, 900, 3_600, 10_800],
        daily_cap: None,
    }
}

fn steps(value: &Value) -> Result<Vec<Step>, Problem> {
    let path = format!("{NAME}.steps");
    let values = list(value, &path)?;
    if values.len() > MAX_STEPS {
        return Err(problem(
            path,
            format!("{} steps; {MAX_STEPS} is the most.", values.len()),
        ));
    }
    let mut steps: Vec<Step> = Vec::with_capacity(values.len());
    for (at, value) in values.iter().enumerate() {
        let path = format!("{path}[{at}]");
        let step = step(object(value, &path)?, &path)?;
        if steps.iter().any(|earlier| earlier.code == step.code) {
            return Err(problem(
                format!("{path}.before"),
                format!(
                    "{} stands twice. Put all of its channels into one step.",
                    step.code
                ),
            ));
        }
        steps.push(step);
    }
    Ok(steps)
}

fn step(map: &Map<String, Value>, path: &str) -> Result<Step, Problem> {
    only(map, path, &["before", "channels"])?;
    let before = format!("{path}.before");
    let value = map
        .get("before")
        .ok_or_else(|| problem(&before, "Missing. Write a duration, as in P1D or PT1H."))?;
    let offset =
        duration::read(text(value, &before)?).map_err(|detail| problem(&before, detail))?;
    let channels = match map.get("channels") {
        Some(value) => channels(value, &format!("{path}.channels"))?,
        None => vec![Channel::Email, Channel::Sms],
    };
    Ok(Step {
        code: duration::code(offset),
        offset,
        channels,
    })
}

fn channels(value: &Value, path: &str) -> Result<Vec<Channel>, Problem> {
    let mut channels = Vec::new();
    for (at, value) in list(value, path)?.iter().enumerate() {
        let path = format!("{path}[{at}]");
        let channel = match value.as_str() {
            Some("email") => Channel::Email,
            Some("sms") => Channel::Sms,
            _ => return Err(problem(path, "No such channel. There are: email, sms.")),
        };
        if channels.contains(&channel) {
            return Err(problem(path, "Stands twice; once is enough."));
        }
        channels.push(channel);
    }
    if channels.is_empty() {
        return Err(problem(
            path,
            "Empty. Name email, sms or both, or leave the whole step out.",
        ));
    }
    Ok(channels)
}

fn window(value: &Value) -> Result<Window, Problem> {
    let path = format!("{NAME}.window");
    let map = object(value, &path)?;
    only(map, &path, &["opens", "closes"])?;
    let minute = |name: &str| {
        let path = format!("{path}.{name}");
        let value = map.get(name).ok_or_else(|| {
            problem(
                &path,
                "Missing. A window has opens and closes, as in 08:00.",
            )
        })?;
        let clock = text(value, &path)?;
        minute_of_day(clock).ok_or_else(|| {
            problem(
                path,
                format!("Not a time of day: {clock:?}. Write it as in 08:00."),
            )
        })
    };
    let window = Window {
        opens_minute: minute("opens")?,
        closes_minute: minute("closes")?,
    };
    if window.opens_minute >= window.closes_minute {
        return Err(problem(
            path,
            "Opens must be before closes; a window lies within one day, 24:00 is its end.",
        ));
    }
    Ok(window)
}

fn minute_of_day(text: &str) -> Option<u16> {
    let two = |text: &str| match text.as_bytes() {
        [b'0'..=b'9', b'0'..=b'9'] => text.parse::<u16>().ok(),
        _ => None,
    };
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute) = (two(hour)?, two(minute)?);
    let all = hour * 60 + minute;
    (minute < 60 && all <= 1_440).then_some(all)
}

fn time_zone(value: &Value) -> Result<String, Problem> {
    let path = format!("{NAME}.default_time_zone");
    let name = text(value, &path)?;
    zones::iana_time_zone(name).ok_or_else(|| {
        problem(
            path,
            format!("No such time zone: {name:?}. Write an IANA name, as in Europe/Berlin."),
        )
    })
}

fn locale(value: &Value) -> Result<String, Problem> {
    let path = format!("{NAME}.default_locale");
    let tag = text(value, &path)?;
    if is_locale(tag) {
        Ok(tag.to_owned())
    } else {
        Err(problem(
            path,
            format!("Not a language tag: {tag:?}. Write it as in en or pt-BR."),
        ))
    }
}

fn retries(value: &Value) -> Result<Vec<u32>, Problem> {
    let path = format!("{NAME}.retry_after_seconds");
    let values = list(value, &path)?;
    if values.len() > MAX_RETRIES {
        return Err(problem(
            path,
            format!("{} retries; {MAX_RETRIES} is the most.", values.len()),
        ));
    }
    let seconds = |(at, value): (usize, &Value)| {
        let fit = value
            .as_u64()
            .filter(|seconds| (1..=MAX_RETRY_SECONDS).contains(seconds));
        fit.and_then(|seconds| u32::try_from(seconds).ok())
            .ok_or_else(|| {
                expected(
                    format!("{path}[{at}]"),
                    &format!("whole seconds from 1 to {MAX_RETRY_SECONDS}"),
                    value,
                )
            })
    };
    values.iter().enumerate().map(seconds).collect()
}

fn daily_cap(value: &Value) -> Result<u16, Problem> {
    let fit = value
        .as_u64()
        .filter(|cap| (1..=MAX_DAILY_CAP).contains(cap));
    fit.and_then(|cap| u16::try_from(cap).ok()).ok_or_else(|| {
        expected(
            format!("{NAME}.daily_cap"),
            &format!("null, or a whole number from 1 to {MAX_DAILY_CAP}"),
            value,
        )
    })
}
