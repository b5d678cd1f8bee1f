/** Who has no right to contacts never sees one, and still does the daily work. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STAFF } from '../clinic.ts';
import type { World } from '../world.ts';

export function staff(world: World): void {
  test('no screen shows staff a whole address or number', () => world.as(STAFF, async (window) => {
    const { page } = window;
    const { jonas } = world.people;
    const [sent] = await world.clinic.reminders(`appointment=${jonas}&status=sent,delivered&channel=email`);
    const bodies: string[] = [];
    page.on('response', (response) => {
      if (response.url().includes('/api/')) void response.text().then((text) => bodies.push(text), () => undefined);
    });
    for (const path of ['appointments', `appointments/${jonas}`, `appointments/${jonas}/person`, 'coming', 'history', `reminders/${sent?.id}`, 'attention', 'health']) {
      await window.go(path);
      const text = await page.locator('body').innerText();
      assert.doesNotMatch(text, /jonas@example\.com|\+12025550102/, path);
    }
    assert.ok(bodies.length > 8);
    for (const body of bodies) assert.doesNotMatch(body, /jonas@example\.com|\+12025550102/);
    await window.go('appointments');
    await page.getByText('j…@e….com').first().waitFor();
    await window.picture('appointments-staff');
  }));

  test('staff change an appointment and leave its contacts as they are', () => world.as(STAFF, async (window) => {
    const { page } = window;
    const { priya } = world.people;
    await window.go(`appointments/${priya}/edit`);
    await page.getByRole('button', { name: 'Replace email' }).waitFor();
    await page.getByLabel('Notes for colleagues').fill('Needs the ground floor.');
    await page.getByText(/will be sent/).first().waitFor();
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Needs the ground floor.').waitFor();
    const stored = await world.clinic.api<{ email: string; phone: string; notes: string }>('GET', `/api/appointments/${priya}`);
    assert.deepEqual([stored.email, stored.phone, stored.notes], ['priya@example.com', '+12025550104', 'Needs the ground floor.']);
  }));

  test('staff replace a contact that they cannot see', () => world.as(STAFF, async (window) => {
    const { page } = window;
    const { priya } = world.people;
    await window.go(`appointments/${priya}/edit`);
    await page.getByRole('button', { name: 'Replace email' }).click();
    await page.getByLabel('Email').fill('priya.nair@example.com');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('heading', { level: 1, name: 'Priya Nair' }).waitFor();
    const stored = await world.clinic.api<{ email: string; phone: string }>('GET', `/api/appointments/${priya}`);
    assert.deepEqual([stored.email, stored.phone], ['priya.nair@example.com', '+12025550104']);
  }));

  test('what only operators may see is not offered, and its address is refused in words', () => world.as(STAFF, async (window) => {
    const { page } = window;
    await window.go('audit');
    await page.getByText('Only operators see this').waitFor();
    await window.go('health');
    await page.getByRole('heading', { name: 'Channels' }).waitFor();
    assert.equal(await page.getByRole('button', { name: /Stop sending/ }).count(), 0);
    await window.go('attention');
    assert.equal(await page.getByText('Dead letters').count(), 0);
    assert.ok(!window.requests.some((url) => /\/api\/(audit\?|suppressions|dead-letters|outbox)/.test(url)));
  }));
}
