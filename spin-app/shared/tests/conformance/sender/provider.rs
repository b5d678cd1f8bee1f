//! The least of a provider that the suite needs, behind the HTTP port: it takes messages, knows what it took, and fails
//! when it is told to.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::task::Poll;

use futures::future::poll_fn;
use punctual_app::http::{Answer, Call, Http, HttpError};
use punctual_app::web::Query;
use serde_json::{Value, json};

/// How many calls the adapters of the suite have under way.
pub const AT_ONCE: usize = 4;

type Fault = Result<Answer, HttpError>;

/// A message that was taken.
pub struct Taken {
    pub id: String,
    pub notification: String,
    pub repeat: String,
    pub to: String,
    pub text: String,
}

/// The provider.
#[derive(Default)]
pub struct Provider {
    taken: RefCell<Vec<Taken>>,
    faults: RefCell<VecDeque<Fault>>,
    always: RefCell<Option<Fault>>,
    calls: Cell<usize>,
    under_way: Cell<usize>,
    most: Cell<usize>,
}

/// An answer without headers and body.
pub fn answer(status: u16) -> Answer {
    Answer {
        status,
        ..Answer::default()
    }
}

impl Provider {
    /// The next call fails like this.
    pub fn fail(&self, fault: Fault) {
        self.faults.borrow_mut().push_back(fault);
    }

    /// All calls fail like this.
    pub fn fail_always(&self, fault: Fault) {
        *self.always.borrow_mut() = Some(fault);
    }

    /// No call fails any more.
    pub fn forgive(&self) {
        self.faults.borrow_mut().clear();
    }

    pub fn calls(&self) -> usize {
        self.calls.get()
    }

    pub fn most_at_once(&self) -> usize {
        self.most.get()
    }

    pub fn is_empty(&self) -> bool {
        self.taken.borrow().is_empty()
    }

    pub fn count(&self, notification: &str) -> usize {
        let taken = self.taken.borrow();
        taken
            .iter()
            .filter(|taken| taken.notification == notification)
            .count()
    }

    /// Takes a message; the same repetition is the same message where repetitions are known.
    fn take(&self, message: Taken) -> String {
        let mut taken = self.taken.borrow_mut();
        let known = taken
            .iter()
            .find(|known| !message.repeat.is_empty() && known.repeat == message.repeat);
        if let Some(known) = known {
            return known.id.clone();
        }
        let id = match message.id.as_str() {
            "" => format!("SM{:032}", taken.len()),
            given => given.to_owned(),
        };
        taken.push(Taken {
            id: id.clone(),
            ..message
        });
        id
    }

    fn handle(&self, call: &Call) -> Answer {
        let (_, rest) = call.url.split_once("://").expect("an absolute URL");
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (_, path) = path.split_once('/').expect("a path");
        match (call.method, path) {
            ("POST", "v3/mail/send") => self.sendgrid(call),
            ("POST", path) if path.starts_with("2010-04-01/") => self.twilio(call),
            ("GET", path) if path.starts_with("2010-04-01/") => self.twilio_list(query),
            ("POST", "sms") => self.acs_sms(call),
            ("POST", "emails:send") => self.acs_email(call),
            ("GET", path) => self.operation(path.strip_prefix("emails/operations/").expect(path)),
            (method, path) => panic!("{method} {path}"),
        }
    }

    fn sendgrid(&self, call: &Call) -> Answer {
        let body: Value = serde_json::from_slice(&call.body).expect("JSON");
        let to = &body["personalizations"][0];
        let id = format!("id-{}", self.taken.borrow().len());
        let id = self.take(Taken {
            id,
            notification: text(&to["custom_args"]["notification_id"]),
            repeat: String::new(),
            to: text(&to["to"][0]["email"]),
            text: text(&body["subject"]),
        });
        let mut accepted = answer(202);
        accepted.headers.push(("x-message-id".to_owned(), id));
        accepted
    }

    fn twilio(&self, call: &Call) -> Answer {
        let form = Query::parse(std::str::from_utf8(&call.body).expect("a form"));
        let get = |name| form.get(name).expect(name).to_owned();
        let callback = get("StatusCallback");
        let (_, notification) = callback.split_once("notification=").expect("our id");
        let sid = self.take(Taken {
            id: String::new(),
            notification: notification.to_owned(),
            repeat: String::new(),
            to: get("To"),
            text: get("Body"),
        });
        json_answer(201, &json!({"sid": sid, "status": "queued"}))
    }

    fn twilio_list(&self, query: &str) -> Answer {
        let query = Query::parse(query);
        let to = query.get("To").expect("To");
        let taken = self.taken.borrow();
        let messages: Vec<Value> = taken
            .iter()
            .filter(|taken| taken.to == to)
            .map(|taken| {
                json!({"sid": taken.id, "body": taken.text, "to": taken.to, "from": "+12025550100",
                    "messaging_service_sid": null, "date_created": "Thu, 01 Jan 2026 00:00:00 +0000", "date_sent": null})
            })
            .collect();
        json_answer(200, &json!({"messages": messages}))
    }

    fn acs_sms(&self, call: &Call) -> Answer {
        let body: Value = serde_json::from_slice(&call.body).expect("JSON");
        let to = &body["smsRecipients"][0];
        let id = self.take(Taken {
            id: String::new(),
            notification: text(&body["smsSendOptions"]["tag"]),
            repeat: text(&to["repeatabilityRequestId"]),
            to: text(&to["to"]),
            text: text(&body["message"]),
        });
        let verdict = json!({"to": to["to"], "messageId": id, "httpStatusCode": 202, "successful": true, "repeatabilityResult": "accepted"});
        json_answer(202, &json!({"value": [verdict]}))
    }

    fn acs_email(&self, call: &Call) -> Answer {
        let header = |name: &str| {
            let found = call.headers.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.clone()).expect("the header")
        };
        let body: Value = serde_json::from_slice(&call.body).expect("JSON");
        let id = self.take(Taken {
            id: header("operation-id"),
            notification: header("x-ms-client-request-id"),
            repeat: header("operation-id"),
            to: text(&body["recipients"]["to"][0]["address"]),
            text: text(&body["content"]["subject"]),
        });
        json_answer(202, &json!({"id": id, "status": "Running"}))
    }

    fn operation(&self, id: &str) -> Answer {
        match self.taken.borrow().iter().find(|taken| taken.id == id) {
            Some(taken) => json_answer(200, &json!({"id": taken.id, "status": "Succeeded"})),
            None => answer(404),
        }
    }
}

impl Http for Provider {
    async fn send(&self, call: Call) -> Result<Answer, HttpError> {
        self.calls.set(self.calls.get() + 1);
        self.under_way.set(self.under_way.get() + 1);
        self.most.set(self.most.get().max(self.under_way.get()));
        pause().await;
        self.under_way.set(self.under_way.get() - 1);
        if let Some(fault) = self.always.borrow().clone() {
            return fault;
        }
        if let Some(fault) = self.faults.borrow_mut().pop_front() {
            return fault;
        }
        Ok(self.handle(&call))
    }
}

/// Lets the others have their turn once.
async fn pause() {
    let mut paused = false;
    poll_fn(|context| {
        if std::mem::replace(&mut paused, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn json_answer(status: u16, body: &Value) -> Answer {
    Answer {
        status,
        headers: Vec::new(),
        body: body.to_string().into_bytes(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
