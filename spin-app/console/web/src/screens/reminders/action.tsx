/** Cancelling, sending now and moving, one or many: asked first, done, and told for each what came of it. */
import { useState } from 'preact/hooks';
import { asRefusal, type Refusal } from '../../api/client.ts';
import * as api from '../../api/calls.ts';
import type { BulkAction, BulkDone, ListedReminder } from '../../api/types.ts';
import { announce } from '../../app/announce.tsx';
import { now } from '../../app/clock.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Text } from '../../ui/field.tsx';
import { Moment, zoneOf } from '../../ui/moment.tsx';
import { Failure } from '../../ui/states.tsx';
import { VIEWER_ZONE, momentWords, zoneWords } from '../../words/times.ts';
import { toInstant, toWall } from '../../words/zoned.ts';
import { ACTIONS, reminderWords } from './person.ts';

export interface Asked {
  readonly action: BulkAction;
  readonly rows: readonly ListedReminder[];
}

/** What one request may name. */
const AT_ONCE = 200;
/** Of many, these are named; the rest is counted. */
const NAMED = 5;

type Result = BulkDone['items'][number];

export function ActionDialog({ asked, onClose, onDone }: { asked: Asked; onClose: () => void; onDone: () => void }) {
  const { action, rows } = asked;
  const words = ACTIONS[action];
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const [results, setResults] = useState<readonly Result[]>();
  // One reminder moves on its person's clock; many on the clock of whoever moves them.
  const zone = rows.length === 1 ? zoneOf(rows[0]?.appointment) : VIEWER_ZONE;
  const [wall, setWall] = useState(() => toWall(rows[0]?.due_at ?? new Date(now.peek()).toISOString(), zone));
  const dueAt = toInstant(wall.date, wall.time, zone);
  const [tried, setTried] = useState(false);
  const wrongTime = action === 'move' ? moveProblem(rows, dueAt) : '';

  async function act() {
    setTried(true);
    if (wrongTime) return;
    setBusy(true);
    setRefusal(undefined);
    const ids = rows.map((row) => row.id);
    const told: Result[] = [];
    try {
      for (let at = 0; at < ids.length; at += AT_ONCE) {
        const part = await api.reminders.bulk(action, ids.slice(at, at + AT_ONCE), action === 'move' ? dueAt : undefined);
        told.push(...part.items);
      }
    } catch (error) {
      setRefusal(asRefusal(error));
    }
    setBusy(false);
    if (told.length > 0) onDone();
    const refused = told.filter(({ outcome }) => outcome === 'refused' || outcome === 'not_found');
    if (told.length < ids.length || refused.length > 0) {
      if (told.length > 0) setResults(told);
      return;
    }
    const first = rows[0];
    announce(rows.length === 1 && first ? `${reminderWords(first)}: ${words.done}.` : `${rows.length} reminders ${words.done}.`);
    onClose();
  }

  if (results) {
    return (
      <Dialog title={`${words.verb}: what came of it`} onClose={onClose}>
        {refusal && <Failure refusal={refusal} />}
        <Results rows={rows} results={results} done={words.done} />
        <div class="dialog-actions"><button type="button" class="main" onClick={onClose}>Close</button></div>
      </Dialog>
    );
  }
  return (
    <Dialog title={words.ask(rows.length)} onClose={onClose}>
      <form noValidate onSubmit={(event) => { event.preventDefault(); if (!busy) void act(); }}>
        <ul class="named">
          {rows.slice(0, NAMED).map((row) => (
            <li key={row.id}><strong>{reminderWords(row)}</strong><br /><span class="soft">due <Moment at={row.due_at} zone={zoneOf(row.appointment)} /></span></li>
          ))}
          {rows.length > NAMED && <li>and {rows.length - NAMED} more</li>}
        </ul>
        {action === 'move' && (
          <>
            <div class="pair">
              <Field label="New day">
                {(control) => <Text control={control} type="date" required value={wall.date} onValue={(date) => setWall({ ...wall, date })} />}
              </Field>
              <Field label={`New time, in ${zoneWords(zone)}`}>
                {(control) => <Text control={control} type="time" required value={wall.time} onValue={(time) => setWall({ ...wall, time })} />}
              </Field>
            </div>
            <div role="status">{tried && wrongTime && <p class="field-error">{wrongTime}</p>}</div>
          </>
        )}
        <p class="soft">{words.warning}</p>
        {refusal && <Failure refusal={refusal} />}
        <div class="dialog-actions">
          <button type="button" onClick={onClose}>{action === 'cancel' ? 'Keep' : 'Not now'}</button>
          <button type="submit" class={action === 'cancel' ? 'danger' : 'main'} aria-disabled={busy}>{busy ? 'Working…' : confirmWords(action, rows.length)}</button>
        </div>
      </form>
    </Dialog>
  );
}

function confirmWords(action: BulkAction, count: number): string {
  const what = count === 1 ? 'reminder' : `${count} reminders`;
  return `${ACTIONS[action].verb === 'Send now' ? 'Send' : ACTIONS[action].verb} ${what}${action === 'send-now' ? ' now' : ''}`;
}

/** What the server would refuse anyway, said before it is asked. */
function moveProblem(rows: readonly ListedReminder[], dueAt: string | undefined): string {
  if (!dueAt) return 'Choose a day and a time.';
  const at = Date.parse(dueAt);
  if (at < now.peek()) return 'That time has passed. Choose one that is still to come.';
  const late = rows.find((row) => row.appointment?.start_at && Date.parse(row.appointment.start_at) <= at);
  if (!late?.appointment?.start_at) return '';
  const start = momentWords(new Date(late.appointment.start_at), zoneOf(late.appointment));
  return `A reminder must come before its appointment, and ${reminderWords(late)} is for ${start}. Choose an earlier time.`;
}

function Results({ rows, results, done }: { rows: readonly ListedReminder[]; results: readonly Result[]; done: string }) {
  const names = new Map(rows.map((row) => [row.id, reminderWords(row)]));
  const order: Record<Result['outcome'], number> = { refused: 0, not_found: 1, unchanged: 2, done: 3 };
  const sorted = [...results].sort((a, b) => order[a.outcome] - order[b.outcome]);
  const count = results.filter(({ outcome }) => outcome === 'done').length;
  return (
    <>
      <p role="status">{count} of {results.length} {done}.</p>
      <ul class="results">
        {sorted.map((result) => (
          <li key={result.id} class={result.outcome === 'done' || result.outcome === 'unchanged' ? 'good-line' : 'bad-line'}>
            <strong>{names.get(result.id)}</strong>
            <span>{outcomeWords(result, done)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function outcomeWords(result: Result, done: string): string {
  if (result.outcome === 'done') return `${done.charAt(0).toUpperCase()}${done.slice(1)}.`;
  if (result.outcome === 'unchanged') return 'It was so already.';
  if (result.outcome === 'not_found') return 'There is no such reminder any more.';
  return `Refused: ${result.reason ?? 'no reason was given.'}`;
}
