/** The two lists of reminders: what is to come, by day, and what is over, the latest first. */
import { useEffect, useState } from 'preact/hooks';
import { asRefusal, download, type Query, type Refusal } from '../../api/client.ts';
import * as api from '../../api/calls.ts';
import type { BulkAction, ListedReminder } from '../../api/types.ts';
import { now, refreshClock } from '../../app/clock.ts';
import { live } from '../../app/live.ts';
import { href, refine, route } from '../../app/route.ts';
import { announce } from '../../app/announce.tsx';
import { Field, Select } from '../../ui/field.tsx';
import { Icon } from '../../ui/icon.tsx';
import { useEvery, useLoad, usePages } from '../../ui/load.ts';
import { Screen } from '../../ui/screen.tsx';
import { Chip, Empty, Failure, Loading } from '../../ui/states.tsx';
import { More, Table, type Column, type Group } from '../../ui/table.tsx';
import { COMING, OVER, channelName, reminderStatus } from '../../words/statuses.ts';
import { reasonWords } from '../../words/reasons.ts';
import { stepWords } from '../../words/steps.ts';
import { VIEWER_ZONE, dayKey, longDayWords, timeWords, zoneWords } from '../../words/times.ts';
import { dayBounds } from '../../words/zoned.ts';
import { zoneOf } from '../../ui/moment.tsx';
import { ActionDialog, type Asked } from './action.tsx';
import { Filters, type Filter } from './filters.tsx';
import { ACTIONS, allowed, personOf, reminderWords } from './person.ts';

const EVERY_MS = 5_000;
const TYPING_MS = 250;
const DAY_MS = 86_400_000;

const PERIODS = [
  { value: '1', words: 'Last 24 hours' },
  { value: '7', words: 'Last 7 days' },
  { value: '30', words: 'Last 30 days' },
  { value: 'ahead', words: 'Still ahead' },
  { value: 'all', words: 'Everything' },
];

/** When a reminder that is over was due. Some end before that time comes: those are still ahead. */
function span(period: string, at: number): { from?: string; to?: string } {
  // To the minute, so that the clock's going on is not another question each time.
  const minute = Math.floor(at / 60_000) * 60_000;
  const time = (instant: number) => new Date(instant).toISOString();
  if (period === 'all') return {};
  if (period === 'ahead') return { from: time(minute) };
  return { from: time(minute - Number(period) * DAY_MS), to: time(minute + 60_000) };
}

export function Coming() {
  return <Reminders over={false} />;
}

export function History() {
  return <Reminders over />;
}

