/** An appointment as a form has it, and as the API takes it. */
import type { Appointment, AppointmentDraft } from '../../api/types.ts';
import { toInstant, toWall } from '../../words/zoned.ts';

export interface Draft {
  readonly customer_name: string;
  readonly service: string;
  readonly resource: string;
  readonly email: string;
  readonly phone: string;
  readonly day: string;
  readonly begins: string;
  readonly endDay: string;
  readonly ends: string;
  readonly time_zone: string;
  readonly locale: string;
  readonly status: Appointment['status'];
  readonly notes: string;
}

export function emptyDraft(zone: string): Draft {
  return {
    customer_name: '', service: '', resource: '', email: '', phone: '', day: '', begins: '', endDay: '', ends: '', time_zone: zone,
    locale: '', status: 'scheduled', notes: '',
  };
}

/** What a form shows of a stored appointment. */
export function draftOf(appointment: Appointment, defaultZone: string): Draft {
  const zone = appointment.time_zone ?? defaultZone;
  const start = wall(appointment.start_at, zone);
  const end = wall(appointment.end_at, zone);
  return {
    customer_name: appointment.customer_name ?? '',
    service: appointment.service ?? '',
    resource: appointment.resource ?? '',
    email: appointment.email ?? '',
    phone: appointment.phone ?? '',
    day: start.date,
    begins: start.time,
    endDay: end.date === start.date ? '' : end.date,
    ends: end.time,
    time_zone: zone,
    locale: appointment.locale ?? '',
    status: appointment.status,
    notes: appointment.notes ?? '',
  };
}

/** A zone that nobody knows has no wall clock. */
function wall(instant: string | null, zone: string): { date: string; time: string } {
  try {
    return instant ? toWall(instant, zone) : { date: '', time: '' };
  } catch {
    return { date: '', time: '' };
  }
}

/** What is plainly wrong or missing, by field, in words of the form. The core finds the rest. */
export function formProblems(draft: Draft): Map<keyof Draft, string> {
  const problems = new Map<keyof Draft, string>();
  if (!draft.day) problems.set('day', 'Choose the day of the appointment.');
  if (!draft.begins) problems.set('begins', 'Choose when it begins.');
  if (!isZone(draft.time_zone)) problems.set('time_zone', 'Choose a time zone from the list, such as Europe/Berlin.');
  const start = startOf(draft);
  const end = endOf(draft);
  if (start && end && Date.parse(end) <= Date.parse(start)) problems.set('ends', 'It must end after it begins.');
  return problems;
}

export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone !== '';
  } catch {
    return false;
  }
}

export const startOf = (draft: Draft) => toInstant(draft.day, draft.begins, draft.time_zone);
export const endOf = (draft: Draft) => (draft.ends ? toInstant(draft.endDay || draft.day, draft.ends, draft.time_zone) : undefined);

/** For the API. A contact that is kept is left out: what is shown of it is only its mask. */
export function toApi(draft: Draft, keeps: ReadonlySet<'email' | 'phone'> = new Set()): AppointmentDraft {
  const text = (value: string) => value.trim() || null;
  return {
    customer_name: text(draft.customer_name),
    service: text(draft.service),
    resource: text(draft.resource),
    ...(keeps.has('email') ? {} : { email: text(draft.email) }),
    ...(keeps.has('phone') ? {} : { phone: text(draft.phone) }),
    start_at: startOf(draft) ?? null,
    end_at: endOf(draft) ?? null,
    time_zone: draft.time_zone,
    locale: text(draft.locale),
    status: draft.status,
    notes: text(draft.notes),
  };
}

/** Which field of the form a member of the API is. */
export const FIELD_OF: Readonly<Record<string, keyof Draft>> = {
  customer_name: 'customer_name', service: 'service', resource: 'resource', email: 'email', phone: 'phone', start_at: 'begins', end_at: 'ends',
  time_zone: 'time_zone', locale: 'locale', status: 'status', notes: 'notes',
};

/** So that a change is refused where somebody was faster; an appointment that tells no version is changed all the same. */
export function atVersion(appointment: Appointment): { version?: number } {
  return appointment.version === undefined ? {} : { version: appointment.version };
}
