/** Everything of one person: appointments and reminders that share an address or a number, the latest first. */
import * as api from '../../api/calls.ts';
import type { TimelineItem } from '../../api/types.ts';
import { now } from '../../app/clock.ts';
import { href } from '../../app/route.ts';
import { Icon } from '../../ui/icon.tsx';
import { useLoad } from '../../ui/load.ts';
import { Moment, zoneOf } from '../../ui/moment.tsx';
import { Screen } from '../../ui/screen.tsx';
import { Chip, Empty, Failure, Loading } from '../../ui/states.tsx';
import { reasonWords } from '../../words/reasons.ts';
import { appointmentStatus, channelName, reminderStatus } from '../../words/statuses.ts';
import { stepWords } from '../../words/steps.ts';

export function Person({ id }: { id: string }) {
  const timeline = useLoad(id, (signal) => api.appointments.timeline(id, signal));
  const items = timeline.value?.items;
  const booked = (items ?? []).flatMap((item) => (item.kind === 'booked' ? [item.appointment] : []));
  const name = booked.find((appointment) => appointment.id === id)?.customer_name ?? booked[0]?.customer_name;
  const zones = new Map(booked.map((appointment) => [appointment.id, zoneOf(appointment)]));
  return (
    <Screen
      title={name ? `Everything of ${name}` : 'Everything of this person'}
      lead="Appointments and reminders that share an email address or a phone number, the latest first."
      back={{ href: href(`appointments/${id}`), words: 'The appointment' }}
    >
      {timeline.refusal && <Failure refusal={timeline.refusal} retry={() => void timeline.reload()} stale={items !== undefined} />}
      {!items && !timeline.refusal && <Loading what="the timeline" />}
      {items?.length === 0 && <Empty title="There is nothing yet" />}
      {items && items.length > 0 && (
        <ol class="timeline">
          {items.map((item) => (
            <li key={item.kind === 'booked' ? item.appointment.id : item.notification.id} class={`${item.kind} ${Date.parse(item.at) > now.value ? 'ahead' : ''}`}>
              {item.kind === 'booked' ? <Booked item={item} /> : <Sent item={item} zone={zones.get(item.notification.appointment_id) ?? zoneOf(null)} />}
            </li>
          ))}
        </ol>
      )}
    </Screen>
  );
}

function Booked({ item }: { item: Extract<TimelineItem, { kind: 'booked' }> }) {
  const { appointment } = item;
  return (
    <>
      <Icon name="calendar" />
      <div>
        <p><a href={href(`appointments/${appointment.id}`)}><strong>{appointment.service ?? 'Appointment'}</strong></a> <Chip told={appointmentStatus(appointment.status)} /></p>
        <p class="soft">{appointment.start_at ? <Moment at={appointment.start_at} zone={zoneOf(appointment)} /> : 'No start'}{appointment.resource && ` · ${appointment.resource}`}</p>
      </div>
    </>
  );
}

function Sent({ item, zone }: { item: Extract<TimelineItem, { kind: 'reminder' }>; zone: string }) {
  const { notification } = item;
  return (
    <>
      <Icon name={notification.channel === 'email' ? 'mail' : 'phone'} />
      <div>
        <p><a href={href(`reminders/${notification.id}`)}>{channelName(notification.channel)}, {stepWords(notification.step)}</a> <Chip told={reminderStatus(notification)} /></p>
        <p class="soft"><Moment at={item.at} zone={zone} />{notification.reason && ` · ${reasonWords(notification)}`}</p>
      </div>
    </>
  );
}