function Reminders({ over }: { over: boolean }) {
  const address = route.value.query;
  const [text, setText] = useState('');
  const [q, setQ] = useState('');
  const [asked, setAsked] = useState<Asked>();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [saving, setSaving] = useState<{ busy: boolean; refusal?: Refusal }>({ busy: false });
  useEffect(() => {
    const timer = setTimeout(() => setQ(text.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);

  const statuses: readonly string[] = over ? OVER : COMING;
  const filter: Filter = {
    status: statuses.find((status) => status === address.get('status')),
    channel: ['email', 'sms'].find((channel) => channel === address.get('channel')),
    day: /^\d{4}-\d\d-\d\d$/.exec(address.get('day') ?? '')?.[0],
    text,
  };
  const period = PERIODS.find(({ value }) => value === address.get('period'))?.value ?? '30';

  const whole: Query = { q, status: statuses, ...(over ? span(period, now.value) : {}) };
  const narrow: Query = {
    ...whole,
    ...(filter.status ? { status: filter.status } : {}),
    channel: filter.channel,
    ...(filter.day ? dayBounds(filter.day, VIEWER_ZONE) : {}),
    order: over && period !== 'ahead' ? 'desc' : 'asc',
  };
  const question = JSON.stringify([over, q, filter.status, filter.channel, filter.day, period]);

  const rows = usePages(question, (page, signal) => api.reminders.list({ ...narrow, ...page }, signal));
  const counts = useLoad(JSON.stringify([over, q, period]), (signal) => api.reminders.counts({ ...whole, time_zone: VIEWER_ZONE }, signal));
  const matching = useLoad(question, async (signal) => (await api.reminders.counts(narrow, signal)).total);
  const reload = async () => {
    await refreshClock().catch(() => undefined);
    await Promise.all([rows.reload(), counts.reload(), matching.reload()]);
  };
  useEvery(EVERY_MS, live.value, reload);

  const shown = rows.value ?? [];
  const picked = shown.filter((row) => chosen.has(row.id));
  const selectable = shown.filter((row) => allowed(row, now.value).length > 0);

  function change(next: Partial<Filter>) {
    if (next.text !== undefined) setText(next.text);
    setChosen(new Set());
    const merged = { ...filter, ...next };
    refine({ status: merged.status, channel: merged.channel, day: merged.day, period: over && period !== '30' ? period : undefined });
  }

  async function save() {
    setSaving({ busy: true });
    try {
      await download(api.reminders.csv(narrow), `punctual-${over ? 'history' : 'coming'}-${dayKey(new Date(now.peek()), VIEWER_ZONE)}.csv`);
      announce('The file was saved.');
      setSaving({ busy: false });
    } catch (error) {
      setSaving({ busy: false, refusal: asRefusal(error) });
    }
  }

  return (
    <Screen
      title={over ? 'History' : 'Coming'}
      lead={over ? 'What was sent, what was not, and why.' : 'Every reminder that is still to go out, by day.'}
      actions={(
        <>
          <button type="button" onClick={() => void reload()}><Icon name="refresh" />Refresh</button>
          <button type="button" aria-disabled={saving.busy} onClick={() => !saving.busy && void save()}><Icon name="download" />{saving.busy ? 'Saving…' : 'Save as CSV'}</button>
        </>
      )}
    >
      <Filters filter={filter} statuses={statuses} counts={counts.value} latest={over} onChange={change}>
        {over && (
          <Field label="Due in">
            {(control) => <Select control={control} value={period} choices={PERIODS} onValue={(value) => refine({ status: filter.status, channel: filter.channel, period: value === '30' ? undefined : value })} />}
          </Field>
        )}
      </Filters>
      {over && counts.value && <Reasons counts={counts.value.by_reason} />}
      {saving.refusal && <Failure refusal={saving.refusal} retry={() => void save()} />}
      {rows.refusal && <Failure refusal={rows.refusal} retry={() => void reload()} stale={rows.value !== undefined} />}
      {!rows.refusal && !rows.value && <Loading what="reminders" />}
      {rows.value && shown.length === 0 && <Nothing over={over} narrowed={Boolean(q || filter.status || filter.channel || filter.day)} />}
      {shown.length > 0 && (
        <>
          {selectable.length > 0 && <BulkBar shown={selectable} picked={picked} onPick={setChosen} onAsk={setAsked} />}
          <Table
            caption={over ? 'Reminders that are over' : 'Coming reminders'}
            columns={columns({ over, chosen, setChosen, onAsk: (action, row) => setAsked({ action, rows: [row] }) })}
            groups={byDay(shown)}
            rowKey={(row) => row.id}
          />
          <More shown={shown.length} total={matching.value} more={rows.more} busy={rows.busy} what="reminders" onMore={() => void rows.loadMore()} />
        </>
      )}
      {asked && <ActionDialog asked={asked} onClose={() => setAsked(undefined)} onDone={() => { setChosen(new Set()); void reload(); }} />}
    </Screen>
  );
}

function Nothing({ over, narrowed }: { over: boolean; narrowed: boolean }) {
  if (narrowed) return <Empty title="Nothing matches the filters">Take one of them back, or clear them all.</Empty>;
  return over
    ? <Empty title="No reminder has ended in this time">Choose a longer time above.</Empty>
    : <Empty title="No reminder is waiting">Reminders appear here as soon as an appointment has some. <a href={href('appointments/new')}>Book an appointment</a></Empty>;
}

function byDay(rows: readonly ListedReminder[]): Group<ListedReminder>[] {
  const groups = new Map<string, { title: string; rows: ListedReminder[] }>();
  for (const row of rows) {
    const date = new Date(row.due_at);
    const key = dayKey(date, VIEWER_ZONE);
    const group = groups.get(key) ?? { title: longDayWords(date, VIEWER_ZONE), rows: [] };
    group.rows.push(row);
    groups.set(key, group);
  }
  return [...groups].map(([key, group]) => ({ key, ...group }));
}

function columns(of: {
  over: boolean;
  chosen: ReadonlySet<string>;
  setChosen: (chosen: ReadonlySet<string>) => void;
  onAsk: (action: BulkAction, row: ListedReminder) => void;
}): Column<ListedReminder>[] {
  const pick = (row: ListedReminder) => {
    const next = new Set(of.chosen);
    if (!next.delete(row.id)) next.add(row.id);
    of.setChosen(next);
  };
  return [
    {
      title: 'Select',
      untitled: true,
      class: 'pick',
      cell: (row) => allowed(row, now.value).length > 0 && (
        <label class="pick-box"><input type="checkbox" checked={of.chosen.has(row.id)} onChange={() => pick(row)} /><span class="visually-hidden">Select {reminderWords(row)}</span></label>
      ),
    },
    { title: 'Due', class: 'when', cell: (row) => <Due row={row} /> },
    {
      title: 'Person',
      class: 'wide-cell',
      cell: (row) => (
        <>
          <a href={href(`reminders/${row.id}`)}>{personOf(row)}</a>
          {row.appointment?.service && <small>{row.appointment.service}</small>}
        </>
      ),
    },
    { title: 'Reminder', cell: (row) => <>{channelName(row.channel)}<small>{stepWords(row.step)}</small></> },
    {
      title: 'State',
      class: 'wide-cell',
      cell: (row) => (
        <>
          <Chip told={reminderStatus(row)} />
          {row.reason && <small>{reasonWords(row)}</small>}
          {of.over && row.attempts > 1 && <small>{row.attempts} attempts</small>}
        </>
      ),
    },
    {
      title: 'Actions',
      untitled: true,
      class: 'acts',
      cell: (row) => allowed(row, now.value).map((action) => (
        <button key={action} type="button" class="small" aria-label={`${ACTIONS[action].verb}: ${reminderWords(row)}`} onClick={() => of.onAsk(action, row)}>{ACTIONS[action].verb}</button>
      )),
    },
  ];
}

/** The clock of whoever looks comes first, for the rows stand in its order. */
function Due({ row }: { row: ListedReminder }) {
  const date = new Date(row.due_at);
  const zone = zoneOf(row.appointment);
  const same = dayKey(date, zone) === dayKey(date, VIEWER_ZONE) && timeWords(date, zone) === timeWords(date, VIEWER_ZONE);
  return (
    <span class="moment">
      <time datetime={row.due_at}>{timeWords(date, VIEWER_ZONE)}{same ? ` in ${zoneWords(zone)}` : ' for you'}</time>
      {!same && <small>{timeWords(date, zone)} in {zoneWords(zone)}</small>}
    </span>
  );
}

/** Why reminders of this time were not sent, counted. */
function Reasons({ counts }: { counts: Partial<Record<string, number>> }) {
  const list = Object.entries(counts).filter((entry): entry is [string, number] => Boolean(entry[1])).sort((a, b) => b[1] - a[1]);
  if (list.length === 0) return null;
  const total = list.reduce((sum, [, count]) => sum + count, 0);
  return (
    <details class="reasons">
      <summary>{total.toLocaleString('en')} with a reason: see them counted</summary>
      <dl>
        {list.map(([reason, count]) => <div key={reason}><dt>{reasonWords({ reason })}</dt><dd>{count.toLocaleString('en')}</dd></div>)}
      </dl>
    </details>
  );
}

/** What can be done with those that are selected. An action that only some of them allow says how many. */
function BulkBar(props: {
  shown: readonly ListedReminder[];
  picked: readonly ListedReminder[];
  onPick: (chosen: ReadonlySet<string>) => void;
  onAsk: (asked: Asked) => void;
}) {
  const { shown, picked } = props;
  const all = picked.length === shown.length;
  const actions: BulkAction[] = picked.length > 0 ? ['send-now', 'move', 'cancel'] : [];
  return (
    <div class={picked.length > 0 ? 'bulk some' : 'bulk'} role="group" aria-label="Selected reminders">
      <label class="check">
        <input type="checkbox" checked={all} indeterminate={picked.length > 0 && !all} onChange={() => props.onPick(new Set(all ? [] : shown.map((row) => row.id)))} />
        Select all shown
      </label>
      <span role="status">{picked.length > 0 && `${picked.length} selected`}</span>
      {actions.map((action) => {
        const able = picked.filter((row) => allowed(row, now.value).includes(action));
        return able.length > 0 && (
          <button key={action} type="button" class={action === 'cancel' ? 'small danger-quiet' : 'small'} onClick={() => props.onAsk({ action, rows: able })}>
            {ACTIONS[action].verb}{able.length < picked.length && ` (${able.length})`}
          </button>
        );
      })}
    </div>
  );
}
