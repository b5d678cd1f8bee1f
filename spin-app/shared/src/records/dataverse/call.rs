//! One request to the Web API: who we are, how long it may take, and what its refusals mean.

use serde_json::Value;

use super::batch::{self, Item, ItemAnswer, PartAnswer};
use super::refusal::{Meaning, Refusal, request_id, seconds};
use super::{DataverseRecords, ROOT};
use crate::http::{Answer, Call, Http, HttpError};
use crate::records::RecordsError;
use crate::signin::SignInError;

/// For one request. Dataverse itself gives up after two minutes; its webhooks give us one.
const TIMEOUT_MS: i64 = 10_000;

impl From<SignInError> for RecordsError {
    fn from(error: SignInError) -> Self {
        Self {
            retry_after_seconds: error.retry_after_seconds,
            ..Self::new(error.to_string())
        }
    }
}

impl<H: Http> DataverseRecords<'_, H> {
    /// Reads something. What has no effect may be tried twice.
    pub(super) async fn get(
        &self,
        doing: &str,
        path: &str,
        prefer: &str,
    ) -> Result<Value, RecordsError> {
        let call = self.call("GET", path)?.with("prefer", prefer);
        let answer = self.send(call.clone()).await;
        let is_trouble = |answer: &Result<Answer, RecordsError>| match answer {
            Ok(answer) => matches!(answer.status, 500 | 502..=504),
            Err(_) => true,
        };
        let answer = match is_trouble(&answer) {
            true => self.send(call).await?,
            false => answer?,
        };
        self.json(doing, &answer)
    }

    /// Performs a batch. Every item is answered, whatever became of the others.
    pub(super) async fn batch(
        &self,
        doing: &str,
        items: &[Item],
    ) -> Result<Vec<ItemAnswer>, RecordsError> {
        let written = batch::write(items, ROOT);
        let mut call = self
            .call("POST", "$batch")?
            .with("content-type", written.content_type)
            .with("prefer", "odata.continue-on-error");
        call.body = written.body;
        let answer = self.send(call).await?;
        if !answer.is_success() {
            return Err(self.refused(doing, &answer));
        }
        let kind = answer.header("content-type").unwrap_or_default();
        let mut answers = batch::read(kind, &answer.body, items).ok_or_else(|| {
            RecordsError::new(format!(
                "Dataverse, {doing}: the answer is not that of a batch"
            ))
        })?;
        // The environment's logs know a batch by one id; its operations need not repeat it.
        if let Some((name, id)) = request_id(|name| answer.header(name)) {
            for part in answers.iter_mut().flat_map(ItemAnswer::parts_mut) {
                if request_id(|name| part.header(name)).is_none() {
                    part.headers.push((name.to_owned(), id.to_owned()));
                }
            }
        }
        Ok(answers)
    }

    /// A write of its own.
    pub(super) async fn write(&self, call: Call) -> Result<Answer, RecordsError> {
        self.send(call).await
    }

    /// A request, signed in by [`send`](Self::send).
    pub(super) fn call(&self, method: &'static str, path: &str) -> Result<Call, RecordsError> {
        let left = self.deadline.map(|deadline| deadline - (self.clock)());
        let timeout_ms = left.map_or(TIMEOUT_MS, |left| left.min(TIMEOUT_MS));
        if timeout_ms <= 0 {
            return Err(RecordsError::new("Dataverse takes too long today"));
        }
        let url = format!("{}{ROOT}{path}", self.url);
        Ok(Call::new(method, url, timeout_ms)
            .with("accept", "application/json")
            .with("odata-version", "4.0")
            .with("odata-maxversion", "4.0"))
    }

    /// Sends a request with a token; one that is refused is replaced once.
    async fn send(&self, call: Call) -> Result<Answer, RecordsError> {
        let token = self.tokens.token(self.url).await?;
        let answer = self.send_as(call.clone(), &token.text).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        let token = self.tokens.renew(self.url, &token.text).await?;
        self.send_as(call, &token.text).await
    }

    async fn send_as(&self, call: Call, token: &str) -> Result<Answer, RecordsError> {
        let call = call.with("authorization", format!("Bearer {token}"));
        let answer = self.http.send(call).await;
        answer.map_err(|error: HttpError| RecordsError::new(format!("Dataverse: {error}")))
    }

    /// The body of an answer that must be good.
    pub(super) fn json(&self, doing: &str, answer: &Answer) -> Result<Value, RecordsError> {
        if !answer.is_success() {
            return Err(self.refused(doing, answer));
        }
        body(doing, &answer.body)
    }

    pub(super) fn refusal(&self, answer: &Answer) -> Refusal {
        let wait = answer.retry_after_seconds((self.clock)());
        Refusal::read(
            answer.status,
            |name| answer.header(name),
            wait,
            &answer.body,
        )
    }

    fn refused(&self, doing: &str, answer: &Answer) -> RecordsError {
        self.refusal(answer).error(doing)
    }

    /// The refusal of an operation in a batch.
    pub(super) fn part_refusal(&self, part: &PartAnswer) -> Refusal {
        let wait = part.header("retry-after");
        let wait = wait.and_then(|value| seconds(value, (self.clock)()));
        Refusal::read(part.status, |name| part.header(name), wait, &part.body)
    }

    /// The body of an operation that reads. None: there is no such row.
    pub(super) fn part_json(
        &self,
        doing: &str,
        answer: &ItemAnswer,
    ) -> Result<Option<Value>, RecordsError> {
        let ItemAnswer::Single(part) = answer else {
            return Err(RecordsError::new(format!(
                "Dataverse, {doing}: not what was asked for"
            )));
        };
        if part.is_success() {
            return body(doing, &part.body).map(Some);
        }
        let refusal = self.part_refusal(part);
        match refusal.meaning() {
            Meaning::Missing => Ok(None),
            _ => Err(refusal.error(doing)),
        }
    }
}

fn body(doing: &str, bytes: &[u8]) -> Result<Value, RecordsError> {
    serde_json::from_slice(bytes)
        .map_err(|_| RecordsError::new(format!("Dataverse, {doing}: the answer is no JSON")))
}
