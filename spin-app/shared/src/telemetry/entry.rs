//! The kinds of things that are told.

use super::Span;
use crate::core::{Instant, code};
use crate::records::NotificationRow;

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A request was answered.
    Served(Served),
    /// Somebody else was asked.
    Called(Called),
    /// A notification's row was written with another state.
    Turned(Turned),
    /// Something was counted that leaves no row behind.
    Counted(Counted),
}

/// Something that leaves no row behind.
#[derive(Clone, Debug)]
pub struct Counted {
    /// The request's.
    pub span: Span,
    /// One of `counters::COUNTERS`: `receipts_unknown`.
    pub name: &'static str,
    /// How many.
    pub by: usize,
    /// When the request came.
    pub at: Instant,
}

/// A request that was answered.
#[derive(Clone, Debug)]
pub struct Served {
    /// Where in the trace.
    pub span: Span,
    /// The span of whoever asked, if it told.
    pub parent: Option<Span>,
    /// `POST`.
    pub method: String,
    /// The path with `{id}` in place of ids, without its query.
    pub route: String,
    /// The status of the answer.
    pub status: u16,
    /// When it came.
    pub began_at: Instant,
    /// Until it was answered.
    pub duration_ms: i64,
}

/// A request to somebody else.
#[derive(Clone, Debug)]
pub struct Called {
    /// Where in the trace; its header `traceparent`.
    pub span: Span,
    /// The span in which it was asked.
    pub parent: Span,
    /// Who: `dataverse`, `servicebus`, `entra`, `sendgrid`, `twilio`, `acs`, or `other`.
    pub upstream: &'static str,
    /// `POST`.
    pub method: &'static str,
    /// The host alone: paths name rows and queues, queries may hold numbers.
    pub host: String,
    /// What came of it.
    pub result: CallResult,
    /// When it was asked.
    pub began_at: Instant,
    /// Until the answer was whole, or given up.
    pub duration_ms: i64,
}

/// What came of a request to somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallResult {
    /// There was an answer with this status.
    Status(u16),
    /// A connection that is no HTTP was opened.
    Connected,
    /// It did not leave, or the connection was not opened.
    Unsent,
    /// No answer came.
    Unanswered,
}

impl CallResult {
    /// A label with few values: `2xx`, `429`, `unsent`.
    pub fn class(self) -> &'static str {
        match self {
            Self::Status(429) => "429",
            Self::Status(200..300) => "2xx",
            Self::Status(300..400) => "3xx",
            Self::Status(400..500) => "4xx",
            Self::Status(_) => "5xx",
            Self::Connected => "connected",
            Self::Unsent => "unsent",
            Self::Unanswered => "unanswered",
        }
    }

    /// Whether the other side did what was asked, or said that there is nothing to do. Refusals of a write because the row
    /// changed (412) and of a second creation (409) are part of how rows are guarded.
    pub fn is_good(self) -> bool {
        matches!(
            self,
            Self::Connected | Self::Status(200..400 | 404 | 409 | 412)
        )
    }
}

/// A notification that is in another state now.
#[derive(Clone, Debug)]
pub struct Turned {
    /// The trace of what planned it, and a span of its own.
    pub span: Span,
    /// The span in which it was planned, or the request's.
    pub parent: Span,
    /// The notification.
    pub notification: String,
    /// Its appointment.
    pub appointment: String,
    /// `P1D`.
    pub step: String,
    /// `sms`.
    pub channel: &'static str,
    /// `sent`.
    pub status: &'static str,
    /// Why, where the status has a reason.
    pub reason: Option<&'static str>,
    /// Who sends or sent it.
    pub provider: Option<String>,
    /// Provider calls begun so far.
    pub attempts: u32,
    /// When it was or is due.
    pub due_at: Instant,
    /// From due to sent, once it was sent.
    pub late_ms: Option<i64>,
    /// The last failure in one sentence of our own.
    pub error: Option<String>,
    /// When it was written.
    pub at: Instant,
}

impl Turned {
    /// What a row that was just written tells.
    pub fn of(row: &NotificationRow, request: Span, random: u64, at: Instant) -> Self {
        let planned = row.trace.as_deref().and_then(Span::read);
        let parent = planned.unwrap_or(request);
        let core = &row.core;
        Self {
            span: parent.sibling(random),
            parent,
            notification: core.id.clone(),
            appointment: core.appointment_id.clone(),
            step: core.step.clone(),
            channel: code(core.channel),
            status: code(core.status),
            reason: core.reason.map(code),
            provider: row.provider.clone(),
            attempts: core.attempts,
            due_at: core.due_at,
            late_ms: row.sent_at.map(|sent_at| sent_at - core.due_at),
            error: row.last_error.clone(),
            at,
        }
    }
}
