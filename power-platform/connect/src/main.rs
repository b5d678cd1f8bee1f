//! `cargo xtask connect`: after the import of the solution, tells the webhook of a Dataverse environment where
//! Punctual is and what opens it, and looks whether all that Punctual needs is there.
//!
//! What it finds and what it did comes out as a table. It may be run again at any time: what is as it should be is
//! left alone. The key, the secret and the tokens are never printed, nor taken from the command line.

mod api;
mod application;
mod arguments;
mod endpoint;
mod key;
mod keys;
mod registration;
mod report;
mod secrets;
mod sign_in;
mod steps;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use api::Api;
use arguments::Arguments;
use key::WebhookKey;
use report::Report;
use secrets::Secrets;
use sign_in::Credentials;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut secrets = Secrets::default();
    match run(&arguments, &mut secrets) {
        Ok(report) => {
            print!("{}", secrets.hide(&report.to_string()));
            match report.is_good() {
                true => ExitCode::SUCCESS,
                false => ExitCode::FAILURE,
            }
        }
        Err(error) => {
            eprintln!("connect: {}", secrets.hide(&format!("{error:#}")));
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments, secrets: &mut Secrets) -> Result<Report> {
    let url = arguments.environment()?;
    let webhook = arguments.webhook()?;
    let mapping = arguments.mapping()?;
    let key = WebhookKey::find(arguments.key_file.as_deref(), secrets)?;
    let credentials = Credentials::from_environment(secrets)?;
    let token = match &arguments.token_file {
        Some(path) => sign_in::token_in(path, secrets)?,
        None => sign_in::token_for(credentials.as_ref(), &url, secrets)?,
    };
    let api = Api::new(&url, token);

    let mut report = Report::on(&url);
    match api.get("WhoAmI") {
        Ok(user) => report.fine(
            "signed in",
            format!("as {}", user["UserId"].as_str().unwrap_or("nobody")),
        ),
        Err(error) => {
            // Nothing else would go better.
            report.failed("signed in", &error);
            return Ok(report);
        }
    }
    let wanted = endpoint::Wanted {
        url: webhook.as_deref(),
        key: key.as_ref(),
        check: arguments.check,
        force: arguments.force,
        make: mapping.is_some(),
    };
    let is_there = endpoint::connect(&api, &wanted, &mut report)?;
    match &mapping {
        Some(mapping) => registration::register(&api, mapping, arguments.check, &mut report),
        None => steps::verify(&api, is_there, &mut report),
    }
    keys::wait(&api, &arguments.patience(), &mut report);
    let sets = application::sets(mapping.as_ref());
    match credentials {
        Some(credentials) => {
            let token = sign_in::token_for(Some(&credentials), &url, secrets);
            application::try_out(&url, token, &sets, &mut report);
        }
        None => application::leave_out(&mut report),
    }
    Ok(report)
}
