/** Every code that the core or the API may say has words of its own. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { REASONS, reasonWords } from '../../src/words/reasons.ts';
import { COMING, OVER, appointmentStatus, channelName, reminderStatus } from '../../src/words/statuses.ts';
import { stepWords } from '../../src/words/steps.ts';

const ROOT = process.env['PUNCTUAL_ROOT'] ?? '../../..';
const wit = readFileSync(join(ROOT, 'wit/types.wit'), 'utf8');

/** The cases of an enum in `wit/types.wit`, written as outside: with underscores. */
function cases(name: string): string[] {
  const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(wit)?.[1];
  assert.ok(body, `wit/types.wit has no enum ${name}`);
  const lines = body.split('\n').map((line) => line.trim()).filter((line) => line && !line.startsWith('//'));
  return lines.map((line) => line.replace(/,$/, '').replaceAll('-', '_'));
}

test('every reason has a sentence, and no sentence is of a reason that is not there', () => {
  assert.deepEqual(Object.keys(REASONS).sort(), cases('reason').sort());
  for (const [code, words] of Object.entries(REASONS)) assert.match(words, /^[A-Z].*\.$/, code);
});

test('a reason that an older console does not know is still told', () => {
  assert.equal(reasonWords({ reason: 'moon_too_low' }), 'Moon too low.');
  assert.equal(reasonWords({ reason: null }), '');
});

test('an outcome that stays unknown is told otherwise than one that is being asked for', () => {
  assert.notEqual(reasonWords({ reason: 'outcome_unknown', status: 'failed' }), reasonWords({ reason: 'outcome_unknown', status: 'unknown' }));
});

test('every status has words that are not its code', () => {
  const known = cases('notification-status');
  assert.deepEqual([...COMING, ...OVER].sort(), known.sort());
  const told = known.map((status) => reminderStatus({ status }).words);
  assert.equal(new Set(told).size, told.length);
  for (const status of cases('appointment-status')) assert.notEqual(appointmentStatus(status).words, status);
  for (const channel of cases('channel')) assert.notEqual(channelName(channel), channel);
});

test('a reminder that waits for another attempt says which', () => {
  assert.equal(reminderStatus({ status: 'scheduled', attempts: 0 }).words, 'Waiting');
  assert.equal(reminderStatus({ status: 'scheduled', attempts: 2 }).words, 'Waiting for attempt 3');
});

test('steps', () => {
  const table: Record<string, string> = {
    P7D: '1 week before', P14D: '2 weeks before', P1D: '1 day before', P3D: '3 days before', P1W: '1 week before', PT1H: '1 hour before',
    PT90M: '90 minutes before', P1DT2H: '1 day 2 hours before', PT0S: 'At the start', nonsense: 'nonsense',
  };
  for (const [code, words] of Object.entries(table)) assert.equal(stepWords(code), words, code);
});
