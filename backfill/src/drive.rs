//! Call after call: what to ask next, and how long to wait before. Free of I/O.

use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::{Value, json};

/// So many calls in a row may fail.
const TROUBLES_MAX: u32 = 30;
/// The longest wait that we choose ourselves. The application may name a longer one.
const WAIT_SECONDS_MAX: u64 = 60;

/// How it is to be done.
#[derive(Debug, Default, Clone)]
pub struct Wish {
    /// From the first appointment, whatever an earlier run came to.
    pub from_start: bool,
    /// At most so many appointments a second.
    pub per_second: Option<u32>,
}

/// What the application answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header `retry-after`, in seconds.
    pub retry_after_seconds: Option<u64>,
    /// The body; null where it is no JSON.
    pub body: Value,
}

/// The world of a run.
pub trait World {
    /// Asks the application. An error is that no answer came; it names no secret.
    fn ask(&mut self, body: &Value) -> Result<Answer>;
    /// Waits.
    fn wait(&mut self, time: Duration);
    /// Says how far it is.
    fn say(&mut self, line: &str);
}

/// What was done.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Calls that were answered.
    pub calls: u64,
    /// Appointments; one that was looked at again counts again.
    pub looked_at: u64,
    /// Those of which a reminder was planned, ended or skipped.
    pub planned: u64,
    /// Reminders that will go out.
    pub scheduled: u64,
    /// Appointments that could not be planned.
    pub failures: u64,
}

/// Asks until the application says that it is done.
pub fn drive(wish: &Wish, world: &mut impl World) -> Result<Totals> {
    let (mut totals, mut troubles) = (Totals::default(), 0);
    let (mut after, mut from_start) = (None::<String>, wish.from_start);
    loop {
        let mut body = json!({});
        if let Some(after) = &after {
            body["after"] = after.as_str().into();
        } else if from_start {
            body["from_start"] = true.into();
        }
        if let Some(per_second) = wish.per_second {
            body["per_second"] = per_second.into();
        }
        let trouble = match world.ask(&body) {
            Ok(answer) if answer.status == 200 => {
                troubles = 0;
                // A mark is there now: should `after` be lost, it goes on from that.
                from_start = false;
                totals.add(&answer.body);
                world.say(&progress(&totals, &answer.body));
                for failed in answer.body["failed"].as_array().into_iter().flatten() {
                    world.say(&format!("not planned: {failed}"));
                }
                if answer.body["complete"] == true {
                    return Ok(totals);
                }
                after = answer.body["next"].as_str().map(str::to_owned);
                match answer.retry_after_seconds {
                    None => continue,
                    // Nothing failed for good; it is busy and says for how long.
                    Some(seconds) => {
                        world.say(&format!("it is busy: going on in {seconds} s"));
                        world.wait(Duration::from_secs(seconds));
                        continue;
                    }
                }
            }
            Ok(answer) => {
                let told = detail(&answer);
                match answer.status {
                    // The place is one of another version, or of other records: the mark tells it too.
                    400 if after.is_some() && answer.body["field"] == "after" => after = None,
                    _ if answer.body["title"] == "not configured" => bail!("{told}"),
                    429 | 502..=504 => {}
                    _ => bail!("{told}"),
                }
                (told, answer.retry_after_seconds)
            }
            Err(error) => (format!("{error:#}"), None),
        };
        troubles += 1;
        let (told, seconds) = trouble;
        if troubles > TROUBLES_MAX {
            bail!("given up after {troubles} calls in a row that failed: {told}");
        }
        let seconds = seconds.unwrap_or_else(|| (1 << troubles.min(6)).min(WAIT_SECONDS_MAX));
        world.say(&format!("{told}: trying again in {seconds} s"));
        world.wait(Duration::from_secs(seconds));
    }
}

impl Totals {
    fn add(&mut self, told: &Value) {
        let number = |name: &str| told[name].as_u64().unwrap_or(0);
        self.calls += 1;
        self.looked_at += number("looked_at");
        self.planned += number("planned");
        self.scheduled += number("scheduled");
        self.failures += number("failures");
    }
}

fn progress(totals: &Totals, told: &Value) -> String {
    let place = match told["came_to"].as_str() {
        Some(place) => format!("; came to those that start at {place}"),
        None => String::new(),
    };
    format!(
        "{} appointments looked at, {} planned, {} reminders scheduled{place}",
        totals.looked_at, totals.planned, totals.scheduled
    )
}

