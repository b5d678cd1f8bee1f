/** What a form becomes for the API, and what it is told before anybody is asked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Appointment } from '../../src/api/types.ts';
import { draftOf, emptyDraft, formProblems, toApi } from '../../src/screens/appointments/draft.ts';

const STORED: Appointment = {
  id: '5f0c7a52-6f0b-4b0e-9d3a-0b1f6c1f7e01', service: 'Check-up', customer_name: 'Robin Meyer', email: 'r…@e….com', phone: '+1…14',
  start_at: '2030-03-01T08:00:00Z', end_at: '2030-03-01T08:30:00Z', time_zone: 'Europe/Berlin', locale: null, status: 'scheduled',
  resource: 'Room 1', notes: null, version: 3,
};

test('an appointment becomes a form on its own clock, and the same appointment again', () => {
  const draft = draftOf(STORED, 'UTC');
  assert.deepEqual([draft.day, draft.begins, draft.ends, draft.endDay], ['2030-03-01', '09:00', '09:30', '']);
  const body = toApi(draft);
  assert.equal(Date.parse(body.start_at ?? ''), Date.parse('2030-03-01T08:00:00Z'));
  assert.equal(Date.parse(body.end_at ?? ''), Date.parse('2030-03-01T08:30:00Z'));
  assert.equal(body.notes, null);
});

test('one that ends on another day keeps that day', () => {
  const draft = draftOf({ ...STORED, end_at: '2030-03-02T08:00:00Z' }, 'UTC');
  assert.equal(draft.endDay, '2030-03-02');
  assert.equal(Date.parse(toApi(draft).end_at ?? ''), Date.parse('2030-03-02T08:00:00Z'));
});

test('a masked contact is never sent back', () => {
  const body = toApi(draftOf(STORED, 'UTC'), new Set(['email', 'phone']));
  assert.ok(!('email' in body) && !('phone' in body));
  assert.ok(!JSON.stringify(body).includes('…'));
});

test('an emptied contact is', () => {
  assert.equal(toApi({ ...draftOf(STORED, 'UTC'), email: '  ' }, new Set(['phone'])).email, null);
});

test('what is missing is named by its field', () => {
  assert.deepEqual([...formProblems(emptyDraft('Europe/Berlin')).keys()], ['day', 'begins']);
  assert.deepEqual([...formProblems({ ...draftOf(STORED, 'UTC'), time_zone: 'Mars/Base' }).keys()], ['time_zone']);
  assert.deepEqual([...formProblems({ ...draftOf(STORED, 'UTC'), ends: '09:00' }).keys()], ['ends']);
  assert.deepEqual([...formProblems(draftOf(STORED, 'UTC')).keys()], []);
});
