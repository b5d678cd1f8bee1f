//! What was found and done, as a table for people.

use std::fmt;

use crate::api::ApiError;

/// What became of one thing that Punctual needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Fine,
    Changed,
    LeftOut,
    Wrong,
}

struct Finding {
    part: String,
    state: State,
    detail: String,
    /// What to do, where something is wrong.
    advice: Option<String>,
}

/// All that was found, in order.
pub struct Report {
    environment: String,
    findings: Vec<Finding>,
}

impl Report {
    /// On an environment, of which nothing is known yet.
    pub fn on(environment: &str) -> Self {
        Self {
            environment: environment.to_owned(),
            findings: Vec::new(),
        }
    }

    fn add(&mut self, part: &str, state: State, detail: String, advice: Option<String>) {
        self.findings.push(Finding {
            part: part.to_owned(),
            state,
            detail,
            advice,
        });
    }

    /// It is as it should be.
    pub fn fine(&mut self, part: &str, detail: impl Into<String>) {
        self.add(part, State::Fine, detail.into(), None);
    }

    /// It was made as it should be.
    pub fn changed(&mut self, part: &str, detail: impl Into<String>) {
        self.add(part, State::Changed, detail.into(), None);
    }

    /// Nobody looked.
    pub fn left_out(&mut self, part: &str, detail: impl Into<String>) {
        self.add(part, State::LeftOut, detail.into(), None);
    }

    /// It is not as it should be.
    pub fn wrong(&mut self, part: &str, detail: impl Into<String>, advice: impl Into<String>) {
        self.add(part, State::Wrong, detail.into(), Some(advice.into()));
    }

    /// It could not be looked at.
    pub fn failed(&mut self, part: &str, error: &ApiError) {
        self.wrong(part, error.to_string(), error.advice());
    }

    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        self.count(State::Wrong) == 0
    }

    fn count(&self, state: State) -> usize {
        let of_state = self.findings.iter().filter(|it| it.state == state);
        of_state.count()
    }
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Changed => "changed",
            Self::LeftOut => "left out",
            Self::Wrong => "WRONG",
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}\n", self.environment)?;
        let parts = self.findings.iter().map(|it| it.part.chars().count());
        let width = parts.max().unwrap_or(0);
        for finding in &self.findings {
            let (part, state) = (&finding.part, finding.state.name());
            writeln!(formatter, "{part:width$}  {state:8}  {}", finding.detail)?;
            if let Some(advice) = &finding.advice {
                writeln!(formatter, "{:width$}  {:8}  → {advice}", "", "")?;
            }
        }
        let [wrong, changed] = [State::Wrong, State::Changed].map(|state| self.count(state));
        match (wrong, changed) {
            (0, 0) => writeln!(formatter, "\nAll is as it should be. Nothing was changed."),
            (0, _) => writeln!(
                formatter,
                "\nAll is as it should be now. Changed: {changed}."
            ),
            _ => writeln!(formatter, "\nWrong: {wrong}. Changed: {changed}."),
        }
    }
}

#[test]
fn a_report_is_a_table_that_says_what_to_do() {
    let mut report = Report::on("https://org.example");
    report.fine("endpoint", "there");
    report.changed("step Create", "made");
    let good = "https://org.example\n\nendpoint     fine      there\nstep Create  changed   made\n\nAll is as it should be now. Changed: 1.\n";
    assert_eq!(report.to_string(), good);
    assert!(report.is_good());
    report.wrong("key", "Failed", "mend it");
    report.left_out("application", "nobody");
    let told = report.to_string();
    assert!(
        told.contains("\nkey          WRONG     Failed\n                       → mend it\n"),
        "{told}"
    );
    assert!(
        told.ends_with("application  left out  nobody\n\nWrong: 1. Changed: 1.\n"),
        "{told}"
    );
    assert!(!report.is_good());
}
