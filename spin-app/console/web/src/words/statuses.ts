/** The states of reminders and appointments in words, each with the tone that its chip has. */
import { plain } from './reasons.ts';

export type Tone = 'good' | 'wait' | 'warn' | 'bad' | 'idle';

export interface Told {
  readonly tone: Tone;
  readonly words: string;
}

const REMINDERS: Readonly<Record<string, Told>> = {
  pending: { tone: 'wait', words: 'Planned' },
  scheduled: { tone: 'wait', words: 'Waiting' },
  sending: { tone: 'warn', words: 'Being sent' },
  unknown: { tone: 'warn', words: 'Outcome unknown' },
  sent: { tone: 'good', words: 'Sent' },
  delivered: { tone: 'good', words: 'Delivered' },
  failed: { tone: 'bad', words: 'Failed' },
  canceled: { tone: 'idle', words: 'Canceled' },
  skipped: { tone: 'idle', words: 'Not sent' },
};

const APPOINTMENTS: Readonly<Record<string, Told>> = {
  scheduled: { tone: 'wait', words: 'Scheduled' },
  confirmed: { tone: 'good', words: 'Confirmed' },
  canceled: { tone: 'idle', words: 'Canceled' },
  completed: { tone: 'idle', words: 'Completed' },
  no_show: { tone: 'warn', words: 'Did not come' },
};

/** What is still to come of a reminder, and what is over. */
export const COMING = ['pending', 'scheduled', 'sending', 'unknown'] as const;
export const OVER = ['sent', 'delivered', 'failed', 'skipped', 'canceled'] as const;

export const APPOINTMENT_STATUSES = ['scheduled', 'confirmed', 'completed', 'no_show', 'canceled'] as const;

/** The state of a reminder. One that waits after a failed attempt says so. */
export function reminderStatus(row: { status: string; attempts?: number }): Told {
  if (row.status === 'scheduled' && (row.attempts ?? 0) > 0) {
    return { tone: 'warn', words: `Waiting for attempt ${(row.attempts ?? 0) + 1}` };
  }
  return REMINDERS[row.status] ?? { tone: 'idle', words: plain(row.status) };
}

export function appointmentStatus(status: string): Told {
  return APPOINTMENTS[status] ?? { tone: 'idle', words: plain(status) };
}

export function channelName(channel: string): string {
  return { email: 'Email', sms: 'SMS' }[channel] ?? plain(channel);
}
