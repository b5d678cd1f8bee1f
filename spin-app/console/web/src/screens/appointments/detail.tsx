/** One appointment: what is known of it, its reminders, and what can be done with it. */
import { useState } from 'preact/hooks';
import * as api from '../../api/calls.ts';
import type { Appointment as Row, ListedReminder } from '../../api/types.ts';
import { now } from '../../app/clock.ts';
import { go, href } from '../../app/route.ts';
import { useLoad, usePages } from '../../ui/load.ts';
import { Facts } from '../../ui/facts.tsx';
import { Moment, zoneOf } from '../../ui/moment.tsx';
import { Screen } from '../../ui/screen.tsx';
import { Chip, Empty, Failure, Loading } from '../../ui/states.tsx';
import { More, Table, type Column } from '../../ui/table.tsx';
import { reasonWords } from '../../words/reasons.ts';
import { appointmentStatus, channelName, reminderStatus } from '../../words/statuses.ts';
import { stepWords } from '../../words/steps.ts';
import { ActionDialog, type Asked } from '../reminders/action.tsx';
import { ACTIONS, allowed, reminderWords } from '../reminders/person.ts';
import { EndDialog, type Ending } from './end.tsx';
import { AppointmentForm } from './form.tsx';

const BACK = { href: href('appointments'), words: 'Appointments' };

export function NewAppointment() {
  return (
    <Screen title="New appointment" back={BACK}>
      <AppointmentForm />
    </Screen>
  );
}

export function EditAppointment({ id }: { id: string }) {
  const loaded = useLoad(id, (signal) => api.appointments.read(id, signal));
  return (
    <Screen title="Change appointment" lead={loaded.value?.customer_name ?? undefined} back={{ href: href(`appointments/${id}`), words: 'The appointment' }}>
      {loaded.refusal && <Failure refusal={loaded.refusal} retry={() => void loaded.reload()} />}
      {!loaded.value && !loaded.refusal && <Loading what="the appointment" />}
      {loaded.value && <AppointmentForm key={loaded.value.version} appointment={loaded.value} />}
    </Screen>
  );
}

export function Appointment({ id }: { id: string }) {
  const loaded = useLoad(id, (signal) => api.appointments.read(id, signal));
  const [ending, setEnding] = useState<Ending>();
  const [changes, setChanges] = useState(0);
  const appointment = loaded.value;
  return (
    <Screen
      title={appointment ? (appointment.customer_name ?? 'No name') : 'Appointment'}
      lead={appointment?.service ?? undefined}
      back={BACK}
      actions={appointment && (
        <>
          <a class="button main" href={href(`appointments/${id}/edit`)}>Change</a>
          <button type="button" onClick={() => setEnding('move')}>Move</button>
          {['scheduled', 'confirmed'].includes(appointment.status) && <button type="button" class="danger-quiet" onClick={() => setEnding('cancel')}>Cancel appointment</button>}
          <button type="button" class="danger-quiet" onClick={() => setEnding('delete')}>Delete</button>
        </>
      )}
    >
      {loaded.refusal && <Failure refusal={loaded.refusal} retry={() => void loaded.reload()} />}
      {!appointment && !loaded.refusal && <Loading what="the appointment" />}
      {appointment && <About appointment={appointment} />}
      {appointment && <ItsReminders appointment={appointment} changes={changes} />}
      {appointment && ending && (
        <EndDialog
          appointment={appointment}
          ending={ending}
          onClose={() => setEnding(undefined)}
          onDone={(what) => {
            setEnding(undefined);
            if (what === 'delete') {
              go(href('appointments'));
              return;
            }
            setChanges(changes + 1);
            void loaded.reload();
          }}
        />
      )}
    </Screen>
  );
}

function About({ appointment }: { appointment: Row }) {
  const zone = zoneOf(appointment);
  return (
    <section class="card" aria-label="What is known of it">
      <Facts facts={[
        ['When', appointment.start_at ? <Moment at={appointment.start_at} zone={zone} /> : 'It has no start, so it has no reminders.'],
        ['Until', appointment.end_at && <Moment at={appointment.end_at} zone={zone} />],
        ['Status', <Chip told={appointmentStatus(appointment.status)} />],
        ['With or in', appointment.resource],
        ['Email', appointment.email ?? 'None'],
        ['Phone', appointment.phone ?? 'None'],
        ['Language', appointment.locale],
        ['Notes', appointment.notes],
      ]} />
      <p><a href={href(`appointments/${appointment.id}/person`)}>Everything of this person</a></p>
    </section>
  );
}

function ItsReminders({ appointment, changes }: { appointment: Row; changes: number }) {
  const [asked, setAsked] = useState<Asked>();
  const rows = usePages(`${appointment.id} ${changes}`, (page, signal) => api.reminders.list({ appointment: appointment.id, ...page }, signal));
  const zone = zoneOf(appointment);
  const columns: Column<ListedReminder>[] = [
    { title: 'Reminder', class: 'wide-cell', cell: (row) => <><a href={href(`reminders/${row.id}`)}>{channelName(row.channel)}, {stepWords(row.step)}</a></> },
    { title: 'Due', class: 'wide-cell', cell: (row) => <Moment at={row.due_at} zone={zone} /> },
    { title: 'State', class: 'wide-cell', cell: (row) => <><Chip told={reminderStatus(row)} />{row.reason && <small>{reasonWords(row)}</small>}</> },
    {
      title: 'Actions',
      untitled: true,
      class: 'acts',
      cell: (row) => allowed(row, now.value).map((action) => (
        <button key={action} type="button" class="small" aria-label={`${ACTIONS[action].verb}: ${reminderWords(row)}`} onClick={() => setAsked({ action, rows: [row] })}>{ACTIONS[action].verb}</button>
      )),
    },
  ];
  return (
    <section aria-labelledby="its-reminders">
      <h2 id="its-reminders">Reminders</h2>
      {rows.refusal && <Failure refusal={rows.refusal} retry={() => void rows.reload()} stale={rows.value !== undefined} />}
      {!rows.value && !rows.refusal && <Loading what="its reminders" />}
      {rows.value?.length === 0 && <Empty title="It has no reminders" />}
      {rows.value && rows.value.length > 0 && (
        <>
          <Table caption="Reminders of this appointment" columns={columns} groups={[{ key: 'all', rows: rows.value }]} rowKey={(row) => row.id} />
          <More shown={rows.value.length} more={rows.more} busy={rows.busy} what="reminders" onMore={() => void rows.loadMore()} />
        </>
      )}
      {asked && <ActionDialog asked={asked} onClose={() => setAsked(undefined)} onDone={() => void rows.reload()} />}
    </section>
  );
}
