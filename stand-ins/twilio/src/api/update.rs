//! Changing: a scheduled message is canceled, a text is emptied, a message is forgotten.

use bytes::Bytes;
use http::{Response, StatusCode};
use punctual_stand_ins::Form;
use punctual_stand_ins::control::json;

use crate::callbacks;
use crate::message::Status;
use crate::refusal::Refusal;
use crate::twilio::Twilio;

pub(super) fn update(
    twilio: &mut Twilio,
    sid: &str,
    form: &Form,
    now_ms: i64,
) -> Result<Response<Bytes>, Refusal> {
    let missing = || Refusal::not_found(&format!("Messages/{sid}.json"));
    let message = twilio.messages.get_mut(sid).ok_or_else(missing)?;
    let mut canceled = false;
    for (name, value) in &form.0 {
        match (name.as_str(), value.as_str()) {
            ("Status", "canceled") if message.status == Status::Scheduled => {
                message.status = Status::Canceled;
                canceled = true;
            }
            ("Status", "canceled") => {
                let text = format!(
                    "a message that is {} cannot be canceled",
                    message.status.name()
                );
                return Err(Refusal::new(400, 30_409, text));
            }
            ("Body", "") => message.body.clear(),
            _ => {
                let text = "there are Status=canceled and an empty Body";
                return Err(Refusal::new(400, 20_001, text));
            }
        }
    }
    message.updated_ms = now_ms;
    let message = message.clone();
    if canceled {
        callbacks::tell_status(twilio, &message, now_ms);
    }
    Ok(json(StatusCode::OK, &message.show()))
}

pub(super) fn delete(twilio: &mut Twilio, sid: &str) -> Result<Response<Bytes>, Refusal> {
    let missing = || Refusal::not_found(&format!("Messages/{sid}.json"));
    twilio.messages.remove(sid).ok_or_else(missing)?;
    twilio.order.retain(|known| known != sid);
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}
