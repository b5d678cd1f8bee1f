//! What happened, line by line, with the time of the simulation and of nothing else.

use std::collections::VecDeque;
use std::fmt::Arguments;
use std::io::{self, Write};

/// Lines that are kept to show what led to a failure.
const RECENT: usize = 60;

/// The log of a run.
#[derive(Default)]
pub struct Log {
    /// Every line, host calls included, when somebody wants them.
    out: Option<Box<dyn Write + Send>>,
    recent: VecDeque<String>,
    failure: Option<io::Error>,
}

impl Log {
    /// Writes every line to `out`.
    pub fn to(out: Box<dyn Write + Send>) -> Self {
        Self {
            out: Some(out),
            ..Self::default()
        }
    }

    /// Whether host calls are wanted.
    pub fn is_full(&self) -> bool {
        self.out.is_some()
    }

    /// A line.
    pub fn line(&mut self, now_ns: u64, text: Arguments<'_>) {
        let line = format!("{:>16.6} {text}", now_ns as f64 / 1e9);
        self.write(&line);
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(line);
    }

    /// A line that only the full log has.
    pub fn detail(&mut self, now_ns: u64, text: Arguments<'_>) {
        if self.out.is_some() {
            self.write(&format!("{:>16.6} {text}", now_ns as f64 / 1e9));
        }
    }

    fn write(&mut self, line: &str) {
        if let Some(out) = &mut self.out
            && self.failure.is_none()
        {
            self.failure = writeln!(out, "{line}").err();
        }
    }

    /// The last lines.
    pub fn recent(&self) -> impl Iterator<Item = &str> {
        self.recent.iter().map(String::as_str)
    }

    /// Ends the log. An error: it is not whole.
    pub fn finish(&mut self) -> io::Result<()> {
        if let Some(error) = self.failure.take() {
            return Err(error);
        }
        self.out.as_mut().map_or(Ok(()), |out| out.flush())
    }
}
