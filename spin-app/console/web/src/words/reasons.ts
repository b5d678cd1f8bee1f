/**
 * Why a reminder was not, or not yet, sent, in words for people. A test holds the codes against `reason` in `wit/types.wit`.
 */
export const REASONS: Readonly<Record<string, string>> = {
  due_in_past: 'Its time had already passed when it was planned.',
  no_start: 'The appointment has no start.',
  appointment_started: 'The appointment had begun.',
  appointment_moved: 'The appointment was moved to another time.',
  appointment_canceled: 'The appointment was canceled.',
  appointment_completed: 'The appointment is over.',
  appointment_no_show: 'The person did not come to the appointment.',
  appointment_deleted: 'The appointment was deleted.',
  policy_changed: 'The reminder policy no longer has this reminder.',
  no_email: 'The appointment has no email address.',
  email_invalid: 'The email address is not a valid one.',
  no_phone: 'The appointment has no phone number.',
  phone_invalid: 'The phone number is not a valid international one (+49…).',
  time_zone_unknown: 'The time zone of the appointment is not known.',
  canceled_by_staff: 'Staff canceled this reminder.',
  provider_rejected: 'The provider refuses this message.',
  retries_exhausted: 'No attempt succeeded, and no further one is allowed.',
  no_time_left: 'The next attempt would have come after the start.',
  template_error: 'The message could not be written.',
  outcome_unknown: 'The answer of the provider was lost; the provider is asked before anything is sent again.',
  opted_out: 'The person does not want messages on this channel.',
  address_suppressed: 'Mail to this address bounced or was complained of, so it is no longer used.',
  daily_cap: 'The person already gets as many reminders that day as the policy allows.',
  undeliverable: 'The provider took the message and said later that it did not arrive.',
  provider_misconfigured: 'The provider refuses the key, the sender or the account. Nothing is wrong with the message.',
  channel_off: 'Staff switched the channel off. It goes out when they switch it on again, if that is in time.',
};

/** A code that this console does not know is still better than nothing. */
export function plain(code: string): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The reason of a reminder as a sentence; empty where there is none. */
export function reasonWords(row: { reason: string | null; status?: string }): string {
  if (!row.reason) return '';
  if (row.reason === 'outcome_unknown' && row.status === 'failed') {
    return 'The answer of the provider was lost, and asking it did not settle whether the message went out.';
  }
  return REASONS[row.reason] ?? `${plain(row.reason)}.`;
}

/** A reason as a short label for a filter: the sentence without its full stop. */
export function reasonLabel(code: string): string {
  return (REASONS[code] ?? plain(code)).replace(/\.$/, '');
}
