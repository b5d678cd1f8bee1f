//! Listing: filters, pages, newest first.

use bytes::Bytes;
use chrono::{DateTime, Days, NaiveDate, NaiveTime};
use http::{Response, StatusCode};
use punctual_stand_ins::Form;
use punctual_stand_ins::control::json;
use serde_json::json;

use crate::message::Message;
use crate::refusal::Refusal;
use crate::twilio::Twilio;

const LARGEST_PAGE: usize = 1_000;

/// Which messages are wanted. Times are milliseconds since 1970, and half-open.
struct Wanted<'a> {
    to: Option<&'a str>,
    from: Option<&'a str>,
    since_ms: i64,
    until_ms: i64,
}

impl Wanted<'_> {
    fn fits(&self, message: &Message) -> bool {
        let same = |wanted: Option<&str>, is: Option<&str>| wanted.is_none() || wanted == is;
        // What has not left yet has no such date; it is found by when it was made.
        let at_ms = message.sent_ms.unwrap_or(message.created_ms);
        let in_time = (self.since_ms..self.until_ms).contains(&at_ms);
        in_time && same(self.to, Some(&message.to)) && same(self.from, message.from.as_deref())
    }
}

/// The first instant of a day or a time, and the first after it: a time is good to the second.
fn instants(text: &str) -> Result<(i64, i64), Refusal> {
    let refused = || Refusal::new(400, 20_001, "DateSent must be a date or a time in ISO 8601");
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        let at_ms = at.timestamp() * 1000;
        return Ok((at_ms, at_ms + 1000));
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| refused())?;
    let next = day.checked_add_days(Days::new(1)).ok_or_else(refused)?;
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc().timestamp_millis();
    Ok((midnight(day), midnight(next)))
}

fn read(query: &Form) -> Result<Wanted<'_>, Refusal> {
    let mut wanted = Wanted {
        to: query.get("To"),
        from: query.get("From"),
        since_ms: i64::MIN,
        until_ms: i64::MAX,
    };
    for (name, value) in &query.0 {
        match name.as_str() {
            "DateSent" => (wanted.since_ms, wanted.until_ms) = instants(value)?,
            "DateSent>" => wanted.since_ms = instants(value)?.0,
            "DateSent<" => wanted.until_ms = instants(value)?.1,
            "To" | "From" | "PageSize" | "Page" | "PageToken" => {}
            _ => {
                let message = format!("there is no parameter {name:?}");
                return Err(Refusal::new(400, 20_001, message));
            }
        }
    }
    Ok(wanted)
}

pub(super) fn list(twilio: &Twilio, query: &Form, now_ms: i64) -> Result<Response<Bytes>, Refusal> {
    let wanted = read(query)?;
    let number = |name: &str, usual: usize| match query.get(name) {
        None => Ok(usual),
        Some(text) => text
            .parse()
            .map_err(|_| Refusal::new(400, 20_001, format!("{name} must be a number"))),
    };
    let size = number("PageSize", 50)?.clamp(1, LARGEST_PAGE);
    let page = number("Page", 0)?;
    let shown_ms = now_ms - twilio.options.list_lag_ms;
    let newest = twilio.order.iter().rev();
    let newest = newest.filter_map(|sid| twilio.messages.get(sid));
    let mut after = newest.filter(|it| it.created_ms <= shown_ms && wanted.fits(it));
    // A page begins after the last message of the one before, whatever has come since.
    if let Some(token) = query.get("PageToken") {
        let last = token.strip_prefix("PA");
        if !after.any(|message| Some(message.sid.as_str()) == last) {
            return Err(Refusal::new(400, 20_001, "the PageToken is not good"));
        }
    } else if page > 0 {
        return Err(Refusal::new(400, 20_001, "a Page needs its PageToken"));
    }
    let messages: Vec<_> = after.by_ref().take(size).collect();
    let more = after.next().is_some();
    let account = &twilio.options.account_sid;
    let url = |page: usize, last: Option<&str>| {
        let mut again = Form::default();
        let kept = ["To", "From", "DateSent", "DateSent>", "DateSent<"];
        for (name, value) in query
            .0
            .iter()
            .filter(|(name, _)| kept.contains(&name.as_str()))
        {
            again.add(name, value);
        }
        again.add("PageSize", size.to_string());
        again.add("Page", page.to_string());
        if let Some(last) = last {
            again.add("PageToken", format!("PA{last}"));
        }
        format!(
            "/2010-04-01/Accounts/{account}/Messages.json?{}",
            again.write()
        )
    };
    let last = messages.last().map(|message| message.sid.as_str());
    let next = last.filter(|_| more).map(|last| url(page + 1, Some(last)));
    let shown: Vec<_> = messages.iter().map(|message| message.show()).collect();
    let start = page * size;
    let body = json!({
        "end": (start + shown.len()).saturating_sub(1),
        "first_page_uri": url(0, None),
        "messages": shown,
        "next_page_uri": next,
        "page": page,
        "page_size": size,
        "previous_page_uri": null,
        "start": start,
        "uri": url(page, query.get("PageToken").and_then(|token| token.strip_prefix("PA"))),
    });
    Ok(json(StatusCode::OK, &body))
}
