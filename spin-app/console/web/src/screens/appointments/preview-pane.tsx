/** The reminders of what is being typed: each with its time, or the reason why there is none. */
import type { Planned } from '../../api/types.ts';
import type { Preview } from '../../preview/use-preview.ts';
import { Icon } from '../../ui/icon.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Failure } from '../../ui/states.tsx';
import { reasonWords } from '../../words/reasons.ts';
import { channelName } from '../../words/statuses.ts';
import { stepWords } from '../../words/steps.ts';

export function PreviewPane({ preview, zone, kept }: { preview: Preview; zone: string; kept: boolean }) {
  const { reminders, refusal } = preview;
  const sent = reminders?.filter((one) => !one.skipped).length ?? 0;
  return (
    <aside class="preview" aria-labelledby="preview-title">
      <h2 id="preview-title">Its reminders</h2>
      {refusal && <Failure refusal={refusal} />}
      <p class="soft" role="status">{summary(preview, sent)}</p>
      {reminders && reminders.length > 0 && (
        <ol class="plan">
          {reminders.map((one) => <Line key={`${one.step} ${one.channel}`} planned={one} zone={zone} />)}
        </ol>
      )}
      {reminders && kept && <p class="hint">The stored contacts are kept. Whether they are valid, and whether the person said stop, is looked at when the appointment is saved.</p>}
    </aside>
  );
}

function summary({ reminders, problems, by }: Preview, sent: number): string {
  if (problems.size > 0) return 'Correct what is marked to see them.';
  if (!reminders) return 'Choose the day and the time to see them.';
  const count = sent === 0 ? 'No reminder will be sent.' : `${sent} will be sent${sent < reminders.length ? `, ${reminders.length - sent} not` : ''}.`;
  return by === 'browser' ? `${count} Worked out in this browser.` : `${count} Checked with the server.`;
}

function Line({ planned, zone }: { planned: Planned; zone: string }) {
  return (
    <li class={planned.skipped ? 'skipped' : 'planned'}>
      <Icon name={planned.channel === 'email' ? 'mail' : 'phone'} />
      <div>
        <p><strong>{channelName(planned.channel)}, {stepWords(planned.step)}</strong></p>
        {planned.skipped
          ? <p class="why">Not sent. {reasonWords(planned)}</p>
          : <p><Moment at={planned.due_at} zone={zone} /></p>}
      </div>
    </li>
  );
}
