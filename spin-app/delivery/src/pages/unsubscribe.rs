//! `/unsubscribe?token=…`: the link in emails. Mail programs POST to it when their own button is pressed (RFC 8058);
//! people see a page with a button first, since scanners follow links. The link tells nobody's language: it outlives the
//! appointment, and nothing is looked up for somebody who only looks.

use std::rc::Rc;

use punctual_app::core::{Channel, Reason};
use punctual_app::edge::{self, Ports, SpinVariables};
use punctual_app::records::consent::{Consent, Suppression};
use punctual_app::settings;
use punctual_app::telemetry::Journal;
use punctual_app::web::{Request, Response, problem, unavailable, unset};

use super::Page;
use super::words::Words;

/// `GET`: asks, and changes nothing.
pub fn page(request: &Request) -> Result<Response, Response> {
    opened(request)?;
    let words = Words::wanted(request.header("accept-language"));
    let deed = &words.unsubscribe;
    let mut page = Page::asking(words, deed);
    page.paragraphs.push(deed.meaning);
    Ok(page.response(200))
}

/// `POST`: acts, whatever the body says.
pub async fn act(request: &Request, journal: &Rc<Journal>) -> Result<Response, Response> {
    let (channel, address) = opened(request)?;
    let ports = Ports::open(journal, Some(crate::ANSWER_WITHIN_MS)).await?;
    let entry = Suppression {
        channel,
        address,
        reason: Reason::OptedOut,
        source: "link",
    };
    let records = ports.records();
    let suppressed = records.suppress(&entry, edge::now()).await;
    suppressed.map_err(|error| unavailable(&error.to_string()))?;
    let words = Words::wanted(request.header("accept-language"));
    let deed = &words.unsubscribe;
    Ok(Page::saying(words, deed.done, deed.meaning).response(200))
}

fn opened(request: &Request) -> Result<(Channel, String), Response> {
    let key = settings::required_link_key(&SpinVariables).map_err(|error| unset(&error))?;
    let token = request.query.get("token").unwrap_or_default();
    key.open_unsubscribe(token).ok_or_else(|| {
        let detail = "this link is not whole; follow it from the email once more";
        problem(403, "wrong link", detail, Some("token"))
    })
}
