//! The endpoint: where Dataverse sends events, and what it shows to be let in.

use anyhow::{Result, bail};
use punctual_solution::webhook::{ENDPOINT_AUTH_TYPE, ENDPOINT_NAME, ENDPOINT_URL};
use serde_json::{Value as Json, json};

use crate::api::Api;
use crate::key::WebhookKey;
use crate::report::Report;

const PART: &str = "webhook endpoint";
const COLUMNS: &str = "name,url,contract,authtype,isauthvalueset,description";
/// `contract` of a webhook.
const WEBHOOK: i64 = 8;

/// How the endpoint shall be.
pub struct Wanted<'a> {
    /// None: as it is.
    pub url: Option<&'a str>,
    /// None: as it is.
    pub key: Option<&'a WebhookKey>,
    /// Change nothing.
    pub check: bool,
    /// Write even if there is nothing to write.
    pub force: bool,
    /// Make it if it is not there.
    pub make: bool,
}

/// Its id, which the solution gives it in every environment.
pub fn id() -> String {
    punctual_solution::endpoint_id()
        .trim_matches(['{', '}'])
        .to_owned()
}

/// Looks at the endpoint and sets what is to be set. Whether it is there in the end.
pub fn connect(api: &Api, wanted: &Wanted<'_>, report: &mut Report) -> Result<bool> {
    if !wanted.check && wanted.key.is_none() {
        bail!(
            "the key of the webhook is missing: give --key-file, or set PUNCTUAL_WEBHOOK_KEY (--check needs none)"
        );
    }
    let path = format!("serviceendpoints({})", id());
    let found = match api.find(&format!("{path}?$select={COLUMNS}")) {
        Ok(found) => found,
        Err(error) => {
            report.failed(PART, &error);
            return Ok(false);
        }
    };
    let Some(found) = found else {
        return Ok(missing(api, wanted, report));
    };
    let differences = differences(&found, wanted);
    if differences.is_empty() && !wanted.force {
        let url = found["url"].as_str().unwrap_or_default();
        let known = match wanted.key {
            Some(_) => "with this key",
            None => "with a key",
        };
        report.fine(PART, format!("{url}, {known}"));
        return Ok(true);
    }
    let (Some(url), Some(key), false) = (wanted.url, wanted.key, wanted.check) else {
        report.wrong(
            PART,
            differences.join("; "),
            "Run this again without --check.",
        );
        return Ok(true);
    };
    match api.patch(&path, &body(url, key)) {
        Ok(()) if differences.is_empty() => report.changed(PART, format!("{url}: written again")),
        Ok(()) => report.changed(PART, format!("{url}: {}", differences.join("; "))),
        Err(error) => report.failed(PART, &error),
    }
    Ok(true)
}

fn missing(api: &Api, wanted: &Wanted<'_>, report: &mut Report) -> bool {
    let (Some(url), Some(key), true, false) = (wanted.url, wanted.key, wanted.make, wanted.check)
    else {
        let advice = "Import the solution first: docs/azure.md says how.";
        report.wrong(PART, "it is not there", advice);
        return false;
    };
    let mut whole = body(url, key);
    whole["serviceendpointid"] = id().into();
    whole["name"] = ENDPOINT_NAME.into();
    whole["contract"] = WEBHOOK.into();
    // JSON, and what every webhook has.
    for (column, value) in [
        ("messageformat", 2),
        ("namespaceformat", 1),
        ("connectionmode", 1),
        ("userclaim", 1),
    ] {
        whole[column] = value.into();
    }
    match api.create("serviceendpoints", &whole) {
        Ok(()) => report.changed(PART, format!("{url}: made")),
        Err(error) => report.failed(PART, &error),
    }
    true
}

fn body(url: &str, key: &WebhookKey) -> Json {
    json!({
        "url": url,
        "authtype": ENDPOINT_AUTH_TYPE,
        "authvalue": key.settings(),
        "description": description(key),
    })
}

/// Dataverse gives no key back. So its mark stands here.
fn description(key: &WebhookKey) -> String {
    format!("Set by cargo xtask connect. Key {}.", key.mark(&id()))
}

/// What is not as it shall be, in words.
fn differences(found: &Json, wanted: &Wanted<'_>) -> Vec<String> {
    let mut differences = Vec::new();
    let url = found["url"].as_str().unwrap_or_default();
    match wanted.url {
        Some(wanted) if wanted != url => differences.push(format!("the address was {url}")),
        None if url == ENDPOINT_URL => differences.push("no address is set".into()),
        _ => {}
    }
    if found["authtype"] != ENDPOINT_AUTH_TYPE {
        differences.push("the key does not go in a header".into());
    }
    if found["isauthvalueset"] != true {
        differences.push("no key is set".into());
    } else if wanted
        .key
        .is_some_and(|key| found["description"] != description(key))
    {
        differences.push("the key is another, or was not set by this program".into());
    }
    differences
}
