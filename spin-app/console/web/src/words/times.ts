/** Times in words. A time is always told with whose time it is: "09:00 in Berlin, 03:00 for you". */

/** The zone of whoever looks at this console. */
export const VIEWER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, kind: 'day' | 'longDay' | 'time' | 'key'): Intl.DateTimeFormat {
  const name = `${kind} ${zone}`;
  const known = formats.get(name);
  if (known) return known;
  const options: Intl.DateTimeFormatOptions = {
    day: { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' },
    longDay: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
    time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    key: { year: 'numeric', month: '2-digit', day: '2-digit' },
  }[kind] as Intl.DateTimeFormatOptions;
  const made = new Intl.DateTimeFormat(kind === 'key' ? 'en-CA' : 'en-GB', { ...options, timeZone: knownZone(zone) });
  formats.set(name, made);
  return made;
}

/** A zone that the browser does not know would be an error to it; then times are told in UTC, and say so. */
function knownZone(zone: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone;
  } catch {
    return 'UTC';
  }
}

/** "Berlin" for Europe/Berlin. */
export function zoneWords(zone: string): string {
  const name = knownZone(zone);
  if (name === 'UTC' || name === 'Etc/UTC') return 'UTC';
  return (name.split('/').at(-1) ?? name).replaceAll('_', ' ');
}

export function dayWords(at: Date, zone: string): string {
  return format(zone, 'day').format(at).replace(',', '');
}

export function longDayWords(at: Date, zone: string): string {
  return format(zone, 'longDay').format(at).replace(',', '');
}

export function timeWords(at: Date, zone: string): string {
  return format(zone, 'time').format(at);
}

/** The civil day as `2026-12-01`. */
export function dayKey(at: Date, zone: string): string {
  return format(zone, 'key').format(at);
}

/** "Tue 1 Dec 2026, 09:00 in Berlin". */
export function momentWords(at: Date, zone: string): string {
  return `${dayWords(at, zone)}, ${timeWords(at, zone)} in ${zoneWords(zone)}`;
}

/** The same moment on the clock of whoever looks, where that clock shows something else: "03:00 for you". */
export function forYou(at: Date, zone: string, viewer: string = VIEWER_ZONE): string {
  const sameDay = dayKey(at, zone) === dayKey(at, viewer);
  const sameTime = timeWords(at, zone) === timeWords(at, viewer);
  if (sameDay && sameTime) return '';
  return sameDay ? `${timeWords(at, viewer)} for you` : `${dayWords(at, viewer)}, ${timeWords(at, viewer)} for you`;
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/** "in 3 hours", "2 days ago". */
export function fromNow(at: Date, now: number): string {
  const seconds = (at.getTime() - now) / 1000;
  const size = Math.abs(seconds);
  if (size < 60) return seconds < 0 ? 'just now' : 'within a minute';
  if (size < 90 * 60) return relative.format(Math.round(seconds / 60), 'minute');
  if (size < 36 * 3600) return relative.format(Math.round(seconds / 3600), 'hour');
  return relative.format(Math.round(seconds / 86_400), 'day');
}

/** "1.4 s", "3 min", "2 h": how long something took. */
export function durationWords(seconds: number): string {
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
