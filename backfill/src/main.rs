//! The program behind `cargo xtask backfill`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Parser;
use punctual_backfill::drive::{Wish, drive};
use punctual_backfill::remote::Remote;

/// The variable that holds the token where no file does. An argument would stand in the list of processes.
const TOKEN: &str = "PUNCTUAL_ADMIN_TOKEN";

/// Plans the reminders of every appointment that is still to come, of a table that was there before Punctual.
///
/// May be stopped and begun again at any time, and may run beside webhooks and sweeps.
#[derive(Parser)]
#[command(name = "cargo xtask backfill", bin_name = "cargo xtask backfill")]
struct Arguments {
    /// Where Punctual is, such as https://reminders.example.com.
    #[arg(long)]
    url: String,
    /// A file that holds the admin token. Without it the variable PUNCTUAL_ADMIN_TOKEN is read.
    #[arg(long)]
    token_file: Option<PathBuf>,
    /// At most so many appointments a second. Each takes two to three requests to Dataverse.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    per_second: Option<u32>,
    /// Begin with the first appointment, whatever an earlier run came to.
    #[arg(long)]
    from_start: bool,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let token = match &arguments.token_file {
        Some(file) => std::fs::read_to_string(file)
            .with_context(|| format!("cannot read the token in {}", file.display()))?,
        None => std::env::var(TOKEN)
            .with_context(|| format!("name a file with --token-file, or set {TOKEN}"))?,
    };
    let wish = Wish {
        from_start: arguments.from_start,
        per_second: arguments.per_second,
    };
    let began = Instant::now();
    let totals = drive(&wish, &mut Remote::new(&arguments.url, &token)?)?;
    println!(
        "done in {} s and {} calls: {} appointments looked at, {} planned, {} reminders scheduled, {} failures",
        began.elapsed().as_secs(),
        totals.calls,
        totals.looked_at,
        totals.planned,
        totals.scheduled,
        totals.failures
    );
    Ok(match totals.failures {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}
