//! What the lists take in their queries.

use punctual_app::core::{Code, Instant, parse};
use punctual_app::web::{Request, Response, instant, problem};

/// Rows of a list when `limit` is not said, and at most.
const LIMIT_DEFAULT: u32 = 500;
const LIMIT_MAX: u32 = 5_000;

/// How many rows are wanted.
pub fn limit(request: &Request) -> Result<u32, Response> {
    whole(request, "limit", LIMIT_DEFAULT, LIMIT_MAX)
}

/// A whole number from 1 to `max`.
pub fn whole(
    request: &Request,
    name: &'static str,
    default: u32,
    max: u32,
) -> Result<u32, Response> {
    let Some(text) = request.query.get(name) else {
        return Ok(default);
    };
    let number = text
        .parse()
        .ok()
        .filter(|number| (1..=max).contains(number));
    number.ok_or_else(|| {
        let detail = format!("{name} must be a whole number from 1 to {max}");
        problem(400, "malformed number", &detail, Some(name))
    })
}

/// A time, if it is said.
pub fn time(request: &Request, name: &'static str) -> Result<Option<Instant>, Response> {
    let Some(text) = request.query.get(name) else {
        return Ok(None);
    };
    let at = instant(text).map(Some);
    at.ok_or_else(|| {
        let detail = format!("{name} must be RFC 3339");
        problem(400, "malformed time", &detail, Some(name))
    })
}

/// One or several names of an enum, with commas between.
pub fn several<T: Code>(request: &Request, name: &'static str) -> Result<Vec<String>, Response> {
    let Some(list) = request.query.get(name) else {
        return Ok(Vec::new());
    };
    let wanted: Vec<_> = list.split(',').map(str::to_owned).collect();
    match wanted.iter().all(|name| parse::<T>(name).is_some()) {
        true => Ok(wanted),
        false => {
            let known: Vec<_> = T::TABLE.iter().map(|(_, name)| *name).collect();
            let known = known.join(", ");
            let detail = format!("{name} is one, or several with commas between, of {known}");
            Err(problem(
                400,
                &format!("no such {name}"),
                &detail,
                Some(name),
            ))
        }
    }
}

/// A channel, if it is said.
pub fn channel(request: &Request) -> Result<Option<&str>, Response> {
    let wanted = request.query.get("channel");
    if wanted.is_some_and(|name| parse::<punctual_app::core::Channel>(name).is_none()) {
        let detail = "channel is email or sms";
        return Err(problem(400, "no such channel", detail, Some("channel")));
    }
    Ok(wanted)
}

/// Whether the latest come first.
pub fn latest_first(request: &Request) -> Result<bool, Response> {
    match request.query.get("order") {
        None | Some("asc") => Ok(false),
        Some("desc") => Ok(true),
        Some(_) => Err(problem(
            400,
            "no such order",
            "order is asc, the earliest time first, or desc",
            Some("order"),
        )),
    }
}
