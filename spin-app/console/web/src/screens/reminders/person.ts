/** Whom a reminder is for, and what may be done with it. What the server would refuse is not offered. */
import type { Appointment, BulkAction, ListedReminder } from '../../api/types.ts';
import { channelName } from '../../words/statuses.ts';
import { stepWords } from '../../words/steps.ts';

export function personOf(row: { reason: string | null; appointment?: Appointment | null }): string {
  if (row.appointment) return row.appointment.customer_name ?? 'No name';
  return row.reason === 'appointment_deleted' ? 'Deleted appointment' : 'Appointment is gone';
}

/** "Robin Meyer, SMS, 1 day before": names a reminder where it cannot be seen in its row. */
export function reminderWords(row: ListedReminder): string {
  return `${personOf(row)}, ${channelName(row.channel)}, ${stepWords(row.step)}`;
}

/** Reasons that the fence would stop it for again. */
const HOPELESS = new Set([
  'appointment_moved', 'no_start', 'no_email', 'email_invalid', 'no_phone', 'phone_invalid', 'time_zone_unknown', 'opted_out',
  'address_suppressed',
]);

const OPEN = new Set(['pending', 'scheduled']);
const ENDED = new Set(['canceled', 'skipped', 'failed']);

export function allowed(row: ListedReminder, now: number): readonly BulkAction[] {
  const { appointment } = row;
  const open = OPEN.has(row.status);
  const ahead = appointment?.start_at != null && Date.parse(appointment.start_at) > now && ['scheduled', 'confirmed'].includes(appointment.status);
  const actions: BulkAction[] = [];
  if ((open || ENDED.has(row.status)) && ahead && !HOPELESS.has(row.reason ?? '')) actions.push('send-now');
  if (open && ahead) actions.push('move');
  if (open) actions.push('cancel');
  return actions;
}

export const ACTIONS: Readonly<Record<BulkAction, { verb: string; done: string; ask: (count: number) => string; warning: string }>> = {
  'send-now': {
    verb: 'Send now',
    done: 'will be sent at once',
    ask: (count) => (count === 1 ? 'Send this reminder now?' : `Send ${count} reminders now?`),
    warning: 'They go out at once and cannot be called back.',
  },
  move: {
    verb: 'Move',
    done: 'moved',
    ask: (count) => (count === 1 ? 'Move this reminder' : `Move ${count} reminders`),
    warning: 'A reminder that was moved keeps its new time, whatever the reminder policy says.',
  },
  cancel: {
    verb: 'Cancel',
    done: 'canceled',
    ask: (count) => (count === 1 ? 'Cancel this reminder?' : `Cancel ${count} reminders?`),
    warning: 'The appointment stays. A canceled reminder is not sent unless somebody sends it by hand.',
  },
};
