/** Every call that the console makes, by what it is for. */
import { get, path, send, type Query } from './client.ts';
import type {
  Appointment, AppointmentDraft, Attention, AuditEntry, BulkAction, BulkDone, Channel, ChannelState, Counts, Health, ListedReminder, Me,
  NewSuppression, Page, Preview, Reminder, ReminderDetail, Suppression, TimelineItem, View,
} from './types.ts';

const at = (id: string) => encodeURIComponent(id);

export const me = (signal?: AbortSignal) => get<Me>('/api/me', signal);

export const appointments = {
  list: (query: Query, signal?: AbortSignal) => get<Page<Appointment>>(path('/api/appointments', query), signal),
  read: (id: string, signal?: AbortSignal) => get<Appointment>(`/api/appointments/${at(id)}`, signal),
  create: (draft: AppointmentDraft) => send<Appointment>('POST', '/api/appointments', draft),
  change: (id: string, draft: AppointmentDraft) => send<Appointment>('PATCH', `/api/appointments/${at(id)}`, draft),
  remove: (id: string) => send<undefined>('DELETE', `/api/appointments/${at(id)}`),
  preview: (draft: AppointmentDraft, signal?: AbortSignal) => send<Preview>('POST', '/api/preview', draft, signal),
  timeline: (id: string, signal?: AbortSignal) => get<{ items: TimelineItem[] }>(`/api/appointments/${at(id)}/timeline`, signal),
};

export const reminders = {
  list: (query: Query, signal?: AbortSignal) => get<Page<ListedReminder>>(path('/api/notifications', { ...query, expand: 'appointment' }), signal),
  counts: (query: Query, signal?: AbortSignal) => get<Counts>(path('/api/notifications/counts', query), signal),
  csv: (query: Query) => path('/api/notifications.csv', query),
  read: (id: string, signal?: AbortSignal) => get<ReminderDetail>(`/api/notifications/${at(id)}`, signal),
  cancel: (id: string) => send<Reminder>('POST', `/api/notifications/${at(id)}/cancel`),
  sendNow: (id: string) => send<Reminder>('POST', `/api/notifications/${at(id)}/send-now`),
  move: (id: string, dueAt: string) => send<Reminder>('POST', `/api/notifications/${at(id)}/move`, { due_at: dueAt }),
  bulk: (action: BulkAction, ids: readonly string[], dueAt?: string) =>
    send<BulkDone>('POST', '/api/notifications/bulk', { action, ids, ...(dueAt ? { due_at: dueAt } : {}) }),
};

export const attention = (signal?: AbortSignal) => get<Attention>('/api/attention', signal);
export const resubmit = (id: string) => send<unknown>('POST', `/api/dead-letters/${at(id)}/resubmit`);

export const health = (hours: number, signal?: AbortSignal) => get<Health>(path('/api/health', { hours }), signal);
export const setChannel = (channel: Channel, sending: boolean, reason?: string) =>
  send<ChannelState>('POST', `/api/channels/${channel}`, { sending, ...(reason ? { reason } : {}) });

export const suppressions = {
  list: (query: Query, signal?: AbortSignal) => get<Page<Suppression>>(path('/api/suppressions', query), signal),
  add: (entry: NewSuppression) => send<Suppression>('POST', '/api/suppressions', entry),
  remove: (id: string) => send<undefined>('DELETE', `/api/suppressions/${at(id)}`),
};

export const audit = {
  list: (query: Query, signal?: AbortSignal) => get<Page<AuditEntry>>(path('/api/audit', query), signal),
  /** Tells the audit log which page is looked at. */
  view: (view: View, subject?: string) => send<undefined>('POST', '/api/audit', { view, ...(subject ? { subject } : {}) }),
};