/// What a refusal says of itself.
fn detail(answer: &Answer) -> String {
    let told = answer.body["detail"].as_str();
    let told = told.unwrap_or("it gave no reason");
    format!("{} {told}", answer.status)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers in order, and what happened between them.
    struct Script {
        answers: std::vec::IntoIter<Result<Answer>>,
        log: Vec<String>,
    }

    impl World for Script {
        fn ask(&mut self, body: &Value) -> Result<Answer> {
            self.log.push(body.to_string());
            self.answers.next().expect("no more is asked")
        }

        fn wait(&mut self, time: Duration) {
            self.log.push(format!("waits {}", time.as_secs()));
        }

        fn say(&mut self, _: &str) {}
    }

    fn answer(status: u16, retry_after_seconds: Option<u64>, body: Value) -> Result<Answer> {
        Ok(Answer {
            status,
            retry_after_seconds,
            body,
        })
    }

    fn some(next: &str) -> Result<Answer> {
        let body = json!({"looked_at": 2, "planned": 1, "scheduled": 6, "failures": 0, "complete": false, "next": next});
        answer(200, None, body)
    }

    fn last() -> Result<Answer> {
        answer(
            200,
            None,
            json!({"looked_at": 1, "complete": true, "failures": 1}),
        )
    }

    fn run(wish: &Wish, answers: Vec<Result<Answer>>) -> (Result<Totals>, Vec<String>) {
        let mut script = Script {
            answers: answers.into_iter(),
            log: Vec::new(),
        };
        let done = drive(wish, &mut script);
        (done, script.log)
    }

    #[test]
    fn it_goes_on_where_the_last_call_came_to() {
        let wish = Wish {
            from_start: true,
            per_second: Some(9),
        };
        let (done, log) = run(&wish, vec![some("a"), some("b"), last()]);
        let expected = Totals {
            calls: 3,
            looked_at: 5,
            planned: 2,
            scheduled: 12,
            failures: 1,
        };
        assert_eq!(done.unwrap(), expected);
        assert_eq!(
            log,
            [
                r#"{"from_start":true,"per_second":9}"#,
                r#"{"after":"a","per_second":9}"#,
                r#"{"after":"b","per_second":9}"#,
            ]
        );
    }

    #[test]
    fn it_waits_as_it_is_told_and_asks_the_same_again() {
        let throttled =
            json!({"looked_at": 1, "complete": false, "next": "b", "retry_after_seconds": 17});
        let busy = json!({"title": "try again", "detail": "another backfill is under way"});
        let answers = vec![
            some("a"),
            answer(200, Some(17), throttled),
            answer(503, Some(5), busy),
            Err(anyhow::anyhow!("the connection broke")),
            Err(anyhow::anyhow!("the connection broke")),
            answer(502, None, Value::Null),
            last(),
        ];
        let (done, log) = run(&Wish::default(), answers);
        assert_eq!(done.unwrap().calls, 3);
        let after = r#"{"after":"b"}"#;
        assert_eq!(
            log,
            [
                "{}",
                r#"{"after":"a"}"#,
                "waits 17",
                after,
                "waits 5",
                after,
                "waits 4",
                after,
                "waits 8",
                after,
                "waits 16",
                after
            ]
        );
    }

    #[test]
    fn a_place_that_is_not_known_any_more_is_left_to_the_mark() {
        let refused =
            json!({"field": "after", "detail": "after must be the `next` of an earlier call"});
        let (done, log) = run(
            &Wish {
                from_start: true,
                ..Wish::default()
            },
            vec![some("a"), answer(400, None, refused), last()],
        );
        assert!(done.is_ok());
        assert_eq!(log.last().map(String::as_str), Some("{}"));
    }

    #[test]
    fn what_will_not_pass_ends_it_with_the_reason() {
        let wrong = |status, title: &str| {
            answer(
                status,
                Some(5),
                json!({"title": title, "detail": "because"}),
            )
        };
        for (first, told) in [
            (wrong(401, "not admitted"), "401 because"),
            (wrong(404, "not found"), "404 because"),
            (wrong(400, "not valid"), "400 because"),
            (wrong(503, "not configured"), "503 because"),
            (answer(418, None, Value::Null), "418 it gave no reason"),
        ] {
            let (done, log) = run(&Wish::default(), vec![first]);
            assert_eq!(done.unwrap_err().to_string(), told);
            assert_eq!(log.len(), 1);
        }
        let never = (0..=TROUBLES_MAX).map(|_| Err(anyhow::anyhow!("nobody listens")));
        let (done, log) = run(&Wish::default(), never.collect());
        let told = done.unwrap_err().to_string();
        assert!(told.ends_with("nobody listens"), "{told}");
        let longest = log.iter().filter(|line| *line == "waits 60").count();
        assert!(longest > 10 && !log.contains(&"waits 64".to_owned()));
    }
}
