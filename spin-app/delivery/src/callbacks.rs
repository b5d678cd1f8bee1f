//! `/callbacks/…`: what providers tell. Nothing is read, and nothing changed, before it is known who is calling.

use std::rc::Rc;

use punctual_app::core::rendering::render_stopped;
use punctual_app::edge::{self, Ports, SpinVariables, acs_sms};
use punctual_app::flows::App;
use punctual_app::flows::receipts::hear;
use punctual_app::flows::replies::{Follows, take};
use punctual_app::receipts::event_grid::{self, Delivery};
use punctual_app::receipts::twilio_signature::{Signed, is_genuine};
use punctual_app::receipts::{self, News, Reply, Told};
use punctual_app::records::Records;
use punctual_app::senders::acs_sms::Text;
use punctual_app::senders::repeat_id_of;
use punctual_app::settings::{self, SenderChoice, SettingError};
use punctual_app::telemetry::Journal;
use punctual_app::web::{Keys, Query, Request, Response, problem, unset};

use crate::Desk;

/// `POST /callbacks/twilio`: the status of a text, or a text that a person sent.
pub async fn twilio(request: &Request, journal: &Rc<Journal>) -> Result<Response, Response> {
    let variables = SpinVariables;
    let secrets = settings::twilio_secrets(&variables).map_err(closed)?;
    let public_url = settings::required_public_url(&variables).map_err(closed)?;
    let query = match request.raw_query.as_str() {
        "" => String::new(),
        query => format!("?{query}"),
    };
    let is_form = request
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let form = Query::parse(std::str::from_utf8(&request.body).unwrap_or_default());
    let signed = Signed {
        // As Twilio knows it: whoever stands before us may have changed the request.
        url: &format!("{public_url}{}{query}", request.path),
        form: is_form.then_some(form.pairs()),
        body: &request.body,
        signature: request.header("x-twilio-signature").unwrap_or_default(),
        settings: request.header("x-twilio-webhooks-signature-settings"),
    };
    if !is_genuine(&secrets, &signed) {
        return Err(not_genuine("X-Twilio-Signature"));
    }
    let news = receipts::twilio::read(form.pairs(), request.query.get("notification"));
    let follows = handle(vec![news], journal).await?;
    match follows.first() {
        // Twilio sends what the answer says.
        Some(text) => Ok(Response::text(200, "text/xml; charset=utf-8", twiml(text))),
        None => Ok(Response::empty(204)),
    }
}

/// `POST /callbacks/sendgrid`: events.
pub async fn sendgrid(request: &Request, journal: &Rc<Journal>) -> Result<Response, Response> {
    let keys = settings::sendgrid_public_keys(&SpinVariables).map_err(closed)?;
    let header = |name: &str| request.header(name).unwrap_or_default();
    let timestamp = header("x-twilio-email-event-webhook-timestamp");
    let signature = header("x-twilio-email-event-webhook-signature");
    if !keys
        .iter()
        .any(|key| key.signed(timestamp, &request.body, signature))
    {
        return Err(not_genuine("X-Twilio-Email-Event-Webhook-Signature"));
    }
    let news = receipts::sendgrid::read(&request.body).ok_or_else(|| {
        problem(
            400,
            "malformed body",
            "the body must be an array of events",
            None,
        )
    })?;
    handle(news, journal).await?;
    Ok(Response::empty(204))
}

/// `POST /callbacks/acs`, and `OPTIONS` for the handshake of CloudEvents: Azure Event Grid.
pub async fn acs(request: &Request, journal: &Rc<Journal>) -> Result<Response, Response> {
    let keys = settings::keys(
        &SpinVariables,
        "acs_callback_key",
        Some("acs_callback_key_second"),
    )
    .map_err(closed)?;
    let given = request
        .header("x-punctual-key")
        .or(request.query.get("code"));
    Keys(keys).admit(given, "the header x-punctual-key or ?code=")?;
    let delivery = event_grid::read(request).ok_or_else(|| {
        problem(
            400,
            "malformed body",
            "the body must be events of Event Grid",
            None,
        )
    })?;
    match delivery {
        Delivery::Handshake(answer) => Ok(answer),
        Delivery::Events(events) => {
            handle(events.iter().map(receipts::acs::read).collect(), journal).await?;
            Ok(Response::json(200, &serde_json::json!({})))
        }
    }
}

/// Takes the news. Answers the texts that are to be sent back by whoever brought the reply, where that is not done yet.
async fn handle(news: Vec<News>, journal: &Rc<Journal>) -> Result<Vec<String>, Response> {
    let variables = SpinVariables;
    let policy = settings::policy(&variables).map_err(closed)?;
    let falls_back = settings::falls_back_to_email(&variables).map_err(closed)?;
    let (mut told, mut replies, mut ignored) = (Vec::<Told>::new(), Vec::<Reply>::new(), 0);
    for news in news {
        match news {
            News::Message(news) => told.push(news),
            News::Reply(reply) => replies.push(reply),
            News::Nothing => ignored += 1,
        }
    }
    let ports = Ports::open(journal, Some(crate::ANSWER_WITHIN_MS)).await?;
    let app = App {
        records: &ports.records(),
        queue: &ports.queue(),
        policy: &policy,
        clock: &edge::now,
    };
    app.records.raise(&[("receipts_ignored", ignored)]).await;
    hear(&app, &told, falls_back)
        .await
        .map_err(|error| error.answer())?;
    let mut texts = Vec::new();
    for reply in &replies {
        let follows = take(&app, reply).await.map_err(|error| error.answer())?;
        if follows == Follows::Confirm {
            texts.extend(confirm(&app, &ports, reply).await);
        }
    }
    Ok(texts)
}

/// The one text that confirms a stop. Where the reply came by Twilio it is the answer to its call; else it is sent.
async fn confirm(app: &Desk<'_>, ports: &Ports, reply: &Reply) -> Option<String> {
    let signature = settings::sender(&SpinVariables);
    let rendered = render_stopped(None, &signature, app.policy).ok()?;
    let punctual_app::core::rendering::Message::Sms(sms) = rendered.message else {
        return None;
    };
    if reply.provider != receipts::ACS {
        return Some(sms.text);
    }
    let choices = settings::sms_senders(&SpinVariables).ok()?;
    let ours = [Some(choices.first), choices.second].into_iter().flatten();
    let acs = ours.into_iter().find_map(|choice| match choice {
        SenderChoice::Acs(settings) => Some(settings),
        _ => None,
    })?;
    let now = edge::now();
    let id = repeat_id_of(&reply.message_id);
    // Whatever comes of it: the stop stands, and a confirmation is a courtesy.
    let text = Text {
        to: &reply.from,
        words: &sms.text,
        repeat_id: &id,
        first_attempt_at: now,
        tag: "stop",
        trace: None,
    };
    let _ = acs_sms(acs, ports, 1).ok()?.text(&text, now).await;
    None
}

fn twiml(text: &str) -> String {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Message>{text}</Message></Response>"
    )
}

fn closed(error: SettingError) -> Response {
    unset(&error)
}

fn not_genuine(header: &str) -> Response {
    let detail = format!("the signature in {header} does not fit this request");
    problem(403, "wrong signature", &detail, Some(header))
}
