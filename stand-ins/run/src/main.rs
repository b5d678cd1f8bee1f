//! Runs the stand-ins and prints one line of JSON that says where they are. Ends at Ctrl-C.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Parser;
use punctual_stand_in_dataverse::access::Caller;
use punctual_stand_in_dataverse::schema::TableDefinition;
use punctual_stand_in_servicebus::access::{Grant, Rights};
use punctual_stand_in_servicebus::options::QueueOptions;
use punctual_stand_ins::Authority;
use punctual_stand_ins::ShellOptions;
use {
    punctual_stand_in_acs as acs, punctual_stand_in_appinsights as appinsights,
    punctual_stand_in_dataverse as dataverse, punctual_stand_in_entra as entra,
    punctual_stand_in_sendgrid as sendgrid, punctual_stand_in_servicebus as servicebus,
    punctual_stand_in_twilio as twilio,
};

/// Stand-ins of the cloud services that Punctual uses, on loopback.
#[derive(Parser)]
struct Arguments {
    /// Service Bus, AMQP over plain TCP. Port 0 takes a free one, here and below.
    #[arg(long, default_value = "127.0.0.1:0")]
    servicebus_amqp: SocketAddr,
    /// Service Bus, AMQP over TLS; `/ca.pem` of the control port has the certificate to trust.
    #[arg(long, default_value = "127.0.0.1:0")]
    servicebus_amqps: SocketAddr,
    /// Service Bus, HTTP.
    #[arg(long, default_value = "127.0.0.1:0")]
    servicebus_http: SocketAddr,
    /// Service Bus, control: clock, faults, queues, history.
    #[arg(long, default_value = "127.0.0.1:0")]
    servicebus_control: SocketAddr,
    /// A queue; may be given more than once.
    #[arg(long = "queue", default_values = ["reminders", "probe"])]
    queues: Vec<String>,
    /// Dataverse, HTTP.
    #[arg(long, default_value = "127.0.0.1:0")]
    dataverse_http: SocketAddr,
    /// Dataverse, HTTPS; `/ca.pem` of the control port has the certificate to trust.
    #[arg(long, default_value = "127.0.0.1:0")]
    dataverse_https: SocketAddr,
    /// Dataverse, control: clock, faults, requests, rows, webhooks.
    #[arg(long, default_value = "127.0.0.1:0")]
    dataverse_control: SocketAddr,
    /// A file with a clinic's own table for Dataverse, as JSON; may be given more than once.
    #[arg(long = "dataverse-table")]
    dataverse_tables: Vec<PathBuf>,
    /// Entra, HTTP.
    #[arg(long, default_value = "127.0.0.1:0")]
    entra_http: SocketAddr,
    /// Entra, HTTPS; the same certificate authority as Dataverse's.
    #[arg(long, default_value = "127.0.0.1:0")]
    entra_https: SocketAddr,
    /// Entra, control: clock, faults, requests.
    #[arg(long, default_value = "127.0.0.1:0")]
    entra_control: SocketAddr,
    /// SendGrid, HTTP.
    #[arg(long, default_value = "127.0.0.1:0")]
    sendgrid_http: SocketAddr,
    /// SendGrid, HTTPS; the same certificate authority as Dataverse's.
    #[arg(long, default_value = "127.0.0.1:0")]
    sendgrid_https: SocketAddr,
    /// SendGrid, control: clock, faults, requests, messages, people, webhooks.
    #[arg(long, default_value = "127.0.0.1:0")]
    sendgrid_control: SocketAddr,
    /// Twilio, HTTP.
    #[arg(long, default_value = "127.0.0.1:0")]
    twilio_http: SocketAddr,
    /// Twilio, HTTPS; the same certificate authority as Dataverse's.
    #[arg(long, default_value = "127.0.0.1:0")]
    twilio_https: SocketAddr,
    /// Twilio, control: clock, faults, requests, messages, people, inbound texts, webhooks.
    #[arg(long, default_value = "127.0.0.1:0")]
    twilio_control: SocketAddr,
    /// Azure Communication Services, HTTP.
    #[arg(long, default_value = "127.0.0.1:0")]
    acs_http: SocketAddr,
    /// Azure Communication Services, HTTPS; the same certificate authority as Dataverse's.
    #[arg(long, default_value = "127.0.0.1:0")]
    acs_https: SocketAddr,
    /// Azure Communication Services, control: clock, faults, requests, messages, people, inbound texts, webhooks.
    #[arg(long, default_value = "127.0.0.1:0")]
    acs_control: SocketAddr,
    /// Application Insights and an OpenTelemetry collector, HTTP.
    #[arg(long, default_value = "127.0.0.1:0")]
    appinsights_http: SocketAddr,
    /// The same, HTTPS; the same certificate authority as Dataverse's.
    #[arg(long, default_value = "127.0.0.1:0")]
    appinsights_https: SocketAddr,
    /// The same, control: clock, faults, requests, items.
    #[arg(long, default_value = "127.0.0.1:0")]
    appinsights_control: SocketAddr,
}

