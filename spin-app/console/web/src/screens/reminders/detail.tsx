/** One reminder: its state and why, its attempts and what the provider said, and the message word for word. */
import { useState } from 'preact/hooks';
import * as api from '../../api/calls.ts';
import type { ReminderDetail } from '../../api/types.ts';
import { now } from '../../app/clock.ts';
import { href } from '../../app/route.ts';
import { Facts } from '../../ui/facts.tsx';
import { useLoad } from '../../ui/load.ts';
import { Moment, zoneOf } from '../../ui/moment.tsx';
import { Screen } from '../../ui/screen.tsx';
import { Chip, Failure, Loading } from '../../ui/states.tsx';
import { reasonWords } from '../../words/reasons.ts';
import { channelName, reminderStatus } from '../../words/statuses.ts';
import { stepWords } from '../../words/steps.ts';
import { durationWords } from '../../words/times.ts';
import { ActionDialog, type Asked } from './action.tsx';
import { MessageView } from './message.tsx';
import { ACTIONS, allowed, personOf } from './person.ts';

export function Reminder({ id }: { id: string }) {
  const loaded = useLoad(id, (signal) => api.reminders.read(id, signal));
  const [asked, setAsked] = useState<Asked>();
  const row = loaded.value;
  return (
    <Screen
      title={row ? `${channelName(row.channel)}, ${stepWords(row.step)}` : 'Reminder'}
      lead={row && `For ${personOf(row)}`}
      back={row && (['sent', 'delivered', 'failed', 'canceled', 'skipped'].includes(row.status) ? { href: href('history'), words: 'History' } : { href: href('coming'), words: 'Coming' })}
      actions={row && allowed(row, now.value).map((action) => (
        <button key={action} type="button" class={action === 'cancel' ? 'danger-quiet' : ''} onClick={() => setAsked({ action, rows: [row] })}>{ACTIONS[action].verb}</button>
      ))}
    >
      {loaded.refusal && <Failure refusal={loaded.refusal} retry={() => void loaded.reload()} stale={row !== undefined} />}
      {!row && !loaded.refusal && <Loading what="the reminder" />}
      {row && (
        <div class="two-columns">
          <About row={row} />
          <MessageView message={row.message} over={row.status === 'sent' || row.status === 'delivered'} />
        </div>
      )}
      {asked && <ActionDialog asked={asked} onClose={() => setAsked(undefined)} onDone={() => void loaded.reload()} />}
    </Screen>
  );
}

function About({ row }: { row: ReminderDetail }) {
  const zone = zoneOf(row.appointment);
  const late = row.sent_at ? (Date.parse(row.sent_at) - Date.parse(row.due_at)) / 1000 : 0;
  const moment = (at: string | null) => at && <Moment at={at} zone={zone} />;
  return (
    <section class="card" aria-label="What became of it">
      <p class="verdict"><Chip told={reminderStatus(row)} /></p>
      {row.reason && <p>{reasonWords(row)}</p>}
      <Facts facts={[
        ['Due', moment(row.due_at)],
        ['Sent', row.sent_at && <>{moment(row.sent_at)}{late >= 1 && <small>{durationWords(late)} after it was due</small>}</>],
        ['Appointment', row.appointment
          ? <a href={href(`appointments/${row.appointment_id}`)}>{row.appointment.service ?? 'Appointment'} of {personOf(row)}</a>
          : 'It is gone.'],
        ['It begins', moment(row.start_at)],
        ['Set by hand to', moment(row.send_now_at)],
        ['Attempts', row.attempts === 0 ? 'None yet' : String(row.attempts)],
        ['First attempt', moment(row.first_attempt_at)],
        ['Next attempt', moment(row.retry_at)],
        ['Provider', row.provider],
        ['Provider’s number', row.provider_message_id && <code>{row.provider_message_id}</code>],
        ['Last error', row.last_error],
        ['Queue number', row.sequence_number && <code>{row.sequence_number}</code>],
        ['Words', row.template && <code>{row.template}</code>],
        ['Last changed', moment(row.updated_at)],
        ['Id', <code>{row.id}</code>],
      ]} />
      {row.appointment && <p><a href={href(`appointments/${row.appointment_id}/person`)}>Everything of this person</a></p>}
    </section>
  );
}
