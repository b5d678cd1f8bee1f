//! `/unsubscribe?token=…`: the link in emails. Mail programs POST to it when their own button is pressed (RFC 8058);
//! people see a page with a button first, since scanners follow links.

use std::rc::Rc;

use punctual_app::core::{Channel, Reason};
use punctual_app::edge::{self, Ports, SpinVariables};
use punctual_app::records::consent::{Consent, Suppression};
use punctual_app::settings;
use punctual_app::telemetry::Journal;
use punctual_app::web::{Request, Response, problem, unavailable, unset};

/// `GET`: asks, and changes nothing.
pub fn page(request: &Request) -> Result<Response, Response> {
    opened(request)?;
    let clinic = escaped(&settings::sender(&SpinVariables).name);
    // Without an action the form goes to the page's own address, token and all.
    Ok(html(&format!(
        "<h1>No more reminders by email?</h1><p>{clinic} will send no more reminders to this address. Your appointments stay.</p>\
         <form method=\"post\"><button>Stop the emails</button></form>"
    )))
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
    let clinic = escaped(&settings::sender(&SpinVariables).name);
    Ok(html(&format!(
        "<h1>Done</h1><p>{clinic} will send no more reminders to this address. Your appointments stay.</p>"
    )))
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

fn html(body: &str) -> Response {
    const CSP: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    const STYLE: &str = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}\
                         button{font:inherit;padding:.6rem 1.2rem}";
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Reminders</title><style>{STYLE}</style><body>{body}"
    );
    Response::text(200, "text/html; charset=utf-8", page)
        .with("content-security-policy", CSP)
        .with("referrer-policy", "no-referrer")
}
