/** Moments on more than one clock, and wall clocks where they jump. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayKey, durationWords, forYou, fromNow, momentWords, zoneWords } from '../../src/words/times.ts';
import { addMinutes, dayBounds, shiftDay, toInstant, toWall } from '../../src/words/zoned.ts';

const at = (text: string) => new Date(text);

test('a moment is told with whose time it is', () => {
  assert.equal(momentWords(at('2026-12-01T08:00:00Z'), 'Europe/Berlin'), 'Tue 1 Dec 2026, 09:00 in Berlin');
  assert.equal(momentWords(at('2026-12-01T08:00:00Z'), 'America/New_York'), 'Tue 1 Dec 2026, 03:00 in New York');
  assert.equal(momentWords(at('2026-12-01T00:05:00Z'), 'UTC'), 'Tue 1 Dec 2026, 00:05 in UTC');
  // A zone that nobody knows is told in UTC, and says so.
  assert.equal(momentWords(at('2026-12-01T08:00:00Z'), 'Mars/Base'), 'Tue 1 Dec 2026, 08:00 in UTC');
  assert.equal(zoneWords('America/Argentina/Buenos_Aires'), 'Buenos Aires');
});

test('the reader’s own clock is told where it shows something else', () => {
  assert.equal(forYou(at('2026-12-01T08:00:00Z'), 'Europe/Berlin', 'America/New_York'), '03:00 for you');
  assert.equal(forYou(at('2026-12-01T02:00:00Z'), 'Europe/Berlin', 'America/New_York'), 'Mon 30 Nov 2026, 21:00 for you');
  assert.equal(forYou(at('2026-12-01T08:00:00Z'), 'Europe/Berlin', 'Europe/Vienna'), '');
});

test('wall clocks and instants', () => {
  const table: [string, string, string, string | undefined][] = [
    ['2026-12-01', '09:00', 'Europe/Berlin', '2026-12-01T09:00:00+01:00'],
    ['2026-06-01', '09:00', 'America/New_York', '2026-06-01T09:00:00-04:00'],
    ['2026-06-01', '09:00', 'Asia/Kolkata', '2026-06-01T09:00:00+05:30'],
    // The clocks skip from 02:00 to 03:00: read with the offset from before, which is 03:30.
    ['2026-03-29', '02:30', 'Europe/Berlin', '2026-03-29T03:30:00+02:00'],
    // The clocks show 02:30 twice: the first of them.
    ['2026-10-25', '02:30', 'Europe/Berlin', '2026-10-25T02:30:00+02:00'],
    ['2026-02-30', '09:00', 'Europe/Berlin', undefined],
    ['', '09:00', 'Europe/Berlin', undefined],
    ['2026-12-01', '', 'Europe/Berlin', undefined],
    ['2026-12-01', '09:00', 'Mars/Base', undefined],
  ];
  for (const [date, time, zone, instant] of table) assert.equal(toInstant(date, time, zone), instant, `${date} ${time} ${zone}`);
  assert.deepEqual(toWall('2026-12-01T02:00:00Z', 'America/New_York'), { date: '2026-11-30', time: '21:00' });
});

test('days have the length that they have', () => {
  assert.deepEqual(dayBounds('2026-03-29', 'Europe/Berlin'), { from: '2026-03-28T23:00:00Z', to: '2026-03-29T22:00:00Z' });
  assert.deepEqual(dayBounds('2026-12-01', 'UTC', 2), { from: '2026-12-01T00:00:00Z', to: '2026-12-03T00:00:00Z' });
  assert.equal(shiftDay('2026-12-31', 1), '2027-01-01');
  assert.equal(dayKey(at('2026-12-01T23:30:00Z'), 'Europe/Berlin'), '2026-12-02');
  assert.equal(addMinutes('23:45', 30), '00:15');
});

test('spans of time', () => {
  const now = Date.parse('2026-12-01T08:00:00Z');
  assert.equal(fromNow(at('2026-12-01T08:00:30Z'), now), 'within a minute');
  assert.equal(fromNow(at('2026-12-01T10:00:00Z'), now), 'in 2 hours');
  assert.equal(fromNow(at('2026-11-28T08:00:00Z'), now), '3 days ago');
  assert.deepEqual([0.04, 1.44, 59, 180, 7300].map(durationWords), ['0 s', '1.4 s', '59 s', '3 min', '2 h']);
});
