//! A request from its first byte to the last word about it.

use std::rc::Rc;

use spin_sdk::http::{IncomingRequest, ResponseOutparam};

use super::{SpinHttp, SpinSql, SpinVariables, answer, method, now, read_up_to};
use crate::settings::{self, RecordsChoice};
use crate::telemetry::{Journal, counters, export::export};
use crate::web::{Request, Response};

/// Reads the request, answers it with what `route` says, and tells of it. What is told after the answer keeps nobody waiting.
pub async fn serve(
    component: &'static str,
    incoming: IncomingRequest,
    outparam: ResponseOutparam,
    bytes_max: usize,
    route: impl AsyncFnOnce(&Request, &Rc<Journal>) -> Result<Response, Response>,
) {
    let journal = Rc::new(begin(component, &incoming));
    let method = method(&incoming);
    let path = incoming.path_with_query().unwrap_or_default();
    let path = path.split('?').next().unwrap_or_default().to_owned();
    let response = match read_up_to(incoming, bytes_max).await {
        Ok(request) => route(&request, &journal).await.unwrap_or_else(|no| no),
        Err(refusal) => refusal,
    };
    let status = response.status;
    answer(outparam, response).await;
    journal.served(&method, &path, status, now());
    count(&journal);
    let collectors = settings::collectors(&SpinVariables);
    export(&collectors, &journal, &SpinHttp::unseen(), &now).await;
}

fn begin(component: &'static str, incoming: &IncomingRequest) -> Journal {
    let parents = incoming.headers().get("traceparent");
    let parent = parents
        .first()
        .and_then(|value| std::str::from_utf8(value).ok());
    let level = settings::log_level(&SpinVariables);
    let print: fn(&str) = |line| println!("{line}");
    let random = wasi::random::random::get_random_u64;
    Journal::begin(component, parent, level, now(), print, random)
}

/// Counts what others answered, where the records are embedded and somebody was asked.
fn count(journal: &Journal) {
    let asked = journal.with(counters::upstream);
    if asked.is_empty() {
        return;
    }
    let records = settings::records(&SpinVariables);
    if !matches!(records, Ok(RecordsChoice::Embedded)) {
        return;
    }
    let counted = SpinSql::open().and_then(|sql| counters::add(&sql, &asked));
    if counted.is_err() {
        journal.warn(
            "telemetry.dropped",
            "Answers of others could not be counted.",
            now(),
        );
    }
}
