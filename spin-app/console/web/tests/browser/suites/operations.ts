/** What wants a person's hand, the switches, who must not be written to, and who did what. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { World } from '../world.ts';

export function operations(world: World): void {
  test('a missing and a wrong contact are found and mended', () => world.operator(async (window) => {
    const { page } = window;
    // Where the core comes late, the server is asked for the preview, and refuses the number.
    window.expect(/status of 400/);
    const id = '3f2b8c1e-5d4a-4f6b-9c7d-000000000002';
    await world.clinic.hear(id, { customer_name: 'Ines Costa', service: 'Check-up', phone: '12', start_at: '2026-12-15T09:00:00Z' });
    await window.go('attention');
    await page.getByRole('region', { name: /^No contact / }).getByRole('link', { name: 'Ines Costa' }).first().waitFor();
    await page.getByRole('region', { name: /^Contact is not valid / }).getByRole('link', { name: 'Ines Costa' }).first().click();
    await page.getByRole('link', { name: 'Change', exact: true }).click();
    await page.getByText('This is not a valid number with its country').waitFor();
    await page.getByLabel('Phone').fill('+12025550177');
    await page.getByLabel('Email').fill('ines@example.com');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('heading', { level: 1, name: 'Ines Costa' }).waitFor();
    const all = await world.clinic.reminders(`appointment=${id}`);
    assert.ok(all.length === 6 && all.every(({ status }) => status === 'scheduled'), JSON.stringify(all));
    await window.go('attention');
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.equal(await page.getByText('Ines Costa').count(), 0);
  }));

  test('a dead letter says why, and is given to the queue again', { skip: noPython() }, () => world.operator(async (window) => {
    const { page } = window;
    poison(world.clinic.data);
    await world.clinic.deliver();
    await window.go('attention');
    const letters = page.getByRole('region', { name: /^Dead letters / });
    await letters.waitFor();
    await window.picture('attention-dead-letter');
    await letters.getByRole('button', { name: /^Resubmit/ }).click();
    await window.accessible('resubmitting');
    await page.getByRole('dialog').getByRole('button', { name: 'Resubmit' }).click();
    await page.getByRole('status').getByText('It was given to the queue again.').waitFor();
    await letters.waitFor({ state: 'detached' });
    const { items } = await world.clinic.api<{ items: unknown[] }>('GET', '/api/dead-letters');
    assert.equal(items.length, 0);
  }));

  test('a channel is switched off with a reason, holds its reminders, and is switched on again', () => world.operator(async (window) => {
    const { page } = window;
    await window.go('health');
    await page.getByRole('button', { name: 'Stop sending SMS' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Stop SMS' }).click();
    await dialog.getByText('Say why, so that colleagues know.').waitFor();
    await dialog.getByLabel('Why').fill('The carrier sends everything twice.');
    await dialog.getByRole('button', { name: 'Stop SMS' }).click();
    await page.getByText('Switched off', { exact: true }).waitFor();
    await page.getByText('Why: The carrier sends everything twice.').waitFor();
    await window.accessible('a channel that is off');
    await window.picture('health-switched-off');
    const before = world.carrier.taken.length;
    await world.clinic.passTo('2026-12-02T07:00:00Z');
    assert.equal(world.carrier.taken.length, before, 'a text went out while its channel was off');
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByRole('button', { name: 'Send SMS again' }).click();
    await dialog.getByRole('button', { name: 'Send SMS' }).click();
    await page.getByText('Switched off', { exact: true }).waitFor({ state: 'detached' });
    await world.clinic.passTo('2026-12-02T07:02:00Z');
    assert.ok(world.carrier.taken.length > before, 'what was held goes out');
  }));

  test('the charts have their figures in words and in a table', () => world.operator(async (window) => {
    const { page } = window;
    await window.go('health?hours=168');
    const charts = page.getByRole('img');
    await charts.first().waitFor();
    for (const label of await charts.evaluateAll((all) => all.map((chart) => chart.getAttribute('aria-label')))) assert.match(label ?? '', /\d/);
    await page.getByText('The figures as a table').last().click();
    await page.getByRole('cell').first().waitFor();
    await page.getByLabel('Time', { exact: true }).selectOption('72');
    assert.match(page.url(), /hours=72/);
  }));

  test('somebody is suppressed by hand and their reminders are not sent; then they are again', () => world.operator(async (window) => {
    const { page } = window;
    window.expect(/400/);
    await window.go('suppressions');
    await page.getByText('+12025550192').waitFor();
    await page.getByRole('button', { name: 'Add' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Add' }).click();
    await dialog.getByText('Write an email address.').waitFor();
    await dialog.getByLabel('Email address').fill('no address');
    await dialog.getByRole('button', { name: 'Add' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel('Email address').fill('avery@example.com');
    await dialog.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('rowheader', { name: 'avery@example.com' }).waitFor();
    await window.picture('suppressions-one');
    await page.getByLabel('Search').fill('avery');
    await page.getByText('+12025550192').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Take away: avery@example.com' }).click();
    await dialog.getByRole('button', { name: 'Take away' }).click();
    await page.getByText('Nothing matches the filters').waitFor();
  }));

  test('every look and every change is in the audit log, and no person is', () => world.operator(async (window) => {
    const { page } = window;
    await window.go('history');
    await window.go('audit');
    const text = await page.locator('.list').innerText();
    assert.match(text, /history/i);
    assert.match(text, /suppression/i);
    assert.doesNotMatch(text, /@|\+1202|Jonas|Avery/);
    await page.getByLabel('Id').fill(world.people.avery);
    await page.waitForFunction((id) => {
      const ids = [...document.querySelectorAll('.list code')].map((code) => code.textContent);
      return ids.length > 0 && ids.every((found) => found === id);
    }, world.people.avery);
  }));
}

/** Puts a message that nobody can read into the embedded queue, as a broken producer would. */
function poison(data: string): void {
  const file = readdirSync(data, { recursive: true, encoding: 'utf8' }).find((name) => /\.(db|sqlite3?)$/.test(name));
  assert.ok(file, 'there is no database');
  const script = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=10)
db.execute("INSERT INTO queue (message_id, body, enqueue_at) VALUES ('poison', 'this is no message', 0)")
db.commit()`;
  const done = spawnSync('python3', ['-c', script, join(data, file)], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
}

function noPython(): string | false {
  return spawnSync('python3', ['-c', 'import sqlite3']).status === 0 ? false : 'no python3 with sqlite3 to put a broken message into the queue';
}
