/**
 * Wall-clock times, as people write them into a form, and instants. A time that comes twice is its first occurrence; one that
 * the clocks skip is read with the offset from before the gap. Both are the core's own rule (RFC 5545), which Temporal calls
 * `compatible`.
 */
import { Temporal } from 'temporal-polyfill';

/** `2026-12-01` and `09:00` in a zone as RFC 3339 with that zone's offset; undefined where one of them is none. */
export function toInstant(date: string, time: string, zone: string): string | undefined {
  try {
    const wall = Temporal.PlainDateTime.from(`${date}T${time}`);
    const zoned = wall.toZonedDateTime(zone, { disambiguation: 'compatible' });
    return zoned.toString({ timeZoneName: 'never', fractionalSecondDigits: 0 });
  } catch {
    return undefined;
  }
}

/** What a form shows for an instant: its date and its time in a zone. */
export function toWall(instant: string, zone: string): { date: string; time: string } {
  const zoned = Temporal.Instant.from(instant).toZonedDateTimeISO(zone);
  return { date: zoned.toPlainDate().toString(), time: zoned.toPlainTime().toString({ smallestUnit: 'minute' }) };
}

/** From the beginning of a day to the beginning of the one that is `days` later, in a zone: some days have 23 hours. */
export function dayBounds(day: string, zone: string, days = 1): { from: string; to: string } {
  const date = Temporal.PlainDate.from(day);
  const at = (plain: Temporal.PlainDate) => plain.toZonedDateTime(zone).toInstant().toString();
  return { from: at(date), to: at(date.add({ days })) };
}

/** The day that is so many days away from another. */
export function shiftDay(day: string, days: number): string {
  return Temporal.PlainDate.from(day).add({ days }).toString();
}

/** Minutes from one wall-clock time of a day to another, as a form has them; negative if it is earlier. */
export function addMinutes(time: string, minutes: number): string {
  return Temporal.PlainTime.from(time).add({ minutes }).toString({ smallestUnit: 'minute' });
}
