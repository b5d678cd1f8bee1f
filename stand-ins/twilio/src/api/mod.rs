//! The HTTP face: messages are made, read, listed, changed and deleted.
//!
//! | request | does |
//! |---|---|
//! | `POST /2010-04-01/Accounts/{AC…}/Messages.json` | sends, or schedules |
//! | `GET …/Messages.json?To=&From=&DateSent>=&PageSize=` | lists, newest first |
//! | `GET …/Messages/{SM…}.json` | one message |
//! | `POST …/Messages/{SM…}.json` | cancels what is scheduled, or empties the text |
//! | `DELETE …/Messages/{SM…}.json` | forgets a message |

mod create;
mod list;
mod update;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use punctual_stand_ins::Form;
use punctual_stand_ins::control::json;

use crate::access::Caller;
use crate::options::Options;
use crate::refusal::Refusal;
use crate::twilio::Twilio;

/// What is asked.
#[derive(Debug)]
pub(crate) enum Ask {
    Create(Form, Caller),
    List(Form),
    Fetch(String),
    Update(String, Form),
    Delete(String),
}

impl Ask {
    /// What a request asks, if this caller may.
    pub(crate) fn read(
        options: &Options,
        caller: Caller,
        request: &Request<Bytes>,
    ) -> Result<Self, Refusal> {
        let path = request.uri().path();
        let missing = || Refusal::not_found(path);
        let rest = path
            .strip_prefix("/2010-04-01/Accounts/")
            .ok_or_else(missing)?;
        let (account, rest) = rest.split_once('/').ok_or_else(missing)?;
        let own = match caller {
            Caller::Live => &options.account_sid,
            Caller::Test => &options.test_credentials.0,
        };
        if account != own {
            return Err(missing());
        }
        let one = rest.strip_prefix("Messages/");
        let one = one.and_then(|rest| rest.strip_suffix(".json"));
        let ask = match (request.method(), rest, one) {
            (&Method::POST, "Messages.json", _) => Self::Create(form(request)?, caller),
            (&Method::GET, "Messages.json", _) => {
                Self::List(Form::read(request.uri().query().unwrap_or_default()))
            }
            (&Method::GET, _, Some(sid)) => Self::Fetch(sid.to_owned()),
            (&Method::POST, _, Some(sid)) => Self::Update(sid.to_owned(), form(request)?),
            (&Method::DELETE, _, Some(sid)) => Self::Delete(sid.to_owned()),
            (_, "Messages.json", _) | (_, _, Some(_)) => {
                return Err(Refusal::new(405, 20_004, "Method not allowed"));
            }
            _ => return Err(missing()),
        };
        match (caller, &ask) {
            (Caller::Test, Self::Create(..)) | (Caller::Live, _) => Ok(ask),
            (Caller::Test, _) => {
                let message = "Resource not accessible with Test Account Credentials";
                Err(Refusal::new(403, 20_008, message))
            }
        }
    }

    /// Its point of [`POINTS`](crate::POINTS).
    pub(crate) fn point(&self) -> &'static str {
        match self {
            Self::Create(..) => "api.create",
            Self::List(_) => "api.list",
            Self::Fetch(_) => "api.fetch",
            Self::Update(..) => "api.update",
            Self::Delete(_) => "api.delete",
        }
    }

    /// As it is counted.
    pub(crate) fn label(&self) -> &'static str {
        match self {
            Self::Create(_, Caller::Test) => "create.test",
            _ => self.point().trim_start_matches("api."),
        }
    }
}

/// A form; JSON is refused.
fn form(request: &Request<Bytes>) -> Result<Form, Refusal> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind
        .to_ascii_lowercase()
        .starts_with("application/x-www-form-urlencoded")
    {
        let message = "The body must be application/x-www-form-urlencoded";
        return Err(Refusal::new(415, 20_415, message));
    }
    let text = std::str::from_utf8(request.body());
    let text = text.map_err(|_| Refusal::new(400, 20_001, "The body is not UTF-8"))?;
    Ok(Form::read(text))
}

/// Does what is asked.
pub(crate) fn perform(
    twilio: &mut Twilio,
    ask: Ask,
    now_ms: i64,
) -> Result<Response<Bytes>, Refusal> {
    match ask {
        Ask::Create(form, caller) => create::create(twilio, &form, caller, now_ms),
        Ask::List(query) => list::list(twilio, &query, now_ms),
        Ask::Fetch(sid) => {
            let message = twilio.messages.get(&sid);
            let message =
                message.ok_or_else(|| Refusal::not_found(&format!("Messages/{sid}.json")))?;
            Ok(json(StatusCode::OK, &message.show()))
        }
        Ask::Update(sid, form) => update::update(twilio, &sid, &form, now_ms),
        Ask::Delete(sid) => update::delete(twilio, &sid),
    }
}

#[cfg(test)]
mod tests;
