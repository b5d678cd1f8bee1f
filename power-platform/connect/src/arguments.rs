//! The command line, and what of it can be wrong.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Parser;
use punctual_solution::tables::APPOINTMENT;
use serde_json::Value as Json;

use crate::keys::Patience;

/// Where Punctual listens for Dataverse.
const ROUTE: &str = "/webhooks/dataverse";

/// Tells the webhook of a Dataverse environment where Punctual is, and looks whether all that Punctual needs is there.
///
/// Whoever does this must be allowed to change webhooks: a System Administrator or System Customizer, by a token in a
/// file; or an application, by AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET. With these three, it is also
/// tried whether the application may read what it must.
#[derive(Parser)]
#[command(
    name = "cargo xtask connect",
    bin_name = "cargo xtask connect",
    version
)]
pub struct Arguments {
    /// The environment, such as https://yourclinic.crm4.dynamics.com.
    #[arg(long)]
    url: String,
    /// Where Dataverse reaches Punctual, such as https://punctual.example.com/webhooks/dataverse.
    #[arg(long)]
    webhook: Option<String>,
    /// A file with the key of the webhook. Without it, PUNCTUAL_WEBHOOK_KEY is the key.
    #[arg(long)]
    pub key_file: Option<PathBuf>,
    /// A file with an access token for the environment; - reads it from standard input.
    #[arg(long)]
    pub token_file: Option<PathBuf>,
    /// Look, and change nothing.
    #[arg(long)]
    pub check: bool,
    /// A file with the setting appointment_mapping: the webhook is registered for the table that it names.
    #[arg(long)]
    registration: Option<PathBuf>,
    /// Write address and key even if they seem to be there already.
    #[arg(long)]
    pub force: bool,
    /// How long to wait for the indexes of keys.
    #[arg(long, default_value_t = 600)]
    wait_seconds: u64,
    /// How often to look meanwhile.
    #[arg(long, default_value_t = 5_000, hide = true)]
    poll_ms: u64,
}

/// A clinic's own table, as `appointment_mapping` names it.
pub struct Mapping {
    /// Its logical name.
    pub table: String,
    /// Its name in URLs.
    pub set: String,
    /// The column of its id.
    pub id: String,
    /// The columns that matter.
    pub columns: Vec<String>,
}

impl Arguments {
    /// The environment's URL, without a slash at its end.
    pub fn environment(&self) -> Result<String> {
        let url = self.url.trim_end_matches('/');
        let path = checked(url).context("--url")?;
        if !path.is_empty() {
            bail!(
                "--url must end with the environment's name, as in https://yourclinic.crm4.dynamics.com"
            );
        }
        Ok(url.to_owned())
    }

    /// Where Dataverse shall send events.
    pub fn webhook(&self) -> Result<Option<String>> {
        let Some(url) = &self.webhook else {
            if !self.check {
                bail!(
                    "--webhook is missing: where does Dataverse reach Punctual? (--check needs none)"
                );
            }
            return Ok(None);
        };
        let url = url.trim_end_matches('/');
        match checked(url).context("--webhook")? {
            "" => Ok(Some(format!("{url}{ROUTE}"))),
            path if path.ends_with(ROUTE) => Ok(Some(url.to_owned())),
            _ => bail!("--webhook must end with {ROUTE}, where Punctual listens"),
        }
    }

    /// The table of `--registration`.
    pub fn mapping(&self) -> Result<Option<Mapping>> {
        let Some(path) = &self.registration else {
            return Ok(None);
        };
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        Mapping::read(&text)
            .with_context(|| format!("{} is no appointment_mapping", path.display()))
            .map(Some)
    }

    /// How long to wait for indexes. A check only looks.
    pub fn patience(&self) -> Patience {
        Patience {
            check: self.check,
            longest: Duration::from_secs(if self.check { 0 } else { self.wait_seconds }),
            interval: Duration::from_millis(self.poll_ms),
        }
    }
}

