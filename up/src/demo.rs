//! A small clinic for `up --demo`, entered through the API as staff would.

use std::path::Path;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use punctual_host::{Host, client};
use serde_json::json;

/// Written to the data folder once the clinic is there, so that a second run does not double it.
const MARKER: &str = "demo-seeded";

/// Hours from now (to the full hour), minutes it takes, and what is known of it. The people, mailboxes and
/// numbers are made up: example.com and 555-01xx are kept free for that.
const CLINIC: [Visit; 12] = [
    Visit {
        in_hours: 2,
        minutes: 20,
        who: "Avery Lin",
        service: "Blood test",
        zone: "America/New_York",
        mail: "avery",
        phone: "+12025550101",
        locale: "en",
    },
    Visit {
        in_hours: 26,
        minutes: 30,
        who: "Jonas Weber",
        service: "Check-up",
        zone: "Europe/Berlin",
        mail: "jonas",
        phone: "+12025550102",
        locale: "de",
    },
    Visit {
        in_hours: 27,
        minutes: 45,
        who: "Mila Horvat",
        service: "Dental cleaning",
        zone: "Europe/Zagreb",
        mail: "mila",
        phone: "",
        locale: "en",
    },
    Visit {
        in_hours: 49,
        minutes: 30,
        who: "Priya Nair",
        service: "Eye examination",
        zone: "Asia/Kolkata",
        mail: "priya",
        phone: "+12025550104",
        locale: "en",
    },
    Visit {
        in_hours: 52,
        minutes: 15,
        who: "Tom Okafor",
        service: "Vaccination",
        zone: "Africa/Lagos",
        mail: "",
        phone: "+12025550105",
        locale: "en",
    },
    Visit {
        in_hours: 75,
        minutes: 60,
        who: "Sofia Ruiz",
        service: "Physiotherapy",
        zone: "America/Mexico_City",
        mail: "sofia",
        phone: "+12025550106",
        locale: "es",
    },
    Visit {
        in_hours: 98,
        minutes: 30,
        who: "Kenji Mori",
        service: "Check-up",
        zone: "Asia/Tokyo",
        mail: "kenji",
        phone: "+12025550107",
        locale: "en",
    },
    Visit {
        in_hours: 123,
        minutes: 20,
        who: "Grace Hall",
        service: "X-ray",
        zone: "Europe/London",
        mail: "grace",
        phone: "+12025550108",
        locale: "en",
    },
    Visit {
        in_hours: 170,
        minutes: 30,
        who: "Noah Tremblay",
        service: "Consultation",
        zone: "America/Toronto",
        mail: "noah",
        phone: "+12025550109",
        locale: "en",
    },
    Visit {
        in_hours: 194,
        minutes: 30,
        who: "Lea Fischer",
        service: "Skin check",
        zone: "Europe/Vienna",
        mail: "lea",
        phone: "+12025550110",
        locale: "de",
    },
    Visit {
        in_hours: 218,
        minutes: 45,
        who: "Mateo Silva",
        service: "Dental filling",
        zone: "America/Sao_Paulo",
        mail: "mateo",
        phone: "+12025550111",
        locale: "en",
    },
    Visit {
        in_hours: 243,
        minutes: 30,
        who: "Isla Campbell",
        service: "Check-up",
        zone: "Australia/Sydney",
        mail: "isla",
        phone: "+12025550112",
        locale: "en",
    },
];

struct Visit {
    in_hours: i64,
    minutes: i64,
    who: &'static str,
    service: &'static str,
    zone: &'static str,
    mail: &'static str,
    phone: &'static str,
    locale: &'static str,
}

impl Visit {
    fn as_json(&self, now: DateTime<Utc>) -> serde_json::Value {
        let full_hour =
            DateTime::from_timestamp(now.timestamp().div_euclid(3600) * 3600, 0).unwrap_or(now);
        let start = full_hour + Duration::hours(self.in_hours);
        let text = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
        let some = |value: &str| (!value.is_empty()).then(|| value.to_owned());
        json!({
            "service": self.service,
            "customer_name": self.who,
            "email": some(self.mail).map(|name| format!("{name}@example.com")),
            "phone": some(self.phone),
            "start_at": text(start),
            "end_at": text(start + Duration::minutes(self.minutes)),
            "time_zone": self.zone,
            "locale": self.locale,
            "status": "scheduled",
        })
    }
}

/// Enters the clinic, once for each data folder. Without a folder it is entered anyway: nothing remembers it.
pub async fn seed(host: &Host, admin_token: &str, data: Option<&Path>) -> Result<()> {
    let marker = data.map(|data| data.join(MARKER));
    if let Some(marker) = marker.as_ref().filter(|marker| marker.exists()) {
        eprintln!(
            "up: the demo clinic is already there, says {}",
            marker.display()
        );
        return Ok(());
    }
    let authorization = format!("Bearer {admin_token}");
    let headers = [
        ("authorization", authorization.as_str()),
        ("content-type", "application/json"),
    ];
    let url = format!("{}/api/appointments", host.url());
    for visit in &CLINIC {
        let body = visit.as_json(host.clock().now()).to_string();
        let reply = client::send("POST".parse()?, &url, &headers, body).await?;
        if !reply.status.is_success() {
            bail!(
                "the demo clinic was refused with {}: {}",
                reply.status,
                reply.text()
            );
        }
    }
    if let Some(marker) = marker {
        std::fs::write(&marker, "")
            .with_context(|| format!("cannot write {}", marker.display()))?;
    }
    eprintln!("up: {} appointments of a demo clinic entered", CLINIC.len());
    Ok(())
}
