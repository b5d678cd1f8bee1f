//! The Web API, as far as this program asks it. Everything here can be said twice: what is read, what is written with
//! `If-Match`, and what is made under an id that is known before. So a request whose answer was lost is sent again.

use std::fmt;
use std::thread::sleep;
use std::time::Duration;

use anyhow::Result;
use serde_json::Value as Json;
use ureq::Agent;
use ureq::http::{Method, Request, Response};

/// One request at most; a slow environment answers within.
const LONGEST: Duration = Duration::from_secs(60);
const LARGEST_ANSWER_BYTES: u64 = 4 << 20;
const LARGEST_COUNT_OF_TRIES: u32 = 4;
const LONGEST_WAIT_SECONDS: u64 = 60;
const LONGEST_SENTENCE: usize = 300;

/// An environment, and the token to speak to it.
pub struct Api {
    agent: Agent,
    root: String,
    token: String,
}

/// Why something could not be asked or done.
#[derive(Debug)]
pub enum ApiError {
    /// It was answered with an error.
    Refused {
        /// The status.
        status: u16,
        /// `error.code`, or nothing.
        code: String,
        /// `error.message`, on one line.
        message: String,
        /// With which Microsoft finds the request.
        request_id: String,
    },
    /// No answer came, or none that can be read.
    Unanswered(String),
}

fn agent() -> Agent {
    Agent::config_builder()
        .timeout_global(Some(LONGEST))
        .http_status_as_error(false)
        // A redirection would take the token elsewhere.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("punctual-connect/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

/// Posts a form and returns status and body.
pub fn post_form(url: &str, form: &str) -> Result<(u16, String)> {
    let request = agent()
        .post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "application/json");
    let mut response = request.send(form)?;
    let status = response.status().as_u16();
    let body = response.body_mut().with_config();
    Ok((status, body.limit(LARGEST_ANSWER_BYTES).read_to_string()?))
}

impl Api {
    /// On an environment. Nothing is asked yet.
    pub fn new(environment: &str, token: String) -> Self {
        Self {
            agent: agent(),
            root: format!("{environment}/api/data/v9.2/"),
            token,
        }
    }

    /// Reads. The path is below the root, and in its options only what must be encoded may be.
    pub fn get(&self, path: &str) -> Result<Json, ApiError> {
        self.ask(Method::GET, path, None)
    }

    /// Reads what may not be there.
    pub fn find(&self, path: &str) -> Result<Option<Json>, ApiError> {
        match self.get(path) {
            Ok(json) => Ok(Some(json)),
            Err(ApiError::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Changes a row that is there; one that is not is never made by this.
    pub fn patch(&self, path: &str, body: &Json) -> Result<(), ApiError> {
        self.ask(Method::PATCH, path, Some(body)).map(drop)
    }

    /// Makes a row, whose id must be in the body. One that is there already is as good.
    pub fn create(&self, set: &str, body: &Json) -> Result<(), ApiError> {
        match self.ask(Method::POST, set, Some(body)) {
            Err(ApiError::Refused { status: 412, .. }) => Ok(()),
            done => done.map(drop),
        }
    }

    /// Calls an action.
    pub fn act(&self, action: &str, body: &Json) -> Result<(), ApiError> {
        self.ask(Method::POST, action, Some(body)).map(drop)
    }

    fn ask(&self, method: Method, path: &str, body: Option<&Json>) -> Result<Json, ApiError> {
        let body = body.map(Json::to_string).unwrap_or_default();
        let mut tries = 0;
        loop {
            tries += 1;
            let answered = self.send(&method, path, &body);
            let wait = match &answered {
                Ok((response, _)) => wait_seconds(response),
                Err(_) => Some(1),
            };
            match (wait, answered) {
                (Some(seconds), _) if tries < LARGEST_COUNT_OF_TRIES => {
                    sleep(Duration::from_secs(seconds));
                }
                (_, Ok((response, text))) => return understood(&response, &text),
                (_, Err(error)) => return Err(ApiError::Unanswered(error.to_string())),
            }
        }
    }

    fn send(
        &self,
        method: &Method,
        path: &str,
        body: &str,
    ) -> Result<(Response<()>, String), ureq::Error> {
        let path = path.replace(' ', "%20").replace('\'', "%27");
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.root))
            .header("authorization", format!("Bearer {}", self.token))
            .header("accept", "application/json")
            .header("odata-version", "4.0")
            .header("odata-maxversion", "4.0");
        if method != Method::GET {
            request = request.header("content-type", "application/json");
        }
        if method == Method::PATCH {
            request = request.header("if-match", "*");
        }
        let response = match method {
            &Method::GET => self.agent.run(request.body(())?)?,
            _ => self.agent.run(request.body(body)?)?,
        };
        let (head, mut body) = response.into_parts();
        let text = body
            .with_config()
            .limit(LARGEST_ANSWER_BYTES)
            .read_to_string()?;
        Ok((Response::from_parts(head, ()), text))
    }
}

/// How long to wait before the same is asked again; none if that is of no use.
fn wait_seconds(response: &Response<()>) -> Option<u64> {
    let waits = matches!(response.status().as_u16(), 429 | 502..=504);
    waits.then(|| {
        let seconds = response.headers().get("retry-after");
        let seconds = seconds.and_then(|it| it.to_str().ok()?.parse().ok());
        seconds.unwrap_or(2).min(LONGEST_WAIT_SECONDS)
    })
}

fn understood(response: &Response<()>, text: &str) -> Result<Json, ApiError> {
    let status = response.status().as_u16();
    let json: Json = serde_json::from_str(text).unwrap_or_default();
    if (200..300).contains(&status) {
        return Ok(json);
    }
    let header = |name: &str| {
        let value = response.headers().get(name).and_then(|it| it.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let line = |value: &Json| {
        let text = value.as_str().unwrap_or_default();
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        line.chars().take(LONGEST_SENTENCE).collect()
    };
    Err(ApiError::Refused {
        status,
        code: line(&json["error"]["code"]),
        message: line(&json["error"]["message"]),
        request_id: header("x-ms-service-request-id"),
    })
}

impl ApiError {
    /// What to do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Refused { status: 401, .. } => {
                "The token is not good for this environment, or no more: sign in again."
            }
            Self::Refused { code, .. } if code == "0x80072560" => {
                "The environment does not know the application: make its user (docs/azure.md, the user of the application)."
            }
            Self::Refused { status: 403, .. } => {
                "Whoever asked may not: webhooks take a System Administrator or System Customizer."
            }
            Self::Refused { status: 404, .. } => "It is not there: import the solution first.",
            Self::Refused {
                status: 429 | 500..,
                ..
            }
            | Self::Unanswered(_) => "Try again in a few minutes.",
            Self::Refused { .. } => "This is not foreseen: look at what Dataverse says.",
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unanswered(why) => write!(formatter, "no answer: {why}"),
            Self::Refused {
                status,
                code,
                message,
                request_id,
            } => {
                write!(formatter, "{status}")?;
                let request_id = match request_id.is_empty() {
                    true => String::new(),
                    false => format!("(request {request_id})"),
                };
                for part in [code, message, &request_id] {
                    if !part.is_empty() {
                        write!(formatter, " {part}")?;
                    }
                }
                Ok(())
            }
        }
    }
}
