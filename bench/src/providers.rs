//! Delivery through providers that take 50 ms for an answer, beside the vendors' own clients on the same stand-ins.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use punctual_stand_ins::{Core, Fault, FaultKind, Shell, judges};
use punctual_tests::Clinic;
use serde_json::{Value, json};
use {
    punctual_stand_in_acs as acs, punctual_stand_in_sendgrid as sendgrid,
    punctual_stand_in_twilio as twilio,
};

use crate::Amounts;
use crate::load::{REMINDERS, book};
use crate::table::{Table, short};

const AIM_PER_SECOND: f64 = 200.0;
/// How long a provider takes, and how many calls are under way: `sends_at_once` as it is by default.
const ANSWER_MS: u64 = 50;
const AT_ONCE: u32 = 16;

/// The providers.
struct Providers {
    sendgrid: sendgrid::StandIn,
    twilio: twilio::StandIn,
    acs: acs::StandIn,
}

impl Providers {
    async fn start() -> Result<Self> {
        let sendgrid = sendgrid::StandIn::start(sendgrid::StandInOptions::new()?).await?;
        let twilio = twilio::StandIn::start(twilio::StandInOptions::new()?).await?;
        let mut options = acs::StandInOptions::new()?;
        // The application's clock stands somewhere else than the stand-in's.
        options.resource.largest_skew_ms = i64::MAX;
        options.resource.repeatability_ms = i64::MAX;
        let acs = acs::StandIn::start(options).await?;
        slow(&sendgrid, "api.send")?;
        slow(&twilio, "api.create")?;
        slow(&acs, "sms.send")?;
        slow(&acs, "email.send")?;
        Ok(Self {
            sendgrid,
            twilio,
            acs,
        })
    }

    fn describe(&self) -> Value {
        json!({
            "sendgrid": self.sendgrid.describe(),
            "twilio": self.twilio.describe(),
            "acs": self.acs.describe(),
        })
    }
}

/// Each answer is held back.
fn slow<C: Core>(stand_in: &Shell<C>, at: &str) -> Result<()> {
    let fault = Fault {
        times: None,
        delay_ms: ANSWER_MS,
        ..Fault::once(at, FaultKind::Slow)
    };
    let added = stand_in.with(|core, _| core.faults().add(fault));
    added.map_err(anyhow::Error::msg)
}

/// One call of `/deliver` for one provider after the other, then for two channels at a time; then the vendors' clients.
pub async fn measure(table: &mut Table, amounts: &Amounts) -> Result<()> {
    let providers = Providers::start().await?;
    let ideal = f64::from(AT_ONCE) * 1e3 / f64::from(u32::try_from(ANSWER_MS)?);
    for (what, channels, email, text) in [
        ("SendGrid", r#"["email"]"#, "sendgrid", "outbox"),
        ("Twilio", r#"["sms"]"#, "outbox", "twilio"),
        ("ACS email", r#"["email"]"#, "acs", "outbox"),
        ("ACS texts", r#"["sms"]"#, "outbox", "acs"),
        (
            "SendGrid and Twilio",
            r#"["email","sms"]"#,
            "sendgrid",
            "twilio",
        ),
    ] {
        let rate = drain(&providers, channels, (email, text), amounts).await?;
        table.at_least(
            &format!("sends in one call of /deliver, {what}, {ANSWER_MS} ms an answer"),
            rate,
            "/s",
            AIM_PER_SECOND,
        );
        let share = rate / ideal;
        table.figure(
            &format!("  of what {AT_ONCE} calls at once could do"),
            format!("{} of {ideal:.0} /s", short(share)),
        );
    }
    let there = providers.describe();
    for (what, provider) in [
        ("@sendgrid/mail", "sendgrid"),
        ("twilio for Node", "twilio"),
        ("@azure/communication-sms", "acs"),
    ] {
        match vendor(provider, &there, amounts.sends).await? {
            Ok(rate) => table.figure(
                &format!("  the same work by {what}"),
                format!("{} /s", short(rate)),
            ),
            Err(why) => println!("SKIPPED: {what}: {why}"),
        }
    }
    Ok(())
}

/// Sends a second for the reminders of one call.
async fn drain(
    providers: &Providers,
    channels: &str,
    (email, text): (&str, &str),
    amounts: &Amounts,
) -> Result<f64> {
    let there = providers.describe();
    let get = |provider: &str, name: &str| there[provider][name].as_str().unwrap_or_default();
    let policy = format!(
        r#"{{"steps":[{{"before":"P7D","channels":{channels}}},{{"before":"P1D","channels":{channels}}},{{"before":"PT1H","channels":{channels}}}]}}"#
    );
    let variables = [
        ("email_sender", email),
        ("sms_sender", text),
        ("reminder_policy", &policy),
        ("sendgrid_endpoint", get("sendgrid", "url")),
        ("sendgrid_key", get("sendgrid", "api_key")),
        ("sendgrid_from", "reminders@example.com"),
        ("twilio_endpoint", get("twilio", "url")),
        ("twilio_account", get("twilio", "account_sid")),
        ("twilio_auth_token", get("twilio", "auth_token")),
        ("twilio_from", get("twilio", "from")),
        ("acs_endpoint", get("acs", "url")),
        ("acs_key", get("acs", "access_key")),
        ("acs_sms_from", get("acs", "from")),
        ("acs_email_from", get("acs", "sender_address")),
    ];
    let clinic = Arc::new(Clinic::open_with("2026-06-01T00:00:00Z", &variables).await);
    let each = REMINDERS / if channels.contains(',') { 1 } else { 2 };
    book(&clinic, 0, amounts.sends.div_ceil(each), 4, each).await?;
    clinic.set_now("2026-06-15T08:59:00Z");
    let path = format!("/deliver?max={}", amounts.sends);
    let started = Instant::now();
    let report = clinic.json("POST", &path, "").await;
    let elapsed = started.elapsed().as_secs_f64();
    ensure!(report["sent"] == amounts.sends, "{report}");
    Ok(f64::from(amounts.sends) / elapsed)
}

/// The same by a vendor's client, or why it cannot be.
async fn vendor(provider: &str, there: &Value, sends: u32) -> Result<Result<f64, String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = std::env::current_exe()?;
    // target/release/punctual-bench
    let target = target.ancestors().nth(2).context("a target folder")?;
    let pins = root.join("stand-ins").join(provider).join("tests/sdk");
    let modules = match judges::node(&pins, &judges::folder(target, provider)) {
        Ok(modules) => modules,
        Err(why) => return Ok(Err(why)),
    };
    let work =
        json!({"provider": provider, "messages": sends, "at_once": AT_ONCE, "modules": modules});
    let mut node = Command::new("node");
    node.arg(root.join("bench/providers/contender.mjs"))
        .args([there.to_string(), work.to_string()]);
    let output = tokio::task::spawn_blocking(move || node.output()).await?;
    let output = match output {
        Ok(output) => output,
        Err(error) => return Ok(Err(format!("node: {error}"))),
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{provider}: {said}{errors}");
    let seconds: f64 = said.trim().parse().context("the seconds")?;
    Ok(Ok(f64::from(sends) / seconds))
}