/// The audience of tokens for Service Bus, whatever the namespace.
const SERVICE_BUS: &str = "https://servicebus.azure.net";

/// Entra's judge, as the Service Bus stand-in wants it: a good token may do everything.
struct Judge(entra::token::Judge);

impl servicebus::access::BearerValidator for Judge {
    fn validate(&self, token: &str, now_ms: i64) -> Result<Grant, String> {
        let claims = self.0.judge(token, SERVICE_BUS, now_ms)?;
        Ok(Grant {
            scope: String::new(),
            rights: Rights::ALL,
            expires_ms: claims.exp.saturating_mul(1000),
        })
    }
}

fn table(path: &PathBuf) -> Result<TableDefinition> {
    let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is no table", path.display()))
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let authority = Arc::new(Authority::new()?);
    let options = entra::StandInOptions {
        http: arguments.entra_http,
        https: arguments.entra_https,
        control: arguments.entra_control,
        authority: authority.clone(),
        ..entra::StandInOptions::new()?
    };
    let entra = entra::StandIn::start(options).await?;

    let options = servicebus::StandInOptions {
        amqp: arguments.servicebus_amqp,
        amqps: arguments.servicebus_amqps,
        http: arguments.servicebus_http,
        control: arguments.servicebus_control,
        queues: arguments
            .queues
            .into_iter()
            .map(|name| (name, QueueOptions::default()))
            .collect(),
        bearer: Some(Box::new(Judge(entra.with(|entra| entra.judge())))),
        ..servicebus::StandInOptions::default()
    };
    let servicebus = servicebus::StandIn::start(options).await?;

    let mut options = dataverse::StandInOptions {
        http: arguments.dataverse_http,
        https: arguments.dataverse_https,
        control: arguments.dataverse_control,
        authority: authority.clone(),
        ..dataverse::StandInOptions::new()?
    };
    for path in &arguments.dataverse_tables {
        options.environment.tables.push(table(path)?);
    }
    let dataverse = dataverse::StandIn::start(options).await?;
    let judge = entra.with(|entra| entra.judge());
    // A token is for the URL that the client calls.
    let audiences = [dataverse.url(), dataverse.https_url()];
    dataverse.trust(Box::new(move |token: &str, now_ms: i64| {
        let mut judged = audiences.iter().map(|it| judge.judge(token, it, now_ms));
        let claims = judged.find(Result::is_ok).unwrap_or_else(|| {
            let wanted = audiences.join(" or ");
            Err(format!("the token is not good for {wanted}"))
        })?;
        Ok(Caller::Application(claims.appid))
    }));

    let shell = |http, https, control| {
        let authority = authority.clone();
        ShellOptions::new().map(|usual| ShellOptions {
            http,
            https,
            control,
            authority,
            ..usual
        })
    };
    let sendgrid = sendgrid::StandIn::start(sendgrid::StandInOptions {
        shell: shell(
            arguments.sendgrid_http,
            arguments.sendgrid_https,
            arguments.sendgrid_control,
        )?,
        ..sendgrid::StandInOptions::new()?
    })
    .await?;
    let twilio = twilio::StandIn::start(twilio::StandInOptions {
        shell: shell(
            arguments.twilio_http,
            arguments.twilio_https,
            arguments.twilio_control,
        )?,
        ..twilio::StandInOptions::new()?
    })
    .await?;
    let acs = acs::StandIn::start(acs::StandInOptions {
        shell: shell(
            arguments.acs_http,
            arguments.acs_https,
            arguments.acs_control,
        )?,
        ..acs::StandInOptions::new()?
    })
    .await?;
    let judge = entra.with(|entra| entra.judge());
    acs.trust(Box::new(move |token: &str, now_ms: i64| {
        let judged = judge.judge(token, acs::access::AUDIENCE, now_ms);
        judged.map(drop)
    }));
    let appinsights = appinsights::StandIn::start(appinsights::StandInOptions {
        shell: shell(
            arguments.appinsights_http,
            arguments.appinsights_https,
            arguments.appinsights_control,
        )?,
        ..appinsights::StandInOptions::new()?
    })
    .await?;
    println!(
        "{}",
        serde_json::json!({
            "servicebus": servicebus.describe(),
            "dataverse": dataverse.describe(),
            "entra": entra.describe(),
            "sendgrid": sendgrid.describe(),
            "twilio": twilio.describe(),
            "acs": acs.describe(),
            "appinsights": appinsights.describe(),
        })
    );
    tokio::signal::ctrl_c().await?;
    Ok(())
}
