// The vendors' JavaScript clients doing what a delivery does: so many messages to each provider, so many calls under way at once.
//
//     node contender.mjs WHERE WORK
//
// WHERE is the JSON of the stand-ins, WORK `{"provider":"sendgrid","messages":1000,"at_once":16,"modules":FOLDER}`.
// Prints the seconds that it took. The packages are looked for in FOLDER.

import { createRequire } from "node:module";

const [where, work] = process.argv.slice(2).map((text) => JSON.parse(text));
const require = createRequire(`${work.modules}/x.js`);
const there = where[work.provider];
const text = "Riverside Clinic: appointment on Mon 15 Jun 2026, 09:00 (Berlin time). Reply STOP to opt out.";

// One call each, made ready before the clock runs.
const senders = {
  sendgrid() {
    const mail = require("@sendgrid/mail");
    mail.setApiKey(there.api_key);
    mail.client.setDefaultRequest("baseUrl", `${there.url}/`);
    return (number) =>
      mail.send({
        to: `person${number}@example.com`,
        from: "reminders@example.com",
        subject: "Your appointment",
        text,
        html: `<p>${text}</p>`,
      });
  },
  twilio() {
    const twilio = require("twilio");
    // The client has no option for a base URL.
    class Here extends twilio.RequestClient {
      request(options) {
        return super.request({ ...options, uri: options.uri.replace("https://api.twilio.com", there.url) });
      }
    }
    const client = twilio(there.account_sid, there.auth_token, { httpClient: new Here({ keepAlive: true }) });
    return () => client.messages.create({ to: "+12025550123", from: there.from, body: text });
  },
  acs() {
    const { SmsClient } = require("@azure/communication-sms");
    const client = new SmsClient(there.url, { key: there.access_key }, { allowInsecureConnection: true });
    return () => client.send({ from: there.from, to: ["+12025550123"], message: text });
  },
};

const send = senders[work.provider]();
let next = 0;
const worker = async () => {
  while (next < work.messages) await send(next++);
};
const started = performance.now();
await Promise.all(Array.from({ length: work.at_once }, worker));
console.log((performance.now() - started) / 1000);
