//! Twilio's magic numbers: senders and recipients that always answer the same.

use crate::refusal::Refusal;

/// What a sender answers with test credentials: one of them is good, all others are not.
pub(crate) fn sender(number: &str) -> Result<(), Refusal> {
    let (code, message) = match number {
        "+15005550006" => return Ok(()),
        "+15005550001" => (21_212, "The 'From' number is not a valid phone number."),
        "+15005550008" => (
            21_611,
            "This 'From' number has exceeded the maximum number of queued messages.",
        ),
        _ => (
            21_606,
            "The 'From' phone number is not a valid, SMS-capable inbound phone number or short code for your account.",
        ),
    };
    Err(Refusal::new(400, code, message))
}

/// What a recipient answers, with any credentials.
pub(crate) fn recipient(number: &str) -> Result<(), Refusal> {
    let (code, message) = match number {
        "+15005550001" => (21_211, "The 'To' number is not a valid phone number."),
        "+15005550002" => (
            21_612,
            "The message cannot be sent with this combination of 'To' and 'From'.",
        ),
        "+15005550003" => (
            21_408,
            "Permission to send an SMS has not been enabled for the region of the 'To' number.",
        ),
        "+15005550004" => (21_610, "Attempt to send to unsubscribed recipient"),
        "+15005550009" => (21_614, "'To' number is not a valid mobile number"),
        _ => return Ok(()),
    };
    Err(Refusal::new(400, code, message))
}
