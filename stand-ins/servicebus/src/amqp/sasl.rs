//! SASL (AMQP 1.0, part 5, section 5.3): who connects matters little, tokens come later.

use fe2o3_amqp_types::sasl::{SaslCode, SaslInit, SaslMechanisms, SaslOutcome};
use serde_amqp::primitives::{Array, Symbol};

use crate::access::{Access, Grant};
use crate::codec::{self, Malformed};

/// The service's mechanisms, in its order.
pub(super) fn mechanisms() -> SaslMechanisms {
    let names = ["MSSBCBS", "PLAIN", "ANONYMOUS", "EXTERNAL"];
    SaslMechanisms {
        sasl_server_mechanisms: Array::from(names.map(Symbol::from).to_vec()),
    }
}

/// What came of a `sasl-init`: good or not, and what PLAIN gave.
pub(super) struct Greeted {
    pub(super) outcome: SaslOutcome,
    pub(super) is_good: bool,
    pub(super) grant: Option<Grant>,
}

/// Reads a `sasl-init`. With ANONYMOUS and MSSBCBS the initial response says nothing: clients put all sorts of
/// things there.
pub(super) fn greet(access: &Access, body: &[u8]) -> Result<Greeted, Malformed> {
    let (0x41, _) = codec::descriptor(body)? else {
        return Err(Malformed("sasl-init was expected"));
    };
    let init: SaslInit = codec::read(body)?;
    let response = init.initial_response.unwrap_or_default();
    let (is_good, grant) = match init.mechanism.as_str() {
        "ANONYMOUS" | "MSSBCBS" => (true, None),
        "PLAIN" => {
            let grant = access.judge_plain(&response);
            (grant.is_some(), grant)
        }
        _ => (false, None),
    };
    let code = if is_good {
        SaslCode::Ok
    } else {
        SaslCode::Auth
    };
    let outcome = SaslOutcome {
        code,
        additional_data: None,
    };
    Ok(Greeted {
        outcome,
        is_good,
        grant,
    })
}
