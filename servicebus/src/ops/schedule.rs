//! Scheduling messages, and cancelling them while they wait.

use super::{
    management::{Reply, Request, entry, map, odd},
    outgoing::OutgoingMessage,
};
use crate::{
    codec::{Array, OrderedMap, Value},
    error::{Class, Error},
};
use std::ops::Range;

/// The number of a scheduled message, good for cancelling it until it becomes active.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SequenceNumber(pub i64);

/// What became of a cancellation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancellation {
    /// It waited, and is gone.
    Cancelled,
    /// No message with this number waits: it became active, was cancelled before, was dropped as a duplicate, or never was.
    TooLateOrUnknown,
}

/// How many messages or numbers go into one request. The service names no limit; a batch of it takes 4,500.
pub const PER_REQUEST_MAX: usize = 250;

/// Bytes of a request around its messages.
const REQUEST_BYTES: usize = 1_024;

/// Bytes of a message's entry around the message and its ids.
const ENTRY_BYTES: usize = 96;

/// A message, encoded once for counting and sending.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    map: Value,
    bytes: usize,
}

impl Entry {
    /// Encodes a message.
    ///
    /// # Errors
    /// [`Class::Invalid`] if it has no time, its ids are not allowed, or it does not fit into a request of
    /// `request_bytes_max`.
    pub fn new(message: &OutgoingMessage, request_bytes_max: usize) -> Result<Self, Error> {
        if message.scheduled_at.is_none() {
            let text = "the message has no time to become active";
            return Err(Error::new(Class::Invalid, "schedule", text));
        }
        let encoded = message.encode()?;
        let optional = [
            ("session-id", &message.session_id),
            ("partition-key", &message.partition_key),
        ];
        let ids = message.message_id.len()
            + optional
                .iter()
                .filter_map(|(_, id)| id.as_ref().map(String::len))
                .sum::<usize>();
        let bytes = encoded.len() + ids + ENTRY_BYTES;
        if bytes + REQUEST_BYTES > request_bytes_max {
            let text =
                format!("a message of {bytes} bytes is over the limit of {request_bytes_max}");
            return Err(Error::new(Class::Invalid, "schedule", text));
        }
        let mut map = OrderedMap::new();
        let mut insert = |key: &str, value| map.insert(Value::String(key.to_owned()), value);
        insert("message-id", Value::String(message.message_id.clone()));
        insert("message", Value::Binary(encoded.into()));
        for (key, id) in optional {
            if let Some(id) = id {
                insert(key, Value::String(id.clone()));
            }
        }
        let map = Value::Map(map);
        Ok(Self { map, bytes })
    }
}

/// Cuts entries into requests, each within [`PER_REQUEST_MAX`] and `request_bytes_max`.
#[must_use]
pub fn batches(entries: &[Entry], request_bytes_max: usize) -> Vec<Range<usize>> {
    let mut batches = Vec::new();
    let (mut begin, mut bytes) = (0, REQUEST_BYTES);
    for (at, entry) in entries.iter().enumerate() {
        let full = bytes + entry.bytes > request_bytes_max || at - begin == PER_REQUEST_MAX;
        if full && at > begin {
            batches.push(begin..at);
            (begin, bytes) = (at, REQUEST_BYTES);
        }
        bytes += entry.bytes;
    }
    if begin < entries.len() {
        batches.push(begin..entries.len());
    }
    batches
}

/// Schedules these messages.
#[must_use]
pub fn schedule_messages(entries: &[Entry]) -> Request {
    let list = entries.iter().map(|entry| entry.map.clone()).collect();
    Request {
        operation: "com.microsoft:schedule-message",
        properties: Vec::new(),
        body: map([("messages", Value::List(list))]),
        changes: true,
    }
}

/// The numbers of `count` scheduled messages, in the order of the request.
///
/// # Errors
/// Those of the service; [`Class::UnknownOutcome`] if it gave another count of numbers.
pub fn scheduled(reply: Reply, count: usize) -> Result<Vec<SequenceNumber>, Error> {
    let numbers = match entry(reply.change("schedule")?, "sequence-numbers") {
        Some(Value::Array(Array(numbers)) | Value::List(numbers)) => numbers,
        _ => Vec::new(),
    };
    let number = |value: Value| match value {
        Value::Long(number) => Some(SequenceNumber(number)),
        _ => None,
    };
    let numbers: Vec<_> = numbers.into_iter().filter_map(number).collect();
    if numbers.len() != count {
        let text = format!(
            "{count} messages were scheduled, but {} numbers came",
            numbers.len()
        );
        return Err(Error::new(Class::UnknownOutcome, "schedule", text));
    }
    Ok(numbers)
}

/// Cancels these numbers.
#[must_use]
pub fn cancel_scheduled(numbers: &[SequenceNumber]) -> Request {
    let numbers = numbers.iter().map(|number| Value::Long(number.0)).collect();
    Request {
        operation: "com.microsoft:cancel-scheduled-message",
        properties: Vec::new(),
        body: map([("sequence-numbers", Value::Array(Array(numbers)))]),
        changes: true,
    }
}

/// What became of a cancellation of one number, or of a group as a whole.
///
/// If some of a group's numbers are missing, the service does not say what became of the others. So a group that answers
/// anything but [`Cancellation::Cancelled`] must be asked again number by number. Then a number that the first request had
/// cancelled answers [`Cancellation::TooLateOrUnknown`], which claims less than is true, never more.
///
/// # Errors
/// Those of the service.
pub fn cancelled(reply: Reply) -> Result<Cancellation, Error> {
    match reply.change("cancel") {
        Ok(_) => Ok(Cancellation::Cancelled),
        Err(error) if error.class == Class::TooLate => Ok(Cancellation::TooLateOrUnknown),
        Err(error) => Err(error),
    }
}

/// For replies that should not be empty.
pub(super) fn missing(doing: &'static str, what: &str) -> Error {
    odd(doing, &format!("the response has no {what}"))
}
