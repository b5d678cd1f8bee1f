//! Who asks: HTTP Basic, with the account's token, an API key, or the test credentials.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};
use subtle::ConstantTimeEq;

use crate::options::Options;
use crate::refusal::Refusal;

/// On whose behalf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caller {
    Live,
    /// Test credentials: nothing is sent.
    Test,
}

/// The caller, if the credentials are good.
pub(crate) fn judge(options: &Options, headers: &HeaderMap) -> Result<Caller, Refusal> {
    let given = headers.get(header::AUTHORIZATION);
    let given = given.and_then(|given| given.to_str().ok());
    let given = given.and_then(|given| given.strip_prefix("Basic "));
    let given = given.and_then(|given| STANDARD.decode(given).ok());
    let given = given.and_then(|given| String::from_utf8(given).ok());
    let given = given.ok_or_else(Refusal::unauthorized)?;
    let (user, password) = given.split_once(':').ok_or_else(Refusal::unauthorized)?;
    let account = (&options.account_sid, &options.auth_token);
    let keys = options.api_keys.iter().map(|(sid, secret)| (sid, secret));
    let live = keys.chain([account]).map(|pair| (pair, Caller::Live));
    let (test_sid, test_token) = &options.test_credentials;
    let mut known = live.chain([((test_sid, test_token), Caller::Test)]);
    let fits = |((name, secret), _): &((&String, &String), Caller)| {
        name.as_str() == user && bool::from(secret.as_bytes().ct_eq(password.as_bytes()))
    };
    let found = known.find(fits).ok_or_else(Refusal::unauthorized)?;
    Ok(found.1)
}
