//! Keys, compared in constant time.

use subtle::{Choice, ConstantTimeEq};

use super::{Request, Response, problem};

/// Keys that open a route; each of them does.
pub struct Keys(pub Vec<String>);

/// Whether `given` is one of `keys`. Takes as long for a near miss as for a far one; only the lengths
/// could be told apart, and they are no secret.
pub fn matches(keys: &[String], given: &str) -> bool {
    let any = keys.iter().fold(Choice::from(0), |any, key| {
        any | key.as_bytes().ct_eq(given.as_bytes())
    });
    bool::from(any) && !given.is_empty()
}

/// The token of an `Authorization: Bearer` header.
pub fn bearer(request: &Request) -> Option<&str> {
    let (scheme, token) = request.header("authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl Keys {
    /// Lets the request pass or answers 401. `given` is what the caller showed, if anything.
    pub fn admit(&self, given: Option<&str>, how: &str) -> Result<(), Response> {
        match given {
            Some(given) if matches(&self.0, given) => Ok(()),
            Some(_) => Err(problem(
                401,
                "wrong key",
                &format!("the key in {how} is not valid here"),
                None,
            )),
            None => Err(problem(
                401,
                "key missing",
                &format!("send the key in {how}"),
                None,
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_key_opens() {
        let keys = ["first".to_owned(), "second".to_owned()];
        for (given, opens) in [
            ("first", true),
            ("second", true),
            ("firs", false),
            ("first ", false),
            ("", false),
            ("firstsecond", false),
        ] {
            assert_eq!(matches(&keys, given), opens, "{given:?}");
        }
        assert!(!matches(&[String::new()], ""));
    }
}
