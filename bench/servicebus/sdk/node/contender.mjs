// The vendor's JavaScript client doing the bench's work: schedule, then cancel.
//
//     node contender.mjs CONNECTION_STRING QUEUE BODY CONTENT_TYPE AHEAD_SECONDS
//
// A line of JSON on standard input is work, a line on standard output its figures: `src/work.rs`. The packages are looked for in the
// folder that the environment variable SDK_MODULES names.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.env.SDK_MODULES ?? "."}/x.js`);
const { ServiceBusClient } = require("@azure/service-bus");

const [connectionString, queue, body, contentType, aheadSeconds] = process.argv.slice(2);
const client = new ServiceBusClient(connectionString, { retryOptions: { maxRetries: 0 } });
const sender = client.createSender(queue);
const seconds = () => performance.now() / 1000;
// Text would be sent as an AMQP value; bytes go out as data, as with the others.
const bytes = Buffer.from(body);

async function schedule(work) {
  const due = new Date(Date.now() + Number(aheadSeconds) * 1000);
  const calls = [];
  const started = seconds();
  for (let call = 0; call < work.calls_max; call++) {
    const messages = Array.from({ length: work.batch }, (_, n) => ({
      body: bytes,
      messageId: `job-${call}-${n}`,
      contentType,
    }));
    calls.push(await sender.scheduleMessages(messages, due));
    if (seconds() - started >= work.span_seconds) break;
  }
  return [calls, seconds() - started];
}

async function cancel(calls) {
  const started = seconds();
  for (const numbers of calls) {
    await sender.cancelScheduledMessages(numbers);
  }
  return seconds() - started;
}

for await (const line of createInterface({ input: process.stdin })) {
  const work = JSON.parse(line);
  const [calls, scheduleSeconds] = await schedule(work);
  const cancelSeconds = work.cancel ? await cancel(calls) : 0;
  const count = calls.reduce((sum, numbers) => sum + numbers.length, 0);
  const figures = {
    scheduled: count,
    schedule_seconds: scheduleSeconds,
    cancelled: work.cancel ? count : 0,
    cancel_seconds: cancelSeconds,
  };
  console.log(JSON.stringify(figures));
}
await client.close();
