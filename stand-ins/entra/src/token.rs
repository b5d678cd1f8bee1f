//! Tokens: a JWT (RFC 7519) signed with HS256. Clients take them as they are and look inside at their peril.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use punctual_stand_ins::{Guid, Random};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

const HEADER: &str = r#"{"typ":"JWT","alg":"HS256"}"#;

/// What a token says, as far as resources look at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The resource that it is for.
    pub aud: String,
    /// Who gave it.
    pub iss: String,
    /// When it was given; seconds since 1970, as the other two.
    pub iat: i64,
    /// From when on it is good.
    pub nbf: i64,
    /// Until when.
    pub exp: i64,
    /// The client's id.
    pub appid: Guid,
    /// `app`: no user is behind it.
    pub idtyp: String,
    /// The service principal's id.
    pub oid: Guid,
    /// The same.
    pub sub: Guid,
    /// The tenant.
    pub tid: Guid,
    /// Makes each token another.
    pub uti: Guid,
    /// `1.0`
    pub ver: String,
}

/// Whoever holds this can make tokens and judge them.
#[derive(Clone)]
pub struct Judge {
    key: [u8; 32],
    tenant: Guid,
}

impl Judge {
    /// A judge with a key from this randomness.
    pub fn new(tenant: Guid, random: &mut Random) -> Self {
        let mut key = [0; 32];
        for part in key.chunks_mut(8) {
            part.copy_from_slice(&random.next_u64().to_be_bytes());
        }
        Self { key, tenant }
    }

    /// A new token.
    pub(crate) fn issue(&self, claims: &Claims) -> String {
        let body = serde_json::to_vec(claims).unwrap_or_default();
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(HEADER),
            URL_SAFE_NO_PAD.encode(body)
        );
        let signature = URL_SAFE_NO_PAD.encode(self.sign(&signed).finalize().into_bytes());
        format!("{signed}.{signature}")
    }

    /// The claims of a token that is good for `audience` at this time; else a sentence that says why it is not.
    pub fn judge(&self, token: &str, audience: &str, now_ms: i64) -> Result<Claims, String> {
        let (signed, signature) = token.rsplit_once('.').ok_or("the token is no JWT")?;
        let signature = URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|_| "the token's signature is no base64url")?;
        self.sign(signed)
            .verify_slice(&signature)
            .map_err(|_| "the token was not signed here")?;
        let claims: Claims = read(signed).ok_or("the token has no claims")?;
        let wanted = audience.trim_end_matches('/');
        if !claims
            .aud
            .trim_end_matches('/')
            .eq_ignore_ascii_case(wanted)
        {
            return Err(format!("the token is for {}, not {wanted}", claims.aud));
        }
        if claims.tid != self.tenant {
            return Err("the token is another tenant's".into());
        }
        let now = now_ms.div_euclid(1000);
        if now >= claims.exp {
            return Err("the token is expired".into());
        }
        if now < claims.nbf {
            return Err("the token is not good yet".into());
        }
        Ok(claims)
    }

    fn sign(&self, signed: &str) -> Hmac<Sha256> {
        // A key of any length will do for HMAC (RFC 2104, section 2).
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key)
            .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        mac.update(signed.as_bytes());
        mac
    }
}

/// The claims of a JWT, its signature not looked at. `jwt` may lack the signature.
pub(crate) fn read<T: for<'de> Deserialize<'de>>(jwt: &str) -> Option<T> {
    let body = jwt.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 1_795_424_400_000;
    const BUS: &str = "https://servicebus.azure.net";

    fn claims() -> Claims {
        let id = Guid([7; 16]);
        Claims {
            aud: format!("{BUS}/"),
            iss: "https://sts.windows.net/x/".into(),
            iat: NOW_MS / 1000,
            nbf: NOW_MS / 1000,
            exp: NOW_MS / 1000 + 3_599,
            appid: id,
            idtyp: "app".into(),
            oid: id,
            sub: id,
            tid: Guid::NIL,
            uti: id,
            ver: "1.0".into(),
        }
    }

    #[track_caller]
    fn check(token: &str, audience: &str, now_ms: i64, expected: Result<(), &str>) {
        let judge = Judge::new(Guid::NIL, &mut Random::seeded(1));
        let judged = judge.judge(token, audience, now_ms).map(|_| ());
        assert_eq!(judged, expected.map_err(str::to_owned));
    }

    #[test]
    fn a_token_is_good_for_one_audience_and_for_its_time() {
        let judge = Judge::new(Guid::NIL, &mut Random::seeded(1));
        let token = judge.issue(&claims());
        check(&token, BUS, NOW_MS, Ok(()));
        check(&token, BUS, NOW_MS + 3_598_999, Ok(()));
        check(&token, BUS, NOW_MS + 3_599_000, Err("the token is expired"));
        check(&token, BUS, NOW_MS - 1, Err("the token is not good yet"));
        check(
            &token,
            "https://vault.azure.net",
            NOW_MS,
            Err("the token is for https://servicebus.azure.net/, not https://vault.azure.net"),
        );
        let other = Judge::new(Guid::NIL, &mut Random::seeded(2)).issue(&claims());
        check(&other, BUS, NOW_MS, Err("the token was not signed here"));
        check("", BUS, NOW_MS, Err("the token is no JWT"));
        check(
            "a.b.é",
            BUS,
            NOW_MS,
            Err("the token's signature is no base64url"),
        );
        let foreign = judge.issue(&Claims {
            tid: Guid([1; 16]),
            ..claims()
        });
        check(&foreign, BUS, NOW_MS, Err("the token is another tenant's"));
    }
}
