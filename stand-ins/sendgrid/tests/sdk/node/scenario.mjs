// SendGrid's own client for JavaScript against the stand-in: send, refusals, throttled, signed events.
//
//     node scenario.mjs DESCRIPTION
//
// DESCRIPTION is the stand-in's part of the JSON line. Prints a line a step and ends with 0, or fails with an assertion.
// The packages are looked for in the folder that the environment variable SDK_MODULES names.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.SDK_MODULES ?? "."}/x.js`);
const mail = require("@sendgrid/mail");
const { EventWebhook, EventWebhookHeader } = require("@sendgrid/eventwebhook");

const there = JSON.parse(process.argv[2]);
const step = (line) => console.log("node:", line);
const control = async (path, body) => {
  const options = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  return (await fetch(there.control + path, options)).json();
};
mail.setApiKey(there.api_key);
mail.client.setDefaultRequest("baseUrl", `${there.url}/`);
const mustFail = (status, text, act) =>
  assert.rejects(act, (error) => {
    assert.equal(error.code, status, error.message);
    assert.ok(error.response.body.errors[0].message.includes(text), JSON.stringify(error.response.body));
    return true;
  });

const heard = [];
let wake = () => {};
const receiver = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    heard.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
    response.writeHead(204).end();
    wake();
  });
});
await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
await control("/hook", { url: `http://127.0.0.1:${receiver.address().port}/events` });
const webhook = new EventWebhook();
const key = webhook.convertPublicKeyToECDSA(there.webhook_public_key);
const nextEvents = async () => {
  while (heard.length === 0) await new Promise((resolve) => (wake = resolve));
  const { headers, body } = heard.shift();
  const signature = headers[EventWebhookHeader.SIGNATURE().toLowerCase()];
  const timestamp = headers[EventWebhookHeader.TIMESTAMP().toLowerCase()];
  assert.ok(webhook.verifySignature(key, body, signature, timestamp));
  assert.ok(!webhook.verifySignature(key, body, signature, `${timestamp}0`));
  return JSON.parse(body);
};

const reminder = {
  to: "pat@example.com",
  from: { email: "clinic@example.com", name: "Clinic" },
  subject: "Reminder",
  text: "hi",
  html: "<p>hi</p>",
  customArgs: { reminder_id: "r-1" },
  trackingSettings: { clickTracking: { enable: false, enableText: false }, openTracking: { enable: false } },
};
await control("/people", { who: "pat@example.com", fate: { kind: "opened" } });
const [sent] = await mail.send(reminder);
assert.equal(sent.statusCode, 202);
await control("/clock", { advance_seconds: 5 });
const events = await nextEvents();
assert.deepEqual(events.map((it) => it.event), ["processed", "delivered"]);
assert.ok(events.every((it) => it.sg_message_id.startsWith(`${sent.headers["x-message-id"]}.`)));
assert.equal((await control("/messages")).messages[0].marks.reminder_id, "r-1");
step("sent; opened and not tracked; events that SendGrid's verifier accepts");

await mustFail(400, "should be unique", () => mail.send({ ...reminder, cc: "pat@example.com" }));
await mustFail(400, "reserved", () => mail.send({ ...reminder, headers: { "Reply-To": "a@example.com" } }));
await control("/faults", { at: "api.send", kind: "busy", retry_after_seconds: 1 });
await mustFail(429, "too many requests", () => mail.send(reminder));
await control("/faults", { at: "api.send", kind: "fail" });
await mustFail(503, "unavailable", () => mail.send(reminder));
await control("/clock", { advance_seconds: 5 });
assert.equal((await control("/messages")).count, 1);
step("refused, throttled, and nothing was sent");

await control("/faults", { at: "webhook", kind: "twice" });
await mail.sendMultiple({ ...reminder, to: ["a@example.com", "b@example.com"] });
await control("/clock", { advance_seconds: 5 });
const [first, second] = [await nextEvents(), await nextEvents()];
assert.deepEqual(first, second);
assert.deepEqual(new Set(first.map((it) => it.email)), new Set(["a@example.com", "b@example.com"]));
step("the same events twice");
receiver.close();
