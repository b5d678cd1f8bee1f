// The vendor's JavaScript client against the stand-in: schedule, cancel, receive, settle, dead-letter.
//
//     node scenario.mjs CONNECTION_STRING QUEUE CONTROL_URL
//
// Prints a line a step and ends with 0, or fails with an assertion. Time is moved over the control port. The packages
// are looked for in the folder that the environment variable SDK_MODULES names.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.SDK_MODULES ?? "."}/x.js`);
const { ServiceBusClient } = require("@azure/service-bus");

const [connectionString, queue, control] = process.argv.slice(2);

const call = async (method, path, body) => {
  const answer = await fetch(control + path, { method, body: body && JSON.stringify(body) });
  const json = await answer.json();
  assert.ok(answer.ok, JSON.stringify(json));
  return json;
};
const advance = (seconds) => call("POST", "/clock", { advance_seconds: seconds });
const now = async () => new Date((await call("GET", "/clock")).now);
const step = (line) => console.log("node:", line);
const sameId = (messages) => messages.map((message) => message.messageId).sort();

const receive = async (receiver, count) => {
  const received = [];
  while (received.length < count) {
    const more = await receiver.receiveMessages(count - received.length, { maxWaitTimeInMs: 5000 });
    assert.notEqual(more.length, 0, "nothing came");
    received.push(...more);
  }
  return received;
};

const client = new ServiceBusClient(connectionString, { retryOptions: { maxRetries: 1, retryDelayInMs: 10 } });
const sender = client.createSender(queue);
const receiver = client.createReceiver(queue, { maxAutoLockRenewalDurationInMs: 0 });

const due = new Date((await now()).getTime() + 60_000);
const messages = [0, 1, 2, 3].map((n) => ({
  body: `body-${n}`,
  messageId: `job-${n}`,
  subject: "probe",
  applicationProperties: { n },
}));
const numbers = await sender.scheduleMessages(messages, due);
assert.equal(new Set(numbers.map(String)).size, 4);
step(`scheduled ${numbers.length} in one call`);

const seen = await receiver.peekMessages(10, { fromSequenceNumber: numbers[0] });
assert.deepEqual(seen.map((message) => String(message.sequenceNumber)), numbers.map(String));
assert.ok(seen.every((message) => message.state === "scheduled"));
assert.deepEqual(seen.map((message) => message.body), messages.map((message) => message.body));
assert.equal(seen[0].scheduledEnqueueTimeUtc.getTime(), due.getTime());
step("peeked them all as scheduled");

await sender.cancelScheduledMessages(numbers[1]);
const notFound = { code: "MessageNotFound" };
await assert.rejects(sender.cancelScheduledMessages(numbers[1]), notFound);
await assert.rejects(sender.cancelScheduledMessages([numbers[0], numbers[1]]), notFound);
assert.equal((await receiver.peekMessages(10, { fromSequenceNumber: numbers[0] })).length, 3);
step("cancelled one; cancelling it again, or one of two that is gone, fails");

await advance(30);
assert.deepEqual(await receiver.receiveMessages(10, { maxWaitTimeInMs: 1000 }), []);
step("nothing came early");

await advance(30);
const received = await receive(receiver, 3);
assert.deepEqual(sameId(received), ["job-0", "job-2", "job-3"]);
const old = new Set(numbers.map(String));
assert.ok(received.every((message) => !old.has(String(message.sequenceNumber))));
assert.ok(received.every((message) => message.deliveryCount === 0 && message.subject === "probe"));
step("received the rest under new numbers");

const before = received[0].lockedUntilUtc.getTime();
await advance(10);
const renewed = await receiver.renewMessageLock(received[0]);
assert.equal(renewed.getTime(), (await nearly(before + 10_000, renewed.getTime())));
await receiver.completeMessage(received[0]);
step("renewed a lock and completed");

await receiver.abandonMessage(received[1], { seen: "yes" });
const [again] = await receive(receiver, 1);
assert.equal(again.messageId, received[1].messageId);
assert.equal(again.deliveryCount, 1);
assert.equal(again.applicationProperties.seen, "yes");
await receiver.deadLetterMessage(again, {
  deadLetterReason: "bad",
  deadLetterErrorDescription: "it was bad",
  by: "scenario",
});
step("abandoned one, saw it again, dead-lettered it");

await assert.rejects(sender.cancelScheduledMessages(numbers[0]), notFound);
step("cancelling what has become active fails");

await advance(61);
await assert.rejects(receiver.completeMessage(received[2]), { code: "MessageLockLost" });
const [late] = await receive(receiver, 1);
assert.equal(late.messageId, received[2].messageId);
assert.equal(late.deliveryCount, 1);
await receiver.deferMessage(late);
const [deferred] = await receiver.receiveDeferredMessages(late.sequenceNumber);
assert.equal(deferred.messageId, late.messageId);
await receiver.completeMessage(deferred);
step("a lost lock is noticed; a deferred message is received by its number");

const batch = await sender.createMessageBatch();
for (const n of [0, 1, 2]) {
  assert.ok(batch.tryAddMessage({ body: Buffer.alloc(100, "x"), messageId: `batch-${n}` }));
}
await sender.sendMessages(batch);
await sender.sendMessages({ body: Buffer.alloc(200_000, "y"), messageId: "large" });
await assert.rejects(sender.sendMessages({ body: Buffer.alloc(300_000, "y") }));
step("sent a batch and a large message; too large a one is refused");
await receiver.close();

const taker = client.createReceiver(queue, { receiveMode: "receiveAndDelete" });
const taken = await receive(taker, 4);
assert.deepEqual(taken.map((message) => message.messageId), ["batch-0", "batch-1", "batch-2", "large"]);
assert.equal(taken[3].body.length, 200_000);
await taker.close();
step("took them for good");

const undertaker = client.createReceiver(queue, { subQueueType: "deadLetter" });
const peeked = await undertaker.peekMessages(5);
assert.deepEqual(sameId(peeked), [again.messageId]);
const [dead] = await receive(undertaker, 1);
assert.equal(dead.deadLetterReason, "bad");
assert.equal(dead.deadLetterErrorDescription, "it was bad");
assert.equal(dead.applicationProperties.by, "scenario");
assert.equal(String(dead.sequenceNumber), String(again.sequenceNumber));
await undertaker.completeMessage(dead);
await undertaker.close();
step("read the dead letter with its reason");

await client.close();

// This client hears of no detach while it waits for the answer to a send: only its time-out ends that.
const retryOptions = { maxRetries: 3, retryDelayInMs: 10, timeoutInMs: 1500 };
const patient = new ServiceBusClient(connectionString, { retryOptions });
const retrying = patient.createSender(queue);
await call("POST", "/faults", { at: "amqp.management.schedule", kind: "busy" });
await call("POST", "/faults", { at: "amqp.send", kind: "detach" });
const [retried] = await retrying.scheduleMessages({ body: "z" }, new Date((await now()).getTime() + 3_600_000));
await retrying.sendMessages({ body: "z", messageId: "sent again" });
await retrying.cancelScheduledMessages(retried);
assert.deepEqual((await call("GET", "/faults")).standing, []);
step("retried a busy service and a detached link");
await patient.close();

// The stand-in's clock may run on while the scenario does.
async function nearly(expected, actual) {
  assert.ok(actual >= expected && actual < expected + 30_000, `${actual} is not ${expected}`);
  return actual;
}
