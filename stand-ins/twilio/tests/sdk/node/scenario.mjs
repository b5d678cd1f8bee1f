// Twilio's own client for JavaScript against the stand-in: send, refusals, throttled, lists, signed callbacks.
//
//     node scenario.mjs DESCRIPTION
//
// DESCRIPTION is the stand-in's part of the JSON line. Prints a line a step and ends with 0, or fails with an assertion.
// The package is looked for in the folder that the environment variable SDK_MODULES names.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.SDK_MODULES ?? "."}/x.js`);
const twilio = require("twilio");

const there = JSON.parse(process.argv[2]);
const step = (line) => console.log("node:", line);
const control = async (path, body) => {
  const options = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  return (await fetch(there.control + path, options)).json();
};

// The client has no option for a base URL.
class Here extends twilio.RequestClient {
  request(options) {
    return super.request({ ...options, uri: options.uri.replace("https://api.twilio.com", there.url) });
  }
}
const client = twilio(there.account_sid, there.auth_token, { httpClient: new Here() });
const mustFail = (status, code, act) =>
  assert.rejects(act, (error) => {
    assert.deepEqual([error.status, error.code], [status, code], error.message);
    return true;
  });

const heard = [];
let wake = () => {};
const receiver = createServer((request, response) => {
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    heard.push({ path: request.url, signature: request.headers["x-twilio-signature"], params: Object.fromEntries(new URLSearchParams(body)) });
    response.writeHead(204).end();
    wake();
  });
});
await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
const callback = `http://127.0.0.1:${receiver.address().port}/status`;
const nextCallback = async () => {
  while (heard.length === 0) await new Promise((resolve) => (wake = resolve));
  const { path, signature, params } = heard.shift();
  const url = `http://127.0.0.1:${receiver.address().port}${path}`;
  assert.ok(twilio.validateRequest(there.auth_token, signature, url, params));
  assert.ok(!twilio.validateRequest("another", signature, url, params));
  return params;
};

const [to, from] = ["+12025550123", there.from];
const sent = await client.messages.create({ to, from, body: "Mañana a las 9", statusCallback: callback });
assert.deepEqual([sent.status, sent.numSegments], ["queued", "1"]);
await control("/people", { who: to, fate: { kind: "undelivered", code: 30005 } });
await control("/clock", { advance_seconds: 5 });
const told = [await nextCallback(), await nextCallback()];
assert.deepEqual(told.map((it) => it.MessageStatus).sort(), ["sent", "undelivered"]);
assert.ok(told.some((it) => it.ErrorCode === "30005"));
const read = await client.messages(sent.sid).fetch();
assert.deepEqual([read.status, read.errorCode], ["undelivered", 30005]);
assert.equal((await control("/messages")).count, 0);
step("sent; the carrier refuses, and says so in a callback that Twilio's validator accepts");

await mustFail(400, 21211, () => client.messages.create({ to: "abc", from, body: "x" }));
await mustFail(400, 21604, () => client.messages.create({ to: "", from, body: "x" }));
await mustFail(400, 21610, () => client.messages.create({ to: "+15005550004", from, body: "x" }));
await control("/faults", { at: "api.create", kind: "busy", retry_after_seconds: 1 });
await mustFail(429, 20429, () => client.messages.create({ to, from, body: "x" }));
await control("/faults", { at: "api.create", kind: "fail-after" });
await mustFail(500, 20500, () => client.messages.create({ to, from, body: "unknown" }));
const found = await client.messages.list({ to, from, dateSentAfter: new Date(Date.now() - 3600_000), limit: 20 });
assert.deepEqual(found.map((it) => it.body), ["unknown", "Mañana a las 9"]);
step("refused, throttled, and found again after a lost answer");

const scheduled = await client.messages.create({
  to,
  messagingServiceSid: there.messaging_service_sid,
  body: "later",
  scheduleType: "fixed",
  sendAt: new Date(new Date((await control("/clock")).now).getTime() + 86_400_000),
});
assert.equal(scheduled.status, "scheduled");
assert.equal((await client.messages(scheduled.sid).update({ status: "canceled" })).status, "canceled");
assert.equal(await client.messages(scheduled.sid).remove(), true);
await mustFail(404, 20404, () => client.messages(scheduled.sid).fetch());
step("scheduled, canceled and removed");
receiver.close();
