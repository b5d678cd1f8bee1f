/** Appointments by their start. */
import { useEffect, useState } from 'preact/hooks';
import * as api from '../../api/calls.ts';
import type { Appointment } from '../../api/types.ts';
import { now, refreshClock } from '../../app/clock.ts';
import { live } from '../../app/live.ts';
import { href, refine, route } from '../../app/route.ts';
import { Field, Select, Text } from '../../ui/field.tsx';
import { Icon } from '../../ui/icon.tsx';
import { useEvery, usePages } from '../../ui/load.ts';
import { Moment, zoneOf } from '../../ui/moment.tsx';
import { Screen } from '../../ui/screen.tsx';
import { Chip, Empty, Failure, Loading } from '../../ui/states.tsx';
import { More, Table, type Column } from '../../ui/table.tsx';
import { APPOINTMENT_STATUSES, appointmentStatus } from '../../words/statuses.ts';
import { VIEWER_ZONE, dayKey, fromNow } from '../../words/times.ts';
import { dayBounds, shiftDay } from '../../words/zoned.ts';

const EVERY_MS = 5_000;
const TYPING_MS = 250;

const PERIODS = [
  { value: 'upcoming', words: 'Still to come' },
  { value: 'today', words: 'Today' },
  { value: 'week', words: 'The next 7 days' },
  { value: 'past', words: 'Past' },
  { value: 'all', words: 'All' },
];

/** From when to when, and in which order, a period is. */
function bounds(period: string, at: number): { from?: string; to?: string; order: 'asc' | 'desc' } {
  const today = dayKey(new Date(at), VIEWER_ZONE);
  // To the minute, so that the clock's going on is not another question each time.
  const minute = new Date(Math.floor(at / 60_000) * 60_000).toISOString();
  switch (period) {
    case 'today': return { ...dayBounds(today, VIEWER_ZONE), order: 'asc' };
    case 'week': return { from: minute, to: dayBounds(shiftDay(today, 7), VIEWER_ZONE).to, order: 'asc' };
    case 'past': return { to: minute, order: 'desc' };
    case 'all': return { order: 'desc' };
    default: return { from: minute, order: 'asc' };
  }
}

export function Appointments() {
  const address = route.value.query;
  const [text, setText] = useState({ q: '', resource: '' });
  const [asked, setAsked] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setAsked({ q: text.q.trim(), resource: text.resource.trim() }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const period = PERIODS.find(({ value }) => value === address.get('period'))?.value ?? 'upcoming';
  const status = APPOINTMENT_STATUSES.find((value) => value === address.get('status'));

  const rows = usePages(JSON.stringify([period, status, asked]), (page, signal) =>
    api.appointments.list({ ...bounds(period, now.peek()), status, ...asked, ...page }, signal));
  const reload = async () => {
    await refreshClock().catch(() => undefined);
    await rows.reload();
  };
  useEvery(EVERY_MS, live.value, reload);
  const shown = rows.value ?? [];
  const narrowed = Boolean(asked.q || asked.resource || status);

  return (
    <Screen
      title="Appointments"
      lead="Booked visits. Each one brings its reminders along."
      actions={(
        <>
          <button type="button" onClick={() => void reload()}><Icon name="refresh" />Refresh</button>
          <a class="button main" href={href('appointments/new')}><Icon name="plus" />New appointment</a>
        </>
      )}
    >
      <section class="filters" aria-label="Filters">
        <div class="filter-row">
          <Field label="Search" class="grow">
            {(control) => <Text control={control} type="search" autocomplete="off" placeholder="Name, service or id" value={text.q} onValue={(q) => setText({ ...text, q })} />}
          </Field>
          <Field label="With or in" class="grow">
            {(control) => <Text control={control} type="search" autocomplete="off" placeholder="A doctor or a room" value={text.resource} onValue={(resource) => setText({ ...text, resource })} />}
          </Field>
          <Field label="When">
            {(control) => <Select control={control} value={period} choices={PERIODS} onValue={(value) => refine({ period: value === 'upcoming' ? undefined : value, status })} />}
          </Field>
          <Field label="Status">
            {(control) => (
              <Select control={control} value={status ?? ''} choices={[{ value: '', words: 'Any' }, ...APPOINTMENT_STATUSES.map((value) => ({ value, words: appointmentStatus(value).words }))]}
                onValue={(value) => refine({ period: period === 'upcoming' ? undefined : period, status: value })} />
            )}
          </Field>
        </div>
      </section>
      {rows.refusal && <Failure refusal={rows.refusal} retry={() => void reload()} stale={rows.value !== undefined} />}
      {!rows.refusal && !rows.value && <Loading what="appointments" />}
      {rows.value && shown.length === 0 && (narrowed
        ? <Empty title="Nothing matches the filters">Change or empty them to see more.</Empty>
        : <Empty title="No appointment in this time">A webhook from Dataverse brings one, or you. <a href={href('appointments/new')}>Book an appointment</a></Empty>)}
      {shown.length > 0 && (
        <>
          <Table caption="Appointments" columns={COLUMNS} groups={[{ key: 'all', rows: shown }]} rowKey={(row) => row.id} />
          <More shown={shown.length} more={rows.more} busy={rows.busy} what="appointments" onMore={() => void rows.loadMore()} />
        </>
      )}
    </Screen>
  );
}

const COLUMNS: readonly Column<Appointment>[] = [
  {
    title: 'Person',
    class: 'wide-cell',
    cell: (row) => <><a href={href(`appointments/${row.id}`)}>{row.customer_name ?? 'No name'}</a>{row.service && <small>{row.service}</small>}</>,
  },
  {
    title: 'When',
    class: 'wide-cell',
    cell: (row) => (row.start_at ? <><Moment at={row.start_at} zone={zoneOf(row)} /><small>{fromNow(new Date(row.start_at), now.value)}</small></> : 'No start'),
  },
  { title: 'With or in', cell: (row) => row.resource ?? <span class="soft">Nobody named</span> },
  { title: 'Contact', class: 'wide-cell', cell: (row) => <>{row.email ?? <span class="soft">No email</span>}<small>{row.phone ?? 'No phone'}</small></> },
  { title: 'Status', cell: (row) => <Chip told={appointmentStatus(row.status)} /> },
];
