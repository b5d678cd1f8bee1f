/** What wants a person's eye: each kind with what it means, what to do, and the way to the row. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import * as api from '../../api/calls.ts';
import type { Attention as Groups, DeadLetter, ListedReminder } from '../../api/types.ts';
import { refreshClock } from '../../app/clock.ts';
import { live } from '../../app/live.ts';
import { href } from '../../app/route.ts';
import { Icon } from '../../ui/icon.tsx';
import { useEvery, useLoad } from '../../ui/load.ts';
import { Moment, zoneOf } from '../../ui/moment.tsx';
import { Screen } from '../../ui/screen.tsx';
import { Chip, Empty, Failure, Loading } from '../../ui/states.tsx';
import { Table, type Column } from '../../ui/table.tsx';
import { reasonWords } from '../../words/reasons.ts';
import { channelName, reminderStatus } from '../../words/statuses.ts';
import { stepWords } from '../../words/steps.ts';
import { VIEWER_ZONE } from '../../words/times.ts';
import { personOf } from '../reminders/person.ts';
import { Resubmit } from './resubmit.tsx';

const EVERY_MS = 10_000;

type Kind = Exclude<keyof Groups, 'dead_letters'>;

const KINDS: readonly { kind: Kind; title: string; meaning: string }[] = [
  { kind: 'late', title: 'Late', meaning: 'Due more than a minute ago and not sent yet. If there are many, look at Health: a channel may be switched off, or the timer stands still.' },
  { kind: 'unknown', title: 'Outcome unknown', meaning: 'The provider’s answer was lost. Punctual asks the provider and never sends twice; only look after those that stay here.' },
  { kind: 'failed', title: 'Failed', meaning: 'Given up in the last 7 days. Call the person if the appointment is near.' },
  { kind: 'missing_contact', title: 'No contact', meaning: 'There is nowhere to send these. Add an email address or a number to the appointment.' },
  { kind: 'invalid_contact', title: 'Contact is not valid', meaning: 'The address or number cannot be right. Correct it in the appointment.' },
  { kind: 'suppressed', title: 'Must not be contacted', meaning: 'The person said stop, or mail to the address bounced. Call them, or reach them another way.' },
];

export function Attention() {
  const loaded = useLoad('attention', (signal) => api.attention(signal));
  const [letter, setLetter] = useState<DeadLetter>();
  const reload = async () => {
    await refreshClock().catch(() => undefined);
    await loaded.reload();
  };
  useEvery(EVERY_MS, live.value, reload);
  const groups = loaded.value;
  const shown = groups ? KINDS.filter(({ kind }) => groups[kind].count > 0) : [];
  const letters = groups?.dead_letters;
  return (
    <Screen title="Attention" lead="What does not take care of itself." actions={<button type="button" onClick={() => void reload()}><Icon name="refresh" />Refresh</button>}>
      {loaded.refusal && <Failure refusal={loaded.refusal} retry={() => void reload()} stale={groups !== undefined} />}
      {!groups && !loaded.refusal && <Loading what="what wants attention" />}
      {groups && <Overview groups={groups} />}
      {groups && shown.length === 0 && !letters?.count && <Empty title="Nothing wants your attention">Every reminder is on its way or has ended as it should.</Empty>}
      {letters && letters.count > 0 && (
        <Kind id="dead_letters" title="Dead letters" count={letters.count} shown={letters.items.length} meaning="Messages that the queue gave up. Resubmitting one is safe: Punctual looks at the reminder again and sends it only if it should still go out.">
          <Table caption="Dead letters" columns={letterColumns(setLetter)} groups={[{ key: 'all', rows: letters.items }]} rowKey={(row) => row.id} />
        </Kind>
      )}
      {groups && shown.map(({ kind, title, meaning }) => (
        <Kind key={kind} id={kind} title={title} meaning={meaning} count={groups[kind].count} shown={groups[kind].items.length}>
          <Table caption={title} columns={COLUMNS} groups={[{ key: 'all', rows: groups[kind].items }]} rowKey={(row) => row.id} />
        </Kind>
      ))}
      {letter && <Resubmit letter={letter} onClose={() => setLetter(undefined)} onDone={() => { setLetter(undefined); void reload(); }} />}
    </Screen>
  );
}

/** All kinds at a glance, those with none too: nothing to do is good news and is said. */
function Overview({ groups }: { groups: Groups }) {
  const tiles = [
    ...(groups.dead_letters ? [{ kind: 'dead_letters', title: 'Dead letters', count: groups.dead_letters.count }] : []),
    ...KINDS.map(({ kind, title }) => ({ kind, title, count: groups[kind].count })),
  ];
  return (
    <ul class="tiles">
      {tiles.map(({ kind, title, count }) => (
        <li key={kind} class={count > 0 ? 'tile some' : 'tile'}>
          <strong>{count.toLocaleString('en')}</strong>
          {count > 0 ? <button type="button" class="link" onClick={() => show(kind)}>{title}</button> : <span>{title}</span>}
        </li>
      ))}
    </ul>
  );
}

function show(kind: string): void {
  const heading = document.getElementById(`attention-${kind}`);
  heading?.scrollIntoView({ block: 'start' });
  heading?.focus();
}

function Kind(props: { id: string; title: string; meaning: string; count: number; shown: number; children: ComponentChildren }) {
  const id = `attention-${props.id}`;
  return (
    <section class="kind" aria-labelledby={id}>
      <h2 id={id} tabIndex={-1}>{props.title} <span class="count">{props.count.toLocaleString('en')}</span></h2>
      <p class="soft">{props.meaning}</p>
      {props.children}
      {props.shown < props.count && <p class="soft">The first {props.shown} are shown.</p>}
    </section>
  );
}

const COLUMNS: readonly Column<ListedReminder>[] = [
  {
    title: 'Person',
    class: 'wide-cell',
    cell: (row) => <>{row.appointment ? <a href={href(`appointments/${row.appointment_id}`)}>{personOf(row)}</a> : personOf(row)}{row.appointment?.service && <small>{row.appointment.service}</small>}</>,
  },
  { title: 'Reminder', class: 'wide-cell', cell: (row) => <a href={href(`reminders/${row.id}`)}>{channelName(row.channel)}, {stepWords(row.step)}</a> },
  { title: 'Due', class: 'wide-cell', cell: (row) => <Moment at={row.due_at} zone={zoneOf(row.appointment)} /> },
  {
    title: 'State',
    class: 'wide-cell',
    cell: (row) => <><Chip told={reminderStatus(row)} />{row.reason && <small>{reasonWords(row)}</small>}{row.last_error && <small>{row.last_error}</small>}</>,
  },
];

function letterColumns(ask: (letter: DeadLetter) => void): Column<DeadLetter>[] {
  return [
    {
      title: 'Why',
      class: 'wide-cell',
      cell: (row) => <>{row.description}<small><code>{row.reason}</code>, handed out {row.delivery_count} time{row.delivery_count === 1 ? '' : 's'}</small></>,
    },
    { title: 'Reminder', class: 'wide-cell', cell: (row) => (row.notification_id ? <a href={href(`reminders/${row.notification_id}`)}>Open the reminder</a> : 'It cannot be told which') },
    { title: 'Given up', class: 'wide-cell', cell: (row) => <Moment at={row.dead_at} zone={VIEWER_ZONE} /> },
    { title: 'Actions', untitled: true, class: 'acts', cell: (row) => <button type="button" class="small" aria-label={`Resubmit: ${row.description}`} onClick={() => ask(row)}>Resubmit</button> },
  ];
}
