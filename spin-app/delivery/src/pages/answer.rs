//! `/answer/confirm?token=…` and `/answer/cancel?token=…`: the links by which a person answers a reminder. A page asks first,
//! since scanners follow links; its button answers. The token says which appointment, and when it was to begin.

use std::rc::Rc;

use punctual_app::core::rendering::{Message, render};
use punctual_app::core::{Appointment, Channel, NO_LINKS, Policy};
use punctual_app::edge::{self, Ports, SpinVariables};
use punctual_app::flows::answer::{Standing, answer, look};
use punctual_app::flows::{App, FlowError};
use punctual_app::links::{Ticket, Wish};
use punctual_app::records::Loaded;
use punctual_app::records::audit::{Audit, AuditEntry};
use punctual_app::settings;
use punctual_app::sql::atomically;
use punctual_app::telemetry::Journal;
use punctual_app::web::{Request, Response, problem, unset};

use super::Page;
use super::words::{Notice, Words};
use crate::Desk;

/// Who answers, in the audit trail.
const ROLE: &str = "customer";

/// `GET`: asks, and changes nothing.
pub async fn page(
    request: &Request,
    journal: &Rc<Journal>,
    wish: Wish,
) -> Result<Response, Response> {
    with_app(request, journal, wish, async |app, _, ticket| {
        look(app, wish, ticket).await
    })
    .await
}

/// `POST`: answers, whatever the body says. Answering again changes nothing.
pub async fn act(
    request: &Request,
    journal: &Rc<Journal>,
    wish: Wish,
) -> Result<Response, Response> {
    with_app(request, journal, wish, async |app, ports, ticket| {
        let answering = async {
            let (standing, loaded, is_new) = answer(app, wish, ticket).await?;
            if is_new {
                let entry = entry(wish, ticket);
                app.records.note(&[entry]).await?;
            }
            Ok::<_, FlowError>((standing, loaded))
        };
        match ports.shared_database() {
            Some(sql) => journal.when_done(atomically(sql, answering)).await,
            None => answering.await,
        }
    })
    .await
}

/// Opens the token and the ports, and shows what came of it.
async fn with_app(
    request: &Request,
    journal: &Rc<Journal>,
    wish: Wish,
    work: impl AsyncFnOnce(&Desk<'_>, &Ports, &Ticket) -> Result<(Standing, Option<Loaded>), FlowError>,
) -> Result<Response, Response> {
    let ticket = opened(request, wish)?;
    let policy = settings::policy(&SpinVariables).map_err(|error| unset(&error))?;
    let ports = Ports::open(journal, Some(crate::ANSWER_WITHIN_MS)).await?;
    let app = App {
        records: &ports.records(),
        queue: &ports.queue(),
        policy: &policy,
        clock: &edge::now,
    };
    let wanted = Words::wanted(request.header("accept-language"));
    match work(&app, &ports, &ticket).await {
        Ok((standing, loaded)) => {
            let is_post = request.method == "POST";
            let appointment = loaded.as_ref().and_then(Loaded::living);
            let line = appointment.and_then(|appointment| line(appointment, &policy));
            Ok(shown(wish, standing, is_post, wanted, line))
        }
        Err(error) => {
            // A person can do nothing with the reason; whoever runs this can.
            journal.warn("answer.failed", &error.to_string(), edge::now());
            let page = Page::saying(wanted, wanted.failed.heading, wanted.failed.meaning);
            let seconds = error.retry_after_seconds.unwrap_or(5);
            Ok(page.response(503).with("retry-after", seconds.to_string()))
        }
    }
}

fn opened(request: &Request, wish: Wish) -> Result<Ticket, Response> {
    let links = settings::links(&SpinVariables).map_err(|error| unset(&error))?;
    if !links.wishes.contains(&wish) {
        // Links in messages from before lead here too.
        let detail = "this clinic takes no such answers by a link";
        return Err(problem(404, "not found", detail, None));
    }
    let token = request.query.get("token").unwrap_or_default();
    let ticket = links.key.and_then(|key| key.open_answer(wish, token));
    ticket.ok_or_else(|| {
        let detail = "this link is not whole; follow it from the message once more";
        problem(403, "wrong link", detail, Some("token"))
    })
}

fn entry(wish: Wish, ticket: &Ticket) -> AuditEntry {
    AuditEntry {
        id: edge::fresh_guid(),
        at: edge::now(),
        role: ROLE.to_owned(),
        action: format!("appointment.{}", wish.name()),
        subject: Some(ticket.appointment.clone()),
        outcome: "done".to_owned(),
    }
}

/// The appointment in one line, as the email's subject has it, and the words of the same language.
fn line(appointment: &Appointment, policy: &Policy) -> Option<(String, &'static Words)> {
    let sender = settings::sender(&SpinVariables);
    let rendered = render(
        appointment,
        "P1D",
        Channel::Email,
        &sender,
        policy,
        &NO_LINKS,
    )
    .ok()?;
    let Message::Email(email) = rendered.message else {
        return None;
    };
    let language = rendered.template.split(['/', '@']).nth(1)?;
    Some((email.subject, Words::in_language(language)?))
}

fn shown(
    wish: Wish,
    standing: Standing,
    is_post: bool,
    wanted: &'static Words,
    line: Option<(String, &'static Words)>,
) -> Response {
    let words = line.as_ref().map_or(wanted, |(_, words)| words);
    let deed = words.of(wish);
    let notice = |notice: &'static Notice| Page::saying(words, notice.heading, notice.meaning);
    let (mut page, answered) = match standing {
        Standing::Open => (Page::asking(words, deed), 200),
        Standing::Said => (Page::saying(words, deed.done, deed.meaning), 200),
        Standing::Moved => (notice(&words.moved), 409),
        Standing::Canceled => (notice(&words.canceled), 410),
        Standing::Past => (notice(&words.past), 410),
    };
    if let Some((line, _)) = &line {
        page.paragraphs.insert(0, line);
    }
    // Who only looks is shown how it stands; who answers what is no more is told so in the status too.
    page.response(if is_post { answered } else { 200 })
}
