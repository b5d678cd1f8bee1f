//! `/unsubscribe?token=…`: the link in emails. Mail programs POST to it when their own button is pressed (RFC 8058);
//! people see a page with a button first, since scanners follow links.

mod words;

use std::rc::Rc;

use punctual_app::core::{Channel, Reason};
use punctual_app::edge::{self, Ports, SpinVariables};
use punctual_app::records::consent::{Consent, Suppression};
use punctual_app::settings;
use punctual_app::telemetry::Journal;
use punctual_app::web::{Request, Response, problem, unavailable, unset};

use words::{Words, wanted};

/// `GET`: asks, and changes nothing.
pub fn page(request: &Request) -> Result<Response, Response> {
    opened(request)?;
    let words = wanted(request.header("accept-language"));
    let button = words.button;
    // Without an action the form goes to the page's own address, token and all.
    let form = format!("<form method=\"post\"><button>{button}</button></form>");
    Ok(html(words, words.question, &form))
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
    let words = wanted(request.header("accept-language"));
    Ok(html(words, words.done, ""))
}

fn opened(request: &Request) -> Result<(Channel, String), Response> {
    let key = settings::required_link_key(&SpinVariables).map_err(|error| unset(&error))?;
    let token = request.query.get("token").unwrap_or_default();
    key.open(token).ok_or_else(|| {
        let detail = "this link is not whole; follow it from the email once more";
        problem(403, "wrong link", detail, Some("token"))
    })
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

/// The page: a heading, what it means, and what can be done.
fn html(words: &Words, heading: &str, form: &str) -> Response {
    // The hash is that of the style, so that nothing else may style the page, and nothing at all may run in it.
    const CSP: &str = "default-src 'none'; style-src 'sha256-/tqbA9pws8vA0CbgxW1GLxGKjGvJaItr3k5QwwIqaUc='; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    const STYLE: &str = ":root{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}button{font:inherit;padding:.6rem 1.2rem}";
    let clinic = escaped(&settings::sender(&SpinVariables).name);
    let (tag, meaning) = (words.tag, words.meaning.replace("{clinic}", &clinic));
    let page = format!(
        "<!doctype html><html lang=\"{tag}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{heading}</title><style>{STYLE}</style></head><body><main><h1>{heading}</h1><p>{meaning}</p>{form}</main></body></html>"
    );
    Response::text(200, "text/html; charset=utf-8", page)
        .with("content-security-policy", CSP)
        .with("content-language", tag)
        .with("vary", "accept-language")
        .with("referrer-policy", "no-referrer")
}
