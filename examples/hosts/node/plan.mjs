// Plans an appointment's reminders with plugin-core, made into JavaScript by jco.
//
//     node plan.mjs COMPONENT APPOINTMENT NOW
import { readFile } from 'node:fs/promises';
import { transpile } from '@bytecodealliance/jco-transpile';

/** Whoever ships this transpiles while building: the command `jco transpile` writes the same files. */
async function load(path) {
  const { files } = await transpile(path, { name: 'core', instantiation: 'sync' });
  const source = Buffer.from(files['core.js']).toString('base64');
  const { instantiate } = await import(`data:text/javascript;base64,${source}`);
  // The component imports nothing, so there is nothing to hand in.
  return instantiate((name) => new WebAssembly.Module(files[name]), {});
}

/** An instant of the core is a BigInt of milliseconds. */
const rfc3339 = (instant) => new Date(Number(instant)).toISOString().replace('.000Z', 'Z');

const [component, file, time] = process.argv.slice(2);
const { events, planning } = await load(component);
const now = BigInt(Date.parse(time));
const draft = await readFile(file);

function refuse(problems) {
  if (problems.length === 0) return;
  console.error(problems.map(({ field, detail }) => `${field}: ${detail}`).join('\n'));
  process.exit(1);
}

let changes = [];
try {
  changes = events.readDraft(draft);
} catch (thrown) {
  // What the core refuses is thrown as it is: a list of problems. Anything else is a fault.
  if (!Array.isArray(thrown)) throw thrown;
  refuse(thrown);
}
const { appointment } = events.merge(JSON.parse(draft).id, undefined, changes, now).dated;
refuse(events.checkAppointment(appointment));
const person = { blocks: {}, others: [] };
const planned = planning.plan(appointment, events.readPolicy(''), person, now);
const shown = planned.map(({ id, step, channel, dueAt, skip }) => ({
  channel,
  due_at: rfc3339(dueAt),
  id,
  reason: skip?.replaceAll('-', '_') ?? null,
  skipped: skip !== undefined,
  step,
}));
console.log(JSON.stringify(shown, null, 2));