impl Mapping {
    /// Reads the setting as Punctual itself does.
    fn read(text: &str) -> Result<Self> {
        let whole = plugin_core::intake::read_mapping(text)
            .map_err(|problem| anyhow::anyhow!("{}: {}", problem.field, problem.detail))?;
        let json: Json = serde_json::from_str(&whole)?;
        let name = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        if json["table"] == APPOINTMENT.name {
            bail!(
                "the solution has the webhook of {} already: leave --registration out",
                APPOINTMENT.name
            );
        }
        let columns = json["columns"].as_object().into_iter().flatten();
        let status = ["column", "state_column"].map(|it| name(&json["status"][it]));
        let mut columns: Vec<_> = columns
            .map(|(_, column)| name(column))
            .chain(status)
            .collect();
        columns.sort_unstable();
        columns.dedup();
        Ok(Self {
            table: name(&json["table"]),
            set: name(&json["entity_set"]),
            id: name(&json["id"]),
            columns,
        })
    }
}

/// The path of a URL that secrets may be sent to: over TLS, or to this machine.
fn checked(url: &str) -> Result<&str> {
    let (rest, local) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (rest, false),
        (None, Some(rest)) => (rest, true),
        (None, None) => bail!("must begin with https://"),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    if authority.is_empty() || !authority.chars().all(fits) {
        bail!("must name a host after ://, and nothing but a host");
    }
    if !path
        .chars()
        .all(|c| c.is_ascii_graphic() && !"?#<>\"".contains(c))
    {
        bail!("must have no ? and no #; a key never stands in an address");
    }
    let host = authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host);
    if local && !["127.0.0.1", "localhost", "[::1]"].contains(&host) {
        bail!("must begin with https://, for a secret is sent there");
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(arguments: &[&str], url: &str, webhook: &str) {
        let line = ["connect"].iter().chain(arguments);
        let arguments = Arguments::try_parse_from(line).expect("arguments");
        let told = |result: Result<Option<String>>| match result {
            Ok(text) => text.unwrap_or_default(),
            Err(error) => format!("{error:#}"),
        };
        assert_eq!(told(arguments.environment().map(Some)), url);
        assert_eq!(told(arguments.webhook()), webhook);
    }

    #[test]
    fn addresses_are_whole_or_refused() {
        let org = "https://org.crm4.dynamics.com";
        let route = "https://a.example/webhooks/dataverse";
        check(
            &["--url", org, "--webhook", "https://a.example"],
            org,
            route,
        );
        check(
            &[
                "--url",
                "https://org.crm4.dynamics.com/",
                "--webhook",
                route,
            ],
            org,
            route,
        );
        check(
            &[
                "--url",
                org,
                "--webhook",
                "https://a.example/p/webhooks/dataverse",
            ],
            org,
            "https://a.example/p/webhooks/dataverse",
        );
        check(
            &["--url", org],
            org,
            "--webhook is missing: where does Dataverse reach Punctual? (--check needs none)",
        );
        check(&["--url", org, "--check"], org, "");
        check(
            &[
                "--url",
                "http://127.0.0.1:8080",
                "--webhook",
                "https://a.example/hook",
            ],
            "http://127.0.0.1:8080",
            "--webhook must end with /webhooks/dataverse, where Punctual listens",
        );
        check(
            &[
                "--url",
                "http://org.example",
                "--webhook",
                "https://a.example/webhooks/dataverse?code=k",
            ],
            "--url: must begin with https://, for a secret is sent there",
            "--webhook: must have no ? and no #; a key never stands in an address",
        );
        check(
            &[
                "--url",
                "https://org.example/api",
                "--webhook",
                "https://me:secret@a.example",
            ],
            "--url must end with the environment's name, as in https://yourclinic.crm4.dynamics.com",
            "--webhook: must name a host after ://, and nothing but a host",
        );
        check(
            &[
                "--url",
                "org.example",
                "--webhook",
                "http://localhost.evil.example",
            ],
            "--url: must begin with https://",
            "--webhook: must begin with https://, for a secret is sent there",
        );
    }

    #[test]
    fn a_mapping_says_which_table_and_what_of_it() {
        let read = |text: &str| match Mapping::read(text) {
            Ok(mapping) => format!(
                "{} {} {} {}",
                mapping.table,
                mapping.set,
                mapping.id,
                mapping.columns.join(",")
            ),
            Err(error) => format!("{error:#}"),
        };
        assert_eq!(
            read("{\"preset\":\"appointment\",\"columns\":{\"email\":\"clinic_email\"}}"),
            "appointment appointments activityid clinic_email,scheduledend,scheduledstart,statecode,statuscode,subject"
        );
        assert_eq!(
            read(""),
            "the solution has the webhook of punctual_appointment already: leave --registration out"
        );
        assert!(
            read("{").starts_with("appointment_mapping: "),
            "{}",
            read("{")
        );
    }
}
