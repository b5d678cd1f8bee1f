// The most used JavaScript client against the stand-in: versions, keys, pages, change sets.
//
//     node scenario.mjs URL TOKEN CONTROL_URL
//
// Prints a line a step and ends with 0, or fails with an assertion. The package is looked for in the folder that the
// environment variable SDK_MODULES names.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.SDK_MODULES ?? "."}/x.js`);
const { DynamicsWebApi } = require("dynamics-web-api");

const [url, token, control] = process.argv.slice(2);
const step = (line) => console.log("node:", line);
const api = new DynamicsWebApi({
  serverUrl: url,
  dataApi: { version: "9.2" },
  onTokenRefresh: async () => token,
});
const mustFail = (status, code, act) =>
  assert.rejects(act, (error) => {
    assert.equal(error.status, status, error.message);
    if (code) assert.equal(error.code, code);
    return true;
  });
// Of an error inside a batch this client gives the body as it came.
const codeOf = (error) => error.code ?? error.error?.code;

const collection = "punctual_notifications";
const id = await api.create({
  collection: "punctual_appointments",
  data: { punctual_name: "Check-up", punctual_start: "2026-12-01T09:00:00Z" },
});
assert.match(id, /^[0-9a-f-]{36}$/);
const made = await api.create({
  collection,
  data: {
    punctual_key: "key-0",
    punctual_status: 749700001,
    "punctual_appointment@odata.bind": `punctual_appointments(${id})`,
  },
  returnRepresentation: true,
});
assert.equal(made.punctual_key, "key-0");
assert.equal(made._punctual_appointment_value, id);
step("made rows, one with its representation");

const read = await api.retrieve({ collection, key: made.punctual_notificationid, select: ["punctual_status"] });
const etag = read["@odata.etag"];
assert.equal(etag, made["@odata.etag"]);
await api.update({ collection, key: made.punctual_notificationid, data: { punctual_status: 749700002 }, ifmatch: etag });
// This client takes 412 to a guarded write for an answer: false.
const again = await api
  .update({ collection, key: made.punctual_notificationid, data: { punctual_status: 749700003 }, ifmatch: etag })
  .catch((error) => (assert.equal(error.code, "0x80060882"), false));
assert.equal(again, false);
const after = await api.retrieve({ collection, key: made.punctual_notificationid, select: ["punctual_status"] });
assert.equal(after.punctual_status, 749700002);
step("a version lets one of two writers through");

const key = "punctual_key='key-1'";
await api.upsert({ collection, key, data: { punctual_name: "made", punctual_attempts: 1 } });
await api.upsert({ collection, key, data: { punctual_name: "changed" } });
const byKey = await api.retrieve({ collection, key, select: ["punctual_name", "punctual_attempts"] });
assert.deepEqual([byKey.punctual_name, byKey.punctual_attempts], ["changed", 1]);
await mustFail(412, "0x80060892", () => api.create({ collection, data: { punctual_key: "key-1" } }));
await mustFail(404, "0x80060891", () => api.retrieve({ collection, key: "punctual_key='nobody'" }));
const onlyNew = await api
  .upsert({ collection, key, data: { punctual_name: "x" }, ifnonematch: "*" })
  .catch((error) => (assert.equal(error.status, 412), null));
assert.ok(onlyNew == null);
step("upserted by key; a second row with the same key is refused");

for (let n = 2; n < 7; n++) {
  await api.create({ collection, data: { punctual_key: `key-${n}`, punctual_attempts: n } });
}
const query = { collection, select: ["punctual_key"], filter: "punctual_attempts gt 1", orderBy: ["punctual_attempts desc"] };
const first = await api.retrieveMultiple({ ...query, maxPageSize: 3, count: true });
assert.equal(first.oDataCount, 5);
assert.deepEqual(first.value.map((row) => row.punctual_key), ["key-6", "key-5", "key-4"]);
const second = await api.retrieveMultiple({ ...query, maxPageSize: 3 }, first.oDataNextLink);
assert.deepEqual(second.value.map((row) => row.punctual_key), ["key-3", "key-2"]);
const all = await api.retrieveAll({ ...query, maxPageSize: 2 });
assert.equal(all.value.length, 5);
assert.equal(await api.count({ collection, filter: "punctual_attempts eq 3" }), 1);
step("queried in pages and counted");

const expanded = await api.retrieve({
  collection: "punctual_appointments",
  key: id,
  select: ["punctual_name"],
  expand: [{ property: "punctual_appointment_notifications", select: ["punctual_key"], filter: "punctual_attempts eq null" }],
  includeAnnotations: "*",
});
assert.deepEqual(expanded.punctual_appointment_notifications.map((row) => row.punctual_key), ["key-0"]);
step("read a row with what belongs to it");

// URLs of more than 2,000 letters become a batch by themselves.
const many = Array.from({ length: 80 }, (_, n) => `punctual_key eq 'a-long-key-that-is-not-there-${n}'`).join(" or ");
const none = await api.retrieveMultiple({ collection, select: ["punctual_key"], filter: `${many} or punctual_key eq 'key-3'` });
assert.deepEqual(none.value.map((row) => row.punctual_key), ["key-3"]);
step("asked a question too long for a URL");

api.startBatch();
api.create({ collection, data: { punctual_key: "key-20" }, contentId: "1" });
api.update({ collection, key: made.punctual_notificationid, data: { punctual_name: "in a batch" } });
api.deleteRecord({ collection, key: "punctual_key='key-2'" });
const done = await api.executeBatch();
assert.equal(done.length, 3);
assert.match(done[0], /^[0-9a-f-]{36}$/);
await mustFail(404, undefined, () => api.retrieve({ collection, key: "punctual_key='key-2'" }));

api.startBatch();
api.create({ collection, data: { punctual_key: "key-21" } });
api.create({ collection, data: { punctual_key: "key-20" } });
const refused = await api.executeBatch().then(() => null, (errors) => [errors].flat());
assert.equal(codeOf(refused[0]), "0x80060892", JSON.stringify(refused));
await mustFail(404, undefined, () => api.retrieve({ collection, key: "punctual_key='key-21'" }));
step("a change set is done as a whole or not at all");

api.startBatch();
api.create({ collection, data: { punctual_key: "key-22" }, inChangeSet: false });
api.create({ collection, data: { punctual_key: "key-20" }, inChangeSet: false });
api.retrieveMultiple({ collection, select: ["punctual_key"], filter: "punctual_key eq 'key-22'" });
const mixed = await api.executeBatch({ continueOnError: true });
assert.equal(codeOf(mixed[1]), "0x80060892", JSON.stringify(mixed));
assert.equal(mixed[2].value.length, 1);
step("a batch without change sets goes on after an error");

const who = await api.callFunction({ name: "WhoAmI" });
assert.match(who.UserId, /^[0-9a-f-]{36}$/);
const keys = await api.retrieveEntity({ key: "LogicalName='punctual_notification'", select: ["LogicalName"], expand: [{ property: "Keys", select: ["EntityKeyIndexStatus"] }] });
assert.equal(keys.Keys[0].EntityKeyIndexStatus, "Active");
step("asked who it is, and about the key's index");

await fetch(`${control}/faults`, { method: "POST", body: JSON.stringify({ at: "api.read", kind: "busy", retry_after_seconds: 3 }) });
await mustFail(429, undefined, () => api.retrieve({ collection, key }));
assert.equal(await api.deleteRecord({ collection, key: made.punctual_notificationid }), true);
await mustFail(404, "0x80040217", () => api.deleteRecord({ collection, key: made.punctual_notificationid }));
step("a busy service, and a row that is gone");
