//! What the tests told: the output of every step, and what the applications under test tell operators. It must name none of
//! the people of the tests, and none of their secrets; all of them are called "planted", so that they can be found.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::{components, shell};

/// Where the hosts of the tests write what they tell: see `tests/src/record.rs`.
const RECORD: &str = "PUNCTUAL_TEST_RECORD";

/// What must not be told, in lower case: the word itself, its beginning in base64 as bytes of a key, and the planted number.
const PLANTED: [&str; 3] = ["planted", "cgxhbnrlz", "2025550123"];

/// The files that a run writes.
pub struct Told {
    output: PathBuf,
    record: PathBuf,
}

impl Told {
    /// Empty files in the target folder.
    pub fn begin() -> Result<Self> {
        let folder = components::target_folder()?;
        let told = Self {
            output: folder.join("tests-output.txt"),
            record: folder.join("tests-record.txt"),
        };
        for path in [&told.output, &told.record] {
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(told)
    }

    /// Runs a step, and keeps what it prints. Shown is all but what tests print that pass; of that, what was left out.
    pub fn run(&self, what: &str, command: &mut Command) -> Result<()> {
        command.env(RECORD, &self.record);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        shell::run_watched(what, command, |child| {
            let (output, errors) = (child.stdout.take(), child.stderr.take());
            let open = || OpenOptions::new().append(true).open(&self.output);
            let (mut one, mut other) = (open()?, open()?);
            std::thread::scope(|scope| {
                let errors = scope.spawn(move || match errors {
                    Some(errors) => keep(errors, &mut other, |line| eprint!("{line}")),
                    None => Ok(()),
                });
                let mut shown = Shown::default();
                let kept = match output {
                    Some(output) => keep(output, &mut one, |line| {
                        if shown.is(line) {
                            print!("{line}");
                        }
                    }),
                    None => Ok(()),
                };
                kept.and(errors.join().unwrap_or(Ok(())))
            })?;
            Ok(())
        })
    }

    /// Fails if anything planted was told. Says where, not what.
    pub fn check(&self) -> Result<()> {
        let mut places = Vec::new();
        for path in [&self.output, &self.record] {
            places.extend(leaks(path)?);
        }
        ensure!(
            std::fs::metadata(&self.record)?.len() > 0,
            "the tests recorded nothing of what hosts tell; then nothing can be said of it"
        );
        if !places.is_empty() {
            bail!(
                "the tests told what must not be told:\n  {}",
                places.join("\n  ")
            );
        }
        println!("xtask: nothing planted was told by any step, host, metric or refusal");
        Ok(())
    }
}

/// Copies lines into a file, and shows them.
fn keep(from: impl Read, file: &mut File, mut show: impl FnMut(&str)) -> std::io::Result<()> {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line)? > 0 {
        file.write_all(&line)?;
        show(&String::from_utf8_lossy(&line));
        line.clear();
    }
    Ok(())
}

/// Which lines of a test program are for the eye. It prints what its tests printed that passed behind a line
/// `successes:`, up to its result.
#[derive(Default)]
struct Shown {
    inside: bool,
}

impl Shown {
    fn is(&mut self, line: &str) -> bool {
        match line.trim_end() {
            "successes:" => self.inside = true,
            "failures:" => self.inside = false,
            line if line.starts_with("test result:") => self.inside = false,
            _ => {}
        }
        !self.inside || line.starts_with("SKIPPED")
    }
}

/// Where something planted stands: file and line, and the test or the program that it is of.
fn leaks(path: &Path) -> Result<Vec<String>> {
    let text = std::fs::read(path)?;
    let text = String::from_utf8_lossy(&text);
    let mut heading = "";
    let mut places = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.starts_with("---- ") || line.trim_start().starts_with("Running ") {
            heading = line.trim();
        }
        let lower = line.to_lowercase();
        if PLANTED.iter().any(|planted| lower.contains(planted)) {
            places.push(format!("{}:{} {heading}", path.display(), number + 1));
        }
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_not_be_told_is_found_and_not_repeated() {
        let folder = std::env::temp_dir().join(format!("punctual-told-{}", std::process::id()));
        std::fs::write(
            &folder,
            "all is well\n---- one stdout ----\nto pat.Planted@example.com\nBasic QQ==\n\
             key cGxhbnRlZC1rZXk=\n  Running tests/b.rs\n+12025550123 called\n+12025550124 too\n",
        )
        .unwrap();
        let found = leaks(&folder).unwrap();
        std::fs::remove_file(&folder).unwrap();
        let name = folder.display();
        assert_eq!(
            found,
            [
                format!("{name}:3 ---- one stdout ----"),
                format!("{name}:5 ---- one stdout ----"),
                format!("{name}:7 Running tests/b.rs"),
            ]
        );
    }

    #[test]
    fn what_passing_tests_print_is_kept_from_the_eye() {
        let printed = "running 2 tests\ntest a ... ok\n\nsuccesses:\n\n---- a stdout ----\nchatter\nSKIPPED: no node\n\n\
                       successes:\n    a\n\ntest result: ok. 1 passed\nfailures:\n---- b stdout ----\nwhy\n";
        let mut shown = Shown::default();
        let lines = printed.split_inclusive('\n').filter(|line| shown.is(line));
        assert_eq!(
            lines.collect::<String>(),
            "running 2 tests\ntest a ... ok\n\nSKIPPED: no node\ntest result: ok. 1 passed\nfailures:\n---- b stdout ----\nwhy\n"
        );
    }
}
