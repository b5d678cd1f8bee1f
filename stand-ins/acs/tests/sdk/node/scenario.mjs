// Microsoft's own client for JavaScript against the stand-in: texts, verdicts, repetition, throttled.
//
//     node scenario.mjs DESCRIPTION
//
// DESCRIPTION is the stand-in's part of the JSON line. Prints a line a step and ends with 0, or fails with an assertion.
// The package is looked for in the folder that the environment variable SDK_MODULES names.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.SDK_MODULES ?? "."}/x.js`);
const { SmsClient } = require("@azure/communication-sms");

const there = JSON.parse(process.argv[2]);
const step = (line) => console.log("node:", line);
const control = async (path, body) => {
  const options = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  return (await fetch(there.control + path, options)).json();
};
const client = new SmsClient(there.url, { key: there.access_key }, { allowInsecureConnection: true });
const [to, from] = ["+12025550123", there.from];

const [good, bad] = await client.send({ from, to: [to, "abc"], message: "Hi" }, { enableDeliveryReport: true, tag: "r-1" });
assert.deepEqual([good.successful, good.httpStatusCode], [true, 202]);
assert.deepEqual([bad.successful, bad.httpStatusCode], [false, 400]);
await control("/clock", { advance_seconds: 5 });
const { messages } = await control("/messages");
assert.deepEqual(messages.map((it) => [it.to, it.text, it.marks.tag]), [[to, "Hi", "r-1"]]);
step("texted two people, one of whom has no number");

// A client that is told "failed" or "busy" tries again by itself, with the same id and date.
await control("/faults", { at: "sms.send", kind: "fail-after" });
const [again] = await client.send({ from, to: [to], message: "Once" });
assert.ok(again.successful);
await control("/faults", { at: "sms.send", kind: "busy", retry_after_seconds: 1 });
assert.ok((await client.send({ from, to: [to], message: "Later" }))[0].successful);
await control("/clock", { advance_seconds: 5 });
const texts = (await control("/messages")).messages.map((it) => it.text);
assert.deepEqual(texts, ["Hi", "Once", "Later"]);
step("an answer failed and a request was throttled; each text was sent once");

await control("/faults", { at: "sms.item", kind: "fail" });
const [failed] = await client.send({ from, to: [to], message: "x" });
assert.deepEqual([failed.successful, failed.httpStatusCode, failed.messageId], [false, 503, undefined]);
const [foreign] = await client.send({ from: "+18445550199", to: [to], message: "x" });
assert.deepEqual([foreign.successful, foreign.httpStatusCode], [false, 404]);
const other = new SmsClient(there.url, { key: "d3Jvbmc=" }, { allowInsecureConnection: true });
await assert.rejects(other.send({ from, to: [to], message: "x" }), (error) => error.statusCode === 401);
step("refused, for one recipient and as a whole");
