//! The very requests.

use expect_test::{Expect, expect};
use punctual_app::http::Call;

use crate::recorder;

#[track_caller]
fn check(call: &Call, expected: Expect) {
    let headers: String = call
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\n"))
        .collect();
    let body = match serde_json::from_slice::<serde_json::Value>(&call.body) {
        Ok(json) => serde_json::to_string_pretty(&json).expect("JSON"),
        Err(_) => String::from_utf8(call.body.clone())
            .expect("text")
            .replace('&', "\n&"),
    };
    expected.assert_eq(&format!("{} {}\n{headers}\n{body}", call.method, call.url));
}

#[test]
fn sendgrid() {
    check(
        &recorder::sendgrid(true),
        expect![[r#"
        POST https://api.sendgrid.com/v3/mail/send
        authorization: Bearer SG.a-key
        content-type: application/json

        {
          "attachments": [
            {
              "content": "QkVHSU46VkNBTEVOREFSDQpFTkQ6VkNBTEVOREFSDQo=",
              "disposition": "attachment",
              "filename": "appointment.ics",
              "type": "text/calendar"
            }
          ],
          "content": [
            {
              "type": "text/plain",
              "value": "Dear Zoë,\nsee you."
            },
            {
              "type": "text/html",
              "value": "<p>Dear Zoë,<br>see you.</p>"
            }
          ],
          "from": {
            "email": "clinic@example.com",
            "name": "Clinic"
          },
          "headers": {
            "List-Unsubscribe": "<https://reminders.example.com/unsubscribe?token=abc>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"
          },
          "personalizations": [
            {
              "custom_args": {
                "notification_id": "56a94a9c-6083-5c07-ad1b-fe969cacdd3d"
              },
              "to": [
                {
                  "email": "zoe@example.com"
                }
              ]
            }
          ],
          "reply_to": {
            "email": "desk@example.com"
          },
          "subject": "Your appointment on 1 June",
          "tracking_settings": {
            "click_tracking": {
              "enable": false,
              "enable_text": false
            },
            "open_tracking": {
              "enable": false
            },
            "subscription_tracking": {
              "enable": false
            }
          }
        }"#]],
    );
}

#[test]
fn twilio() {
    check(
        &recorder::twilio_send(true),
        expect![[r#"
        POST https://api.twilio.com/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages.json
        authorization: Basic U0swMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjphLXNlY3JldA==
        content-type: application/x-www-form-urlencoded

        To=%2B12025550114
        &Body=Clinic%3A%201%20June%2009%3A00%20%26%20caf%C3%A9.%20Reply%20STOP%20to%20opt%20out.
        &MessagingServiceSid=MG0123456789abcdef0123456789abcdef
        &ValidityPeriod=3600
        &StatusCallback=https%3A%2F%2Freminders.example.com%2Fcallbacks%2Ftwilio%3Fnotification%3D56a94a9c-6083-5c07-ad1b-fe969cacdd3d"#]],
    );
    check(
        &recorder::twilio_send(false),
        expect![[r#"
        POST https://api.twilio.com/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages.json
        authorization: Basic QUMwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjphLXRva2Vu
        content-type: application/x-www-form-urlencoded

        To=%2B12025550114
        &Body=Clinic%3A%201%20June%2009%3A00%20%26%20caf%C3%A9.%20Reply%20STOP%20to%20opt%20out.
        &From=%2B12025550100
        &ValidityPeriod=3600"#]],
    );
    check(
        &recorder::twilio_list(),
        expect![[r#"
        GET https://api.twilio.com/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages.json?To=%2B12025550114&PageSize=100
        authorization: Basic QUMwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjphLXRva2Vu

    "#]],
    );
}

#[test]
fn acs_sms() {
    check(
        &recorder::acs_sms(),
        expect![[r#"
        POST https://contoso.communication.azure.com/sms?api-version=2026-01-23
        content-type: application/json
        x-ms-date: Mon, 01 Jun 2026 08:00:00 GMT
        x-ms-content-sha256: 4e4GAHKuv4OR7LFQopZEm5ydinw5zboP5dODmV6fBmI=
        authorization: HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=cp7HOwsySl1Kpjso4OHeU4EFXzWJIZ6m57enwDaYRgc=

        {
          "from": "+18445550100",
          "message": "Clinic: 1 June 09:00 & café. Reply STOP to opt out.",
          "smsRecipients": [
            {
              "repeatabilityFirstSent": "Mon, 01 Jun 2026 07:59:45 GMT",
              "repeatabilityRequestId": "56a94a9c-6083-5c07-ad1b-fe969cacdd3d",
              "to": "+12025550114"
            }
          ],
          "smsSendOptions": {
            "enableDeliveryReport": true,
            "tag": "56a94a9c-6083-5c07-ad1b-fe969cacdd3d"
          }
        }"#]],
    );
}

#[test]
fn acs_email() {
    check(
        &recorder::acs_email(true),
        expect![[r#"
        POST https://contoso.communication.azure.com/emails:send?api-version=2025-09-01
        content-type: application/json
        operation-id: 56a94a9c-6083-5c07-ad1b-fe969cacdd3d
        x-ms-client-request-id: 56a94a9c-6083-5c07-ad1b-fe969cacdd3d
        authorization: Bearer a-token

        {
          "attachments": [
            {
              "contentInBase64": "QkVHSU46VkNBTEVOREFSDQpFTkQ6VkNBTEVOREFSDQo=",
              "contentType": "text/calendar",
              "name": "appointment.ics"
            }
          ],
          "content": {
            "html": "<p>Dear Zoë,<br>see you.</p>",
            "plainText": "Dear Zoë,\nsee you.",
            "subject": "Your appointment on 1 June"
          },
          "headers": {
            "List-Unsubscribe": "<https://reminders.example.com/unsubscribe?token=abc>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"
          },
          "recipients": {
            "to": [
              {
                "address": "zoe@example.com"
              }
            ]
          },
          "replyTo": [
            {
              "address": "desk@example.com"
            }
          ],
          "senderAddress": "clinic@example.com",
          "userEngagementTrackingDisabled": true
        }"#]],
    );
    check(
        &recorder::acs_operation(),
        expect![[r#"
        GET https://contoso.communication.azure.com/emails/operations/56a94a9c-6083-5c07-ad1b-fe969cacdd3d?api-version=2025-09-01
        x-ms-date: Mon, 01 Jun 2026 08:00:00 GMT
        x-ms-content-sha256: 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
        authorization: HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=Eh69kJGxsXtD3yF7DyUl+4NsTYQs26s6Cpvrc9trhvs=

    "#]],
    );
}
