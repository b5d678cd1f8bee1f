//! What a request for a token brought back.

use serde::Deserialize;
use serde_json::Value;

use super::{SignInError, Token};
use crate::core::Instant;
use crate::http::Answer;

/// How long to wait where nobody says it.
const RETRY_AFTER_SECONDS: u32 = 5;
/// While a machine's identity is being updated, IMDS answers 410; that lasts up to 70 seconds.
const UPDATING_SECONDS: u32 = 10;

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    /// Seconds; a number, or a text from managed identities. May be missing.
    #[serde(default)]
    expires_in: Value,
    /// Seconds since 1970; a text from managed identities, missing elsewhere.
    #[serde(default)]
    expires_on: Value,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Refused {
    error: String,
    error_codes: Vec<u32>,
    trace_id: String,
}

/// Reads an answer.
pub fn read(answer: &Answer, now: Instant) -> Result<Token, SignInError> {
    if answer.is_success() {
        return granted(&answer.body, now).ok_or_else(|| SignInError {
            text: format!("{} but no token in it", answer.status),
            retry_after_seconds: Some(RETRY_AFTER_SECONDS),
        });
    }
    let refused: Refused = serde_json::from_slice(&answer.body).unwrap_or_default();
    let asked = answer.retry_after_seconds(now);
    let retry_after_seconds = match answer.status {
        410 => Some(UPDATING_SECONDS),
        404 | 408 | 429 | 500..=599 => Some(asked.unwrap_or(RETRY_AFTER_SECONDS)),
        _ if refused.error == "temporarily_unavailable" => Some(RETRY_AFTER_SECONDS),
        _ => asked,
    };
    Err(SignInError {
        text: told(answer.status, &refused),
        retry_after_seconds,
    })
}

fn granted(body: &[u8], now: Instant) -> Option<Token> {
    let granted: Granted = serde_json::from_slice(body).ok()?;
    let at = seconds(&granted.expires_on).map(|at| at.saturating_mul(1_000));
    let within = || Some(now.saturating_add(seconds(&granted.expires_in)?.saturating_mul(1_000)));
    Some(Token {
        text: granted.access_token,
        expires_at: at.or_else(within)?,
    })
}

fn seconds(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_str()?.trim().parse().ok())
}

/// Entra's word and number, and what to do about it. Its sentences name tenants and applications and may grow, so they
/// stay where they are; the trace id finds them.
fn told(status: u16, refused: &Refused) -> String {
    let code = refused.error_codes.first().copied();
    let advice = code.and_then(advice).unwrap_or(match status {
        400..=403 => "the identity is refused: see sign_in and what belongs to it",
        404 => "there is no such identity here yet",
        410 => "the identity is being updated",
        429 => "throttled",
        _ => "the service is busy or down",
    });
    let mut text = format!("{status}");
    for part in [
        refused.error.clone(),
        code.map(|code| format!("AADSTS{code}")).unwrap_or_default(),
    ] {
        // A word of Entra's, not a sentence; whatever else comes is not told.
        if !part.is_empty() && part.len() <= 64 && part.bytes().all(is_word) {
            text = format!("{text} {part}");
        }
    }
    text = format!("{text}: {advice}");
    if refused.trace_id.len() == 36 && refused.trace_id.bytes().all(is_word) {
        text = format!("{text} (trace {})", refused.trace_id);
    }
    text
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Whether the assertion was outside of its time: a newer one may be there.
pub fn is_stale_assertion(error: &SignInError) -> bool {
    error.text.contains("AADSTS700024")
}

fn advice(code: u32) -> Option<&'static str> {
    Some(match code {
        7_000_215 => "the client secret is wrong: see entra_client_secret (its value, not its id)",
        7_000_222 => "the client secret has expired: make a new one and set entra_client_secret",
        700_016 => "the tenant knows no such application: see entra_client_id and entra_tenant",
        90_002 => "there is no such tenant: see entra_tenant",
        500_011 => "the tenant knows no such resource: see dataverse_url",
        1_002_012 => "the resource is not well named: see dataverse_url",
        700_024 => "the assertion is outside of its time",
        700_210..=700_219 | 70_021 => {
            "no federated credential matches the assertion: compare issuer, subject and audience"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = 1_795_424_400_000;

    #[track_caller]
    fn check(status: u16, body: &str, expected: &str) {
        let answer = Answer {
            status,
            headers: vec![("retry-after".to_owned(), "7".to_owned())],
            body: body.into(),
        };
        let told = match read(&answer, NOW) {
            Ok(token) => format!("{} for {} s", token.text, (token.expires_at - NOW) / 1_000),
            Err(error) => format!("{error} / {:?}", error.retry_after_seconds),
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn tokens_of_every_door() {
        check(
            200,
            r#"{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"t"}"#,
            "t for 3599 s",
        );
        check(
            200,
            r#"{"access_token":"t","expires_in":"86399","expires_on":"1795510799","resource":"r"}"#,
            "t for 86399 s",
        );
        check(
            200,
            r#"{"access_token":"t","expires_on":"1795424460"}"#,
            "t for 60 s",
        );
        check(
            200,
            r#"{"access_token":"t"}"#,
            "sign-in: 200 but no token in it / Some(5)",
        );
        check(200, "<html>", "sign-in: 200 but no token in it / Some(5)");
    }

    #[test]
    fn refusals_say_what_to_do_and_nothing_of_the_body() {
        check(
            401,
            r#"{"error":"invalid_client","error_description":"AADSTS7000215: planted-secret","error_codes":[7000215],
                "trace_id":"0f8fad5b-d9cb-469f-a165-70867728950e"}"#,
            "sign-in: 401 invalid_client AADSTS7000215: the client secret is wrong: see entra_client_secret (its value, not its id) (trace 0f8fad5b-d9cb-469f-a165-70867728950e) / Some(7)",
        );
        check(
            400,
            r#"{"error":"planted secret <b>","error_codes":[]}"#,
            "sign-in: 400: the identity is refused: see sign_in and what belongs to it / Some(7)",
        );
        check(429, "", "sign-in: 429: throttled / Some(7)");
        check(
            410,
            "",
            "sign-in: 410: the identity is being updated / Some(10)",
        );
        check(
            503,
            "no JSON",
            "sign-in: 503: the service is busy or down / Some(7)",
        );
    }
}
