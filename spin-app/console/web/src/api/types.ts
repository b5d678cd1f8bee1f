/** The shapes that the API takes and gives, by the names of its OpenAPI document; `schema.d.ts` is generated from that. */
import type { components } from './schema.d.ts';

type Schemas = components['schemas'];

export type Me = Schemas['Me'];
export type Right = Me['rights'][number];
export type Problem = Schemas['Problem'];
export type Conflict = Schemas['Conflict'];
export type Channel = Schemas['Channel'];
export type Appointment = Schemas['Appointment'];
export type AppointmentDraft = Schemas['AppointmentDraft'];
export type Preview = Schemas['Preview'];
export type Planned = Preview['reminders'][number];
export type Reminder = Schemas['Notification'];
export type ListedReminder = Schemas['ListedNotification'];
export type ReminderDetail = Schemas['NotificationDetail'];
export type Message = Schemas['Message'];
export type Counts = Schemas['Counts'];
export type BulkDone = Schemas['BulkDone'];
export type BulkAction = Schemas['Bulk']['action'];
export type TimelineItem = Schemas['Timeline']['items'][number];
export type Attention = Schemas['Attention'];
export type DeadLetter = Schemas['DeadLetter'];
export type Health = Schemas['Health'];
export type ChannelState = Schemas['ChannelState'];
export type Suppression = Schemas['Suppression'];
export type NewSuppression = Schemas['NewSuppression'];
export type AuditEntry = Schemas['AuditEntry'];
export type View = Schemas['PageView']['view'];

/** A page of a list; `next` is the `after` of the page that follows. */
export interface Page<T> {
  items: T[];
  next: string | null;
}
